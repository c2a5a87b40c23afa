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

/// Begins Serial over LAN. Asked twice, it says that somebody has it: perhaps we.
#[derive(Debug, Clone, Copy)]
pub(super) struct ActivatePayload;

/// What the BMC says of the payload; its port and VLAN are not used, since there is one session on one port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Activated {
    /// The largest payload to the BMC, with its head.
    pub(super) inbound_size: u16,
}

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

/// Ends Serial over LAN, whoever has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct DeactivatePayload;

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

    #[test]
    fn a_payload_is_activated_sealed_and_its_size_is_read() {
        assert_eq!(ActivatePayload.request().data, [1, 1, 0xc0, 0, 0, 0]);
        let answer = [0, 0, 0, 0, 0x03, 0x01, 0x03, 0x01, 0x6f, 0x02, 0xff, 0xff];
        assert_eq!(ActivatePayload.answer(&answer).unwrap().inbound_size, 259);
        assert!(ActivatePayload.answer(&answer[..5]).is_err());
    }
}
