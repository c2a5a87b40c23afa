//! Where a value was written: [`Span`] inside a [`SourceFile`], files in a [`SourceMap`].
//!
//! A span is 12 bytes, so that every value of a large site can carry one. What it means (line and column, or the
//! place in a system beside files) is worked out only when somebody asks.

use crate::secret;
use serde::Serialize;
use smol_str::SmolStr;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// Identity of one loaded file; never printed, stored or used to order anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(u32);

impl FileId {
    /// Stands for no file: the place of values that nobody wrote.
    pub const NONE: FileId = FileId(0);

    /// Unique in this process, so that snapshots of many sources can be loaded apart and put together unchanged.
    fn unique() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A stretch of bytes of one file, or one locator of an external source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte; for an external source, the locator's number.
    pub lo: u32,
    /// The byte after the last.
    pub hi: u32,
}

impl Span {
    /// The place of values that nobody wrote, such as defaults.
    pub const NONE: Span = Span {
        file: FileId::NONE,
        lo: 0,
        hi: 0,
    };

    /// The bytes from `lo` up to `hi` of `file`.
    pub fn new(file: FileId, lo: u32, hi: u32) -> Self {
        Self {
            file,
            lo,
            hi: hi.max(lo),
        }
    }

    /// Whether this is the place of something that was written at all.
    pub fn is_known(self) -> bool {
        self.file != FileId::NONE
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.lo, self.hi)
    }
}

/// A place in a text as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in Unicode scalar values.
    pub column: u32,
    /// Byte offset, from 0.
    pub byte: u32,
}

/// What a span means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Origin<'a> {
    /// A place in a text.
    Text {
        /// The file's name as its source gave it.
        file: &'a str,
        /// Where in it the span begins.
        position: Position,
    },
    /// A place in a system that has no lines, such as an inventory.
    External {
        /// The source's name.
        source: &'a str,
        /// What that system calls the place, such as a URL and a JSON pointer.
        locator: &'a str,
    },
    /// Nobody wrote it: a default or a derived value.
    Unwritten,
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Text { file, position } => {
                write!(f, "{file}:{}:{}", position.line, position.column)
            }
            Origin::External { source, locator } => write!(f, "{source}:{locator}"),
            Origin::Unwritten => f.write_str("(not written)"),
        }
    }
}

#[derive(Clone)]
enum Body {
    Text(Arc<str>),
    External(Arc<[Box<str>]>),
}

/// One file of a source, or one external source.
///
/// Its text is never handed out whole: what leaves this type is masked, see [`SourceFile::masked`].
pub struct SourceFile {
    id: FileId,
    name: Arc<str>,
    body: Body,
    secrets: Vec<(u32, u32)>,
    /// Keys whose value is a secret, beside those that always are.
    secret_keys: Vec<SmolStr>,
    lines: OnceLock<Vec<u32>>,
    masked: OnceLock<String>,
}

impl SourceFile {
    /// A text under a name, at most 4 GiB of it; longer ones are refused by the sources.
    pub fn text(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self::with(name.into(), Body::Text(text.into()))
    }

    /// A source without text: locator number `n` is the place of the spans whose `lo` is `n`.
    pub fn external(source: impl Into<Arc<str>>, locators: Vec<Box<str>>) -> Self {
        Self::with(source.into(), Body::External(locators.into()))
    }

    fn with(name: Arc<str>, body: Body) -> Self {
        let (lines, masked) = (OnceLock::new(), OnceLock::new());
        Self {
            id: FileId::unique(),
            name,
            body,
            secrets: Vec::new(),
            secret_keys: Vec::new(),
            lines,
            masked,
        }
    }

    /// Marks bytes that must never be printed; the reader calls it for each secret it meets.
    #[must_use]
    pub fn with_secrets(mut self, spans: impl IntoIterator<Item = Span>) -> Self {
        self.secrets.extend(
            spans
                .into_iter()
                .filter(|s| s.file == self.id)
                .map(|s| (s.lo, s.hi)),
        );
        self.masked = OnceLock::new();
        self
    }

    /// The same file once more.
    fn same(&self) -> Self {
        Self {
            id: self.id,
            name: self.name.clone(),
            body: self.body.clone(),
            secrets: self.secrets.clone(),
            secret_keys: self.secret_keys.clone(),
            lines: self.lines.clone(),
            masked: OnceLock::new(),
        }
    }

    /// The file's identity.
    pub fn id(&self) -> FileId {
        self.id
    }

    /// The file's name as its source gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text for the reader, unmasked.
    pub(crate) fn raw(&self) -> &str {
        match &self.body {
            Body::Text(text) => text,
            Body::External(_) => "",
        }
    }

    /// Whether it is a source without text.
    pub(crate) fn is_external(&self) -> bool {
        matches!(self.body, Body::External(_))
    }

    /// What an external source calls its places.
    pub(crate) fn locators(&self) -> &[Box<str>] {
        match &self.body {
            Body::Text(_) => &[],
            Body::External(locators) => locators,
        }
    }

    /// Whether anything that stands at this place is struck out of what is handed out.
    pub(crate) fn is_struck_out(&self, span: Span) -> bool {
        let at = span.lo as usize..span.hi as usize;
        self.raw().get(at.clone()) != self.masked().get(at)
    }

    /// How many bytes were read.
    pub fn size(&self) -> usize {
        self.raw().len()
    }

    /// The text with every secret position struck out by `*`, byte for byte as long as what was read.
    pub fn masked(&self) -> &str {
        self.masked
            .get_or_init(|| secret::mask_with(self.raw(), &self.secrets, &self.secret_keys))
    }

    /// Where this byte stands.
    pub fn position(&self, byte: u32) -> Position {
        let text = self.raw();
        let mut at = (byte as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start as usize <= at).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0) as usize;
        let column = text[start..at].chars().filter(|&c| c != '\u{feff}').count() as u32 + 1;
        Position {
            line: line as u32,
            column,
            byte: at as u32,
        }
    }

    /// The masked text of this line, counted from 1, without its end, and the byte it begins at.
    pub fn line(&self, line: u32) -> (&str, u32) {
        let starts = self.line_starts();
        let index = (line.max(1) as usize - 1).min(starts.len() - 1);
        let lo = starts[index] as usize;
        let hi = starts
            .get(index + 1)
            .map_or(self.raw().len(), |&next| next as usize);
        (
            self.masked()
                .get(lo..hi)
                .unwrap_or("")
                .trim_end_matches(['\n', '\r']),
            lo as u32,
        )
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let text = self.raw().as_bytes();
            let after = |(i, &b): (usize, &u8)| {
                let ends = b == b'\n' || (b == b'\r' && text.get(i + 1) != Some(&b'\n'));
                ends.then_some(i as u32 + 1)
            };
            std::iter::once(0)
                .chain(text.iter().enumerate().filter_map(after))
                .collect()
        })
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile")
            .field("name", &self.name)
            .field("bytes", &self.size())
            .finish_non_exhaustive()
    }
}

/// Every file that a design was read from.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: BTreeMap<FileId, Arc<SourceFile>>,
}

impl SourceMap {
    /// Adds a file.
    pub fn insert(&mut self, file: Arc<SourceFile>) {
        self.files.insert(file.id, file);
    }

    /// Takes a file out.
    pub fn remove(&mut self, file: FileId) {
        self.files.remove(&file);
    }

    /// Marks further bytes that must never be printed. A file they lie in is replaced by one of the same identity, so
    /// that spans into it stay what they are; other maps that hold the file are not touched.
    pub fn mark_secrets(&mut self, spans: impl IntoIterator<Item = Span>) {
        let mut of_file: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
        for span in spans {
            of_file.entry(span.file).or_default().push(span);
        }
        for (id, spans) in of_file {
            if let Some(file) = self.files.get_mut(&id) {
                *file = Arc::new(file.same().with_secrets(spans));
            }
        }
    }

    /// Strikes out whatever follows one of these keys in a file: where a text does not parse, nothing better is known.
    pub(crate) fn mark_secret_keys(&mut self, id: FileId, keys: &[SmolStr]) {
        if let Some(file) = self.files.get_mut(&id).filter(|_| !keys.is_empty()) {
            let mut marked = file.same();
            marked.secret_keys = keys.to_vec();
            *file = Arc::new(marked);
        }
    }

    /// Adds all files of another map.
    pub fn extend(&mut self, other: &SourceMap) {
        self.files
            .extend(other.files.iter().map(|(id, file)| (*id, file.clone())));
    }

    /// The file that this span lies in.
    pub fn file(&self, span: Span) -> Option<&Arc<SourceFile>> {
        self.files.get(&span.file)
    }

    /// The files, ordered by name.
    pub fn files(&self) -> Vec<&Arc<SourceFile>> {
        let mut files: Vec<_> = self.files.values().collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files
    }

    /// What the span means.
    pub fn origin(&self, span: Span) -> Origin<'_> {
        match self.file(span) {
            None => Origin::Unwritten,
            Some(file) => match &file.body {
                Body::Text(_) => Origin::Text {
                    file: &file.name,
                    position: file.position(span.lo),
                },
                Body::External(locators) => {
                    let locator = locators.get(span.lo as usize).map_or("", |l| l);
                    Origin::External {
                        source: &file.name,
                        locator,
                    }
                }
            },
        }
    }

    /// A key that orders spans the same way on every machine: file name, then byte.
    pub fn order(&self, span: Span) -> (&str, u32, u32) {
        (
            self.file(span).map_or("", |file| file.name()),
            span.lo,
            span.hi,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_what_people_see() {
        let file = SourceFile::text("a.yaml", "ä: 1\r\nb: 2\rc: 3\n");
        assert_eq!(
            file.position(4),
            Position {
                line: 1,
                column: 4,
                byte: 4
            }
        );
        assert_eq!(file.position(7).line, 2);
        assert_eq!(file.position(12).line, 3);
        assert_eq!(file.line(2).0, "b: 2");
        assert_eq!(
            file.position(9999).line,
            4,
            "a byte past the end is the end"
        );
    }

    #[test]
    fn what_turns_out_to_be_secret_later_is_struck_out_too() {
        let file = SourceFile::text("a.yaml", "token: one\nkey: hunter2\nport: 5\n");
        let secret = Span::new(file.id(), 16, 23);
        let mut map = SourceMap::default();
        map.insert(Arc::new(file));
        let before = map.clone();
        map.mark_secrets([secret, Span::new(FileId::unique(), 0, 9)]);
        let file = map.file(secret).unwrap();
        assert_eq!(file.masked(), "token:****\nkey: *******\nport: 5\n");
        assert_eq!(map.origin(secret).to_string(), "a.yaml:2:6");
        assert_eq!(before.file(secret).unwrap().line(2).0, "key: hunter2");
    }

    #[test]
    fn an_external_place_is_named_by_its_source() {
        let file = SourceFile::external("netbox", vec!["api/devices/7 /name".into()]);
        let span = Span::new(file.id(), 0, 0);
        let mut map = SourceMap::default();
        map.insert(Arc::new(file));
        assert_eq!(map.origin(span).to_string(), "netbox:api/devices/7 /name");
        assert_eq!(map.origin(Span::NONE).to_string(), "(not written)");
    }
}
