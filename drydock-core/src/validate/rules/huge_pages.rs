//! DD1008: `hugepages` and `hugepagesz` are given together, a number for each size.

use crate::{
    diagnostic::Code,
    field::FieldPath,
    model::Texts,
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{NodeRule, Report, report::span_of_node},
};

#[derive(Debug)]
pub(super) struct HugePages;

impl NodeRule for HugePages {
    fn codes(&self) -> &'static [Code] {
        &[Code::HUGE_PAGES]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let params = node.spec.platform.kernel_params.0.iter();
        let count = |name: &str| {
            let written = params.clone().find(|(key, _)| key == name);
            written.map(|(_, value)| match value {
                Texts::One(_) => 1,
                Texts::Many(texts) => texts.len(),
            })
        };
        let of = |name: &str| FieldPath::of(["platform", "kernel_params", name]);
        let (present, missing) = match (count("hugepages"), count("hugepagesz")) {
            (Some(_), None) => ("hugepages", "hugepagesz"),
            (None, Some(_)) => ("hugepagesz", "hugepages"),
            (Some(numbers), Some(sizes)) if numbers != sizes => {
                let message =
                    format!("{numbers} of `hugepages` stand beside {sizes} of `hugepagesz`");
                let place = span_of_node(node, design, &of("hugepagesz"));
                report
                    .node(Code::HUGE_PAGES, node, design, of("hugepages"), message)
                    .also(place, "the sizes")
                    .help("write a number for each size, in the same order");
                return;
            }
            _ => return,
        };
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
