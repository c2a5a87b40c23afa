//! Sets what a machine boots next, and reads back what the BMC kept of it.

use super::{
    BootDifference, BootFlags, BootParameter, GetBootOption, SetBootOption, SetInProgress,
};
use crate::command::{Command, Conversation, Malformed, Question, Refused, Response, Turn};

/// Sets what a machine boots next, and reads back what the BMC kept of it.
///
/// It writes parameters 0, 3, 4, 5 and 0, all with the same session, and reads 5. Only the boot flags (5) must be taken:
/// many BMCs refuse the others, and those that do not have them do not need them. Parameter 3 keeps the flags longer than
/// 60 s; where it is refused ([`BootSet::kept_after_a_minute`]), a power action has to follow within 60 s.
#[derive(Debug, Clone)]
pub struct SetBoot {
    wanted: BootFlags,
    step: Step,
    kept_after_a_minute: bool,
    flags_refused: Option<Refused>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Parameter 0 becomes "in progress".
    Open,
    /// It was already: whoever it was, once it is closed.
    Free,
    OpenAgain,
    NoTimer,
    ForFirmware,
    Flags,
    Close,
    ReadBack,
}

impl SetBoot {
    /// Sets these flags.
    pub fn new(wanted: BootFlags) -> Self {
        Self {
            wanted,
            step: Step::Open,
            kept_after_a_minute: false,
            flags_refused: None,
        }
    }

    fn question(&self) -> Question {
        let parameter = match self.step {
            Step::Open | Step::OpenAgain => BootParameter::SetInProgress(SetInProgress::InProgress),
            Step::Free | Step::Close => BootParameter::SetInProgress(SetInProgress::Complete),
            Step::NoTimer => BootParameter::NO_TIMER,
            Step::ForFirmware => BootParameter::FOR_FIRMWARE,
            Step::Flags => BootParameter::Flags(self.wanted),
            Step::ReadBack => return Question::of(&READ),
        };
        Question::of(&SetBootOption(parameter))
    }
}

const READ: GetBootOption = GetBootOption(5);

impl Conversation for SetBoot {
    type Outcome = BootSet;

    fn name(&self) -> &'static str {
        "set the boot device"
    }

    fn begin(&mut self) -> Question {
        *self = Self::new(self.wanted);
        self.question()
    }

    fn answered(&mut self, response: &Response) -> Result<Turn<BootSet>, Refused> {
        const SOMEBODY_ELSE: u8 = 0x81;
        let done = response.completion.is_ok();
        self.step = match self.step {
            Step::Open if response.completion.0 == SOMEBODY_ELSE => Step::Free,
            Step::Free => Step::OpenAgain,
            Step::Open | Step::OpenAgain => Step::NoTimer,
            Step::NoTimer => {
                self.kept_after_a_minute = done;
                Step::ForFirmware
            }
            Step::ForFirmware => Step::Flags,
            Step::Flags => {
                let set = SetBootOption(BootParameter::Flags(self.wanted));
                self.flags_refused = set.outcome(response).err();
                // Also when the flags were refused: nobody else could write otherwise.
                Step::Close
            }
            Step::Close => match self.flags_refused.take() {
                Some(refused) => return Err(refused),
                None => Step::ReadBack,
            },
            Step::ReadBack => {
                let read = flags_of(response)?;
                return Ok(Turn::Done(BootSet {
                    wanted: self.wanted,
                    read,
                    kept_after_a_minute: self.kept_after_a_minute,
                }));
            }
        };
        Ok(Turn::Ask(self.question()))
    }
}

fn flags_of(response: &Response) -> Result<BootFlags, Refused> {
    match READ.outcome(response)?.parameter {
        BootParameter::Flags(flags) => Ok(flags),
        _ => Err(Refused::Malformed {
            command: READ.name(),
            why: Malformed("the answer is of another parameter"),
        }),
    }
}

/// What came of setting what a machine boots next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootSet {
    /// What was written.
    pub wanted: BootFlags,
    /// What was read back.
    pub read: BootFlags,
    /// Whether the BMC takes the flags as kept although 60 s pass without a power action.
    pub kept_after_a_minute: bool,
}

impl BootSet {
    /// How what was read back differs from what was written; empty is as it should be.
    pub fn differences(&self) -> Vec<BootDifference> {
        self.wanted.differences(&self.read)
    }
}

/// Reads what a machine boots next.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadBoot;

impl Conversation for ReadBoot {
    type Outcome = BootFlags;

    fn name(&self) -> &'static str {
        "read the boot device"
    }

    fn begin(&mut self) -> Question {
        Question::of(&READ)
    }

    fn answered(&mut self, response: &Response) -> Result<Turn<BootFlags>, Refused> {
        flags_of(response).map(Turn::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Request, boot::BootDevice, conversation::tests::drive};
    use crate::wire::CompletionCode;
    use proptest::prelude::*;

    const WANTED: BootFlags = BootFlags::once(BootDevice::Pxe).efi().persistent();

    /// A BMC that refuses parameters with a code, and keeps the rest.
    #[derive(Default)]
    struct Bmc {
        written: Vec<Vec<u8>>,
        flags: Vec<u8>,
        refuses: Vec<(u8, u8)>,
        locked: bool,
    }

    impl Bmc {
        fn answer(&mut self, request: &Request) -> Response {
            let (number, data) = request.data.split_first().unwrap();
            if request.command == 0x09 {
                return Response::done([&[1, *number], &*self.flags].concat());
            }
            self.written.push(request.data.clone());
            if let Some((_, code)) = self.refuses.iter().find(|(refused, _)| refused == number) {
                return Response::refused(CompletionCode(*code));
            }
            match (number, data) {
                (0, [0]) => self.locked = false,
                (0, [1]) if self.locked => return Response::refused(CompletionCode(0x81)),
                (0, _) => self.locked = true,
                (5, flags) => self.flags = flags.to_vec(),
                _ => {}
            }
            Response::done([])
        }
    }

    fn set(bmc: &mut Bmc) -> Result<BootSet, Refused> {
        drive(&mut SetBoot::new(WANTED), 8, |request| bmc.answer(request))
    }

    #[test]
    fn writes_all_that_others_write_and_reads_back() {
        let mut bmc = Bmc::default();
        let set = set(&mut bmc).unwrap();
        assert_eq!(set.differences(), []);
        assert!(set.kept_after_a_minute && !bmc.locked);
        let flags = vec![5, 0xe0, 0x04, 0, 0, 0];
        let expected = [vec![0, 1], vec![3, 8], vec![4, 1, 1], flags, vec![0, 0]];
        assert_eq!(bmc.written, expected);
    }

    #[test]
    fn only_the_flags_have_to_be_taken() {
        let refuses = vec![(0, 0x80), (3, 0xcc), (4, 0xd4)];
        let mut bmc = Bmc {
            refuses,
            ..Bmc::default()
        };
        let outcome = set(&mut bmc).unwrap();
        assert!(outcome.differences().is_empty() && !outcome.kept_after_a_minute);
        let refuses = vec![(5, 0xd4)];
        let mut bmc = Bmc {
            refuses,
            ..Bmc::default()
        };
        let refused = set(&mut bmc).unwrap_err();
        assert_eq!(refused.code(), Some(CompletionCode::PRIVILEGE));
        assert!(!bmc.locked, "what was begun is closed");
    }

    #[test]
    fn what_another_left_in_progress_is_closed_once() {
        let mut bmc = Bmc {
            locked: true,
            ..Bmc::default()
        };
        assert!(set(&mut bmc).unwrap().differences().is_empty());
        assert_eq!(bmc.written.get(..3).unwrap(), [[0, 1], [0, 0], [0, 1]]);
        let refuses = vec![(0, 0x81)];
        let mut bmc = Bmc {
            refuses,
            ..Bmc::default()
        };
        assert!(set(&mut bmc).is_ok());
    }

    #[test]
    fn what_the_bmc_does_not_keep_is_told() {
        let mut bmc = Bmc::default();
        let forgetful = |request: &Request| match request.command {
            0x09 => Response::done([1, 5, 0x00, 0x04, 0, 0, 0]),
            _ => bmc.answer(request),
        };
        let outcome = drive(&mut SetBoot::new(WANTED), 8, forgetful).unwrap();
        assert_eq!(outcome.differences().len(), 3);
    }

    proptest! {
        #[test]
        fn ends_whatever_is_answered(answers: Vec<(u8, Vec<u8>)>) {
            let mut answers = answers.into_iter();
            let answer = |_: &Request| {
                let (code, data) = answers.next().unwrap_or_default();
                Response { completion: CompletionCode(code), data }
            };
            let _ = drive(&mut SetBoot::new(WANTED), 8, answer);
        }
    }
}
