//! Conversations: several commands, of which each follows from the answers before. Pure: whoever has a session sends the
//! [`Question`]s and gives back the answers.
//!
//! Whatever a BMC answers, a conversation ends after a bounded number of questions.

use super::{Command, Malformed, Repeat, Request, Response};
use crate::wire::CompletionCode;
use std::{fmt, time::Duration};

/// What is to be sent next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What the command is called in messages.
    pub name: &'static str,
    /// What is sent.
    pub request: Request,
    /// Whether it may be sent again when no answer arrives.
    pub repeat: Repeat,
    /// How long to wait before it is sent: mostly zero.
    pub pause: Duration,
}

impl Question {
    /// A command as a question.
    pub fn of(command: &impl Command) -> Self {
        Self {
            name: command.name(),
            request: command.request(),
            repeat: command.repeat(),
            pause: Duration::ZERO,
        }
    }

    pub(crate) fn after(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }
}

/// What follows from an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn<T> {
    /// This is to be asked.
    Ask(Question),
    /// It has ended, and this came of it.
    Done(T),
}

impl<T> Turn<T> {
    pub(crate) fn ask(command: &impl Command) -> Self {
        Self::Ask(Question::of(command))
    }
}

/// Several commands, of which each follows from the answers before.
///
/// Ask what [`begin`](Self::begin) says and then what [`answered`](Self::answered) says, until that is
/// [`Turn::Done`] or an error; it is over then. A BMC that is busy (0xC0) has not looked at the question: wait, and ask
/// it again, before the answer is given to the conversation.
///
/// ```
/// use drydock_ipmi::command::{Conversation, Request, Response, Turn, sel::ReadSel};
///
/// /// A BMC whose log is empty.
/// fn bmc(_: &Request) -> Response {
///     Response::done([0x51, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 2])
/// }
///
/// let mut read = ReadSel::new();
/// let mut question = read.begin();
/// let sel = loop {
///     match read.answered(&bmc(&question.request))? {
///         Turn::Ask(next) => question = next,
///         Turn::Done(sel) => break sel,
///     }
/// };
/// assert!(sel.records.is_empty());
/// # Ok::<(), drydock_ipmi::command::Refused>(())
/// ```
pub trait Conversation: fmt::Debug + Send {
    /// What comes of it.
    type Outcome: Send;

    /// What it is called in messages, such as `read the SEL`.
    fn name(&self) -> &'static str;

    /// The first question. From the start, also when it is called a second time.
    fn begin(&mut self) -> Question;

    /// What follows from the answer to the last question.
    ///
    /// # Errors
    /// When the BMC refuses what cannot be done without, answers in a wrong form, or leads in a circle.
    fn answered(&mut self, response: &Response) -> Result<Turn<Self::Outcome>, Refused>;
}

/// Why a command or a conversation came to nothing although the BMC answered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// It answered with another completion code than 0x00.
    Code {
        /// Which command.
        command: &'static str,
        /// The code.
        code: CompletionCode,
        /// What it means, if the specification says so for this command or for all.
        meaning: Option<&'static str>,
    },
    /// Its answer does not have the form that the specification gives it.
    Malformed {
        /// Which command.
        command: &'static str,
        /// What is wrong.
        why: Malformed,
    },
    /// Its answers lead in a circle or to no end.
    Endless {
        /// Which command.
        command: &'static str,
        /// What never ends.
        what: &'static str,
    },
}

impl Refused {
    /// Which command it was.
    pub fn command(&self) -> &'static str {
        match self {
            Self::Code { command, .. }
            | Self::Malformed { command, .. }
            | Self::Endless { command, .. } => command,
        }
    }

    /// The completion code, if that is the reason.
    pub fn code(&self) -> Option<CompletionCode> {
        match self {
            Self::Code { code, .. } => Some(*code),
            _ => None,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code {
                command,
                code,
                meaning: Some(meaning),
            } => write!(f, "{command}: the BMC answers 0x{:02x} ({meaning})", code.0),
            Self::Code { command, code, .. } => {
                write!(f, "{command}: the BMC answers 0x{:02x}", code.0)
            }
            Self::Malformed { command, why } => write!(f, "{command}: {why}"),
            Self::Endless { command, what } => write!(f, "{command}: {what}"),
        }
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Drives a conversation with a BMC that is a function.
    ///
    /// # Panics
    /// If it asks more than `most` questions.
    pub(crate) fn drive<C: Conversation>(
        conversation: &mut C,
        most: usize,
        mut bmc: impl FnMut(&Request) -> Response,
    ) -> Result<C::Outcome, Refused> {
        let mut question = conversation.begin();
        for _ in 0..most {
            match conversation.answered(&bmc(&question.request))? {
                Turn::Ask(next) => question = next,
                Turn::Done(outcome) => return Ok(outcome),
            }
        }
        panic!("{} asks more than {most} questions", conversation.name());
    }

    #[test]
    fn a_refusal_says_which_command_and_what_it_means() {
        let refused = Refused::Code {
            command: "Get SEL Entry",
            code: CompletionCode(0x81),
            meaning: Some("the SEL is being erased"),
        };
        assert_eq!(
            refused.to_string(),
            "Get SEL Entry: the BMC answers 0x81 (the SEL is being erased)"
        );
        assert_eq!(refused.code(), Some(CompletionCode(0x81)));
    }
}
