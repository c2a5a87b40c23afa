//! Set and Get System Boot Options (IPMI 2.0 §28.12, §28.13).

use super::BootParameter;
use crate::{
    command::{Command, Malformed, Repeat, Request},
    octets::Octets,
    wire::NetFn,
};

const NOT_SUPPORTED: (u8, &str) = (0x80, "the parameter is not supported");

/// Writes a boot option parameter. Twice is as good as once, but for "in progress", whose second is answered 0x81.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetBootOption(pub BootParameter);

impl Command for SetBootOption {
    type Answer = ();

    fn name(&self) -> &'static str {
        match self.0 {
            BootParameter::SetInProgress(_) => "Set System Boot Options (set in progress)",
            BootParameter::ValidBitClearing(_) => "Set System Boot Options (valid bit clearing)",
            BootParameter::Acknowledge { .. } => "Set System Boot Options (acknowledge)",
            BootParameter::Flags(_) => "Set System Boot Options (boot flags)",
            BootParameter::Other { .. } => "Set System Boot Options",
        }
    }

    fn request(&self) -> Request {
        let mut data = vec![self.0.number()];
        data.extend(self.0.emit());
        Request::new(NetFn::CHASSIS, 0x08, data)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[
            NOT_SUPPORTED,
            (0x81, "somebody else is writing boot options"),
            (0x82, "the parameter cannot be written"),
        ]
    }
}

/// Reads a boot option parameter, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetBootOption(pub u8);

impl Command for GetBootOption {
    type Answer = BootOption;

    fn name(&self) -> &'static str {
        "Get System Boot Options"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::CHASSIS, 0x09, [self.0 & 0x7f, 0, 0])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<BootOption, Malformed> {
        let mut octets = Octets::new(data);
        let version = octets.u8()? & 0x0f;
        let number = octets.u8()?;
        if number & 0x7f != self.0 & 0x7f {
            return Err(Malformed("the answer is of another parameter"));
        }
        Ok(BootOption {
            version,
            locked: number & 0x80 != 0,
            parameter: BootParameter::parse(number, octets.rest())?,
        })
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[NOT_SUPPORTED]
    }
}

/// A boot option parameter as a BMC has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootOption {
    /// The version of the parameters; 1.
    pub version: u8,
    /// Whether it is marked invalid or locked, whatever it says.
    pub locked: bool,
    /// The parameter.
    pub parameter: BootParameter,
}

impl BootOption {
    /// As a BMC answers.
    pub fn emit(&self) -> Vec<u8> {
        let locked = if self.locked { 0x80 } else { 0 };
        let mut data = vec![self.version & 0x0f, self.parameter.number() | locked];
        data.extend(self.parameter.emit());
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::boot::{BootDevice, BootFlags};
    use proptest::prelude::*;

    #[test]
    fn a_parameter_is_written_and_read() {
        let flags = BootFlags::once(BootDevice::Pxe).efi();
        let set = SetBootOption(BootParameter::Flags(flags)).request();
        assert_eq!(
            (set.command, &*set.data),
            (0x08, &[5, 0xa0, 4, 0, 0, 0][..])
        );
        let set = SetBootOption(BootParameter::NO_TIMER).request();
        assert_eq!(set.data, [3, 8]);
        let set = SetBootOption(BootParameter::FOR_FIRMWARE).request();
        assert_eq!(set.data, [4, 1, 1]);
        assert_eq!(GetBootOption(5).request().data, [5, 0, 0]);
        let answer = [0x01, 0x05, 0xa0, 0x04, 0x00, 0x00, 0x00];
        let option = GetBootOption(5).answer(&answer).unwrap();
        assert_eq!(option.parameter, BootParameter::Flags(flags));
        assert_eq!(option.emit(), answer);
        assert!(GetBootOption(4).answer(&answer).is_err());
    }

    proptest! {
        #[test]
        fn any_octets_are_an_option_or_malformed(number in 0_u8..128, mut data: Vec<u8>) {
            if let Some(answered) = data.get_mut(1) {
                *answered = number | (*answered & 0x80);
            }
            match GetBootOption(number).answer(&data) {
                Ok(option) => {
                    let again = GetBootOption(number).answer(&option.emit());
                    prop_assert_eq!(again, Ok(option));
                }
                Err(_) => prop_assert!(data.len() < 4),
            }
        }
    }
}
