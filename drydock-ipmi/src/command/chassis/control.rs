//! Chassis Control (IPMI 2.0 §28.3).

use crate::{
    command::{Command, Malformed, Repeat, Request},
    wire::NetFn,
};

/// Does something to the machine's power.
///
/// It is never sent again unseen: a second cycle or reset is one too many, and a late "off" or "on" may undo what somebody
/// did in between. After an unknown outcome, look at the chassis status first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ChassisControl {
    /// Power off at once, without asking the operating system.
    Off = 0,
    /// Power on.
    On = 1,
    /// Off, and on again after at least a second. Some BMCs refuse it (0xD5) when the machine is off.
    Cycle = 2,
    /// Hard reset.
    Reset = 3,
    /// A diagnostic interrupt: the operating system panics or dumps, if it is set up so.
    Diagnostic = 4,
    /// Asks the operating system, by ACPI, to shut down. That it is done does not mean that it will.
    SoftShutdown = 5,
}

impl ChassisControl {
    /// What the data of a request says; for the other side.
    pub const fn new(number: u8) -> Option<Self> {
        match number & 0x0f {
            0 => Some(Self::Off),
            1 => Some(Self::On),
            2 => Some(Self::Cycle),
            3 => Some(Self::Reset),
            4 => Some(Self::Diagnostic),
            5 => Some(Self::SoftShutdown),
            _ => None,
        }
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl Command for ChassisControl {
    type Answer = ();

    fn name(&self) -> &'static str {
        match self {
            Self::Off => "Chassis Control (power off)",
            Self::On => "Chassis Control (power on)",
            Self::Cycle => "Chassis Control (power cycle)",
            Self::Reset => "Chassis Control (hard reset)",
            Self::Diagnostic => "Chassis Control (diagnostic interrupt)",
            Self::SoftShutdown => "Chassis Control (soft shutdown)",
        }
    }

    fn request(&self) -> Request {
        Request::new(NetFn::CHASSIS, 0x02, [self.number()])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Never
    }

    fn answer(&self, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_asked_by_its_number_and_never_twice() {
        for number in 0..6 {
            let control = ChassisControl::new(number).unwrap();
            assert_eq!(control.request().data, [number]);
            assert_eq!(control.repeat(), Repeat::Never);
        }
        assert_eq!(ChassisControl::new(6), None);
    }
}
