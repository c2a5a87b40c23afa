//! DD1010: a NIC belongs to one interface.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{NodeRule, Report, report::span_of_node},
};
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct SlaveTwice;

impl NodeRule for SlaveTwice {
    fn codes(&self) -> &'static [Code] {
        &[Code::SLAVE_TWICE]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        for interface in &node.interfaces {
            for slave in &interface.slaves {
                let name = slave.name.as_str();
                let field = |interface| FieldPath::of(["interfaces", interface, "slaves", name]);
                match taken.get(name) {
                    None => drop(taken.insert(name, &interface.name)),
                    Some(first) => {
                        let message =
                            format!("NIC {} belongs to two interfaces", quote(&slave.name));
                        report
                            .node(
                                Code::SLAVE_TWICE,
                                node,
                                design,
                                field(&*interface.name),
                                message,
                            )
                            .also(
                                span_of_node(node, design, &field(first)),
                                "belongs here already",
                            )
                            .help("give each interface NICs of its own");
                    }
                }
            }
        }
    }
}
