//! NetworkLink: what a switch and a server agree on.

use super::{
    Free, Set, Text,
    shape::{record, words},
};
use crate::names::NetworkName;

record! {
    /// The spec of a NetworkLink.
    pub struct NetworkLink {
        /// How several ports become one.
        bonding: Bonding,
        /// The MTU in bytes. Default 1500.
        mtu: Option<u32>,
        /// The speed, such as `auto` or `100full`.
        linkspeed: Option<Text>,
        /// How several networks share it.
        trunking: Trunking,
        /// The networks that it may carry.
        allowed_networks: Set<NetworkName>,
        /// What drivers look at, such as `noconfig`.
        labels: Free,
    }
}

record! {
    /// Link aggregation (Linux bonding driver).
    pub struct Bonding {
        /// The mode. Default disabled.
        mode: Option<BondMode>,
        /// 802.3ad: the transmit hash policy. Default layer3+4.
        hash: Option<Text>,
        /// 802.3ad: how often the peer sends, `slow` (30 s) or `fast` (1 s). Default fast.
        peer_rate: Option<Text>,
        /// How often links are checked, in milliseconds. Default 100.
        mon_rate: Option<u32>,
        /// How long a link must be up before it is used, in milliseconds. Default 200.
        up_delay: Option<u32>,
        /// How long a link must be down before it is left, in milliseconds. Default 200.
        down_delay: Option<u32>,
    }
}

words! {
    /// How several ports become one.
    pub enum BondMode, "disabled, 802.3ad, balance-rr or active-backup" {
        /// They do not.
        Disabled = "disabled" | "none",
        /// LACP (IEEE 802.3ad).
        Lacp = "802.3ad",
        /// Packets in turn.
        BalanceRr = "balance-rr" | "balanced-rr",
        /// One at a time.
        ActiveBackup = "active-backup",
    }
}

record! {
    /// VLANs on the link.
    pub struct Trunking {
        /// The mode. Default disabled.
        mode: Option<TrunkingMode>,
        /// The network of untagged packets.
        default_network: Option<NetworkName>,
    }
}

words! {
    /// How several networks share a link.
    pub enum TrunkingMode, "disabled or 802.1q" {
        /// One network, untagged.
        Disabled = "disabled" | "none",
        /// IEEE 802.1Q tags.
        Tagged = "802.1q" | "tagged",
    }
}
