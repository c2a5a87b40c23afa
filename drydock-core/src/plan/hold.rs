//! What must not be touched: `hold` of a node or its rack, and `protect`. Asked while planning, and again of whatever
//! design is current just before a step that destroys.

use super::{Action, Goal, Step, Target};
use crate::{
    driver::{Risk, ServerAction},
    field::FieldPath,
    model::Protection,
    names::{DocumentId, Kind, NodeName, RackName},
    resolve::{ResolvedDesign, ResolvedNode},
    source::Value,
    span::Span,
};
use std::fmt;

/// That something must not be done to a node, who says so and where.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Held {
    /// Why.
    pub why: HeldBy,
    /// The document that it is said of.
    pub subject: DocumentId,
    /// The field that says it.
    pub field: FieldPath,
    /// Where that is written: in the document itself, or in a profile that it inherits from.
    pub span: Span,
}

/// What keeps a step from being taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeldBy {
    /// The node's `hold`.
    Node,
    /// The `hold` of the rack that it stands in.
    Rack(RackName),
    /// The node's `protect`.
    Protection(Protection),
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            HeldBy::Node => f.pad("it is held"),
            HeldBy::Rack(rack) => write!(f, "its rack {rack} is held"),
            HeldBy::Protection(Protection::Release) => f.pad("it is protected from release"),
            HeldBy::Protection(Protection::Redeploy) => f.pad("it is protected from redeploy"),
        }
    }
}

/// What stands against taking this action on the node in a plan for this goal; nothing when it may be taken.
///
/// `hold` keeps off whatever disrupts or destroys; `protect: [release]` every release, `protect: [redeploy]` what a plan
/// to redeploy does. Switch ports and custom steps are held with their node.
pub fn held(
    design: &ResolvedDesign,
    node: &ResolvedNode,
    goal: Goal,
    action: &Action,
    risk: Risk,
) -> Option<Held> {
    if risk >= Risk::Disruptive {
        if node.spec.hold == Some(true) {
            return Some(of_node(node, HeldBy::Node, "hold"));
        }
        let rack = node.spec.metadata.rack.as_ref();
        let held = rack.filter(|name| {
            design
                .racks
                .get(*name)
                .is_some_and(|rack| rack.hold == Some(true))
        });
        if let Some(name) = held {
            let subject = DocumentId::new(Kind::Rack, name.as_str());
            let document = design.documents.get(&subject);
            let written = document.and_then(|rack| rack.spec.field("hold"));
            return Some(Held {
                why: HeldBy::Rack(name.clone()),
                field: FieldPath::of(["hold"]),
                span: written.map_or(Span::NONE, |value| value.span),
                subject,
            });
        }
    }
    let protected = |from| node.spec.protect.contains(&from);
    let protection = match action {
        Action::Server(ServerAction::Release) if protected(Protection::Release) => {
            Protection::Release
        }
        Action::Server(ServerAction::Release | ServerAction::Deploy)
            if goal == Goal::Redeploy && protected(Protection::Redeploy) =>
        {
            Protection::Redeploy
        }
        _ => return None,
    };
    Some(of_node(node, HeldBy::Protection(protection), "protect"))
}

fn of_node(node: &ResolvedNode, why: HeldBy, field: &'static str) -> Held {
    Held {
        why,
        subject: node.id(),
        field: FieldPath::of([field]),
        span: node
            .value
            .field(field)
            .map_or(Span::NONE, |value: &Value| value.span),
    }
}

impl Step {
    /// The node that it is done to, or whose switch port it sets; none for networks.
    pub fn node(&self) -> Option<&NodeName> {
        match (&self.target, &self.port) {
            (Target::Node(name), _) => Some(name),
            (_, port) => port.as_ref().map(|port| &port.node),
        }
    }

    /// What stands against taking it by this design, see [`held`]; nothing for a network, or where the design does not
    /// name the node.
    pub fn held(&self, design: &ResolvedDesign, goal: Goal) -> Option<Held> {
        let node = design.nodes.get(self.node()?)?;
        held(design, node, goal, &self.action, self.risk)
    }
}
