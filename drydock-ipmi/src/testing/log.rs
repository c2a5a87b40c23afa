//! What happened at a simulated BMC, for tests to ask.

use crate::command::{boot::BootFlags, chassis::ChassisControl};
use std::{collections::VecDeque, time::Duration};

/// So many effects are kept, the latest.
const KEPT: usize = 4096;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Chassis Control was carried out, or a lie was told about it.
    PowerAsked {
        /// What was asked for.
        action: ChassisControl,
        /// Whether the machine was told.
        carried_out: bool,
    },
    /// The machine is on now.
    TurnedOn,
    /// The machine is off now.
    TurnedOff,
    /// The machine starts.
    Started {
        /// What the boot options told it.
        from: Option<BootFlags>,
    },
    /// Boot options were set.
    BootOptionsSet {
        /// What the firmware would be told from now on.
        told: Option<BootFlags>,
    },
    /// Boot options lost their valid bit after 60 s.
    BootOptionsExpired,
    /// What was set went back to what it was ([`Faults::reverts_after`](super::Faults::reverts_after)).
    Reverted,
    /// Chassis Identify was asked for: for so many seconds; none means until it is switched off.
    Identify {
        /// How long; 0 switches it off.
        seconds: Option<u8>,
    },
    /// A session was opened: its handshake ended well.
    SessionOpened {
        /// The BMC's number of it.
        id: u32,
    },
    /// A session, or the beginning of one, ended.
    SessionClosed {
        /// The BMC's number of it.
        id: u32,
        /// Why.
        why: Closed,
    },
    /// A session was refused because all slots were taken.
    SlotsFull,
    /// The SEL was cleared.
    SelCleared,
    /// A user's password was set.
    PasswordSet {
        /// The user's number.
        user: u8,
    },
    /// The console was taken by this session.
    ConsoleActivated {
        /// The session.
        id: u32,
    },
    /// This session lost the console, or gave it back.
    ConsoleDeactivated {
        /// The session.
        id: u32,
    },
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Closed {
    /// By Close Session.
    Asked,
    /// Nothing came for too long.
    Idle,
    /// The handshake failed.
    Refused,
    /// Its handshake was not ended in time.
    Unfinished,
}

/// Effects with their times, the latest [`KEPT`].
#[derive(Debug, Default)]
pub(super) struct Log {
    effects: VecDeque<(Duration, Effect)>,
}

impl Log {
    pub(super) fn add(&mut self, now: Duration, effect: Effect) {
        if self.effects.len() >= KEPT {
            self.effects.pop_front();
        }
        self.effects.push_back((now, effect));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Duration, Effect)> {
        self.effects.iter()
    }

    pub(super) fn clear(&mut self) {
        self.effects.clear();
    }
}
