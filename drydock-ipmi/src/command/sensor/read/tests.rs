use super::*;
use crate::{
    command::{
        Request,
        conversation::tests::drive,
        sdr::{
            SdrRecord,
            recorded::{SUPPLY, TEMPERATURE, VOLTAGE},
        },
    },
    wire::CompletionCode,
};
use proptest::prelude::*;

fn sensors() -> Vec<Sensor> {
    let records = [&TEMPERATURE[..], &VOLTAGE, &SUPPLY].map(|octets| {
        let mut octets = octets.to_vec();
        octets[4] = u8::try_from(octets.len() - 5).unwrap();
        SdrRecord::parse(&octets).unwrap()
    });
    Sensor::all(&records)
}

/// As `ipmi_sim` answers.
fn bmc(request: &Request) -> Response {
    let sensor = request.data.first().copied().unwrap_or(0);
    match (request.command, sensor) {
        (0x2d, 1) => Response::done([0x2d, 0xc0, 0x00, 0x00]),
        (0x27, 1) => Response::done([0x3f, 0x00, 0x05, 0x0a, 0x50, 0x5a, 0x64]),
        (0x2d, 3) => Response::done([0xc8, 0xc0, 0x00, 0x00]),
        (0x2d, 4) => Response::done([0x00, 0xc0, 0x01, 0x00]),
        _ => Response::refused(CompletionCode::INVALID_COMMAND),
    }
}

#[test]
fn values_states_and_thresholds_are_read() {
    let mut read = ReadSensors::new(sensors()).with_thresholds();
    let read = drive(&mut read, 6, bmc).unwrap();
    let [temperature, volts, supply] = &*read else {
        panic!()
    };
    assert_eq!(
        (temperature.value, temperature.state),
        (Some(45.0), SensorState::Ok)
    );
    assert_eq!(temperature.thresholds.len(), 6);
    assert_eq!(
        temperature.thresholds.last(),
        Some(&(Threshold::UpperNonRecoverable, 100.0))
    );
    assert_eq!((volts.value, volts.thresholds.len()), (Some(12.0), 0));
    assert_eq!((supply.value, supply.state), (None, SensorState::Ok));
    assert_eq!(supply.states.first().unwrap().text, "present");
}

#[test]
fn a_sensor_that_cannot_be_read_is_unavailable() {
    let refuse = |request: &Request| match request.data.first() {
        Some(1) => Response::refused(CompletionCode::NOT_PRESENT),
        Some(3) => Response::done([0x00, 0xe0, 0x00, 0x00]),
        _ => Response::done([]),
    };
    let mut read = ReadSensors::new(sensors()).with_thresholds();
    let read = drive(&mut read, 3, refuse).unwrap();
    assert_eq!(read.len(), 3);
    for reading in read {
        assert_eq!(
            (reading.state, reading.value),
            (SensorState::Unavailable, None)
        );
    }
}

#[test]
fn factors_of_a_reading_are_asked_for_where_there_are_some() {
    let mut sensor = sensors().remove(0);
    sensor.conversion = Some(Conversion::new(0, 0x70, [0; 6]));
    let mut read = ReadSensors::new(vec![sensor]);
    let read = drive(&mut read, 2, |request| match request.command {
        0x23 => Response::done([0x2e, 2, 0, 0, 0, 0, 0]),
        _ => bmc(request),
    });
    assert_eq!(read.unwrap().first().unwrap().value, Some(90.0));
}

#[test]
fn sensors_of_others_are_not_asked_for() {
    let mut sensors = sensors();
    for sensor in &mut sensors {
        sensor.key.owner = 0x2c;
    }
    let read = drive(&mut ReadSensors::new(sensors), 1, bmc).unwrap();
    assert_eq!(read.len(), 3);
    assert!(
        read.iter()
            .all(|reading| reading.state == SensorState::Unavailable)
    );
    assert_eq!(drive(&mut ReadSensors::new(vec![]), 1, bmc).unwrap(), []);
}

proptest! {
    #[test]
    fn ends_whatever_is_answered(answers: Vec<(bool, u8, Vec<u8>)>) {
        let mut answers = answers.into_iter();
        let mut read = ReadSensors::new(sensors()).with_thresholds();
        let read = drive(&mut read, 9, |_| {
            let (ok, code, data) = answers.next().unwrap_or_default();
            let completion = CompletionCode(if ok { 0 } else { code });
            Response { completion, data }
        });
        prop_assert_eq!(read.unwrap().len(), 3);
    }
}
