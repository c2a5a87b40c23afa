//! Values that nobody wrote: by which rule they follow, and from what that somebody wrote.
//!
//! The rules are those of resolving a node; `tests/explain` holds what is said here against what was resolved.

use super::{History, Premise, What, origins::Origins, recorder::Leaves};
use crate::{
    field::FieldPath,
    model::Address,
    names::{DocumentId, Kind},
    resolve::{
        mtu::{self, SaidBy},
        resolved::{ResolvedDesign, ResolvedInterface, ResolvedNetwork, ResolvedNode},
    },
    source::Value,
};
use smol_str::SmolStr;

/// A value that follows from others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Derived {
    /// The field of the resolved node: `fqdn`, `interfaces.bond0.mtu`.
    pub field: FieldPath,
    /// Its value.
    pub value: SmolStr,
    /// By which rule it follows.
    pub rule: &'static str,
    /// From what.
    pub premises: Vec<Premise>,
}

/// Where written values lead, and from where derived ones come.
#[derive(Clone, Copy)]
pub(super) struct Deriving<'d> {
    pub(super) design: &'d ResolvedDesign,
    pub(super) leaves: &'d Leaves,
}

impl Deriving<'_> {
    /// The value of the hardware profile that a leaf refers to, if it does and it is there.
    pub(super) fn reference(&self, history: &History) -> Option<Premise> {
        let text = history.value()?;
        let keys: Vec<&str> = history.field.keys().iter().map(SmolStr::as_str).collect();
        let field = match keys.as_slice() {
            ["platform", "kernel_params", ..] => {
                let rest = text.strip_prefix("hardwareprofile")?;
                let reference = rest.strip_prefix([':', '.'])?;
                match reference.strip_prefix("cpuset.") {
                    Some(name) => FieldPath::of(["cpu_sets", name]),
                    None => {
                        let (name, part) =
                            reference.strip_prefix("hugepages.")?.rsplit_once('.')?;
                        FieldPath::of(["hugepages", name, part])
                    }
                }
            }
            ["interfaces", _, "slaves", alias] => {
                FieldPath::of(["device_aliases", alias, "address"])
            }
            _ => return None,
        };
        self.of_hardware(field)
    }

    fn of_hardware(&self, field: FieldPath) -> Option<Premise> {
        let name = self.written(FieldPath::of(["hardware_profile"]))?.value;
        self.at(DocumentId::new(Kind::HardwareProfile, name), field)
    }

    /// What a document that inherits nothing says at a field.
    fn at(&self, document: DocumentId, field: FieldPath) -> Option<Premise> {
        let spec = &self.design.documents.get(&document)?.spec;
        let value = spec.at(field.keys().iter().map(SmolStr::as_str))?;
        let source = Origins(self.design).source(&document, value.span, &field);
        Some(Premise {
            value: crate::resolve::compose::flow(value).into(),
            span: value.span,
            source,
            document,
            field,
        })
    }

    /// What the chain says at a field.
    fn written(&self, field: FieldPath) -> Option<Premise> {
        let (_, steps) = self.leaves.get(&field)?;
        let last = steps.last().filter(|step| step.what == What::Set)?;
        Some(Premise {
            document: last.document.clone(),
            field,
            value: last.value.clone()?,
            span: last.span,
            source: last.source.clone(),
        })
    }

    /// Everything of the node that follows from something else.
    pub(super) fn of_node(&self, node: &ResolvedNode) -> Vec<Derived> {
        let mut derived = Vec::new();
        self.by_primary_network(node, &mut derived);
        derived.extend(self.oob_address(node));
        for interface in &node.interfaces {
            derived.extend(self.mtu(node, interface));
        }
        for (network, addressing) in node.spec.addressing.iter() {
            derived.extend(self.auto_address(network, addressing.address));
        }
        for disk in &node.disks {
            let name = disk.device.name.clone();
            let field = FieldPath::of(["device_aliases", &name, "address"]);
            if let (Some(selector), Some(alias)) = (&disk.device.selector, self.of_hardware(field))
            {
                derived.push(Derived {
                    field: FieldPath::of(["storage", "physical_devices", &name]),
                    value: selector.address.clone().into(),
                    rule: "the device that its hardware profile calls so",
                    premises: vec![alias],
                });
            }
        }
        derived
    }

    fn by_primary_network(&self, node: &ResolvedNode, derived: &mut Vec<Derived>) {
        let primary = self.written(FieldPath::of(["primary_network"]));
        let network = node.spec.primary_network.as_ref();
        let network = network.and_then(|name| self.design.networks.get(name));
        let (Some(primary), Some(network)) = (primary, network) else {
            return;
        };
        let id = || DocumentId::new(Kind::Network, network.name.as_str());
        let mut follows = |field: &str, value: String, rule, from: Option<FieldPath>| {
            let cause = from.and_then(|field| self.at(id(), field));
            derived.push(Derived {
                field: FieldPath::of([field]),
                value: value.into(),
                rule,
                premises: std::iter::once(primary.clone()).chain(cause).collect(),
            });
        };
        if let Some(fqdn) = &node.fqdn {
            let domain = FieldPath::of(["dns", "domain"]);
            let rule = "its name and the domain of its primary network";
            follows("fqdn", fqdn.to_string(), rule, Some(domain));
        }
        if !node.dns_servers.is_empty() {
            let servers: Vec<String> = node.dns_servers.iter().map(ToString::to_string).collect();
            let rule = "the DNS servers of its primary network";
            let field = FieldPath::of(["dns", "servers"]);
            follows("dns_servers", servers.join(", "), rule, Some(field));
        }
        if let Some(gateway) = node.default_gateway {
            let rule = "the gateway of its primary network's default route";
            let field = default_route(network).map(|n| FieldPath::of(["routes", &n, "gateway"]));
            follows("default_gateway", gateway.to_string(), rule, field);
        }
    }

    fn oob_address(&self, node: &ResolvedNode) -> Option<Derived> {
        let network = self.written(FieldPath::of(["oob", "network"]))?;
        let on_it = FieldPath::of(["addressing", &network.value, "address"]);
        let address = self.written(on_it);
        Some(Derived {
            field: FieldPath::of(["oob_address"]),
            value: node.oob_address?.to_string().into(),
            rule: "its address on the network of its BMC",
            premises: std::iter::once(network).chain(address).collect(),
        })
    }

    fn mtu(&self, node: &ResolvedNode, resolved: &ResolvedInterface) -> Option<Derived> {
        let interface = node.spec.interfaces.find(&resolved.name)?;
        let inside = |key: &str| FieldPath::of(["interfaces", &resolved.name, key]);
        let of = |kind, name: &str| self.at(DocumentId::new(kind, name), FieldPath::of(["mtu"]));
        let (value, said_by) = mtu::of_interface(interface, self.design);
        let (rule, premises) = match said_by {
            SaidBy::Itself => return None,
            SaidBy::Network(network) => {
                let name = network.name.as_str();
                let carried = self.written(inside("networks").join(name));
                let rule = "the MTU of the network that has it to itself";
                (rule, [carried, of(Kind::Network, name)])
            }
            SaidBy::Link(link) => {
                let plugged = self.written(inside("device_link"));
                (
                    "the MTU of its link",
                    [plugged, of(Kind::NetworkLink, link)],
                )
            }
            SaidBy::Nobody => {
                let rule = "the MTU where neither interface, nor network, nor link says one";
                (rule, [None, None])
            }
        };
        Some(Derived {
            field: inside("mtu"),
            value: value.to_string().into(),
            rule,
            premises: premises.into_iter().flatten().collect(),
        })
    }

    fn auto_address(&self, network: &SmolStr, address: Option<Address>) -> Option<Derived> {
        let field = FieldPath::of(["addressing", network, "address"]);
        let auto = self.written(field.clone())?;
        let given = address?.ip().filter(|_| auto.value == "auto")?;
        let id = DocumentId::new(Kind::Network, network.clone());
        let ranges = self
            .design
            .networks
            .get(network.as_str())?
            .spec
            .ranges
            .iter();
        let number = ranges.enumerate().find(|(_, range)| {
            let inside = |start, end| (start..=end).contains(&given);
            matches!((range.start, range.end), (Some(start), Some(end)) if inside(start, end))
        });
        let range =
            number.and_then(|(n, _)| self.at(id, FieldPath::of(["ranges", &n.to_string()])));
        Some(Derived {
            field,
            value: given.to_string().into(),
            rule: "allocated: the lowest address that was free in the static ranges when it was first asked for",
            premises: std::iter::once(auto).chain(range).collect(),
        })
    }
}

/// The number of the default route that counts, among those that are written.
fn default_route(network: &ResolvedNetwork) -> Option<String> {
    let gateway = network.gateway()?;
    let routes: &[Value] = network.value.field("routes")?.as_list()?;
    let leads = |route: &Value| {
        let subnet = route.field("subnet").and_then(Value::as_text);
        let is_default = subnet.is_some_and(|subnet| subnet.ends_with("/0"));
        let through = route.field("gateway").and_then(Value::as_text);
        is_default && through == Some(gateway.to_string().as_str())
    };
    Some(routes.iter().position(leads)?.to_string())
}
