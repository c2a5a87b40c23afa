//! DD4001: every node is in the filter of a boot action. A design without boot actions has none to be in.

use crate::{
    diagnostic::Code,
    field::FieldPath,
    names::{DocumentId, Kind},
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{NodeRule, Report},
};

#[derive(Debug)]
pub(super) struct NoBootAction;

impl NodeRule for NoBootAction {
    fn codes(&self) -> &'static [Code] {
        &[Code::NO_BOOT_ACTION]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let filter = FieldPath::of(["node_filter"]);
        let doubted =
            |name: &str| design.in_doubt(&[DocumentId::new(Kind::BootAction, name)], &filter);
        let actions = &design.boot_actions;
        if actions.is_empty() || design.may_be_unread() {
            return;
        }
        let mut filters = actions.values().map(|action| &action.node_filter);
        if filters.any(|filter| filter.matches(node, design))
            || design.in_doubt(&node.chain, &FieldPath::of(["metadata"]))
            || actions.keys().any(|name| doubted(name))
        {
            return;
        }
        let message = "no boot action is for this node".to_owned();
        report
            .node(
                Code::NO_BOOT_ACTION,
                node,
                design,
                FieldPath::root(),
                message,
            )
            .help("let the node_filter of a boot action choose it");
    }
}
