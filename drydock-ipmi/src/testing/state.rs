//! All that a simulated BMC is, apart from how datagrams reach it.

use super::{
    boot::BootOptions,
    faults::Faults,
    log::{Closed, Effect, Log},
    machine::{Firmware, Machine},
    random::Random,
    sel::Sel,
    sessions::{Active, Sessions},
    settings::BmcSettings,
    sol::Sol,
    users::Users,
};
use crate::command::chassis::ChassisControl;
use std::{net::SocketAddr, time::Duration};

/// A simulated BMC's state. Commands act on it.
#[derive(Debug)]
pub(super) struct State {
    pub(super) settings: BmcSettings,
    pub(super) guid: [u8; 16],
    pub(super) random: Random,
    pub(super) users: Users,
    pub(super) sessions: Sessions,
    /// The session that is closed as soon as it has its answer.
    pub(super) closing: Option<u32>,
    pub(super) boot: BootOptions,
    /// Why the machine started last (IPMI 2.0 §28.11).
    pub(super) restart_cause: u8,
    /// Bits 6 to 5 of Get Chassis Status.
    pub(super) restore_policy: u8,
    pub(super) identify_until: Option<Duration>,
    pub(super) sel: Sel,
    pub(super) sdr_reservation: u16,
    /// Readings that are not those of the hardware's sensors.
    pub(super) readings: Vec<(u8, Option<u8>)>,
    pub(super) sol: Sol,
    pub(super) machine: Box<dyn Machine>,
    was_on: bool,
    reverts: Vec<(Duration, Revert)>,
    pub(super) faults: Faults,
    pub(super) log: Log,
    /// What is to be sent, beside the answer.
    pub(super) unasked: Vec<(SocketAddr, Vec<u8>)>,
}

/// What goes back to what it was.
#[derive(Debug, Clone, Copy)]
enum Revert {
    Boot([u8; 5]),
    Power(ChassisControl),
}

impl State {
    pub(super) fn new(mut settings: BmcSettings, machine: Box<dyn Machine>) -> Self {
        let mut random = Random::new(settings.seed);
        let users = Users::new(&std::mem::take(&mut settings.users));
        Self {
            guid: random.array(),
            random,
            users,
            sessions: Sessions::default(),
            closing: None,
            boot: BootOptions::default(),
            restart_cause: 0,
            restore_policy: 0,
            identify_until: None,
            sel: Sel::new(settings.clock),
            sdr_reservation: 0,
            readings: Vec::new(),
            sol: Sol::default(),
            was_on: machine.is_on(),
            machine,
            reverts: Vec::new(),
            faults: settings.faults.clone(),
            log: Log::default(),
            unasked: Vec::new(),
            settings,
        }
    }

    /// Lets all that has a time happen, up to `now`, each at its own time and in its order.
    pub(super) fn advance(&mut self, now: Duration) {
        let mut last = None;
        // Times that do not grow, as a machine of a host might name, do not hold it up.
        while let Some(due) = self
            .poll_timeout()
            .filter(|due| *due < now && Some(*due) > last)
        {
            self.advance_to(due);
            last = Some(due);
        }
        self.advance_to(now);
    }

    fn advance_to(&mut self, now: Duration) {
        self.advance_machine(now);
        if self.boot.handle_timeout(now) {
            self.log.add(now, Effect::BootOptionsExpired);
        }
        while let Some(index) = self.reverts.iter().position(|(due, _)| *due <= now) {
            let (_, revert) = self.reverts.swap_remove(index);
            match revert {
                Revert::Boot(flags) => self.boot.set_flags(now, flags),
                Revert::Power(action) => self.machine.control(now, action),
            }
            self.log.add(now, Effect::Reverted);
            self.advance_machine(now);
        }
        self.close_idle(now);
        self.pump_console(now);
    }

    /// When [`Self::advance`] has something to do again.
    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        let reverts = self.reverts.iter().map(|(due, _)| *due);
        self.machine
            .poll_timeout()
            .into_iter()
            .chain(self.boot.poll_timeout())
            .chain(self.sol.poll_timeout())
            .chain(self.session_ends().map(|(due, _)| due))
            .chain(reverts)
            .min()
    }

    fn advance_machine(&mut self, now: Duration) {
        let mut firmware = Firmware {
            now,
            boot: &mut self.boot,
            log: &mut self.log,
        };
        self.machine.advance(now, &mut firmware);
        let is_on = self.machine.is_on();
        if is_on != self.was_on {
            self.was_on = is_on;
            let effect = if is_on {
                Effect::TurnedOn
            } else {
                Effect::TurnedOff
            };
            self.log.add(now, effect);
        }
    }

    /// Carries a Chassis Control out, or lies about it.
    pub(super) fn control(&mut self, now: Duration, action: ChassisControl) {
        self.boot.restart_timer(now);
        let carried_out = !self.faults.power_lies;
        self.log.add(
            now,
            Effect::PowerAsked {
                action,
                carried_out,
            },
        );
        if !carried_out {
            return;
        }
        if let Some(after) = self.faults.reverts_after {
            let back = if self.machine.is_on() {
                ChassisControl::On
            } else {
                ChassisControl::Off
            };
            self.reverts
                .push((now.saturating_add(after), Revert::Power(back)));
        }
        self.restart_cause = 1;
        self.machine.control(now, action);
        self.advance_machine(now);
    }

    /// Sets boot parameter 5, as far as the faults let it.
    pub(super) fn set_boot_flags(&mut self, now: Duration, flags: [u8; 5]) {
        if self.faults.boot_lies {
            return;
        }
        if let Some(after) = self.faults.reverts_after {
            let before = Revert::Boot(self.boot.flags);
            self.reverts.push((now.saturating_add(after), before));
        }
        let flags =
            BootOptions::without(flags, self.faults.loses_efi, self.faults.loses_persistent);
        self.boot.set_flags(now, flags);
        let told = self.boot.told();
        self.log.add(now, Effect::BootOptionsSet { told });
    }

    /// The open session of this id.
    pub(super) fn active(&self, id: Option<u32>) -> Option<&Active> {
        self.sessions.find(id?)?.active()
    }

    /// Ends a session, and what it had.
    pub(super) fn close(&mut self, now: Duration, id: u32, why: Closed) {
        if self.sol.session() == Some(id) {
            self.release_console(now);
        }
        if self.sessions.remove(id).is_some() {
            self.log.add(now, Effect::SessionClosed { id, why });
        }
    }

    fn session_ends(&self) -> impl Iterator<Item = (Duration, u32)> {
        let never = self.faults.never_frees_slots;
        let settings = &self.settings;
        self.sessions
            .ends(settings.idle_timeout, settings.login_timeout)
            .filter(move |_| !never)
            .map(|(due, session)| (due, session.id))
    }

    fn close_idle(&mut self, now: Duration) {
        let over: Vec<u32> = self
            .session_ends()
            .filter(|(due, _)| *due <= now)
            .map(|(_, id)| id)
            .collect();
        for id in over {
            let why = match self.active(Some(id)) {
                Some(_) => Closed::Idle,
                None => Closed::Unfinished,
            };
            self.close(now, id, why);
        }
    }
}
