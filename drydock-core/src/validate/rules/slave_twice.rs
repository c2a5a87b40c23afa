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
        let mut taken: BTreeMap<&str, FieldPath> = BTreeMap::new();
        for interface in &node.interfaces {
            for slave in &interface.slaves {
                let field = FieldPath::of(["interfaces", &interface.name, "slaves", &slave.name]);
                match taken.get(slave.name.as_str()) {
                    None => drop(taken.insert(&slave.name, field)),
                    Some(first) => {
                        let message =
                            format!("NIC {} belongs to two interfaces", quote(&slave.name));
                        report
                            .node(Code::SLAVE_TWICE, node, design, field, message)
                            .also(span_of_node(node, design, first), "belongs here already")
                            .help("give each interface NICs of its own");
                    }
                }
            }
        }
    }
}
