//! Get SDR and Get Device SDR (IPMI 2.0 §33.12, §35.3), and reading all records with it.
//!
//! A record is asked for whole. BMCs that cannot return so much are asked for its five first octets, which say how long it
//! is, and then for parts of 64, 32 or 16 octets.

use super::{
    GetSdrRepositoryInfo, ReserveSdrs, SdrRecord,
    body::{HEADER, LONGEST},
};
use crate::{
    command::{
        Command, Conversation, Malformed, Question, Refused, Repeat, Request, Response, Turn, Walk,
        WalkEnd,
    },
    octets::Octets,
    wire::{CompletionCode, NetFn},
};

/// Where records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SdrSource {
    /// In the SDR repository.
    Repository,
    /// In the controller itself; so it is with controllers that have no repository.
    Device,
}

/// Asks for a part of a record. [`ReadSdrs`] reads all records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetSdr {
    /// From where.
    pub source: SdrSource,
    /// A reservation, or 0; parts need one.
    pub reservation: u16,
    /// Which record; 0 is the first.
    pub id: u16,
    /// From which octet on.
    pub offset: u8,
    /// How many octets; 0xFF is all.
    pub octets: u8,
}

impl Command for GetSdr {
    type Answer = SdrPart;

    fn name(&self) -> &'static str {
        match self.source {
            SdrSource::Repository => "Get SDR",
            SdrSource::Device => "Get Device SDR",
        }
    }

    fn request(&self) -> Request {
        let (reservation, id) = (self.reservation.to_le_bytes(), self.id.to_le_bytes());
        let data = [reservation, id, [self.offset, self.octets]].concat();
        match self.source {
            SdrSource::Repository => Request::new(NetFn::STORAGE, 0x23, data),
            SdrSource::Device => Request::new(NetFn::SENSOR, 0x21, data),
        }
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<SdrPart, Malformed> {
        let mut octets = Octets::new(data);
        Ok(SdrPart {
            next: octets.u16()?,
            octets: octets.rest().to_vec(),
        })
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[(0x80, "the record changed while it was read")]
    }
}

/// A part of a record, and the id of the next record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SdrPart {
    /// The id of the next record; 0xFFFF is none.
    pub next: u16,
    /// The part.
    pub octets: Vec<u8>,
}

/// Reads all records.
///
/// A record that is cut is counted and left out. Where the BMC leads in a circle, or will not give a record after it gave
/// others, what was read until then is the outcome, and [`Sdrs::end`] says so.
#[derive(Debug, Clone)]
pub struct ReadSdrs {
    step: Step,
    next: GetSdr,
    /// How many octets are asked for at a time; [`ALL`] at first.
    size: u8,
    part: Vec<u8>,
    walk: Walk,
    reserved: u8,
    asked: u8,
    sdrs: Sdrs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Count,
    Reserve,
    Part,
}

/// The records of a BMC.
#[derive(Debug, Clone, PartialEq)]
pub struct Sdrs {
    /// The records, in the BMC's order.
    pub records: Vec<SdrRecord>,
    /// How many records were too short to be read.
    pub unreadable: usize,
    /// Why the reading ended; anything but [`WalkEnd::Last`] says that there may be more.
    pub end: WalkEnd,
}

/// All octets of a record.
const ALL: u8 = 0xff;
/// How many records are read at most.
const MOST: usize = 4096;
/// How many records more than the BMC says there are may be there.
const GROWTH: usize = 64;
/// How many reservations are made at most.
const RESERVATIONS: u8 = 32;
/// How many questions one record is worth: with parts of 16 octets it is 17 and the header.
const QUESTIONS: u8 = 40;

impl ReadSdrs {
    /// Reads all that are there.
    pub fn new(source: SdrSource) -> Self {
        Self {
            step: match source {
                SdrSource::Repository => Step::Count,
                SdrSource::Device => Step::Part,
            },
            next: GetSdr {
                source,
                reservation: 0,
                id: Walk::FIRST,
                offset: 0,
                octets: ALL,
            },
            size: ALL,
            part: Vec::new(),
            walk: Walk::new(MOST),
            reserved: 0,
            asked: 0,
            sdrs: Sdrs {
                records: Vec::new(),
                unreadable: 0,
                end: WalkEnd::Last,
            },
        }
    }

    fn end(&mut self, end: WalkEnd) -> Turn<Sdrs> {
        self.sdrs.end = end;
        let empty = Sdrs {
            records: Vec::new(),
            unreadable: 0,
            end,
        };
        Turn::Done(std::mem::replace(&mut self.sdrs, empty))
    }

    /// What of the present record is to be asked for.
    fn ask_part(&mut self) -> Turn<Sdrs> {
        if self.asked >= QUESTIONS {
            return self.skip();
        }
        self.asked = self.asked.saturating_add(1);
        let whole = self.size == ALL && self.part.is_empty();
        if !whole && self.next.reservation == 0 && self.reserved == 0 {
            return self.ask_reservation();
        }
        self.step = Step::Part;
        let missing = match SdrRecord::length(&self.part) {
            Some(length) => length.saturating_sub(self.part.len()),
            None => HEADER.saturating_sub(self.part.len()),
        };
        self.next.offset = u8::try_from(self.part.len()).unwrap_or(u8::MAX);
        self.next.octets = match whole {
            true => ALL,
            false => u8::try_from(missing).unwrap_or(ALL).min(self.size),
        };
        Turn::ask(&self.next)
    }

    fn ask_reservation(&mut self) -> Turn<Sdrs> {
        self.reserved = self.reserved.saturating_add(1);
        self.step = Step::Reserve;
        Turn::ask(&ReserveSdrs(self.next.source))
    }

    /// The present record cannot be had; where the next is is not known.
    fn skip(&mut self) -> Turn<Sdrs> {
        self.sdrs.unreadable = self.sdrs.unreadable.saturating_add(1);
        self.end(WalkEnd::Gone)
    }

    fn part(&mut self, response: &Response) -> Result<Turn<Sdrs>, Refused> {
        match response.completion {
            CompletionCode::OK => {}
            CompletionCode::RESERVATION_CANCELLED if self.reserved < RESERVATIONS => {
                self.part.clear();
                return Ok(self.ask_reservation());
            }
            code if is_too_much(code) && self.shrink() => return Ok(self.ask_part()),
            // Some BMCs name a next record after the last, and then do not have it.
            _ if !self.sdrs.records.is_empty() => return Ok(self.end(WalkEnd::Gone)),
            CompletionCode::NOT_PRESENT => return Ok(self.end(WalkEnd::Last)),
            _ => {}
        }
        let part = self.next.outcome(response)?;
        let room = LONGEST.saturating_sub(self.part.len());
        self.part.extend(part.octets.iter().take(room));
        let length = SdrRecord::length(&self.part);
        let whole = length.is_some_and(|length| self.part.len() >= length);
        // An offset has one octet: what begins beyond it cannot be asked for.
        let more_can_be_had = !part.octets.is_empty() && self.part.len() <= usize::from(u8::MAX);
        if !whole && more_can_be_had {
            return Ok(self.ask_part());
        }
        Ok(self.turn_to(part.next))
    }

    /// The present record is read; on to the next.
    fn turn_to(&mut self, next: u16) -> Turn<Sdrs> {
        let mut id = self.next.id;
        match SdrRecord::parse(&self.part) {
            Ok(record) => {
                id = record.id;
                self.sdrs.records.push(record);
            }
            Err(_) => self.sdrs.unreadable = self.sdrs.unreadable.saturating_add(1),
        }
        self.part.clear();
        self.asked = 0;
        match self.walk.step(id, next) {
            Ok(next) => {
                self.next.id = next;
                self.ask_part()
            }
            Err(end) => self.end(end),
        }
    }

    /// Whether less can be asked for at a time.
    fn shrink(&mut self) -> bool {
        let smaller = match self.size {
            ALL => 64,
            33..ALL => 32,
            17..=32 => 16,
            _ => return false,
        };
        self.size = smaller;
        true
    }
}

/// Whether a BMC says in one of the many ways that it cannot return so much.
fn is_too_much(code: CompletionCode) -> bool {
    matches!(
        code,
        CompletionCode::CANNOT_RETURN
            | CompletionCode::FIELD_LIMIT
            | CompletionCode::OUT_OF_SPACE
            | CompletionCode::LENGTH_INVALID
            | CompletionCode::REQUEST_TRUNCATED
            | CompletionCode::OUT_OF_RANGE
            | CompletionCode::INVALID_FIELD
            | CompletionCode::UNSPECIFIED
    )
}

impl Conversation for ReadSdrs {
    type Outcome = Sdrs;

    fn name(&self) -> &'static str {
        "read the SDRs"
    }

    fn begin(&mut self) -> Question {
        *self = Self::new(self.next.source);
        match self.step {
            Step::Count => Question::of(&GetSdrRepositoryInfo),
            _ => Question::of(&self.next),
        }
    }

    fn answered(&mut self, response: &Response) -> Result<Turn<Sdrs>, Refused> {
        match self.step {
            Step::Count => {
                let count = GetSdrRepositoryInfo.outcome(response)?.records;
                let most = usize::from(count).saturating_add(GROWTH).min(MOST);
                self.walk = Walk::new(most);
                Ok(self.ask_part())
            }
            Step::Reserve => {
                // Without one some BMCs give parts all the same; the others will say so.
                let reserve = ReserveSdrs(self.next.source);
                self.next.reservation = reserve.outcome(response).unwrap_or_default();
                Ok(self.ask_part())
            }
            Step::Part => self.part(response),
        }
    }
}

#[cfg(test)]
mod tests;
