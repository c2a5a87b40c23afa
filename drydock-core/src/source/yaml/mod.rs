//! YAML text to documents, in three steps: bytes to text (`encoding`), text to values that know their place
//! (`adapter` drives the parser, `tree` builds), values to documents (`envelope`).
//!
//! Whatever is wrong is a diagnostic and costs only the document it stands in: the documents before and after a broken
//! one are read. A document without anything in it (`---` and nothing, or comments only) is skipped in silence: nothing
//! was written, so nothing is lost. No input makes the reader panic, hang or use memory out of proportion.

mod adapter;
mod broken;
mod encoding;
mod envelope;
mod findings;
mod identity;
mod locate;
mod map;
mod removal;
pub(super) mod secrets;
mod substitution;
mod tree;

pub(crate) use envelope::METADATA;

use super::{Document, Value};
use crate::{
    diagnostic::Diagnostics,
    parallel,
    span::{SourceFile, Span},
};
use std::{cmp::Reverse, sync::Arc};

/// Deepest nesting of lists and maps, aliases counted with what they stand for.
const MAX_DEPTH: u32 = 128;

/// A text and the documents in it.
#[derive(Debug, Clone)]
pub struct Read {
    /// The text, its secrets marked.
    pub file: Arc<SourceFile>,
    /// The documents that could be read, in their order.
    pub documents: Vec<Document>,
    /// What could not be read, and what is odd about what could.
    pub diagnostics: Diagnostics,
}

/// A text and the values in it, one a YAML document, whatever they mean.
#[derive(Debug, Clone)]
pub struct Values {
    /// The text, its secrets marked.
    pub file: Arc<SourceFile>,
    /// The values that could be read, in their order; a document without anything in it is an empty plain scalar.
    pub values: Vec<Value>,
    /// What could not be read.
    pub diagnostics: Diagnostics,
}

/// Reads all documents of a YAML stream; `name` is what diagnostics call the file.
pub fn read(name: &str, bytes: &[u8]) -> Read {
    let Stream {
        file,
        values,
        mut secrets,
        mut diagnostics,
    } = stream(name, bytes);
    let mut documents = Vec::with_capacity(values.len());
    for value in &values {
        documents.extend(envelope::document(value, &mut diagnostics, &mut secrets));
    }
    Read {
        file: Arc::new(file.with_secrets(secrets)),
        documents,
        diagnostics,
    }
}

/// Reads many YAML streams, each a name and its bytes, on all cores; what they hold comes in the order of the streams.
pub fn read_all<N, B>(streams: &[(N, B)]) -> Vec<Read>
where
    N: AsRef<str> + Sync,
    B: AsRef<[u8]> + Sync,
{
    let mut largest: Vec<usize> = (0..streams.len()).collect();
    largest.sort_by_key(|&at| Reverse(streams[at].1.as_ref().len()));
    let mut done = parallel::map_large(largest, |at| {
        let (name, bytes) = &streams[at];
        (at, read(name.as_ref(), bytes.as_ref()))
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, read)| read).collect()
}

/// Reads a YAML stream without asking for an envelope.
pub fn read_values(name: &str, bytes: &[u8]) -> Values {
    let Stream {
        file,
        values,
        secrets,
        diagnostics,
    } = stream(name, bytes);
    Values {
        file: Arc::new(file.with_secrets(secrets)),
        values,
        diagnostics,
    }
}

struct Stream {
    file: SourceFile,
    values: Vec<Value>,
    secrets: Vec<Span>,
    diagnostics: Diagnostics,
}

fn stream(name: &str, bytes: &[u8]) -> Stream {
    let (file, refused) = encoding::decode(name, bytes);
    if let Some(diagnostic) = refused {
        let mut diagnostics = Diagnostics::new();
        diagnostics.push(diagnostic);
        return Stream {
            file,
            values: Vec::new(),
            secrets: Vec::new(),
            diagnostics,
        };
    }
    let text = file.raw();
    let mut loaded = adapter::load(file.id(), text, &[]);
    if !loaded.removals.is_empty() {
        // A rare mistake that costs at most two more readings, however often it was made.
        let mut places = removal::places(text, std::mem::take(&mut loaded.removals));
        loaded = adapter::load(file.id(), &removal::as_words(text, &places), &places);
        if !loaded.not_removals.is_empty() {
            places.retain(|place| loaded.not_removals.binary_search(place).is_err());
            loaded = adapter::load(file.id(), &removal::as_words(text, &places), &places);
        }
    }
    let adapter::Loaded {
        values,
        secrets,
        diagnostics,
        ..
    } = loaded;
    Stream {
        file,
        values,
        secrets,
        diagnostics,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_around_a_broken_one_are_read() {
        let document = |name| {
            format!("apiVersion: drydock/v1\nkind: Rack\nmetadata: {{name: {name}}}\nspec: {{}}\n")
        };
        let text = format!("{}---\nspec: [\n---\n{}", document("r1"), document("r2"));
        let read = read("site.yaml", text.as_bytes());
        let names: Vec<&str> = read.documents.iter().map(|d| &*d.id.name).collect();
        assert_eq!(names, ["r1", "r2"]);
        assert_eq!(read.diagnostics.errors(), 1);
    }

    #[test]
    fn a_document_without_anything_in_it_is_skipped() {
        for text in [
            "",
            "# only a comment\n",
            "---\n",
            "---\n---\n...\n",
            "\u{feff}",
        ] {
            let read = read("site.yaml", text.as_bytes());
            assert!(
                read.documents.is_empty() && read.diagnostics.is_empty(),
                "{text:?}"
            );
        }
    }
}
