//! Single values, free maps and the marks that remove what is inherited.

use super::Check;
use crate::{
    diagnostic::{Code, Diagnostic, Severity, quote},
    model::shape::{FreeShape, Shape, WordForm, WordShape},
    secret::mask_text,
    source::{Entry, Form, Scalar, Value, ValueData},
    span::Span,
};
use std::borrow::Cow;

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

    /// Whether the scalar clears what is inherited.
    pub(super) fn clears(&mut self, scalar: &Scalar, span: Span) -> bool {
        self.inherits && scalar.text == "!" && self.removal_mark(scalar, span).is_some()
    }

    /// Reports a `'!'` that does not stand where it clears.
    pub(super) fn misplaced_clear(&mut self, span: Span, message: &str) {
        let diagnostic = Diagnostic::new(Code::WRONG_VALUE, message).at(span, "");
        self.report(diagnostic.help("to remove one entry of what is inherited, write '!x'"));
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
        if self.is_stray_secret(scalar, span) {
            return None;
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
                // What a check says of a part of the text may be a part of a secret.
                let why = match mask_text(&scalar.text) {
                    Cow::Owned(_) => ": no secret may stand here".to_owned(),
                    Cow::Borrowed(_) if why.is_empty() => why,
                    Cow::Borrowed(_) => format!(": {why}"),
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
            Some(scalar) if self.clears(scalar, value.span) => {
                Some(Value::scalar("!", Form::Text, value.span))
            }
            Some(scalar) if scalar.is_null_word() && self.inherits => Some(value.clone()),
            Some(scalar) if scalar.is_null_word() => None,
            Some(scalar) if self.is_stray_secret(scalar, value.span) => None,
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
            if !self.may_be_key(&entry.key, entry.key_span) {
                continue;
            }
            if entry.key.is_empty() {
                let diagnostic = Diagnostic::new(Code::WRONG_VALUE, "a key is empty");
                let diagnostic = diagnostic.at(entry.key_span, "");
                self.report(diagnostic.help("write the word that the value stands under"));
                continue;
            }
            let value = self.inside(&entry.key, |check| {
                match (check.removal(entry, entries.len() == 1), &entry.value.data) {
                    (Some(mark), _) => mark,
                    (None, ValueData::List(items)) if free.lists => {
                        let texts = items.iter().filter_map(|item| check.text_item(item));
                        let texts: Vec<Value> = texts.collect();
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

    /// An item of a list that is one value: it is replaced whole, so nothing can be removed from it.
    fn text_item(&mut self, item: &Value) -> Option<Value> {
        let removes = |scalar: &Scalar| scalar.text.starts_with('!');
        if self.inherits && item.as_scalar().is_some_and(removes) {
            let message = "this list is replaced whole, so nothing is removed from it";
            let diagnostic = Diagnostic::new(Code::WRONG_VALUE, message).at(item.span, "");
            self.report(diagnostic.help("write the items that it shall have"));
            return None;
        }
        if self.says_nothing(item) {
            return None;
        }
        self.text(item)
    }

    /// Whether nothing stands where an item of a list should; that is reported.
    pub(super) fn says_nothing(&mut self, item: &Value) -> bool {
        let nothing = |s: &Scalar| s.is_empty_plain() || s.is_null_word();
        let nothing = item.as_scalar().is_some_and(nothing);
        if nothing {
            let message = format!("expected an item, found {}", item.what());
            let diagnostic = Diagnostic::new(Code::WRONG_VALUE, message).at(item.span, "");
            self.report(diagnostic.help("leave it out, or write '' for an empty text"));
        }
        nothing
    }

    /// For a key `!x`: the mark that [`super::merge`] understands, or nothing when it cannot be one.
    pub(super) fn removal(&mut self, entry: &Entry, alone: bool) -> Option<Option<Value>> {
        if !self.inherits || !entry.key.starts_with('!') {
            return None;
        }
        if entry.key == "!" && !alone {
            let message = "`!` clears all that is inherited, so no other key stands beside it";
            self.misplaced_clear(entry.key_span, message);
            return Some(None);
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
