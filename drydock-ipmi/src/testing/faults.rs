//! What a simulated BMC does wrong. All of it was seen at real ones.

use std::time::Duration;

/// Switches for what a [`SimulatedBmc`](super::SimulatedBmc) does wrong; none by default. They may be thrown at any time
/// ([`SimulatedBmc::faults_mut`](super::SimulatedBmc::faults_mut)). Where chance decides, the BMC's seed decides with it.
///
/// A probability is a number of 0 to 1.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Faults {
    /// Nothing is ever answered.
    pub dead: bool,
    /// So many of the datagrams are lost on the way in, and as many on the way out.
    pub loss: f64,
    /// So many of the datagrams arrive twice, in and out.
    pub duplication: f64,
    /// Each reply takes so long.
    pub delay: Duration,
    /// So many of the replies are late, by [`Self::late_by`].
    pub late: f64,
    /// How late a late reply is.
    pub late_by: Duration,
    /// So many of the replies are sent a second time, [`Self::late_by`] after the first.
    pub repeated: f64,

    /// Power actions are answered with success, and nothing happens.
    pub power_lies: bool,
    /// Boot options are taken with success, and forgotten.
    pub boot_lies: bool,
    /// What was set, power or boot options, goes back to what it was after so long.
    pub reverts_after: Option<Duration>,
    /// Boot parameter 3 is refused with 0x80.
    pub refuses_boot_parameter_3: bool,
    /// The EFI bit of boot options is lost.
    pub loses_efi: bool,
    /// The persistence bit of boot options is lost.
    pub loses_persistent: bool,

    /// RAKP message 2 claims one octet more than it has, as old Supermicro boards do.
    pub rakp2_length_off_by_one: bool,
    /// A suite that it does not have is answered with 0x01, no resources, as the Intel M50CYP does.
    pub wrong_suite_is_no_resource: bool,
    /// The Open Session Response names the algorithms of this suite, whatever was asked for.
    pub answers_suite: Option<u8>,
    /// A repeated RAKP message 3 gets no answer, as from `ipmi_sim`.
    pub silent_to_repeated_rakp3: bool,
    /// Get Channel Authentication Capabilities gets no answer.
    pub silent_auth_capabilities: bool,
    /// Get Channel Cipher Suites gets no answer.
    pub silent_cipher_suites: bool,
    /// Idle sessions keep their slots for ever.
    pub never_frees_slots: bool,

    /// So many further commands in sessions are answered with 0xC0, node busy.
    pub busy: u32,
    /// The SEL's last record names the first as its next.
    pub sel_loops: bool,
    /// So many further reads under a reservation find it cancelled, 0xC5.
    pub cancels_reservations: u32,
    /// The last record of the SDR repository is answered with 0xC3.
    pub last_sdr_times_out: bool,
    /// Reads of SDR and FRU for more octets than this are answered with 0xCA.
    pub longest_read: Option<u8>,

    /// So many further packets of the console are answered with a NACK, nothing taken.
    pub sol_nacks: u32,
    /// The console's packets get no acknowledgement, though their octets are taken.
    pub sol_never_acknowledges: bool,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            dead: false,
            loss: 0.0,
            duplication: 0.0,
            delay: Duration::ZERO,
            late: 0.0,
            late_by: Duration::from_secs(1),
            repeated: 0.0,
            power_lies: false,
            boot_lies: false,
            reverts_after: None,
            refuses_boot_parameter_3: false,
            loses_efi: false,
            loses_persistent: false,
            rakp2_length_off_by_one: false,
            wrong_suite_is_no_resource: false,
            answers_suite: None,
            silent_to_repeated_rakp3: false,
            silent_auth_capabilities: false,
            silent_cipher_suites: false,
            never_frees_slots: false,
            busy: 0,
            sel_loops: false,
            cancels_reservations: 0,
            last_sdr_times_out: false,
            longest_read: None,
            sol_nacks: 0,
            sol_never_acknowledges: false,
        }
    }
}

/// Whether one of so many further times strikes now; it is then used up.
pub(super) fn strikes(times: &mut u32) -> bool {
    match times.checked_sub(1) {
        Some(left) => {
            *times = left;
            true
        }
        None => false,
    }
}
