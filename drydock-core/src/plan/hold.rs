//! What must not be touched: `hold` of a node or its rack, and `protect`. Asked while planning, and again of whatever
//! design is current just before a step that destroys.

use super::{Action, Goal, Step, Target};
use crate::{
    driver::{Risk, ServerAction, ServerState},
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
        self.why.fmt(f)
    }
}

impl fmt::Display for HeldBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeldBy::Node => f.pad("it is held"),
            HeldBy::Rack(rack) => write!(f, "its rack {rack} is held"),
            HeldBy::Protection(Protection::Release) => f.pad("it is protected from release"),
            HeldBy::Protection(Protection::Redeploy) => f.pad("it is protected from redeploy"),
        }
    }
}

/// What a design says must not be done to one node: the one place that decides it. Planning asks it by [`held`], a run
/// before each step, of the design that it began with and of newer ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hold {
    by: Option<HeldBy>,
    protect: Vec<Protection>,
}

impl Hold {
    /// What the design says of this node.
    pub(crate) fn of(design: &ResolvedDesign, node: &ResolvedNode) -> Self {
        let is_held = |name: &&RackName| {
            let rack = design.racks.get(*name);
            rack.is_some_and(|rack| rack.hold == Some(true))
        };
        let by = match node.spec.hold {
            Some(true) => Some(HeldBy::Node),
            _ => {
                let rack = node.spec.metadata.rack.as_ref().filter(is_held);
                rack.map(|rack| HeldBy::Rack(rack.clone()))
            }
        };
        let protect = node.spec.protect.iter().copied().collect();
        Self { by, protect }
    }

    /// That the node itself is held, and nothing else.
    pub(crate) fn of_node() -> Self {
        Self {
            by: Some(HeldBy::Node),
            protect: Vec::new(),
        }
    }

    /// Whether it keeps nothing off.
    pub(crate) fn is_empty(&self) -> bool {
        self.by.is_none() && self.protect.is_empty()
    }

    /// Says what either says.
    pub(crate) fn add(&mut self, other: &Hold) {
        if self.by.is_none() {
            self.by.clone_from(&other.by);
        }
        for protection in &other.protect {
            if !self.protect.contains(protection) {
                self.protect.push(*protection);
            }
        }
    }

    /// What stands against taking this action in a plan for this goal. `seen` is the state that the server was seen in
    /// just before; planning leaves it out, for a step comes up in a later state.
    ///
    /// `hold` keeps off whatever disrupts or destroys. `protect: [release]` keeps off every release. `protect: [redeploy]`
    /// keeps off what gives back or installs in a plan to redeploy, and in any plan an installation over one that is there.
    pub(crate) fn against(
        &self,
        goal: Goal,
        action: &Action,
        risk: Risk,
        seen: Option<ServerState>,
    ) -> Option<HeldBy> {
        self.keeps_off(risk)
            .or_else(|| self.protects(goal, action, seen))
    }

    /// The part of [`Self::against`] that goes by the risk alone.
    pub(crate) fn keeps_off(&self, risk: Risk) -> Option<HeldBy> {
        self.by.clone().filter(|_| risk >= Risk::Disruptive)
    }

    fn protects(&self, goal: Goal, action: &Action, seen: Option<ServerState>) -> Option<HeldBy> {
        let protects = |from| self.protect.contains(&from);
        let redeploys = goal == Goal::Redeploy;
        let is_there = seen == Some(ServerState::Deployed);
        let protection = match action {
            Action::Server(ServerAction::Release) if protects(Protection::Release) => {
                Protection::Release
            }
            Action::Server(ServerAction::Release)
                if redeploys && protects(Protection::Redeploy) =>
            {
                Protection::Redeploy
            }
            Action::Server(ServerAction::Deploy)
                if (redeploys || is_there) && protects(Protection::Redeploy) =>
            {
                Protection::Redeploy
            }
            _ => return None,
        };
        Some(HeldBy::Protection(protection))
    }
}

/// What stands against taking this action on the node in a plan for this goal; nothing when it may be taken.
///
/// `hold` keeps off whatever disrupts or destroys; `protect: [release]` every release, `protect: [redeploy]` what a plan
/// to redeploy does. Switch ports and custom steps are held with their node. A run asks the same before each step.
pub fn held(
    design: &ResolvedDesign,
    node: &ResolvedNode,
    goal: Goal,
    action: &Action,
    risk: Risk,
) -> Option<Held> {
    let why = Hold::of(design, node).against(goal, action, risk, None)?;
    Some(match why {
        HeldBy::Node => of_node(node, why, "hold"),
        HeldBy::Protection(_) => of_node(node, why, "protect"),
        HeldBy::Rack(ref rack) => {
            let subject = DocumentId::new(Kind::Rack, rack.as_str());
            let document = design.documents.get(&subject);
            let written = document.and_then(|rack| rack.spec.field("hold"));
            Held {
                why,
                field: FieldPath::of(["hold"]),
                span: written.map_or(Span::NONE, |value| value.span),
                subject,
            }
        }
    })
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
