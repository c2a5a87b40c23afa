//! The chassis, board and product areas (FRU Information Storage Definition §10 to §12).

use super::FruField;
use crate::{
    command::Timestamp,
    octets::{Octets, Short},
};

/// What the chassis is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChassisArea {
    /// What kind of chassis, by SMBIOS; 0x17 is a rack mount.
    pub kind: u8,
    /// Its part number.
    pub part_number: FruField,
    /// Its serial number.
    pub serial: FruField,
    /// What the maker adds.
    pub custom: Vec<FruField>,
}

/// What the board is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardArea {
    /// Its language, by number; 0 and 25 are English.
    pub language: u8,
    /// When it was made.
    pub made: Timestamp,
    /// Who made it.
    pub manufacturer: FruField,
    /// What it is called.
    pub product: FruField,
    /// Its serial number.
    pub serial: FruField,
    /// Its part number.
    pub part_number: FruField,
    /// Which file this inventory was made with.
    pub file_id: FruField,
    /// What the maker adds.
    pub custom: Vec<FruField>,
}

/// What the whole product is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProductArea {
    /// Its language, by number; 0 and 25 are English.
    pub language: u8,
    /// Who made it.
    pub manufacturer: FruField,
    /// What it is called.
    pub product: FruField,
    /// Its part or model number.
    pub part_number: FruField,
    /// Its version.
    pub version: FruField,
    /// Its serial number.
    pub serial: FruField,
    /// Its owner's tag.
    pub asset_tag: FruField,
    /// Which file this inventory was made with.
    pub file_id: FruField,
    /// What the maker adds.
    pub custom: Vec<FruField>,
}

/// The fields of an area. Those that are named come first, and may be left out from the end.
struct Fields {
    all: std::vec::IntoIter<FruField>,
    /// Whether the fields ended as they should.
    ended: bool,
}

impl Fields {
    fn read(octets: &mut Octets<'_>, language: u8) -> Self {
        let english = matches!(language, 0 | 25);
        let mut all = Vec::new();
        let ended = loop {
            match FruField::read(octets, english) {
                Ok(Some(field)) => all.push(field),
                Ok(None) => break true,
                Err(Short) => break false,
            }
        };
        let all = all.into_iter();
        Self { all, ended }
    }

    fn next(&mut self) -> FruField {
        self.all.next().unwrap_or_default()
    }
}

// Each takes the octets behind version and length, and says too whether its fields ended as they should.

impl ChassisArea {
    pub(super) fn parse(octets: &mut Octets<'_>) -> Result<(Self, bool), Short> {
        let kind = octets.u8()?;
        let mut fields = Fields::read(octets, 0);
        let area = Self {
            kind,
            part_number: fields.next(),
            serial: fields.next(),
            custom: fields.all.collect(),
        };
        Ok((area, fields.ended))
    }
}

impl BoardArea {
    pub(super) fn parse(octets: &mut Octets<'_>) -> Result<(Self, bool), Short> {
        let language = octets.u8()?;
        let [low, middle, high] = octets.array()?;
        let made = u32::from_le_bytes([low, middle, high, 0]);
        let mut fields = Fields::read(octets, language);
        let area = Self {
            language,
            made: date(made),
            manufacturer: fields.next(),
            product: fields.next(),
            serial: fields.next(),
            part_number: fields.next(),
            file_id: fields.next(),
            custom: fields.all.collect(),
        };
        Ok((area, fields.ended))
    }
}

impl ProductArea {
    pub(super) fn parse(octets: &mut Octets<'_>) -> Result<(Self, bool), Short> {
        let language = octets.u8()?;
        let mut fields = Fields::read(octets, language);
        let area = Self {
            language,
            manufacturer: fields.next(),
            product: fields.next(),
            part_number: fields.next(),
            version: fields.next(),
            serial: fields.next(),
            asset_tag: fields.next(),
            file_id: fields.next(),
            custom: fields.all.collect(),
        };
        Ok((area, fields.ended))
    }
}

/// A date in minutes since 1996 began; 0 is not known.
fn date(minutes: u32) -> Timestamp {
    const YEAR_1996: u32 = 820_454_400;
    match minutes {
        0 => Timestamp::Unspecified,
        _ => Timestamp::Seconds(minutes.saturating_mul(60).saturating_add(YEAR_1996)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards_are_made_after_1996_began() {
        assert_eq!(date(0).to_string(), "unknown time");
        assert_eq!(date(1).to_string(), "1996-01-01 00:01:00");
        assert_eq!(date(0x00ff_ffff).to_string(), "2027-11-24 20:15:00");
    }
}
