//! Network: one layer-2 segment and its addresses.

use super::{
    Commas, Free, Listed,
    shape::{record, words},
};
use ipnet::IpNet;
use smol_str::SmolStr;
use std::net::IpAddr;

record! {
    /// The spec of a Network.
    pub struct Network {
        /// Its addresses, IPv4 or IPv6.
        cidr: Option<IpNet>,
        /// Its VLAN (IEEE 802.1Q), 1 to 4094; none: untagged.
        vlan: Option<u16> | "vlan_id",
        /// Its MTU in bytes. Default: its link's.
        mtu: Option<u32>,
        /// The domain of networks that it exchanges routes with.
        routedomain: Option<SmolStr>,
        /// What its addresses are for.
        ranges: Listed<Range>,
        /// Routes of the nodes on it.
        routes: Listed<Route>,
        /// Its names.
        dns: Dns,
        /// Where its DHCP requests go.
        dhcp_relay: DhcpRelay,
        /// What selectors choose by.
        labels: Free,
    }
    gone {
        "allocation" => "write ranges: [{type: static or dhcp, start: ..., end: ...}]",
    }
}

record! {
    /// A stretch of addresses.
    pub struct Range {
        /// What it is for.
        kind as "type": Option<RangeType>,
        /// The first address.
        start: Option<IpAddr>,
        /// The last address.
        end: Option<IpAddr>,
    }
}

words! {
    /// What addresses are for.
    pub enum RangeType, "static, dhcp or reserved" {
        /// Written in designs, or allocated.
        Static = "static",
        /// Given by a DHCP server.
        Dhcp = "dhcp",
        /// Not for nodes.
        Reserved = "reserved",
    }
}

record! {
    /// A route, to a subnet or to every network of a route domain.
    pub struct Route {
        /// The subnet it leads to.
        subnet: Option<IpNet>,
        /// The route domain it leads to.
        routedomain: Option<SmolStr>,
        /// The next hop.
        gateway: Option<IpAddr>,
        /// Lower is preferred.
        metric: Option<u32>,
    }
}

record! {
    /// Names on a network.
    pub struct Dns {
        /// The domain that its addresses are registered under.
        domain: Option<SmolStr>,
        /// The servers that its nodes ask; a list, or one text with commas.
        servers: Commas<IpAddr>,
    }
}

record! {
    /// Where DHCP requests go.
    pub struct DhcpRelay {
        /// The relay's own address on this network.
        self_ip: Option<IpAddr>,
        /// The server it forwards to.
        upstream_target: Option<IpAddr>,
    }
}
