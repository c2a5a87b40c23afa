//! What a step does, and to what.

use crate::{
    driver::{BootDevice, CustomAction, NetworkAction, OobAction, PortIntent, ServerAction},
    names::{NetworkName, NodeName},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use smol_str::SmolStr;
use std::fmt;

/// What a step is done to. Networks come before nodes, switch ports after them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Target {
    /// A network.
    Network(NetworkName),
    /// A node.
    Node(NodeName),
    /// A switch port.
    Port {
        /// The switch.
        switch: SmolStr,
        /// The port as the switch names it.
        port: SmolStr,
    },
}

impl Target {
    /// The switch port of this intent.
    pub fn port(intent: &PortIntent) -> Self {
        Self::Port {
            switch: intent.switch.clone(),
            port: intent.port.clone(),
        }
    }

    /// The name of the network or node, or that of the port at its switch.
    pub fn name(&self) -> &str {
        match self {
            Target::Network(name) => name,
            Target::Node(name) => name,
            Target::Port { port, .. } => port,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Network(name) => write!(f, "network {name}"),
            Target::Node(name) => write!(f, "{name}"),
            Target::Port { switch, port } => write!(f, "port {port} of {switch}"),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            kind: &'static str,
            name: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            switch: Option<&'a str>,
        }
        let (kind, switch) = match self {
            Target::Network(_) => ("network", None),
            Target::Node(_) => ("node", None),
            Target::Port { switch, .. } => ("port", Some(switch.as_str())),
        };
        Written {
            kind,
            name: self.name(),
            switch,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            kind: SmolStr,
            name: SmolStr,
            switch: Option<SmolStr>,
        }
        let Written { kind, name, switch } = Written::deserialize(deserializer)?;
        match (kind.as_str(), switch) {
            ("network", None) => Ok(Self::Network(name.into())),
            ("node", None) => Ok(Self::Node(name.into())),
            ("port", Some(switch)) => Ok(Self::Port { switch, port: name }),
            _ => Err(D::Error::custom(format!("{kind} {name} is no target"))),
        }
    }
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Looks whether the target is as designed, and changes nothing.
    Verify,
    /// Changes a network or a switch port.
    Network(NetworkAction),
    /// Changes power or the next boot device.
    Oob(OobAction),
    /// Changes a server.
    Server(ServerAction),
    /// What a host's own driver does.
    Custom(CustomAction),
}

impl Action {
    /// The action of this word that is not a host's own.
    pub(super) fn built_in(word: &str) -> Option<Self> {
        let oob = [OobAction::PowerOff, OobAction::PowerOn].into_iter();
        let oob = oob.chain(
            BootDevice::ALL
                .iter()
                .map(|device| OobAction::NextBoot(*device)),
        );
        let mut all = std::iter::once(Self::Verify)
            .chain(NetworkAction::ALL.iter().map(|action| Self::from(*action)))
            .chain(ServerAction::ALL.iter().map(|action| Self::from(*action)))
            .chain(oob.map(Self::from));
        all.find(|action| action.to_string() == word)
    }
}

impl From<NetworkAction> for Action {
    fn from(action: NetworkAction) -> Self {
        Self::Network(action)
    }
}

impl From<OobAction> for Action {
    fn from(action: OobAction) -> Self {
        Self::Oob(action)
    }
}

impl From<ServerAction> for Action {
    fn from(action: ServerAction) -> Self {
        Self::Server(action)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Verify => f.pad("verify"),
            Action::Network(action) => f.pad(&action.to_string()),
            Action::Oob(action) => f.pad(&action.to_string()),
            Action::Server(action) => f.pad(&action.to_string()),
            Action::Custom(action) => f.pad(action.verb()),
        }
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
