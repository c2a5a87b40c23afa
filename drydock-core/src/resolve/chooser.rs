//! Who many selectors choose, of the nodes of one design, without holding each selector against each node.

use super::resolved::{ResolvedDesign, ResolvedNode};
use crate::{model::Selector, names::NodeName};
use smol_str::SmolStr;
use std::{
    cell::{Cell, OnceCell},
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// An index of all labels is worth it where every node has been looked at so often.
const WORTH_AN_INDEX: usize = 16;

type Nodes<'d> = Vec<&'d Arc<ResolvedNode>>;

/// Chooses nodes for one selector after another. The first are held against every node. After that, one that asks for
/// values of labels is held against the nodes that have them.
pub(crate) struct Chooser<'d> {
    nodes: &'d BTreeMap<NodeName, Arc<ResolvedNode>>,
    /// How often a node was looked at.
    looked: Cell<usize>,
    /// The nodes by their labels, each of a key and a value.
    index: OnceCell<HashMap<(&'d str, &'d str), Nodes<'d>>>,
}

impl<'d> Chooser<'d> {
    pub(crate) fn new(design: &'d ResolvedDesign) -> Self {
        Self {
            nodes: &design.nodes,
            looked: Cell::default(),
            index: OnceCell::new(),
        }
    }

    /// The nodes that the selector chooses, in no particular order, one perhaps several times.
    pub(crate) fn chosen<'s>(
        &'s self,
        selector: &'s Selector,
    ) -> impl Iterator<Item = &'d Arc<ResolvedNode>> + use<'s, 'd> {
        let is_worth_it = self.looked.get() > self.nodes.len() * WORTH_AN_INDEX;
        let some = is_worth_it.then(|| self.labelled(selector)).flatten();
        let all = some.is_none().then(|| self.nodes.values());
        let some = some.into_iter().flatten().flatten().copied();
        some.chain(all.into_iter().flatten())
            .inspect(|_| self.looked.set(self.looked.get() + 1))
            .filter(|node| selector.matches(&***node))
    }

    /// The nodes with what the selector asks of one label, that for which they are fewest; nothing where it asks for no
    /// values of labels.
    fn labelled<'s>(&'s self, selector: &'s Selector) -> Option<Vec<&'s Nodes<'d>>> {
        let index = self.index.get_or_init(|| self.by_label());
        let some = selector.labels().map(|(key, values)| {
            let with = |value: &'s SmolStr| index.get(&(key, value.as_str()));
            values.iter().filter_map(with).collect::<Vec<_>>()
        });
        some.min_by_key(|some| some.iter().map(|nodes| nodes.len()).sum::<usize>())
    }

    fn by_label(&self) -> HashMap<(&'d str, &'d str), Nodes<'d>> {
        let mut index: HashMap<_, Nodes<'_>> = HashMap::new();
        for node in self.nodes.values() {
            for (key, text) in node.labels.iter() {
                let label = (key.as_str(), text.as_str());
                index.entry(label).or_default().push(node);
            }
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        resolve::{Allocations, resolve},
        source::{Snapshot, yaml},
    };
    use std::collections::BTreeSet;

    const MANY: usize = 300;

    fn design() -> ResolvedDesign {
        let node = |n| {
            format!(
                "---\napiVersion: drydock/v1\nkind: BaremetalNode\n\
                 metadata: {{name: n{n}, labels: {{role: r{n}, odd: o{}}}}}\nspec: {{serial: s{n}}}\n",
                n % 2
            )
        };
        let text: String = (0..MANY).map(node).collect();
        let read = yaml::read("site.yaml", text.as_bytes());
        let snapshot = Snapshot {
            documents: read.documents,
            ..Snapshot::default()
        };
        resolve(&snapshot, &Allocations::default()).design
    }

    #[test]
    fn a_selector_for_each_node_looks_at_few_of_them() {
        let design = design();
        let chooser = Chooser::new(&design);
        for n in 0..MANY {
            let selector = format!("odd in (o0,o1),role in (r{n},nobody)")
                .parse()
                .unwrap();
            let chosen: Vec<&str> = chooser.chosen(&selector).map(|node| &*node.name).collect();
            assert_eq!(chosen, [format!("n{n}")]);
        }
        let looked = chooser.looked.get();
        assert!(looked < MANY * (WORTH_AN_INDEX + 3), "looked at {looked}");
    }

    #[test]
    fn the_index_chooses_as_the_nodes_themselves_do() {
        let design = design();
        let chooser = Chooser::new(&design);
        chooser.looked.set(usize::MAX / 2);
        for text in [
            "",
            "role=r7",
            "role in (r7,r8,r7)",
            "role=nobody",
            "none=r7",
            "role!=r7",
            "role notin (r7,r8)",
            "role",
            "!role",
            "name=n7",
            "odd=o1,role in (r7,r8)",
            "role in (r7,r8),spec.serial=s8",
            "spec.serial=s7",
            "odd=o1,role!=r7",
        ] {
            let selector: Selector = text.parse().unwrap();
            let chosen: BTreeSet<&str> =
                chooser.chosen(&selector).map(|node| &*node.name).collect();
            let all = design.nodes.values();
            let expected = all.filter(|node| selector.matches(&***node));
            assert_eq!(chosen, expected.map(|node| &*node.name).collect(), "{text}");
        }
        assert!(chooser.index.get().is_some());
    }
}
