//! Activate and Deactivate Payload for Serial over LAN (IPMI 2.0 §24.1, §24.2).

use crate::{
    command::{Command, Malformed, Repeat, Request},
    octets::Octets,
    wire::NetFn,
};

const SOL: u8 = 1;
const INSTANCE: u8 = 1;
/// The payload is encrypted and authenticated, as all of the session is.
const SEALED: u8 = 0xc0;

/// Begins Serial over LAN. Asked twice, it says that somebody has it (0x80): perhaps we.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivatePayload;

impl Command for ActivatePayload {
    type Answer = Activated;

    fn name(&self) -> &'static str {
        "Activate Payload"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::APP, 0x48, [SOL, INSTANCE, SEALED, 0, 0, 0])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<Activated, Malformed> {
        let mut octets = Octets::new(data);
        octets.array::<4>()?;
        Ok(Activated {
            inbound_size: octets.u16()?,
            // Some BMCs end here.
            outbound_size: octets.u16().unwrap_or(0),
            port: octets.u16().unwrap_or(0),
        })
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[
            (0x80, "another session has the console"),
            (0x81, "Serial over LAN is disabled"),
            (0x82, "there are as many consoles as there can be"),
            (0x83, "the console may not be encrypted"),
            (0x84, "the console has to be encrypted"),
        ]
    }
}

/// What a BMC says of the console that it gives. Sizes and port are wrong with many BMCs: they are hints, not limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activated {
    /// The largest payload to the BMC, with its head.
    pub inbound_size: u16,
    /// The largest payload from the BMC, with its head.
    pub outbound_size: u16,
    /// The UDP port; mostly that of the session.
    pub port: u16,
}

impl Activated {
    /// As a BMC answers.
    pub fn emit(&self) -> Vec<u8> {
        const NO_VLAN: [u8; 2] = [0xff, 0xff];
        let mut data = vec![0; 4];
        for number in [self.inbound_size, self.outbound_size, self.port] {
            data.extend(number.to_le_bytes());
        }
        data.extend(NO_VLAN);
        data
    }
}

/// Ends Serial over LAN, whoever has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeactivatePayload;

impl Command for DeactivatePayload {
    type Answer = ();

    fn name(&self) -> &'static str {
        "Deactivate Payload"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::APP, 0x49, [SOL, INSTANCE, 0, 0, 0, 0])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[
            (0x80, "it is not active"),
            (0x81, "Serial over LAN is disabled"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_payload_is_activated_sealed_and_its_sizes_are_read() {
        assert_eq!(ActivatePayload.request().data, [1, 1, 0xc0, 0, 0, 0]);
        assert_eq!(DeactivatePayload.request().data, [1, 1, 0, 0, 0, 0]);
        let answer = [0, 0, 0, 0, 0x03, 0x01, 0x03, 0x01, 0x6f, 0x02, 0xff, 0xff];
        let activated = ActivatePayload.answer(&answer).unwrap();
        assert_eq!((activated.inbound_size, activated.port), (259, 623));
        assert_eq!(activated.emit(), answer);
    }

    proptest! {
        #[test]
        fn any_octets_are_an_answer_or_too_short(data: Vec<u8>) {
            match ActivatePayload.answer(&data) {
                Ok(activated) => {
                    prop_assert_eq!(ActivatePayload.answer(&activated.emit()), Ok(activated));
                }
                Err(_) => prop_assert!(data.len() < 6),
            }
        }
    }
}
