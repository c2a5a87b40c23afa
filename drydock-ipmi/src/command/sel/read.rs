//! Get SEL Entry (IPMI 2.0 §31.5), and reading the whole SEL with it.

use super::{ERASING, GetSelInfo, ReserveSel, SelInfo, SelRecord};
use crate::{
    command::{
        Command, Conversation, Malformed, Question, Refused, Repeat, Request, Response, Turn, Walk,
        WalkEnd,
    },
    octets::Octets,
    wire::{CompletionCode, NetFn},
};

/// Asks for a record of the SEL. [`ReadSel`] reads all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetSelEntry {
    /// A reservation, or 0; it is not needed for whole records.
    pub reservation: u16,
    /// Which record; 0 is the first, 0xFFFF the last.
    pub id: u16,
    /// How many of its octets; 0xFF is all.
    pub octets: u8,
}

impl GetSelEntry {
    /// All of a record, or of the first.
    pub fn new(id: u16) -> Self {
        Self {
            reservation: 0,
            id,
            octets: ALL,
        }
    }
}

/// All octets of a record.
const ALL: u8 = 0xff;
/// As many octets as a record has.
const RECORD: u8 = 16;

impl Command for GetSelEntry {
    type Answer = SelEntry;

    fn name(&self) -> &'static str {
        "Get SEL Entry"
    }

    fn request(&self) -> Request {
        let (reservation, id) = (self.reservation.to_le_bytes(), self.id.to_le_bytes());
        let data = [reservation, id, [0, self.octets]].concat();
        Request::new(NetFn::STORAGE, 0x43, data)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<SelEntry, Malformed> {
        let mut octets = Octets::new(data);
        Ok(SelEntry {
            next: octets.u16()?,
            record: SelRecord::parse(octets.rest()),
        })
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[ERASING]
    }
}

/// A record, and the id of the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelEntry {
    /// The id of the next; 0xFFFF is none.
    pub next: u16,
    /// The record, or why it is none.
    pub record: Result<SelRecord, Malformed>,
}

/// Reads the whole SEL, in its order.
///
/// Records that are logged meanwhile are read as well. A record that is cut is counted and left out. Where the BMC leads in
/// a circle, or the log is cleared under the reader, what was read until then is the outcome, and [`Sel::end`] says so.
#[derive(Debug, Clone)]
pub struct ReadSel {
    step: Step,
    next: GetSelEntry,
    walk: Walk,
    reserved: u8,
    sel: Option<Sel>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Info,
    Reserve,
    Entry,
}

/// What a SEL says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sel {
    /// How full it was when the reading began.
    pub info: SelInfo,
    /// Its records, in its order, which is mostly that of time.
    pub records: Vec<SelRecord>,
    /// How many records were too short to be read.
    pub unreadable: usize,
    /// Why the reading ended; anything but [`WalkEnd::Last`] says that there may be more.
    pub end: WalkEnd,
}

/// How many reservations are made at most.
const RESERVATIONS: u8 = 8;
/// How many records more than the BMC says there are may be logged during the reading.
const GROWTH: usize = 256;

impl Default for ReadSel {
    fn default() -> Self {
        Self::new()
    }
}

impl ReadSel {
    /// Reads all of it.
    pub fn new() -> Self {
        Self {
            step: Step::Info,
            next: GetSelEntry::new(Walk::FIRST),
            walk: Walk::new(0),
            reserved: 0,
            sel: None,
        }
    }

    fn end(&mut self, end: WalkEnd) -> Result<Turn<Sel>, Refused> {
        let mut sel = self.sel.take().ok_or(Refused::Malformed {
            command: self.name(),
            why: Malformed("the conversation has ended already"),
        })?;
        sel.end = end;
        Ok(Turn::Done(sel))
    }

    fn ask_entry(&mut self) -> Result<Turn<Sel>, Refused> {
        self.step = Step::Entry;
        Ok(Turn::ask(&self.next))
    }

    fn begun(&mut self, response: &Response) -> Result<Turn<Sel>, Refused> {
        let info = GetSelInfo.outcome(response)?;
        self.walk = Walk::new(usize::from(info.entries).saturating_add(GROWTH));
        self.sel = Some(Sel {
            info,
            records: Vec::new(),
            unreadable: 0,
            end: WalkEnd::Last,
        });
        match info.entries {
            0 => self.end(WalkEnd::Last),
            _ => self.ask_entry(),
        }
    }

    fn entry(&mut self, response: &Response) -> Result<Turn<Sel>, Refused> {
        let is_first = self.next.id == Walk::FIRST;
        match response.completion {
            CompletionCode::RESERVATION_CANCELLED if self.reserved < RESERVATIONS => {
                self.reserved = self.reserved.saturating_add(1);
                self.step = Step::Reserve;
                return Ok(Turn::ask(&ReserveSel));
            }
            CompletionCode::CANNOT_RETURN
            | CompletionCode::FIELD_LIMIT
            | CompletionCode::LENGTH_INVALID
                if self.next.octets == ALL =>
            {
                self.next.octets = RECORD;
                return self.ask_entry();
            }
            CompletionCode::NOT_PRESENT if is_first => return self.end(WalkEnd::Last),
            CompletionCode::NOT_PRESENT => return self.end(WalkEnd::Gone),
            _ => {}
        }
        let entry = self.next.outcome(response)?;
        let mut id = self.next.id;
        if let Some(sel) = &mut self.sel {
            match entry.record {
                Ok(record) => {
                    id = record.id;
                    sel.records.push(record);
                }
                Err(_) => sel.unreadable = sel.unreadable.saturating_add(1),
            }
        }
        match self.walk.step(id, entry.next) {
            Ok(next) => {
                self.next.id = next;
                self.ask_entry()
            }
            Err(end) => self.end(end),
        }
    }
}

impl Conversation for ReadSel {
    type Outcome = Sel;

    fn name(&self) -> &'static str {
        "read the SEL"
    }

    fn begin(&mut self) -> Question {
        *self = Self::new();
        Question::of(&GetSelInfo)
    }

    fn answered(&mut self, response: &Response) -> Result<Turn<Sel>, Refused> {
        match self.step {
            Step::Info => self.begun(response),
            Step::Reserve => {
                self.next.reservation = ReserveSel.outcome(response)?;
                self.ask_entry()
            }
            Step::Entry => self.entry(response),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::conversation::tests::drive;
    use proptest::prelude::*;

    fn info(entries: u16) -> Response {
        let [low, high] = entries.to_le_bytes();
        Response::done([0x51, low, high, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    }

    fn record(id: u16) -> Vec<u8> {
        let mut octets = id.to_le_bytes().to_vec();
        octets.extend([2, 0, 0, 0, 0, 0x20, 0, 4, 1, 1, 1, 0x57, 0x55, 0x50]);
        octets
    }

    fn entry(id: u16, next: u16) -> Response {
        Response::done([&next.to_le_bytes()[..], &record(id)].concat())
    }

    /// Which record is asked for.
    fn asked(request: &Request) -> u16 {
        let id = request.data.get(2..4).unwrap();
        u16::from_le_bytes(id.try_into().unwrap())
    }

    fn read(mut bmc: impl FnMut(u16) -> Response) -> Result<Sel, Refused> {
        drive(&mut ReadSel::new(), 70_000, |request| {
            match request.command {
                0x40 => info(3),
                0x42 => Response::done([0x34, 0x12]),
                _ => bmc(asked(request)),
            }
        })
    }

    fn ids(sel: &Sel) -> Vec<u16> {
        sel.records.iter().map(|record| record.id).collect()
    }

    #[test]
    fn all_records_are_read_in_order() {
        let sel = read(|id| match id {
            0 => entry(5, 2),
            2 => entry(2, 9),
            _ => entry(9, 0xffff),
        });
        let sel = sel.unwrap();
        assert_eq!((ids(&sel), sel.end), (vec![5, 2, 9], WalkEnd::Last));
        assert_eq!(GetSelEntry::new(2).request().data, [0, 0, 2, 0, 0, 0xff]);
    }

    #[test]
    fn a_log_that_leads_in_a_circle_is_read_once() {
        for back in [0, 1, 2, 3] {
            let sel = read(|id| entry(id.max(1), if id == 3 { back } else { id.max(1) + 1 }));
            let sel = sel.unwrap();
            assert_eq!((ids(&sel), sel.end), (vec![1, 2, 3], WalkEnd::Looping));
        }
    }

    #[test]
    fn a_log_that_grows_is_read_to_its_new_end_but_not_for_ever() {
        let sel = read(|id| entry(id.max(1), if id == 20 { 0xffff } else { id.max(1) + 1 }));
        assert_eq!(sel.unwrap().records.len(), 20);
        let sel = read(|id| entry(id.max(1), id.max(1) + 1)).unwrap();
        assert_eq!((sel.records.len(), sel.end), (3 + GROWTH, WalkEnd::TooMany));
    }

    #[test]
    fn a_log_that_is_cleared_meanwhile_ends() {
        let gone = Response::refused(CompletionCode::NOT_PRESENT);
        let sel = read(|id| if id < 2 { entry(1, 2) } else { gone.clone() }).unwrap();
        assert_eq!((ids(&sel), sel.end), (vec![1], WalkEnd::Gone));
        assert_eq!(read(|_| gone.clone()).unwrap().end, WalkEnd::Last);
    }

    #[test]
    fn a_bmc_that_wants_a_reservation_gets_one() {
        let mut reservations = 0;
        let sel = drive(&mut ReadSel::new(), 20, |request| match request.command {
            0x40 => info(1),
            0x42 => {
                reservations += 1;
                Response::done([0x34, 0x12])
            }
            _ if request.data.starts_with(&[0x34, 0x12]) => entry(1, 0xffff),
            _ => Response::refused(CompletionCode::RESERVATION_CANCELLED),
        });
        assert_eq!((sel.unwrap().records.len(), reservations), (1, 1));
        let never = read(|_| Response::refused(CompletionCode::RESERVATION_CANCELLED));
        let code = never.unwrap_err().code();
        assert_eq!(code, Some(CompletionCode::RESERVATION_CANCELLED));
    }

    #[test]
    fn a_bmc_that_cannot_return_all_is_asked_for_sixteen_octets() {
        let sel = drive(&mut ReadSel::new(), 5, |request| match request.command {
            0x40 => info(1),
            _ if request.data.ends_with(&[16]) => entry(1, 0xffff),
            _ => Response::refused(CompletionCode::CANNOT_RETURN),
        });
        assert_eq!(sel.unwrap().records.len(), 1);
        let never = read(|_| Response::refused(CompletionCode::CANNOT_RETURN));
        assert!(never.is_err());
    }

    #[test]
    fn a_short_record_is_counted_and_left_out() {
        let sel = read(|id| match id {
            0 => entry(1, 2),
            2 => Response::done([3, 0, 2, 0, 2]),
            _ => entry(3, 0xffff),
        });
        let sel = sel.unwrap();
        assert_eq!((ids(&sel), sel.unreadable), (vec![1, 3], 1));
    }

    #[test]
    fn an_empty_log_is_not_asked_for_records() {
        let sel = drive(&mut ReadSel::new(), 1, |_| info(0)).unwrap();
        assert_eq!((sel.records.len(), sel.end), (0, WalkEnd::Last));
    }

    proptest! {
        #[test]
        fn ends_whatever_is_answered(answers: Vec<(bool, u8, Vec<u8>)>) {
            let mut answers = answers.into_iter();
            let _ = drive(&mut ReadSel::new(), 1000, |_| {
                let (ok, code, data) = answers.next().unwrap_or_default();
                let completion = CompletionCode(if ok { 0 } else { code });
                Response { completion, data }
            });
        }
    }
}
