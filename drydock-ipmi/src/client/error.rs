//! What can go wrong with a BMC, told so that whoever reads it knows which one, at what, what it means and what to do.

use super::lane::Trouble;
use crate::{
    command::{Refused, boot::BootDifference},
    session::Failure,
    wire::CompletionCode,
};
use std::{fmt, io, net::SocketAddr};

/// Why a call came to nothing. It holds no secret.
#[derive(Debug, Clone)]
pub struct Error {
    bmc: SocketAddr,
    doing: &'static str,
    cause: Box<Cause>,
}

/// What a program does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nobody answers there, or not in time. Later it may be better.
    Unavailable,
    /// The BMC has too much to do, no free session, or its console is another's. Later it may be better.
    Busy,
    /// It may have happened or not; look before it is asked again.
    Indeterminate,
    /// The account is not the right one, or may not do that.
    Unauthorized,
    /// The BMC refuses, or says that it is done and it is not.
    Rejected,
    /// It cannot do that at all.
    Unsupported,
    /// There is no such thing at this BMC.
    NotFound,
    /// It answers what nobody can understand, or what leads in a circle.
    Malformed,
    /// The client is closed.
    Closed,
}

#[derive(Debug, Clone)]
pub(super) enum Cause {
    Trouble(Trouble),
    Refused(Refused),
    /// The BMC keeps other boot flags than it was given.
    Boot(Vec<BootDifference>),
    /// It says that the power is on, or off, which is not what it was asked for.
    Power {
        is_on: bool,
    },
    /// What was asked may have happened, and what was read after it does not tell.
    Untold(&'static str),
    /// The BMC says only that it took too long.
    Vague(CompletionCode),
    /// Another console has the payload.
    ConsoleTaken,
    /// The console was lost and may not, or could not, be opened again.
    ConsoleLost(&'static str),
}

impl Error {
    pub(super) fn new(bmc: SocketAddr, doing: &'static str, cause: Cause) -> Self {
        Self {
            bmc,
            doing,
            cause: Box::new(cause),
        }
    }

    /// Which BMC it was.
    pub fn bmc(&self) -> SocketAddr {
        self.bmc
    }

    /// What was being done: a command, or what it was for.
    pub fn doing(&self) -> &'static str {
        self.doing
    }

    /// The completion code, if the BMC answered with one that refuses.
    pub fn completion(&self) -> Option<CompletionCode> {
        match &*self.cause {
            Cause::Refused(refused) => refused.code(),
            Cause::Vague(code) => Some(*code),
            _ => None,
        }
    }

    /// What the login met with, if there was no session.
    pub fn login(&self) -> Option<&Failure> {
        match &*self.cause {
            Cause::Trouble(Trouble::Login(failure)) => Some(failure),
            Cause::Trouble(Trouble::LoginTime(failure)) => failure.as_ref(),
            _ => None,
        }
    }

    /// What a program does about it.
    pub fn kind(&self) -> ErrorKind {
        match &*self.cause {
            Cause::Trouble(trouble) => match trouble {
                Trouble::Login(failure) | Trouble::LoginTime(Some(failure)) => of_login(failure),
                Trouble::LoginTime(None) | Trouble::NoAnswer | Trouble::Socket(_) => {
                    ErrorKind::Unavailable
                }
                Trouble::NoPlace => ErrorKind::Busy,
                Trouble::TooLong => ErrorKind::Rejected,
                Trouble::Indeterminate => ErrorKind::Indeterminate,
                Trouble::Closed => ErrorKind::Closed,
            },
            Cause::Refused(refused) => refused.code().map_or(ErrorKind::Malformed, of_code),
            Cause::Boot(_) | Cause::Power { .. } => ErrorKind::Rejected,
            Cause::Untold(_) | Cause::Vague(_) => ErrorKind::Indeterminate,
            Cause::ConsoleTaken => ErrorKind::Busy,
            Cause::ConsoleLost(_) => ErrorKind::Unavailable,
        }
    }
}

fn of_login(failure: &Failure) -> ErrorKind {
    match failure {
        Failure::WrongPassword
        | Failure::UnknownUser { .. }
        | Failure::WrongKg
        | Failure::PrivilegeRefused { .. } => ErrorKind::Unauthorized,
        Failure::NoSlot { .. } => ErrorKind::Busy,
        Failure::SuiteRefused { .. } => ErrorKind::Unsupported,
        Failure::Malformed { .. } | Failure::Downgrade { .. } => ErrorKind::Malformed,
        Failure::NoAnswer { .. } | Failure::Forgotten { .. } => ErrorKind::Unavailable,
        _ => ErrorKind::Rejected,
    }
}

fn of_code(code: CompletionCode) -> ErrorKind {
    match code {
        CompletionCode::BUSY
        | CompletionCode::SDR_UPDATING
        | CompletionCode::FIRMWARE_UPDATING
        | CompletionCode::STARTING => ErrorKind::Busy,
        CompletionCode::INVALID_COMMAND
        | CompletionCode::INVALID_FOR_LUN
        | CompletionCode::DISABLED => ErrorKind::Unsupported,
        CompletionCode::TIMEOUT | CompletionCode::NO_RESPONSE => ErrorKind::Unavailable,
        CompletionCode::NOT_PRESENT => ErrorKind::NotFound,
        CompletionCode::PRIVILEGE => ErrorKind::Unauthorized,
        _ => ErrorKind::Rejected,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BMC {}: ", self.bmc)?;
        match &*self.cause {
            // A refusal names its command itself.
            Cause::Refused(refused) if refused.command() == self.doing => {}
            _ => write!(f, "{}: ", self.doing)?,
        }
        match &*self.cause {
            Cause::Trouble(trouble) => tell(f, trouble),
            Cause::Refused(refused) => {
                write!(f, "{refused}")?;
                match refused.code() {
                    Some(CompletionCode::PRIVILEGE) => f.write_str(
                        "; log in with a higher privilege level, if the account has one",
                    ),
                    Some(CompletionCode::BUSY) => f.write_str("; try again later"),
                    _ => Ok(()),
                }
            }
            Cause::Boot(differences) => {
                f.write_str("the BMC took the boot flags, and now says that ")?;
                for (at, difference) in differences.iter().enumerate() {
                    write!(f, "{}{difference}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str("; set another device or mode, or look for newer firmware")
            }
            Cause::Power { is_on } => {
                let is = if *is_on { "on" } else { "off" };
                write!(
                    f,
                    "the BMC took the command, and the power is still {is}; look at the machine"
                )
            }
            Cause::Untold(what) => write!(
                f,
                "it may have happened or not: no answer came, and {what}; look at the machine before it is asked again"
            ),
            Cause::Vague(code) => write!(
                f,
                "it may have happened or not: the BMC says only {code}; look at the machine before it is asked again"
            ),
            Cause::ConsoleTaken => {
                f.write_str("another console is active; close that one, or take it over")
            }
            Cause::ConsoleLost(why) => write!(f, "the console is lost: {why}; open it again"),
        }
    }
}

fn tell(f: &mut fmt::Formatter<'_>, trouble: &Trouble) -> fmt::Result {
    match trouble {
        Trouble::Login(failure) | Trouble::LoginTime(Some(failure)) => write!(f, "{failure}"),
        Trouble::LoginTime(None) => f.write_str(
            "the time was over before the login was; look whether there is a BMC at this address, or give it more time",
        ),
        Trouble::NoPlace => f.write_str(
            "the time was over before it could begin, too many others were in flight; allow more time, or more in flight",
        ),
        Trouble::NoAnswer => f.write_str(
            "no answer in time, although the session stood; try again, or give it more time",
        ),
        Trouble::Indeterminate => f.write_str(
            "it may have happened or not: it was sent and no answer came; look at the machine before it is asked again",
        ),
        Trouble::TooLong => f.write_str("the request is too long for IPMI; make it shorter"),
        Trouble::Socket(why) => write!(
            f,
            "nothing can be sent to it: {}; look at this machine's routes and firewall",
            io::Error::from(*why)
        ),
        Trouble::Closed => f.write_str("the client is closed"),
    }
}

impl std::error::Error for Error {}
