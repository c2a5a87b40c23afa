//! Users: access, names, passwords (IPMI 2.0 §22.26 to §22.30).

use super::{ADMINISTRATOR, Call, Known, OPERATOR, Refusal, Reply, channel, known};
use crate::{
    octets::Octets,
    testing::{log::Effect, state::State, users},
    wire::{CompletionCode, NetFn, Privilege},
};

pub(super) const COMMANDS: &[Known] = &[
    known(NetFn::APP, 0x43, ADMINISTRATOR, set_access),
    known(NetFn::APP, 0x44, OPERATOR, access),
    known(NetFn::APP, 0x45, ADMINISTRATOR, set_name),
    known(NetFn::APP, 0x46, OPERATOR, name),
    known(NetFn::APP, 0x47, ADMINISTRATOR, set_password),
];

/// What stands for "no access" where a privilege is expected.
const NO_ACCESS: u8 = 0x0f;

fn access(state: &mut State, call: &Call<'_>) -> Reply {
    let [channel, user] = Octets::new(call.data).array()?;
    if channel::number(channel) != 1 {
        return Err(Refusal::INVALID_FIELD);
    }
    let user = state.users.user(user & 0x3f).ok_or(Refusal::OUT_OF_RANGE)?;
    let status = if user.is_enabled { 0x40 } else { 0x80 };
    let limit = if user.access == 0 {
        NO_ACCESS
    } else {
        user.privilege.number()
    };
    Ok(vec![
        users::MOST,
        status | state.users.enabled(),
        1,
        user.access | limit,
    ])
}

fn set_access(state: &mut State, call: &Call<'_>) -> Reply {
    let [flags, user, limit] = Octets::new(call.data).array()?;
    let user = state
        .users
        .user_mut(user & 0x3f)
        .ok_or(Refusal::OUT_OF_RANGE)?;
    let limit = match limit & 0x0f {
        NO_ACCESS => None,
        number => Some(Privilege::new(number).ok_or(Refusal::INVALID_FIELD)?),
    };
    if flags & 0x80 != 0 {
        user.access = flags & 0x70;
    }
    match limit {
        Some(limit) => user.privilege = limit,
        None => user.access = 0,
    }
    Ok(Vec::new())
}

fn name(state: &mut State, call: &Call<'_>) -> Reply {
    let user = Octets::new(call.data).u8()? & 0x3f;
    let user = state.users.user(user).ok_or(Refusal::OUT_OF_RANGE)?;
    let mut name = user.name;
    name.resize(16, 0);
    Ok(name)
}

fn set_name(state: &mut State, call: &Call<'_>) -> Reply {
    let mut octets = Octets::new(call.data);
    let user = octets.u8()? & 0x3f;
    let name = octets.array::<16>()?;
    // User 1 has no name, and gets none (IPMI 2.0 §22.28).
    if user == 1 {
        return Err(Refusal::INVALID_FIELD);
    }
    let user = state.users.user_mut(user).ok_or(Refusal::OUT_OF_RANGE)?;
    user.set_name(&name);
    Ok(Vec::new())
}

fn set_password(state: &mut State, call: &Call<'_>) -> Reply {
    let mut octets = Octets::new(call.data);
    let [first, operation] = octets.array()?;
    let (is_long, id) = (first & 0x80 != 0, first & 0x3f);
    let user = state.users.user_mut(id).ok_or(Refusal::OUT_OF_RANGE)?;
    let password = octets.rest();
    let is_whole = password.len() == if is_long { 20 } else { 16 };
    match operation & 0x03 {
        0 => user.is_enabled = false,
        1 => user.is_enabled = true,
        _ if !is_whole => return Err(Refusal(CompletionCode::LENGTH_INVALID)),
        2 => {
            user.set_password(password);
            state.log.add(call.now, Effect::PasswordSet { user: id });
        }
        // 0x81: it is kept in the other form; 0x80: it is another (IPMI 2.0 §22.30).
        _ if user.is_long != is_long => return Err(Refusal(CompletionCode(0x81))),
        _ if !user.has_password(password) => return Err(Refusal(CompletionCode(0x80))),
        _ => {}
    }
    Ok(Vec::new())
}
