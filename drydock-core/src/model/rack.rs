//! Rack: where nodes stand.

use super::{Any, Free, Keyed, Set, Text, shape::record};
use crate::names::NetworkName;
use std::net::IpAddr;

record! {
    /// The spec of a Rack.
    pub struct Rack {
        /// Its top-of-rack switches.
        tor_switches: Keyed<TorSwitch>,
        /// Where it stands, in any form.
        location: Any,
        /// Networks that only this rack's nodes may use.
        local_networks: Set<NetworkName>,
        /// What selectors choose by.
        labels: Free,
        /// Whether nothing disruptive or destructive may touch its nodes. Default false.
        hold: Option<bool>,
    }
}

record! {
    /// A top-of-rack switch.
    pub struct TorSwitch {
        /// Its management address.
        mgmt_ip: Option<IpAddr>,
        /// Where its controller is reached.
        sdn_api_uri: Option<Text> | "sdn_api_url",
    }
}
