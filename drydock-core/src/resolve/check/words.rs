//! Single values, free maps and the marks that remove what is inherited.

use super::Check;
use crate::{
    diagnostic::{Code, Diagnostic, Severity, quote},
    model::shape::{FreeShape, Shape, WordForm, WordShape},
    source::{Entry, Form, Scalar, Value, ValueData},
    span::Span,
};

impl Check<'_> {
    /// What the scalar removes: `Some("x")` for `!x`, `Some("")` for `!`. An unquoted one is reported, and understood.
    pub(super) fn removal_mark<'s>(&mut self, scalar: &'s Scalar, span: Span) -> Option<&'s str> {
        let target = scalar.text.strip_prefix('!')?;
        match scalar.form {
            Form::Tagged => {
                let (quoted, message) = (format!("'{}'", scalar.text), "a removal must be quoted");
                let help = format!("write {quoted}: YAML reads an unquoted `!` as a tag");
                self.report(
                    Diagnostic::new(Code::UNQUOTED_REMOVAL, message)
                        .at(span, "")
                        .help(help)
                        .edit(span, quoted),
                );
                Some(target)
            }
            Form::Secret => None,
            _ => Some(target),
        }
    }

    pub(super) fn word(
        &mut self,
        scalar: &Scalar,
        span: Span,
        word: &'static WordShape,
    ) -> Option<Value> {
        if scalar.is_null_word() {
            // In words it unsets what is inherited; where nothing inherits it is as good as not written.
            return self
                .inherits
                .then(|| Value::scalar("null", Form::Plain, span));
        }
        let value = || Value {
            span,
            data: ValueData::Scalar(scalar.clone()),
        };
        if scalar.is_empty_plain() || scalar.form == Form::Tagged {
            return self.refuse(&value(), Shape::Word(word));
        }
        match (word.check)(&scalar.text) {
            Ok(text) => {
                if word.form == WordForm::Boolean && scalar.form == Form::Quoted {
                    let mut quoted =
                        Diagnostic::new(Code::WRONG_VALUE, "a boolean is written without quotes");
                    quoted.severity = Severity::Warning;
                    self.report(
                        quoted
                            .at(span, "")
                            .help(format!("write {text}"))
                            .edit(span, text.clone()),
                    );
                }
                let form = match word.form {
                    _ if scalar.form == Form::Secret => Form::Secret,
                    WordForm::Text => Form::Text,
                    WordForm::Integer => Form::Integer,
                    WordForm::Boolean => Form::Boolean,
                };
                let text = if text == *scalar.text {
                    scalar.text.clone()
                } else {
                    text.as_ref().into()
                };
                Some(Value::scalar(text, form, span))
            }
            Err(why) => {
                let found = if scalar.form == Form::Secret {
                    "something else".into()
                } else {
                    quote(&scalar.text)
                };
                let why = if why.is_empty() {
                    why
                } else {
                    format!(": {why}")
                };
                let message = format!("expected {}, found {found}{why}", word.expected);
                self.report(Diagnostic::new(Code::WRONG_VALUE, message).at(span, ""));
                None
            }
        }
    }

    pub(super) fn secret(&mut self, scalar: &Scalar, span: Span) -> Option<Value> {
        if scalar.is_null_word() {
            return self
                .inherits
                .then(|| Value::scalar("null", Form::Plain, span));
        }
        if scalar.text.is_empty() {
            let nothing = Value {
                span,
                data: ValueData::Scalar(scalar.clone()),
            };
            return self.refuse(&nothing, Shape::Secret);
        }
        Some(Value::scalar(scalar.text.clone(), Form::Secret, span))
    }

    pub(super) fn text(&mut self, value: &Value) -> Option<Value> {
        match value.as_scalar() {
            Some(scalar) if scalar.is_null_word() && self.inherits => Some(value.clone()),
            Some(scalar) if scalar.is_null_word() => None,
            Some(scalar) if !scalar.is_empty_plain() && scalar.form != Form::Tagged => {
                let form = if scalar.form == Form::Secret {
                    Form::Secret
                } else {
                    Form::Text
                };
                Some(Value::scalar(scalar.text.clone(), form, value.span))
            }
            _ => {
                let message = format!("expected a text, found {}", value.what());
                let diagnostic = Diagnostic::new(Code::WRONG_VALUE, message).at(value.span, "");
                self.report(diagnostic.help("write '' for an empty text"));
                None
            }
        }
    }

    pub(super) fn free(&mut self, entries: &[Entry], span: Span, free: FreeShape) -> Value {
        let mut checked = Vec::with_capacity(entries.len());
        for entry in entries {
            let value = self.inside(&entry.key, |check| {
                match (check.removal(entry), &entry.value.data) {
                    (Some(mark), _) => mark,
                    (None, ValueData::List(items)) if free.lists => {
                        let texts: Vec<Value> =
                            items.iter().filter_map(|item| check.text(item)).collect();
                        Some(Value::list(texts, entry.value.span))
                    }
                    _ => check.text(&entry.value),
                }
            });
            checked.extend(value.map(|value| Entry {
                value,
                ..entry.clone()
            }));
        }
        Value::map(checked, span)
    }

    /// For a key `!x`: the mark that [`super::merge`] understands, or nothing when its value says something.
    pub(super) fn removal(&mut self, entry: &Entry) -> Option<Option<Value>> {
        if !self.inherits || !entry.key.starts_with('!') {
            return None;
        }
        let says_nothing = match &entry.value.data {
            ValueData::Scalar(scalar) => scalar.text.is_empty() || scalar.is_null_word(),
            ValueData::List(_) => false,
            ValueData::Map(entries) => entries.is_empty(),
        };
        if !says_nothing {
            let message = format!("{} removes, so its value must be empty", quote(&entry.key));
            let diagnostic = Diagnostic::new(Code::WRONG_VALUE, message).at(entry.value.span, "");
            self.report(
                diagnostic
                    .also(entry.key_span, "removes")
                    .help("write {} or ''"),
            );
            return Some(None);
        }
        Some(Some(Value::map(Vec::new(), entry.value.span)))
    }
}
