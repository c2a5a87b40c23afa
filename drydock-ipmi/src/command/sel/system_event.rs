//! Events of sensors (IPMI 2.0 §32.1, §29.7).

use crate::command::{
    Timestamp,
    event::{EventType, Health, SensorType, State},
};
use std::fmt;

/// An event of a sensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemEvent {
    /// When.
    pub time: Timestamp,
    /// Who tells it, as on the wire: the low octet is an address, 0x20 the BMC's.
    pub generator: u16,
    /// The version of the event's format; 4.
    pub revision: u8,
    /// What the sensor is of.
    pub sensor_type: SensorType,
    /// The sensor's number.
    pub sensor: u8,
    /// Whether a state began, rather than ended.
    pub asserted: bool,
    /// How it is to be read.
    pub event_type: EventType,
    /// More, as on the wire. The lowest four bits of the first are the state.
    pub data: [u8; 3],
}

impl SystemEvent {
    pub(super) fn parse(octets: [u8; 13]) -> Self {
        let [
            a,
            b,
            c,
            d,
            e,
            f,
            revision,
            sensor_type,
            sensor,
            event,
            data @ ..,
        ] = octets;
        Self {
            time: Timestamp::new(u32::from_le_bytes([a, b, c, d])),
            generator: u16::from_le_bytes([e, f]),
            revision,
            sensor_type: SensorType(sensor_type),
            sensor,
            asserted: event & 0x80 == 0,
            event_type: EventType::new(event),
            data,
        }
    }

    pub(super) fn emit(&self) -> [u8; 13] {
        let [a, b, c, d] = self.time.number().to_le_bytes();
        let [e, f] = self.generator.to_le_bytes();
        let direction = if self.asserted { 0 } else { 0x80 };
        let event = self.event_type.code() | direction;
        let [first, second, third] = self.data;
        [
            a,
            b,
            c,
            d,
            e,
            f,
            self.revision,
            self.sensor_type.0,
            self.sensor,
            event,
            first,
            second,
            third,
        ]
    }

    /// The number of the state.
    pub fn offset(&self) -> u8 {
        let [first, ..] = self.data;
        first & 0x0f
    }

    /// The state, if the specification says what it is.
    pub fn state(&self) -> Option<State> {
        self.event_type.state(self.sensor_type, self.offset())
    }

    /// What it says of the machine's health: that a bad state ended is `Ok`.
    pub fn health(&self) -> Health {
        match self.state() {
            Some(state) if self.asserted => state.health,
            _ => Health::Ok,
        }
    }

    /// The raw reading that crossed a threshold, if it is told.
    pub fn reading(&self) -> Option<u8> {
        let [first, second, _] = self.data;
        let told = self.event_type == EventType::Threshold && first >> 6 == 1;
        told.then_some(second)
    }

    /// The raw threshold that was crossed, if it is told.
    pub fn threshold(&self) -> Option<u8> {
        let [first, _, third] = self.data;
        let told = self.event_type == EventType::Threshold && (first >> 4) & 3 == 1;
        told.then_some(third)
    }
}

impl fmt::Display for SystemEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} 0x{:02x}: ", self.sensor_type, self.sensor)?;
        match self.state() {
            Some(state) => f.write_str(state.text)?,
            None => write!(
                f,
                "state {} of event type 0x{:02x}",
                self.offset(),
                self.event_type.code()
            )?,
        }
        if !self.asserted {
            f.write_str(", ended")?;
        }
        if let (Some(reading), Some(threshold)) = (self.reading(), self.threshold()) {
            return write!(
                f,
                " (raw reading 0x{reading:02x}, threshold 0x{threshold:02x})"
            );
        }
        let [first, second, third] = self.data;
        match (first >> 6 != 0, (first >> 4) & 3 != 0) {
            (false, false) => Ok(()),
            (true, false) => write!(f, " (0x{second:02x})"),
            (_, true) => write!(f, " (0x{second:02x}, 0x{third:02x})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::sel::{SelContent, SelRecord};

    fn event(octets: [u8; 16]) -> SystemEvent {
        match SelRecord::parse(&octets).unwrap().content {
            SelContent::Event(event) => event,
            _ => panic!("no event"),
        }
    }

    #[test]
    fn crossing_a_threshold_is_told_with_both_values() {
        let event = event([
            1, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 0x01, 0x01, 0x01, 0x57, 0x55, 0x50,
        ]);
        assert_eq!(
            event.to_string(),
            "temperature 0x01: upper non-critical going high (raw reading 0x55, threshold 0x50)"
        );
        assert_eq!(event.health(), Health::Warning);
        assert_eq!(
            (event.reading(), event.threshold()),
            (Some(0x55), Some(0x50))
        );
    }

    #[test]
    fn a_state_that_ended_is_well() {
        let event = event([
            3, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 0x08, 0x04, 0xef, 0x01, 0xff, 0xff,
        ]);
        assert_eq!(
            event.to_string(),
            "power supply 0x04: power supply failed, ended"
        );
        assert_eq!(event.health(), Health::Ok);
    }

    #[test]
    fn what_is_not_specified_is_told_by_numbers() {
        let event = event([
            4, 0, 2, 0x20, 4, 0x1a, 0x6b, 0x20, 0, 4, 0xc8, 0x09, 0x72, 0xa3, 0x01, 0x02,
        ]);
        assert_eq!(
            event.to_string(),
            "OEM type 0xc8 0x09: state 3 of event type 0x72 (0x01, 0x02)"
        );
    }
}
