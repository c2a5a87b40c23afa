//! DD0509: every profile is used: a host profile is inherited from, a hardware profile is named.
//!
//! A design without nodes is a library of profiles for others, and uses none of them.

use crate::{
    diagnostic::{Code, Diagnostic, quote},
    field::FieldPath,
    names::Kind,
    resolve::ResolvedDesign,
    source::Document,
    validate::{DesignRule, Report},
};

#[derive(Debug)]
pub(super) struct UnusedProfile;

impl DesignRule for UnusedProfile {
    fn codes(&self) -> &'static [Code] {
        &[Code::UNUSED_PROFILE]
    }

    fn check(&self, design: &ResolvedDesign, report: &mut Report<'_>) {
        if design.nodes.is_empty() || design.may_be_unread() {
            return;
        }
        for (field, kind) in [
            ("host_profile", Kind::HostProfile),
            ("hardware_profile", Kind::HardwareProfile),
        ] {
            // A name that leads nowhere was likely meant for one that nobody else names, and is reported.
            let doubted = |document: &&std::sync::Arc<Document>| {
                let id = std::slice::from_ref(&document.id);
                design.in_doubt(id, &FieldPath::of([field]))
            };
            let mut named = design.used().filter(|id| id.kind == kind);
            let dangling = named.any(|id| !design.documents.contains_key(id));
            let in_doubt = !design.is_all_understood()
                && inheriting(design).any(|document| doubted(&document));
            if dangling || in_doubt {
                continue;
            }
            let documents = design.documents.values();
            for unused in documents.filter(|d| d.id.kind == kind && !design.is_used(&d.id)) {
                report.push(finding(unused));
            }
        }
    }
}

fn finding(unused: &Document) -> Diagnostic {
    let name = quote(&unused.id.name);
    let (message, help) = match unused.id.kind {
        Kind::HostProfile => (
            format!("nothing inherits from host profile {name}"),
            "inherit from it in a node or profile, or remove it",
        ),
        _ => (
            format!("nothing names hardware profile {name}"),
            "name it in a node or profile, or remove it",
        ),
    };
    Diagnostic::new(Code::UNUSED_PROFILE, message)
        .about(&unused.id)
        .at(unused.name_span, "")
        .help(help)
}

fn inheriting(design: &ResolvedDesign) -> impl Iterator<Item = &std::sync::Arc<Document>> {
    design
        .documents
        .values()
        .filter(|document| document.inherits())
}
