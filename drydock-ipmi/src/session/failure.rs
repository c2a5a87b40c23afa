//! Why there is no session: at which step, what it means, what to do.

use crate::wire::{Algorithms, CompletionCode, Status};
use std::fmt;

/// A step of the login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Open Session: the BMC is asked for a slot and for algorithms.
    OpenSession,
    /// RAKP Messages 1 and 2: the user is named, the BMC proves that it knows the password.
    Rakp1,
    /// RAKP Messages 3 and 4: we prove that we know the password, the BMC that it has the same keys.
    Rakp3,
    /// Set Session Privilege Level.
    SetPrivilege,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenSession => "Open Session",
            Self::Rakp1 => "RAKP 1/2",
            Self::Rakp3 => "RAKP 3/4",
            Self::SetPrivilege => "Set Session Privilege Level",
        })
    }
}

/// Why there is no session. Display says the step, what it means and what to do; none of it holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The BMC's proof in RAKP Message 2 does not fit the password. Nothing was proved to the BMC.
    WrongPassword,
    /// The BMC has no such user, or none with this privilege.
    UnknownUser {
        /// What it said.
        status: Status,
    },
    /// The BMC's proof in RAKP Message 4 does not fit: it has another K_g.
    WrongKg,
    /// All of the BMC's sessions are taken. Some BMCs say this also of a cipher suite that they do not have.
    NoSlot {
        /// The step.
        step: Step,
        /// What it said.
        status: Status,
    },
    /// The user may not have this privilege.
    PrivilegeRefused {
        /// The step.
        step: Step,
        /// What the BMC said in RAKP, if it said it there.
        status: Option<Status>,
        /// What it said to Set Session Privilege Level, if it said it there.
        completion: Option<CompletionCode>,
    },
    /// The BMC does not have this cipher suite, or not for this privilege.
    SuiteRefused {
        /// The suite.
        suite: u8,
        /// What it said.
        status: Status,
    },
    /// The BMC answered with other algorithms than were asked for; somebody may have changed its answer.
    Downgrade {
        /// What was asked for.
        asked: Algorithms,
        /// What was answered.
        answered: Algorithms,
    },
    /// The BMC has forgotten the session that is being opened.
    Forgotten {
        /// The step.
        step: Step,
        /// What it said.
        status: Status,
    },
    /// The BMC did not answer, however often it was asked.
    NoAnswer {
        /// The step.
        step: Step,
    },
    /// The BMC refused for another reason.
    Refused {
        /// The step.
        step: Step,
        /// What it said.
        status: Status,
    },
    /// The BMC answered what is no answer.
    Malformed {
        /// The step.
        step: Step,
        /// What was wrong.
        what: &'static str,
    },
}

impl Failure {
    /// What a status other than "no errors" means at this step.
    pub(super) fn of(step: Step, status: Status, suite: u8) -> Self {
        match (step, status) {
            (_, Status::NO_RESOURCES | Status::NO_RESOURCES_FOR_ROLE) => {
                Self::NoSlot { step, status }
            }
            // Later than here a suite has been agreed on: what is said of it then is no reason to take a weaker one.
            (
                Step::OpenSession,
                Status::INVALID_AUTHENTICATION
                | Status::INVALID_INTEGRITY
                | Status::NO_MATCHING_AUTHENTICATION
                | Status::NO_MATCHING_INTEGRITY
                | Status::INVALID_CONFIDENTIALITY
                | Status::NO_CIPHER_SUITE
                | Status::ILLEGAL_PARAMETER,
            ) => Self::SuiteRefused { suite, status },
            (_, Status::INVALID_ROLE | Status::UNAUTHORIZED_ROLE) => Self::PrivilegeRefused {
                step,
                status: Some(status),
                completion: None,
            },
            (_, Status::UNAUTHORIZED_NAME | Status::INVALID_NAME_LENGTH) => {
                Self::UnknownUser { status }
            }
            (
                Step::Rakp1 | Step::Rakp3,
                Status::INVALID_SESSION_ID | Status::INACTIVE_SESSION_ID,
            ) => Self::Forgotten { step, status },
            _ => Self::Refused { step, status },
        }
    }

    /// The step at which it came.
    pub fn step(&self) -> Step {
        match self {
            Self::SuiteRefused { .. } | Self::Downgrade { .. } => Step::OpenSession,
            Self::WrongPassword | Self::UnknownUser { .. } => Step::Rakp1,
            Self::WrongKg => Step::Rakp3,
            Self::PrivilegeRefused { step, .. }
            | Self::NoSlot { step, .. }
            | Self::Forgotten { step, .. }
            | Self::NoAnswer { step }
            | Self::Refused { step, .. }
            | Self::Malformed { step, .. } => *step,
        }
    }

    /// Whether a new session, with new ids and the same suite, may do better at once: packets were lost, or the BMC lost
    /// track.
    pub fn is_worth_restart(&self) -> bool {
        matches!(self, Self::NoAnswer { .. } | Self::Forgotten { .. })
    }

    /// Whether another cipher suite may do better. Never so after a proof that did not fit.
    pub fn is_worth_other_suite(&self) -> bool {
        match self {
            Self::SuiteRefused { .. } => true,
            Self::NoSlot { step, .. } => *step == Step::OpenSession,
            _ => false,
        }
    }

    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::WrongPassword => {
                "check the password of this user (BMCs that hide their users say this of unknown ones, too)"
            }
            Self::UnknownUser { .. } => {
                "check the user's name, and that it is enabled for IPMI over LAN; if it is looked up by name and privilege, its limit, too"
            }
            Self::WrongKg => {
                "check K_g, the BMC's own key; it is set although none is given, or differs"
            }
            Self::NoSlot { .. } => {
                "wait until its other sessions are closed or time out, often 60 s; if it says so always, try the other cipher suite"
            }
            Self::PrivilegeRefused { .. } => {
                "ask for a lower privilege, or raise the user's and the channel's limit at the BMC"
            }
            Self::SuiteRefused { .. } => {
                "choose the other cipher suite (3 or 17), or enable this one for this privilege at the BMC"
            }
            Self::Downgrade { .. } => {
                "do not trust this network path before you know who changed the answer; update the BMC's firmware"
            }
            Self::Forgotten { .. } => "log in again",
            Self::NoAnswer {
                step: Step::OpenSession,
            } => {
                "check the address, that IPMI over LAN is enabled, and that UDP port 623 is let through"
            }
            Self::NoAnswer { step: Step::Rakp1 } => {
                "log in again; some BMCs do not answer at all if the user is unknown"
            }
            Self::NoAnswer { .. } => "log in again; some BMCs do not answer a proof twice",
            Self::Refused { .. } => "look the status up in the BMC's documentation and log",
            Self::Malformed { .. } => "update the BMC's firmware",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.step())?;
        match self {
            Self::WrongPassword => write!(f, "the password is wrong")?,
            Self::UnknownUser { status } => {
                write!(f, "the BMC has no such user, {status}")?;
            }
            Self::WrongKg => write!(f, "K_g is wrong")?,
            Self::NoSlot { status, .. } => write!(f, "the BMC has no free session, {status}")?,
            Self::PrivilegeRefused {
                status, completion, ..
            } => {
                write!(f, "the user may not have this privilege")?;
                match (status, completion) {
                    (Some(status), _) => write!(f, ", {status}")?,
                    (None, Some(completion)) => write!(f, ", {}", Privileged(*completion))?,
                    (None, None) => {}
                }
            }
            Self::SuiteRefused { suite, status } => {
                write!(f, "the BMC refuses cipher suite {suite}, {status}")?;
            }
            Self::Downgrade { asked, answered } => {
                let numbers = |of: &Algorithms| {
                    let Algorithms {
                        authentication,
                        integrity,
                        confidentiality,
                    } = of;
                    format!("{}/{}/{}", authentication.0, integrity.0, confidentiality.0)
                };
                let (asked, answered) = (numbers(asked), numbers(answered));
                write!(
                    f,
                    "the BMC answered algorithms {answered} when {asked} were asked for"
                )?;
            }
            Self::Forgotten { status, .. } => {
                write!(
                    f,
                    "the BMC has forgotten the session being opened, {status}"
                )?;
            }
            Self::NoAnswer { .. } => write!(f, "no answer")?,
            Self::Refused { status, .. } => write!(f, "refused, {status}")?,
            Self::Malformed { what, .. } => write!(f, "the answer is none: {what}")?,
        }
        write!(f, "; {}", self.advice())
    }
}

impl std::error::Error for Failure {}

/// The codes that Set Session Privilege Level gives a meaning (IPMI 2.0 §22.18).
struct Privileged(CompletionCode);

impl fmt::Display for Privileged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meaning = match self.0.0 {
            0x00 => "0x00 (another level than was asked for)",
            0x80 => "0x80 (not available for this user)",
            0x81 => "0x81 (above the limit of the channel or the user)",
            0x82 => "0x82 (user-level authentication cannot be disabled)",
            _ => return self.0.fmt(f),
        };
        f.write_str(meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_of_open_session_is_worth_another_suite() {
        for status in (1..=0xff).map(Status) {
            let refused = Failure::of(Step::OpenSession, status, 17);
            let is_of_user = matches!(refused, Failure::UnknownUser { .. });
            assert!(
                is_of_user || refused.step() == Step::OpenSession,
                "{refused}"
            );
            let is_of_suite = matches!(status.0, 0x01 | 0x04..=0x07 | 0x0b | 0x10..=0x12);
            assert_eq!(refused.is_worth_other_suite(), is_of_suite, "{refused}");
            for step in [Step::Rakp1, Step::Rakp3] {
                let refused = Failure::of(step, status, 17);
                assert!(!refused.is_worth_other_suite(), "{refused}");
            }
        }
    }
}
