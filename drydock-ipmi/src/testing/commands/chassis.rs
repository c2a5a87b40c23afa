//! The chassis: status, power, identify (IPMI 2.0 §28).

use super::{Call, Known, OPERATOR, Refusal, Reply, USER, known};
use crate::{
    command::chassis::ChassisControl,
    octets::Octets,
    testing::{log::Effect, state::State},
    wire::{CompletionCode, NetFn},
};
use std::time::Duration;

pub(super) const COMMANDS: &[Known] = &[
    known(NetFn::CHASSIS, 0x00, USER, capabilities),
    known(NetFn::CHASSIS, 0x01, USER, status),
    known(NetFn::CHASSIS, 0x02, OPERATOR, control),
    known(NetFn::CHASSIS, 0x04, OPERATOR, identify),
    known(NetFn::CHASSIS, 0x06, OPERATOR, set_restore_policy),
    known(NetFn::CHASSIS, 0x07, USER, restart_cause),
    known(NetFn::CHASSIS, 0x0f, USER, hours),
];

/// Identify without a time lasts so long.
const IDENTIFY: u8 = 15;

fn capabilities(_: &mut State, _: &Call<'_>) -> Reply {
    Ok(vec![0x00, 0x20, 0x20, 0x20, 0x20])
}

fn status(state: &mut State, call: &Call<'_>) -> Reply {
    let power = u8::from(state.machine.is_on()) | (state.restore_policy << 5);
    let by_command = if state.restart_cause == 1 { 0x10 } else { 0x00 };
    let identify = match state.identify_until {
        Some(Duration::MAX) => 0x20,
        Some(until) if until > call.now => 0x10,
        _ => 0x00,
    };
    // Bit 6: the state of identify is told.
    Ok(vec![power, by_command, 0x40 | identify, 0x00])
}

fn control(state: &mut State, call: &Call<'_>) -> Reply {
    let action = ChassisControl::new(Octets::new(call.data).u8()?).ok_or(Refusal::INVALID_FIELD)?;
    let needs_power = matches!(
        action,
        ChassisControl::Cycle | ChassisControl::Reset | ChassisControl::Diagnostic
    );
    if needs_power && !state.machine.is_on() {
        return Err(Refusal(CompletionCode::NOT_NOW));
    }
    state.control(call.now, action);
    Ok(Vec::new())
}

fn identify(state: &mut State, call: &Call<'_>) -> Reply {
    let mut octets = Octets::new(call.data);
    let interval = octets.u8().unwrap_or(IDENTIFY);
    let for_ever = octets.u8().is_ok_and(|force| force & 0x01 != 0);
    let seconds = (!for_ever).then_some(interval);
    state.identify_until = match seconds {
        Some(0) => None,
        Some(seconds) => Some(call.now.saturating_add(Duration::from_secs(seconds.into()))),
        None => Some(Duration::MAX),
    };
    state.log.add(call.now, Effect::Identify { seconds });
    Ok(Vec::new())
}

fn set_restore_policy(state: &mut State, call: &Call<'_>) -> Reply {
    match Octets::new(call.data).u8()? & 0x07 {
        policy @ 0..=2 => state.restore_policy = policy,
        // Only asks what there is.
        3 => {}
        _ => return Err(Refusal::INVALID_FIELD),
    }
    Ok(vec![0x07])
}

fn restart_cause(state: &mut State, _: &Call<'_>) -> Reply {
    Ok(vec![state.restart_cause, 0x01])
}

fn hours(_: &mut State, call: &Call<'_>) -> Reply {
    let hours = call.now.as_secs().checked_div(3600).unwrap_or(0);
    let hours = u32::try_from(hours).unwrap_or(u32::MAX);
    Ok([vec![60], hours.to_le_bytes().to_vec()].concat())
}
