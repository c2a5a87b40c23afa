//! Network interfaces of a host.

use super::{Free, Set, shape::record};
use crate::names::{LinkName, NetworkName};
use smol_str::SmolStr;

record! {
    /// One network interface; with several slaves, a bond.
    pub struct Interface key "device_name" {
        /// The link it is plugged into.
        device_link: Option<LinkName> | "network_link",
        /// The NICs it consists of: aliases of the hardware profile, or names that the operating system gives.
        slaves: Set<SmolStr>,
        /// The networks it carries.
        networks: Set<NetworkName>,
        /// Its MTU in bytes. Default: its link's, else 1500.
        mtu: Option<u32>,
        /// What drivers look at, such as `noconfig`.
        labels: Free,
        /// Virtual functions.
        sriov: Sriov,
    }
}

record! {
    /// Single-root I/O virtualization of an interface.
    pub struct Sriov {
        /// How many virtual functions.
        vf_count: Option<u32>,
        /// Whether a guest may change its hardware address. Default false.
        trustedmode: Option<bool> | "trustmode",
    }
}
