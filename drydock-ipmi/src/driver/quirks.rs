//! What machines do otherwise than IPMI says, by manufacturer and product: one table, each row with its source. Only what
//! the driver acts on stands in it. What shows itself on the wire, such as a refused parameter, needs no row: it is met
//! where it happens, on every machine.

/// What a machine does otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quirk {
    /// Under UEFI it boots from its disk for the device selector of the primary remote medium (1001b), not for that of the
    /// disk (0010b, IPMI 2.0 table 28-14).
    DiskIsRemoteMedium,
}

/// A row: whose, which of their products, what. Above it stands who says so.
struct Row {
    manufacturer: u32,
    /// None: all of them.
    product: Option<u16>,
    quirk: Quirk,
}

const SUPERMICRO: u32 = 10_876;

const ROWS: &[Row] = &[
    // What SMCIPMITool sends, in github.com/metal-stack/go-hal, and the vendor's selector of OpenStack Ironic,
    // storyboard.openstack.org story 2008241.
    Row {
        manufacturer: SUPERMICRO,
        product: None,
        quirk: Quirk::DiskIsRemoteMedium,
    },
];

/// Whether a machine of this maker has it.
pub(super) fn has(quirk: Quirk, manufacturer: u32, product: u16) -> bool {
    ROWS.iter().any(|row| {
        row.quirk == quirk
            && row.manufacturer == manufacturer
            && row.product.is_none_or(|only| only == product)
    })
}

/// Who has a number of the IANA's list of private enterprises, of those that make servers and BMCs.
const MANUFACTURERS: &[(u32, &str)] = &[
    (2, "IBM"),
    (11, "HP"),
    (42, "Sun Microsystems"),
    (343, "Intel"),
    (674, "Dell"),
    (2011, "Huawei"),
    (3902, "ZTE"),
    (5771, "Cisco"),
    (7244, "Quanta"),
    (10_368, "Fujitsu"),
    (SUPERMICRO, "Supermicro"),
    (15_370, "Gigabyte"),
    (19_046, "Lenovo"),
    (20_301, "IBM"),
    (20_974, "American Megatrends"),
    (37_945, "Inspur"),
    (47_196, "HPE"),
];

/// The manufacturer's name, or its number.
pub(super) fn manufacturer(number: u32) -> String {
    let known = MANUFACTURERS.iter().find(|(known, _)| *known == number);
    known.map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quirk_is_had_by_those_it_is_written_of_and_by_nobody_else() {
        assert!(has(Quirk::DiskIsRemoteMedium, SUPERMICRO, 0x0961));
        for other in [0, 674, 20_974, SUPERMICRO + 1] {
            assert!(!has(Quirk::DiskIsRemoteMedium, other, 0x0961));
        }
    }

    #[test]
    fn a_manufacturer_is_named_or_numbered_and_named_once() {
        assert_eq!(manufacturer(674), "Dell");
        assert_eq!(manufacturer(4_711), "4711");
        let numbers: std::collections::BTreeSet<u32> =
            MANUFACTURERS.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers.len(), MANUFACTURERS.len());
    }
}
