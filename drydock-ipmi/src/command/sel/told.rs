//! Events told with the names and units of the sensors that they are of.

use super::{SelContent, SelRecord, SystemEvent};
use crate::command::sensor::Sensor;

impl SelRecord {
    /// What it says, with the name of the sensor that it is of, and values in that sensor's unit, where it is among these.
    pub fn told(&self, sensors: &[Sensor]) -> String {
        let SelContent::Event(event) = &self.content else {
            return self.to_string();
        };
        let is_of = |sensor: &&Sensor| {
            let [owner, place] = event.generator.to_le_bytes();
            let key = sensor.key;
            (key.owner, key.number, key.lun) == (owner, event.sensor, place & 0x03)
                && sensor.sensor_type == event.sensor_type
        };
        match sensors.iter().find(is_of) {
            Some(sensor) => event.of(sensor),
            None => self.to_string(),
        }
    }
}

impl SystemEvent {
    fn of(&self, sensor: &Sensor) -> String {
        let (name, offset) = (&sensor.name, self.offset());
        let mut told = match self.state() {
            Some(state) => format!("{name}: {}", state.text),
            None => format!("{name}: state {offset}"),
        };
        if !self.asserted {
            told += ", ended";
        }
        let value = |raw: Option<u8>| sensor.conversion.and_then(|by| by.value(raw?));
        if let (Some(reading), Some(threshold)) = (value(self.reading()), value(self.threshold())) {
            let unit = sensor.unit;
            told += &format!(" ({reading} {unit}, threshold {threshold} {unit})");
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::sdr::{SdrRecord, recorded::TEMPERATURE};

    #[test]
    fn an_event_is_told_by_name_and_in_the_unit() {
        let mut octets = TEMPERATURE.to_vec();
        octets[4] = u8::try_from(octets.len() - 5).unwrap();
        let sensors = Sensor::of(&SdrRecord::parse(&octets).unwrap());
        let told = |sensor, event| {
            let octets = [
                1, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 0x01, sensor, event, 0x57, 0x55, 0x50,
            ];
            SelRecord::parse(&octets).unwrap().told(&sensors)
        };
        assert_eq!(
            told(1, 0x01),
            "CPU1 Temp: upper non-critical going high (85 °C, threshold 80 °C)"
        );
        assert_eq!(
            told(1, 0x81),
            "CPU1 Temp: upper non-critical going high, ended (85 °C, threshold 80 °C)"
        );
        assert!(told(9, 0x01).starts_with("temperature 0x09: upper non-critical"));
    }
}
