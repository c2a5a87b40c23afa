//! Sessions: what a BMC speaks, privilege levels, close (IPMI 2.0 §22.13 to §22.20).

use super::{ANYBODY, Call, Known, Refusal, Reply, USER, known};
use crate::{
    octets::Octets,
    testing::{sessions::Session, state::State},
    wire::{CompletionCode, NetFn, Privilege},
};
use std::net::IpAddr;

pub(super) const COMMANDS: &[Known] = &[
    known(NetFn::APP, 0x38, ANYBODY, authentication_capabilities),
    known(NetFn::APP, 0x3b, Some(Privilege::Callback), set_privilege),
    known(NetFn::APP, 0x3c, Some(Privilege::Callback), close),
    known(NetFn::APP, 0x3d, USER, session),
    known(NetFn::APP, 0x54, ANYBODY, cipher_suites),
];

/// Channel 1 is the LAN; 14 is the one it was asked over.
const LAN: u8 = 1;

fn authentication_capabilities(state: &mut State, call: &Call<'_>) -> Reply {
    let [channel, privilege] = Octets::new(call.data).array()?;
    if !matches!(channel & 0x0f, LAN | 0x0e) || Privilege::new(privilege & 0x0f).is_none() {
        return Err(Refusal::INVALID_FIELD);
    }
    let bit = |is: bool, bit: u8| if is { bit } else { 0 };
    let (nameless, open_to_all) = state.users.nameless();
    let has_k_g = state
        .settings
        .k_g
        .as_ref()
        .is_some_and(|k_g| k_g.expose().is_some());
    let status = bit(has_k_g, 0x20)
        | bit(state.users.has_names(), 0x04)
        | bit(nameless, 0x02)
        | bit(open_to_all, 0x01);
    // Sessions are of v2.0 only: what it speaks is in the extended form.
    let extended = channel & 0x80 != 0;
    Ok(vec![
        LAN,
        bit(extended, 0x80),
        status,
        bit(extended, 0x02),
        0,
        0,
        0,
        0,
    ])
}

fn cipher_suites(state: &mut State, call: &Call<'_>) -> Reply {
    let [channel, _, index] = Octets::new(call.data).array()?;
    if !matches!(channel & 0x0f, LAN | 0x0e) {
        return Err(Refusal::INVALID_FIELD);
    }
    let records = state.settings.suites.iter().flat_map(|suite| {
        let algorithms = suite.algorithms();
        [
            0xc0,
            suite.number(),
            algorithms.authentication.0,
            algorithms.integrity.0 | 0x40,
            algorithms.confidentiality.0 | 0x80,
        ]
    });
    // Sixteen octets a call (IPMI 2.0 §22.15).
    let from = usize::from(index & 0x3f).saturating_mul(16);
    Ok([LAN]
        .into_iter()
        .chain(records.skip(from).take(16))
        .collect())
}

fn set_privilege(state: &mut State, call: &Call<'_>) -> Reply {
    let wanted = Octets::new(call.data).u8()? & 0x0f;
    let id = call.session.ok_or(Refusal::INVALID_FIELD)?;
    let session = state.sessions.find_mut(id).and_then(Session::active_mut);
    let session = session.ok_or(Refusal::INVALID_FIELD)?;
    if wanted != 0 {
        let wanted = Privilege::new(wanted).ok_or(Refusal::INVALID_FIELD)?;
        // 0x81: exceeds the limit of the channel or the user (IPMI 2.0 §22.18).
        if wanted > session.limit {
            return Err(Refusal(CompletionCode(0x81)));
        }
        session.privilege = wanted;
    }
    Ok(vec![session.privilege.number()])
}

fn close(state: &mut State, call: &Call<'_>) -> Reply {
    let id = Octets::new(call.data).u32()?;
    let own = call.session == Some(id);
    let may = state
        .active(call.session)
        .is_some_and(|session| own || session.privilege >= Privilege::Administrator);
    // 0x87: no such session (IPMI 2.0 §22.19).
    if state.active(Some(id)).is_none() {
        return Err(Refusal(CompletionCode(0x87)));
    }
    if !may {
        return Err(Refusal(CompletionCode::PRIVILEGE));
    }
    // Not before it has its answer, which is sealed with its keys.
    state.closing = Some(id);
    Ok(Vec::new())
}

/// Get Session Info. A session's handle is its place, counted from 1.
fn session(state: &mut State, call: &Call<'_>) -> Reply {
    let mut octets = Octets::new(call.data);
    let asked = octets.u8()?;
    let mut open = (1_u8..).zip(state.sessions.open());
    let found = match asked {
        0x00 => open.find(|(_, session)| Some(session.id) == call.session),
        0xfe => {
            let handle = octets.u8()?;
            open.find(|(place, _)| *place == handle)
        }
        0xff => {
            let id = octets.u32()?;
            open.find(|(_, session)| session.id == id)
        }
        place => open.find(|(own, _)| *own == place),
    };
    let count = |many: usize| u8::try_from(many).unwrap_or(0x3f).min(0x3f);
    let (slots, many) = (
        count(state.settings.slots),
        count(state.sessions.open().count()),
    );
    let Some((handle, session)) = found else {
        return Ok(vec![0, slots, many]);
    };
    let active = session.active().ok_or(Refusal::NOT_PRESENT)?;
    // RMCP+ on the LAN channel.
    let mut answer = vec![
        handle,
        slots,
        many,
        active.user,
        active.privilege.number(),
        0x10 | LAN,
    ];
    let address = match session.peer.ip() {
        IpAddr::V4(address) => address.octets(),
        IpAddr::V6(_) => [0; 4],
    };
    answer.extend(address);
    answer.extend([0; 6]);
    answer.extend(session.peer.port().to_le_bytes());
    Ok(answer)
}
