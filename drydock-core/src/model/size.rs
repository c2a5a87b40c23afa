//! Sizes of partitions and logical volumes: `20g`, `>512mi`, `80%`.

use super::shape::{Spelling, Word, WordForm, WordShape, from_text};
use std::{borrow::Cow, fmt, str::FromStr};

/// How large a partition or logical volume shall be.
///
/// `k`, `m`, `g`, `t` (and `kb` ...) are powers of 1000, `ki`, `mi`, `gi`, `ti` (and `kib` ...) of 1024; case does not
/// matter. A leading `>` means at least this much, then what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    /// Whether it takes what is left as well.
    pub at_least: bool,
    /// How much.
    pub amount: Amount,
}

/// How much space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Amount {
    /// Bytes.
    Bytes(u64),
    /// Percent of the disk or volume group.
    Percent(u8),
}

impl Size {
    /// The bytes of it, given how many bytes the disk or volume group has.
    pub fn bytes_of(self, whole: u64) -> u64 {
        match self.amount {
            Amount::Bytes(bytes) => bytes,
            Amount::Percent(percent) => (u128::from(whole) * u128::from(percent) / 100) as u64,
        }
    }

    /// The bytes, when they do not depend on the disk.
    pub fn fixed_bytes(self) -> Option<u64> {
        match self.amount {
            Amount::Bytes(bytes) => Some(bytes),
            Amount::Percent(_) => None,
        }
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix('>');
        let (at_least, rest) = (rest.is_some(), rest.unwrap_or(text));
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .ok_or("its unit is missing")?;
        let number: u64 = rest[..end].parse().map_err(|_| String::new())?;
        let amount = match &*rest[end..].to_ascii_lowercase() {
            "%" if number <= 100 => Amount::Percent(number as u8),
            "%" => return Err("no disk has more than 100%".into()),
            unit => {
                let factor = factor(unit).ok_or_else(String::new)?;
                Amount::Bytes(number.checked_mul(factor).ok_or("no disk is that large")?)
            }
        };
        Ok(Self { at_least, amount })
    }
}

fn factor(unit: &str) -> Option<u64> {
    let mut letters = unit.chars();
    let power = "kmgt".find(letters.next()?)? as u32 + 1;
    match letters.as_str() {
        "" | "b" => Some(1000_u64.pow(power)),
        "i" | "ib" => Some(1024_u64.pow(power)),
        _ => None,
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.at_least { ">" } else { "" };
        match self.amount {
            Amount::Percent(percent) => write!(f, "{sign}{percent}%"),
            Amount::Bytes(bytes) => {
                let units = [
                    ("ti", 1 << 40),
                    ("t", 1_000_000_000_000),
                    ("gi", 1 << 30),
                    ("g", 1_000_000_000),
                ];
                let units = units.into_iter().chain([
                    ("mi", 1 << 20),
                    ("m", 1_000_000),
                    ("ki", 1 << 10),
                    ("k", 1_000),
                ]);
                let exact = units
                    .clone()
                    .find(|(_, factor)| bytes > 0 && bytes % factor == 0);
                match exact {
                    Some((unit, factor)) => write!(f, "{sign}{}{unit}", bytes / factor),
                    None => write!(f, "{sign}0k"),
                }
            }
        }
    }
}

impl Word for Size {
    const WORD: WordShape = WordShape {
        expected: "a size such as 20g, >512mi or 80%",
        form: WordForm::Text,
        spelling: Spelling::Pattern(r"^>?([0-9]+[kKmMgGtT][iI]?[bB]?|0*(100|[0-9]{1,2})%)$"),
        commas: false,
        single: false,
        check: |text| text.parse::<Size>().map(|_| Cow::Borrowed(text)),
    };
}
from_text!(Size);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_what_they_say() {
        let bytes = |text: &str| text.parse::<Size>().unwrap().fixed_bytes().unwrap();
        assert_eq!(bytes("20g"), 20_000_000_000);
        assert_eq!(bytes(">20Gi"), 20 << 30);
        assert_eq!(bytes("500mb"), 500_000_000);
        assert_eq!(bytes("1kib"), 1024);
        assert_eq!("50%".parse::<Size>().unwrap().bytes_of(1000), 500);
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "20",
            "g",
            "20gX",
            "20ggg",
            "10.5%",
            "-1g",
            "101%",
            "<5g",
            "20 g",
            "99999999999999t",
        ] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_printed_is_read_back() {
        for text in ["20g", ">512mi", "80%", "3k", "1500m", "1025ki"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
    }
}
