//! What a simulated BMC does for each command: one file a family, each with a table of its commands and who may give them.

mod boot;
mod channel;
mod chassis;
mod device;
mod fru;
mod lan;
mod payload;
mod sdr;
mod sel;
mod sensor;
mod session;
mod sol;
mod user;

use super::{faults::strikes, state::State};
use crate::{
    octets::Short,
    wire::{CompletionCode, NetFn, Privilege},
};
use std::time::Duration;

/// A command as it arrives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) now: Duration,
    /// The session it comes in; none outside of one.
    pub(super) session: Option<u32>,
    pub(super) net_fn: NetFn,
    pub(super) lun: u8,
    pub(super) command: u8,
    pub(super) data: &'a [u8],
}

/// The data of the answer, or a completion code.
pub(super) type Reply = Result<Vec<u8>, Refusal>;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) CompletionCode);

impl From<Short> for Refusal {
    fn from(_: Short) -> Self {
        Self(CompletionCode::LENGTH_INVALID)
    }
}

impl Refusal {
    const NOT_PRESENT: Self = Self(CompletionCode::NOT_PRESENT);
    const INVALID_FIELD: Self = Self(CompletionCode::INVALID_FIELD);
    const OUT_OF_RANGE: Self = Self(CompletionCode::OUT_OF_RANGE);
}

/// A command that is known.
struct Known {
    net_fn: NetFn,
    command: u8,
    /// The privilege it needs (IPMI 2.0, appendix G); none if it may come outside of a session.
    needs: Option<Privilege>,
    action: fn(&mut State, &Call<'_>) -> Reply,
}

const fn known(
    net_fn: NetFn,
    command: u8,
    needs: Option<Privilege>,
    action: fn(&mut State, &Call<'_>) -> Reply,
) -> Known {
    Known {
        net_fn,
        command,
        needs,
        action,
    }
}

/// May be asked by anybody, without a session.
const ANYBODY: Option<Privilege> = None;
const USER: Option<Privilege> = Some(Privilege::User);
const OPERATOR: Option<Privilege> = Some(Privilege::Operator);
const ADMINISTRATOR: Option<Privilege> = Some(Privilege::Administrator);

const FAMILIES: [&[Known]; 13] = [
    device::COMMANDS,
    session::COMMANDS,
    channel::COMMANDS,
    user::COMMANDS,
    payload::COMMANDS,
    chassis::COMMANDS,
    boot::COMMANDS,
    sel::COMMANDS,
    sdr::COMMANDS,
    sensor::COMMANDS,
    fru::COMMANDS,
    lan::COMMANDS,
    sol::COMMANDS,
];

/// Carries the command out: completion code and data of the answer.
pub(super) fn run(state: &mut State, call: &Call<'_>) -> Vec<u8> {
    if call.session.is_some() && strikes(&mut state.faults.busy) {
        return vec![CompletionCode::BUSY.0];
    }
    let reply = find(call).and_then(|known| {
        match (known.needs, state.active(call.session)) {
            (None, _) => {}
            (Some(needs), Some(session)) if session.privilege >= needs => {}
            (Some(_), _) => return Err(Refusal(CompletionCode::PRIVILEGE)),
        }
        (known.action)(state, call)
    });
    match reply {
        Ok(data) => [vec![CompletionCode::OK.0], data].concat(),
        Err(Refusal(completion)) => vec![completion.0],
    }
}

fn find(call: &Call<'_>) -> Result<&'static Known, Refusal> {
    if call.lun != 0 {
        return Err(Refusal(CompletionCode::INVALID_FOR_LUN));
    }
    FAMILIES
        .into_iter()
        .flatten()
        .find(|known| known.net_fn == call.net_fn && known.command == call.command)
        .ok_or(Refusal(CompletionCode::INVALID_COMMAND))
}

/// A part of something longer, as its readers ask for it: from an offset, at most so many octets, fewer at the end.
fn part(whole: &[u8], offset: usize, many: usize) -> Result<&[u8], Refusal> {
    let rest = whole
        .get(offset..)
        .filter(|rest| !rest.is_empty())
        .ok_or(Refusal::OUT_OF_RANGE)?;
    Ok(rest.get(..many).unwrap_or(rest))
}
