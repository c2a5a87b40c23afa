//! Typed models from checked values: `serde` over [`Value`].
//!
//! [`super::check`] has made sure of the form, so decoding a checked value does not fail; should it, the error says where.

use crate::{
    secret::mask_text,
    source::{Form, Scalar, Value, ValueData},
    span::Span,
};
use serde::de::{
    self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
    value::StrDeserializer,
};
use std::fmt;

/// Why a value does not fit a type, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// What does not fit.
    pub message: String,
    /// The innermost value that does not fit.
    pub span: Span,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for DecodeError {}
impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self {
            message: message.to_string(),
            span: Span::NONE,
        }
    }
}

/// The value as a `T`; a host's own types need only `serde::Deserialize`.
///
/// # Errors
/// When the value does not fit, with the place that does not.
pub fn decode<'de, T: de::Deserialize<'de>>(value: &'de Value) -> Result<T, DecodeError> {
    T::deserialize(ValueDeserializer(value))
}

#[derive(Clone, Copy)]
struct ValueDeserializer<'de>(&'de Value);

impl ValueDeserializer<'_> {
    /// The result; an error is given its place, and tells no secret. A value may be large and stays where it is.
    #[inline]
    fn placed<T>(self, mut result: Result<T, DecodeError>) -> Result<T, DecodeError> {
        if let Err(error) = &mut result {
            self.place(error);
        }
        result
    }

    #[cold]
    fn place(self, error: &mut DecodeError) {
        let secret = self.0.as_scalar().is_some_and(|s| s.form == Form::Secret);
        error.message = match secret {
            true => "the secret here does not fit".to_owned(),
            false => mask_text(&error.message).into_owned(),
        };
        if !error.span.is_known() {
            error.span = self.0.span;
        }
    }

    fn number<T: std::str::FromStr>(self) -> Option<T> {
        self.0.as_text().and_then(|text| text.parse().ok())
    }
}

fn visit_scalar<'de, V: Visitor<'de>>(
    scalar: &'de Scalar,
    visitor: V,
) -> Result<V::Value, DecodeError> {
    use crate::source::core_schema::{Plain, plain};
    match (scalar.form, plain(&scalar.text)) {
        (Form::Plain, Plain::Null) => visitor.visit_unit(),
        (Form::Plain | Form::Boolean, Plain::Bool(b)) => visitor.visit_bool(b),
        (Form::Plain | Form::Integer, Plain::Int(i)) => visitor.visit_i64(i),
        (Form::Plain | Form::Integer, Plain::Unsigned(u)) => visitor.visit_u64(u),
        (Form::Plain, Plain::Float(f)) => visitor.visit_f64(f),
        _ => visitor.visit_borrowed_str(&scalar.text),
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $type:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            match self.number::<$type>() {
                Some(number) => self.placed(visitor.$visit(number)),
                None => self.deserialize_any(visitor),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for ValueDeserializer<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.placed(match &self.0.data {
            ValueData::Scalar(scalar) => visit_scalar(scalar, visitor),
            ValueData::List(items) => visitor.visit_seq(Items(items.iter())),
            ValueData::Map(entries) => visitor.visit_map(Entries(entries.iter(), None)),
        })
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.0.data {
            ValueData::Scalar(scalar) => self.placed(visitor.visit_borrowed_str(&scalar.text)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.0.data {
            ValueData::Scalar(scalar) if scalar.is_null_word() || scalar.is_empty_plain() => {
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.placed(visitor.visit_newtype_struct(self))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match &self.0.data {
            ValueData::Scalar(scalar) => {
                let text: StrDeserializer<'_, DecodeError> = (*scalar.text).into_deserializer();
                self.placed(text.deserialize_enum(name, variants, visitor))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    numbers! {
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64, deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64,
    }

    serde::forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map struct ignored_any
    }
}

struct Items<'de>(std::slice::Iter<'de, Value>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let next = self.0.next().map(ValueDeserializer);
        next.map(|value| value.placed(seed.deserialize(value)))
            .transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Entries<'de>(
    std::slice::Iter<'de, crate::source::Entry>,
    Option<&'de Value>,
);

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        let Some(entry) = self.0.next() else {
            return Ok(None);
        };
        self.1 = Some(&entry.value);
        let key: StrDeserializer<'de, DecodeError> = (*entry.key).into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, DecodeError> {
        let value = self
            .1
            .take()
            .ok_or_else(|| de::Error::custom("a value was asked for before its key"))?;
        ValueDeserializer(value).placed(seed.deserialize(ValueDeserializer(value)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_tells_no_secret() {
        let value = |text, form| Value::scalar(text, form, Span::NONE);
        for (value, message) in [
            (
                value("hunter2", Form::Secret),
                "the secret here does not fit",
            ),
            (
                value("x://u:hunter2@h", Form::Text),
                "invalid type: string \"x://***@h\", expected u16",
            ),
        ] {
            assert_eq!(decode::<u16>(&value).unwrap_err().message, message);
            let list = Value::list(vec![value], Span::NONE);
            let error = decode::<Vec<u16>>(&list).unwrap_err();
            assert_eq!(error.message, message);
            let error = decode::<crate::model::MacAddr>(&list).unwrap_err();
            assert!(!error.message.contains("hunter2"), "{error}");
        }
    }
}
