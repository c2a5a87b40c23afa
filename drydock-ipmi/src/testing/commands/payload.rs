//! Payloads of a session: the console is one that is activated (IPMI 2.0 §24).

use super::{Call, Known, Refusal, Reply, USER, channel, known};
use crate::{
    octets::Octets,
    testing::state::State,
    wire::{CompletionCode, NetFn},
};

pub(super) const COMMANDS: &[Known] = &[
    known(NetFn::APP, 0x48, USER, activate),
    known(NetFn::APP, 0x49, USER, deactivate),
    known(NetFn::APP, 0x4a, USER, status),
    known(NetFn::APP, 0x4b, USER, instance),
    known(NetFn::APP, 0x4d, USER, user_access),
    known(NetFn::APP, 0x4e, USER, support),
    known(NetFn::APP, 0x4f, USER, version),
];

/// The payload type of serial-over-LAN.
const SOL: u8 = 0x01;
/// The longest payload, in either direction: the head and the characters.
const LONGEST: u16 = 255;

const fn refusal(code: u8) -> Refusal {
    Refusal(CompletionCode(code))
}

/// Type and instance; only the console's, of which there is one.
fn named(call: &Call<'_>) -> Result<(), Refusal> {
    match Octets::new(call.data).array()? {
        [kind, instance] if kind & 0x3f == SOL && instance & 0x0f == 1 => Ok(()),
        _ => Err(refusal(0x81)),
    }
}

fn activate(state: &mut State, call: &Call<'_>) -> Reply {
    named(call)?;
    let mut octets = Octets::new(call.data);
    let [_, _, wants, _, _, _] = octets.array()?;
    let id = call.session.ok_or(Refusal::INVALID_FIELD)?;
    let session = state.active(call.session).ok_or(Refusal::INVALID_FIELD)?;
    let parameters = &state.sol.parameters;
    let user = state.users.user(session.user);
    let may = user.is_some_and(|user| user.may_use_console);
    if session.privilege.number() < parameters.authentication & 0x0f {
        return Err(Refusal(CompletionCode::PRIVILEGE));
    }
    // IPMI 2.0 §24.1: disabled 0x81, active already 0x80, must be encrypted 0x84.
    if parameters.enabled & 0x01 == 0 || !may {
        return Err(refusal(0x81));
    }
    if state.sol.session().is_some() {
        return Err(refusal(0x80));
    }
    if wants & 0x80 == 0 && parameters.authentication & 0x80 != 0 {
        return Err(refusal(0x84));
    }
    state.take_console(call.now, id);
    let mut answer = vec![0; 4];
    answer.extend(LONGEST.to_le_bytes());
    answer.extend(LONGEST.to_le_bytes());
    answer.extend(state.settings.port.to_le_bytes());
    // No VLAN.
    answer.extend([0xff, 0xff]);
    Ok(answer)
}

/// Whoever may activate it may take it from another.
fn deactivate(state: &mut State, call: &Call<'_>) -> Reply {
    named(call)?;
    if state.sol.session().is_none() {
        return Err(refusal(0x80));
    }
    state.release_console(call.now);
    Ok(Vec::new())
}

fn status(state: &mut State, call: &Call<'_>) -> Reply {
    match Octets::new(call.data).u8()? & 0x3f {
        SOL => Ok(vec![0x01, u8::from(state.sol.session().is_some()), 0x00]),
        _ => Err(Refusal::INVALID_FIELD),
    }
}

fn instance(state: &mut State, call: &Call<'_>) -> Reply {
    named(call).map_err(|_| Refusal::INVALID_FIELD)?;
    let id = state.sol.session().unwrap_or(0);
    Ok([id.to_le_bytes().to_vec(), vec![0; 8]].concat())
}

fn user_access(state: &mut State, call: &Call<'_>) -> Reply {
    let [_, user] = Octets::new(call.data).array()?;
    let user = state.users.user(user & 0x3f).ok_or(Refusal::OUT_OF_RANGE)?;
    Ok(vec![u8::from(user.may_use_console) << 1, 0, 0, 0])
}

fn support(_: &mut State, call: &Call<'_>) -> Reply {
    match channel::number(Octets::new(call.data).u8()?) {
        // Messages and the console; all that a login needs.
        1 => Ok(vec![0x03, 0x00, 0x3f, 0x00, 0x00, 0x00, 0x00, 0x00]),
        _ => Err(Refusal::INVALID_FIELD),
    }
}

fn version(_: &mut State, call: &Call<'_>) -> Reply {
    match Octets::new(call.data).array()? {
        [_, 0x00 | SOL | 0x10..=0x15] => Ok(vec![0x10]),
        _ => Err(refusal(0x80)),
    }
}
