//! The order of the steps: each after what it needs; and the cycles that leave none.

use super::{Step, build::Draft, pass::Edge};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, quote},
    field::FieldPath,
    names::{NodeName, StepId},
    resolve::ResolvedDesign,
    span::Span,
};
use petgraph::{algo::kosaraju_scc, graph::DiGraph};
use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap},
};

/// The drafts as steps, numbered so that each comes after the steps it needs, and otherwise in the order of the drafts.
/// Steps that wait for each other are reported; they and what is barred are left out, with whatever needs them.
pub(super) fn order(
    design: &ResolvedDesign,
    mut drafts: Vec<Draft>,
    by_passes: &[Edge],
    diagnostics: &mut Diagnostics,
) -> Vec<Step> {
    for draft in &mut drafts {
        draft.needs.sort_unstable();
        draft.needs.dedup();
    }
    let dependents = Dependents::of(&drafts);
    let mut waiting: Vec<usize> = drafts.iter().map(|draft| draft.needs.len()).collect();
    // Steps whose needs are all numbered are numbered next, the first draft first.
    let is_free = |(at, draft): (usize, &Draft)| {
        (draft.needs.is_empty() && !draft.barred).then_some(Reverse(at))
    };
    let mut free: BinaryHeap<Reverse<usize>> =
        drafts.iter().enumerate().filter_map(is_free).collect();
    let mut number: Vec<Option<StepId>> = vec![None; drafts.len()];
    let mut sequence = Vec::with_capacity(drafts.len());
    while let Some(Reverse(at)) = free.pop() {
        number[at] = Some(StepId(sequence.len() as u32));
        sequence.push(at);
        for &next in dependents.of_step(at) {
            waiting[next] -= 1;
            if waiting[next] == 0 && !drafts[next].barred {
                free.push(Reverse(next));
            }
        }
    }
    if sequence.len() < drafts.len() {
        report_cycles(design, &drafts, &number, by_passes, diagnostics);
    }
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let steps = sequence.into_iter().enumerate().filter_map(|(id, at)| {
        let draft = drafts[at].take()?;
        let mut needs: Vec<StepId> = draft
            .needs
            .iter()
            .filter_map(|&need| number[need])
            .collect();
        needs.sort_unstable();
        Some(Step {
            id: StepId(id as u32),
            target: draft.target,
            driver: draft.driver,
            action: draft.action,
            port: draft.port,
            changes: draft.changes,
            reason: draft.reason,
            risk: draft.risk,
            precondition: draft.precondition,
            needs,
        })
    });
    steps.collect()
}

/// For each draft those that need it, one after the other in one list.
struct Dependents {
    first: Vec<usize>,
    all: Vec<usize>,
}

impl Dependents {
    fn of(drafts: &[Draft]) -> Self {
        let needs = || {
            drafts
                .iter()
                .enumerate()
                .flat_map(|(at, draft)| draft.needs.iter().map(move |&need| (need, at)))
        };
        let mut first = vec![0; drafts.len() + 1];
        needs().for_each(|(need, _)| first[need + 1] += 1);
        for n in 1..first.len() {
            first[n] += first[n - 1];
        }
        let (mut next, mut all) = (first.clone(), vec![0; first[drafts.len()]]);
        needs().for_each(|(need, at)| {
            all[next[need]] = at;
            next[need] += 1;
        });
        Self { first, all }
    }

    fn of_step(&self, at: usize) -> &[usize] {
        &self.all[self.first[at]..self.first[at + 1]]
    }
}

/// Tells of every group of steps that wait for each other, among those that could not be numbered.
fn report_cycles(
    design: &ResolvedDesign,
    drafts: &[Draft],
    number: &[Option<StepId>],
    by_passes: &[Edge],
    diagnostics: &mut Diagnostics,
) {
    let mut graph = DiGraph::<usize, ()>::new();
    let left = (0..drafts.len()).filter(|&at| number[at].is_none());
    let left: HashMap<usize, _> = left.map(|at| (at, graph.add_node(at))).collect();
    for at in graph.node_indices() {
        for need in &drafts[graph[at]].needs {
            if let Some(&need) = left.get(need) {
                graph.add_edge(need, at, ());
            }
        }
    }
    // The depth of the graph may be that of a site, so nothing here may call itself.
    let mut groups: Vec<BTreeSet<usize>> = kosaraju_scc(&graph)
        .into_iter()
        .filter(|group| group.len() > 1)
        .map(|group| group.into_iter().map(|at| graph[at]).collect())
        .collect();
    groups.extend(self_needs(drafts));
    for group in groups {
        let inside = |edge: &&Edge| group.contains(&edge.first) && group.contains(&edge.then);
        let diagnostic = match by_passes.iter().find(inside) {
            Some(edge) => by_pass(drafts, &group, edge),
            None => by_dependencies(design, group.iter().filter_map(|&at| drafts[at].node())),
        };
        diagnostics.push(diagnostic);
    }
}

/// Steps that need themselves.
fn self_needs(drafts: &[Draft]) -> impl Iterator<Item = BTreeSet<usize>> {
    let drafts = drafts.iter().enumerate();
    drafts
        .filter(|(at, draft)| draft.needs.contains(at))
        .map(|(at, _)| BTreeSet::from([at]))
}

fn by_pass(drafts: &[Draft], group: &BTreeSet<usize>, edge: &Edge) -> Diagnostic {
    let name = |&at: &usize| format!("`{}` of {}", drafts[at].action, drafts[at].target);
    let names: Vec<String> = group.iter().map(name).collect();
    let message = format!(
        "the pass {} makes steps wait for each other: {}",
        quote(&edge.pass),
        names.join(", ")
    );
    Diagnostic::new(Code::DEPENDENCY_CYCLE, message)
        .help("none of them can be the first: mend the order that the pass demands")
}

fn by_dependencies<'a>(
    design: &ResolvedDesign,
    nodes: impl Iterator<Item = &'a NodeName>,
) -> Diagnostic {
    let nodes: BTreeSet<&NodeName> = nodes.collect();
    let names: Vec<String> = nodes.iter().map(|name| quote(name)).collect();
    let message = format!("these nodes wait for each other: {}", names.join(", "));
    let mut diagnostic =
        Diagnostic::new(Code::DEPENDENCY_CYCLE, message).field(FieldPath::of(["depends_on"]));
    // Nodes that have it from one profile are named together.
    let mut written: Vec<(Span, Vec<&str>)> = Vec::new();
    let mut place: HashMap<Span, usize> = HashMap::new();
    for node in nodes.iter().filter_map(|name| design.nodes.get(*name)) {
        if diagnostic.subject.is_none() {
            diagnostic = diagnostic.about(&node.id());
        }
        let span = node.value.field("depends_on").map(|value| value.span);
        let span = span.unwrap_or_default();
        let at = *place.entry(span).or_insert(written.len());
        match written.get_mut(at) {
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
    diagnostic.help("none of them can be the first: remove one of these dependencies")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        driver::{Risk, ServerAction},
        plan::Target,
    };

    /// So many steps, each after the one before it.
    fn chain(length: usize) -> Vec<Draft> {
        let step = |n: usize| {
            let target = Target::Node(NodeName::new(format!("n{n}")));
            let mut draft = Draft::new(target, "d", ServerAction::Deploy, Risk::Read, "");
            draft.needs.extend(n.checked_sub(1));
            draft
        };
        (0..length).map(step).collect()
    }

    #[test]
    fn a_chain_and_a_ring_of_any_length_are_ordered_and_found() {
        let (design, length) = (ResolvedDesign::default(), 200_000);
        let mut found = Diagnostics::new();
        let steps = order(&design, chain(length), &[], &mut found);
        assert_eq!((steps.len(), found.len()), (length, 0));
        let mut ring = chain(length);
        ring[0].needs.push(length - 1);
        ring.extend(chain(1));
        let steps = order(&design, ring, &[], &mut found);
        assert_eq!(
            (steps.len(), found.len()),
            (1, 1),
            "who is not on it goes on"
        );
    }
}
