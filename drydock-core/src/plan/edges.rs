//! What waits for what across targets: networks before the nodes that need them, and `depends_on`.

use super::{Action, Observations, Target, build::Draft};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics},
    driver::{ServerAction, ServerState},
    field::FieldPath,
    names::{NetworkName, NodeName},
    resolve::{ResolvedDesign, ResolvedNode},
    span::Span,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) fn connect(
    design: &ResolvedDesign,
    seen: &Observations,
    drafts: &mut [Draft],
    diagnostics: &mut Diagnostics,
) {
    let mut networks: BTreeMap<NetworkName, usize> = BTreeMap::new();
    let mut first: BTreeMap<NodeName, usize> = BTreeMap::new();
    let mut deploy: BTreeMap<NodeName, usize> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        match (&draft.target, draft.action) {
            (_, Action::Verify) => return,
            (Target::Network(name), _) => drop(networks.insert(name.clone(), at)),
            (Target::Node(name), action) => {
                first.entry(name.clone()).or_insert(at);
                if action == Action::Server(ServerAction::Deploy) {
                    deploy.insert(name.clone(), at);
                }
            }
        }
    }
    let mut dependencies = Dependencies {
        design,
        chosen: HashMap::new(),
    };
    for (name, &at) in &deploy {
        let Some(node) = design.nodes.get(name) else {
            continue;
        };
        let start = first[name];
        for network in boot_networks(node) {
            drafts[start].needs.extend(networks.get(&network));
        }
        let configure = (start..=at)
            .find(|&n| drafts[n].action == Action::Server(ServerAction::ConfigureNetwork));
        let carried = node
            .networks()
            .filter_map(|network| networks.get(&network.name));
        drafts[configure.unwrap_or(at)].needs.extend(carried);
        for other in dependencies.of(node) {
            match deploy.get(other) {
                Some(&before) => drafts[at].needs.push(before),
                None if is_deployed(seen, other) => {}
                None => {
                    drafts[start..=at]
                        .iter_mut()
                        .for_each(|draft| draft.barred = true);
                    not_met(node, other, design, diagnostics);
                }
            }
        }
    }
}

fn is_deployed(seen: &Observations, node: &NodeName) -> bool {
    matches!(seen.servers.get(node), Some(Ok(server)) if server.state == ServerState::Deployed)
}

/// The networks that the node boots from, and the one that its BMC is on: those that the NIC named by the hardware
/// profile carries untagged, or all of its networks when no NIC is named.
fn boot_networks(node: &ResolvedNode) -> BTreeSet<NetworkName> {
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
    let mut networks: BTreeSet<NetworkName> = match interface {
        Some(interface) => interface
            .networks
            .iter()
            .filter(|n| !n.tagged)
            .map(|n| n.name.clone())
            .collect(),
        None => node
            .networks()
            .map(|network| network.name.clone())
            .collect(),
    };
    networks.extend(node.spec.oob.network.clone());
    networks
}

/// The nodes that each selector of a `depends_on` chooses; many nodes depend on the same few.
struct Dependencies<'a> {
    design: &'a ResolvedDesign,
    chosen: HashMap<String, Vec<&'a NodeName>>,
}

impl<'a> Dependencies<'a> {
    /// The nodes that must be deployed before this one.
    fn of(&mut self, node: &ResolvedNode) -> BTreeSet<&'a NodeName> {
        let mut before = BTreeSet::new();
        for selector in node.spec.depends_on.iter() {
            let nodes = self.design.nodes.values();
            let chosen = self.chosen.entry(selector.to_string()).or_insert_with(|| {
                let chosen = nodes.filter(|other| selector.matches(&***other));
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
