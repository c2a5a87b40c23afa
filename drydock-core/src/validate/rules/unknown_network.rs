//! DD2001: the network of an interface or address is defined, and a network with an address is carried by one interface.
//!
//! The network that `oob.network` names is carried by the BMC. Interfaces of profiles that nobody inherits from are held
//! against the same; of the others their nodes are asked.

use crate::{
    diagnostic::{Code, Diagnostic, nearest_among, ordered, quote},
    field::FieldPath,
    model::HostProfile,
    names::{DocumentId, Kind},
    resolve::{ResolvedDesign, ResolvedNode, ResolvedProfile, decode},
    validate::{
        DesignRule, NodeRule, Report,
        report::{place, span_of_node},
    },
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug)]
pub(super) struct UnknownNetwork;

impl NodeRule for UnknownNetwork {
    fn codes(&self) -> &'static [Code] {
        &[Code::UNKNOWN_NETWORK]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let defined = |name: &str| design.networks.contains_key(name);
        let mut carried: BTreeMap<&str, &str> = BTreeMap::new();
        let doubt = Doubt::of(node, design);
        let used: BTreeSet<&str> = node.networks().map(|other| &*other.name).collect();
        for interface in &node.interfaces {
            for network in &interface.networks {
                let name = network.name.as_str();
                let on = |interface| FieldPath::of(["interfaces", interface, "networks", name]);
                let field = || on(&*interface.name);
                if !defined(name) {
                    undefined(node, design, report, field(), &used);
                } else if let Some(first) = carried.get(name) {
                    let message = format!("network {} is carried by two interfaces", quote(name));
                    report
                        .node(Code::UNKNOWN_NETWORK, node, design, field(), message)
                        .also(
                            span_of_node(node, design, &on(first)),
                            "carried here already",
                        )
                        .help("remove it from one of them");
                } else {
                    carried.insert(name, &interface.name);
                }
            }
        }
        let addressed = ordered(node.spec.addressing.iter().map(|(name, _)| name));
        for (name, _) in node.spec.addressing.iter() {
            let field = || FieldPath::of(["addressing", name]);
            let out_of_band = node.spec.oob.network.as_deref() == Some(name);
            // What an interface names is reported there.
            if used.contains(&**name) {
                continue;
            }
            if !defined(name) {
                undefined(node, design, report, field(), &addressed);
            } else if !out_of_band && !doubt.may_be_carried(name) {
                let message = format!("no interface of this node carries network {}", quote(name));
                report
                    .node(Code::UNKNOWN_NETWORK, node, design, field(), message)
                    .help("add the network to an interface, or remove the address");
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct OfUnusedProfiles;

impl DesignRule for OfUnusedProfiles {
    fn codes(&self) -> &'static [Code] {
        &[Code::UNKNOWN_NETWORK]
    }

    fn check(&self, design: &ResolvedDesign, report: &mut Report<'_>) {
        // Profiles alone, without a site, are a library: each site defines the networks.
        if design.networks.is_empty() && design.nodes.is_empty() {
            return;
        }
        for (name, profile) in &design.profiles {
            let id = DocumentId::new(Kind::HostProfile, name.as_str());
            if !design.is_used(&id) {
                unused(&id, profile, design, report);
            }
        }
    }
}

fn unused(
    id: &DocumentId,
    profile: &ResolvedProfile,
    design: &ResolvedDesign,
    report: &mut Report<'_>,
) {
    let Ok(spec) = decode::<HostProfile>(&profile.value) else {
        return;
    };
    let all = || {
        spec.interfaces
            .iter()
            .flat_map(|(_, interface)| interface.networks.iter())
    };
    let used: BTreeSet<&str> = all().map(|other| &**other).collect();
    let mut carried: BTreeMap<&str, FieldPath> = BTreeMap::new();
    for (interface, name) in spec.interfaces.iter().flat_map(|(interface, spec)| {
        spec.networks
            .iter()
            .map(move |name| (interface, name.as_str()))
    }) {
        let field = FieldPath::of(["interfaces", interface, "networks", name]);
        let (id, field, span) = place(id.clone(), &profile.value, field);
        let found = |message| {
            let found = Diagnostic::new(Code::UNKNOWN_NETWORK, message);
            found.about(&id).field(field.clone()).at(span, "")
        };
        if !design.networks.contains_key(name) {
            let found = found(format!("there is no network {}", quote(name)));
            report.push(
                match nearest_among(name, &design.networks, |near| !used.contains(near)) {
                    Some(meant) => found
                        .help(format!("did you mean `{meant}`?"))
                        .edit(span, meant),
                    None => found.help(DEFINE),
                },
            );
        } else if let Some(first) = carried.get(name) {
            let (_, _, first) = place(id.clone(), &profile.value, first.clone());
            let found = found(format!(
                "network {} is carried by two interfaces",
                quote(name)
            ));
            report.push(
                found
                    .also(first, "carried here already")
                    .help("remove it from one of them"),
            );
        } else {
            carried.insert(name, field);
        }
    }
}

const DEFINE: &str = "write a Network of this name, or name one that exists";

/// Which networks a node may well carry although no interface of it names them.
pub(super) struct Doubt<'d> {
    /// What says which ones it carries was not understood, so it may be any.
    any: bool,
    /// Networks that were likely meant where an interface names one that is not defined.
    meant: BTreeSet<&'d str>,
}

impl<'d> Doubt<'d> {
    pub(super) fn of(node: &ResolvedNode, design: &'d ResolvedDesign) -> Self {
        let carrying: [&[&str]; 2] = [&["interfaces", "*", "networks"], &["oob", "network"]];
        let mut carrying = carrying.iter();
        let any = carrying.any(|field| design.in_doubt_anywhere(&node.chain, field));
        let undefined = node.networks().map(|network| network.name.as_str());
        let undefined = undefined.filter(|name| !design.networks.contains_key(*name));
        let meant = undefined.filter_map(|name| nearest_among(name, &design.networks, |_| true));
        let meant = meant.collect();
        Self { any, meant }
    }

    /// Whether the node may well carry the network: that one cause is reported where it stands.
    pub(super) fn may_be_carried(&self, name: &str) -> bool {
        self.any || self.meant.contains(name)
    }
}

/// Reports the network at the end of the field; of those that are used beside it none was meant.
fn undefined(
    node: &ResolvedNode,
    design: &ResolvedDesign,
    report: &mut Report<'_>,
    field: FieldPath,
    used: &BTreeSet<&str>,
) {
    let name = field.keys().last().cloned().unwrap_or_default();
    let message = format!("there is no network {}", quote(&name));
    let meant = nearest_among(&name, &design.networks, |near| !used.contains(near));
    report
        .node(Code::UNKNOWN_NETWORK, node, design, field, message)
        .likely(meant, DEFINE);
}
