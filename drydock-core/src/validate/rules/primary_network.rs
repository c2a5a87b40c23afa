//! DD2010: the primary network is defined and one of the node's.

use super::unknown_network::Doubt;
use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{NodeRule, Report},
};

/// How many networks are told by name: every node with the same profile is told them.
const MOST: usize = 20;

#[derive(Debug)]
pub(super) struct PrimaryNetwork;

impl NodeRule for PrimaryNetwork {
    fn codes(&self) -> &'static [Code] {
        &[Code::PRIMARY_NETWORK]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let Some(primary) = &node.spec.primary_network else {
            return;
        };
        let carried = node.networks().any(|network| network.name == *primary);
        if carried || Doubt::of(node, design).may_be_carried(primary) {
            return;
        }
        let field = FieldPath::of(["primary_network"]);
        let message = format!(
            "primary network {} is not one of this node's",
            quote(primary)
        );
        let carried: Vec<&str> = node
            .networks()
            .map(|network| network.name.as_str())
            .collect();
        let help = match carried.as_slice() {
            [] => "give the node an interface that carries it".to_owned(),
            names if names.len() > MOST => format!(
                "name one of {} and {} more, or add it to an interface",
                names[..MOST].join(", "),
                names.len() - MOST
            ),
            names => format!(
                "name one of {}, or add it to an interface",
                names.join(", ")
            ),
        };
        report
            .node(Code::PRIMARY_NETWORK, node, design, field, message)
            .meant(primary, &carried, &help);
    }
}
