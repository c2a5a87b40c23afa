//! Digests: of what a plan is for, and of the plan. They never cover a secret: values are digested as they are shown.

use super::{Goal, Step, Target};
use crate::{names::PlanId, resolve::ResolvedDesign};
use serde::Serialize;
use std::collections::BTreeMap;

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
            });
    }
    digests
}

/// The plan's id.
pub(super) fn plan_id(goal: Goal, designs: &BTreeMap<String, String>, steps: &[Step]) -> PlanId {
    PlanId::new(&digest(&(goal, designs, steps))[..16])
}

/// SHA-256 over canonical JSON (maps in the order of their keys), in hexadecimal.
fn digest(value: &impl Serialize) -> String {
    // Through `serde_json::Value`, whose maps are ordered, so that the order of writing does not matter.
    let value = serde_json::to_value(value).unwrap_or_default();
    let hash = hmac_sha256::Hash::hash(value.to_string().as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
