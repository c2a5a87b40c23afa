//! The built-in rules, one file each.

mod duplicate_address;
mod outside_cidr;
mod primary_network;
mod root_file_system;
mod unknown_network;

use super::Rule;

/// Every built-in rule.
pub(super) fn standard() -> Vec<Rule> {
    vec![
        Rule::Node(Box::new(root_file_system::RootFileSystem)),
        Rule::Node(Box::new(unknown_network::UnknownNetwork)),
        Rule::Node(Box::new(outside_cidr::AddressOutsideCidr)),
        Rule::Document(Box::new(outside_cidr::GatewayOutsideCidr)),
        Rule::Index(Box::new(duplicate_address::DuplicateAddress)),
        Rule::Node(Box::new(primary_network::PrimaryNetwork)),
    ]
}
