//! One step of a plan: everything that is needed to take it, decided.

use super::{Action, Target};
use crate::{
    driver::{Change, Identity, Risk, ServerState},
    model::MacAddr,
    names::{DriverName, StepId},
};
use serde::Serialize;
use smol_str::SmolStr;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
}

impl Step {
    /// By which kind of driver its target is observed.
    pub fn observed_as(&self) -> ObservedAs {
        match (self.action, &self.target) {
            (Action::Network(_), _) | (Action::Verify, Target::Network(_)) => ObservedAs::Network,
            (Action::Oob(_), _) => ObservedAs::Machine,
            (Action::Server(_), _) | (Action::Verify, Target::Node(_)) => ObservedAs::Server,
        }
    }
}

/// What must hold of a target when a step on it is first taken; else the step fails and touches nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Precondition {
    /// The server is in one of these states; any, when there are none.
    pub states: Vec<ServerState>,
    /// The server is the one of this identity, where the design says who it is.
    pub identity: Option<DesignedIdentity>,
}

/// Who a machine is by its design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DesignedIdentity {
    /// Its serial number.
    pub serial: Option<SmolStr>,
    /// The hardware address it boots from.
    pub boot_mac: Option<MacAddr>,
}

impl DesignedIdentity {
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
