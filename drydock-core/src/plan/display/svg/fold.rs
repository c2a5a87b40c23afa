//! What shares a lane and a box: steps of one lane, column, action and risk are one box; where there are many nodes,
//! those of a rack with the same steps are one lane.

use super::alike;
use crate::{
    driver::Risk,
    names::StepId,
    plan::{
        Plan, Step,
        display::{
            lanes::{Group, Lane},
            words,
        },
        timing::{Timing, spoken},
    },
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// More lanes of nodes than this are folded.
const UNFOLDED: usize = 60;
/// How many names a tooltip lists.
const NAMES: usize = 200;

/// What is drawn, before anybody knows where.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) sections: Vec<Section>,
    /// In the order of the sections.
    pub(super) rows: Vec<Row>,
    /// In the order of the rows; those of a row in the order of their ranks.
    pub(super) cells: Vec<Cell>,
    /// Which box waits for which: first the one waited for.
    pub(super) edges: BTreeSet<(usize, usize)>,
    /// The edges of the critical path.
    pub(super) critical: BTreeSet<(usize, usize)>,
    pub(super) ranks: usize,
}

/// Lanes that belong together.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) heading: Option<String>,
    pub(super) rows: usize,
}

/// A lane, of one target or of several that are alike.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) note: Option<String>,
    pub(super) tooltip: String,
    pub(super) is_folded: bool,
    pub(super) is_critical: bool,
}

/// A box.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) row: usize,
    pub(super) rank: usize,
    pub(super) action: String,
    pub(super) risk: Risk,
    /// How long it takes, and how many steps of one target it stands for, where these are several.
    pub(super) note: String,
    pub(super) tooltip: String,
    pub(super) is_critical: bool,
}

pub(super) fn sheet(plan: &Plan, timing: &Timing, groups: &[Group<'_>]) -> Sheet {
    let ranks = ranks(plan);
    let nodes = groups.iter().flat_map(|group| &group.lanes);
    let fold = nodes.filter(|lane| lane.is_node()).count() > UNFOLDED;
    let folded: Vec<Vec<Vec<&Lane<'_>>>> = match fold {
        true => alike::folded(plan, &ranks, groups),
        false => groups.iter().map(alike::unfolded).collect(),
    };
    let mut build = Build {
        plan,
        timing,
        ranks: &ranks,
        path: timing.critical_path.iter().copied().collect(),
        cell_of: vec![0; plan.steps.len()],
        rows: Vec::new(),
        cells: Vec::new(),
    };
    let mut sections = Vec::new();
    for (group, rows) in groups.iter().zip(&folded) {
        sections.push(Section {
            heading: group.heading.as_ref().map(|heading| {
                let nodes = group.lanes.iter().filter(|lane| lane.is_node()).count();
                // Made harmless before it is measured: a character that hides takes room when it is shown.
                format!(
                    "{} · {}",
                    words::plain(heading),
                    words::count(nodes, "node")
                )
            }),
            rows: rows.len(),
        });
        rows.iter().for_each(|lanes| build.row(lanes));
    }
    let cell_of = build.cell_of;
    let cell = |id: &StepId| cell_of.get(id.index()).copied();
    let mut edges = BTreeSet::new();
    for step in &plan.steps {
        let to = cell(&step.id);
        let from = step
            .needs
            .iter()
            .filter(|need| need.index() < step.id.index());
        edges.extend(from.filter_map(|need| Some((cell(need)?, to?))));
    }
    let pairs = timing.critical_path.windows(2);
    let critical = pairs.filter_map(|pair| Some((cell(&pair[0])?, cell(&pair[1])?)));
    Sheet {
        sections,
        critical: critical.collect(),
        edges,
        rows: build.rows,
        cells: build.cells,
        ranks: ranks.iter().max().map_or(0, |most| most + 1),
    }
}

/// For each step, how many have to come before it, one after the other.
fn ranks(plan: &Plan) -> Vec<usize> {
    let mut ranks: Vec<usize> = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        let needs = step.needs.iter().filter_map(|need| ranks.get(need.index()));
        ranks.push(needs.max().map_or(0, |last| last + 1));
    }
    ranks
}

struct Build<'a> {
    plan: &'a Plan,
    timing: &'a Timing,
    ranks: &'a [usize],
    path: BTreeSet<StepId>,
    cell_of: Vec<usize>,
    rows: Vec<Row>,
    cells: Vec<Cell>,
}

impl Build<'_> {
    fn row(&mut self, lanes: &[&Lane<'_>]) {
        let mut boxes: BTreeMap<(usize, Risk, String), Vec<&Step>> = BTreeMap::new();
        for step in lanes.iter().flat_map(|lane| &lane.steps) {
            let rank = self.ranks.get(step.id.index()).copied().unwrap_or_default();
            let key = (rank, step.risk, step.verb().to_string());
            boxes.entry(key).or_default().push(step);
        }
        let row = self.rows.len();
        let mut is_critical = false;
        for ((rank, risk, action), steps) in boxes {
            steps.iter().for_each(|step| {
                if let Some(cell) = self.cell_of.get_mut(step.id.index()) {
                    *cell = self.cells.len();
                }
            });
            let on_path = steps.iter().any(|step| self.path.contains(&step.id));
            is_critical |= on_path;
            let each = steps.len().div_ceil(lanes.len().max(1));
            let takes = steps.iter().map(|step| self.timing.takes(step.id)).max();
            let takes = spoken(takes.unwrap_or(Duration::ZERO));
            self.cells.push(Cell {
                row,
                rank,
                risk,
                note: match each {
                    1 => takes.clone(),
                    _ => format!("{each} × {takes}"),
                },
                tooltip: match steps.as_slice() {
                    [one] => self.of_step(one),
                    _ => format!("{} × {action} ({risk}), {takes} each", steps.len()),
                },
                action: words::plain(&action).into_owned(),
                is_critical: on_path,
            });
        }
        self.rows.push(label(lanes, is_critical));
    }

    fn of_step(&self, step: &Step) -> String {
        let (target, action, risk) = (&step.target, step.verb(), step.risk);
        let takes = spoken(self.timing.takes(step.id));
        let needs = step
            .needs
            .iter()
            .filter_map(|need| self.plan.steps.get(need.index()));
        let needs = needs.filter(|need| need.target != step.target);
        let needs: Vec<String> = needs
            .map(|need| format!("{}: {}", need.target, need.verb()))
            .collect();
        let after = match needs.is_empty() {
            true => String::new(),
            false => format!(
                "; after {}",
                listed(needs.iter().map(String::as_str), needs.len())
            ),
        };
        format!(
            "step {}, {target}: {action} ({risk}), {takes}; {}{after}",
            step.id, step.reason
        )
    }
}

fn label(lanes: &[&Lane<'_>], is_critical: bool) -> Row {
    let shown = |lane: &&Lane<'_>| words::plain(&lane.target.to_string()).into_owned();
    let all: Vec<String> = lanes.iter().map(shown).collect();
    if let [one] = all.as_slice() {
        return Row {
            label: one.clone(),
            note: None,
            tooltip: one.clone(),
            is_folded: false,
            is_critical,
        };
    }
    let is_node = lanes.first().is_some_and(|lane| lane.is_node());
    let names = lanes.iter().map(|lane| words::plain(lane.target.name()));
    let names: Vec<Cow<'_, str>> = names.collect();
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let mut stems: BTreeMap<&str, usize> = BTreeMap::new();
    let stem = |name: &'_ str| {
        let end = name.trim_end_matches(|c: char| !c.is_alphabetic()).len();
        if end == 0 { name.len() } else { end }
    };
    for name in &names {
        *stems.entry(&name[..stem(name)]).or_default() += 1;
    }
    let note = match stems.len() {
        1 => {
            let last = names[names.len() - 1];
            let number = &last[stem(last)..];
            let last = if number.is_empty() { last } else { number };
            format!("{} to {last}", names[0])
        }
        2..4 => {
            let name = |of: &str| names.iter().find(|name| &name[..stem(name)] == of);
            let stems = stems.iter().map(|(stem, n)| match (n, name(stem)) {
                (1, Some(name)) => (*name).to_owned(),
                _ => format!("{n} {stem}"),
            });
            stems.collect::<Vec<_>>().join(", ")
        }
        _ => names.join(", "),
    };
    Row {
        label: words::count(names.len(), if is_node { "node" } else { "network" }),
        note: Some(note),
        tooltip: listed(names.iter().copied(), names.len()),
        is_folded: true,
        is_critical,
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>, all: usize) -> String {
    let mut text = names.take(NAMES).collect::<Vec<_>>().join(", ");
    if all > NAMES {
        text += &format!(" and {} more", all - NAMES);
    }
    text
}
