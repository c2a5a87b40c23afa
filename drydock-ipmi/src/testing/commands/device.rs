//! The BMC itself: device id, self test, GUID, watchdog (IPMI 2.0 §20, §22.14, §27).

use super::{ANYBODY, Call, Known, Reply, USER, known};
use crate::{testing::state::State, wire::NetFn};

pub(super) const COMMANDS: &[Known] = &[
    known(NetFn::APP, 0x01, USER, device_id),
    known(NetFn::APP, 0x04, USER, self_test),
    known(NetFn::APP, 0x07, USER, acpi_power_state),
    known(NetFn::APP, 0x08, USER, guid),
    known(NetFn::APP, 0x25, USER, watchdog),
    known(NetFn::APP, 0x2f, USER, global_enables),
    known(NetFn::APP, 0x37, ANYBODY, guid),
];

fn device_id(state: &mut State, _: &Call<'_>) -> Reply {
    let hardware = &state.settings.hardware;
    let (major, minor) = hardware.firmware;
    let [m0, m1, m2, _] = hardware.manufacturer.to_le_bytes();
    let [p0, p1] = hardware.product.to_le_bytes();
    // Revision 1 with SDRs, IPMI 2.0; chassis, FRU, SEL, SDR and sensors.
    Ok(vec![
        0x20,
        0x81,
        major & 0x7f,
        minor,
        0x02,
        0x8f,
        m0,
        m1,
        m2,
        p0,
        p1,
        0,
        0,
        0,
        0,
    ])
}

/// All well.
fn self_test(_: &mut State, _: &Call<'_>) -> Reply {
    Ok(vec![0x55, 0x00])
}

fn acpi_power_state(state: &mut State, _: &Call<'_>) -> Reply {
    Ok(match state.machine.is_on() {
        true => vec![0x00, 0x00],
        false => vec![0x05, 0x03],
    })
}

fn guid(state: &mut State, _: &Call<'_>) -> Reply {
    Ok(state.guid.to_vec())
}

/// It never runs; set to a minute, for the operating system, to do nothing.
fn watchdog(_: &mut State, _: &Call<'_>) -> Reply {
    let [low, high] = 600_u16.to_le_bytes();
    Ok(vec![0x04, 0x00, 0x00, 0x00, low, high, low, high])
}

/// Events are logged.
fn global_enables(_: &mut State, _: &Call<'_>) -> Reply {
    Ok(vec![0x08])
}
