//! The sensors of a simulated machine: what they are, what they read, and which thresholds they have (IPMI 2.0 §35, §36).

use std::cmp::Ordering;

/// A sensor of a simulated BMC.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SimulatedSensor {
    /// Its number, 0 to 254; each sensor needs its own.
    pub number: u8,
    /// Its name, at most 16 octets of ASCII.
    pub name: String,
    /// What it watches (IPMI 2.0 table 42-3): 1 temperature, 2 voltage, 4 fan, 8 power supply.
    pub kind: u8,
    /// The entity it is of (IPMI 2.0 table 43-13): 3 processor, 7 system board, 10 power supply, 29 fan.
    pub entity: u8,
    /// What it reads now; none if it cannot be read.
    pub reading: Option<u8>,
    /// How it reads.
    pub form: SensorForm,
}

/// How a sensor reads.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SensorForm {
    /// A number: `(m × reading + b × 10^b_exponent) × 10^exponent` of the unit (IPMI 2.0 §36.3).
    Analog(Conversion),
    /// States that are on or off, as bits of the reading, in the sense of this event/reading type (IPMI 2.0 table 42-1).
    Discrete {
        /// 0x6f: specific to the kind of sensor.
        reading_type: u8,
    },
}

/// How a number comes of a reading, and between what it should stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Conversion {
    /// The base unit (IPMI 2.0 table 43-15): 1 degrees C, 4 volts, 6 watts, 18 rpm.
    pub unit: u8,
    /// Whether readings are of two's complement.
    pub signed: bool,
    /// The factor, of 10 bits with sign.
    pub m: i16,
    /// The offset, of 10 bits with sign.
    pub b: i16,
    /// The offset's exponent, of 4 bits with sign.
    pub b_exponent: i8,
    /// The result's exponent, of 4 bits with sign.
    pub exponent: i8,
    /// The thresholds, raw.
    pub thresholds: Thresholds,
}

/// Thresholds, raw as the readings; each may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Thresholds {
    /// Lower non-critical.
    pub lower_noncritical: Option<u8>,
    /// Lower critical.
    pub lower_critical: Option<u8>,
    /// Lower non-recoverable.
    pub lower_nonrecoverable: Option<u8>,
    /// Upper non-critical.
    pub upper_noncritical: Option<u8>,
    /// Upper critical.
    pub upper_critical: Option<u8>,
    /// Upper non-recoverable.
    pub upper_nonrecoverable: Option<u8>,
}

impl Thresholds {
    /// In the order of Get Sensor Thresholds (IPMI 2.0 §35.9), which is that of the mask's bits.
    pub(super) fn in_order(&self) -> [Option<u8>; 6] {
        [
            self.lower_noncritical,
            self.lower_critical,
            self.lower_nonrecoverable,
            self.upper_noncritical,
            self.upper_critical,
            self.upper_nonrecoverable,
        ]
    }

    /// Which of them there are.
    pub(super) fn mask(&self) -> u8 {
        bits(self.in_order().map(|threshold| threshold.is_some()))
    }
}

impl SimulatedSensor {
    /// A sensor that reads a number.
    pub fn analog(
        number: u8,
        name: &str,
        kind: u8,
        entity: u8,
        reading: u8,
        conversion: Conversion,
    ) -> Self {
        Self {
            number,
            name: name.to_owned(),
            kind,
            entity,
            reading: Some(reading),
            form: SensorForm::Analog(conversion),
        }
    }

    /// A sensor that reads states, in the sense of its kind.
    pub fn discrete(number: u8, name: &str, kind: u8, entity: u8, states: u8) -> Self {
        Self {
            number,
            name: name.to_owned(),
            kind,
            entity,
            reading: Some(states),
            form: SensorForm::Discrete { reading_type: 0x6f },
        }
    }

    /// What a small server has: two temperatures (one in two's complement), a fan, a voltage and a power supply.
    pub fn of_a_server() -> Vec<Self> {
        let heat = Conversion {
            unit: 1,
            m: 1,
            thresholds: Thresholds {
                upper_noncritical: Some(85),
                upper_critical: Some(95),
                ..Thresholds::default()
            },
            ..Conversion::default()
        };
        let inlet = Conversion {
            signed: true,
            thresholds: Thresholds {
                lower_noncritical: Some(5),
                lower_critical: Some(0xfb),
                upper_noncritical: Some(38),
                upper_critical: Some(42),
                ..Thresholds::default()
            },
            ..heat.clone()
        };
        let fan = Conversion {
            unit: 18,
            m: 100,
            thresholds: Thresholds {
                lower_noncritical: Some(15),
                lower_critical: Some(8),
                ..Thresholds::default()
            },
            ..Conversion::default()
        };
        let volts = Conversion {
            unit: 4,
            m: 6,
            exponent: -2,
            thresholds: Thresholds {
                lower_critical: Some(180),
                upper_critical: Some(220),
                ..Thresholds::default()
            },
            ..Conversion::default()
        };
        vec![
            Self::analog(1, "CPU1 Temp", 1, 3, 42, heat),
            Self::analog(2, "Inlet Temp", 1, 7, 23, inlet),
            Self::analog(3, "FAN1", 4, 29, 54, fan),
            Self::analog(4, "12V", 2, 7, 201, volts),
            Self::discrete(5, "PSU1", 8, 10, 0x01),
        ]
    }

    /// Which states its reading means: thresholds crossed, or the discrete states (IPMI 2.0 §35.14).
    pub(super) fn states(&self) -> u8 {
        let (Some(reading), SensorForm::Analog(conversion)) = (self.reading, &self.form) else {
            return self.reading.unwrap_or(0);
        };
        let order = |a: u8, b: u8| match conversion.signed {
            true => a.cast_signed().cmp(&b.cast_signed()),
            false => a.cmp(&b),
        };
        let [a, b, c, d, e, f] = conversion.thresholds.in_order();
        let below = |limit: Option<u8>| {
            limit.is_some_and(|limit| order(reading, limit) != Ordering::Greater)
        };
        let above =
            |limit: Option<u8>| limit.is_some_and(|limit| order(reading, limit) != Ordering::Less);
        bits([below(a), below(b), below(c), above(d), above(e), above(f)])
    }
}

fn bits<const N: usize>(set: [bool; N]) -> u8 {
    set.iter()
        .rev()
        .fold(0, |bits, set| (bits << 1) | u8::from(*set))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_say_which_thresholds_are_crossed() {
        let mut inlet = SimulatedSensor::of_a_server().remove(1);
        assert_eq!(inlet.states(), 0);
        inlet.reading = Some(0xfa);
        assert_eq!(inlet.states(), 0b00_0011, "minus 6 degrees");
        inlet.reading = Some(40);
        assert_eq!(inlet.states(), 0b00_1000);
        inlet.reading = None;
        assert_eq!(inlet.states(), 0);
    }
}
