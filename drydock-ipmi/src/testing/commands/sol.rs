//! The configuration of serial-over-LAN (IPMI 2.0 §26.2, §26.3, table 26-5).

use super::{ADMINISTRATOR, Call, Known, Refusal, Reply, USER, channel, known};
use crate::{
    octets::Octets,
    testing::state::State,
    wire::{CompletionCode, NetFn},
};

pub(super) const COMMANDS: &[Known] = &[
    known(NetFn::TRANSPORT, 0x21, ADMINISTRATOR, set),
    known(NetFn::TRANSPORT, 0x22, USER, read),
];

const UNSUPPORTED: Refusal = Refusal(CompletionCode(0x80));
const READ_ONLY: Refusal = Refusal(CompletionCode(0x82));

fn read(state: &mut State, call: &Call<'_>) -> Reply {
    let [number, parameter, _, _] = Octets::new(call.data).array()?;
    if channel::number(number) != 1 {
        return Err(Refusal::INVALID_FIELD);
    }
    if number & 0x80 != 0 {
        return Ok(vec![0x11]);
    }
    let parameters = &state.sol.parameters;
    let [kept, current] = parameters.bit_rates;
    let value = match parameter {
        0 => vec![0x00],
        1 => vec![parameters.enabled],
        2 => vec![parameters.authentication],
        3 => parameters.accumulation.to_vec(),
        4 => parameters.retry.to_vec(),
        5 => vec![kept],
        6 => vec![current],
        7 => vec![0x01],
        8 => state.settings.port.to_le_bytes().to_vec(),
        _ => return Err(UNSUPPORTED),
    };
    Ok([vec![0x11], value].concat())
}

fn set(state: &mut State, call: &Call<'_>) -> Reply {
    let mut octets = Octets::new(call.data);
    let [number, parameter] = octets.array()?;
    if channel::number(number) != 1 {
        return Err(Refusal::INVALID_FIELD);
    }
    let parameters = &mut state.sol.parameters;
    let [kept, current] = &mut parameters.bit_rates;
    match parameter {
        0 => {
            octets.u8()?;
        }
        1 => parameters.enabled = octets.u8()? & 0x01,
        2 => parameters.authentication = octets.u8()?,
        3 => parameters.accumulation = octets.array()?,
        4 => parameters.retry = octets.array()?,
        5 => *kept = octets.u8()?,
        6 => *current = octets.u8()?,
        7 | 8 => return Err(READ_ONLY),
        _ => return Err(UNSUPPORTED),
    }
    Ok(Vec::new())
}
