//! Sensor types (IPMI 2.0 table 42-3).

use std::fmt;

/// What a sensor is of, by its number; shown, it is told in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SensorType(pub u8);

impl SensorType {
    /// Temperature.
    pub const TEMPERATURE: Self = Self(0x01);
    /// Voltage.
    pub const VOLTAGE: Self = Self(0x02);
    /// Current.
    pub const CURRENT: Self = Self(0x03);
    /// Fan.
    pub const FAN: Self = Self(0x04);
    /// Processor.
    pub const PROCESSOR: Self = Self(0x07);
    /// Power supply.
    pub const POWER_SUPPLY: Self = Self(0x08);
    /// Memory.
    pub const MEMORY: Self = Self(0x0c);
    /// What is logged, and what is not.
    pub const EVENT_LOGGING: Self = Self(0x10);
    /// The watchdog of IPMI 1.0 and later.
    pub const WATCHDOG: Self = Self(0x23);

    /// What it is called; none for what is reserved or a manufacturer's.
    pub fn name(self) -> Option<&'static str> {
        NAMES
            .get(usize::from(self.0))
            .copied()
            .filter(|name| !name.is_empty())
    }
}

impl fmt::Display for SensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None if self.0 >= 0xc0 => write!(f, "OEM type 0x{:02x}", self.0),
            None => write!(f, "type 0x{:02x}", self.0),
        }
    }
}

const NAMES: &[&str] = &[
    "",
    "temperature",
    "voltage",
    "current",
    "fan",
    "physical security",
    "platform security",
    "processor",
    "power supply",
    "power unit",
    "cooling device",
    "other units",
    "memory",
    "drive slot",
    "POST memory resize",
    "system firmware",
    "event logging",
    "watchdog 1",
    "system event",
    "critical interrupt",
    "button",
    "module",
    "microcontroller",
    "add-in card",
    "chassis",
    "chip set",
    "other FRU",
    "cable",
    "terminator",
    "system boot",
    "boot error",
    "OS boot",
    "OS stop",
    "slot",
    "ACPI power state",
    "watchdog 2",
    "platform alert",
    "entity presence",
    "monitor ASIC",
    "LAN",
    "management subsystem",
    "battery",
    "session audit",
    "version change",
    "FRU state",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_stand_at_their_numbers() {
        let name = |number| SensorType(number).to_string();
        assert_eq!(
            (name(0x01), name(0x2c)),
            ("temperature".into(), "FRU state".into())
        );
        assert_eq!(
            (name(0x10), name(0x23)),
            ("event logging".into(), "watchdog 2".into())
        );
        assert_eq!(
            (name(0x00), name(0x2d)),
            ("type 0x00".into(), "type 0x2d".into())
        );
        assert_eq!(name(0xc1), "OEM type 0xc1");
    }
}
