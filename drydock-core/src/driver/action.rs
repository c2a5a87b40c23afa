//! What drivers are asked to do. Every action names a state to reach.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! verbs {
    ($($(#[$doc:meta])* pub enum $type:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum $type { $($(#[$vdoc])* $variant,)* }

        impl $type {
            /// All of them, in the order in which they are listed.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self { $(Self::$variant => $word,)* })
            }
        }
    )*};
}

verbs! {
    /// What is done to a server.
    pub enum ServerAction {
        /// Learn its hardware; it is Ready afterwards.
        Commission = "commission",
        /// Divide its disks as designed.
        ConfigureStorage = "configure storage",
        /// Set its interfaces up as designed.
        ConfigureNetwork = "configure network",
        /// Install and boot it as designed; it is Deployed afterwards. Its disks are overwritten.
        Deploy = "deploy",
        /// Give it back; it is Ready afterwards. What is on its disks is lost.
        Release = "release",
    }

    /// What is done to a network.
    pub enum NetworkAction {
        /// Make it as designed.
        Ensure = "ensure",
    }

    /// What is done to a machine's power, for people and drivers; plans hold only what converges, see [`OobAction`].
    pub enum PowerAction {
        /// On.
        On = "on",
        /// Off at once.
        Off = "off",
        /// Ask the operating system to shut down.
        SoftOff = "soft-off",
        /// Off, then on.
        Cycle = "cycle",
        /// Reset without losing power.
        Reset = "reset",
    }

    /// Where a machine boots from next.
    pub enum BootDevice {
        /// The network.
        Pxe = "pxe",
        /// Its disk.
        Disk = "disk",
        /// Its firmware's setup.
        Bios = "bios",
        /// Its optical or virtual drive.
        Cdrom = "cdrom",
    }

    /// What a switch port is set up for.
    pub enum PortPhase {
        /// The network that the node boots from.
        Boot = "boot",
        /// The networks of its design.
        Production = "production",
    }
}

/// What is done to a machine beside its operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OobAction {
    /// It is off afterwards.
    PowerOff,
    /// It is on afterwards.
    PowerOn,
    /// It boots from there next.
    NextBoot(BootDevice),
}

impl fmt::Display for OobAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OobAction::PowerOff => f.pad("power off"),
            OobAction::PowerOn => f.pad("power on"),
            OobAction::NextBoot(device) => write!(f, "boot from {device} next"),
        }
    }
}

/// Why a driver cannot take an action on a target; asked at plan time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct Unsupported {
    /// Why, and what to do.
    pub reason: String,
}

impl Unsupported {
    /// For this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}
