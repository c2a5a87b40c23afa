//! Names that cross module borders, as types of their own, so that a node's name is never taken for a network's.
//!
//! A name is cheap to clone (23 bytes and shorter are stored inline) and is ordered by its text.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::{fmt, ops::Deref};

macro_rules! name {
    ($($(#[$doc:meta])* $type:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $type(SmolStr);

        impl $type {
            /// The name with this text, taken as it is; rules judge what a name may look like.
            pub fn new(text: impl Into<SmolStr>) -> Self {
                Self(text.into())
            }
            /// The text of the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }
        impl From<SmolStr> for $type {
            fn from(text: SmolStr) -> Self {
                Self(text)
            }
        }
        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl Deref for $type {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }
        impl std::borrow::Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }
        impl PartialEq<&str> for $type {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
    )*};
}

name! {
    /// A BaremetalNode's name.
    NodeName
    /// A Network's name.
    NetworkName
    /// A NetworkLink's name.
    LinkName
    /// A HostProfile's name.
    ProfileName
    /// A HardwareProfile's name.
    HardwareName
    /// A Rack's name.
    RackName
    /// A Region's name.
    RegionName
    /// A driver's name, as it stands in plans and journals, such as `maas`.
    DriverName
    /// A source's name, as it stands in provenance, such as `site` or `netbox`.
    SourceName
    /// A plan's id: the digest of everything a person approves.
    PlanId
    /// A run's id, chosen by the host, unique in its store.
    RunId
}

/// A step's number inside its plan, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u32);

impl StepId {
    /// The number as an index into the plan's steps.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The number of a design's revision in a store, counted from 1 in the order in which they were taken in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct RevisionNumber(pub u64);

impl fmt::Display for RevisionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The kind of a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// One site: tags, keys and repositories that hold everywhere in it.
    Region,
    /// One rack, its switches and the networks that end in it.
    Rack,
    /// One layer-1 and layer-2 agreement between switch and server.
    NetworkLink,
    /// One layer-2 and layer-3 network.
    Network,
    /// One model of hardware and the names of its devices.
    HardwareProfile,
    /// What nodes inherit.
    HostProfile,
    /// One machine.
    BaremetalNode,
    /// What a node loads and runs when it first boots.
    BootAction,
    /// A kind that is not built in: a configuration item.
    Other(SmolStr),
}

impl Kind {
    /// The built-in kinds, in the order of the language reference.
    pub const ALL: [Kind; 8] = [
        Kind::Region,
        Kind::Rack,
        Kind::NetworkLink,
        Kind::Network,
        Kind::HardwareProfile,
        Kind::HostProfile,
        Kind::BaremetalNode,
        Kind::BootAction,
    ];

    /// The built-in kind of this name.
    pub fn built_in(name: &str) -> Option<Kind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The kind as it is written.
    pub fn as_str(&self) -> &str {
        match self {
            Kind::Region => "Region",
            Kind::Rack => "Rack",
            Kind::NetworkLink => "NetworkLink",
            Kind::Network => "Network",
            Kind::HardwareProfile => "HardwareProfile",
            Kind::HostProfile => "HostProfile",
            Kind::BaremetalNode => "BaremetalNode",
            Kind::BootAction => "BootAction",
            Kind::Other(name) => name,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Which document: its kind and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct DocumentId {
    /// The document's kind.
    pub kind: Kind,
    /// The document's name.
    pub name: SmolStr,
}

impl DocumentId {
    /// The identity of the document of this kind and name.
    pub fn new(kind: Kind, name: impl Into<SmolStr>) -> Self {
        Self {
            kind,
            name: name.into(),
        }
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}
