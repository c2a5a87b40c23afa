//! Which documents may have been lost with what could not be read.
//!
//! A document that does not parse still has a text, and that mostly tells its kind and its name. So whoever misses
//! another one is told, and of the lost one only its own finding speaks.

use super::refused::is_unread;
use crate::{
    diagnostic::{Code, Diagnostic, did_you_mean},
    names::{DocumentId, Kind},
    span::{SourceMap, Span},
};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// What could not be read at all. It says nothing of places, so that it stays the same while a text around it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Unread {
    /// Whether something of what was written is in none of the documents.
    any: bool,
    lost: BTreeSet<Lost>,
}

/// A document without an identity, as far as its text tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Lost {
    /// The kinds that it may be of; none: any.
    kinds: BTreeSet<Kind>,
    /// What it may be called; nothing: anything.
    names: Option<BTreeSet<SmolStr>>,
}

impl Unread {
    /// What was lost, given what reading has found.
    pub(super) fn of<'a>(reading: impl Iterator<Item = &'a Diagnostic>, files: &SourceMap) -> Self {
        let mut unread = Self::default();
        for found in reading {
            unread.any |= is_unread(found);
            // A finding about a document is about one that is there.
            let lost = is_unread(found) || found.code == Code::ALIAS_BUDGET;
            if lost && found.subject.is_none() {
                unread.lost.insert(Lost::at(found, files));
            }
        }
        unread
    }

    /// Whether something could not be read.
    pub(super) fn is_any(&self) -> bool {
        self.any
    }

    /// Whether this document may be among what could not be read.
    pub(super) fn may_hold(&self, id: &DocumentId) -> bool {
        self.lost.iter().any(|lost| {
            let named = |names: &BTreeSet<SmolStr>| names.contains(&id.name);
            let kind = lost.kinds.is_empty() || lost.kinds.contains(&id.kind);
            kind && lost.names.as_ref().is_none_or(named)
        })
    }
}

impl Lost {
    fn at(found: &Diagnostic, files: &SourceMap) -> Self {
        let text = files.file(found.span()).map(|file| file.raw());
        let Some(text) = text.filter(|_| found.code != Code::ENCODING) else {
            return Self::default();
        };
        let text = document_at(text, found.span());
        let written = ["kind", "schema"].map(|key| words_after(text, key).unwrap_or_default());
        let kinds = written.iter().flatten().filter_map(|word| kind_of(word));
        // An envelope that tells no identity has no name, or what stands there is none.
        let names = words_after(text, "name").filter(|_| found.code != Code::ENVELOPE);
        Self {
            kinds: kinds.collect(),
            names: names.map(|names| names.into_iter().map(SmolStr::new).collect()),
        }
    }
}

/// The text of the document that this place lies in.
fn document_at(text: &str, at: Span) -> &str {
    let at = at.lo as usize;
    let begins = |(line, _): &(usize, &str)| {
        let after = text[line + 3..].chars().next();
        (*line == 0 || text[..*line].ends_with(['\n', '\r']))
            && after.is_none_or(char::is_whitespace)
    };
    let (mut start, mut end) = (0, text.len());
    for (line, _) in text.match_indices("---").filter(begins) {
        // What is not closed is wrong where the next document begins.
        if line < at {
            start = line;
        } else {
            end = line;
            break;
        }
    }
    text.get(start..end).unwrap_or(text)
}

/// The words that follow this key; nothing where it is not there or is followed by something else than a word.
fn words_after<'t>(text: &'t str, key: &str) -> Option<Vec<&'t str>> {
    const QUOTES: [char; 2] = ['"', '\''];
    let mut words = Vec::new();
    for (at, _) in text.match_indices(key) {
        let before = text[..at].trim_end_matches(QUOTES).chars().next_back();
        let inside =
            before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
        // Of `- name` the hyphen is an item's.
        let item = before == Some('-') && !text[..at].ends_with('-');
        let after = text[at + key.len()..]
            .trim_start_matches(QUOTES)
            .trim_start_matches(' ');
        let Some(value) = after.strip_prefix(':').filter(|_| !inside || item) else {
            continue;
        };
        let value = value.trim_start_matches(' ').trim_start_matches(QUOTES);
        let ends = |c: char| c.is_whitespace() || QUOTES.contains(&c) || ",{}[]#&*!|>".contains(c);
        let word = &value[..value.find(ends).unwrap_or(value.len())];
        if word.is_empty() {
            return None;
        }
        words.push(word);
    }
    (!words.is_empty()).then_some(words)
}

/// The kind that was meant: `Rack`, `Rak`, `drydock/Rack/v1`.
fn kind_of(word: &str) -> Option<Kind> {
    let known = || Kind::ALL.iter().map(Kind::as_str);
    let meant =
        |part: &str| Kind::built_in(part).or_else(|| Kind::built_in(did_you_mean(part, known())?));
    word.split('/').find_map(meant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::yaml;

    fn unread(text: &str) -> Unread {
        let read = yaml::read("site.yaml", text.as_bytes());
        let mut files = SourceMap::default();
        files.insert(read.file);
        let unread = Unread::of(read.diagnostics.iter(), &files);
        assert!(unread.is_any(), "{text}");
        unread
    }

    fn holds(text: &str, expected: &[(&Kind, &str, bool)]) {
        let unread = unread(text);
        for (kind, name, expected) in expected {
            let id = DocumentId::new((*kind).clone(), *name);
            assert_eq!(unread.may_hold(&id), *expected, "{text}\n{id}");
        }
    }

    #[test]
    fn a_text_that_does_not_parse_tells_what_it_was() {
        let head = "apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: r1}\n";
        let rack = [
            (&Kind::Rack, "r1", true),
            (&Kind::Rack, "r2", false),
            (&Kind::Region, "r1", false),
        ];
        let other = "---\nkind: Network\nmetadata: {name: r2}\nspec: {}\n";
        holds(&format!("{head}spec: [\n"), &rack);
        holds(&format!("{head}spec: [\n{other}"), &rack);
        holds(&format!("{head}spec: {{a: b]\n{other}"), &rack);
        holds(&format!("--- # a\n{head}spec: \"\n...\n{other}"), &rack);
        let deckhand = "schema: 'drydock/Rack/v1'\nmetadata:\n  schema: metadata/Document/v1\n  name: \"r1\"\ndata: [\n";
        holds(deckhand, &rack);
        let whole = format!("{head}spec: {{}}\n");
        holds(&whole.replace("Rack", "Rak"), &rack);
        let slip = whole.replace("kind: Rack", "kind: Cupboard");
        holds(
            &slip,
            &[(&Kind::Region, "r1", true), (&Kind::Rack, "r2", false)],
        );
    }

    #[test]
    fn what_the_text_does_not_tell_may_be_anything() {
        let any = [(&Kind::Rack, "r1", true), (&Kind::Region, "r2", true)];
        holds("kind: [\n", &any);
        holds("a: b\n- c\n", &any);
        holds(
            "kind: Rack\nmetadata: {name: &n [\n",
            &[(&Kind::Rack, "r2", true), (&Kind::Region, "r1", false)],
        );
        let unnamed = "apiVersion: drydock/v1\nkind: Rack\nmetadata: {}\nspec: {tor_switches: {a: {name: x}}}\n";
        holds(
            unnamed,
            &[(&Kind::Rack, "r1", true), (&Kind::Region, "r1", false)],
        );
        let read = yaml::read("site.yaml", b"kind: Rack\nname: r1\n\xff");
        let files = SourceMap::default();
        let unread = Unread::of(read.diagnostics.iter(), &files);
        assert!(unread.may_hold(&DocumentId::new(Kind::Region, "r9")));
    }

    #[test]
    fn what_is_wrong_with_a_document_that_is_there_loses_none() {
        let text = "apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: r1}\ndata: {}\n";
        assert!(!unread(text).may_hold(&DocumentId::new(Kind::Rack, "r1")));
    }
}
