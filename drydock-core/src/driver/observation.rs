//! What drivers see. An observation is a copy of the world at one moment; it never decides anything. It is printed and
//! written down, so drivers put no secret into it.

use crate::model::MacAddr;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::{collections::BTreeMap, fmt};

/// Where a server is in its life.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ServerState {
    /// The driver does not know it.
    #[default]
    Absent,
    /// Known, its hardware not yet.
    New,
    /// Its hardware is being learnt.
    Commissioning,
    /// Free to be used.
    Ready,
    /// Taken, not yet installed.
    Allocated,
    /// Being installed.
    Deploying,
    /// Installed and booted.
    Deployed,
    /// Being given back.
    Releasing,
    /// Something failed on it that needs attention.
    Broken,
}

impl fmt::Display for ServerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Absent => "Absent",
            Self::New => "New",
            Self::Commissioning => "Commissioning",
            Self::Ready => "Ready",
            Self::Allocated => "Allocated",
            Self::Deploying => "Deploying",
            Self::Deployed => "Deployed",
            Self::Releasing => "Releasing",
            Self::Broken => "Broken",
        })
    }
}

/// Whether a machine is on.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PowerState {
    /// Nobody can say.
    #[default]
    Unknown,
    /// Off.
    Off,
    /// On.
    On,
}

impl fmt::Display for PowerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unknown => "unknown",
            Self::Off => "off",
            Self::On => "on",
        })
    }
}

/// By what a machine is known to be the designed one.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Identity {
    /// Its serial number.
    pub serial: Option<SmolStr>,
    /// Hardware addresses of its NICs.
    pub macs: Vec<MacAddr>,
}

impl Identity {
    /// This serial number and these hardware addresses.
    pub fn new(serial: Option<SmolStr>, macs: Vec<MacAddr>) -> Self {
        Self { serial, macs }
    }
}

/// What a server driver sees of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ServerObservation {
    /// Where it is in its life.
    pub state: ServerState,
    /// Whether it is on.
    pub power: PowerState,
    /// By what it is known.
    pub identity: Identity,
    /// What is installed.
    pub image: Option<SmolStr>,
    /// What else a driver's `differences` wants to know, by field path.
    pub facts: BTreeMap<SmolStr, SmolStr>,
    /// The operation key that the last long request left there.
    pub operation: Option<SmolStr>,
}

impl ServerObservation {
    /// A server in this state, of which nothing else is known.
    pub fn new(state: ServerState) -> Self {
        Self {
            state,
            ..Self::default()
        }
    }

    /// With its power state.
    #[must_use]
    pub fn power(mut self, power: PowerState) -> Self {
        self.power = power;
        self
    }

    /// With its identity.
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    /// With the image that is installed.
    #[must_use]
    pub fn image(mut self, image: impl Into<SmolStr>) -> Self {
        self.image = Some(image.into());
        self
    }

    /// With one more fact.
    #[must_use]
    pub fn fact(mut self, field: impl Into<SmolStr>, value: impl Into<SmolStr>) -> Self {
        self.facts.insert(field.into(), value.into());
        self
    }

    /// With the operation key found there.
    #[must_use]
    pub fn operation(mut self, key: impl Into<SmolStr>) -> Self {
        self.operation = Some(key.into());
        self
    }
}

/// A server that a driver has and the design does not name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct UnclaimedServer {
    /// What the other side calls it.
    pub name: SmolStr,
    /// Where it is in its life.
    pub state: ServerState,
    /// By what it is known.
    pub identity: Identity,
}

impl UnclaimedServer {
    /// A server of this name in this state, of which nothing else is known.
    pub fn new(name: impl Into<SmolStr>, state: ServerState) -> Self {
        Self {
            name: name.into(),
            state,
            identity: Identity::default(),
        }
    }

    /// With its identity.
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }
}

/// Whether a network is there.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum NetworkState {
    /// It is not.
    #[default]
    Absent,
    /// It is, perhaps not as designed.
    Present,
}

/// What a network driver sees of a network or a switch port.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct NetworkObservation {
    /// Whether it is there.
    pub state: NetworkState,
    /// What the driver's `differences` wants to know, by field path.
    pub facts: BTreeMap<SmolStr, SmolStr>,
}

impl NetworkObservation {
    /// A network in this state, of which nothing else is known.
    pub fn new(state: NetworkState) -> Self {
        Self {
            state,
            facts: BTreeMap::new(),
        }
    }

    /// With one more fact.
    #[must_use]
    pub fn fact(mut self, field: impl Into<SmolStr>, value: impl Into<SmolStr>) -> Self {
        self.facts.insert(field.into(), value.into());
        self
    }
}

/// What an OOB driver sees of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct OobObservation {
    /// Whether it is on.
    pub power: PowerState,
    /// Where it boots from next, where that can be read.
    pub next_boot: Option<super::BootDevice>,
    /// Firmware, health and the like, by name.
    pub facts: BTreeMap<SmolStr, SmolStr>,
}

impl OobObservation {
    /// A machine whose power is in this state.
    pub fn new(power: PowerState) -> Self {
        Self {
            power,
            ..Self::default()
        }
    }

    /// With the device it boots from next.
    #[must_use]
    pub fn next_boot(mut self, device: super::BootDevice) -> Self {
        self.next_boot = Some(device);
        self
    }

    /// With one more fact.
    #[must_use]
    pub fn fact(mut self, name: impl Into<SmolStr>, value: impl Into<SmolStr>) -> Self {
        self.facts.insert(name.into(), value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::BootDevice;
    use serde::de::DeserializeOwned;

    fn there_and_back<T: Serialize + DeserializeOwned>(value: &T) -> T {
        serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
    }

    #[test]
    fn what_is_written_down_is_read_again() {
        let mac = MacAddr([2, 0, 0, 0, 0, 1]);
        let identity = Identity::new(Some("S-1".into()), vec![mac]);
        let server = ServerObservation::new(ServerState::Deployed)
            .power(PowerState::On)
            .identity(identity.clone())
            .image("noble")
            .fact("interfaces.bond0.mtu", "9000")
            .operation("run/3");
        assert_eq!(there_and_back(&server), server);
        let unclaimed = UnclaimedServer::new("x", ServerState::New).identity(identity);
        assert_eq!(there_and_back(&unclaimed), unclaimed);
        let network = NetworkObservation::new(NetworkState::Present).fact("vlan", "101");
        assert_eq!(there_and_back(&network), network);
        let machine = OobObservation::new(PowerState::Off).next_boot(BootDevice::Pxe);
        assert_eq!(there_and_back(&machine), machine);
    }

    #[test]
    fn what_is_left_out_is_not_known_and_what_is_not_understood_is_an_error() {
        let seen: ServerObservation = serde_json::from_str(r#"{"state": "ready"}"#).unwrap();
        assert_eq!(seen, ServerObservation::new(ServerState::Ready));
        for wrong in [r#"{"state": "asleep"}"#, r#"{"stat": "ready"}"#] {
            assert!(serde_json::from_str::<ServerObservation>(wrong).is_err());
        }
    }
}
