//! Which steps each target needs, from its state and its differences: networks by name, then nodes by name, each
//! target's in their order.

mod network;
mod node;
mod port;
pub(super) mod report;

use super::{Action, Goal, Observations, Precondition, Target};
use crate::{
    diagnostic::Diagnostics,
    driver::{Change, Drivers, PortIntent, Risk},
    model::Selector,
    names::{DriverName, NetworkName, NodeName},
    resolve::{ResolvedDesign, ResolvedNode},
};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

/// A step that has no number yet; it needs the drafts of these places.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) target: Target,
    pub(super) driver: DriverName,
    pub(super) action: Action,
    pub(super) port: Option<Arc<PortIntent>>,
    pub(super) changes: Vec<Change>,
    pub(super) reason: String,
    pub(super) risk: Risk,
    pub(super) precondition: Precondition,
    pub(super) needs: Vec<usize>,
    /// Something stands against it: it is left out, and with it all that needs it.
    pub(super) barred: bool,
}

impl Draft {
    pub(super) fn new(
        target: Target,
        driver: &str,
        action: impl Into<Action>,
        risk: Risk,
        reason: &str,
    ) -> Self {
        Self {
            target,
            driver: DriverName::new(driver),
            action: action.into(),
            port: None,
            changes: Vec::new(),
            reason: reason.to_owned(),
            risk,
            precondition: Precondition::default(),
            needs: Vec::new(),
            barred: false,
        }
    }

    /// The node that it is done to, or whose switch port it sets.
    pub(super) fn node(&self) -> Option<&NodeName> {
        match (&self.target, &self.port) {
            (Target::Node(name), _) => Some(name),
            (_, port) => port.as_ref().map(|port| &port.node),
        }
    }
}

/// The drafts, and where in them is what edges lead to and from.
#[derive(Debug, Default)]
pub(super) struct Drafts<'a> {
    pub(super) steps: Vec<Draft>,
    /// The one step of each network that has one.
    pub(super) networks: HashMap<&'a NetworkName, usize>,
    /// Networks that something stands against, and with them what needs them.
    pub(super) lacking: HashSet<&'a NetworkName>,
    pub(super) nodes: Vec<NodeDrafts<'a>>,
}

/// Where in the drafts a node's steps are.
#[derive(Debug)]
pub(super) struct NodeDrafts<'a> {
    pub(super) node: &'a Arc<ResolvedNode>,
    /// All of them, those of its switch ports as well.
    pub(super) all: Range<usize>,
    /// The first that is more than giving the node back.
    pub(super) start: Option<usize>,
    /// Its interfaces are set up.
    pub(super) configure: Option<usize>,
    /// It is installed.
    pub(super) deploy: Option<usize>,
}

/// The steps of every target, without those edges that lead from one target to another.
pub(super) fn drafts<'a>(
    design: &'a ResolvedDesign,
    drivers: &'a Drivers,
    seen: &'a Observations,
    goal: Goal,
    nodes: &Selector,
    diagnostics: &mut Diagnostics,
) -> Drafts<'a> {
    let mut build = Build {
        design,
        drivers,
        seen,
        goal,
        diagnostics,
        drafts: Drafts::default(),
    };
    let chosen: Vec<&'a Arc<ResolvedNode>> = design
        .nodes
        .values()
        .filter(|node| nodes.matches(&***node))
        .collect();
    if goal != Goal::Release {
        let mut needed: HashSet<&NetworkName> = HashSet::new();
        for node in &chosen {
            needed.extend(node.networks().map(|carried| &carried.name));
            needed.extend(&node.spec.oob.network);
        }
        let networks = design.networks.values();
        networks
            .filter(|network| needed.contains(&network.name))
            .for_each(|network| build.network(network));
    }
    chosen.into_iter().for_each(|node| build.node(node));
    build.drafts
}

struct Build<'a, 'd> {
    design: &'a ResolvedDesign,
    drivers: &'a Drivers,
    seen: &'a Observations,
    goal: Goal,
    diagnostics: &'d mut Diagnostics,
    drafts: Drafts<'a>,
}

/// The risk of making all these changes.
fn risk_of(changes: &[Change]) -> Risk {
    let risks = changes.iter().map(|change| change.risk);
    risks.max().unwrap_or(Risk::Reversible)
}
