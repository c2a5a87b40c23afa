//! Boot options, parameters 0, 3, 4 and 5 (IPMI 2.0 §28.12, §28.13, table 28-14).

use super::{Call, Known, OPERATOR, Refusal, Reply, known};
use crate::{
    octets::Octets,
    testing::state::State,
    wire::{CompletionCode, NetFn},
};

pub(super) const COMMANDS: &[Known] = &[
    known(NetFn::CHASSIS, 0x08, OPERATOR, set),
    known(NetFn::CHASSIS, 0x09, OPERATOR, read),
];

const UNSUPPORTED: Refusal = Refusal(CompletionCode(0x80));
/// Somebody else is setting parameters.
const IN_PROGRESS: Refusal = Refusal(CompletionCode(0x81));

fn set(state: &mut State, call: &Call<'_>) -> Reply {
    let mut octets = Octets::new(call.data);
    let parameter = octets.u8()? & 0x7f;
    if octets.is_empty() {
        // Says only whether the parameter is valid.
        return Ok(Vec::new());
    }
    match parameter {
        0 => match octets.u8()? & 0x03 {
            1 if state.boot.in_progress == 1 => return Err(IN_PROGRESS),
            1 => state.boot.in_progress = 1,
            0 | 2 => state.boot.in_progress = 0,
            _ => return Err(Refusal::INVALID_FIELD),
        },
        3 if !state.faults.refuses_boot_parameter_3 => {
            let clearing = octets.u8()? & 0x1f;
            if !state.faults.boot_lies {
                state.boot.clearing = clearing;
            }
        }
        4 => {
            let [mask, bits] = octets.array()?;
            state.boot.acknowledged = (state.boot.acknowledged & !mask) | (bits & mask);
        }
        5 => {
            let flags = octets.array()?;
            state.set_boot_flags(call.now, flags);
        }
        _ => return Err(UNSUPPORTED),
    }
    Ok(Vec::new())
}

fn read(state: &mut State, call: &Call<'_>) -> Reply {
    let [parameter, _, _] = Octets::new(call.data).array()?;
    let parameter = parameter & 0x7f;
    let boot = &state.boot;
    let value = match parameter {
        0 => vec![boot.in_progress],
        3 if !state.faults.refuses_boot_parameter_3 => vec![boot.clearing],
        // The mask is read as zero.
        4 => vec![0x00, boot.acknowledged],
        5 => boot.flags.to_vec(),
        _ => return Err(UNSUPPORTED),
    };
    Ok([vec![0x01, parameter], value].concat())
}
