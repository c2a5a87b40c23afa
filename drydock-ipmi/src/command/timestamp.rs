//! Timestamps of the SEL and of the SDR repository (IPMI 2.0 §37).

use std::fmt;

/// A time by a BMC's clock, which is often wrong and in whatever zone somebody set it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Timestamp {
    /// It is not known.
    Unspecified,
    /// So many seconds after the BMC started: it did not know the time.
    SinceStart(u32),
    /// So many seconds after 1970 began.
    Seconds(u32),
}

impl Timestamp {
    /// What a number on the wire means.
    pub const fn new(number: u32) -> Self {
        match number {
            u32::MAX => Self::Unspecified,
            0..=0x2000_0000 => Self::SinceStart(number),
            _ => Self::Seconds(number),
        }
    }

    /// The number on the wire.
    pub const fn number(self) -> u32 {
        match self {
            Self::Unspecified => u32::MAX,
            Self::SinceStart(number) | Self::Seconds(number) => number,
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = match *self {
            Self::Unspecified => return f.write_str("unknown time"),
            Self::SinceStart(seconds) => return write!(f, "{seconds} s after start"),
            Self::Seconds(seconds) => seconds,
        };
        let (year, month, day) = date(seconds / 86_400);
        let (hour, minute) = (seconds / 3600 % 24, seconds / 60 % 60);
        let second = seconds % 60;
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
        )
    }
}

/// The date of so many days after 1970 began: year, month, day.
fn date(days: u32) -> (u32, u32, u32) {
    let is_leap = |year: u32| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let length = |year, month| match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let months = (1970_u32..).flat_map(|year| (1..=12).map(move |month| (year, month)));
    let mut left = days;
    for (year, month) in months {
        match left.checked_sub(length(year, month)) {
            Some(rest) => left = rest,
            None => return (year, month, left.saturating_add(1)),
        }
    }
    (1970, 1, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_dates() {
        let text = |number| Timestamp::new(number).to_string();
        assert_eq!(text(951_782_399), "2000-02-28 23:59:59");
        assert_eq!(text(951_782_400), "2000-02-29 00:00:00");
        assert_eq!(text(1_795_428_000), "2026-11-23 10:00:00");
        assert_eq!(text(u32::MAX - 1), "2106-02-07 06:28:14");
        assert_eq!(text(90), "90 s after start");
        assert_eq!(text(0x2000_0001), "1987-01-05 18:48:33");
        assert_eq!(text(u32::MAX), "unknown time");
        for number in [0, 0x2000_0000, 0x2000_0001, u32::MAX] {
            assert_eq!(Timestamp::new(number).number(), number);
        }
    }
}
