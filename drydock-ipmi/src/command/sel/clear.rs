//! Clear SEL (IPMI 2.0 §31.9): it is begun, and then asked about until it is done.

use super::{ERASING, ReserveSel};
use crate::{
    command::{
        Command, Conversation, Malformed, Question, Refused, Repeat, Request, Response, Turn,
    },
    octets::Octets,
    wire::{CompletionCode, NetFn},
};
use std::time::Duration;

/// Begins to erase the SEL, or asks how far that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClearSel {
    /// A reservation. The BMC refuses it when something was logged after it was made.
    pub reservation: u16,
    /// Whether it is to begin, rather than to be asked about.
    pub begin: bool,
}

impl Command for ClearSel {
    type Answer = Erasure;

    fn name(&self) -> &'static str {
        if self.begin {
            "Clear SEL (begin)"
        } else {
            "Clear SEL (status)"
        }
    }

    fn request(&self) -> Request {
        let action = if self.begin { 0xaa } else { 0x00 };
        let [low, high] = self.reservation.to_le_bytes();
        let data = [low, high, b'C', b'L', b'R', action];
        Request::new(NetFn::STORAGE, 0x47, data)
    }

    fn repeat(&self) -> Repeat {
        // A second one would erase what was logged in between.
        if self.begin {
            Repeat::Never
        } else {
            Repeat::Freely
        }
    }

    fn answer(&self, data: &[u8]) -> Result<Erasure, Malformed> {
        match Octets::new(data).u8()? & 0x0f {
            0 => Ok(Erasure::UnderWay),
            1 => Ok(Erasure::Done),
            _ => Err(Malformed("the state of the erasure is reserved")),
        }
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[ERASING]
    }
}

/// How far the erasure of a SEL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Erasure {
    /// Not done.
    UnderWay = 0,
    /// Done.
    Done = 1,
}

/// Erases the SEL, and waits until that is done.
///
/// A BMC refuses when something was logged between the reservation and "begin"; it is reserved again then, three times at
/// most. When no answer to "begin" arrives, whether it erased is seen by [`GetSelInfo`](super::GetSelInfo).
#[derive(Debug, Clone)]
pub struct EraseSel {
    step: Step,
    command: ClearSel,
    reservations: u8,
    asked: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Reserve,
    Clear,
}

const RESERVATIONS: u8 = 3;
const ASKED: u8 = 60;
const PAUSE: Duration = Duration::from_millis(500);

impl Default for EraseSel {
    fn default() -> Self {
        Self::new()
    }
}

impl EraseSel {
    /// Erases it.
    pub fn new() -> Self {
        Self {
            step: Step::Reserve,
            command: ClearSel {
                reservation: 0,
                begin: true,
            },
            reservations: 1,
            asked: 0,
        }
    }
}

impl Conversation for EraseSel {
    type Outcome = ();

    fn name(&self) -> &'static str {
        "clear the SEL"
    }

    fn begin(&mut self) -> Question {
        *self = Self::new();
        Question::of(&ReserveSel)
    }

    fn answered(&mut self, response: &Response) -> Result<Turn<()>, Refused> {
        if self.step == Step::Reserve {
            self.command.reservation = ReserveSel.outcome(response)?;
            self.step = Step::Clear;
            return Ok(Turn::ask(&self.command));
        }
        let cancelled = response.completion == CompletionCode::RESERVATION_CANCELLED;
        if cancelled && self.reservations < RESERVATIONS {
            self.reservations = self.reservations.saturating_add(1);
            self.step = Step::Reserve;
            return Ok(Turn::ask(&ReserveSel));
        }
        if self.command.outcome(response)? == Erasure::Done {
            return Ok(Turn::Done(()));
        }
        self.command.begin = false;
        self.asked = self.asked.saturating_add(1);
        if self.asked > ASKED {
            return Err(Refused::Endless {
                command: self.command.name(),
                what: "the SEL is still being erased after 30 s",
            });
        }
        Ok(Turn::Ask(Question::of(&self.command).after(PAUSE)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::conversation::tests::drive;
    use proptest::prelude::*;

    #[test]
    fn it_is_begun_once_and_asked_about_until_it_is_done() {
        let mut asked = Vec::new();
        let done = drive(&mut EraseSel::new(), 6, |request| {
            asked.push(request.data.clone());
            match asked.len() {
                1 => Response::done([0x34, 0x12]),
                5 => Response::done([1]),
                _ => Response::done([0]),
            }
        });
        assert_eq!(done, Ok(()));
        let begin = [0x34, 0x12, b'C', b'L', b'R', 0xaa];
        let status = [0x34, 0x12, b'C', b'L', b'R', 0x00];
        assert_eq!(asked.get(1..).unwrap(), [begin, status, status, status]);
        let command = ClearSel {
            reservation: 1,
            begin: true,
        };
        assert_eq!(command.repeat(), Repeat::Never);
    }

    #[test]
    fn a_log_that_never_rests_is_given_up() {
        let mut begun = 0;
        let refused = drive(&mut EraseSel::new(), 20, |request| match request.command {
            0x42 => Response::done([1, 0]),
            _ => {
                begun += 1;
                Response::refused(CompletionCode::RESERVATION_CANCELLED)
            }
        });
        assert!(refused.is_err());
        assert_eq!(begun, 3);
    }

    #[test]
    fn an_erasure_without_end_is_given_up() {
        let mut clear = EraseSel::new();
        let endless = drive(&mut clear, 100, |request| match request.command {
            0x42 => Response::done([1, 0]),
            _ => Response::done([0]),
        });
        assert!(matches!(endless, Err(Refused::Endless { .. })));
    }

    proptest! {
        #[test]
        fn ends_whatever_is_answered(answers: Vec<(u8, Vec<u8>)>) {
            let mut answers = answers.into_iter();
            let _ = drive(&mut EraseSel::new(), 100, |_| {
                let (code, data) = answers.next().unwrap_or_default();
                Response { completion: CompletionCode(code & 0xc5), data }
            });
        }
    }
}
