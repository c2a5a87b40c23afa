//! Get Sensor Reading (IPMI 2.0 §35.14).

use crate::{
    command::{
        Command, Malformed, Repeat, Request,
        event::{EventType, Health, SensorType, State, Threshold},
        sdr::SensorKey,
    },
    octets::Octets,
    wire::NetFn,
};

/// Asks what a sensor reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetSensorReading(pub SensorKey);

impl Command for GetSensorReading {
    type Answer = Reading;

    fn name(&self) -> &'static str {
        "Get Sensor Reading"
    }

    fn request(&self) -> Request {
        let mut request = Request::new(NetFn::SENSOR, 0x2d, [self.0.number]);
        request.lun = self.0.lun;
        request
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<Reading, Malformed> {
        let mut octets = Octets::new(data);
        Ok(Reading {
            raw: octets.u8()?,
            flags: octets.u8()?,
            // Sensors without states may leave them out.
            states: [octets.u8().unwrap_or(0), octets.u8().unwrap_or(0)],
        })
    }
}

/// What a sensor reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The raw reading; means nothing if the sensor only has states.
    pub raw: u8,
    /// Whether it tells events (bit 7) and is scanned (6), and whether the reading is no good (5).
    pub flags: u8,
    /// Which thresholds it is beyond, or which states it has.
    pub states: [u8; 2],
}

impl Reading {
    /// As a BMC answers.
    pub fn emit(&self) -> Vec<u8> {
        let [low, high] = self.states;
        vec![self.raw, self.flags, low, high]
    }

    /// Whether it can be used: the sensor is scanned, and what it read is good.
    pub fn is_available(&self) -> bool {
        self.flags & 0x60 == 0x40
    }

    /// The thresholds that it is beyond, for a sensor that has thresholds.
    pub fn beyond(&self) -> impl Iterator<Item = Threshold> + '_ {
        let [beyond, _] = self.states;
        let is = move |threshold: &Threshold| beyond & threshold.bit() != 0;
        Threshold::ALL.into_iter().filter(is)
    }

    /// The states that it has, for a sensor that has states: their numbers, 0 to 14.
    pub fn offsets(&self) -> impl Iterator<Item = u8> + '_ {
        let [low, high] = self.states;
        let states = u16::from_le_bytes([low, high]);
        (0..15).filter(move |offset| (states >> *offset) & 1 != 0)
    }

    /// What the states mean that it has, as far as the specification says.
    pub fn states(&self, by: EventType, sensor: SensorType) -> Vec<State> {
        let offsets = self.offsets();
        offsets
            .filter_map(|offset| by.state(sensor, offset))
            .collect()
    }

    /// How well that is; none if it cannot be used.
    pub fn health(&self, by: EventType, sensor: SensorType) -> Option<Health> {
        if !self.is_available() {
            return None;
        }
        let worst = match by {
            EventType::Threshold => self.beyond().map(Threshold::health).max(),
            by => self
                .states(by, sensor)
                .iter()
                .map(|state| state.health)
                .max(),
        };
        Some(worst.unwrap_or(Health::Ok))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ASK: GetSensorReading = GetSensorReading(SensorKey::of_bmc(1));

    fn read(data: &[u8]) -> Reading {
        ASK.answer(data).unwrap()
    }

    #[test]
    fn a_value_is_well_until_it_is_beyond_a_threshold() {
        let health = |data| read(data).health(EventType::Threshold, SensorType::TEMPERATURE);
        assert_eq!(health(&[0x2d, 0xc0, 0x00, 0x00]), Some(Health::Ok));
        assert_eq!(health(&[0x55, 0xc0, 0x08, 0x00]), Some(Health::Warning));
        assert_eq!(health(&[0x5f, 0xc0, 0x18]), Some(Health::Critical));
        assert_eq!(health(&[0x2d, 0xe0, 0x00, 0x00]), None, "unavailable");
        assert_eq!(health(&[0x2d, 0x80, 0x00, 0x00]), None, "not scanned");
        assert_eq!(health(&[0x2d, 0x40]), Some(Health::Ok));
    }

    #[test]
    fn a_state_is_as_well_as_the_worst() {
        let by = EventType::SensorSpecific;
        let supply = |data| read(data).health(by, SensorType::POWER_SUPPLY);
        assert_eq!(supply(&[0x00, 0xc0, 0x01, 0x80]), Some(Health::Ok));
        assert_eq!(supply(&[0x00, 0xc0, 0x03, 0x80]), Some(Health::Critical));
        let reading = read(&[0x00, 0xc0, 0x01, 0xc0]);
        assert_eq!(reading.offsets().collect::<Vec<_>>(), [0, 14]);
        let texts = reading.states(by, SensorType::POWER_SUPPLY);
        assert_eq!(
            texts.iter().map(|state| state.text).collect::<Vec<_>>(),
            ["present"]
        );
    }

    proptest! {
        #[test]
        fn any_octets_are_a_reading_or_too_short(data: Vec<u8>, code: u8, sensor: u8) {
            match ASK.answer(&data) {
                Ok(reading) => {
                    prop_assert_eq!(ASK.answer(&reading.emit()), Ok(reading));
                    let _ = reading.health(EventType::new(code), SensorType(sensor));
                }
                Err(_) => prop_assert!(data.len() < 2),
            }
        }
    }
}
