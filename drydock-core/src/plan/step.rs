//! One step of a plan: everything that is needed to take it, decided.

use super::{Action, Target};
use crate::{
    driver::{
        Change, CustomAction, Identity, NetworkAction, PortIntent, PortPhase, Risk, ServerState,
    },
    model::MacAddr,
    names::{DriverName, StepId},
    resolve::ResolvedNode,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use smol_str::SmolStr;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// Its number in the plan.
    pub id: StepId,
    /// What it is done to.
    pub target: Target,
    /// The driver that does it.
    pub driver: DriverName,
    /// What is done.
    pub action: Action,
    /// What the switch port shall carry, where the target is one.
    pub port: Option<Arc<PortIntent>>,
    /// What it brings from what was observed to what is designed.
    pub changes: Vec<Change>,
    /// Why it is needed.
    pub reason: String,
    /// What it puts at risk.
    pub risk: Risk,
    /// What must still hold when it comes up.
    pub precondition: Precondition,
    /// The steps that must be done first, in order.
    pub needs: Vec<StepId>,
}

/// By which kind of driver a step's target is observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ObservedAs {
    /// By a network driver.
    Network,
    /// By an OOB driver.
    Machine,
    /// By a server driver.
    Server,
    /// By a step driver.
    Custom,
}

impl Step {
    /// By which kind of driver its target is observed.
    pub fn observed_as(&self) -> ObservedAs {
        match (&self.action, &self.target) {
            (Action::Network(_), _)
            | (Action::Verify, Target::Network(_) | Target::Port { .. }) => ObservedAs::Network,
            (Action::Oob(_), _) => ObservedAs::Machine,
            (Action::Server(_), _) | (Action::Verify, Target::Node(_)) => ObservedAs::Server,
            (Action::Custom(_), _) => ObservedAs::Custom,
        }
    }

    /// What is done, in words: the action, and for a switch port the phase that it is set up for.
    pub fn verb(&self) -> impl fmt::Display + '_ {
        Verb(self)
    }
}

struct Verb<'a>(&'a Step);

impl fmt::Display for Verb<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0.action, &self.0.port) {
            (Action::Network(NetworkAction::Ensure), Some(port)) => match port.phase {
                PortPhase::Boot => f.pad("set up for boot"),
                PortPhase::Production => f.pad("set up for production"),
            },
            (action, _) => action.fmt(f),
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            id: StepId,
            target: &'a Target,
            driver: &'a DriverName,
            action: &'a Action,
            #[serde(skip_serializing_if = "Option::is_none")]
            payload: Option<&'a BTreeMap<SmolStr, SmolStr>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            port: Option<&'a PortIntent>,
            changes: &'a [Change],
            reason: &'a str,
            risk: Risk,
            precondition: &'a Precondition,
            needs: &'a [StepId],
        }
        let payload = match &self.action {
            Action::Custom(action) => Some(action.payload()),
            _ => None,
        };
        Written {
            id: self.id,
            target: &self.target,
            driver: &self.driver,
            action: &self.action,
            payload,
            port: self.port.as_deref(),
            changes: &self.changes,
            reason: &self.reason,
            risk: self.risk,
            precondition: &self.precondition,
            needs: &self.needs,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            id: StepId,
            target: Target,
            driver: DriverName,
            action: SmolStr,
            payload: Option<BTreeMap<SmolStr, SmolStr>>,
            port: Option<PortIntent>,
            changes: Vec<Change>,
            reason: String,
            risk: Risk,
            precondition: Precondition,
            needs: Vec<StepId>,
        }
        let written = Written::deserialize(deserializer)?;
        // A host's own verb may be any word; only its steps have a payload.
        let action = match written.payload {
            Some(payload) => {
                let action = CustomAction::new(written.driver.clone(), written.action);
                let with = |action: CustomAction, (name, value)| action.with(name, value);
                Action::Custom(payload.into_iter().fold(action, with))
            }
            None => Action::built_in(&written.action)
                .ok_or_else(|| Error::custom(format!("there is no action {}", written.action)))?,
        };
        Ok(Self {
            id: written.id,
            target: written.target,
            driver: written.driver,
            action,
            port: written.port.map(Arc::new),
            changes: written.changes,
            reason: written.reason,
            risk: written.risk,
            precondition: written.precondition,
            needs: written.needs,
        })
    }
}

/// What must hold of a target when a step on it is first taken; else the step fails and touches nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Precondition {
    /// The server is in one of these states; any, when there are none.
    pub states: Vec<ServerState>,
    /// The machine is the one of this identity. Every destructive step of a server or of a step driver has one; without it
    /// none is planned, and none taken.
    pub identity: Option<DesignedIdentity>,
}

/// Who a machine is by its design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesignedIdentity {
    /// Its serial number.
    pub serial: Option<SmolStr>,
    /// The hardware address it boots from.
    pub boot_mac: Option<MacAddr>,
}

impl DesignedIdentity {
    /// What the design says of the node's identity; nothing where it says neither.
    pub fn of(node: &ResolvedNode) -> Option<Self> {
        let serial = node.serial().cloned();
        let boot_mac = node.spec.metadata.boot_mac;
        (serial.is_some() || boot_mac.is_some()).then_some(Self { serial, boot_mac })
    }

    /// Whether what was seen is this machine: its serial number, or where none was seen its boot MAC, is the designed
    /// one, and neither contradicts.
    pub fn is(&self, seen: &Identity) -> bool {
        let serial = self
            .serial
            .as_ref()
            .zip(seen.serial.as_ref())
            .map(|(designed, seen)| designed == seen);
        let mac = self
            .boot_mac
            .filter(|_| !seen.macs.is_empty())
            .map(|mac| seen.macs.contains(&mac));
        match (serial, mac) {
            (Some(serial), Some(mac)) => serial && mac,
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_known_by_what_was_seen() {
        let mac = MacAddr([2, 0, 0, 0, 0, 1]);
        let designed = DesignedIdentity {
            serial: Some("S1".into()),
            boot_mac: Some(mac),
        };
        let seen = |serial: Option<&str>, macs: &[MacAddr]| {
            Identity::new(serial.map(Into::into), macs.to_vec())
        };
        assert!(designed.is(&seen(Some("S1"), &[mac])) && designed.is(&seen(None, &[mac])));
        assert!(!designed.is(&seen(None, &[])) && !designed.is(&seen(Some("S2"), &[mac])));
        assert!(!designed.is(&seen(Some("S1"), &[MacAddr([9; 6])])));
    }
}
