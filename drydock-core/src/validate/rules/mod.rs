//! The built-in rules, one file each.

mod asset;
mod bond_options;
mod boot_drive;
mod catalog;
mod duplicate_address;
mod host_bits;
mod host_name;
mod huge_pages;
mod kernel_params;
mod label_clash;
mod link_networks;
mod location;
mod machine_twice;
mod mountpoint;
mod mtu;
mod no_boot_action;
mod old_spelling;
mod oob;
mod oob_address;
mod outside_cidr;
mod package_list;
mod pipeline;
mod primary_network;
mod pxe_network;
mod ranges;
mod root_file_system;
mod route_domain;
mod route_parts;
mod selects_nothing;
mod sizes;
mod slave_twice;
mod switch_port;
mod template;
mod trunking;
mod unknown_network;
mod unused_profile;
mod vlan;
mod volume_group;

use super::{DesignRule, DocumentRule, IndexRule, NodeRule, Rule};
use crate::{driver::Drivers, resolve::Catalogs};

/// Every built-in rule, in the order of their codes.
pub(super) fn standard() -> Vec<Rule> {
    vec![
        node(kernel_params::KernelParams),
        document(old_spelling::OldSpelling),
        design(unused_profile::UnusedProfile),
        node(root_file_system::RootFileSystem),
        node(volume_group::VolumeGroup),
        node(sizes::Sizes),
        node(mountpoint::Mountpoint),
        document(bond_options::BondOptions),
        node(link_networks::InterfaceNetworks),
        index(link_networks::OneLink),
        node(huge_pages::HugePages),
        node(boot_drive::BootDrive),
        node(slave_twice::SlaveTwice),
        index(machine_twice::MachineTwice),
        node(unknown_network::UnknownNetwork),
        design(unknown_network::OfUnusedProfiles),
        node(outside_cidr::AddressOutsideCidr),
        document(outside_cidr::GatewayOutsideCidr),
        document(mtu::Mtu),
        node(mtu::InterfaceMtu),
        document(trunking::Trunking),
        index(duplicate_address::DuplicateAddress),
        document(host_bits::HostBits),
        document(ranges::Ranges),
        node(ranges::AddressInRange),
        document(vlan::VlanNumber),
        index(vlan::VlanTwice),
        node(pxe_network::PxeNetwork),
        node(primary_network::PrimaryNetwork),
        document(route_parts::RouteParts),
        document(route_domain::RouteDomain),
        design(route_domain::TooManyRoutes),
        document(location::Region),
        document(location::LocalNetworks),
        node(location::RackOfNode),
        index(switch_port::PortTwice),
        node(switch_port::SwitchOfRack),
        node(host_name::HostName),
        document(host_name::DomainName),
        index(host_name::HostNameTwice),
        node(label_clash::LabelsOfNode),
        document(label_clash::LabelsOfDocument),
        node(no_boot_action::NoBootAction),
        document(package_list::PackageList),
        document(asset::Asset),
        design(selects_nothing::SelectsNothing),
        node(oob::OobParameters),
        index(oob_address::OobAddressTwice),
        document(oob::InlineSecret),
    ]
}

/// The rule that holds catalogs; no host has them before it has drivers.
pub(super) fn offered(drivers: Drivers, catalogs: Catalogs) -> Rule {
    design(catalog::Offered { drivers, catalogs })
}

fn document(rule: impl DocumentRule + 'static) -> Rule {
    Rule::Document(Box::new(rule))
}

fn node(rule: impl NodeRule + 'static) -> Rule {
    Rule::Node(Box::new(rule))
}

fn design(rule: impl DesignRule + 'static) -> Rule {
    Rule::Design(Box::new(rule))
}

fn index(rule: impl IndexRule + 'static) -> Rule {
    Rule::Index(Box::new(rule))
}
