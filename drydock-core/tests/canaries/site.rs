//! A document of every kind with every field written and a secret in every position, made from the forms of the kinds.

use drydock_core::{
    model::{
        self,
        shape::{RecordShape, Scope, Shape, WordShape},
    },
    names::Kind,
    secret::is_secret_key,
};
use proptest::{prelude::*, sample::Index};

/// What stands in for a word that holds no secret, in the text of the site before its secrets are put in.
const WORD: char = '\u{1}';

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Quoted,
    Double,
    Literal,
    Folded,
    NextLine,
    Anchored,
    Tagged,
}

impl Style {
    pub(crate) fn any() -> impl Strategy<Value = Style> {
        prop::sample::select(vec![
            Style::Plain,
            Style::Quoted,
            Style::Double,
            Style::Literal,
            Style::Folded,
            Style::NextLine,
            Style::Anchored,
            Style::Tagged,
        ])
    }

    /// The scalar as the value of a key that is indented this far.
    pub(crate) fn write(self, text: &str, indent: usize) -> String {
        let pad = " ".repeat(indent + 2);
        let single = || format!("'{}'", text.replace('\'', "''"));
        match self {
            Style::Plain => text.to_owned(),
            Style::Quoted => single(),
            Style::Double => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Style::Literal => format!("|\n{pad}{text}"),
            Style::Folded => format!(">-\n{pad}{text}\n{pad}{text}"),
            Style::NextLine => format!("\n{pad}{text}"),
            Style::Anchored => format!("&here {}", single()),
            Style::Tagged => format!("!!str {text}"),
        }
    }
}

/// A URL that carries a secret.
pub(crate) fn url(secret: &str) -> String {
    format!("https://user:{secret}@host.example/x")
}

/// Whether a line may be damaged: it has no secret's key and no URL, and does not go on with what stands above it.
pub(crate) fn is_open(line: &str) -> bool {
    let key = line.trim_start_matches([' ', '-']).split(':').next();
    let goes_on = !line.contains(": ") && !line.trim_end().ends_with(':');
    !goes_on && !line.contains("://") && !key.is_some_and(is_secret_key)
}

/// The whole site.
pub(crate) struct Site {
    text: String,
    secret: String,
    positions: usize,
}

impl Site {
    pub(crate) fn new(secret: &str, style: Style) -> Self {
        let mut writing = Writing {
            text: String::new(),
            secret,
            style,
            kind: Kind::Region,
            positions: 0,
        };
        for kind in Kind::ALL {
            writing.document(kind);
        }
        Self {
            text: writing.text,
            secret: secret.to_owned(),
            positions: writing.positions,
        }
    }

    pub(crate) fn positions(&self) -> usize {
        self.positions
    }

    pub(crate) fn text(&self) -> String {
        self.text.replace(WORD, "")
    }

    /// The site with an alias of a secret in place of some words.
    pub(crate) fn aliased(&self, to: &[Index]) -> String {
        // The anchor stands in each document at its first secret, or in a key of its own.
        let documents = self.text.split("---\n").skip(1).map(|document| {
            let secret = self.secret.replace('\'', "''");
            let anchored = format!("spec:\n  token: &stolen '{secret}'\n");
            self.with_words(&document.replacen("spec:\n", &anchored, 1), to, "*stolen ")
        });
        documents
            .map(|document| format!("---\n{document}"))
            .collect()
    }

    /// The site with a URL that carries the secret in place of some words, and as keys.
    pub(crate) fn url_as_names(&self, names: &[Index]) -> String {
        let url = format!("'{}'", url(&self.secret).replace('\'', "''"));
        let text = self.with_words(&self.text, names, &url);
        let key = names[0].index(3);
        match key {
            0 => text.replace("x_key:", &format!("{url}:")),
            1 => text.replace("entry:", &format!("{url}:")),
            _ => text,
        }
    }

    fn with_words(&self, text: &str, places: &[Index], instead: &str) -> String {
        let mut parts: Vec<String> = text.split(WORD).map(str::to_owned).collect();
        // A marked word ends its part.
        let words = parts.len().saturating_sub(1);
        for place in places.iter().filter(|_| words > 0) {
            let part = &mut parts[place.index(words)];
            let start = part.rfind([' ', '\n']).map_or(0, |n| n + 1);
            part.replace_range(start.., instead);
        }
        parts.concat()
    }
}

struct Writing<'a> {
    text: String,
    secret: &'a str,
    style: Style,
    kind: Kind,
    positions: usize,
}

impl Writing<'_> {
    fn document(&mut self, kind: Kind) {
        let shape = model::shape_of(&kind).unwrap();
        let at = self.url(4);
        let token = self.secret(4);
        self.text += &format!(
            "---\napiVersion: drydock/v1\nkind: {kind}\nmetadata:\n  name: x\n  labels:\n    at: {at}\n    token: {token}\nspec:\n"
        );
        self.kind = kind;
        self.record(shape, 2);
    }

    fn secret(&mut self, indent: usize) -> String {
        self.positions += 1;
        self.style.write(self.secret, indent)
    }

    fn url(&mut self, indent: usize) -> String {
        self.positions += 1;
        self.style.write(&url(self.secret), indent)
    }

    fn record(&mut self, shape: &RecordShape, indent: usize) {
        for field in shape.fields {
            let node_only = field.scope == Scope::NodeOnly && self.kind != Kind::BaremetalNode;
            // A profile that inherits from itself would end all resolving.
            let itself = field.name == "host_profile" && self.kind == Kind::HostProfile;
            if !node_only && !itself {
                self.entry(field.name, field.shape, indent);
            }
        }
        match shape.rest {
            Some(Shape::Word(word)) if takes_url(word) => {
                let token = self.secret(indent);
                self.line(indent, "token", &token);
                let url = self.url(indent);
                self.line(indent, "x_key", &url);
            }
            Some(rest) => self.entry("entry", rest, indent),
            None => {}
        }
    }

    fn entry(&mut self, key: &str, shape: Shape, indent: usize) {
        match shape {
            Shape::Word(word) | Shape::WordOrRecord(word, _) => {
                let value = self.word(word, indent);
                self.line(indent, key, &value);
            }
            Shape::Secret => {
                assert!(
                    is_secret_key(key),
                    "{key} is not in the table of secret positions"
                );
                let value = self.secret(indent);
                self.line(indent, key, &value);
            }
            Shape::Free(free) => {
                self.line(indent, key, "");
                for secret in ["token", "password"] {
                    let value = self.secret(indent + 2);
                    self.line(indent + 2, secret, &value);
                }
                let value = self.url(indent + 2);
                self.line(indent + 2, "x_key", &value);
                if free.lists {
                    let value = self.url(0);
                    if !value.contains('\n') {
                        let quoted = Style::Quoted.write(&url(self.secret), 0);
                        self.line(indent + 2, "many", &format!("[a, {quoted}]"));
                    }
                }
            }
            Shape::Set(word) => {
                let word = self.valid(word);
                self.line(indent, key, &format!("[{word}]"));
            }
            Shape::List(Shape::Word(word)) => {
                let word = self.valid(word);
                self.line(indent, key, &format!("[{word}]"));
            }
            Shape::List(Shape::Record(record)) => {
                self.line(indent, key, "");
                self.text += &format!("{}-\n", " ".repeat(indent + 2));
                self.record(record, indent + 4);
            }
            Shape::Record(record) => {
                self.line(indent, key, "");
                self.record(record, indent + 2);
            }
            Shape::Keyed(record) => {
                self.line(indent, key, "");
                self.line(
                    indent + 2,
                    "entry",
                    if record.fields.is_empty() { "{}" } else { "" },
                );
                self.record(record, indent + 4);
            }
            Shape::Any => {
                self.line(indent, key, "");
                for secret in ["passwd", "api_key"] {
                    let value = self.secret(indent + 2);
                    self.line(indent + 2, secret, &value);
                }
                let value = self.url(indent + 2);
                self.line(indent + 2, "x_key", &value);
            }
            other => panic!("{key} has a form that this test does not know: {other:?}"),
        }
    }

    fn line(&mut self, indent: usize, key: &str, value: &str) {
        self.text += &format!("{}{key}: {value}\n", " ".repeat(indent));
    }

    /// A value of the word: a URL with a secret, if it takes one.
    fn word(&mut self, word: &WordShape, indent: usize) -> String {
        match takes_url(word) {
            true => self.url(indent),
            false => self.valid(word),
        }
    }

    fn valid(&self, word: &WordShape) -> String {
        const CANDIDATES: &[&str] = &[
            "x",
            "1500",
            "17",
            "true",
            "10.0.0.1",
            "10.0.0.0/24",
            "20g",
            "02:00:00:00:00:01",
            "name=x",
        ];
        let words = word.expected.split([' ', ',']);
        let found = CANDIDATES
            .iter()
            .copied()
            .chain(words)
            .find(|text| !text.is_empty() && (word.check)(text).is_ok());
        let found = found.unwrap_or_else(|| panic!("no value for {word:?}"));
        format!("{found}{WORD}")
    }
}

/// Whether the word is a free text; names refuse what carries a secret.
fn takes_url(word: &WordShape) -> bool {
    (word.check)(&url("x")).is_ok()
}
