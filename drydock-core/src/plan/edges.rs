//! What waits for what across targets: networks before the nodes and switch ports that need them, and `depends_on`.

use super::{
    Observations,
    build::{Drafts, NodeDrafts},
};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics},
    driver::ServerState,
    field::FieldPath,
    names::{NetworkName, NodeName},
    resolve::{Chooser, ResolvedDesign, ResolvedNode},
    span::Span,
};
use std::collections::{BTreeSet, HashMap};

pub(super) fn connect(
    design: &ResolvedDesign,
    seen: &Observations,
    drafts: &mut Drafts<'_>,
    diagnostics: &mut Diagnostics,
) {
    let deploys = drafts.nodes.iter();
    let deploys = deploys.filter_map(|found| Some((&found.node.name, found.deploy?)));
    let deploys: HashMap<&NodeName, usize> = deploys.collect();
    let mut dependencies = Dependencies {
        chooser: Chooser::new(design),
        chosen: HashMap::new(),
    };
    for n in 0..drafts.nodes.len() {
        needed_networks(drafts, n);
        let found = &drafts.nodes[n];
        let (Some(at), all, node) = (found.deploy, found.all.clone(), found.node) else {
            continue;
        };
        for other in dependencies.of(node) {
            match deploys.get(other) {
                Some(&before) => drafts.steps[at].needs.push(before),
                None if is_deployed(seen, other) => {}
                None => {
                    let steps = drafts.steps[all.clone()].iter_mut();
                    steps.for_each(|draft| draft.barred = true);
                    not_met(node, other, design, diagnostics);
                }
            }
        }
    }
}

/// Networks before the node's steps and those of its ports that need them; what needs one that cannot be had is barred.
fn needed_networks(drafts: &mut Drafts<'_>, node: usize) {
    let NodeDrafts {
        node,
        ref all,
        start,
        configure,
        deploy,
    } = drafts.nodes[node];
    let mut needs: Vec<(usize, &NetworkName)> = Vec::new();
    if let Some(start) = start {
        boot_networks(node, |network| needs.push((start, network)));
    }
    if let Some(at) = configure.or(deploy) {
        needs.extend(node.networks().map(|carried| (at, &carried.name)));
    }
    let ports: Vec<_> = all
        .clone()
        .filter_map(|at| Some((at, drafts.steps[at].port.clone()?)))
        .collect();
    needs.extend(
        ports
            .iter()
            .flat_map(|(at, port)| port.networks().map(|network| (*at, network))),
    );
    for (at, network) in needs {
        match drafts.networks.get(network) {
            Some(&first) if first != at => drafts.steps[at].needs.push(first),
            Some(_) => {}
            None if drafts.lacking.contains(network) => drafts.steps[at].barred = true,
            None => {}
        }
    }
}

fn is_deployed(seen: &Observations, node: &NodeName) -> bool {
    matches!(seen.servers.get(node), Some(Ok(server)) if server.state == ServerState::Deployed)
}

/// The networks that the node boots from, and the one that its BMC is on: those that the NIC named by the hardware
/// profile carries untagged, or all of its networks when no NIC is named.
fn boot_networks<'a>(node: &'a ResolvedNode, mut need: impl FnMut(&'a NetworkName)) {
    let nic = node
        .hardware
        .as_ref()
        .and_then(|hardware| hardware.pxe_interface.as_deref());
    let boots = |slaves: &[crate::resolve::Device]| {
        slaves.iter().any(|slave| Some(slave.name.as_str()) == nic)
    };
    let interface = node
        .interfaces
        .iter()
        .find(|interface| boots(&interface.slaves));
    match interface {
        Some(interface) => interface
            .networks
            .iter()
            .filter(|network| !network.tagged)
            .for_each(|network| need(&network.name)),
        None => node.networks().for_each(|network| need(&network.name)),
    }
    node.spec.oob.network.iter().for_each(need);
}

/// The nodes that each selector of a `depends_on` chooses; many nodes depend on the same few.
struct Dependencies<'a> {
    chooser: Chooser<'a>,
    chosen: HashMap<String, Vec<&'a NodeName>>,
}

impl<'a> Dependencies<'a> {
    /// The nodes that must be deployed before this one.
    fn of(&mut self, node: &ResolvedNode) -> BTreeSet<&'a NodeName> {
        let mut before = BTreeSet::new();
        for selector in node.spec.depends_on.iter() {
            let chosen = self.chosen.entry(selector.to_string()).or_insert_with(|| {
                let chosen = self.chooser.chosen(selector);
                chosen.map(|other| &other.name).collect()
            });
            before.extend(chosen.iter().filter(|other| ***other != node.name));
        }
        before
    }
}

fn not_met(
    node: &ResolvedNode,
    other: &NodeName,
    design: &ResolvedDesign,
    diagnostics: &mut Diagnostics,
) {
    let written = node.value.field("depends_on").map(|value| value.span);
    let name = design
        .documents
        .get(&node.id())
        .map(|document| document.name_span);
    let message = format!("it depends on {other}, which is neither deployed nor in this plan");
    let diagnostic = Diagnostic::new(Code::DEPENDENCY_NOT_MET, message)
        .about(&node.id())
        .field(FieldPath::of(["depends_on"]))
        .at(written.or(name).unwrap_or_default(), "")
        .also(place_of(other, design), "what it depends on")
        .help(format!("deploy {other} first, or choose it as well"));
    diagnostics.push(diagnostic);
}

fn place_of(node: &NodeName, design: &ResolvedDesign) -> Span {
    let node = design.nodes.get(node).map(|node| node.id());
    let document = node.and_then(|id| design.documents.get(&id));
    document.map_or(Span::NONE, |document| document.name_span)
}
