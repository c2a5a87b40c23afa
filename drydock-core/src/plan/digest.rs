//! Digests: of what a plan is for, and of the plan. They never cover a secret: values are digested as they are shown.

use super::{Goal, Step, Target};
use crate::{
    driver::{PortIntent, ports_of},
    names::PlanId,
    resolve::ResolvedDesign,
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::{self, Write},
};

/// For every target of the steps, a digest of its resolved design.
pub(super) fn designs(design: &ResolvedDesign, steps: &[Step]) -> BTreeMap<String, String> {
    let mut digests = BTreeMap::new();
    for step in steps {
        digests
            .entry(step.target.to_string())
            .or_insert_with(|| match &step.target {
                Target::Network(name) => match design.networks.get(name) {
                    Some(network) => digest(&(&network.value, &network.routes, network.mtu)),
                    None => String::new(),
                },
                Target::Node(name) => match design.nodes.get(name) {
                    Some(node) => digest(&(
                        &node.value,
                        &node.interfaces,
                        &node.kernel_params,
                        &node.fqdn,
                        &node.labels,
                    )),
                    None => String::new(),
                },
                Target::Port { .. } => step
                    .port
                    .as_ref()
                    .map_or_else(String::new, |port| of_port(design, port)),
            });
    }
    digests
}

/// What the design says of a switch port in both phases.
fn of_port(design: &ResolvedDesign, port: &PortIntent) -> String {
    let node = design.nodes.get(&port.node);
    let ports = node.map_or_else(Vec::new, |node| ports_of(node));
    let is_it = |other: &PortIntent| other.switch == port.switch && other.port == port.port;
    match ports.iter().find(|port| is_it(&port.production)) {
        Some(port) => digest(&(port.boot.as_deref(), &*port.production)),
        None => String::new(),
    }
}

/// The plan's id.
pub(super) fn plan_id(goal: Goal, designs: &BTreeMap<String, String>, steps: &[Step]) -> PlanId {
    PlanId::new(&digest(&(goal, designs, steps))[..16])
}

/// SHA-256 over JSON, in hexadecimal. The order of keys is that of writing: a design whose keys were put in another order
/// is to be looked at again.
fn digest(value: &impl Serialize) -> String {
    let mut hash = Sha256(hmac_sha256::Hash::new());
    // Nothing that is digested here has a key that is not a text, the one thing that JSON refuses.
    if serde_json::to_writer(&mut hash, value).is_err() {
        return String::new();
    }
    hash.0
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Takes bytes in as they come, so that no whole design stands in memory as text.
struct Sha256(hmac_sha256::Hash);

impl Write for Sha256 {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
