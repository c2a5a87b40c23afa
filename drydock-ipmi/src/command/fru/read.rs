//! Reading a FRU's inventory: no more of it than the header and the areas that it names.

use super::{FruInventory, FruSize, GetFruSize, ReadFruPart, inventory::needed};
use crate::{
    command::{Command, Conversation, Question, Refused, Response, Turn},
    wire::CompletionCode,
};

/// Reads the inventory of a FRU.
///
/// It asks for 128 octets at a time, and for fewer from a BMC that cannot return so many. Where it cannot be read to the
/// end, what was read is the outcome, and its faults say so.
#[derive(Debug, Clone)]
pub struct ReadFru {
    device: u8,
    size: Option<FruSize>,
    count: u8,
    next: ReadFruPart,
    inventory: Vec<u8>,
}

const MOST: u8 = 128;
const LEAST: u8 = 8;

impl ReadFru {
    /// That of this FRU device id; 0 is the machine's own.
    pub fn new(device: u8) -> Self {
        Self {
            device,
            size: None,
            count: MOST,
            next: ReadFruPart {
                device,
                offset: 0,
                count: MOST,
            },
            inventory: Vec::new(),
        }
    }

    fn go_on(&mut self, size: FruSize) -> Turn<FruInventory> {
        let wanted = needed(&self.inventory).min(usize::from(size.octets));
        let missing = wanted.saturating_sub(self.inventory.len());
        if missing == 0 {
            return self.end();
        }
        // The first part is as large as it may be: it often holds all.
        let first = self.inventory.is_empty();
        let room = usize::from(size.octets).saturating_sub(self.inventory.len());
        let many = if first { room } else { missing };
        let count = u8::try_from(many).unwrap_or(u8::MAX).min(self.count);
        let offset = u16::try_from(self.inventory.len()).unwrap_or(u16::MAX);
        (self.next.offset, self.next.count) = match size.by_words {
            true => (offset / 2, count.div_ceil(2)),
            false => (offset, count),
        };
        Turn::ask(&self.next)
    }

    fn end(&mut self) -> Turn<FruInventory> {
        Turn::Done(FruInventory::parse(&std::mem::take(&mut self.inventory)))
    }

    fn part(&mut self, response: &Response, size: FruSize) -> Result<Turn<FruInventory>, Refused> {
        let too_much = matches!(
            response.completion,
            CompletionCode::CANNOT_RETURN
                | CompletionCode::FIELD_LIMIT
                | CompletionCode::LENGTH_INVALID
                | CompletionCode::OUT_OF_SPACE
                | CompletionCode::OUT_OF_RANGE
                | CompletionCode::INVALID_FIELD
                | CompletionCode::UNSPECIFIED
        );
        if too_much && self.count > LEAST {
            self.count /= 2;
            return Ok(self.go_on(size));
        }
        match self.next.outcome(response) {
            Ok(mut part) => {
                let unit = if size.by_words { 2 } else { 1 };
                part.truncate(usize::from(self.next.count).saturating_mul(unit));
                // Half a word would put all that follows at the wrong place.
                let odd = size.by_words && !part.len().is_multiple_of(2);
                self.inventory.extend(part);
                Ok(if odd { self.end() } else { self.go_on(size) })
            }
            Err(refused) if self.inventory.is_empty() => Err(refused),
            Err(_) => Ok(self.end()),
        }
    }
}

impl Conversation for ReadFru {
    type Outcome = FruInventory;

    fn name(&self) -> &'static str {
        "read the FRU inventory"
    }

    fn begin(&mut self) -> Question {
        *self = Self::new(self.device);
        Question::of(&GetFruSize(self.device))
    }

    fn answered(&mut self, response: &Response) -> Result<Turn<FruInventory>, Refused> {
        match self.size {
            Some(size) => self.part(response, size),
            None => {
                let size = GetFruSize(self.device).outcome(response)?;
                self.size = Some(size);
                Ok(self.go_on(size))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Request, conversation::tests::drive, fru::inventory::tests::recorded};
    use proptest::prelude::*;

    /// A BMC that has an inventory, by octets or words, and returns no more than so many of them at a time.
    fn bmc(inventory: &[u8], by_words: bool, most: u8, request: &Request) -> Response {
        let octets = u16::try_from(inventory.len()).unwrap();
        if request.command == 0x10 {
            return Response::done(FruSize { octets, by_words }.emit());
        }
        let [_, low, high, count] = request.data.as_slice().try_into().unwrap();
        if count > most {
            return Response::refused(CompletionCode::FIELD_LIMIT);
        }
        let unit = if by_words { 2 } else { 1 };
        let offset = usize::from(u16::from_le_bytes([low, high])) * unit;
        let end = (offset + usize::from(count) * unit).min(inventory.len());
        match inventory.get(offset..end) {
            Some(part) => Response::done([&[count], part].concat()),
            None => Response::refused(CompletionCode::OUT_OF_RANGE),
        }
    }

    #[test]
    fn only_what_is_of_interest_is_read() {
        let inventory = recorded();
        let whole = FruInventory::parse(&inventory);
        let mut asked = 0;
        let fru = drive(&mut ReadFru::new(0), 10, |request| {
            asked += 1;
            bmc(&inventory, false, 128, request)
        });
        assert_eq!((fru.unwrap(), asked), (whole.clone(), 2));
        for most in [8, 16, 17, 31, 64, 100] {
            for by_words in [false, true] {
                let bmc = |request: &Request| bmc(&inventory, by_words, most, request);
                let fru = drive(&mut ReadFru::new(0), 40, bmc);
                assert_eq!(fru.as_ref(), Ok(&whole), "{most} {by_words}");
            }
        }
        let refused = drive(&mut ReadFru::new(0), 40, |r| bmc(&inventory, false, 7, r));
        assert_eq!(
            refused.unwrap_err().code(),
            Some(CompletionCode::FIELD_LIMIT)
        );
    }

    #[test]
    fn an_inventory_that_ends_early_is_told_as_cut() {
        let inventory = recorded();
        let short = inventory.get(..100).unwrap();
        let fru = drive(&mut ReadFru::new(0), 40, |r| bmc(short, false, 128, r)).unwrap();
        assert_eq!(
            fru.faults.first().unwrap().to_string(),
            "product area: it is cut"
        );
        let none = drive(&mut ReadFru::new(0), 40, |r| bmc(&[], false, 128, r)).unwrap();
        assert_eq!(
            none.faults.first().unwrap().to_string(),
            "common header: it is cut"
        );
    }

    #[test]
    fn a_bmc_that_claims_all_areas_everywhere_is_asked_for_four_kibibytes() {
        let mut asked = 0;
        let fru = drive(&mut ReadFru::new(0), 600, |request| {
            asked += 1;
            match request.command {
                0x10 => Response::done([0xff, 0xff, 0]),
                _ => Response::done([&[1, 1][..], &[0xff; 7]].concat()),
            }
        });
        assert!(fru.is_ok() && asked <= 512, "{asked}");
    }

    proptest! {
        #[test]
        fn ends_whatever_is_answered(answers: Vec<(bool, u8, Vec<u8>)>) {
            let mut answers = answers.into_iter().cycle();
            let _ = drive(&mut ReadFru::new(3), 5000, |_| {
                let (ok, code, data) = answers.next().unwrap_or_default();
                let completion = CompletionCode(if ok { 0 } else { code });
                Response { completion, data }
            });
        }
    }
}
