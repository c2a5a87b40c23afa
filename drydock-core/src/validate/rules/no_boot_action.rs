//! DD4001: every node is in the filter of a boot action. A design without boot actions has none to be in.

use crate::{
    diagnostic::{Code, Diagnostic},
    field::FieldPath,
    names::{DocumentId, Kind},
    resolve::ResolvedDesign,
    validate::{DesignRule, Report},
};

#[derive(Debug)]
pub(super) struct NoBootAction;

impl DesignRule for NoBootAction {
    fn codes(&self) -> &'static [Code] {
        &[Code::NO_BOOT_ACTION]
    }

    fn check(&self, design: &ResolvedDesign, report: &mut Report<'_>) {
        let filter = FieldPath::of(["node_filter"]);
        let doubted =
            |name: &str| design.in_doubt(&[DocumentId::new(Kind::BootAction, name)], &filter);
        let actions = &design.boot_actions;
        if actions.is_empty() || design.may_be_unread() || actions.keys().any(|name| doubted(name))
        {
            return;
        }
        let chosen_by = FieldPath::of(["metadata"]);
        for node in design.nodes.values() {
            let in_one = actions
                .values()
                .any(|action| action.node_filter.matches(node, design));
            if in_one || design.in_doubt(&node.chain, &chosen_by) {
                continue;
            }
            let diagnostic =
                Diagnostic::new(Code::NO_BOOT_ACTION, "no boot action is for this node")
                    .about(&node.id())
                    .help("let the node_filter of a boot action choose it");
            let document = design.documents.get(&node.id());
            report.push(match document {
                Some(document) => diagnostic.at(document.name_span, ""),
                None => diagnostic,
            });
        }
    }
}
