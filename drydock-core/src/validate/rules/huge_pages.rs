//! DD1008: `hugepages` and `hugepagesz` are given together.

use crate::{
    diagnostic::Code,
    field::FieldPath,
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{NodeRule, Report},
};

#[derive(Debug)]
pub(super) struct HugePages;

impl NodeRule for HugePages {
    fn codes(&self) -> &'static [Code] {
        &[Code::HUGE_PAGES]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let has = |name: &str| {
            node.spec
                .platform
                .kernel_params
                .0
                .iter()
                .any(|(key, _)| key == name)
        };
        let (present, missing) = match (has("hugepages"), has("hugepagesz")) {
            (true, false) => ("hugepages", "hugepagesz"),
            (false, true) => ("hugepagesz", "hugepages"),
            _ => return,
        };
        let of = |name: &str| FieldPath::of(["platform", "kernel_params", name]);
        if design.in_doubt(&node.chain, &of(missing)) {
            return;
        }
        let field = of(present);
        let message = format!("`{present}` stands without `{missing}`");
        report
            .node(Code::HUGE_PAGES, node, design, field, message)
            .help(format!("add {missing} to platform.kernel_params"));
    }
}
