//! A machine's power: what switching it on and off does to it, and where it boots from.

use super::Machine;
use drydock_core::driver::{BootDevice, PowerAction, PowerState};
use std::time::Duration;

#[derive(Debug)]
pub(super) struct PowerChange {
    until: Duration,
    to: PowerState,
    way: Way,
}

/// Whether the way from the machine to the network it boots from is open when it is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulated) enum Way {
    /// It boots from where it is told to.
    Open,
    /// It would boot from the network, and its switch port leads elsewhere: it waits there for ever.
    Closed,
    /// Its BMC has forgotten the boot device.
    Forgotten,
}

impl Machine {
    /// Lets a change of power happen that is due by now.
    pub(super) fn settle_power(&mut self, now: Duration) {
        if let Some(change) = self.power_change.take_if(|change| change.until <= now) {
            match change.to {
                PowerState::On => self.boot(change.way),
                _ => self.lose_power(),
            }
        }
    }

    /// Whether the machine's power is about to change.
    pub(in crate::simulated) fn power_changes(&self) -> bool {
        self.power_change.is_some()
    }

    /// Whether its BMC says that it is on although it is not yet.
    pub(in crate::simulated) fn lies(&self, now: Duration) -> bool {
        self.lies_until.is_some_and(|until| now < until)
    }

    /// Begins a change of power.
    pub(in crate::simulated) fn switch(
        &mut self,
        action: PowerAction,
        now: Duration,
        takes: Duration,
        way: Way,
    ) -> bool {
        let to = match action {
            PowerAction::Off | PowerAction::SoftOff => PowerState::Off,
            _ => PowerState::On,
        };
        let heading_for = self
            .power_change
            .as_ref()
            .map_or(self.node.power, |change| change.to);
        let again = matches!(action, PowerAction::Cycle | PowerAction::Reset);
        if heading_for == to && !again {
            return false;
        }
        if action == PowerAction::Cycle {
            self.lose_power();
        }
        self.power_change = Some(PowerChange {
            until: now.saturating_add(takes),
            to,
            way,
        });
        true
    }

    /// Switches it on as a server driver does that has the power itself.
    pub(in crate::simulated) fn boot_from_network(&mut self) {
        self.power_change = None;
        self.node.next_boot = Some(BootDevice::Pxe);
        self.boot(Way::Open);
    }

    pub(super) fn boot(&mut self, way: Way) {
        self.lies_until = None;
        self.node.power = PowerState::On;
        self.node.booted_from = match (self.node.next_boot.take(), way) {
            (Some(BootDevice::Pxe), Way::Closed) => None,
            (_, Way::Forgotten) | (None, _) => Some(BootDevice::Disk),
            (device, _) => device,
        };
        self.node.counters.power_cycled += 1;
    }

    pub(super) fn lose_power(&mut self) {
        self.node.power = PowerState::Off;
        self.node.booted_from = None;
    }

    /// One whose BMC said too early that it is on is on when it is needed.
    pub(super) fn boot_by_lie(&mut self) {
        if let Some(change) = self.power_change.take()
            && self.lies_until.is_some()
        {
            self.boot(change.way);
        }
    }
}
