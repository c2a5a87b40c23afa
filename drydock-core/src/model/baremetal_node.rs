//! BaremetalNode: one machine. It has every field of a HostProfile, and those of this file.

use super::{Address, shape::record};

record! {
    /// The node's address on one network.
    pub struct Addressing key "network" {
        /// The address.
        address: Option<Address>,
    }
}

record! {
    /// The switch port that a network interface is plugged into.
    pub struct Attachment key "slave" {
        /// The switch: one of its rack's `tor_switches`.
        switch: Option<smol_str::SmolStr>,
        /// The port as the switch names it.
        port: Option<smol_str::SmolStr>,
    }
}
