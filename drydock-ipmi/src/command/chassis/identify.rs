//! Chassis Identify (IPMI 2.0 §28.5).

use crate::{
    command::{Command, Malformed, Repeat, Request},
    wire::NetFn,
};

/// Lights up the machine so that people find it. Sent twice, it lights as long as sent once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identify {
    /// For so many seconds.
    Seconds(u8),
    /// Until it is turned off. Not every BMC can (0xC7, 0xCC).
    On,
    /// No longer.
    Off,
}

impl Command for Identify {
    type Answer = ();

    fn name(&self) -> &'static str {
        "Chassis Identify"
    }

    fn request(&self) -> Request {
        let data = match self {
            Self::Seconds(seconds) => vec![*seconds],
            Self::On => vec![0, 1],
            Self::Off => vec![0],
        };
        Request::new(NetFn::CHASSIS, 0x04, data)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_on_without_end_has_a_second_octet() {
        assert_eq!(Identify::Seconds(15).request().data, [15]);
        assert_eq!(Identify::On.request().data, [0, 1]);
        assert_eq!(Identify::Off.request().data, [0]);
    }
}
