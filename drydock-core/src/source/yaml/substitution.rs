//! Whether a document of Deckhand still waits to be rendered.

use crate::{
    diagnostic::{Code, Diagnostic, quote},
    source::Value,
};

/// A finding for each destination of `metadata.substitutions` that plainly did not receive its value yet: nothing is
/// there, or the placeholder still is.
pub(super) fn not_rendered<'v>(
    substitutions: &'v Value,
    data: &'v Value,
) -> impl Iterator<Item = Diagnostic> + 'v {
    let items = substitutions.as_list().unwrap_or_default().iter();
    let destinations = items
        .filter_map(|item| item.field("dest"))
        .flat_map(|dest| match dest.as_list() {
            Some(several) => several,
            None => std::slice::from_ref(dest),
        });
    destinations.filter_map(|dest| {
        let path = dest.field("path")?;
        let text = path.as_text()?;
        let target = target(data, text);
        let waits = match target {
            None => true,
            Some(value) if value.as_scalar().is_some_and(|s| s.is_empty_plain()) => true,
            Some(value) => dest
                .field("pattern")
                .is_some_and(|pattern| has_placeholder(value, pattern)),
        };
        let message = format!("{} has not received its value yet", quote(text));
        let mut found = Diagnostic::new(Code::NOT_RENDERED, message).at(path.span, "");
        if let Some(value) = target {
            found = found.also(value.span, "here");
        }
        waits.then(|| found.help("render the documents with Deckhand first"))
    })
}

/// The value at a path as Deckhand writes it: `.`, `.a.b`, `.a[0].b`, `$.a`.
fn target<'v>(data: &'v Value, path: &str) -> Option<&'v Value> {
    let keys = path.strip_prefix('$').unwrap_or(path).split(['.', '[']);
    data.at(keys
        .map(|key| key.trim_end_matches(']').trim_matches(['\'', '"']))
        .filter(|key| !key.is_empty()))
}

/// Whether the placeholder itself, a word that Deckhand looks for, still stands in the value.
fn has_placeholder(value: &Value, pattern: &Value) -> bool {
    let pattern = pattern.as_text().filter(|pattern| !pattern.is_empty());
    pattern
        .zip(value.as_text())
        .is_some_and(|(pattern, text)| text.contains(pattern))
}
