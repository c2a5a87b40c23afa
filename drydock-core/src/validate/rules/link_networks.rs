//! DD1007: a network is allowed on one link only, links and interfaces name what exists, and an interface carries only
//! networks that its link allows.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    names::{Kind, NetworkName},
    resolve::{ResolvedDesign, ResolvedNode},
    source::{Document, Value},
    validate::{Claim, IndexRule, NodeRule, Report, Subject},
};
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

#[derive(Debug)]
pub(super) struct InterfaceNetworks;

impl NodeRule for InterfaceNetworks {
    fn codes(&self) -> &'static [Code] {
        &[Code::LINK_NETWORKS]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let mut carried: HashMap<&str, usize> = HashMap::new();
        for network in node.networks() {
            *carried.entry(&network.name).or_default() += 1;
        }
        for interface in &node.interfaces {
            let Some(name) = &interface.link else {
                continue;
            };
            let Some(link) = design.links.get(name) else {
                let field = FieldPath::of(["interfaces", &interface.name, "device_link"]);
                let message = format!("there is no network link {}", quote(name));
                let help = "write a NetworkLink of this name, or name one that exists";
                report
                    .node(Code::LINK_NETWORKS, node, design, field, message)
                    .meant_among(name, &design.links, help);
                continue;
            };
            let allows = Members::of(&link.allowed_networks, interface.networks.len());
            for network in &interface.networks {
                let exists = design.networks.contains_key(&network.name);
                // One that another interface carries as well is reported as that.
                let twice = || carried.get(&*network.name).is_some_and(|times| *times > 1);
                if exists && !allows.contains(&network.name) && !twice() {
                    let keys = ["interfaces", &interface.name, "networks", &network.name];
                    let message = format!(
                        "link {name} does not allow network {}",
                        quote(&network.name)
                    );
                    let allowed = design.document(Kind::NetworkLink, name);
                    let allowed =
                        allowed.and_then(|d| Some(d.spec.field("allowed_networks")?.span));
                    report
                        .node(
                            Code::LINK_NETWORKS,
                            node,
                            design,
                            FieldPath::of(keys),
                            message,
                        )
                        .also(allowed.unwrap_or_default(), "allowed here")
                        .help("add it to the link's allowed_networks, or remove it here");
                }
            }
        }
    }
}

/// Which networks a link allows; by a table where many are asked for among many.
enum Members<'l> {
    Few(&'l [NetworkName]),
    Many(HashSet<&'l NetworkName>),
}

impl<'l> Members<'l> {
    fn of(allowed: &'l [NetworkName], asked: usize) -> Self {
        match allowed.len().min(asked) > 32 {
            true => Self::Many(allowed.iter().collect()),
            false => Self::Few(allowed),
        }
    }

    fn contains(&self, network: &NetworkName) -> bool {
        match self {
            Self::Few(allowed) => allowed.contains(network),
            Self::Many(allowed) => allowed.contains(network),
        }
    }
}

#[derive(Debug)]
pub(super) struct OneLink;

impl IndexRule for OneLink {
    fn codes(&self) -> &'static [Code] {
        &[Code::LINK_NETWORKS]
    }

    fn keys(&self, subject: Subject<'_>, _design: &ResolvedDesign, keys: &mut Vec<SmolStr>) {
        if let Subject::Document(document) = subject {
            keys.extend(
                allowed(document).filter_map(|network| network.as_text().map(SmolStr::new)),
            );
        }
    }

    fn claims(&self, subject: Subject<'_>, _design: &ResolvedDesign) -> Vec<Claim> {
        let Subject::Document(document) = subject else {
            return Vec::new();
        };
        let claim = |network: &Value| {
            let (id, field) = (document.id.clone(), FieldPath::of(["allowed_networks"]));
            let what = format!("on link {}", document.id.name);
            Some(Claim::new(
                network.as_text()?,
                id,
                field,
                network.span,
                what,
            ))
        };
        allowed(document).filter_map(claim).collect()
    }

    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>) {
        let [first, others @ ..] = claims else { return };
        for claim in others {
            let message = format!("network {} is on two links", quote(key));
            let finding = report.clash(Code::LINK_NETWORKS, claim, first, message);
            finding.help("leave it on the link that carries it");
        }
    }
}

/// The networks that a link allows, as written.
fn allowed(document: &Document) -> impl Iterator<Item = &Value> {
    let is_link = document.id.kind == Kind::NetworkLink;
    let allowed = document.spec.field("allowed_networks").filter(|_| is_link);
    let allowed = allowed.and_then(Value::as_list).unwrap_or_default();
    allowed.iter()
}
