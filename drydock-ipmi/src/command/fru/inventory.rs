//! A whole inventory: the common header and the areas that it names (FRU Information Storage Definition §8 to §12). The
//! internal use area and the multirecords are not looked at.

use super::{BoardArea, ChassisArea, ProductArea};
use crate::octets::{Octets, Short};
use std::fmt;

/// What a FRU is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FruInventory {
    /// What its chassis is.
    pub chassis: Option<ChassisArea>,
    /// What its board is.
    pub board: Option<BoardArea>,
    /// What the whole product is.
    pub product: Option<ProductArea>,
    /// What is wrong with the inventory. What could be read was read all the same.
    pub faults: Vec<FruFault>,
}

/// Something that is wrong with an inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FruFault {
    /// With what.
    pub part: &'static str,
    /// What is wrong.
    pub what: &'static str,
}

impl fmt::Display for FruFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part, self.what)
    }
}

/// An area that the header names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Area {
    Chassis,
    Board,
    Product,
}

impl Area {
    const ALL: [Self; 3] = [Self::Chassis, Self::Board, Self::Product];

    fn name(self) -> &'static str {
        match self {
            Self::Chassis => "chassis area",
            Self::Board => "board area",
            Self::Product => "product area",
        }
    }
}

const HEADER: usize = 8;

/// Where an area begins, by the header; none if there is no such area.
fn start(inventory: &[u8], area: Area) -> Option<usize> {
    let [version, _, chassis, board, product, ..] = *inventory.first_chunk::<HEADER>()?;
    let eighths = match area {
        Area::Chassis => chassis,
        Area::Board => board,
        Area::Product => product,
    };
    let is_known = version & 0x0f == 1 && eighths != 0;
    is_known.then(|| usize::from(eighths).saturating_mul(8))
}

/// Where an area ends, by its own length; a length of 0 is taken for the area's first eight octets.
fn end(inventory: &[u8], start: usize) -> Option<usize> {
    let eighths = inventory.get(start.saturating_add(1))?;
    let length = usize::from(*eighths).max(1).saturating_mul(8);
    Some(start.saturating_add(length))
}

fn sum(octets: &[u8]) -> u8 {
    octets.iter().fold(0, |sum, octet| sum.wrapping_add(*octet))
}

/// Up to where an inventory has to be read for all of its areas, as far as that is known by what is there. It is at most
/// 4,080, whatever the octets say.
pub(super) fn needed(inventory: &[u8]) -> usize {
    let areas = Area::ALL.into_iter().filter_map(|area| {
        let start = start(inventory, area)?;
        Some(end(inventory, start).unwrap_or(start.saturating_add(2)))
    });
    areas.max().unwrap_or(HEADER).max(HEADER)
}

impl FruInventory {
    /// Reads an inventory. Never fails: what is wrong is among the faults.
    pub fn parse(inventory: &[u8]) -> Self {
        let mut parsed = Self::default();
        let Some(header) = inventory.first_chunk::<HEADER>() else {
            parsed.fault("common header", "it is cut");
            return parsed;
        };
        if header.first().is_none_or(|version| version & 0x0f != 1) {
            parsed.fault("common header", "its version is not known");
            return parsed;
        }
        if sum(header) != 0 {
            parsed.fault("common header", "its checksum is wrong");
        }
        for area in Area::ALL {
            if let Some(start) = start(inventory, area)
                && parsed.area(inventory, area, start).is_err()
            {
                parsed.fault(area.name(), "it is cut");
            }
        }
        parsed
    }

    fn area(&mut self, inventory: &[u8], area: Area, start: usize) -> Result<(), Short> {
        let end = end(inventory, start).ok_or(Short)?;
        let whole = inventory.get(start..end);
        let octets = whole.or(inventory.get(start..)).ok_or(Short)?;
        match whole {
            None => self.fault(area.name(), "it is cut"),
            Some(octets) if sum(octets) != 0 => {
                self.fault(area.name(), "its checksum is wrong");
            }
            Some(_) => {}
        }
        let mut octets = Octets::new(octets);
        let [_version, _length] = octets.array()?;
        let ended = match area {
            Area::Chassis => {
                let (area, ended) = ChassisArea::parse(&mut octets)?;
                self.chassis = Some(area);
                ended
            }
            Area::Board => {
                let (area, ended) = BoardArea::parse(&mut octets)?;
                self.board = Some(area);
                ended
            }
            Area::Product => {
                let (area, ended) = ProductArea::parse(&mut octets)?;
                self.product = Some(area);
                ended
            }
        };
        if !ended && whole.is_some() {
            self.fault(area.name(), "its fields have no end");
        }
        Ok(())
    }

    pub(super) fn fault(&mut self, part: &'static str, what: &'static str) {
        self.faults.push(FruFault { part, what });
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As `ipmi_sim` has it.
    pub(crate) fn recorded() -> Vec<u8> {
        let mut octets = vec![0x01, 0x00, 0x01, 0x04, 0x0a, 0x00, 0x00, 0xf0];
        octets.extend(b"\x01\x03\x17\xc6CHPART\xc7CHSER01\xc1\0\0\0\0\xff");
        octets.extend(b"\x01\x06\x19\0\0\0\xc7Drydock\xc8LabBoard\xc8BRDSER01\xc5BRDPN");
        octets.extend(b"\xc1F\xc1\0\0\0\0\0\0\x9c");
        octets.extend(b"\x01\x06\x19\xc7Drydock\xc9LabServer\xc4PN-1\xc2v1\xc7SN-0001\xc5ASSET");
        octets.extend(b"\xc1F\xc1\0\x6e");
        octets.resize(512, 0);
        octets
    }

    #[test]
    fn chassis_board_and_product_are_told() {
        let fru = FruInventory::parse(&recorded());
        assert_eq!(fru.faults, []);
        let (chassis, board) = (fru.chassis.unwrap(), fru.board.unwrap());
        assert_eq!(
            (chassis.kind, chassis.serial.to_string()),
            (0x17, "CHSER01".into())
        );
        assert_eq!(board.made, crate::command::Timestamp::Unspecified);
        assert_eq!(board.product.to_string(), "LabBoard");
        assert_eq!(board.part_number.to_string(), "BRDPN");
        assert!(board.file_id.is_empty() && board.custom.is_empty());
        let product = fru.product.unwrap();
        assert_eq!(product.manufacturer.to_string(), "Drydock");
        assert_eq!(product.serial.to_string(), "SN-0001");
        assert_eq!(product.asset_tag.to_string(), "ASSET");
    }

    #[test]
    fn a_wrong_checksum_is_told_and_the_rest_read() {
        let mut octets = recorded();
        octets[8 + 4] = b'X';
        let fru = FruInventory::parse(&octets);
        let [fault] = &*fru.faults else { panic!() };
        assert_eq!(fault.to_string(), "chassis area: its checksum is wrong");
        assert_eq!(fru.chassis.unwrap().part_number.to_string(), "XHPART");
    }

    #[test]
    fn an_inventory_that_is_cut_or_has_no_end_is_read_as_far_as_it_is() {
        let octets = recorded();
        for cut in 0..128 {
            let fru = FruInventory::parse(octets.get(..cut).unwrap());
            assert!(!fru.faults.is_empty(), "{cut}");
        }
        let fru = FruInventory::parse(octets.get(..100).unwrap());
        assert_eq!(fru.product.unwrap().manufacturer.to_string(), "Drydock");
        let mut endless = octets.clone();
        for octet in endless.get_mut(8..32).unwrap() {
            *octet = if *octet == 0xc1 { 0xc0 } else { *octet };
        }
        let fru = FruInventory::parse(&endless);
        assert!(
            fru.faults
                .iter()
                .any(|fault| fault.what == "its fields have no end")
        );
        assert_eq!(FruInventory::parse(&[0xff; 512]).faults.len(), 1);
    }

    #[test]
    fn custom_fields_follow_those_that_have_names() {
        let mut octets = vec![0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0xfe];
        octets.extend(b"\x01\x02\x17\xc0\xc2S1\xc2C1\x02\xab\xcd\xc1\x00\x00");
        let rest = sum(octets.get(8..).unwrap()).wrapping_neg();
        *octets.last_mut().unwrap() = rest;
        let fru = FruInventory::parse(&octets);
        assert_eq!(fru.faults, []);
        let custom: Vec<_> = fru
            .chassis
            .unwrap()
            .custom
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(custom, ["C1", "abcd"]);
    }

    proptest! {
        #[test]
        fn any_octets_are_an_inventory(
            areas: [u8; 3],
            mut octets in prop::collection::vec(any::<u8>(), 0..600),
        ) {
            if let Some(header) = octets.first_chunk_mut::<5>() {
                *header = [1, 0, areas[0] % 32, areas[1] % 32, areas[2] % 32];
            }
            let fru = FruInventory::parse(&octets);
            let _ = format!("{fru:?}");
            for field in fru.chassis.iter().flat_map(|area| &area.custom) {
                let _ = field.to_string();
            }
            prop_assert!((8..=4080).contains(&needed(&octets)));
        }
    }
}
