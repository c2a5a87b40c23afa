//! The form of what people write, as data. Each model type carries its own [`Shape`]; reading, merging and decoding
//! are driven by it, so a field that exists in the model is known everywhere.

use smol_str::SmolStr;
use std::{borrow::Cow, sync::Arc};

/// The form of a value.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Shape {
    /// A single value.
    Word(&'static WordShape),
    /// A secret: a single value, or `{secret: NAME}`.
    Secret,
    /// A free map from text to text.
    Free(FreeShape),
    /// A list of single values without duplicates; what inherits adds to it.
    Set(&'static WordShape),
    /// A list that is replaced whole.
    List(&'static Shape),
    /// A map with known keys.
    Record(&'static RecordShape),
    /// Records found by a primary key, written as a list (key inside) or as a map (key outside).
    Keyed(&'static RecordShape),
    /// A single value, or a record.
    WordOrRecord(&'static WordShape, &'static RecordShape),
    /// Any YAML, kept as written.
    Any,
}

/// The form of a single value.
#[derive(Debug)]
pub struct WordShape {
    /// What is expected, for messages: `a size such as 20g or >50%`.
    pub expected: &'static str,
    /// What it becomes in JSON.
    pub form: WordForm,
    /// Which texts it may be, as far as a schema can say.
    pub spelling: Spelling,
    /// Whether a list of it may be written as one text with commas.
    pub commas: bool,
    /// Whether a list of one may be written without the list.
    pub single: bool,
    /// The text as it is kept, or why it is wrong (empty: it is not what is expected).
    pub check: fn(&str) -> Result<Cow<'_, str>, String>,
}

/// Which texts a single value may be, for schemas. It never excludes what [`WordShape::check`] accepts.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Spelling {
    /// Any.
    Any,
    /// Those that match a regular expression.
    Pattern(&'static str),
    /// These words.
    Words(&'static [SpelledWord]),
    /// Whole numbers up to this one.
    UpTo(u64),
}

/// One of the words that a value may be.
#[derive(Debug, Clone, Copy)]
pub struct SpelledWord {
    /// The word.
    pub word: &'static str,
    /// Spellings of old designs.
    pub old: &'static [&'static str],
    /// What it means.
    pub doc: &'static str,
}

/// What a single value is in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordForm {
    /// A string.
    Text,
    /// A number.
    Integer,
    /// `true` or `false`.
    Boolean,
}

/// The form of a free map.
#[derive(Debug, Clone, Copy)]
pub struct FreeShape {
    /// Whether a value may also be a list of texts.
    pub lists: bool,
}

/// The form of a map with known keys.
#[derive(Debug)]
pub struct RecordShape {
    /// The name of its type.
    pub name: &'static str,
    /// What it is, as its documentation says.
    pub doc: &'static str,
    /// The key that names a record inside a list of them.
    pub key: &'static str,
    /// The known keys.
    pub fields: &'static [FieldShape],
    /// The form of values under other keys; without it there are none.
    pub rest: Option<Shape>,
    /// Keys of old designs that have no successor, and what to write instead.
    pub gone: &'static [(&'static str, &'static str)],
}

/// One known key of a record.
#[derive(Debug)]
pub struct FieldShape {
    /// The key.
    pub name: &'static str,
    /// What it means, as its documentation says.
    pub doc: &'static str,
    /// Spellings of old designs.
    pub old: &'static [&'static str],
    /// The form of its value.
    pub shape: Shape,
    /// Who may write it and who inherits it.
    pub scope: Scope,
}

/// Who may write a field and who inherits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Inherited.
    Inherited,
    /// Written anywhere, never inherited.
    Own,
    /// Written by nodes alone.
    NodeOnly,
}

impl RecordShape {
    /// The field of this key, under its present or an old spelling.
    pub fn field(&self, key: &str) -> Option<&FieldShape> {
        let by_name = self.fields.iter().find(|field| field.name == key);
        by_name.or_else(|| self.fields.iter().find(|field| field.old.contains(&key)))
    }

    /// The form of the value under this key, if the key may stand here.
    pub fn shape_of(&self, key: &str) -> Option<Shape> {
        self.field(key).map(|field| field.shape).or(self.rest)
    }
}

impl Shape {
    /// What is expected, for messages.
    pub fn expected(&self) -> &'static str {
        match self {
            Shape::Word(word) => word.expected,
            Shape::Secret => "a text, or {secret: NAME}",
            Shape::Free(_) | Shape::Record(_) => "a map",
            Shape::Set(_) | Shape::List(_) => "a list",
            Shape::Keyed(_) => "a map, or a list of maps",
            Shape::WordOrRecord(..) => "a text, or a map",
            Shape::Any => "anything",
        }
    }
}

/// A type that knows the form in which it is written.
pub trait Shaped {
    /// That form.
    const SHAPE: Shape;
}

/// A type written as a single value.
pub trait Word: Sized {
    /// The form of it.
    const WORD: WordShape;
}

/// A type written as a map with known keys.
pub trait Record: Sized {
    /// The form of it.
    const RECORD: RecordShape;
}

/// What many share is written as what one has.
impl<T: Shaped> Shaped for Arc<T> {
    const SHAPE: Shape = T::SHAPE;
}

impl<T: Word> Shaped for Option<T> {
    const SHAPE: Shape = Shape::Word(&T::WORD);
}

impl<T: Word> Shaped for Vec<T> {
    const SHAPE: Shape = Shape::List(&Shape::Word(&T::WORD));
}

impl Shaped for Option<crate::secret::SecretValue> {
    const SHAPE: Shape = Shape::Secret;
}

/// The text as it is, for names. They are printed everywhere, so a URL with user information is none.
pub(crate) fn any_text(text: &str) -> Result<Cow<'_, str>, String> {
    match crate::secret::mask_text(text) {
        Cow::Borrowed(_) => Ok(Cow::Borrowed(text)),
        Cow::Owned(_) => Err(String::new()),
    }
}

macro_rules! text_words {
    ($($type:ty)*) => {$(
        impl Word for $type {
            const WORD: WordShape =
                WordShape { expected: "a text", form: WordForm::Text, spelling: Spelling::Any,
                commas: false, single: false, check: any_text };
        }
    )*};
}
use crate::names::{HardwareName, LinkName, NetworkName, NodeName, ProfileName, RackName};
text_words! { SmolStr NodeName NetworkName LinkName ProfileName HardwareName RackName }

/// One spelling for each value, so that equal values are equal texts.
fn canonical(text: &str, value: impl ToString) -> Cow<'_, str> {
    let spelled = value.to_string();
    if spelled == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(spelled)
    }
}

/// A regular expression that every IPv4 or IPv6 address matches.
macro_rules! ip {
    () => {
        r"((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*"
    };
}
pub(crate) use ip;

macro_rules! parsed_words {
    ($($type:ty, $expected:literal, $form:ident, $spelling:expr;)*) => {$(
        impl Word for $type {
            const WORD: WordShape = WordShape {
                expected: $expected,
                form: WordForm::$form,
                spelling: $spelling,
                commas: false,
                single: false,
                check: |text| match text.parse::<$type>() {
                    Ok(value) => Ok(canonical(text, value)),
                    Err(_) => Err(String::new()),
                },
            };
        }
    )*};
}
parsed_words! {
    u8, "a whole number from 0 to 255", Integer, Spelling::UpTo(u8::MAX as u64);
    u16, "a whole number from 0 to 65535", Integer, Spelling::UpTo(u16::MAX as u64);
    u32, "a whole number", Integer, Spelling::UpTo(u32::MAX as u64);
    u64, "a whole number", Integer, Spelling::UpTo(u64::MAX);
    bool, "true or false", Boolean, Spelling::Any;
    std::net::IpAddr, "an IP address", Text, Spelling::Pattern(concat!("^(", ip!(), ")$"));
    ipnet::IpNet, "a network such as 10.0.0.0/24 or 2001:db8::/64", Text,
        Spelling::Pattern(concat!("^(", ip!(), ")/[0-9]{1,3}$"));
}

/// Declares an enum whose values are written as words; the first spelling of each is the present one.
macro_rules! words {
    ($(#[$doc:meta])* pub enum $type:ident, $expected:literal { $($(#[doc = $vdoc:literal])* $variant:ident = $word:literal $(| $old:literal)*,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $type { $($(#[doc = $vdoc])* $variant,)* }

        impl $type {
            /// The word as it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl std::str::FromStr for $type {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text { $($word $(| $old)* => Ok(Self::$variant),)* _ => Err(String::new()) }
            }
        }
        impl $crate::model::shape::Word for $type {
            const WORD: $crate::model::shape::WordShape = $crate::model::shape::WordShape {
                expected: $expected,
                form: $crate::model::shape::WordForm::Text,
                spelling: $crate::model::shape::Spelling::Words(&[$($crate::model::shape::SpelledWord {
                    word: $word,
                    old: &[$($old),*],
                    doc: concat!($($vdoc),*),
                }),*]),
                commas: false,
                single: false,
                check: |text| text.parse::<$type>().map(|word| std::borrow::Cow::Borrowed(word.as_str())),
            };
        }
        $crate::model::shape::from_text!($type);
    };
}
pub(crate) use words;

/// Reads and writes a type through its text.
macro_rules! from_text {
    ($type:ty) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(|_| {
                    let text = $crate::secret::mask_text(&text);
                    serde::de::Error::custom(format_args!("unexpected `{text}`"))
                })
            }
        }
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}
pub(crate) use from_text;

/// Declares a struct that is written as a map, and its [`RecordShape`] with it: `field: Type | "old spelling" => scope`.
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        pub struct $type:ident $(key $pk:literal)? {
            $($(#[doc = $fdoc:literal])* $field:ident $(as $name:literal)? : $fty:ty $(| $old:literal)* $(=> $scope:ident)? ,)*
        }
        $(rest $rfield:ident : $rest:ty;)?
        $(gone { $($gone:literal => $instead:literal,)* })?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Deserialize, serde::Serialize)]
        #[serde(default)]
        #[non_exhaustive]
        pub struct $type {
            $($(#[doc = $fdoc])* $(#[serde(rename = $name)])? pub $field: $fty,)*
            $(
                /// What stands under keys that are not known beforehand.
                #[serde(flatten)]
                pub $rfield: $crate::model::ByKey<$rest>,
            )?
        }
        impl $crate::model::shape::Record for $type {
            const RECORD: $crate::model::shape::RecordShape = $crate::model::shape::RecordShape {
                name: stringify!($type),
                doc: concat!($($doc),*),
                key: $crate::model::shape::first(&[$($pk,)? "name"]),
                fields: &[$($crate::model::shape::FieldShape {
                    name: $crate::model::shape::first(&[$($name,)? stringify!($field)]),
                    doc: concat!($($fdoc),*),
                    old: &[$($old),*],
                    shape: <$fty as $crate::model::shape::Shaped>::SHAPE,
                    scope: $crate::model::shape::first_scope(&[
                        $($crate::model::shape::Scope::$scope,)?
                        $crate::model::shape::Scope::Inherited,
                    ]),
                }),*],
                rest: $crate::model::shape::first_shape(&[
                    $(Some(<$rest as $crate::model::shape::Shaped>::SHAPE),)?
                    None,
                ]),
                gone: &[$($(($gone, $instead)),*)?],
            };
        }
        impl $crate::model::shape::Shaped for $type {
            const SHAPE: $crate::model::shape::Shape =
                $crate::model::shape::Shape::Record(&<$type as $crate::model::shape::Record>::RECORD);
        }
    };
}
pub(crate) use record;

/// The first of the words; a macro's way to say "this one, else that one".
pub(crate) const fn first(words: &[&'static str]) -> &'static str {
    words[0]
}
/// The first of the scopes.
pub(crate) const fn first_scope(scopes: &[Scope]) -> Scope {
    scopes[0]
}
/// The first of the shapes.
pub(crate) const fn first_shape(shapes: &[Option<Shape>]) -> Option<Shape> {
    shapes[0]
}
