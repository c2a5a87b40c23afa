//! What a step does, and to what.

use crate::{
    driver::{NetworkAction, OobAction, ServerAction},
    names::{NetworkName, NodeName},
};
use serde::{Serialize, Serializer};
use std::fmt;

/// What a step is done to. Networks come before nodes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Target {
    /// A network.
    Network(NetworkName),
    /// A node.
    Node(NodeName),
}

impl Target {
    /// The name of the network or node.
    pub fn name(&self) -> &str {
        match self {
            Target::Network(name) => name,
            Target::Node(name) => name,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Network(name) => write!(f, "network {name}"),
            Target::Node(name) => write!(f, "{name}"),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            kind: &'static str,
            name: &'a str,
        }
        let kind = match self {
            Target::Network(_) => "network",
            Target::Node(_) => "node",
        };
        Written {
            kind,
            name: self.name(),
        }
        .serialize(serializer)
    }
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Looks whether the target is as designed, and changes nothing.
    Verify,
    /// Changes a network.
    Network(NetworkAction),
    /// Changes power or the next boot device.
    Oob(OobAction),
    /// Changes a server.
    Server(ServerAction),
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Verify => f.pad("verify"),
            Action::Network(action) => f.pad(&action.to_string()),
            Action::Oob(action) => f.pad(&action.to_string()),
            Action::Server(action) => f.pad(&action.to_string()),
        }
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
