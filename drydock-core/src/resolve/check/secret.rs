//! Secrets at places where none may stand.
//!
//! The reader seals what stands under the key of a secret, and where an alias takes it from there, the same value there
//! as well. Typed models know nothing of seals: they strike out by key and by the form of URLs. So a sealed value anywhere
//! else, and a URL with user information where a name stands, is refused here.

use super::Check;
use crate::{
    diagnostic::{Code, Diagnostic},
    secret::{is_secret_key, mask_text},
    source::{Form, Scalar, Value, ValueData},
    span::Span,
};
use std::borrow::Cow;

impl Check<'_> {
    /// Whether a scalar is a secret although no key around it says so. That is reported.
    pub(super) fn is_stray_secret(&mut self, scalar: &Scalar, span: Span) -> bool {
        let is_stray =
            scalar.form == Form::Secret && !self.path.keys().iter().any(|key| is_secret_key(key));
        if is_stray {
            let message = "an alias brings a secret to where none may stand";
            let found = Diagnostic::new(Code::WRONG_VALUE, message).at(span, "");
            self.report(found.help(
                "write the value out where it is no secret, and leave the anchor to the secret alone",
            ));
        }
        is_stray
    }

    /// Whether a key may be printed. That it may not is reported.
    pub(super) fn may_be_key(&mut self, key: &str, span: Span) -> bool {
        let may_be = may_be_key(key);
        if !may_be {
            let message = "a key must not hold a secret, such as the user information of a URL";
            let found = Diagnostic::new(Code::WRONG_VALUE, message).at(span, "");
            self.report(found.help("write it as a value"));
        }
        may_be
    }

    /// What is kept as written, if neither a value nor a key in it must be refused.
    pub(super) fn any(&mut self, value: &Value) -> Option<Value> {
        self.all_may_stand(value).then(|| value.clone())
    }

    fn all_may_stand(&mut self, value: &Value) -> bool {
        match &value.data {
            ValueData::Scalar(scalar) => !self.is_stray_secret(scalar, value.span),
            ValueData::List(items) => items.iter().all(|item| self.all_may_stand(item)),
            ValueData::Map(entries) => entries.iter().all(|entry| {
                self.may_be_key(&entry.key, entry.key_span)
                    && self.inside(&entry.key, |check| check.all_may_stand(&entry.value))
            }),
        }
    }
}

/// Whether a key may be printed.
pub(super) fn may_be_key(key: &str) -> bool {
    !key.contains(':') || matches!(mask_text(key), Cow::Borrowed(_))
}
