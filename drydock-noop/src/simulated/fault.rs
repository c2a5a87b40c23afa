//! What can go wrong at a simulated site, as a table: names for command lines, and what each means.

use super::CallKind;
use drydock_core::diagnostic::did_you_mean;
use serde::{Serialize, Serializer};
use smol_str::SmolStr;
use std::{fmt, str::FromStr, time::Duration};

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)*) => {
        /// Something that goes wrong at a simulated site, with one call or with one machine.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Fault { $($(#[doc = $doc])+ $variant,)* }

        impl Fault {
            /// Every fault there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name on command lines and in reports.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it means, for people.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)* }
            }
        }
    };
}

faults! {
    /// The call is carried out, and its answer is lost.
    LostAnswer = "lost-answer",
    /// The call is lost on its way: nothing is done, and nobody answers.
    LostRequest = "lost-request",
    /// The call arrives twice and is carried out twice; the second answer is what comes back.
    Repeated = "repeated",
    /// The call is carried out, and its answer comes after its deadline.
    Late = "late",
    /// The endpoint says "not now", with or without saying for how long; for a single call or for a while.
    Busy = "busy",
    /// Nobody answers at the endpoint, and nothing is done.
    Unavailable = "unavailable",
    /// The endpoint cannot say whether it was done; sometimes it was.
    Indeterminate = "indeterminate",
    /// What is seen is what was seen the time before.
    StaleObservation = "stale-observation",
    /// The BMC answers "ok" to the first request for power, and does nothing.
    SilentBmc = "silent-bmc",
    /// The BMC says that the machine is on, and for a while it is off.
    LyingPower = "lying-power",
    /// The BMC forgets the boot device, and the machine boots from its disk: what should find it waits for ever.
    BootsFromDisk = "boots-from-disk",
    /// Its deployment takes 45 minutes.
    Slow = "slow",
    /// Its commissioning never ends.
    StuckCommission = "stuck-commission",
    /// Its deployment never ends.
    StuckDeploy = "stuck-deploy",
    /// A disk reports a write error, and every deployment of the machine ends in Broken.
    DiskFails = "disk-fails",
    /// The machine loses power in the middle of its commissioning or its deployment, and is Broken.
    PowerDrop = "power-drop",
    /// Another machine was put in its place: its serial number and its MACs differ.
    WrongMachine = "wrong-machine",
    /// Somebody released the machine while it was being deployed, or after that.
    ReleasedBehindOurBack = "released-behind-our-back",
}

/// A fault of these happens to calls, whichever they are; the others happen to machines.
const OF_CALLS: &[Fault] = &[
    Fault::LostAnswer,
    Fault::LostRequest,
    Fault::Repeated,
    Fault::Late,
    Fault::Busy,
    Fault::Unavailable,
    Fault::Indeterminate,
    Fault::StaleObservation,
];

impl Fault {
    /// Whether a run that looks and tries again reaches its goal in spite of it, given time. Where it does not, the node
    /// has to be planned again, or a person has to see to its machine.
    pub fn is_survivable(self) -> bool {
        !matches!(
            self,
            Self::StaleObservation
                | Self::BootsFromDisk
                | Self::StuckCommission
                | Self::StuckDeploy
                | Self::DiskFails
                | Self::PowerDrop
                | Self::WrongMachine
                | Self::ReleasedBehindOurBack
        )
    }

    /// Whether it happens to calls; otherwise to machines.
    pub fn is_of_calls(self) -> bool {
        OF_CALLS.contains(&self)
    }

    /// Whether it can happen to such a call.
    pub(super) fn suits(self, kind: CallKind) -> bool {
        match self {
            Self::StaleObservation => {
                matches!(kind, CallKind::ObserveServer | CallKind::ObserveOob)
            }
            Self::Late | Self::Busy | Self::Unavailable => true,
            Self::LostAnswer | Self::LostRequest | Self::Repeated | Self::Indeterminate => {
                kind.is_changing()
            }
            _ => false,
        }
    }

    /// Its place in a set of bits.
    pub(super) fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A name that no fault has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFault(String);

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = || Fault::ALL.iter().map(|fault| fault.name());
        write!(f, "there is no fault `{}`", self.0.escape_debug())?;
        match did_you_mean(&self.0, names()) {
            Some(meant) => write!(f, "; did you mean `{meant}`?"),
            None => write!(f, "; there are {}", names().collect::<Vec<_>>().join(", ")),
        }
    }
}

impl std::error::Error for UnknownFault {}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let named = Self::ALL.iter().find(|fault| fault.name() == text);
        named
            .copied()
            .ok_or_else(|| UnknownFault(text.chars().take(80).collect()))
    }
}

/// A fault that has happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct InjectedFault {
    /// What went wrong.
    pub fault: Fault,
    /// The node, the network or the port that it happened to.
    pub target: SmolStr,
    /// The kind of the call it happened at.
    pub kind: CallKind,
    /// The number of that call, counted from 1 over the whole site.
    pub call: u64,
    /// When, on the site's clock.
    pub at: Duration,
}

impl fmt::Display for InjectedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            fault,
            target,
            kind,
            call,
            at,
        } = self;
        write!(
            f,
            "{fault} at {target}, {kind}, call {call}, after {} ms",
            at.as_millis()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_name_that_is_read_back_and_a_meaning() {
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse(), Ok(*fault));
            assert!(fault.meaning().ends_with('.'), "{fault}");
            let of_calls = [CallKind::SetPower, CallKind::ObserveServer]
                .iter()
                .any(|kind| fault.suits(*kind));
            assert_eq!(fault.is_of_calls(), of_calls, "{fault}");
        }
        let bits = Fault::ALL.iter().fold(0, |bits, fault| bits | fault.bit());
        assert_eq!(bits.count_ones() as usize, Fault::ALL.len());
    }

    #[test]
    fn a_name_that_no_fault_has_is_told_with_what_was_meant() {
        let told = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
        assert_eq!(
            told("lost-anwser"),
            "there is no fault `lost-anwser`; did you mean `lost-answer`?"
        );
        assert!(
            told("earthquake")
                .starts_with("there is no fault `earthquake`; there are lost-answer, ")
        );
        assert!(told(&"x".repeat(10_000)).len() < 1000);
    }
}
