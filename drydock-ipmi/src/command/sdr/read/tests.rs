use super::*;
use crate::command::{
    conversation::tests::drive,
    sdr::recorded::{SUPPLY, TEMPERATURE, VOLTAGE},
};
use proptest::prelude::*;

/// A BMC with records, which returns only so many octets at a time.
struct Bmc {
    records: Vec<Vec<u8>>,
    most: usize,
    too_much: CompletionCode,
    /// Each so many questions the reservation is cancelled.
    cancels: Option<usize>,
    asked: usize,
    reservation: u16,
    reserved: usize,
}

impl Bmc {
    fn new(most: usize) -> Self {
        let mut records = vec![TEMPERATURE.to_vec(), VOLTAGE.to_vec(), SUPPLY.to_vec()];
        for (id, record) in (1..).zip(&mut records) {
            (record[0], record[4]) = (id, u8::try_from(record.len() - 5).unwrap());
        }
        Self {
            records,
            most,
            too_much: CompletionCode::CANNOT_RETURN,
            cancels: None,
            asked: 0,
            reservation: 0,
            reserved: 0,
        }
    }

    fn answer(&mut self, request: &Request) -> Response {
        self.asked += 1;
        match request.command {
            0x20 => {
                let count = u8::try_from(self.records.len()).unwrap();
                return Response::done([0x51, count, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
            }
            0x22 => {
                (self.reservation, self.reserved) = (self.reservation + 1, self.reserved + 1);
                return Response::done(self.reservation.to_le_bytes());
            }
            _ => {}
        }
        if self
            .cancels
            .is_some_and(|each| self.asked.is_multiple_of(each))
        {
            self.reservation += 1;
        }
        let [r0, r1, i0, i1, offset, octets] = request.data.as_slice().try_into().unwrap();
        let id = u16::from_le_bytes([i0, i1]).max(1);
        let Some(record) = self.records.get(usize::from(id) - 1) else {
            return Response::refused(CompletionCode::NOT_PRESENT);
        };
        let last = usize::from(id) == self.records.len();
        let next = if last { 0xffff } else { id + 1 };
        let (offset, asked) = (usize::from(offset), usize::from(octets));
        let whole = asked == 0xff && offset == 0;
        let asked = if whole { record.len() } else { asked };
        if asked > self.most {
            return Response::refused(self.too_much);
        }
        if !whole && u16::from_le_bytes([r0, r1]) != self.reservation {
            return Response::refused(CompletionCode::RESERVATION_CANCELLED);
        }
        match record.get(offset..offset + asked) {
            Some(part) => Response::done([&next.to_le_bytes()[..], part].concat()),
            None => Response::refused(CompletionCode::OUT_OF_RANGE),
        }
    }

    fn read(&mut self) -> Result<Sdrs, Refused> {
        let mut read = ReadSdrs::new(SdrSource::Repository);
        drive(&mut read, 200, |request| self.answer(request))
    }
}

fn ids(sdrs: &Sdrs) -> Vec<u16> {
    sdrs.records.iter().map(|record| record.id).collect()
}

#[test]
fn whole_records_are_a_question_each() {
    let mut bmc = Bmc::new(255);
    let sdrs = bmc.read().unwrap();
    assert_eq!((ids(&sdrs), sdrs.end), (vec![1, 2, 3], WalkEnd::Last));
    assert_eq!((bmc.asked, bmc.reserved), (4, 0));
}

#[test]
fn parts_get_smaller_until_the_bmc_can_return_them() {
    let whole = Bmc::new(255).read().unwrap();
    for most in [16, 17, 31, 32, 40, 56] {
        for too_much in [0xca, 0xc8, 0xc4, 0xff, 0xc7] {
            let mut bmc = Bmc::new(most);
            bmc.too_much = CompletionCode(too_much);
            assert_eq!(bmc.read().unwrap(), whole, "{most} 0x{too_much:02x}");
            assert_eq!(bmc.reserved, 1);
        }
    }
    let refused = Bmc::new(4).read().unwrap_err();
    assert_eq!(refused.code(), Some(CompletionCode::CANNOT_RETURN));
}

#[test]
fn a_lost_reservation_is_made_again() {
    let whole = Bmc::new(255).read().unwrap();
    let mut bmc = Bmc::new(16);
    bmc.cancels = Some(9);
    assert_eq!(bmc.read().unwrap(), whole);
    assert!(bmc.reserved > 2);
    bmc.cancels = Some(1);
    let refused = bmc.read().unwrap_err();
    assert_eq!(refused.code(), Some(CompletionCode::RESERVATION_CANCELLED));
}

#[test]
fn a_part_that_is_shorter_than_asked_for_is_gone_on_with() {
    let mut bmc = Bmc::new(255);
    let mut read = ReadSdrs::new(SdrSource::Repository);
    let sdrs = drive(&mut read, 200, |request| {
        let mut response = bmc.answer(request);
        response.data.truncate(22);
        response
    });
    assert_eq!(sdrs.unwrap().records, Bmc::new(255).read().unwrap().records);
}

#[test]
fn a_last_record_that_is_not_there_ends_the_reading() {
    for code in [0xc3, 0xcb, 0xc9] {
        let mut bmc = Bmc::new(255);
        let mut read = ReadSdrs::new(SdrSource::Repository);
        let sdrs = drive(&mut read, 200, |request| match request.data.get(2) {
            Some(3) => Response::refused(CompletionCode(code)),
            _ => bmc.answer(request),
        });
        let sdrs = sdrs.unwrap();
        assert_eq!((ids(&sdrs), sdrs.end), (vec![1, 2], WalkEnd::Gone));
    }
}

#[test]
fn a_repository_that_leads_in_a_circle_is_read_once() {
    let mut bmc = Bmc::new(255);
    let mut read = ReadSdrs::new(SdrSource::Repository);
    let sdrs = drive(&mut read, 200, |request| {
        let mut response = bmc.answer(request);
        if response.data.starts_with(&[0xff, 0xff]) {
            response.data.splice(..2, [1, 0]);
        }
        response
    });
    let sdrs = sdrs.unwrap();
    assert_eq!((ids(&sdrs), sdrs.end), (vec![1, 2, 3], WalkEnd::Looping));
}

#[test]
fn records_of_any_claimed_length_are_survived() {
    for claimed in [0, 1, 20, 254, 255] {
        let mut bmc = Bmc::new(255);
        bmc.records[1].resize(5 + usize::from(claimed), 0);
        bmc.records[1][4] = claimed;
        let sdrs = bmc.read().unwrap();
        assert_eq!(
            (sdrs.records.len() + sdrs.unreadable, sdrs.end),
            (3, WalkEnd::Last)
        );
        // The record claims octets that nobody has.
        let mut bmc = Bmc::new(255);
        bmc.records[1][4] = claimed;
        assert!(bmc.read().is_ok());
        bmc.most = 16;
        assert!(bmc.read().is_ok());
    }
}

#[test]
fn an_empty_repository_is_empty() {
    let mut bmc = Bmc::new(255);
    bmc.records.clear();
    assert_eq!(bmc.read().unwrap().records, []);
}

#[test]
fn the_device_has_records_too() {
    let mut bmc = Bmc::new(255);
    let mut read = ReadSdrs::new(SdrSource::Device);
    assert_eq!(read.begin().request.net_fn, NetFn::SENSOR);
    let sdrs = drive(&mut read, 200, |request| bmc.answer(request)).unwrap();
    assert_eq!(ids(&sdrs), [1, 2, 3]);
}

proptest! {
    #[test]
    fn ends_whatever_is_answered(answers: Vec<(bool, u8, Vec<u8>)>, device: bool) {
        let source = if device { SdrSource::Device } else { SdrSource::Repository };
        let mut answers = answers.into_iter().cycle();
        let mut n = 0_usize;
        let _ = drive(&mut ReadSdrs::new(source), 200_000, |_| {
            n += 1;
            let (ok, code, mut data) = answers.next().unwrap_or_default();
            // Most ids differ, so that walks are long.
            let id = n.to_le_bytes();
            data.splice(..data.len().min(2), id.into_iter().take(2));
            let completion = CompletionCode(if ok { 0 } else { code });
            Response { completion, data }
        });
    }
}
