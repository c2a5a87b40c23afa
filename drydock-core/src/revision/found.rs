//! How sources are composed and what was found in reading them, as they are kept: neither follows from the documents.

use super::files::in_order;
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, Severity},
    names::{DocumentId, Kind, SourceName},
    source::{Federation, Owner, Snapshot},
    span::{FileId, SourceMap, Span},
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::HashMap;

/// What is kept of a snapshot beside its files.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Reading {
    sources: Vec<SourceName>,
    owners: Vec<Owned>,
    precedence: Vec<SourceName>,
    found: Vec<Found>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Owned {
    source: SourceName,
    kind: String,
    path: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Found {
    code: String,
    severity: SmolStr,
    message: String,
    help: Option<String>,
    subject: Option<(String, SmolStr)>,
    field: String,
    labels: Vec<(Place, String, bool)>,
    edit: Option<(Place, String)>,
    touches: u32,
}

/// The number of a file among all of them in the order of their names, and bytes in it.
type Place = (usize, u32, u32);

impl Reading {
    pub(super) fn of(snapshot: &Snapshot, files: &SourceMap) -> Self {
        let numbers = in_order(files).into_iter().map(|file| file.id()).zip(0..);
        let numbers: HashMap<FileId, usize> = numbers.collect();
        let place = |span: Span| {
            let file = numbers.get(&span.file).copied().unwrap_or(usize::MAX);
            (file, span.lo, span.hi)
        };
        let federation = &snapshot.federation;
        let mut found: Vec<Found> = snapshot
            .diagnostics
            .iter()
            .map(|diagnostic| Found {
                code: diagnostic.code.to_string(),
                severity: diagnostic.severity.to_string().into(),
                message: diagnostic.message.clone(),
                help: diagnostic.help.clone(),
                subject: diagnostic
                    .subject
                    .as_ref()
                    .map(|id| (id.kind.to_string(), id.name.clone())),
                field: diagnostic.field.to_string(),
                labels: diagnostic
                    .labels
                    .iter()
                    .map(|label| (place(label.span), label.text.clone(), label.primary))
                    .collect(),
                edit: diagnostic
                    .edit
                    .as_ref()
                    .map(|edit| (place(edit.span), edit.text.clone())),
                touches: diagnostic.touches,
            })
            .collect();
        // Sources are read at the same time: the order of their findings says nothing.
        found.sort_by(|a, b| {
            (&a.labels, &a.code, &a.message).cmp(&(&b.labels, &b.code, &b.message))
        });
        Self {
            sources: federation.sources().to_vec(),
            owners: federation
                .owners()
                .iter()
                .map(|owner| Owned {
                    source: owner.source.clone(),
                    kind: owner.kind.to_string(),
                    path: owner.path.to_string(),
                })
                .collect(),
            precedence: federation.precedence().to_vec(),
            found,
        }
    }

    pub(super) fn federation(&self) -> Option<Federation> {
        if self.sources.is_empty() {
            return Some(Federation::default());
        }
        let owners = self.owners.iter().map(|owned| {
            let path = owned.path.parse().ok()?;
            Some(Owner::new(owned.source.clone(), kind(&owned.kind), path))
        });
        let owners = owners.collect::<Option<Vec<_>>>()?;
        Federation::new(self.sources.clone(), owners, self.precedence.clone()).ok()
    }

    /// The findings, at places in these files.
    pub(super) fn diagnostics(&self, files: &[FileId]) -> Option<Diagnostics> {
        let span = |(file, lo, hi): Place| match files.get(file) {
            Some(file) => Span::new(*file, lo, hi),
            None => Span::NONE,
        };
        let mut all = Diagnostics::new();
        for found in &self.found {
            let mut one = Diagnostic::new(Code::parse(&found.code)?, found.message.clone());
            one.severity = match found.severity.as_str() {
                "error" => Severity::Error,
                "warning" => Severity::Warning,
                _ => Severity::Note,
            };
            one.help.clone_from(&found.help);
            let subject = found.subject.as_ref();
            one.subject = subject.map(|(of, name)| DocumentId::new(kind(of), name.clone()));
            one.field = found.field.parse().ok()?;
            for (place, text, primary) in &found.labels {
                one = match primary {
                    true => one.at(span(*place), text.clone()),
                    false => one.also(span(*place), text.clone()),
                };
            }
            one.edit = None;
            if let Some((place, text)) = &found.edit {
                one = one.edit(span(*place), text.clone());
            }
            one.touches = found.touches;
            all.push(one);
        }
        Some(all)
    }
}

/// The kind of this name.
pub(super) fn kind(name: &str) -> Kind {
    Kind::built_in(name).unwrap_or_else(|| Kind::Other(name.into()))
}
