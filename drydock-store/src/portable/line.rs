//! One line of an export: how it is written and read.

use super::Counts;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// The format of the lines.
pub(super) const FORMAT: u64 = 1;

/// The version of this crate.
pub(super) const OURS: &str = env!("CARGO_PKG_VERSION");

/// A line, as it is in the file: of the fields only those of its kind are there.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    drydock: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    written_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    journal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Counts>,
}

/// What a first line says, of whatever format it is: later formats may say more.
#[derive(Deserialize)]
struct First {
    drydock: String,
    format: u64,
    #[serde(default)]
    written_by: String,
}

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    First { format: u64, written_by: String },
    Key(String, Vec<u8>),
    Entry(String, Vec<u8>),
    End(Counts),
}

impl Line {
    /// The line that an export begins with.
    pub(super) fn first() -> Self {
        Self::First {
            format: FORMAT,
            written_by: OURS.into(),
        }
    }

    /// The line with its end.
    pub(super) fn write(self) -> Result<Vec<u8>, serde_json::Error> {
        let mut line = Written::default();
        let value = match self {
            Self::First { format, written_by } => {
                line.drydock = Some("state".into());
                line.format = Some(format);
                line.written_by = Some(written_by);
                None
            }
            Self::Key(name, value) => {
                line.key = Some(name);
                Some(value)
            }
            Self::Entry(name, value) => {
                line.journal = Some(name);
                Some(value)
            }
            Self::End(counts) => {
                line.end = Some(counts);
                None
            }
        };
        match value.map(String::from_utf8) {
            Some(Ok(text)) => line.text = Some(text),
            Some(Err(other)) => line.hex = Some(to_hex(other.as_bytes())),
            None => {}
        }
        let mut bytes = serde_json::to_vec(&line)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// What the first line says.
    pub(super) fn read_first(line: &[u8]) -> Result<Self, String> {
        match serde_json::from_slice(line) {
            Ok(First { drydock, format, written_by }) if drydock == "state" => {
                Ok(Self::First { format, written_by })
            }
            _ => Err("it is not the first line of an export, such as {\"drydock\":\"state\",\"format\":1}".into()),
        }
    }

    /// What a later line says.
    pub(super) fn read(line: &[u8]) -> Result<Self, String> {
        let line: Written = serde_json::from_slice(line).map_err(|error| broken(&error))?;
        let value = match (line.text, line.hex) {
            (Some(text), None) => Some(text.into_bytes()),
            (None, Some(hex)) => Some(from_hex(&hex).ok_or("its `hex` is not two digits a byte")?),
            (None, None) => None,
            _ => return Err("it has a `text` and a `hex`".into()),
        };
        if line.drydock.is_some() || line.format.is_some() || line.written_by.is_some() {
            return Err("another export begins here; import each alone".into());
        }
        match (line.key, line.journal, line.end, value) {
            (Some(key), None, None, Some(value)) => Ok(Self::Key(key, value)),
            (None, Some(journal), None, Some(entry)) => Ok(Self::Entry(journal, entry)),
            (None, None, Some(counts), None) => Ok(Self::End(counts)),
            _ => Err("it is neither a `key` with its value, nor a `journal` with an entry, nor the `end`".into()),
        }
    }
}

/// What the parser says, without the line: it sees one line at a time.
fn broken(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let (reason, _) = said.rsplit_once(" at line ").unwrap_or((&said, ""));
    let column = error.column();
    match error.is_eof() {
        true => format!("it is cut off after column {column}: {reason}"),
        false => format!("it is broken at column {column}: {reason}"),
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| {
        char::from(*byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}
