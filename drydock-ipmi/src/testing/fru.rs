//! The FRU inventory of a simulated machine (IPMI Platform Management FRU Information Storage Definition v1.0).

/// What the FRU inventory tells of a machine. Texts are ASCII, at most 63 octets each.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// Who made it.
    pub manufacturer: String,
    /// What it is called.
    pub product: String,
    /// Its part number.
    pub part_number: String,
    /// Its serial number.
    pub serial: String,
    /// Its asset tag.
    pub asset_tag: String,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            manufacturer: "Drydock".to_owned(),
            product: "Simulated Server".to_owned(),
            part_number: "SIM-1".to_owned(),
            serial: "SIM0000001".to_owned(),
            asset_tag: String::new(),
        }
    }
}

impl Identity {
    /// The inventory: header, chassis, board and product area.
    pub(super) fn inventory(&self) -> Vec<u8> {
        let chassis = area(
            &[0x01, 0x00, 0x17], // a rack mount chassis
            &[&self.part_number, &self.serial],
        );
        let board = area(
            &[0x01, 0x00, 0x19, 0x00, 0x00, 0x00],
            &[
                &self.manufacturer,
                &self.product,
                &self.serial,
                &self.part_number,
                "",
            ],
        );
        let product = area(
            &[0x01, 0x00, 0x19],
            &[
                &self.manufacturer,
                &self.product,
                &self.part_number,
                "1.0",
                &self.serial,
                &self.asset_tag,
                "",
            ],
        );
        let eighths = |area: &[u8]| u8::try_from(area.len() / 8).unwrap_or(u8::MAX);
        let second = eighths(&chassis).saturating_add(1);
        let third = eighths(&board).saturating_add(second);
        let mut inventory = vec![0x01, 0x00, 0x01, second, third, 0x00, 0x00];
        inventory.push(checksum(&inventory));
        inventory.extend(chassis);
        inventory.extend(board);
        inventory.extend(product);
        inventory
    }
}

/// An area: its head, whose second octet is its length in eights, texts, the end mark, padding, checksum.
fn area(head: &[u8], texts: &[&str]) -> Vec<u8> {
    let mut area = head.to_vec();
    for text in texts {
        let text: Vec<u8> = text.bytes().take(63).collect();
        // 8-bit ASCII. A length of one would be read as the end mark together with this type.
        let text = if text.len() == 1 {
            [text, vec![b' ']].concat()
        } else {
            text
        };
        area.push(0xc0 | u8::try_from(text.len()).unwrap_or(0));
        area.extend(text);
    }
    area.push(0xc1);
    while area.len() % 8 != 7 {
        area.push(0);
    }
    let eighths = u8::try_from(area.len() / 8)
        .unwrap_or(u8::MAX)
        .saturating_add(1);
    if let Some(length) = area.get_mut(1) {
        *length = eighths;
    }
    area.push(checksum(&area));
    area
}

/// What makes the sum of all octets zero.
fn checksum(octets: &[u8]) -> u8 {
    octets
        .iter()
        .fold(0u8, |sum, octet| sum.wrapping_add(*octet))
        .wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_ends_where_its_length_says_and_sums_to_zero() {
        let inventory = Identity {
            asset_tag: "7".to_owned(),
            ..Identity::default()
        }
        .inventory();
        assert_eq!(checksum(&inventory[..8]), 0);
        let mut end = 8;
        for offset in &inventory[2..5] {
            let start = usize::from(*offset) * 8;
            assert_eq!(start, end);
            end = start + usize::from(inventory[start + 1]) * 8;
            assert_eq!(checksum(&inventory[start..end]), 0);
        }
        assert_eq!(end, inventory.len());
    }
}
