//! DD2001: the network of an interface or address is defined, and a network with an address is carried by one interface.
//!
//! The network that `oob.network` names is carried by the BMC. Interfaces of profiles that nobody inherits from are held
//! against the same; of the others their nodes are asked.

use crate::{
    diagnostic::{Code, Diagnostic, did_you_mean, quote},
    field::FieldPath,
    model::HostProfile,
    names::{DocumentId, Kind},
    resolve::{ResolvedDesign, ResolvedNode, ResolvedProfile, decode},
    validate::{
        DesignRule, NodeRule, Report,
        report::{names, place, span_of_node},
    },
};

#[derive(Debug)]
pub(super) struct UnknownNetwork;

impl NodeRule for UnknownNetwork {
    fn codes(&self) -> &'static [Code] {
        &[Code::UNKNOWN_NETWORK]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let defined = |name: &str| design.networks.contains_key(name);
        let mut carried: Vec<(&str, &str)> = Vec::new();
        for interface in &node.interfaces {
            for network in &interface.networks {
                let name = network.name.as_str();
                let on = |interface| FieldPath::of(["interfaces", interface, "networks", name]);
                let field = || on(&*interface.name);
                if !defined(name) {
                    let used: Vec<&str> = node.networks().map(|other| &*other.name).collect();
                    undefined(node, design, report, field(), &used);
                } else if let Some((_, first)) = carried.iter().find(|(other, _)| *other == name) {
                    let message = format!("network {} is carried by two interfaces", quote(name));
                    report
                        .node(Code::UNKNOWN_NETWORK, node, design, field(), message)
                        .also(
                            span_of_node(node, design, &on(first)),
                            "carried here already",
                        )
                        .help("remove it from one of them");
                } else {
                    carried.push((name, &interface.name));
                }
            }
        }
        for (name, _) in node.spec.addressing.iter() {
            let field = || FieldPath::of(["addressing", name]);
            let out_of_band = node.spec.oob.network.as_deref() == Some(name);
            // What an interface names is reported there.
            if node.networks().any(|network| *network.name == **name) {
                continue;
            }
            if !defined(name) {
                let used: Vec<&str> = node.spec.addressing.iter().map(|(n, _)| &**n).collect();
                undefined(node, design, report, field(), &used);
            } else if !out_of_band && !may_be_carried(node, design, name) {
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
    let mut carried: Vec<(&str, FieldPath)> = Vec::new();
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
            let used: Vec<&str> = all().map(|other| &**other).collect();
            let found = found(format!("there is no network {}", quote(name)));
            report.push(match meant(name, design, &used) {
                Some(meant) => found
                    .help(format!("did you mean `{meant}`?"))
                    .edit(span, meant),
                None => found.help(DEFINE),
            });
        } else if let Some((_, first)) = carried.iter().find(|(other, _)| *other == name) {
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
            carried.push((name, field));
        }
    }
}

const DEFINE: &str = "write a Network of this name, or name one that exists";

/// The network that was likely meant; of those that are used beside it none was.
fn meant<'d>(name: &str, design: &'d ResolvedDesign, used: &[&str]) -> Option<&'d str> {
    let known = names(design.networks.keys()).into_iter();
    did_you_mean(name, known.filter(|known| !used.contains(known)))
}

/// Whether the node may well carry the network, for what says so was not understood, or an interface names a network that
/// is not defined and was likely meant to be this one: that one cause is reported where it stands.
pub(super) fn may_be_carried(node: &ResolvedNode, design: &ResolvedDesign, name: &str) -> bool {
    let carrying: [&[&str]; 2] = [&["interfaces", "*", "networks"], &["oob", "network"]];
    if carrying
        .iter()
        .any(|field| design.in_doubt_anywhere(&node.chain, field))
    {
        return true;
    }
    let known = names(design.networks.keys());
    let mut undefined = node
        .networks()
        .filter(|network| !design.networks.contains_key(&network.name));
    undefined.any(|network| did_you_mean(&network.name, known.iter().copied()) == Some(name))
}

/// Reports the network at the end of the field; of those that are used beside it none was meant.
fn undefined(
    node: &ResolvedNode,
    design: &ResolvedDesign,
    report: &mut Report<'_>,
    field: FieldPath,
    used: &[&str],
) {
    let name = field.keys().last().cloned().unwrap_or_default();
    let message = format!("there is no network {}", quote(&name));
    let mut known = names(design.networks.keys());
    known.retain(|known| !used.contains(known));
    report
        .node(Code::UNKNOWN_NETWORK, node, design, field, message)
        .meant(&name, &known, DEFINE);
}
