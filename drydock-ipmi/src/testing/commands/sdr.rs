//! The SDR repository (IPMI 2.0 §33).

use super::{Call, Known, Refusal, Reply, USER, known, part};
use crate::{
    octets::Octets,
    testing::{faults::strikes, state::State},
    wire::{CompletionCode, NetFn},
};

pub(super) const COMMANDS: &[Known] = &[
    known(NetFn::STORAGE, 0x20, USER, about),
    known(NetFn::STORAGE, 0x22, USER, reserve),
    known(NetFn::STORAGE, 0x23, USER, read),
    known(NetFn::STORAGE, 0x28, USER, clock),
];

/// What a longer read is refused with.
pub(super) fn check_length(state: &State, many: u8) -> Result<(), Refusal> {
    match state.faults.longest_read {
        Some(longest) if many > longest => Err(Refusal(CompletionCode::CANNOT_RETURN)),
        _ => Ok(()),
    }
}

fn about(state: &mut State, _: &Call<'_>) -> Reply {
    let mut answer = vec![0x51];
    answer.extend(state.settings.hardware.repository.len().to_le_bytes());
    // Free space is not told; last added when the clock began, and never erased.
    answer.extend([0xff, 0xff]);
    answer.extend(state.settings.clock.to_le_bytes());
    answer.extend([0; 4]);
    // Reserve there is.
    answer.push(0x02);
    Ok(answer)
}

fn reserve(state: &mut State, _: &Call<'_>) -> Reply {
    state.sdr_reservation = state.sdr_reservation.wrapping_add(1).max(1);
    Ok(state.sdr_reservation.to_le_bytes().to_vec())
}

fn read(state: &mut State, call: &Call<'_>) -> Reply {
    let mut octets = Octets::new(call.data);
    let (reservation, id) = (octets.u16()?, octets.u16()?);
    let [offset, many] = octets.array()?;
    // Only a part that is not the first needs a reservation (IPMI 2.0 §33.12).
    if offset != 0 || reservation != 0 {
        let holds = reservation != 0 && reservation == state.sdr_reservation;
        if !holds || strikes(&mut state.faults.cancels_reservations) {
            return Err(Refusal(CompletionCode::RESERVATION_CANCELLED));
        }
    }
    check_length(state, many)?;
    let repository = &state.settings.hardware.repository;
    let (record, next) = repository.record(id).ok_or(Refusal::NOT_PRESENT)?;
    if next == 0xffff && state.faults.last_sdr_times_out {
        return Err(Refusal(CompletionCode::TIMEOUT));
    }
    let data = part(record, offset.into(), many.into())?;
    Ok([&next.to_le_bytes(), data].concat())
}

fn clock(state: &mut State, call: &Call<'_>) -> Reply {
    Ok(state.sel.clock(call.now).to_le_bytes().to_vec())
}
