//! The order of the steps: each after what it needs; and the cycles that leave none.

use super::{Step, Target, build::Draft};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, quote},
    field::FieldPath,
    names::StepId,
    resolve::ResolvedDesign,
    span::Span,
};
use petgraph::{
    Direction,
    algo::tarjan_scc,
    graph::{DiGraph, NodeIndex},
};
use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
};

/// The drafts as steps, numbered so that each comes after the steps it needs, and otherwise in the order of the drafts.
/// Targets whose steps wait for each other are reported; they and what is barred are left out, with whatever needs them.
pub(super) fn order(
    design: &ResolvedDesign,
    drafts: Vec<Draft>,
    diagnostics: &mut Diagnostics,
) -> Vec<Step> {
    let mut graph = DiGraph::<(), ()>::with_capacity(drafts.len(), drafts.len() * 2);
    for _ in &drafts {
        graph.add_node(());
    }
    for (at, draft) in drafts.iter().enumerate() {
        let needs: BTreeSet<usize> = draft.needs.iter().copied().collect();
        for need in needs {
            graph.add_edge(NodeIndex::new(need), NodeIndex::new(at), ());
        }
    }
    for group in tarjan_scc(&graph) {
        if group.len() > 1 {
            report_cycle(
                design,
                group.iter().map(|n| &drafts[n.index()].target).collect(),
                diagnostics,
            );
        }
    }
    // Steps whose needs are all numbered are numbered next, the first draft first.
    let mut waiting: Vec<usize> = (0..drafts.len())
        .map(|n| {
            graph
                .neighbors_directed(NodeIndex::new(n), Direction::Incoming)
                .count()
        })
        .collect();
    let mut free: BinaryHeap<Reverse<usize>> = waiting
        .iter()
        .enumerate()
        .filter(|(n, waits)| **waits == 0 && !drafts[*n].barred)
        .map(|(n, _)| Reverse(n))
        .collect();
    let mut number: Vec<Option<StepId>> = vec![None; drafts.len()];
    let mut steps: Vec<Step> = Vec::with_capacity(drafts.len());
    while let Some(Reverse(at)) = free.pop() {
        let id = StepId(steps.len() as u32);
        number[at] = Some(id);
        let draft = drafts[at].clone();
        let needs: BTreeSet<StepId> = draft
            .needs
            .iter()
            .filter_map(|&need| number[need])
            .collect();
        steps.push(Step {
            id,
            target: draft.target,
            driver: draft.driver,
            action: draft.action,
            changes: draft.changes,
            reason: draft.reason,
            risk: draft.risk,
            precondition: draft.precondition,
            needs: needs.into_iter().collect(),
        });
        for next in graph.neighbors_directed(NodeIndex::new(at), Direction::Outgoing) {
            waiting[next.index()] -= 1;
            if waiting[next.index()] == 0 && !drafts[next.index()].barred {
                free.push(Reverse(next.index()));
            }
        }
    }
    steps
}

fn report_cycle(
    design: &ResolvedDesign,
    targets: BTreeSet<&Target>,
    diagnostics: &mut Diagnostics,
) {
    let names: Vec<String> = targets.iter().map(|target| quote(target.name())).collect();
    let message = format!("these nodes wait for each other: {}", names.join(", "));
    let mut diagnostic =
        Diagnostic::new(Code::DEPENDENCY_CYCLE, message).field(FieldPath::of(["depends_on"]));
    // Nodes that have it from one profile are named together.
    let mut written: Vec<(Span, Vec<&str>)> = Vec::new();
    for target in &targets {
        let Some(node) = design.nodes.get(target.name()) else {
            continue;
        };
        if diagnostic.subject.is_none() {
            diagnostic = diagnostic.about(&node.id());
        }
        let span = node.value.field("depends_on").map(|value| value.span);
        let span = span.unwrap_or_default();
        match written.iter_mut().find(|(other, _)| *other == span) {
            Some((_, nodes)) => nodes.push(&node.name),
            None => written.push((span, vec![&node.name])),
        }
    }
    for (n, (span, nodes)) in written.into_iter().enumerate() {
        let text = match nodes.as_slice() {
            [one] => format!("{one} depends on others here"),
            all => format!("{} depend on others here", all.join(", ")),
        };
        diagnostic = match n {
            0 => diagnostic.at(span, text),
            _ => diagnostic.also(span, text),
        };
    }
    diagnostics
        .push(diagnostic.help("none of them can be the first: remove one of these dependencies"));
}
