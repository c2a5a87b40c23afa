//! What the schema of a registered kind has against an item, as findings at the places that caused them.

use crate::{
    diagnostic::{Code, Diagnostic, did_you_mean, quote},
    field::FieldPath,
    model::config_item::{RegisteredKind, Violation, Wrong},
    names::DocumentId,
    secret,
    source::{
        Entry, Form, Scalar, Value, ValueData,
        core_schema::{Plain, plain},
        names_a_secret,
    },
    span::Span,
};
use serde_json::Value as Json;
use smol_str::SmolStr;

/// What the schema of its kind has against an item. The field that names its parents is not the schema's business; of an item that is
/// `inherited_from`, nothing is demanded that its heirs may add.
pub(super) fn violations(
    id: &DocumentId,
    spec: &Value,
    kind: &RegisteredKind,
    inherited_from: bool,
) -> Vec<Diagnostic> {
    let Some(schema) = &kind.schema else {
        return Vec::new();
    };
    let mut instance = json(spec);
    if let (Some(parents), Some(keys)) = (&kind.parents, instance.as_object_mut()) {
        keys.remove(parents.as_str());
    }
    let found = schema.violations(&instance).into_iter();
    let found = found.filter(|violation| !(inherited_from && violation.may_be_mended));
    found
        .filter_map(|violation| diagnostic(id, spec, kind, violation))
        .collect()
}

/// The value as JSON, its secrets included; never to be printed.
fn json(value: &Value) -> Json {
    match &value.data {
        ValueData::List(items) => items.iter().map(json).collect(),
        ValueData::Map(entries) => {
            let entries = entries.iter();
            entries
                .map(|entry| (entry.key.to_string(), json(&entry.value)))
                .collect()
        }
        ValueData::Scalar(Scalar {
            text,
            form: Form::Plain | Form::Integer | Form::Boolean,
        }) => match plain(text) {
            Plain::Null => Json::Null,
            Plain::Bool(value) => value.into(),
            Plain::Int(number) => number.into(),
            Plain::Unsigned(number) => number.into(),
            Plain::Float(number) => number.into(),
            _ => Json::String(text.to_string()),
        },
        ValueData::Scalar(scalar) => Json::String(scalar.text.to_string()),
    }
}

/// A value, and the entry that has it where it stands under a key.
struct Place<'v> {
    value: &'v Value,
    entry: Option<&'v Entry>,
}

/// The place at a path; none inside `{secret: NAME}`: the host keeps that secret, and of its name nothing is asked.
fn place<'v>(spec: &'v Value, path: &[SmolStr], kind: &RegisteredKind) -> Option<Place<'v>> {
    let mut marks = kind.secrets.root();
    let mut place = Place {
        value: spec,
        entry: None,
    };
    for key in path {
        let mut is_secret = false;
        let (value, entry) = match &place.value.data {
            ValueData::Map(_) => {
                let entry = place.value.entry(key)?;
                marks = marks.key(key);
                is_secret = secret::is_secret_key(key);
                (&entry.value, Some(entry))
            }
            ValueData::List(items) => {
                let number = key.parse().ok()?;
                marks = marks.item(number);
                (items.get(number)?, None)
            }
            ValueData::Scalar(_) => return None,
        };
        if names_a_secret(value) && (is_secret || marks.is_secret()) {
            return None;
        }
        place = Place { value, entry };
    }
    Some(place)
}

fn diagnostic(
    id: &DocumentId,
    spec: &Value,
    kind: &RegisteredKind,
    violation: Violation,
) -> Option<Diagnostic> {
    let place = place(spec, &violation.path, kind)?;
    let at = match place.value.span {
        Span::NONE => place.entry.map_or(Span::NONE, |entry| entry.key_span),
        span => span,
    };
    let field = FieldPath::of(violation.path);
    let says = violation
        .description
        .map(|text| format!("the schema of its kind says: {text}"));
    let wrong = |message: String| Diagnostic::new(Code::WRONG_VALUE, message);
    let (found, help) = match violation.wrong {
        Wrong::Expected(expected) => {
            let message = format!("expected {expected}, found {}", shown(place.value));
            (wrong(message).field(field).at(at, ""), says)
        }
        Wrong::Says(message) => (wrong(message).field(field).at(at, ""), says),
        Wrong::Missing(key) => {
            let at = place.entry.map_or(at, |entry| entry.key_span);
            let found = wrong(format!("{} is missing", quote(&key)));
            let help = says.unwrap_or_else(|| format!("add `{key}: ...`"));
            (found.field(field.join(key)).at(at, ""), Some(help))
        }
        Wrong::UnknownKey(key, known) => {
            let entry = place.value.entry(&key)?;
            let found = Diagnostic::new(Code::UNKNOWN_KEY, format!("unknown key {}", quote(&key)));
            let found = found.field(field).at(entry.key_span, "");
            let free = known
                .iter()
                .filter(|known| place.value.entry(known).is_none());
            match did_you_mean(&key, free.map(SmolStr::as_str)) {
                Some(meant) => {
                    let found = found.edit(entry.key_span, meant);
                    (found, Some(format!("did you mean `{meant}`?")))
                }
                None if known.is_empty() => (found, says),
                None => {
                    let known: Vec<&str> = known.iter().map(SmolStr::as_str).collect();
                    (found, Some(format!("known here: {}", known.join(", "))))
                }
            }
        }
    };
    let found = found.about(id);
    Some(match help {
        Some(help) => found.help(help),
        None => found,
    })
}

/// A value for a message, secrets left out.
fn shown(value: &Value) -> String {
    match value.as_scalar() {
        Some(scalar) if scalar.form == Form::Secret => "something else".to_owned(),
        Some(scalar) if scalar.is_null_word() || scalar.is_empty_plain() => value.what().to_owned(),
        Some(scalar) if matches!(scalar.form, Form::Quoted | Form::Text) => {
            format!("the text {}", quote(&scalar.text))
        }
        Some(scalar) => quote(&scalar.text),
        None => value.what().to_owned(),
    }
}
