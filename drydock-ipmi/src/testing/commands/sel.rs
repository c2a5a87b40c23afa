//! The system event log (IPMI 2.0 §31).

use super::{Call, Known, OPERATOR, Refusal, Reply, USER, known, part};
use crate::{
    octets::Octets,
    testing::{faults::strikes, log::Effect, state::State},
    wire::{CompletionCode, NetFn},
};

pub(super) const COMMANDS: &[Known] = &[
    known(NetFn::STORAGE, 0x40, USER, about),
    known(NetFn::STORAGE, 0x42, USER, reserve),
    known(NetFn::STORAGE, 0x43, USER, read),
    known(NetFn::STORAGE, 0x44, OPERATOR, add),
    known(NetFn::STORAGE, 0x46, OPERATOR, delete),
    known(NetFn::STORAGE, 0x47, OPERATOR, clear),
    known(NetFn::STORAGE, 0x48, USER, clock),
    known(NetFn::STORAGE, 0x49, OPERATOR, set_clock),
];

const CANCELLED: Refusal = Refusal(CompletionCode::RESERVATION_CANCELLED);

fn about(state: &mut State, _: &Call<'_>) -> Reply {
    let sel = &state.sel;
    let (added, erased) = sel.changed();
    let mut answer = vec![0x51];
    answer.extend(sel.len().to_le_bytes());
    answer.extend(sel.free_octets().to_le_bytes());
    answer.extend(added.to_le_bytes());
    answer.extend(erased.to_le_bytes());
    // Reserve and delete there are.
    answer.push(0x0a | if sel.has_overflown() { 0x80 } else { 0x00 });
    Ok(answer)
}

fn reserve(state: &mut State, _: &Call<'_>) -> Reply {
    Ok(state.sel.reserve().to_le_bytes().to_vec())
}

fn read(state: &mut State, call: &Call<'_>) -> Reply {
    let mut octets = Octets::new(call.data);
    let (reservation, id) = (octets.u16()?, octets.u16()?);
    let [offset, many] = octets.array()?;
    check(state, reservation, offset != 0)?;
    let (record, next) = state
        .sel
        .record(id, state.faults.sel_loops)
        .ok_or(Refusal::NOT_PRESENT)?;
    let data = part(&record, offset.into(), many.into())?;
    Ok([&next.to_le_bytes(), data].concat())
}

fn add(state: &mut State, call: &Call<'_>) -> Reply {
    let record = Octets::new(call.data).array()?;
    let full = Refusal(CompletionCode::OUT_OF_SPACE);
    let id = state.sel.add(call.now, record).ok_or(full)?;
    Ok(id.to_le_bytes().to_vec())
}

fn delete(state: &mut State, call: &Call<'_>) -> Reply {
    let mut octets = Octets::new(call.data);
    let (reservation, id) = (octets.u16()?, octets.u16()?);
    check(state, reservation, true)?;
    let id = state.sel.delete(call.now, id).ok_or(Refusal::NOT_PRESENT)?;
    Ok(id.to_le_bytes().to_vec())
}

fn clear(state: &mut State, call: &Call<'_>) -> Reply {
    let mut octets = Octets::new(call.data);
    let reservation = octets.u16()?;
    let (mark, action) = (octets.array()?, octets.u8()?);
    if &mark != b"CLR" {
        return Err(Refusal::INVALID_FIELD);
    }
    match action {
        0xaa => {
            check(state, reservation, true)?;
            state.sel.clear(call.now);
            state.log.add(call.now, Effect::SelCleared);
        }
        // How far it is: it is done at once.
        0x00 => {}
        _ => return Err(Refusal::INVALID_FIELD),
    }
    Ok(vec![0x01])
}

/// Whether the reservation holds; one of 0 is none.
fn check(state: &mut State, reservation: u16, is_needed: bool) -> Result<(), Refusal> {
    if !is_needed && reservation == 0 {
        return Ok(());
    }
    match state.sel.is_reserved(reservation) && !strikes(&mut state.faults.cancels_reservations) {
        true => Ok(()),
        false => Err(CANCELLED),
    }
}

fn clock(state: &mut State, call: &Call<'_>) -> Reply {
    Ok(state.sel.clock(call.now).to_le_bytes().to_vec())
}

fn set_clock(state: &mut State, call: &Call<'_>) -> Reply {
    let time = Octets::new(call.data).u32()?;
    state.sel.set_clock(call.now, time);
    Ok(Vec::new())
}
