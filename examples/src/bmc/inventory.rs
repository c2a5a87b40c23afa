//! What the example `bmc` tells of a machine's sensors and of what it consists of.

use super::commands::Told;
use drydock_ipmi::{
    client::{Bmc, Error},
    command::{
        fru::{FruField, FruInventory, ReadFru},
        sdr::{ReadSdrs, SdrSource},
        sensor::{ReadSensors, Sensor, SensorReading},
    },
};
use serde_json::{Value, json};
use std::time::Duration;

/// All sensors with what they read, and how well that is.
pub(super) async fn sensors(bmc: &Bmc, within: Duration) -> Result<Told, Error> {
    let source = SdrSource::Repository;
    let sdrs = bmc.hold(&mut ReadSdrs::new(source), within).await?;
    let sensors = Sensor::all(&sdrs.records);
    let mut read = ReadSensors::new(sensors).with_thresholds();
    let readings = bmc.hold(&mut read, within).await?;
    let mut lines: Vec<String> = readings.iter().map(line).collect();
    if lines.is_empty() {
        lines.push("there are no sensors".to_owned());
    }
    let sensors: Vec<Value> = readings.iter().map(fields).collect();
    Ok(Told::new(lines.join("\n"), &json!({"sensors": sensors})))
}

fn line(reading: &SensorReading) -> String {
    let value = match reading.value {
        Some(value) => format!("{value:.2} {}", reading.sensor.unit),
        None => states(reading).join(", "),
    };
    let line = format!("{:<17} {value:<22} {}", reading.sensor.name, reading.state);
    line.trim_end().to_owned()
}

fn states(reading: &SensorReading) -> Vec<&'static str> {
    reading.states.iter().map(|state| state.text).collect()
}

fn fields(reading: &SensorReading) -> Value {
    let thresholds = reading.thresholds.iter();
    let thresholds: serde_json::Map<String, Value> = thresholds
        .map(|(threshold, value)| (threshold.to_string(), json!(value)))
        .collect();
    json!({
        "name": reading.sensor.name, "value": reading.value, "unit": reading.sensor.unit.to_string(),
        "states": states(reading), "state": reading.state.to_string(), "thresholds": thresholds,
    })
}

/// What the machine's own inventory says of it.
pub(super) async fn fru(bmc: &Bmc, within: Duration) -> Result<Told, Error> {
    let inventory = bmc.hold(&mut ReadFru::new(0), within).await?;
    let parts = parts(&inventory);
    let mut lines = Vec::new();
    let mut fields = serde_json::Map::new();
    for (part, named) in parts {
        let mut of_part = serde_json::Map::new();
        for (name, field) in named.into_iter().filter(|(_, field)| !field.is_empty()) {
            lines.push(format!("{part:<8} {name:<13} {field}"));
            of_part.insert(name.to_owned(), field.to_string().into());
        }
        fields.insert(part.to_owned(), Value::Object(of_part));
    }
    if lines.is_empty() {
        lines.push("the inventory is empty".to_owned());
    }
    let faults = inventory.faults.iter();
    let faults: Vec<String> = faults
        .map(|fault| format!("{}: {}", fault.part, fault.what))
        .collect();
    lines.extend(faults.iter().map(|fault| format!("unreadable: {fault}")));
    fields.insert("faults".to_owned(), faults.into());
    Ok(Told::new(lines.join("\n"), &Value::Object(fields)))
}

type Fields<'a> = Vec<(&'static str, &'a FruField)>;

fn parts(inventory: &FruInventory) -> Vec<(&'static str, Fields<'_>)> {
    let mut parts: Vec<(&'static str, Fields<'_>)> = Vec::new();
    if let Some(chassis) = &inventory.chassis {
        let fields = vec![
            ("part number", &chassis.part_number),
            ("serial", &chassis.serial),
        ];
        parts.push(("chassis", fields));
    }
    if let Some(board) = &inventory.board {
        let fields = vec![
            ("manufacturer", &board.manufacturer),
            ("product", &board.product),
            ("part number", &board.part_number),
            ("serial", &board.serial),
        ];
        parts.push(("board", fields));
    }
    if let Some(product) = &inventory.product {
        let fields = vec![
            ("manufacturer", &product.manufacturer),
            ("product", &product.product),
            ("part number", &product.part_number),
            ("version", &product.version),
            ("serial", &product.serial),
            ("asset tag", &product.asset_tag),
        ];
        parts.push(("product", fields));
    }
    parts
}
