//! From raw readings to values (IPMI 2.0 §36.3), and Get Sensor Reading Factors (§35.5).

use super::super::sdr::SensorKey;
use crate::{
    command::{Command, Malformed, Repeat, Request},
    octets::Octets,
    wire::NetFn,
};

/// How raw readings become values: `y = L((M·x + B·10^k1)·10^k2)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    /// 0 unsigned, 1 one's complement, 2 two's complement, 3 no number at all.
    format: u8,
    linearization: u8,
    /// M, B, tolerance, accuracy, direction and exponents, as on the wire.
    factors: [u8; 6],
}

impl Conversion {
    /// Of the numbers of a record: the format of the raw readings (0 unsigned, 1 one's complement, 2 two's complement, 3
    /// none), the linearisation, and the six octets of M, B and the exponents as they stand on the wire.
    pub const fn new(format: u8, linearization: u8, factors: [u8; 6]) -> Self {
        Self {
            format: format & 0x03,
            linearization: linearization & 0x7f,
            factors,
        }
    }

    /// A linear one of unsigned readings, from M (-512 to 511), B (the same) and the exponents of B and of the result (-8
    /// to 7). What is beyond that is cut to its lowest bits.
    pub const fn linear(m: i16, b: i16, b_exponent: i8, exponent: i8) -> Self {
        let [m_low, m_high] = m.to_le_bytes();
        let [b_low, b_high] = b.to_le_bytes();
        let [exponents] = ((exponent << 4) | (b_exponent & 0x0f)).to_le_bytes();
        Self::new(0, 0, [m_low, m_high << 6, b_low, b_high << 6, 0, exponents])
    }

    pub(crate) const fn format(self) -> u8 {
        self.format
    }

    pub(crate) const fn linearization(self) -> u8 {
        self.linearization
    }

    pub(crate) const fn factors(self) -> [u8; 6] {
        self.factors
    }

    /// Whether each reading has factors of its own, to be asked for by [`GetReadingFactors`].
    pub const fn is_per_reading(self) -> bool {
        self.linearization >= 0x70
    }

    /// With the factors of a reading.
    #[must_use]
    pub const fn with_factors(self, factors: [u8; 6]) -> Self {
        Self::new(self.format, 0, factors)
    }

    /// The value of a raw reading. None if the sensor has no numbers, if each reading has factors of its own, or if it is
    /// no finite number.
    pub fn value(self, raw: u8) -> Option<f64> {
        let x = match self.format {
            0 => f64::from(raw),
            1 if raw & 0x80 != 0 => -f64::from(!raw),
            1 => f64::from(raw),
            2 => f64::from(i8::from_le_bytes([raw])),
            _ => return None,
        };
        let [m_low, m_high, b_low, b_high, _, exponents] = self.factors;
        let (m, b) = (ten_bits(m_low, m_high), ten_bits(b_low, b_high));
        let (exponent, b_exponent) = (four_bits(exponents >> 4), four_bits(exponents));
        let linear = scaled(m * x + scaled(b, b_exponent), exponent);
        let value = match self.linearization {
            0x00 => linear,
            0x01 => linear.ln(),
            0x02 => linear.log10(),
            0x03 => linear.log2(),
            0x04 => linear.exp(),
            0x05 => 10_f64.powf(linear),
            0x06 => linear.exp2(),
            0x07 => linear.recip(),
            0x08 => linear.powi(2),
            0x09 => linear.powi(3),
            0x0a => linear.sqrt(),
            0x0b => linear.cbrt(),
            _ => return None,
        };
        value.is_finite().then_some(value)
    }
}

/// A number times a power of ten. Divided where that is exact and multiplying is not: 1200 / 100 is 12.
fn scaled(number: f64, exponent: i32) -> f64 {
    match exponent < 0 {
        true => number / 10_f64.powi(exponent.saturating_neg()),
        false => number * 10_f64.powi(exponent),
    }
}

/// A number of ten bits in two's complement, whose two highest stand at the top of the second octet.
fn ten_bits(low: u8, high: u8) -> f64 {
    let number = i16::from_le_bytes([low, high >> 6]);
    f64::from((number << 6) >> 6)
}

/// A number of four bits in two's complement, in the lowest bits of an octet.
fn four_bits(octet: u8) -> i32 {
    i32::from(i8::from_le_bytes([octet << 4]) >> 4)
}

/// Asks for the factors of a reading, where each reading has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetReadingFactors {
    /// Which sensor.
    pub key: SensorKey,
    /// The raw reading.
    pub raw: u8,
}

impl Command for GetReadingFactors {
    /// For [`Conversion::with_factors`].
    type Answer = [u8; 6];

    fn name(&self) -> &'static str {
        "Get Sensor Reading Factors"
    }

    fn request(&self) -> Request {
        let mut request = Request::new(NetFn::SENSOR, 0x23, [self.key.number, self.raw]);
        request.lun = self.key.lun;
        request
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<[u8; 6], Malformed> {
        let mut octets = Octets::new(data);
        octets.u8()?;
        Ok(octets.array()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_as_the_formula_says() {
        let twelve_volts = Conversion::new(0, 0, [6, 0, 0, 1, 1, 0xe0]);
        assert_eq!(twelve_volts.value(0xc8), Some(12.0));
        assert_eq!(Conversion::linear(6, 0, 0, -2).value(0xc8), Some(12.0));
        assert_eq!(Conversion::linear(100, 0, 0, 0).value(80), Some(8000.0));
        assert_eq!(Conversion::linear(-2, 5, 1, -1).value(10), Some(3.0));
        assert_eq!(Conversion::linear(-512, 511, 0, 0).value(1), Some(-1.0));
    }

    #[test]
    fn readings_may_be_signed() {
        let factors = Conversion::linear(1, 0, 0, 0).factors();
        let value = |format, raw| Conversion::new(format, 0, factors).value(raw);
        assert_eq!((value(0, 0xf6), value(1, 0xf6)), (Some(246.0), Some(-9.0)));
        assert_eq!((value(2, 0xf6), value(3, 0xf6)), (Some(-10.0), None));
        assert_eq!(
            (value(1, 0x7f), value(2, 0x80)),
            (Some(127.0), Some(-128.0))
        );
    }

    #[test]
    fn readings_may_not_be_linear() {
        let factors = Conversion::linear(1, 0, 0, 0).factors();
        let value = |by, raw| Conversion::new(0, by, factors).value(raw);
        assert_eq!((value(2, 100), value(3, 8)), (Some(2.0), Some(3.0)));
        assert_eq!((value(5, 2), value(6, 4)), (Some(100.0), Some(16.0)));
        assert_eq!((value(7, 4), value(8, 9)), (Some(0.25), Some(81.0)));
        assert_eq!((value(9, 3), value(10, 81)), (Some(27.0), Some(9.0)));
        assert_eq!((value(11, 27), value(4, 0)), (Some(3.0), Some(1.0)));
        // The logarithm and the reciprocal of nothing are no numbers.
        assert_eq!(
            (value(1, 0), value(7, 0), value(0x70, 1)),
            (None, None, None)
        );
        let own = Conversion::new(0, 0x70, [0; 6]);
        assert!(own.is_per_reading());
        assert_eq!(own.with_factors(factors).value(7), Some(7.0));
    }

    proptest! {
        #[test]
        fn any_numbers_give_a_finite_value_or_none(a: u8, b: u8, factors: [u8; 6], raw: u8) {
            let value = Conversion::new(a, b, factors).value(raw);
            prop_assert!(value.is_none_or(f64::is_finite));
        }
    }
}
