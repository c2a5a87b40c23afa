//! LAN parameters (IPMI 2.0 §23.2, table 23-4). They can only be read.

use super::{Call, Known, OPERATOR, Refusal, Reply, channel, known};
use crate::{
    octets::Octets,
    testing::state::State,
    wire::{CompletionCode, NetFn},
};

pub(super) const COMMANDS: &[Known] = &[known(NetFn::TRANSPORT, 0x02, OPERATOR, read)];

fn read(state: &mut State, call: &Call<'_>) -> Reply {
    let [number, parameter, _, _] = Octets::new(call.data).array()?;
    if channel::number(number) != 1 {
        return Err(Refusal::INVALID_FIELD);
    }
    // Bit 7 of the channel: only the revision.
    if number & 0x80 != 0 {
        return Ok(vec![0x11]);
    }
    let value = value(state, parameter).ok_or(Refusal(CompletionCode(0x80)))?;
    Ok([vec![0x11], value].concat())
}

fn value(state: &State, parameter: u8) -> Option<Vec<u8>> {
    let suites = &state.settings.suites;
    let [a, b, c, d, e, ..] = state.guid;
    let [first, second, third, _] = state.settings.address.octets();
    Some(match parameter {
        0 => vec![0x00],
        // No authentication of v1.5, for no level.
        1 => vec![0x00],
        2 => vec![0x00; 5],
        3 => state.settings.address.octets().to_vec(),
        4 => vec![0x01],
        // Locally administered.
        5 => vec![0x02, a, b, c, d, e],
        6 => vec![255, 255, 255, 0],
        7 => vec![0x40, 0x40, 0x10],
        12 => vec![first, second, third, 254],
        13 => vec![0x02, 0, 0, 0, 0, 0xfe],
        14 => vec![0; 4],
        15 => vec![0; 6],
        16 => b"public\0\0\0\0\0\0\0\0\0\0\0\0".to_vec(),
        20 => vec![0x00, 0x00],
        21 => vec![0x00],
        22 => vec![u8::try_from(suites.len()).ok()?],
        23 => {
            let numbers = suites.iter().map(|suite| suite.number());
            let mut entries: Vec<u8> = [0].into_iter().chain(numbers).collect();
            entries.resize(17, 0);
            entries
        }
        24 => {
            // Each suite up to ADMINISTRATOR; two to an octet.
            let mut levels = vec![0; 9];
            for (octet, of) in levels.iter_mut().skip(1).zip(suites.chunks(2)) {
                *octet = if of.len() == 2 { 0x44 } else { 0x04 };
            }
            levels
        }
        _ => return None,
    })
}
