//! `[io]` What is wrong with a machine: its chassis, its sensors, its SEL. Read only where it was asked for.

use super::look::{Left, answered};
use crate::{
    client::{Bmc, Error},
    command::{
        chassis::{ChassisStatus, GetChassisStatus, GetRestartCause},
        event::Health,
        sel::{ReadSel, Sel},
        sensor::{ReadSensors, Sensor, SensorReading, SensorState},
    },
};
use drydock_core::driver::OobObservation;

/// So many of what is wrong are named; the others are counted.
const NAMED: usize = 5;

/// The observation, and what is wrong. What a BMC does not have is left out.
pub(super) async fn of(
    bmc: &Bmc,
    mut seen: OobObservation,
    left: Left,
) -> Result<OobObservation, Error> {
    let mut worst = Health::Ok;
    if let Some(cause) = answered(bmc.run(&GetRestartCause, left.time()).await)? {
        seen = seen.fact("restart.cause", cause.to_string());
    }
    let mut parts = Vec::new();
    if let Some(status) = answered(bmc.run(&GetChassisStatus, left.time()).await)? {
        parts.push(("health.chassis", of_chassis(status)));
    }
    if let Some(readings) = answered(sensors(bmc, left).await)? {
        parts.push(("health.sensors", of_sensors(&readings)));
    }
    if let Some(sel) = answered(bmc.hold(&mut ReadSel::new(), left.time()).await)? {
        parts.push(("health.sel", of_sel(&sel)));
    }
    for (name, (health, told)) in parts {
        worst = worst.max(health);
        seen = seen.fact(name, told);
    }
    Ok(seen.fact("health", worst.as_str()))
}

async fn sensors(bmc: &Bmc, left: Left) -> Result<Vec<SensorReading>, Error> {
    let sdrs = bmc.sdrs(left.time()).await?;
    let mut read = ReadSensors::new(Sensor::all(&sdrs.records));
    bmc.hold(&mut read, left.time()).await
}

fn of_chassis(status: ChassisStatus) -> (Health, String) {
    let faults = [
        (status.is_overloaded(), "overload"),
        (status.has_power_fault(), "power fault"),
        (status.has_power_control_fault(), "power control fault"),
        (status.has_drive_fault(), "drive fault"),
        (status.has_cooling_fault(), "cooling fault"),
    ];
    let faults = faults.into_iter().filter(|(is, _)| *is);
    let faults = faults.map(|(_, fault)| (Health::Critical, fault.to_owned()));
    summed(faults.collect())
}

fn of_sensors(readings: &[SensorReading]) -> (Health, String) {
    let wrong = readings.iter().filter_map(|reading| {
        let health = match reading.state {
            SensorState::Critical => Health::Critical,
            SensorState::Warning => Health::Warning,
            _ => return None,
        };
        Some((health, reading.sensor.name.clone()))
    });
    summed(wrong.collect())
}

/// A log says what was, not what is: only its size and how bad it got are told.
fn of_sel(sel: &Sel) -> (Health, String) {
    let of = |health| {
        sel.records
            .iter()
            .filter(|record| record.health() == health)
            .count()
    };
    let (critical, warning) = (of(Health::Critical), of(Health::Warning));
    let records = sel.records.len();
    let told = format!("{records} records, {critical} critical, {warning} warnings");
    match sel.info.has_overflowed() {
        true => (
            Health::Warning,
            format!("{told}; it is full and has lost some"),
        ),
        false => (Health::Ok, told),
    }
}

/// How bad it is at the worst, and what it is, the worst first.
fn summed(mut wrong: Vec<(Health, String)>) -> (Health, String) {
    wrong.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    let Some((worst, _)) = wrong.first() else {
        return (Health::Ok, "ok".to_owned());
    };
    let named = wrong.iter().take(NAMED);
    let mut told: Vec<String> = named
        .map(|(health, what)| format!("{what} {}", health.as_str()))
        .collect();
    let more = wrong.len().saturating_sub(NAMED);
    if more > 0 {
        told.push(format!("{more} more"));
    }
    (*worst, told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_comes_first_and_the_rest_is_counted() {
        assert_eq!(summed(vec![]), (Health::Ok, "ok".to_owned()));
        let mut wrong: Vec<_> = (1..=6)
            .map(|n| (Health::Warning, format!("fan {n}")))
            .collect();
        wrong.push((Health::Critical, "12V".to_owned()));
        let told =
            "12V critical, fan 1 warning, fan 2 warning, fan 3 warning, fan 4 warning, 2 more";
        assert_eq!(summed(wrong), (Health::Critical, told.to_owned()));
    }

    #[test]
    fn a_fault_of_the_chassis_is_critical() {
        let status = ChassisStatus {
            power: 0x09,
            last_event: 0,
            misc: 0x08,
        };
        let told = "cooling fault critical, power fault critical".to_owned();
        assert_eq!(of_chassis(status), (Health::Critical, told));
    }
}
