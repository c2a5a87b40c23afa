//! Units of sensors (IPMI 2.0 §43.17).

use std::fmt;

/// What a value is in; shown, it is told as `°C`, `RPM`, `%` or `J/s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Unit {
    /// The first octet, without the two bits of the data format: rate, how the modifier is used, percentage.
    first: u8,
    base: u8,
    modifier: u8,
}

impl Unit {
    /// Of the three octets of a record.
    pub const fn new(first: u8, base: u8, modifier: u8) -> Self {
        Self {
            first: first & 0x3f,
            base,
            modifier,
        }
    }

    /// A base unit by its number, such as 1 for °C, 4 for volts, 6 for watts, 18 for RPM.
    pub const fn base(base: u8) -> Self {
        Self::new(0, base, 0)
    }

    pub(crate) const fn emit(self) -> (u8, u8, u8) {
        (self.first, self.base, self.modifier)
    }

    /// Whether it is a percentage.
    pub const fn is_percentage(self) -> bool {
        self.first & 0x01 != 0
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |number: u8| NAMES.get(usize::from(number)).copied().unwrap_or("");
        if self.is_percentage() {
            f.write_str("%")?;
            // A base beside it says of what, as "% W"; most say nothing.
            if !name(self.base).is_empty() {
                f.write_str(" ")?;
            }
        }
        f.write_str(name(self.base))?;
        match (self.first >> 1) & 0x03 {
            1 => write!(f, "/{}", name(self.modifier))?,
            2 => write!(f, "·{}", name(self.modifier))?,
            _ => {}
        }
        match (self.first >> 3) & 0x07 {
            1 => f.write_str("/µs"),
            2 => f.write_str("/ms"),
            3 => f.write_str("/s"),
            4 => f.write_str("/min"),
            5 => f.write_str("/h"),
            6 => f.write_str("/day"),
            _ => Ok(()),
        }
    }
}

const NAMES: &[&str] = &[
    "",
    "°C",
    "°F",
    "K",
    "V",
    "A",
    "W",
    "J",
    "C",
    "VA",
    "nit",
    "lm",
    "lx",
    "cd",
    "kPa",
    "psi",
    "N",
    "CFM",
    "RPM",
    "Hz",
    "µs",
    "ms",
    "s",
    "min",
    "h",
    "day",
    "week",
    "mil",
    "in",
    "ft",
    "in³",
    "ft³",
    "mm",
    "cm",
    "m",
    "cm³",
    "m³",
    "l",
    "fl oz",
    "rad",
    "sr",
    "rev",
    "cycle",
    "g₀",
    "oz",
    "lb",
    "ft·lb",
    "oz·in",
    "G",
    "Gb",
    "H",
    "mH",
    "F",
    "µF",
    "Ω",
    "S",
    "mol",
    "Bq",
    "ppm",
    "",
    "dB",
    "dBA",
    "dBC",
    "Gy",
    "Sv",
    "K colour",
    "bit",
    "kbit",
    "Mbit",
    "Gbit",
    "byte",
    "kB",
    "MB",
    "GB",
    "word",
    "dword",
    "qword",
    "line",
    "hit",
    "miss",
    "retry",
    "reset",
    "overflow",
    "underrun",
    "collision",
    "packet",
    "message",
    "character",
    "error",
    "correctable error",
    "uncorrectable error",
    "fatal error",
    "g",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_stand_at_their_numbers() {
        let base = |number| Unit::base(number).to_string();
        assert_eq!(
            (base(1), base(4), base(6)),
            ("°C".into(), "V".into(), "W".into())
        );
        assert_eq!(
            (base(18), base(58), base(60)),
            ("RPM".into(), "ppm".into(), "dB".into())
        );
        assert_eq!(
            (base(70), base(92), base(93)),
            ("byte".into(), "g".into(), "".into())
        );
        assert_eq!(Unit::new(0x01, 0, 0).to_string(), "%");
        assert_eq!(Unit::new(0x1a, 7, 36).to_string(), "J/m³/s");
        assert_eq!(Unit::new(0x04, 5, 24).to_string(), "A·h");
    }
}
