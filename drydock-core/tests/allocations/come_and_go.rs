//! Nodes come and go in any order, and nobody's address changes.

use super::{auto, load, node};
use drydock_core::resolve::Allocations;
use proptest::{collection::vec, prelude::*};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nodes come and go in any order; each step may also write an address down.
    #[test]
    fn an_address_once_given_stays(steps in vec((0..8_usize, any::<bool>(), 0..30_u8), 1..14)) {
        let mut nodes: BTreeMap<String, (String, String)> = BTreeMap::new();
        let mut allocations = Allocations::default();
        for (which, comes, last) in steps {
            let name = format!("node{which}");
            match (comes, last) {
                (false, _) => drop(nodes.remove(&name)),
                // Most are given one, some write theirs, and what is written may well be somebody's.
                (true, 0..20) => drop(nodes.insert(name.clone(), auto(&name))),
                (true, last) => {
                    let written = format!("n: {{address: 10.0.0.{last}}}");
                    drop(nodes.insert(name.clone(), node(&name, &written)));
                }
            }
            let before = allocations.clone();
            let all: Vec<_> = nodes.values().cloned().collect();
            let spec = "cidr: 10.0.0.0/24, ranges: [{type: static, start: 10.0.0.20, end: 10.0.0.40}]";
            let design = load(spec, &all, &before);
            allocations = design.allocations.clone();

            // Nothing that was given is changed or taken away, and nobody is given what another has.
            for (node, of_node) in &before.0 {
                prop_assert_eq!(allocations.0.get(node), Some(of_node));
            }
            let given: Vec<IpAddr> = allocations.0.values().flat_map(|a| a.values().copied()).collect();
            prop_assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len());
            let mut new = Vec::new();
            for node in design.resolved.nodes.values() {
                let Some(address) = node.spec.addressing.find("n").unwrap().address else { continue };
                let kept = before.0.get(&node.name).and_then(|a| a.get("n"));
                let auto = node.value.at(["addressing", "n", "address"]).unwrap().as_text() == Some("auto");
                if let (true, Some(kept)) = (auto, kept) {
                    prop_assert_eq!(address.ip(), Some(*kept));
                } else if auto {
                    new.push(address.ip().unwrap());
                }
            }
            // What is new is the lowest that was free: nobody has it, and nothing below it is free.
            let written: BTreeSet<IpAddr> = nodes
                .values()
                .filter_map(|(_, text)| text.split("address: ").nth(1)?.split('}').next()?.parse().ok())
                .collect();
            let old: BTreeSet<IpAddr> = before.0.values().flat_map(|a| a.values().copied()).collect();
            let free = (20..=40_u8).map(|n| IpAddr::from([10, 0, 0, n]));
            let free = free.filter(|a| !written.contains(a) && !old.contains(a));
            prop_assert_eq!(&new, &free.take(new.len()).collect::<Vec<_>>());
            // Resolving again changes nothing.
            prop_assert_eq!(load(spec, &all, &allocations).allocations, allocations.clone());
        }
    }
}
