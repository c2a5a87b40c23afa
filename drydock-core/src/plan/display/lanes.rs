//! Which steps are shown together: a lane a node, networks in lanes of their own above, and lanes by rack.

use crate::{
    plan::{Plan, Step, Target},
    resolve::ResolvedDesign,
};
use std::collections::{BTreeMap, BTreeSet};

/// The steps that are shown under one target, in their order.
#[derive(Debug, Clone)]
pub(super) struct Lane<'p> {
    pub(super) target: &'p Target,
    pub(super) steps: Vec<&'p Step>,
}

impl Lane<'_> {
    pub(super) fn is_node(&self) -> bool {
        matches!(self.target, Target::Node(_))
    }
}

/// Lanes that belong together: what is of the whole site, or what stands in one rack, its own networks first.
#[derive(Debug, Clone)]
pub(super) struct Group<'p> {
    /// Nothing for the whole site, and where no rack is known at all.
    pub(super) heading: Option<String>,
    pub(super) lanes: Vec<Lane<'p>>,
}

/// Where a group stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place<'p> {
    Site,
    Rack(&'p str),
    NoRack,
}

/// The lanes of a plan. Without a design nobody knows of racks.
pub(super) fn groups<'p>(plan: &'p Plan, design: Option<&'p ResolvedDesign>) -> Vec<Group<'p>> {
    let needed_by = needed_by(plan);
    let mut lanes: BTreeMap<&Target, Vec<&Step>> = BTreeMap::new();
    for step in &plan.steps {
        let lane = lane_of(plan, step, &needed_by);
        lanes.entry(lane).or_default().push(step);
    }
    let place = |target: &'p Target| match target {
        Target::Node(name) => {
            let node = design.and_then(|design| design.nodes.get(name));
            let rack = node.and_then(|node| node.spec.metadata.rack.as_ref());
            rack.map_or(Place::NoRack, |rack| Place::Rack(rack.as_str()))
        }
        _ => Place::Site,
    };
    let places: BTreeSet<Place<'p>> = lanes
        .keys()
        .filter(|target| matches!(target, Target::Node(_)))
        .map(|target| place(target))
        .collect();
    let has_racks = places.iter().any(|place| matches!(place, Place::Rack(_)));
    let mut groups: BTreeMap<Place<'p>, Vec<Lane<'p>>> = BTreeMap::new();
    for (target, steps) in lanes {
        let mut at = place(target);
        if at == Place::Site && places.len() > 1 {
            at = only_rack(plan, &steps, &needed_by, place).unwrap_or(at);
        }
        groups.entry(at).or_default().push(Lane { target, steps });
    }
    let group = |(place, lanes): (Place<'p>, Vec<Lane<'p>>)| {
        let heading = match place {
            Place::Rack(rack) => Some(format!("rack {rack}")),
            Place::NoRack if has_racks => Some("in no rack".to_owned()),
            Place::Site | Place::NoRack => None,
        };
        Group { heading, lanes }
    };
    groups.into_iter().map(group).collect()
}

/// For each step, those that need it.
pub(super) fn needed_by(plan: &Plan) -> Vec<Vec<&Step>> {
    let mut needed_by = vec![Vec::new(); plan.steps.len()];
    for step in &plan.steps {
        for need in &step.needs {
            if let Some(others) = needed_by.get_mut(need.index()) {
                others.push(step);
            }
        }
    }
    needed_by
}

/// Under which target a step is shown: its own, or, for what is neither node nor network, the one node whose steps it is
/// done between.
fn lane_of<'p>(plan: &'p Plan, step: &'p Step, needed_by: &[Vec<&'p Step>]) -> &'p Target {
    let target = &step.target;
    if matches!(target, Target::Node(_) | Target::Network(_)) {
        return target;
    }
    let before = step
        .needs
        .iter()
        .filter_map(|need| plan.steps.get(need.index()));
    let after = needed_by
        .get(step.id.index())
        .into_iter()
        .flatten()
        .copied();
    let around: BTreeSet<&Target> = before.chain(after).map(|step| &step.target).collect();
    let mut nodes = around.into_iter().filter(|t| matches!(t, Target::Node(_)));
    match (nodes.next(), nodes.next()) {
        (Some(node), None) => node,
        _ => target,
    }
}

/// The rack whose nodes alone need these steps.
fn only_rack<'p>(
    plan: &'p Plan,
    steps: &[&'p Step],
    needed_by: &[Vec<&'p Step>],
    place: impl Fn(&'p Target) -> Place<'p>,
) -> Option<Place<'p>> {
    let users = steps
        .iter()
        .filter_map(|step| needed_by.get(step.id.index()))
        .flatten();
    let places: BTreeSet<Place<'p>> = users
        .map(|user| place(lane_of(plan, user, needed_by)))
        .collect();
    match places.first() {
        Some(Place::Rack(rack)) if places.len() == 1 => Some(Place::Rack(rack)),
        _ => None,
    }
}
