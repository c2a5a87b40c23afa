//! Devices: aliases of the hardware profile become selectors; names of the operating system stay.

use super::resolved::{Device, DeviceSelector};
use crate::model::HardwareProfile;

/// The device of this name on this hardware; nothing when the name is neither an alias nor looks like one that an
/// operating system gives.
pub(super) fn device(name: &str, hardware: Option<&HardwareProfile>) -> Option<Device> {
    let alias = hardware.and_then(|hardware| hardware.device_aliases.find(name));
    let selector = alias.map(|alias| DeviceSelector {
        bus_type: alias.bus_type.clone().unwrap_or_default(),
        address: alias.address.clone().unwrap_or_default(),
        dev_type: alias.dev_type.clone().unwrap_or_default(),
    });
    let known = selector.is_some() || is_os_name(name);
    known.then(|| Device {
        name: name.into(),
        selector,
    })
}

/// Whether a name looks like one that Linux gives to disks and NICs (kernel and systemd.net-naming-scheme names).
fn is_os_name(name: &str) -> bool {
    let name = name.strip_prefix("/dev/").unwrap_or(name);
    let numbered = |prefix: &str| {
        let rest = name.strip_prefix(prefix);
        rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let lettered = |prefix: &str| {
        let rest = name.strip_prefix(prefix);
        rest.is_some_and(|rest| {
            !rest.is_empty() && rest.len() <= 2 && rest.bytes().all(|b| b.is_ascii_lowercase())
        })
    };
    let scheme = |prefix: &str| {
        let rest = name.strip_prefix(prefix);
        rest.is_some_and(|rest| {
            let mut bytes = rest.bytes();
            matches!(bytes.next(), Some(b'o' | b's' | b'p' | b'x' | b'P' | b'c'))
                && bytes.next().is_some_and(|b| b.is_ascii_hexdigit())
        })
    };
    ["eth", "em", "ib", "md", "dm-", "mmcblk", "wlan", "sr"]
        .into_iter()
        .any(numbered)
        || ["sd", "vd", "hd", "xvd"].into_iter().any(lettered)
        || ["en", "ib", "sl", "wl", "ww"].into_iter().any(scheme)
        || is_nvme(name)
        || is_slot_port(name)
}

/// `nvme0n1`
fn is_nvme(name: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    name.strip_prefix("nvme")
        .and_then(|rest| rest.split_once('n'))
        .is_some_and(|(a, b)| digits(a) && digits(b))
}

/// `p2p1`, biosdevname's name of a port in a slot.
fn is_slot_port(name: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    name.strip_prefix('p')
        .and_then(|rest| rest.split_once('p'))
        .is_some_and(|(a, b)| digits(a) && digits(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_operating_systems_need_no_alias() {
        for name in [
            "eth0",
            "eno1",
            "ens3f0",
            "enp2s0",
            "enx0011aa",
            "sda",
            "sdaa",
            "vdb",
            "nvme0n1",
            "p2p1",
            "/dev/sda",
        ] {
            assert!(device(name, None).is_some(), "{name}");
        }
        for name in [
            "prim_nic01",
            "primary_boot",
            "nvme",
            "sd",
            "engine",
            "entry",
            "boot_disk",
            "",
        ] {
            assert!(device(name, None).is_none(), "{name}");
        }
    }
}
