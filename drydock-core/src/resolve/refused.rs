//! What was written and not understood. A value that is missing for that reason is missed by nobody: one cause is one
//! finding.

use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    field::FieldPath,
    names::DocumentId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a whole document was lost, with a name that nobody knows.
pub(super) fn is_unread(found: &Diagnostic) -> bool {
    let lost = [
        Code::SYNTAX,
        Code::ENCODING,
        Code::ENVELOPE,
        Code::UNKNOWN_KIND,
        Code::NOT_RENDERED,
    ];
    lost.contains(&found.code)
}

/// Which field says nothing because of what was found.
fn refused(found: &Diagnostic) -> Option<FieldPath> {
    match found.code {
        // It says what the key that was meant would say, if any was.
        Code::UNKNOWN_KEY => {
            let meant = found.edit.as_ref()?;
            Some(found.field.join(meant.text.as_str()))
        }
        // Understood all the same.
        Code::UNQUOTED_REMOVAL => None,
        // About metadata, which is none of the fields.
        Code::SOURCE_CONFLICT if found.field.is_root() => None,
        _ => (found.severity == Severity::Error).then(|| found.field.clone()),
    }
}

/// What reading has found about some documents, ready to be put together with what else is found about each.
pub(super) struct Refusals<'a>(BTreeMap<&'a DocumentId, Vec<&'a Diagnostic>>);

impl<'a> Refusals<'a> {
    /// Of what was found while reading, what is about these documents.
    pub(super) fn of(
        ids: &BTreeSet<DocumentId>,
        reading: impl Iterator<Item = &'a Diagnostic>,
    ) -> Self {
        let mut by_subject: BTreeMap<&DocumentId, Vec<&Diagnostic>> = BTreeMap::new();
        for found in reading {
            if let Some(subject) = found.subject.as_ref().filter(|id| ids.contains(id)) {
                by_subject.entry(subject).or_default().push(found);
            }
        }
        Self(by_subject)
    }

    /// The fields of a document that say nothing, given what else was found in it.
    pub(super) fn with<'d>(
        &self,
        id: &DocumentId,
        found: impl IntoIterator<Item = &'d Diagnostic>,
    ) -> BTreeSet<FieldPath> {
        let reading = self.0.get(id).into_iter().flatten().copied();
        let reading = reading.filter_map(refused);
        reading
            .chain(found.into_iter().filter_map(refused))
            .collect()
    }
}
