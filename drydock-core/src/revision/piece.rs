//! One document with its text, as it is kept: JSON in which every value says where in the text it stands, and says its
//! own text only where the source's text is not the same.
//!
//! A value is a list that begins with what it is and where: `[0, lo, length]` a plain word that stands there as it is;
//! `[1, lo, length, form, text]` another single value; `[2, lo, length, form, sealed]` one with a secret in it;
//! `[3, lo, length, item...]` a list; `[4, lo, length, key lo, key length, value...]` a map, with `[lo, length, text]` for
//! a key whose text stands there otherwise; `[5, n]` the list or map that came n-th, once more: what an anchor makes stand
//! in many places is kept once. `lo` counts from the beginning of the piece; `[file, lo]` is a place in another file, by
//! its number in the piece's list of them, and `-1` no place.

use super::{
    files::in_order,
    text::{self, Sealing, is_open, place},
};
use crate::{
    field::Trail,
    names::DocumentId,
    source::{Document, Entry, Form, Scalar, Value, ValueData, is_secret},
    span::{SourceFile, SourceMap, Span},
};
use serde::Serialize;
use smol_str::SmolStr;
use std::collections::HashMap;

/// Bytes of a file, and the documents that begin in them.
pub(super) struct Piece<'a> {
    pub(super) files: &'a SourceMap,
    pub(super) file: &'a SourceFile,
    pub(super) lo: u32,
    pub(super) hi: u32,
    pub(super) documents: Vec<&'a Document>,
}

impl Piece<'_> {
    /// The piece as it is kept.
    pub(super) fn encode(&self, sealing: &Sealing) -> Vec<u8> {
        let mut writer = Writer {
            out: Vec::with_capacity((self.hi - self.lo) as usize * 3 + 256),
            piece: self,
            masked: self.masked(self.lo, self.hi),
            sealing,
            others: Vec::new(),
            shared: HashMap::new(),
            lists: 0,
        };
        writer.out.extend_from_slice(b"{\"text\":");
        let masked = writer.masked;
        writer.json(masked);
        writer.out.extend_from_slice(b",\"locators\":");
        writer.json(&self.locators());
        writer.out.extend_from_slice(b",\"documents\":[");
        for (n, document) in self.documents.iter().enumerate() {
            if n > 0 {
                writer.out.push(b',');
            }
            writer.document(document);
        }
        writer.out.extend_from_slice(b"],\"files\":");
        let others = std::mem::take(&mut writer.others);
        writer.json(&others);
        writer.out.push(b'}');
        writer.out
    }

    fn masked(&self, lo: u32, hi: u32) -> &str {
        let masked = self.file.masked();
        masked.get(lo as usize..hi as usize).unwrap_or_default()
    }

    /// What an external source calls its places, as far as it may be told.
    fn locators(&self) -> Vec<String> {
        let locators = self.file.locators().iter();
        locators
            .map(|locator| crate::secret::mask_text(locator).into_owned())
            .collect()
    }
}

struct Writer<'a> {
    out: Vec<u8>,
    piece: &'a Piece<'a>,
    masked: &'a str,
    sealing: &'a Sealing,
    /// Other files that values stand in, by name and by which of that name.
    others: Vec<(SmolStr, usize)>,
    /// The lists and maps that stand in several places, by where they are in memory.
    shared: HashMap<*const u8, usize>,
    /// How many lists and maps were written.
    lists: usize,
}

impl Writer<'_> {
    fn json(&mut self, value: &(impl Serialize + ?Sized)) {
        // Writing texts and numbers to memory cannot fail.
        drop(serde_json::to_writer(&mut self.out, value));
    }

    fn document(&mut self, document: &Document) {
        self.shared.clear();
        self.lists = 0;
        self.out.extend_from_slice(b"{\"kind\":");
        self.json(document.id.kind.as_str());
        self.out.extend_from_slice(b",\"name\":");
        self.json(&document.id.name);
        if !document.source.is_empty() {
            self.out.extend_from_slice(b",\"source\":");
            self.json(&document.source);
        }
        for (key, span) in [("span", document.span), ("name_span", document.name_span)] {
            self.out.extend_from_slice(b",\"");
            self.out.extend_from_slice(key.as_bytes());
            self.out.extend_from_slice(b"\":[");
            self.span(span);
            self.out.push(b']');
        }
        if let Some(metadata) = &document.metadata {
            let key = SmolStr::new_static("metadata");
            self.out.extend_from_slice(b",\"metadata\":");
            self.value(&document.id, metadata, &Trail::START.key(&key));
        }
        self.out.extend_from_slice(b",\"spec\":");
        self.value(&document.id, &document.spec, &Trail::START);
        self.out.push(b'}');
    }

    /// `lo,length`
    fn span(&mut self, span: Span) {
        let Some(file) = self.piece.files.file(span).filter(|_| span.is_known()) else {
            return self.out.extend_from_slice(b"-1,0");
        };
        let inside = file.id() == self.piece.file.id() && span.lo >= self.piece.lo;
        match inside {
            true => self.json(&(span.lo - self.piece.lo)),
            false => {
                let other = self.other(file);
                self.json(&(other, span.lo));
            }
        }
        self.out.push(b',');
        self.json(&(span.hi - span.lo));
    }

    fn other(&mut self, file: &SourceFile) -> usize {
        let same_name = in_order(self.piece.files).into_iter();
        let mut same_name = same_name.filter(|other| other.name() == file.name());
        let which = same_name.position(|other| other.id() == file.id());
        let other = (SmolStr::new(file.name()), which.unwrap_or_default());
        let known = self.others.iter().position(|known| *known == other);
        known.unwrap_or_else(|| {
            self.others.push(other);
            self.others.len() - 1
        })
    }

    /// The text that stands at this place of the piece, secrets struck out.
    fn written(&self, span: Span) -> Option<&str> {
        let inside = span.file == self.piece.file.id() && span.lo >= self.piece.lo;
        let at = inside.then(|| (span.lo - self.piece.lo) as usize)?;
        self.masked.get(at..at + (span.hi - span.lo) as usize)
    }

    /// Whether something of what stands there is struck out, whatever the value itself looks like.
    fn is_struck_out(&self, span: Span) -> bool {
        let Some(file) = self.piece.files.file(span) else {
            return false;
        };
        file.is_struck_out(span)
    }

    fn value(&mut self, id: &DocumentId, value: &Value, trail: &Trail<'_>) {
        let (tag, address, is_shared) = match &value.data {
            ValueData::Scalar(scalar) => return self.scalar(id, scalar, value.span, trail),
            ValueData::List(items) => (3, items.as_ptr().cast(), items.is_held_elsewhere()),
            ValueData::Map(entries) => (4, entries.as_ptr().cast(), entries.is_held_elsewhere()),
        };
        if is_shared {
            if let Some(&n) = self.shared.get(&address) {
                self.out.extend_from_slice(b"[5,");
                self.json(&n);
                return self.out.push(b']');
            }
            // An empty list has no place in memory of its own.
            if value
                .as_list()
                .map_or(value.as_map().map_or(0, <[_]>::len), <[_]>::len)
                > 0
            {
                self.shared.insert(address, self.lists);
            }
        }
        self.lists += 1;
        self.out
            .extend_from_slice(if tag == 3 { b"[3," } else { b"[4," });
        self.span(value.span);
        for (n, item) in value.as_list().into_iter().flatten().enumerate() {
            self.out.push(b',');
            self.value(id, item, &trail.item(n));
        }
        for entry in value.as_map().into_iter().flatten() {
            self.out.push(b',');
            self.entry(id, entry, trail);
        }
        self.out.push(b']');
    }

    fn entry(&mut self, id: &DocumentId, entry: &Entry, trail: &Trail<'_>) {
        let (key, span) = (&entry.key, entry.key_span);
        let open = is_open(key) && !self.is_struck_out(span);
        if open && self.written(span) == Some(key) {
            self.span(span);
        } else {
            self.out.push(b'[');
            self.span(span);
            self.out.push(b',');
            match open {
                true => self.json(key),
                false => {
                    let place = place(id, &trail.path()) + " (a key)";
                    let sealed = self.sealing.sealed(key, place);
                    self.json(&(sealed,));
                }
            }
            self.out.extend_from_slice(b"],0");
        }
        self.out.push(b',');
        self.value(id, &entry.value, &trail.key(key));
    }

    fn scalar(&mut self, id: &DocumentId, scalar: &Scalar, span: Span, trail: &Trail<'_>) {
        let (text, form) = (&*scalar.text, scalar.form);
        let hidden = match form {
            Form::Secret => is_secret(scalar),
            _ => !is_open(text) || self.is_struck_out(span),
        };
        if !hidden && form == Form::Plain && self.written(span) == Some(text) {
            self.out.extend_from_slice(b"[0,");
            self.span(span);
        } else {
            self.out
                .extend_from_slice(if hidden { b"[2," } else { b"[1," });
            self.span(span);
            self.out.push(b',');
            self.json(form_name(form));
            self.out.push(b',');
            match hidden {
                true => {
                    let sealed = self.sealing.sealed(text, place(id, &trail.path()));
                    self.json(&sealed);
                }
                false => self.json(text),
            }
        }
        self.out.push(b']');
    }
}

/// Every form and the word for it.
pub(super) const FORMS: [(Form, &str); 7] = [
    (Form::Plain, "plain"),
    (Form::Quoted, "quoted"),
    (Form::Tagged, "tagged"),
    (Form::Text, "text"),
    (Form::Integer, "integer"),
    (Form::Boolean, "boolean"),
    (Form::Secret, "secret"),
];

fn form_name(form: Form) -> &'static str {
    let row = FORMS.iter().find(|(one, _)| *one == form);
    row.map_or("plain", |(_, name)| name)
}

/// The digest of a piece and the piece, as it is kept.
pub(super) fn named(content: Vec<u8>) -> (SmolStr, Vec<u8>) {
    (text::digest(&content).into(), content)
}
