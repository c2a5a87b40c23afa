//! What rules have found, kept so that after an update only what was touched is judged again.

use super::{Report, Rule, index::Index};
use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    names::{DocumentId, Kind},
    parallel,
    resolve::{ResolvedDesign, Touched},
};
use std::collections::{BTreeMap, BTreeSet};

/// The findings of a set of rules about one design.
#[derive(Debug, Clone, Default)]
pub(crate) struct Judgement {
    /// Of rules that look at one document or one node, by that document.
    by_document: BTreeMap<DocumentId, Vec<Diagnostic>>,
    /// Of rules that look at the whole.
    overall: Vec<Diagnostic>,
    index: Index,
}

impl Judgement {
    /// Everything that was found, in no particular order.
    pub(crate) fn found(&self) -> Diagnostics {
        let mut found = Diagnostics::new();
        let of_documents = self.by_document.values().flatten();
        let all = of_documents.chain(&self.overall).chain(self.index.found());
        found.extend(all.cloned());
        found
    }

    /// Judges again what was touched; gives how many nodes that was.
    pub(crate) fn update(
        &mut self,
        rules: &[Rule],
        design: &ResolvedDesign,
        touched: &Touched,
    ) -> usize {
        let ids = self.dirty(design, touched);
        let nodes = ids.iter().filter(|id| id.kind == Kind::BaremetalNode);
        let nodes = nodes.count();
        let judged = parallel::map(ids.iter().collect(), |id| (id, judge(rules, design, id)));
        for (id, found) in judged {
            match found.is_empty() {
                true => drop(self.by_document.remove(id)),
                false => drop(self.by_document.insert(id.clone(), found)),
            }
        }
        self.index.update(rules, design, &ids);
        let mut overall = Diagnostics::new();
        for rule in rules {
            if let Rule::Design(rule) = rule {
                rule.check(design, &mut Report::new(&mut overall));
            }
        }
        self.overall = overall.into_iter().collect();
        nodes
    }

    /// What is to be judged again. There are few documents beside nodes, and their rules may look at each other.
    fn dirty(&self, design: &ResolvedDesign, touched: &Touched) -> BTreeSet<DocumentId> {
        if touched.all {
            let gone = touched.documents().map(|(id, _)| id);
            return design.documents.keys().chain(gone).cloned().collect();
        }
        let changed = touched.documents().map(|(id, _)| id.clone());
        let node = |name: &crate::names::NodeName| DocumentId::new(Kind::BaremetalNode, &**name);
        let mut ids: BTreeSet<DocumentId> = changed.collect();
        ids.extend(touched.nodes.iter().chain(&touched.gone_nodes).map(node));
        if !touched.few {
            return ids;
        }
        let regions = touched.is_any_changed(&Kind::Region);
        // Each of them may be for each node.
        let actions = touched.is_any_changed(&Kind::BootAction);
        for (id, document) in &design.documents {
            // A region is named by documents of every kind.
            let other = actions
                || id.kind != Kind::BaremetalNode
                || (regions && document.metadata.is_some());
            let told = || touched.names && self.by_document.contains_key(id);
            let judged_otherwise = || {
                let node = design.nodes.get(id.name.as_str());
                node.is_some_and(|node| touched.is_judged_otherwise(node))
            };
            if other || told() || judged_otherwise() {
                ids.insert(id.clone());
            }
        }
        ids
    }
}

/// What the rules of one document, and of one node, find about it.
fn judge(rules: &[Rule], design: &ResolvedDesign, id: &DocumentId) -> Vec<Diagnostic> {
    let document = design.documents.get(id);
    let is_node = id.kind == Kind::BaremetalNode;
    let node = design.nodes.get(id.name.as_str()).filter(|_| is_node);
    let mut found = Diagnostics::new();
    let mut report = Report::new(&mut found);
    for rule in rules {
        match (rule, document, node) {
            (Rule::Document(rule), Some(document), _) => rule.check(document, design, &mut report),
            (Rule::Node(rule), _, Some(node)) => rule.check(node, design, &mut report),
            _ => {}
        }
    }
    found.into_iter().collect()
}
