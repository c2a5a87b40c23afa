//! Get Chassis Status (IPMI 2.0 §28.2).

use crate::{
    command::{Command, Malformed, Repeat, Request},
    octets::Octets,
    wire::NetFn,
};

/// Asks whether the machine is on, and what is wrong with its power, disks and fans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetChassisStatus;

impl Command for GetChassisStatus {
    type Answer = ChassisStatus;

    fn name(&self) -> &'static str {
        "Get Chassis Status"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::CHASSIS, 0x01, [])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<ChassisStatus, Malformed> {
        let mut octets = Octets::new(data);
        Ok(ChassisStatus {
            power: octets.u8()?,
            last_event: octets.u8()?,
            misc: octets.u8()?,
        })
    }
}

/// What the BMC says of the machine. The fields are as on the wire; the methods read them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChassisStatus {
    /// The current power state.
    pub power: u8,
    /// The last power event.
    pub last_event: u8,
    /// The state of the chassis.
    pub misc: u8,
}

impl ChassisStatus {
    /// As a BMC answers.
    pub fn emit(&self) -> Vec<u8> {
        vec![self.power, self.last_event, self.misc]
    }

    /// Whether the machine is on.
    pub fn is_on(&self) -> bool {
        self.power & 0x01 != 0
    }

    /// Whether it is off because it needs more power than there is.
    pub fn is_overloaded(&self) -> bool {
        self.power & 0x02 != 0
    }

    /// Whether the main power subsystem has a fault.
    pub fn has_power_fault(&self) -> bool {
        self.power & 0x08 != 0
    }

    /// Whether the BMC tried to change the power and could not.
    pub fn has_power_control_fault(&self) -> bool {
        self.power & 0x10 != 0
    }

    /// What it does when mains power returns.
    pub fn restore_policy(&self) -> PowerRestorePolicy {
        match (self.power >> 5) & 0x03 {
            0 => PowerRestorePolicy::StaysOff,
            1 => PowerRestorePolicy::AsBefore,
            2 => PowerRestorePolicy::TurnsOn,
            _ => PowerRestorePolicy::Unknown,
        }
    }

    /// Whether it was last turned on by a command.
    pub fn was_turned_on_by_command(&self) -> bool {
        self.last_event & 0x10 != 0
    }

    /// Whether the chassis was opened.
    pub fn is_intruded(&self) -> bool {
        self.misc & 0x01 != 0
    }

    /// Whether its buttons are locked.
    pub fn is_front_panel_locked(&self) -> bool {
        self.misc & 0x02 != 0
    }

    /// Whether a drive is at fault.
    pub fn has_drive_fault(&self) -> bool {
        self.misc & 0x04 != 0
    }

    /// Whether cooling or a fan is at fault.
    pub fn has_cooling_fault(&self) -> bool {
        self.misc & 0x08 != 0
    }

    /// Whether the identify light is on; none if the BMC does not say.
    pub fn is_identifying(&self) -> Option<bool> {
        let (says, state) = (self.misc & 0x40 != 0, (self.misc >> 4) & 0x03);
        says.then_some(state == 1 || state == 2)
    }
}

/// What a machine does when mains power returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerRestorePolicy {
    /// It stays off.
    StaysOff,
    /// It is as it was before.
    AsBefore,
    /// It turns on.
    TurnsOn,
    /// The BMC does not know.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn says_whether_it_is_on_and_what_is_wrong() {
        let status = GetChassisStatus.answer(&[0x21, 0x10, 0x40]).unwrap();
        assert!(status.is_on() && status.was_turned_on_by_command());
        assert_eq!(status.restore_policy(), PowerRestorePolicy::AsBefore);
        assert_eq!(status.is_identifying(), Some(false));
        let status = GetChassisStatus.answer(&[0x58, 0x00, 0x1d, 0x00]).unwrap();
        assert!(!status.is_on() && status.has_power_fault() && status.has_power_control_fault());
        assert!(status.is_intruded() && status.has_drive_fault() && status.has_cooling_fault());
        assert_eq!(status.restore_policy(), PowerRestorePolicy::TurnsOn);
        assert_eq!(status.is_identifying(), None);
        assert_eq!(status.emit(), [0x58, 0x00, 0x1d]);
    }

    proptest! {
        #[test]
        fn any_three_octets_are_a_status(data: Vec<u8>) {
            prop_assert_eq!(GetChassisStatus.answer(&data).is_ok(), data.len() >= 3);
        }
    }
}
