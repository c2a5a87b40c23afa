//! The FRU inventory (IPMI 2.0 §34). There is one, of id 0.

use super::{Call, Known, Refusal, Reply, USER, known, part, sdr::check_length};
use crate::{octets::Octets, testing::state::State, wire::NetFn};

pub(super) const COMMANDS: &[Known] = &[
    known(NetFn::STORAGE, 0x10, USER, about),
    known(NetFn::STORAGE, 0x11, USER, read),
];

fn about(state: &mut State, call: &Call<'_>) -> Reply {
    if Octets::new(call.data).u8()? != 0 {
        return Err(Refusal::NOT_PRESENT);
    }
    let length = u16::try_from(state.settings.hardware.inventory.len()).unwrap_or(u16::MAX);
    let [low, high] = length.to_le_bytes();
    // Read by octets.
    Ok(vec![low, high, 0x00])
}

fn read(state: &mut State, call: &Call<'_>) -> Reply {
    let mut octets = Octets::new(call.data);
    let (id, offset, many) = (octets.u8()?, octets.u16()?, octets.u8()?);
    if id != 0 {
        return Err(Refusal::NOT_PRESENT);
    }
    check_length(state, many)?;
    let data = part(
        &state.settings.hardware.inventory,
        offset.into(),
        many.into(),
    )?;
    let count = u8::try_from(data.len()).unwrap_or(u8::MAX);
    Ok([&[count], data].concat())
}
