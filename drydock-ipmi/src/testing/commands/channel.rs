//! Channels: 0 is the IPMB, 1 the LAN, 15 the system's own interface (IPMI 2.0 §22.22 to §22.24).

use super::{Call, Known, Refusal, Reply, USER, known};
use crate::{octets::Octets, testing::state::State, wire::NetFn};

pub(super) const COMMANDS: &[Known] = &[
    known(NetFn::APP, 0x41, USER, access),
    known(NetFn::APP, 0x42, USER, channel),
];

/// The channel's number, with 14 for the one it was asked over.
pub(super) fn number(octet: u8) -> u8 {
    match octet & 0x0f {
        0x0e => 1,
        number => number,
    }
}

fn access(_: &mut State, call: &Call<'_>) -> Reply {
    let [channel, which] = Octets::new(call.data).array()?;
    match (number(channel), which >> 6) {
        // Always available, every user and every message authenticated; ADMINISTRATOR at most.
        (1, 1 | 2) => Ok(vec![0x22, 0x04]),
        _ => Err(Refusal::INVALID_FIELD),
    }
}

fn channel(state: &mut State, call: &Call<'_>) -> Reply {
    let number = number(Octets::new(call.data).u8()?);
    let (medium, protocol, sessions) = match number {
        0 => (0x01, 0x01, 0x00),
        1 => {
            let many = u8::try_from(state.sessions.open().count()).unwrap_or(0x3f);
            (0x04, 0x01, 0x80 | many.min(0x3f))
        }
        15 => (0x0c, 0x05, 0x00),
        _ => return Err(Refusal::INVALID_FIELD),
    };
    // The enterprise number of IPMI itself: 7154.
    Ok(vec![
        number, medium, protocol, sessions, 0xf2, 0x1b, 0x00, 0x00, 0x00,
    ])
}
