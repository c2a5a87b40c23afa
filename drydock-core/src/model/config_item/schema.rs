//! The JSON Schema of a registered kind: made sure of when it is registered, held against values later.
//!
//! Nothing that is said of a value quotes the value: a place in it may be secret.

use super::KindError;
use serde_json::{Value as Json, json};
use smol_str::SmolStr;
use std::{collections::HashMap, sync::Arc};

/// Keywords that refer to another schema.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];
/// Keywords whose value is a map of schemas.
const MAPS: [&str; 6] = [
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
    "dependencies",
];
/// Keywords whose value is a schema, or a list of them.
const SCHEMAS: [&str; 17] = [
    "items",
    "prefixItems",
    "additionalItems",
    "unevaluatedItems",
    "contains",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
    "extends",
];

/// The schema of a kind.
#[derive(Debug, Clone)]
pub(crate) struct ItemSchema {
    document: Arc<Json>,
    #[cfg(feature = "jsonschema")]
    validator: Arc<jsonschema::Validator>,
}

/// What the schema has against one place of a value.
#[derive(Debug, Clone)]
pub(crate) struct Violation {
    /// The place: keys, and numbers of items.
    pub(crate) path: Vec<SmolStr>,
    pub(crate) wrong: Wrong,
    /// What the schema says of the place.
    pub(crate) description: Option<String>,
    /// Whether it may be right once something is added.
    pub(crate) may_be_mended: bool,
}

/// What is wrong there.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "jsonschema"), allow(dead_code))] // Without a validator nothing is.
pub(crate) enum Wrong {
    /// This was expected.
    Expected(String),
    /// A key that may not stand there; those that may.
    UnknownKey(SmolStr, Vec<SmolStr>),
    /// A key is missing.
    Missing(SmolStr),
    /// This, as a whole sentence.
    Says(String),
}

impl ItemSchema {
    /// Makes sure of a schema.
    pub(super) fn of(kind: &SmolStr, mut schema: Json) -> Result<Self, KindError> {
        let wrong = |reason: String| KindError::Schema {
            kind: kind.clone(),
            reason,
        };
        if !(schema.is_object() || schema.is_boolean()) {
            return Err(wrong("a schema is a map of keywords".into()));
        }
        check(&schema, &schema, true).map_err(wrong)?;
        if is_endless(&schema) {
            let reason = "it refers to itself without going into a value, so nothing could be held against it; remove that `$ref`";
            return Err(wrong(reason.into()));
        }
        allow_names_of_secrets(&mut schema);
        Self::compiled(kind, schema)
    }

    #[cfg(not(feature = "jsonschema"))]
    fn compiled(kind: &SmolStr, schema: Json) -> Result<Self, KindError> {
        drop(schema);
        Err(KindError::SchemaFeature(kind.clone()))
    }

    #[cfg(feature = "jsonschema")]
    fn compiled(kind: &SmolStr, schema: Json) -> Result<Self, KindError> {
        let wrong = |error: jsonschema::ValidationError<'_>| {
            let at = match error.instance_path().as_str() {
                "" => String::new(),
                path => format!(" at {path}"),
            };
            KindError::Schema {
                kind: kind.clone(),
                reason: format!("{error}{at}"),
            }
        };
        jsonschema::meta::validate(&schema).map_err(wrong)?;
        let validator = jsonschema::options()
            .offline()
            .build(&schema)
            .map_err(wrong)?;
        Ok(Self {
            document: Arc::new(schema),
            validator: Arc::new(validator),
        })
    }

    /// The schema.
    pub(super) fn document(&self) -> &Arc<Json> {
        &self.document
    }

    #[cfg(not(feature = "jsonschema"))]
    pub(crate) fn violations(&self, _value: &Json) -> Vec<Violation> {
        Vec::new()
    }

    /// What it has against a value.
    #[cfg(feature = "jsonschema")]
    pub(crate) fn violations(&self, value: &Json) -> Vec<Violation> {
        let mut found = Vec::new();
        for error in self.validator.iter_errors(value) {
            super::violation::violations(&error, &self.document, &mut found);
        }
        found
    }
}

/// The schema inside `root` that a reference leads to.
pub(super) fn target<'s>(root: &'s Json, reference: &str) -> Option<&'s Json> {
    let fragment = reference.strip_prefix('#')?;
    if fragment.is_empty() || fragment.starts_with('/') {
        return root.pointer(&decoded(fragment));
    }
    let named = |schema: &&Json| {
        let anchors = ["$anchor", "$dynamicAnchor"].iter();
        let mut anchors = anchors.filter_map(|keyword| schema.get(keyword)?.as_str());
        anchors.any(|anchor| anchor == fragment)
    };
    everything(root).into_iter().find(named)
}

/// A schema and every schema inside it.
pub(super) fn everything(root: &Json) -> Vec<&Json> {
    let (mut all, mut at) = (vec![root], 0);
    while let Some(schema) = all.get(at) {
        let inside = inside(schema);
        all.extend(inside);
        at += 1;
    }
    all
}

/// A fragment without its percent encoding (RFC 3986 §2.1).
fn decoded(fragment: &str) -> String {
    let bytes = fragment.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let code = fragment.get(at + 1..at + 3).filter(|_| byte == b'%');
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(code) => {
                decoded.push(code);
                at += 3;
            }
            None => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The schemas directly inside a schema.
fn inside(schema: &Json) -> Vec<&Json> {
    let mut found: Vec<&Json> = Vec::new();
    let maps = MAPS
        .iter()
        .filter_map(|keyword| schema.get(keyword)?.as_object());
    found.extend(maps.flat_map(|schemas| schemas.values()));
    for keyword in SCHEMAS {
        match schema.get(keyword) {
            Some(Json::Array(schemas)) => found.extend(schemas),
            other => found.extend(other),
        }
    }
    found
}

/// The schemas that a schema holds the same value against, in this tree.
pub(super) fn in_place<'s>(root: &'s Json, schema: &'s Json) -> Vec<&'s Json> {
    let references = REFERENCES.iter();
    let references = references.filter_map(|keyword| target(root, schema.get(keyword)?.as_str()?));
    let mut found: Vec<&Json> = references.collect();
    for keyword in ["allOf", "anyOf", "oneOf"] {
        found.extend(
            schema
                .get(keyword)
                .and_then(Json::as_array)
                .into_iter()
                .flatten(),
        );
    }
    let ones = ["not", "if", "then", "else"].iter();
    found.extend(ones.filter_map(|keyword| schema.get(keyword)));
    for keyword in ["dependentSchemas", "dependencies"] {
        let schemas = schema.get(keyword).and_then(Json::as_object);
        found.extend(schemas.into_iter().flat_map(|all| all.values()));
    }
    found
}

/// Whether a schema comes back to itself without going into a value; holding a value against it would never end.
fn is_endless(root: &Json) -> bool {
    // Each on the way of those that lead to it, or known to end.
    let mut ends: HashMap<*const Json, bool> = HashMap::new();
    for start in everything(root) {
        let mut open = vec![(start, false)];
        while let Some((schema, left)) = open.pop() {
            let at: *const Json = schema;
            if left {
                ends.insert(at, true);
                continue;
            }
            match ends.get(&at) {
                Some(true) => continue,
                Some(false) => return true,
                None => {}
            }
            ends.insert(at, false);
            open.push((schema, true));
            // A schema that is reached twice side by side is entered once: the second finds it ended.
            open.extend(in_place(root, schema).into_iter().map(|next| (next, false)));
        }
    }
    false
}

/// Refuses what would have to be fetched, and marks that cannot hold.
fn check(schema: &Json, root: &Json, is_root: bool) -> Result<(), String> {
    if !is_root && schema.get("$id").is_some() {
        return Err("an `$id` inside it changes what references mean; leave it out".into());
    }
    for keyword in REFERENCES {
        let Some(reference) = schema.get(keyword).and_then(Json::as_str) else {
            continue;
        };
        if !reference.starts_with('#') {
            return Err(format!(
                "`{keyword}: {reference}` leads out of it and nothing is fetched; put that schema under `$defs` and write `#/$defs/NAME`"
            ));
        }
        if target(root, reference).is_none() {
            return Err(format!("`{keyword}: {reference}` leads nowhere"));
        }
    }
    match schema.get("secret") {
        None | Some(Json::Bool(false)) => {}
        Some(Json::Bool(true)) => {
            let text = match schema.get("type") {
                None => true,
                Some(Json::Array(types)) => types.iter().any(|one| one == "string"),
                Some(one) => one == "string",
            };
            if !text {
                return Err(
                    "a secret is a text: what has `secret: true` has `type: string`".into(),
                );
            }
        }
        Some(_) => return Err("`secret` is true or false".into()),
    }
    inside(schema)
        .into_iter()
        .try_for_each(|schema| check(schema, root, false))
}

/// Lets `{secret: NAME}` stand wherever a secret may.
fn allow_names_of_secrets(schema: &mut Json) {
    let Some(keywords) = schema.as_object_mut() else {
        return;
    };
    for keyword in MAPS {
        let schemas = keywords.get_mut(keyword).and_then(Json::as_object_mut);
        schemas
            .into_iter()
            .flat_map(|all| all.values_mut())
            .for_each(allow_names_of_secrets);
    }
    for keyword in SCHEMAS {
        match keywords.get_mut(keyword) {
            Some(Json::Array(schemas)) => schemas.iter_mut().for_each(allow_names_of_secrets),
            Some(one) => allow_names_of_secrets(one),
            None => {}
        }
    }
    if keywords.get("secret") == Some(&Json::Bool(true)) {
        let mut outer = serde_json::Map::new();
        for keyword in [
            "$schema",
            "$id",
            "$anchor",
            "$dynamicAnchor",
            "$defs",
            "definitions",
        ] {
            outer.extend(keywords.remove_entry(keyword));
        }
        let name = json!({
            "type": "object",
            "properties": {"secret": {"type": "string"}},
            "required": ["secret"],
            "additionalProperties": false,
        });
        outer.insert("anyOf".into(), json!([name, schema.take()]));
        *schema = Json::Object(outer);
    }
}
