//! Entities: what a sensor or a FRU belongs to (IPMI 2.0 §39, table 43-13).

use std::fmt;

/// A part of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity {
    /// What kind of part.
    pub id: u8,
    /// Which of them, as on the wire: bit 7 says that it is a logical one.
    pub instance: u8,
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(id, _)| *id == self.id) {
            Some((_, name)) => write!(f, "{name} {}", self.instance & 0x7f),
            None => write!(f, "entity {}.{}", self.id, self.instance & 0x7f),
        }
    }
}

const NAMES: &[(u8, &str)] = &[
    (3, "processor"),
    (4, "disk"),
    (5, "peripheral bay"),
    (6, "management module"),
    (7, "system board"),
    (8, "memory module"),
    (9, "processor module"),
    (10, "power supply"),
    (11, "add-in card"),
    (12, "front panel board"),
    (13, "back panel board"),
    (14, "power system board"),
    (15, "drive backplane"),
    (16, "expansion board"),
    (17, "other system board"),
    (18, "processor board"),
    (19, "power unit"),
    (20, "power module"),
    (21, "power distribution board"),
    (22, "chassis back panel board"),
    (23, "chassis"),
    (24, "sub-chassis"),
    (26, "disk bay"),
    (27, "peripheral bay"),
    (28, "device bay"),
    (29, "fan"),
    (30, "cooling unit"),
    (31, "cable"),
    (32, "memory device"),
    (33, "management software"),
    (34, "system firmware"),
    (35, "operating system"),
    (36, "system bus"),
    (38, "remote management device"),
    (39, "environment"),
    (40, "battery"),
    (41, "processing blade"),
    (42, "switch"),
    (43, "processor and memory module"),
    (44, "I/O module"),
    (45, "processor and I/O module"),
    (46, "controller firmware"),
    (47, "IPMI channel"),
    (48, "PCI bus"),
    (49, "PCIe bus"),
    (50, "SCSI bus"),
    (51, "SATA or SAS bus"),
    (52, "processor bus"),
    (53, "real-time clock"),
    (55, "air inlet"),
    (64, "air inlet"),
    (65, "processor"),
    (66, "baseboard"),
];
