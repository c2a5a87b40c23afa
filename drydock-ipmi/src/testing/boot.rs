//! The boot options that a BMC keeps for its machine's firmware (IPMI 2.0 §28.12, table 28-14), and their 60 s.

use crate::command::boot::BootFlags;
use std::time::Duration;

/// After so long without a Chassis Control the options are no longer valid (IPMI 2.0 §28.12, parameter 3).
const VALID_FOR: Duration = Duration::from_secs(60);

const VALID: u8 = 0x80;
const PERSISTENT: u8 = 0x40;
const EFI: u8 = 0x20;
/// In parameter 3: do not clear the valid bit after 60 s.
const KEEP_WITHOUT_CONTROL: u8 = 0x08;

/// The boot options.
#[derive(Debug, Clone, Default)]
pub(super) struct BootOptions {
    /// Parameter 0.
    pub(super) in_progress: u8,
    /// Parameter 3.
    pub(super) clearing: u8,
    /// Parameter 4: who has taken note of the options.
    pub(super) acknowledged: u8,
    /// Parameter 5.
    pub(super) flags: [u8; 5],
    valid_until: Option<Duration>,
}

impl BootOptions {
    /// Sets parameter 5. The 60 s begin.
    pub(super) fn set_flags(&mut self, now: Duration, flags: [u8; 5]) {
        self.flags = flags;
        self.restart_timer(now);
    }

    /// A Chassis Control came: the 60 s begin again.
    pub(super) fn restart_timer(&mut self, now: Duration) {
        self.valid_until = self.is_valid().then(|| now.saturating_add(VALID_FOR));
    }

    fn is_valid(&self) -> bool {
        self.flags.first().is_some_and(|first| first & VALID != 0)
    }

    fn invalidate(&mut self) {
        if let Some(first) = self.flags.first_mut() {
            *first &= !VALID;
        }
        self.valid_until = None;
    }

    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        self.valid_until
            .filter(|_| self.clearing & KEEP_WITHOUT_CONTROL == 0)
    }

    /// Whether the 60 s ended just now.
    pub(super) fn handle_timeout(&mut self, now: Duration) -> bool {
        let is_over = self.poll_timeout().is_some_and(|due| due <= now);
        if is_over {
            self.invalidate();
        }
        is_over
    }

    /// What the firmware reads, if it is valid.
    pub(super) fn told(&self) -> Option<BootFlags> {
        BootFlags::parse(&self.flags)
            .ok()
            .filter(|flags| flags.valid)
    }

    /// The machine starts: takes what it was told. A persistent setting stays, and is the firmware's from now on.
    pub(super) fn start(&mut self) -> Option<BootFlags> {
        let told = self.told();
        match told {
            Some(BootFlags {
                persistent: true, ..
            }) => self.valid_until = None,
            _ => self.invalidate(),
        }
        told
    }

    /// What remains of flags when the BMC forgets the EFI or the persistence bit.
    pub(super) fn without(flags: [u8; 5], efi: bool, persistent: bool) -> [u8; 5] {
        let [first, rest @ ..] = flags;
        let bit = |is: bool, bit: u8| if is { bit } else { 0 };
        let lost = bit(efi, EFI) | bit(persistent, PERSISTENT);
        let [a, b, c, d] = rest;
        [first & !lost, a, b, c, d]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::boot::BootDevice;

    const PXE_ONCE: [u8; 5] = [0x80, 0x04, 0, 0, 0];
    const EFI_DISK_ALWAYS: [u8; 5] = [0xe0, 0x08, 0, 0, 0];

    fn seconds(many: u64) -> Duration {
        Duration::from_secs(many)
    }

    #[test]
    fn options_are_dropped_after_60_seconds_without_a_chassis_control() {
        let mut boot = BootOptions::default();
        boot.set_flags(seconds(10), PXE_ONCE);
        boot.restart_timer(seconds(40));
        assert_eq!(boot.poll_timeout(), Some(seconds(100)));
        assert!(!boot.handle_timeout(seconds(99)));
        assert!(boot.told().is_some());
        assert!(boot.handle_timeout(seconds(100)));
        assert_eq!(boot.told(), None);
        assert_eq!(boot.flags, [0, 4, 0, 0, 0]);
    }

    #[test]
    fn parameter_3_keeps_them() {
        let mut boot = BootOptions {
            clearing: 0x08,
            ..BootOptions::default()
        };
        boot.set_flags(seconds(0), PXE_ONCE);
        assert_eq!(boot.poll_timeout(), None);
        assert!(!boot.handle_timeout(seconds(1000)));
        assert!(boot.told().is_some());
    }

    #[test]
    fn a_start_uses_them_up_unless_they_are_persistent() {
        let mut boot = BootOptions::default();
        boot.set_flags(seconds(0), PXE_ONCE);
        assert_eq!(boot.start().unwrap().device, BootDevice::Pxe);
        assert_eq!(boot.start(), None);
        boot.set_flags(seconds(0), EFI_DISK_ALWAYS);
        let always = boot.start().unwrap();
        assert_eq!(
            (always.device, always.efi, always.persistent),
            (BootDevice::Disk, true, true)
        );
        assert_eq!(boot.poll_timeout(), None);
        assert_eq!(boot.start(), Some(always));
    }
}
