//! What a validator found, in our words. It never quotes the value.

use super::{Violation, Wrong};
use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Found},
    paths::{Location, LocationSegment},
};
use serde_json::Value as Json;
use smol_str::{SmolStr, ToSmolStr};

/// Adds what an error says.
pub(super) fn violations(error: &ValidationError<'_>, schema: &Json, all: &mut Vec<Violation>) {
    let path: Vec<SmolStr> = keys(error.instance_path());
    let says = stated_by(schema, error.schema_path());
    let description = says
        .and_then(|says| says.get("description"))
        .and_then(Json::as_str)
        .map(str::to_owned);
    let single = !(error.instance().is_object() || error.instance().is_array());
    let mut add = |wrong: Wrong, may_be_mended: bool| {
        all.push(Violation {
            path: path.clone(),
            wrong,
            description: description.clone(),
            may_be_mended,
        });
    };
    let expected = |what: String| Wrong::Expected(what);
    match error.kind() {
        Found::AdditionalProperties { unexpected }
        | Found::UnevaluatedProperties { unexpected } => {
            let known = says
                .and_then(|says| says.get("properties"))
                .and_then(Json::as_object);
            let known: Vec<SmolStr> = known
                .into_iter()
                .flatten()
                .map(|(key, _)| key.into())
                .collect();
            for key in unexpected {
                add(Wrong::UnknownKey(key.into(), known.clone()), false);
            }
        }
        Found::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            add(Wrong::Missing(key.into()), true);
        }
        Found::AnyOf { context } if is_secret(says) => {
            // Either the name of a secret, or what was asked for; of the two the second was meant.
            for error in context.iter().skip(1).flatten() {
                violations(error, schema, all);
            }
        }
        Found::AnyOf { context } | Found::OneOfNotValid { context } => {
            match types_of(context, error.instance_path()) {
                Some(types) => add(expected(types), !single),
                None => add(
                    Wrong::Says("this fits none of the forms that are allowed here".into()),
                    !single,
                ),
            }
        }
        Found::OneOfMultipleValid { .. } => {
            add(
                Wrong::Says("this fits several forms, of which only one may fit".into()),
                !single,
            );
        }
        Found::Type { kind } => add(expected(types(kind)), false),
        Found::Enum { options } => add(expected(one_of(options)), false),
        Found::Constant { expected_value } => add(expected(shown(expected_value)), false),
        Found::Pattern { pattern } => {
            add(expected(format!("a text that matches `{pattern}`")), false)
        }
        Found::Format { format } => {
            add(expected(format!("a text of the format `{format}`")), false)
        }
        Found::Minimum { limit } => add(expected(format!("a number of at least {limit}")), false),
        Found::Maximum { limit } => add(expected(format!("a number of at most {limit}")), false),
        Found::ExclusiveMinimum { limit } => {
            add(expected(format!("a number above {limit}")), false)
        }
        Found::ExclusiveMaximum { limit } => {
            add(expected(format!("a number below {limit}")), false)
        }
        Found::MultipleOf { multiple_of } => {
            add(expected(format!("a multiple of {multiple_of}")), false)
        }
        Found::MinLength { limit } => add(
            expected(format!("a text of at least {}", many(*limit, "character"))),
            false,
        ),
        Found::MaxLength { limit } => add(
            expected(format!("a text of at most {}", many(*limit, "character"))),
            false,
        ),
        Found::MinItems { limit } => add(
            expected(format!("a list of at least {}", many(*limit, "item"))),
            true,
        ),
        Found::MaxItems { limit } => add(
            expected(format!("a list of at most {}", many(*limit, "item"))),
            false,
        ),
        Found::AdditionalItems { limit } => add(
            expected(format!("a list of at most {}", many(*limit as u64, "item"))),
            false,
        ),
        Found::MinProperties { limit } => add(
            expected(format!("a map of at least {}", many(*limit, "key"))),
            true,
        ),
        Found::MaxProperties { limit } => add(
            expected(format!("a map of at most {}", many(*limit, "key"))),
            false,
        ),
        Found::UniqueItems => add(
            Wrong::Says("an item stands twice in this list".into()),
            false,
        ),
        Found::Contains => add(
            Wrong::Says("this list lacks an item that it must have".into()),
            true,
        ),
        Found::Not { .. } => add(Wrong::Says("this is excluded here".into()), !single),
        Found::FalseSchema => add(Wrong::Says("nothing may stand here".into()), false),
        Found::PropertyNames { .. } => add(
            Wrong::Says("a key of this map is not of the form that keys have here".into()),
            false,
        ),
        other => {
            let message = format!("this does not satisfy `{}`", other.keyword());
            add(Wrong::Says(message), !single);
        }
    }
}

fn keys(location: &Location) -> Vec<SmolStr> {
    let key = |segment| match segment {
        LocationSegment::Property(key) => SmolStr::from(key),
        LocationSegment::Index(number) => number.to_smolstr(),
    };
    location.segments().map(key).collect()
}

/// The schema whose keyword the location names.
fn stated_by<'s>(schema: &'s Json, location: &Location) -> Option<&'s Json> {
    let (stated_by, _keyword) = location.as_str().rsplit_once('/')?;
    schema.pointer(stated_by)
}

/// Whether the schema is what was made of one with `secret: true`.
fn is_secret(schema: Option<&Json>) -> bool {
    let meant = schema.and_then(|schema| schema.pointer("/anyOf/1/secret"));
    meant == Some(&Json::Bool(true))
}

/// The types that were expected, if each of the forms only asks for one.
fn types_of(context: &[Vec<ValidationError<'static>>], at: &Location) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for errors in context {
        let [error] = errors.as_slice() else {
            return None;
        };
        match error.kind() {
            Found::Type { kind } if error.instance_path() == at => {
                let name = types(kind);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            _ => return None,
        }
    }
    (!names.is_empty()).then(|| names.join(" or "))
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => type_name(*one).to_owned(),
        TypeKind::Multiple(several) => {
            let names: Vec<&str> = several.iter().map(type_name).collect();
            names.join(" or ")
        }
    }
}

fn type_name(one: JsonType) -> &'static str {
    match one {
        JsonType::Null => "null",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "a text",
        JsonType::Array => "a list",
        JsonType::Object => "a map",
    }
}

fn one_of(options: &Json) -> String {
    let options: Vec<String> = options
        .as_array()
        .into_iter()
        .flatten()
        .map(shown)
        .collect();
    match options.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// A value that the schema names.
fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => crate::diagnostic::quote(text),
        other => crate::diagnostic::quote(&other.to_string()),
    }
}

fn many(number: u64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
