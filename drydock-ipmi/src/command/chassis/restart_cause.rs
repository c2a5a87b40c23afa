//! Get System Restart Cause (IPMI 2.0 §28.11).

use crate::{
    command::{Command, Malformed, Repeat, Request},
    octets::Octets,
    wire::NetFn,
};
use std::fmt;

/// Asks why the machine last started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetRestartCause;

impl Command for GetRestartCause {
    type Answer = RestartCause;

    fn name(&self) -> &'static str {
        "Get System Restart Cause"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::CHASSIS, 0x07, [])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<RestartCause, Malformed> {
        Ok(RestartCause(Octets::new(data).u8()? & 0x0f))
    }
}

/// Why a machine last started, as on the wire; shown, it is told in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RestartCause(pub u8);

impl RestartCause {
    /// Nobody knows.
    pub const UNKNOWN: Self = Self(0);
    /// A Chassis Control command.
    pub const COMMAND: Self = Self(1);
    /// The watchdog.
    pub const WATCHDOG: Self = Self(4);
}

impl fmt::Display for RestartCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            0x0 => "unknown",
            0x1 => "Chassis Control command",
            0x2 => "reset button",
            0x3 => "power button",
            0x4 => "watchdog",
            0x5 => "OEM",
            0x6 => "mains power returned, always on",
            0x7 => "mains power returned, as before",
            0x8 => "reset by an event filter",
            0x9 => "power cycle by an event filter",
            0xa => "soft reset",
            0xb => "real-time clock",
            _ => "reserved",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_in_words() {
        let cause = GetRestartCause.answer(&[0x01, 0x0e]).unwrap();
        assert_eq!(cause, RestartCause::COMMAND);
        assert_eq!(cause.to_string(), "Chassis Control command");
        assert_eq!(RestartCause(0x0f).to_string(), "reserved");
        assert!(GetRestartCause.answer(&[]).is_err());
    }
}
