//! Which lanes are alike, so that one can stand for all of them: the same steps, waiting for the same and waited for by
//! the same, as far as that is drawn apart.

use crate::{
    driver::Risk,
    names::StepId,
    plan::{
        Plan, Step, Target,
        display::lanes::{self, Group, Lane},
    },
};
use std::collections::{BTreeSet, HashMap};

/// For each step its column, action and risk, and what is around it.
type Likeness<'p> = Vec<(usize, String, Risk, Around<'p>)>;
type Around<'p> = BTreeSet<Neighbour<'p>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Neighbour<'p> {
    /// It waits for this network.
    Network(&'p Target),
    /// A step of another node waits for it.
    OtherNode,
    /// A box waits for it: of this group, this lane of it, this column.
    Box(usize, usize, usize),
}

/// The lanes of a group, each alone.
pub(super) fn unfolded<'l, 'p>(group: &'l Group<'p>) -> Vec<Vec<&'l Lane<'p>>> {
    group.lanes.iter().map(|lane| vec![lane]).collect()
}

/// For each group its lanes, those that are alike together; networks, which come first, by who waits for them.
pub(super) fn folded<'l, 'p>(
    plan: &'p Plan,
    ranks: &[usize],
    groups: &'l [Group<'p>],
) -> Vec<Vec<Vec<&'l Lane<'p>>>> {
    let rank = |step: &Step| ranks.get(step.id.index()).copied().unwrap_or_default();
    let needed_by = lanes::needed_by(plan);
    let users = |step: &Step| needed_by.get(step.id.index()).into_iter().flatten();
    // Nodes first: networks are told apart by the boxes of nodes that wait for them.
    let mut place: HashMap<StepId, Neighbour<'p>> = HashMap::new();
    let mut nodes = Vec::new();
    for (n, group) in groups.iter().enumerate() {
        let around = |step: &'p Step| {
            let needs = step
                .needs
                .iter()
                .filter_map(|need| plan.steps.get(need.index()));
            let networks = needs.map(|need| &need.target);
            let networks = networks.filter(|target| matches!(target, Target::Network(_)));
            let is_other = |user: &&&Step| {
                user.target != step.target && matches!(user.target, Target::Node(_))
            };
            let others = users(step).find(is_other).map(|_| Neighbour::OtherNode);
            networks.map(Neighbour::Network).chain(others).collect()
        };
        let lanes = group.lanes.iter().filter(|lane| lane.is_node());
        let folded = by_likeness(lanes, rank, around);
        for (row, lanes) in folded.iter().enumerate() {
            for step in lanes.iter().flat_map(|lane| &lane.steps) {
                place.insert(step.id, Neighbour::Box(n, row, rank(step)));
            }
        }
        nodes.push(folded);
    }
    let mut all = Vec::new();
    for (group, nodes) in groups.iter().zip(nodes) {
        let around = |step: &'p Step| {
            let boxes = users(step).filter_map(|user| place.get(&user.id).copied());
            boxes.collect()
        };
        let lanes = group.lanes.iter().filter(|lane| !lane.is_node());
        let mut folded = by_likeness(lanes, rank, around);
        folded.extend(nodes);
        all.push(folded);
    }
    all
}

/// The lanes in the order of the first of each kind.
fn by_likeness<'l, 'p>(
    lanes: impl Iterator<Item = &'l Lane<'p>>,
    rank: impl Fn(&Step) -> usize,
    around: impl Fn(&'p Step) -> Around<'p>,
) -> Vec<Vec<&'l Lane<'p>>>
where
    'p: 'l,
{
    let mut place: HashMap<Likeness<'p>, usize> = HashMap::new();
    let mut folded: Vec<Vec<&Lane<'p>>> = Vec::new();
    for lane in lanes {
        let step = |step: &&'p Step| (rank(step), step.verb().to_string(), step.risk, around(step));
        let mut likeness: Likeness<'p> = lane.steps.iter().map(step).collect();
        likeness.sort();
        let at = *place.entry(likeness).or_insert_with(|| {
            folded.push(Vec::new());
            folded.len() - 1
        });
        folded[at].push(lane);
    }
    folded
}
