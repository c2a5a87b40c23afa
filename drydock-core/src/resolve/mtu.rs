//! The MTU of an interface, and what says it.

use super::{
    network::DEFAULT_MTU,
    resolved::{ResolvedDesign, ResolvedNetwork},
};
use crate::{
    model::{Interface, NetworkLink, TrunkingMode},
    names::LinkName,
};

/// What says the MTU of an interface.
#[derive(Debug, Clone, Copy)]
pub(super) enum SaidBy<'d> {
    /// The interface itself.
    Itself,
    /// The network that has it to itself.
    Network(&'d ResolvedNetwork),
    /// Its link.
    Link(&'d LinkName),
    /// Nobody.
    Nobody,
}

/// The MTU of an interface in bytes, and what says it: itself; else, where one network has the interface to itself, that
/// network; else its link; else nobody, and it is 1500.
pub(super) fn of_interface<'d>(
    interface: &'d Interface,
    design: &'d ResolvedDesign,
) -> (u32, SaidBy<'d>) {
    let name = interface.device_link.as_ref();
    let link = name.and_then(|name| Some((name, design.links.get(name)?)));
    let trunk = link.is_some_and(|(_, link)| is_trunk(link));
    let sole = match &interface.networks[..] {
        [only] if !trunk => design.networks.get(only),
        _ => None,
    };
    let itself = || Some((interface.mtu?, SaidBy::Itself));
    let network = || sole.and_then(|sole| Some((sole.spec.mtu?, SaidBy::Network(sole))));
    let by_link = || link.and_then(|(name, link)| Some((link.mtu?, SaidBy::Link(name))));
    let said = itself().or_else(network).or_else(by_link);
    said.unwrap_or((DEFAULT_MTU, SaidBy::Nobody))
}

/// Whether the packets of the link's networks may carry tags.
pub(super) fn is_trunk(link: &NetworkLink) -> bool {
    link.trunking.mode == Some(TrunkingMode::Tagged)
}
