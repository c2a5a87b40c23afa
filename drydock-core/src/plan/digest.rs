//! Digests: of what a plan is for, and of the plan. They never cover a secret: values are digested as they are shown.
//!
//! Nearly all the time of planning goes here, so targets and steps are digested on all cores, in portions that do not
//! depend on how many there are.

use super::{Goal, Step, Target};
use crate::{driver::port_at, names::PlanId, parallel, resolve::ResolvedDesign};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many steps are digested at once.
const PORTION: usize = 64;

/// For every target of the steps, a digest of its resolved design.
pub(super) fn designs(design: &ResolvedDesign, steps: &[Step]) -> BTreeMap<String, String> {
    let targets: BTreeMap<&Target, &Step> = steps.iter().map(|step| (&step.target, step)).collect();
    let digests = parallel::map(targets.into_values().collect(), |step| {
        let digest = of_target(design, step).unwrap_or_default();
        (step.target.to_string(), digest)
    });
    digests.into_iter().collect()
}

/// What the design says of the step's target; nothing where it does not name it.
fn of_target(design: &ResolvedDesign, step: &Step) -> Option<String> {
    match (&step.target, &step.port) {
        (Target::Network(name), _) => {
            let network = design.networks.get(name)?;
            Some(digest(&(&network.value, &network.routes, network.mtu)))
        }
        (Target::Node(name), _) => {
            let node = design.nodes.get(name)?;
            Some(digest(&(
                &node.value,
                &node.interfaces,
                &node.kernel_params,
                &node.fqdn,
                &node.labels,
            )))
        }
        // A port is what it is in both phases.
        (Target::Port { switch, port }, intent) => {
            let node = design.nodes.get(&intent.as_ref()?.node)?;
            let port = port_at(node, switch, port)?;
            Some(digest(&(port.boot.as_deref(), &*port.production)))
        }
    }
}

/// The plan's id.
pub(super) fn plan_id(goal: Goal, designs: &BTreeMap<String, String>, steps: &[Step]) -> PlanId {
    let mut hash = hmac_sha256::Hash::new();
    hash.update(json(&(goal, designs, steps.len())));
    let portions = steps.chunks(PORTION).collect();
    for portion in parallel::map(portions, |steps| hmac_sha256::Hash::hash(&json(&steps))) {
        hash.update(portion);
    }
    PlanId::new(&hex(&hash.finalize())[..16])
}

/// SHA-256 over JSON, in hexadecimal. The order of keys is that of writing: a design whose keys were put in another order
/// is to be looked at again.
fn digest(value: &impl Serialize) -> String {
    hex(&hmac_sha256::Hash::hash(&json(value)))
}

/// Nothing that is digested here has a key that is not a text, the one thing that JSON refuses.
fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 << 10);
    if serde_json::to_writer(&mut bytes, value).is_err() {
        bytes.clear();
    }
    bytes
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(digit).collect()
}
