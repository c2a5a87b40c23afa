//! Commands and what BMCs answer. A command is a type, one file a family; all have one shape: a struct of what is asked,
//! [`Command::request`] and [`Command::answer`]. What takes several commands is a [`Conversation`].
//!
//! Nothing here sends anything. Decoders take any octets and never panic; what has a form for the other direction too
//! (`emit`) serves simulated BMCs.
//!
//! ```
//! use drydock_ipmi::command::{Command, Repeat, Response, chassis::GetChassisStatus};
//!
//! let request = GetChassisStatus.request();
//! assert_eq!((request.net_fn.request(), request.command), (0x00, 0x01));
//! assert_eq!(GetChassisStatus.repeat(), Repeat::Freely);
//! // Somebody sends it, and this is what comes back:
//! let response = Response::done([0x21, 0x10, 0x40]);
//! assert!(GetChassisStatus.outcome(&response)?.is_on());
//! # Ok::<(), drydock_ipmi::command::Refused>(())
//! ```

pub mod app;
pub mod boot;
pub mod chassis;
mod conversation;
pub mod event;
pub mod fru;
pub mod lan;
mod raw;
pub mod sdr;
pub mod sel;
pub mod sensor;
pub mod sol;
mod text;
mod timestamp;
pub mod user;
mod walk;
pub mod watchdog;

pub use conversation::{Conversation, Question, Refused, Turn};
pub use raw::Raw;
pub use timestamp::Timestamp;
pub use walk::{Walk, WalkEnd};

use crate::{
    octets::Short,
    wire::{CompletionCode, NetFn},
};
use std::fmt;
use zeroize::Zeroize;

/// What is sent to a BMC.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Whom in the BMC it is for.
    pub net_fn: NetFn,
    /// The logical unit, 0 to 3.
    pub lun: u8,
    /// The command.
    pub command: u8,
    /// Its data.
    pub data: Vec<u8>,
    /// Whether the data holds a secret, such as a new password; then it is shown nowhere, and overwritten when dropped.
    pub is_secret: bool,
}

impl Drop for Request {
    fn drop(&mut self) {
        if self.is_secret {
            self.data.zeroize();
        }
    }
}

impl Request {
    /// A request to logical unit 0.
    pub fn new(net_fn: NetFn, command: u8, data: impl Into<Vec<u8>>) -> Self {
        Self {
            net_fn,
            lun: 0,
            command,
            data: data.into(),
            is_secret: false,
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (net_fn, command) = (self.net_fn.request(), self.command);
        write!(f, "Request(netFn 0x{net_fn:02x}, 0x{command:02x}")?;
        match self.is_secret {
            true => write!(f, ", (secret))"),
            false => write!(f, ", {:02x?})", self.data),
        }
    }
}

/// What a BMC answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// How it went.
    pub completion: CompletionCode,
    /// What follows the completion code.
    pub data: Vec<u8>,
}

impl Response {
    /// It was done, and this is what comes with it.
    pub fn done(data: impl Into<Vec<u8>>) -> Self {
        Self {
            completion: CompletionCode::OK,
            data: data.into(),
        }
    }

    /// It was not done.
    pub fn refused(completion: CompletionCode) -> Self {
        Self {
            completion,
            data: Vec::new(),
        }
    }
}

/// What may be done when no answer to a command arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It may be sent again: twice is as good as once.
    Freely,
    /// It must never be sent again unseen: it may have been done, and would be done twice.
    Never,
}

/// A command of IPMI.
pub trait Command: fmt::Debug + Send + Sync {
    /// What is learnt from its answer.
    type Answer: Send;

    /// What it is called in messages, such as `Get Chassis Status`.
    fn name(&self) -> &'static str;

    /// What is sent.
    fn request(&self) -> Request;

    /// Whether it may be sent again when no answer arrives.
    fn repeat(&self) -> Repeat;

    /// What the data of a normal completion says.
    ///
    /// # Errors
    /// When it does not have the form that the specification gives it.
    fn answer(&self, data: &[u8]) -> Result<Self::Answer, Malformed>;

    /// What the completion codes mean that are this command's own (0x80 to 0xBE).
    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[]
    }

    /// What a response says.
    ///
    /// # Errors
    /// When the BMC does not say that it is done, or its answer does not have its form.
    fn outcome(&self, response: &Response) -> Result<Self::Answer, Refused> {
        let (command, code) = (self.name(), response.completion);
        if !code.is_ok() {
            let own = self.codes().iter().find(|(own, _)| *own == code.0);
            let meaning = own.map(|(_, meaning)| *meaning).or(code.meaning());
            return Err(Refused::Code {
                command,
                code,
                meaning,
            });
        }
        let answer = self.answer(&response.data);
        answer.map_err(|why| Refused::Malformed { command, why })
    }
}

/// An answer that does not have its specified form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

impl From<Short> for Malformed {
    fn from(_: Short) -> Self {
        Self("the answer is shorter than its format")
    }
}
