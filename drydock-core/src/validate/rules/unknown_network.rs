//! DD2001: the network of an interface or address is defined, and a network with an address is carried by one interface.
//!
//! The network that `oob.network` names is carried by the BMC.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{
        NodeRule, Report,
        report::{names, span_of_node},
    },
};

#[derive(Debug)]
pub(super) struct UnknownNetwork;

impl NodeRule for UnknownNetwork {
    fn codes(&self) -> &'static [Code] {
        &[Code::UNKNOWN_NETWORK]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let defined = |name: &str| design.networks.contains_key(name);
        let mut carried: Vec<(&str, FieldPath)> = Vec::new();
        for interface in &node.interfaces {
            for network in &interface.networks {
                let name = network.name.as_str();
                let field = FieldPath::of(["interfaces", &interface.name, "networks", name]);
                if !defined(name) {
                    undefined(node, design, report, field, name);
                } else if let Some((_, first)) = carried.iter().find(|(other, _)| *other == name) {
                    let message = format!("network {} is carried by two interfaces", quote(name));
                    report
                        .node(Code::UNKNOWN_NETWORK, node, design, field, message)
                        .also(span_of_node(node, design, first), "carried here already")
                        .help("remove it from one of them");
                } else {
                    carried.push((name, field));
                }
            }
        }
        for (name, _) in node.spec.addressing.iter() {
            let field = FieldPath::of(["addressing", name]);
            let out_of_band = node.spec.oob.network.as_deref() == Some(name);
            if !defined(name) {
                undefined(node, design, report, field, name);
            } else if !out_of_band && !carried.iter().any(|(other, _)| *other == name) {
                let message = format!("no interface of this node carries network {}", quote(name));
                report
                    .node(Code::UNKNOWN_NETWORK, node, design, field, message)
                    .help("add the network to an interface, or remove the address");
            }
        }
    }
}

fn undefined(
    node: &ResolvedNode,
    design: &ResolvedDesign,
    report: &mut Report<'_>,
    field: FieldPath,
    name: &str,
) {
    let message = format!("there is no network {}", quote(name));
    let known = names(design.networks.keys());
    let help = "write a Network of this name, or name one that exists";
    report
        .node(Code::UNKNOWN_NETWORK, node, design, field, message)
        .meant(name, &known, help);
}
