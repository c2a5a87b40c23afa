//! Get Watchdog Timer (IPMI 2.0 §27.7). It is only read: what it watches is not Drydock's.

use crate::{
    command::{Command, Malformed, Repeat, Request},
    octets::Octets,
    wire::NetFn,
};
use std::{fmt, time::Duration};

/// Asks what the watchdog does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetWatchdog;

impl Command for GetWatchdog {
    type Answer = Watchdog;

    fn name(&self) -> &'static str {
        "Get Watchdog Timer"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::APP, 0x25, [])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<Watchdog, Malformed> {
        let mut octets = Octets::new(data);
        Ok(Watchdog {
            usage: octets.u8()?,
            actions: octets.u8()?,
            before_expiry: Duration::from_secs(octets.u8()?.into()),
            expired: octets.u8()?,
            initial: countdown(octets.u16()?),
            // Some BMCs leave it out while the watchdog does not run.
            present: octets.u16().ok().map(countdown),
        })
    }
}

fn countdown(tenths: u16) -> Duration {
    Duration::from_millis(u64::from(tenths).saturating_mul(100))
}

/// What the watchdog does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watchdog {
    /// Who uses it, and whether it runs, as on the wire.
    pub usage: u8,
    /// What it does before and when it expires, as on the wire.
    pub actions: u8,
    /// How long before it expires it interrupts.
    pub before_expiry: Duration,
    /// Whose timers have expired, as on the wire.
    pub expired: u8,
    /// What it counts down from.
    pub initial: Duration,
    /// What it has come to, if that is told.
    pub present: Option<Duration>,
}

impl Watchdog {
    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.usage & 0x40 != 0
    }

    /// Who uses it.
    pub fn user(&self) -> WatchdogUser {
        match self.usage & 0x07 {
            1 => WatchdogUser::Firmware,
            2 => WatchdogUser::Post,
            3 => WatchdogUser::OsLoad,
            4 => WatchdogUser::Os,
            5 => WatchdogUser::Oem,
            _ => WatchdogUser::Nobody,
        }
    }

    /// What it does when it expires.
    pub fn action(&self) -> WatchdogAction {
        match self.actions & 0x07 {
            1 => WatchdogAction::Reset,
            2 => WatchdogAction::PowerOff,
            3 => WatchdogAction::Cycle,
            _ => WatchdogAction::Nothing,
        }
    }
}

/// Who uses the watchdog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchdogUser {
    /// Nobody.
    Nobody,
    /// The firmware, for FRB2.
    Firmware,
    /// The firmware, for POST.
    Post,
    /// Who loads the operating system.
    OsLoad,
    /// The operating system.
    Os,
    /// As the manufacturer says.
    Oem,
}

/// What the watchdog does when it expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchdogAction {
    /// Nothing, but to log it.
    Nothing,
    /// Hard reset.
    Reset,
    /// Power off.
    PowerOff,
    /// Power cycle.
    Cycle,
}

impl fmt::Display for WatchdogAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "nothing",
            Self::Reset => "hard reset",
            Self::PowerOff => "power off",
            Self::Cycle => "power cycle",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn says_what_it_does_and_when() {
        let data = [0x44, 0x01, 0x05, 0x10, 0x08, 0x07, 0x90, 0x01];
        let watchdog = GetWatchdog.answer(&data).unwrap();
        assert!(watchdog.is_running());
        assert_eq!(watchdog.user(), WatchdogUser::Os);
        assert_eq!(watchdog.action(), WatchdogAction::Reset);
        assert_eq!(watchdog.initial, Duration::from_secs(180));
        assert_eq!(watchdog.present, Some(Duration::from_secs(40)));
        // As ipmi_sim answers.
        let watchdog = GetWatchdog.answer(&[0; 6]).unwrap();
        assert!(!watchdog.is_running() && watchdog.present.is_none());
    }

    proptest! {
        #[test]
        fn any_octets_are_an_answer_or_too_short(data: Vec<u8>) {
            prop_assert_eq!(GetWatchdog.answer(&data).is_ok(), data.len() >= 6);
        }
    }
}
