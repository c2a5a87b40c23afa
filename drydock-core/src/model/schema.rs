//! JSON Schemas (2020-12) of whole documents, for editors and other tools, made from the same shapes that drive reading.
//!
//! A schema never refuses what the reader accepts; where JSON Schema cannot say what the reader asks for, it accepts
//! more. Values are those of YAML's core schema, so a text may also be a number or a boolean that was not quoted.

mod envelope;

use super::shape::{
    FieldShape, FreeShape, RecordShape, Scope, Shape, Spelling, WordForm, WordShape,
};
use crate::{model::shape_of, names::Kind};
use serde_json::{Map, Value, json};

/// The schema of a whole document of this kind, in either envelope; none for configuration items.
///
/// ```
/// use drydock_core::{model, names::Kind};
///
/// let schema = model::schema(&Kind::Network).unwrap();
/// let cidr = &schema["$defs"]["Network"]["properties"]["cidr"];
/// assert_eq!(cidr["description"], "Its addresses, IPv4 or IPv6.");
/// ```
pub fn schema(kind: &Kind) -> Option<Value> {
    let mut definitions = Map::new();
    let mut schema = document(kind, "", &mut definitions)?;
    schema["$defs"] = Value::Object(definitions);
    Some(with_head(schema, &format!("{kind} of drydock/v1")))
}

/// One schema for the documents of every kind, so that an editor needs one file. Documents of other systems and
/// configuration items are accepted as they are.
pub fn combined_schema() -> Value {
    let mut definitions = Map::new();
    let mut documents: Vec<Value> = Vec::new();
    for kind in &Kind::ALL {
        let prefix = format!("{kind}.");
        if let Some(document) = document(kind, &prefix, &mut definitions) {
            definitions.insert(format!("{kind}.document"), document);
            documents.push(json!({"$ref": format!("#/$defs/{kind}.document")}));
        }
    }
    documents.push(envelope::of_others());
    documents.push(json!({"type": "null", "description": "Nothing, which is skipped."}));
    let schema = json!({"oneOf": documents, "$defs": definitions});
    with_head(schema, "A document of a site design")
}

fn with_head(mut schema: Value, title: &str) -> Value {
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = title.into();
    schema
}

/// A document of this kind; the forms of its records go to the definitions, their names prefixed.
fn document(kind: &Kind, prefix: &str, definitions: &mut Map<String, Value>) -> Option<Value> {
    let record = shape_of(kind)?;
    let inherits = matches!(kind, Kind::HostProfile | Kind::BaremetalNode);
    let mut definer = Definer {
        kind,
        inherits,
        prefix,
        definitions,
    };
    let spec = definer.record(record, record.key);
    Some(envelope::document(kind, spec))
}

/// Makes the definitions of one kind's records.
struct Definer<'a> {
    kind: &'a Kind,
    inherits: bool,
    prefix: &'a str,
    definitions: &'a mut Map<String, Value>,
}

impl Definer<'_> {
    /// What may stand at a value of this shape.
    fn value(&mut self, shape: Shape) -> Value {
        let mut choices = match shape {
            Shape::Word(word) => return self.word(word),
            Shape::Secret => vec![
                json!({"type": self.or_null(&["string", "number", "boolean"]), "minLength": 1}),
                json!({
                    "type": "object",
                    "description": "The name under which the host keeps the secret.",
                    "properties": {"secret": {"type": ["string", "number", "boolean"], "minLength": 1}},
                    "required": ["secret"],
                    "additionalProperties": false,
                }),
            ],
            Shape::Free(free) => vec![self.free(free)],
            Shape::Set(word) => vec![json!({"type": "array", "items": self.set_item(word)})],
            Shape::List(item) => self.list(*item),
            Shape::Record(record) => vec![self.record(record, record.key)],
            Shape::Keyed(record) => self.keyed(record),
            Shape::WordOrRecord(word, record) => {
                vec![self.word(word), self.record(record, record.key)]
            }
            Shape::Any => return json!(true),
        };
        if self.inherits {
            choices.push(json!({"const": "!", "description": "Clears what is inherited."}));
        }
        any_of(choices)
    }

    /// These types, and null, which unsets a single value or says nothing.
    fn or_null(&self, types: &[&str]) -> Value {
        types.iter().copied().chain(["null"]).collect()
    }

    fn word(&mut self, word: &WordShape) -> Value {
        // Where any text is right, `!` is one of them.
        if matches!(word.spelling, Spelling::Any) && word.form == WordForm::Text {
            return json!({"type": self.or_null(&["string", "number", "boolean"])});
        }
        let mut choices = self.single(word);
        choices.push(match self.inherits {
            true => {
                json!({"enum": [null, "!"], "description": "Unsets or clears what is inherited."})
            }
            false => json!({"type": "null", "description": "Says nothing."}),
        });
        any_of(choices)
    }

    /// The spellings of a single value that says something.
    fn single(&self, word: &WordShape) -> Vec<Value> {
        let accepts = |text: &str| (word.check)(text).is_ok();
        match (word.form, word.spelling) {
            (WordForm::Boolean, _) => vec![
                json!({"type": "boolean"}),
                deprecated(
                    json!({"enum": ["true", "false"]}),
                    "Write it without quotes.",
                ),
            ],
            (_, Spelling::UpTo(most)) => vec![json!({
                "type": ["integer", "string"],
                "minimum": 0,
                "maximum": most,
                "pattern": r"^\+?[0-9]+$",
            })],
            (_, Spelling::Words(words)) => {
                let present = words
                    .iter()
                    .map(|word| json!({"const": word.word, "description": sentence(word.doc)}));
                let old = words.iter().flat_map(|word| {
                    let instead = format!("Write {}.", word.word);
                    let spelled = word.old.iter();
                    spelled.map(move |old| deprecated(json!({"const": old}), &instead))
                });
                present.chain(old).collect()
            }
            (_, Spelling::Pattern(pattern)) => {
                // Digits that nobody quoted are a number in JSON, and may be right all the same.
                let number = accepts("1") || accepts("123456789012");
                let types = if number {
                    &["string", "number"][..]
                } else {
                    &["string"]
                };
                vec![
                    json!({"type": types, "pattern": pattern, "description": capital(word.expected)}),
                ]
            }
            (_, Spelling::Any) => vec![json!({"type": ["string", "number", "boolean"]})],
        }
    }

    /// An item of a list of single values: nothing cannot be one, and where kinds inherit it may remove.
    fn item(&self, word: &WordShape) -> Vec<Value> {
        let mut choices = self.single(word);
        if self.inherits && !matches!(word.spelling, Spelling::Any) {
            choices.push(json!({"type": "string", "pattern": "^!", "description": REMOVES}));
        }
        choices
    }

    fn set_item(&self, word: &WordShape) -> Value {
        let mut choices = self.item(word);
        let named = json!({
            "type": "object",
            "properties": {"name": any_of(self.item(word))},
            "required": ["name"],
            "additionalProperties": false,
        });
        choices.push(deprecated(named, "Write the name alone."));
        any_of(choices)
    }

    fn list(&mut self, item: Shape) -> Vec<Value> {
        let Shape::Word(word) = item else {
            return vec![json!({"type": "array", "items": self.value(item)})];
        };
        let mut items = self.single(word);
        if self.inherits {
            items.push(json!({"const": "!"}));
        }
        let mut choices = vec![json!({"type": "array", "items": any_of(items)})];
        if word.commas {
            choices.push(json!({"type": "string", "minLength": 1, "description": "Several, with commas between them."}));
        } else if word.single {
            choices.extend(self.single(word));
        }
        choices
    }

    fn free(&self, free: FreeShape) -> Value {
        let text = json!({"type": self.or_null(&["string", "number", "boolean"])});
        let mut values = vec![text];
        if free.lists {
            let mut item = json!({"type": ["string", "number", "boolean"]});
            if self.inherits {
                item["pattern"] = "^([^!]|$)".into();
            }
            values.push(json!({"type": "array", "items": item}));
        }
        if self.inherits && free.lists {
            values.push(json!({"const": "!"}));
        }
        let mut map = json!({"type": "object", "additionalProperties": any_of(values)});
        self.add_removals(&mut map, "^!");
        map
    }

    /// Records by key, or in a list with the key inside.
    fn keyed(&mut self, record: &'static RecordShape) -> Vec<Value> {
        let reference = self.record(record, record.key);
        let mut values = vec![reference.clone()];
        if self.inherits {
            values.push(json!({"type": "null", "description": REMOVES}));
        }
        if record.key == "alias" {
            let old = json!({"type": "array", "items": reference.clone()});
            values.push(deprecated(old, "Write each alias with its bus_type."));
        }
        let mut map = json!({"type": "object", "additionalProperties": any_of(values)});
        self.add_removals(&mut map, "^!");
        let mut items = vec![json!({"allOf": [reference], "required": [record.key]})];
        if self.inherits {
            items.push(json!({"type": "string", "pattern": "^!", "description": REMOVES}));
        }
        vec![map, json!({"type": "array", "items": any_of(items)})]
    }

    /// Adds the keys that remove what is inherited.
    fn add_removals(&self, map: &mut Value, pattern: &str) {
        if self.inherits {
            let nothing = json!({"enum": [{}, "", null], "description": REMOVES});
            map["patternProperties"] = json!({pattern: nothing});
        }
    }

    /// A reference to the definition of a record, which is made when it is first needed.
    fn record(&mut self, record: &'static RecordShape, key: &str) -> Value {
        let root = shape_of(self.kind).is_some_and(|root| root.name == record.name);
        let name = match root {
            true => format!("{}{}", self.prefix, self.kind),
            false => format!("{}{}", self.prefix, record.name),
        };
        let reference = json!({"$ref": format!("#/$defs/{name}")});
        if self.definitions.contains_key(&name) {
            return reference;
        }
        self.definitions.insert(name.clone(), Value::Null);
        let mut properties = Map::new();
        if !root && record.field(key).is_none() {
            let described = "What it is called; needed in a list, and only there.";
            properties.insert(
                key.to_owned(),
                json!({"type": ["string", "number", "boolean"], "description": described}),
            );
        }
        let mut removable: Vec<&str> = Vec::new();
        for field in record.fields {
            if !self.has(field) {
                continue;
            }
            let mut value = self.value(field.shape);
            if value == json!(true) {
                value = json!({});
            }
            for old in field.old {
                let instead = format!("Write {}.", field.name);
                properties.insert((*old).to_owned(), deprecated(value.clone(), &instead));
                removable.push(old);
            }
            value["description"] = sentence(field.doc).into();
            properties.insert(field.name.to_owned(), value);
            removable.push(field.name);
        }
        let rest = record.rest.map(|rest| self.value(rest));
        let mut definition = json!({
            "type": "object",
            "description": sentence(record.doc),
            "properties": properties,
        });
        match rest {
            Some(rest) => {
                definition["additionalProperties"] = rest;
                self.add_removals(&mut definition, "^!");
            }
            None => {
                definition["additionalProperties"] = false.into();
                self.add_removals(&mut definition, &format!("^!({})?$", removable.join("|")));
            }
        }
        self.definitions.insert(name, definition);
        reference
    }

    fn has(&self, field: &FieldShape) -> bool {
        field.scope != Scope::NodeOnly || *self.kind == Kind::BaremetalNode
    }
}

const REMOVES: &str = "Removes it from what is inherited.";

/// Any of the choices; the only one if there is one.
fn any_of(mut choices: Vec<Value>) -> Value {
    match choices.len() {
        1 => choices.remove(0),
        _ => json!({"anyOf": choices}),
    }
}

fn deprecated(mut schema: Value, instead: &str) -> Value {
    schema["deprecated"] = true.into();
    schema["description"] = instead.into();
    schema
}

/// The text of a doc comment, whose lines each begin with a blank.
fn sentence(doc: &str) -> String {
    doc.trim().to_owned()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}
