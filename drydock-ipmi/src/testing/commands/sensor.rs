//! Sensors: readings and thresholds (IPMI 2.0 §35).

use super::{Call, Known, Refusal, Reply, USER, known};
use crate::{
    octets::Octets,
    testing::{SensorForm, SimulatedSensor, state::State},
    wire::{CompletionCode, NetFn},
};

pub(super) const COMMANDS: &[Known] = &[
    known(NetFn::SENSOR, 0x25, USER, hysteresis),
    known(NetFn::SENSOR, 0x27, USER, thresholds),
    known(NetFn::SENSOR, 0x29, USER, events),
    known(NetFn::SENSOR, 0x2d, USER, reading),
    known(NetFn::SENSOR, 0x2f, USER, kind),
];

/// The sensor as it reads now.
fn sensor(state: &State, call: &Call<'_>) -> Result<SimulatedSensor, Refusal> {
    let number = Octets::new(call.data).u8()?;
    let mut sensors = state.settings.hardware.sensors.iter();
    let found = sensors.find(|sensor| sensor.number == number);
    let mut sensor = found.cloned().ok_or(Refusal::NOT_PRESENT)?;
    if let Some((_, reading)) = state.readings.iter().find(|(of, _)| *of == number) {
        sensor.reading = *reading;
    }
    Ok(sensor)
}

fn reading(state: &mut State, call: &Call<'_>) -> Reply {
    let sensor = sensor(state, call)?;
    // Events and scanning are on; bit 5: there is no reading.
    let available = if sensor.reading.is_some() { 0xc0 } else { 0xe0 };
    Ok(match sensor.form {
        SensorForm::Analog(_) => vec![
            sensor.reading.unwrap_or(0),
            available,
            sensor.states() | 0xc0,
        ],
        SensorForm::Discrete { .. } => vec![0x00, available, sensor.states(), 0x80],
    })
}

fn thresholds(state: &mut State, call: &Call<'_>) -> Reply {
    match sensor(state, call)?.form {
        SensorForm::Analog(conversion) => {
            let thresholds = conversion.thresholds;
            let values = thresholds.in_order().map(Option::unwrap_or_default);
            Ok([vec![thresholds.mask()], values.to_vec()].concat())
        }
        SensorForm::Discrete { .. } => Err(Refusal(CompletionCode::ILLEGAL)),
    }
}

fn hysteresis(state: &mut State, call: &Call<'_>) -> Reply {
    match sensor(state, call)?.form {
        SensorForm::Analog(_) => Ok(vec![0x01, 0x01]),
        SensorForm::Discrete { .. } => Err(Refusal(CompletionCode::ILLEGAL)),
    }
}

/// Events and scanning are on, for no event in particular.
fn events(state: &mut State, call: &Call<'_>) -> Reply {
    sensor(state, call)?;
    Ok(vec![0xc0, 0x00, 0x00, 0x00, 0x00])
}

fn kind(state: &mut State, call: &Call<'_>) -> Reply {
    let sensor = sensor(state, call)?;
    let reading_type = match sensor.form {
        SensorForm::Analog(_) => 0x01,
        SensorForm::Discrete { reading_type } => reading_type,
    };
    Ok(vec![sensor.kind, reading_type])
}
