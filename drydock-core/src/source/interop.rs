//! Values to and from `serde_yaml`, for programs that have theirs there. Feature `serde_yaml`.

use super::{Entry, Form, Scalar, Value, yaml::secrets};
use crate::{secret, span::Span};
use smol_str::{SmolStr, ToSmolStr};
use std::collections::HashSet;

impl Value {
    /// The same value, without places. What stands under the key of a secret position is a secret here too.
    ///
    /// A tag is kept where it stands alone, as a removal would, and left out elsewhere; a key that is no word becomes
    /// its text in YAML.
    pub fn from_serde_yaml(value: &serde_yaml::Value) -> Value {
        read(value, false)
    }
}

impl From<&Value> for serde_yaml::Value {
    /// Numbers and booleans where a field decided so, or plain text means them by YAML's core schema. Secrets, and
    /// user information in URLs, are struck out.
    fn from(value: &Value) -> Self {
        // Serializing a value has no error of its own, and this serializer takes all that values are made of.
        serde_yaml::to_value(value).unwrap_or_default()
    }
}

/// A value as YAML text, secrets struck out.
pub fn to_yaml(value: &Value) -> String {
    serde_yaml::to_string(value).unwrap_or_default()
}

fn read(value: &serde_yaml::Value, inside: bool) -> Value {
    use serde_yaml::Value as Yaml;
    let (text, form) = match value {
        Yaml::Sequence(items) => {
            return Value::list(
                items
                    .iter()
                    .map(|item| read(item, inside))
                    .collect::<Vec<_>>(),
                Span::NONE,
            );
        }
        Yaml::Mapping(map) => return read_map(map, inside),
        Yaml::Tagged(tagged) => match &tagged.value {
            Yaml::Null => (tagged.tag.to_smolstr(), Form::Tagged),
            other => return read(other, inside),
        },
        Yaml::Null => ("null".into(), Form::Plain),
        Yaml::Bool(word) => (word.to_smolstr(), Form::Plain),
        Yaml::Number(number) => (number.to_smolstr(), Form::Plain),
        Yaml::String(text) => (text.into(), Form::Quoted),
    };
    let seals = inside
        && secrets::is_secret(&Scalar {
            text: text.clone(),
            form,
        });
    Value::scalar(text, if seals { Form::Secret } else { form }, Span::NONE)
}

fn read_map(map: &serde_yaml::Mapping, inside: bool) -> Value {
    let mut seen: HashSet<SmolStr> = HashSet::with_capacity(map.len());
    let mut entries = Vec::with_capacity(map.len());
    for (key, value) in map {
        let key: SmolStr = match key {
            serde_yaml::Value::String(text) => text.into(),
            other => to_yaml(&read(other, false)).trim_end().into(),
        };
        // `1` and `'1'` are two keys there and one here.
        if seen.insert(key.clone()) {
            let seals = secret::is_secret_key(&key) && !names_a_secret(value);
            entries.push(Entry {
                value: read(value, inside || seals),
                key,
                key_span: Span::NONE,
            });
        }
    }
    Value::map(entries, Span::NONE)
}

fn names_a_secret(value: &serde_yaml::Value) -> bool {
    value.as_mapping().is_some_and(|map| map.len() == 1)
        && secrets::names_a_secret(&read(value, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_the_way_there_and_back() {
        let text = "a: 1\nb: [x, '1', null, true, 1.5, !x ]\nc: {d: {}, 5: []}\n";
        let there: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        let value = Value::from_serde_yaml(&there);
        assert_eq!(
            format!("{value:?}"),
            r#"{"a": 1, "b": ["x", "1", null, true, 1.5, !x], "c": {"d": {}, "5": []}}"#
        );
        let plain: serde_yaml::Value =
            serde_yaml::from_str("a: 1\nb: [x, '1', null, true, 1.5]\n").unwrap();
        assert_eq!(
            serde_yaml::Value::from(&Value::from_serde_yaml(&plain)),
            plain
        );
    }

    #[test]
    fn secrets_are_struck_out() {
        let there: serde_yaml::Value = serde_yaml::from_str(
            "credential: hunter2\ntoken: [hunter2, {a: hunter2}]\npassword: {secret: bmc}\nurl: https://u:hunter2@h/\nk_g: null\n",
        )
        .unwrap();
        let value = Value::from_serde_yaml(&there);
        assert_eq!(
            to_yaml(&value),
            "credential: (secret)\ntoken:\n- (secret)\n- a: (secret)\npassword:\n  secret: bmc\nurl: https://***@h/\nk_g: null\n"
        );
        assert_eq!(
            value.field("credential").and_then(Value::as_text),
            Some("hunter2")
        );
        assert!(!format!("{value:?}{:?}", serde_yaml::Value::from(&value)).contains("hunter2"));
    }
}
