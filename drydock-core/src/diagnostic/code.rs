//! The one table of diagnostic codes. A code never changes its meaning and is never used again for another.

use super::Severity;
use serde::{Serialize, Serializer};
use std::fmt;

/// A diagnostic's stable code, printed as `DD0001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

macro_rules! codes {
    ($($name:ident = $number:literal, $severity:ident, $title:literal;)*) => {
        impl Code {
            $(#[doc = $title] pub const $name: Code = Code($number);)*

            /// Every built-in code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];

            /// What the code is about, in a few words; empty for a host's own code.
            pub fn title(self) -> &'static str {
                match self.0 { $($number => $title,)* _ => "" }
            }

            /// How severe a finding of this code is.
            pub fn severity(self) -> Severity {
                match self.0 { $($number => Severity::$severity,)* _ => Severity::Error }
            }
        }
    };
}

codes! {
    SYNTAX = 1, Error, "a document is not YAML";
    ENCODING = 2, Error, "a file is not UTF-8 text";
    ENVELOPE = 3, Error, "a document lacks its envelope";
    UNKNOWN_KIND = 4, Error, "a kind is not known";
    UNKNOWN_KEY = 5, Error, "a key is not known";
    WRONG_VALUE = 6, Error, "a value is of the wrong type or form";
    DUPLICATE_DOCUMENT = 7, Error, "two documents have one identity";
    DUPLICATE_KEY = 8, Error, "a key or a list entry stands twice";
    ALIAS_BUDGET = 9, Error, "a document is too deep or its aliases expand too far";
    OLD_SPELLING = 10, Warning, "a plain word means something else to YAML 1.1 readers";
    UNQUOTED_REMOVAL = 11, Error, "a removal is not quoted";
    NOT_RENDERED = 12, Error, "a document is not rendered yet";
    NO_SUCCESSOR = 13, Error, "a key of old designs has no successor";
    KEPT_AS_WRITTEN = 14, Note, "a part is kept as written";
    SKIPPED_DOCUMENT = 15, Note, "a document of another system is skipped";
    OLD_VERSION = 16, Note, "an old apiVersion is read as drydock/v1";
    UNREGISTERED_KIND = 17, Warning, "a configuration item of a kind that nobody registered";

    UNKNOWN_PARENT = 501, Error, "a host profile does not exist";
    PROFILE_CYCLE = 502, Error, "host profiles inherit from themselves";
    UNKNOWN_HARDWARE_PROFILE = 503, Error, "a hardware profile does not exist";
    DANGLING_ALIAS = 504, Error, "a device alias does not exist";
    REMOVES_NOTHING = 505, Warning, "a removal removes nothing";
    SOURCE_CONFLICT = 506, Error, "sources disagree";
    BAD_REFERENCE = 507, Error, "a reference leads nowhere";
    NOT_INHERITABLE = 508, Error, "a field stands where it is not allowed";
    UNUSED_PROFILE = 509, Note, "a profile is not used";
    NO_FREE_ADDRESS = 510, Error, "a network has no free address";

    ROOT_FILE_SYSTEM = 1001, Error, "a node has no fitting root file system";
    VOLUME_GROUP = 1002, Error, "a disk, partition and volume group do not fit together";
    SIZES = 1003, Error, "sizes do not fit on their disk";
    MOUNTPOINT = 1004, Error, "a mount point is used twice";
    BOND_OPTIONS = 1006, Error, "options of a bond do not fit its mode";
    LINK_NETWORKS = 1007, Error, "a network is on two links, or not on the one that carries it";
    HUGE_PAGES = 1008, Error, "hugepages and hugepagesz belong together";
    BOOT_DRIVE = 1009, Error, "two disks are named as the boot drive";
    SLAVE_TWICE = 1010, Error, "a NIC belongs to two interfaces";

    UNKNOWN_NETWORK = 2001, Error, "a network is not defined or not carried";
    OUTSIDE_CIDR = 2002, Error, "an address lies outside its network";
    MTU = 2003, Error, "an MTU does not fit";
    TRUNKING = 2004, Error, "tagged and untagged networks do not fit their link";
    DUPLICATE_ADDRESS = 2005, Error, "an address is used twice";
    HOST_BITS = 2006, Error, "a network's address has host bits";
    RANGES = 2007, Error, "address ranges do not fit their network";
    VLAN = 2008, Error, "a VLAN does not fit";
    PXE_NETWORK = 2009, Error, "a network to boot from gives no addresses";
    PRIMARY_NETWORK = 2010, Error, "a primary network is not one of the node's";

    ROUTE_DOMAIN = 2011, Error, "a route domain has no networks";
    LOCATION = 2012, Error, "a rack or region does not exist or does not fit";
    PORT_TWICE = 2013, Error, "a switch port is used twice";
    UNKNOWN_SWITCH = 2014, Error, "a switch is not in the node's rack";

    CATALOG = 3001, Error, "an image or kernel is not offered";
    HOST_NAME = 3003, Error, "a node's name is no host name";

    NO_BOOT_ACTION = 4001, Note, "a node is in no boot action";
    PACKAGE_LIST = 4002, Error, "a package list is not valid";
    ASSET = 4003, Error, "an asset is not complete";
    SELECTS_NOTHING = 4004, Warning, "a filter selects no node";

    OOB_IPMI = 5001, Error, "a node's IPMI access is not complete";
    OOB_PARAMETERS = 5002, Error, "a node's out-of-band access is not complete";
    OOB_ADDRESS = 5003, Error, "an out-of-band address is used twice";
    INLINE_SECRET = 5004, Warning, "a secret is written in the design";

    NO_DRIVER = 6001, Error, "no driver serves a target";
    SEVERAL_DRIVERS = 6002, Error, "several drivers serve one target";
    UNSUPPORTED_ACTION = 6003, Error, "a driver cannot take an action";
    DEPENDENCY_CYCLE = 6004, Error, "steps wait for each other";
    NOT_OBSERVED = 6005, Error, "a target could not be observed";
    DRIFT = 6006, Warning, "a deployed node differs from its design";
    DEPENDENCY_NOT_MET = 6007, Error, "a node depends on one that is not there";
}

impl Code {
    /// The first number that hosts may use for rules of their own.
    pub const HOST_FIRST: u16 = 9000;

    /// A host's own code; `number` is from 9000 to 9999.
    ///
    /// Returns nothing for a number outside that range, which belongs to Drydock.
    pub fn host(number: u16) -> Option<Code> {
        (Self::HOST_FIRST..=9999)
            .contains(&number)
            .then_some(Code(number))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DD{:04}", self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(Code::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(Code::SYNTAX.to_string(), "DD0001");
        assert_eq!(Code::host(9000).unwrap().to_string(), "DD9000");
        assert!(Code::host(500).is_none());
    }
}
