//! What of a whole simulated site is not as designed, in words, read from the world itself and not through a driver.

use super::{
    SimulatedNetwork, SimulatedNode,
    facts::{self, Facts, facts_of, network_facts},
    machine::Machine,
    world::World,
};
use drydock_core::{
    driver::{BootDevice, NetworkState, NetworkTarget, PowerState, ServerState},
    resolve::{ResolvedDesign, ResolvedNetwork, ResolvedNode},
};
use smol_str::SmolStr;
use std::{collections::BTreeSet, fmt::Debug, sync::Arc};

impl World {
    /// Every deviation from the design in which all nodes are deployed, nodes first.
    pub(super) fn deviations(&self, design: &ResolvedDesign) -> Vec<String> {
        let mut found = Found::default();
        for (name, node) in &design.nodes {
            match self.machines.get(name) {
                Some(machine) => {
                    found.node(node, machine);
                    if machine.node.state == ServerState::Deployed {
                        found.ports(node, self);
                    }
                }
                None => found
                    .0
                    .push(format!("node {name}: there is no such machine")),
            }
        }
        let untouched = |node: &SimulatedNode| node.state <= ServerState::New;
        for machine in self
            .machines
            .values()
            .filter(|machine| !untouched(&machine.node))
        {
            if !design.nodes.contains_key(&machine.node.name) {
                let SimulatedNode { name, state, .. } = &machine.node;
                found
                    .0
                    .push(format!("node {name}: is {state}, and not in the design"));
            }
        }
        for (name, network) in &design.networks {
            let seen = self.networks.get(&**name).map(|segment| &segment.network);
            found.network(network, seen);
        }
        for segment in self.networks.values() {
            let name = &segment.network.name;
            if segment.state() == NetworkState::Present && !design.networks.contains_key(&**name) {
                found
                    .0
                    .push(format!("network {name}: is Present, and not in the design"));
            }
        }
        found.0
    }
}

/// The deviations so far.
#[derive(Default)]
struct Found(Vec<String>);

impl Found {
    fn node(&mut self, design: &ResolvedNode, machine: &Machine) {
        let (node, what) = (&machine.node, format!("node {}", design.name));
        self.same(&what, "state", &ServerState::Deployed, &node.state);
        if node.state != ServerState::Deployed {
            return;
        }
        self.same(&what, "power", &PowerState::On, &node.power);
        self.same(
            &what,
            "booted from",
            &Some(BootDevice::Disk),
            &node.booted_from,
        );
        self.same(&what, "serial", &design.spec.serial, &node.identity.serial);
        self.facts(&what, &facts_of(design), &machine.facts());
        self.same(
            &what,
            "tags",
            &design.spec.metadata.tags.to_vec(),
            &node.tags,
        );
        self.same(
            &what,
            "owner data",
            &facts::owner_data(design),
            &node.owner_data,
        );
    }

    /// A network that is not there at all is told once, of itself.
    fn ports(&mut self, design: &ResolvedNode, world: &World) {
        let working = world.working_networks(design);
        for network in design.networks().map(|network| &network.name) {
            if !working.contains(network) && world.is_present(network).is_ok() {
                let name = &design.name;
                self.0.push(format!(
                    "node {name}: network {network}: no switch port carries it"
                ));
            }
        }
    }

    fn network(&mut self, design: &Arc<ResolvedNetwork>, seen: Option<&SimulatedNetwork>) {
        let what = format!("network {}", design.name);
        match seen.filter(|network| network.state == NetworkState::Present) {
            Some(network) => {
                let designed = network_facts(&NetworkTarget::Network(design.clone()));
                self.facts(&what, &designed, &network.facts);
            }
            None => self.0.push(format!("{what}: is not there")),
        }
    }

    fn facts(&mut self, what: &str, designed: &Facts, built: &Facts) {
        let fields: BTreeSet<&SmolStr> = designed.keys().chain(built.keys()).collect();
        for field in fields {
            self.same(what, field, &designed.get(field), &built.get(field));
        }
    }

    fn same<T: PartialEq + Debug>(&mut self, what: &str, field: &str, designed: &T, built: &T) {
        if designed != built {
            self.0
                .push(format!("{what}: {field}: {built:?}, designed {designed:?}"));
        }
    }
}
