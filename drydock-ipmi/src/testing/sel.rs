//! The system event log (IPMI 2.0 §31, §32).

use std::time::Duration;

/// So many records fit.
const CAPACITY: usize = 512;
/// The length of a record.
const LENGTH: usize = 16;

/// What names no record.
const LAST: u16 = 0xffff;

/// A simulated BMC's SEL, and its clock.
#[derive(Debug, Clone)]
pub(super) struct Sel {
    records: Vec<[u8; LENGTH]>,
    next_id: u16,
    reservation: u16,
    added: u32,
    erased: u32,
    overflow: bool,
    /// What the clock shows at `now` zero.
    epoch: u32,
}

impl Sel {
    pub(super) fn new(epoch: u32) -> Self {
        Self {
            records: Vec::new(),
            next_id: 1,
            reservation: 0,
            added: 0,
            erased: 0,
            overflow: false,
            epoch,
        }
    }

    /// What the clock shows.
    pub(super) fn clock(&self, now: Duration) -> u32 {
        self.epoch.wrapping_add(seconds(now))
    }

    pub(super) fn set_clock(&mut self, now: Duration, time: u32) {
        self.epoch = time.wrapping_sub(seconds(now));
    }

    pub(super) fn len(&self) -> u16 {
        u16::try_from(self.records.len()).unwrap_or(u16::MAX)
    }

    pub(super) fn free_octets(&self) -> u16 {
        let free = CAPACITY
            .saturating_sub(self.records.len())
            .saturating_mul(LENGTH);
        u16::try_from(free).unwrap_or(u16::MAX)
    }

    /// Times of the last addition and erasure.
    pub(super) fn changed(&self) -> (u32, u32) {
        (self.added, self.erased)
    }

    pub(super) fn has_overflown(&self) -> bool {
        self.overflow
    }

    pub(super) fn reserve(&mut self) -> u16 {
        self.reservation = self.reservation.wrapping_add(1).max(1);
        self.reservation
    }

    pub(super) fn is_reserved(&self, reservation: u16) -> bool {
        reservation != 0 && reservation == self.reservation
    }

    /// The record of this id, and the id after it. 0 is the first, 0xffff the last.
    pub(super) fn record(&self, id: u16, loops: bool) -> Option<([u8; LENGTH], u16)> {
        let index = match id {
            0 => 0,
            LAST => self.records.len().checked_sub(1)?,
            id => self.records.iter().position(|record| id_of(record) == id)?,
        };
        let next = match self.records.get(index.saturating_add(1)) {
            Some(next) => id_of(next),
            None if loops => self.records.first().map_or(LAST, id_of),
            None => LAST,
        };
        Some((*self.records.get(index)?, next))
    }

    /// Adds a record; gives it an id, and the time if it is of a type that has one. None if the log is full.
    pub(super) fn add(&mut self, now: Duration, record: [u8; LENGTH]) -> Option<u16> {
        if self.records.len() >= CAPACITY {
            self.overflow = true;
            return None;
        }
        let id = self.next_id;
        self.next_id = match id.wrapping_add(1) {
            0 | LAST => 1,
            next => next,
        };
        self.added = self.clock(now);
        let [low, high] = id.to_le_bytes();
        let [t0, t1, t2, t3] = self.added.to_le_bytes();
        let [_, _, kind, a, b, c, d, rest @ ..] = record;
        // Types of 0xe0 and above have no time (IPMI 2.0 table 32-3).
        let [a, b, c, d] = if kind < 0xe0 {
            [t0, t1, t2, t3]
        } else {
            [a, b, c, d]
        };
        let [r0, r1, r2, r3, r4, r5, r6, r7, r8] = rest;
        self.records.push([
            low, high, kind, a, b, c, d, r0, r1, r2, r3, r4, r5, r6, r7, r8,
        ]);
        Some(id)
    }

    pub(super) fn delete(&mut self, now: Duration, id: u16) -> Option<u16> {
        let (record, _) = self.record(id, false)?;
        self.records.retain(|kept| *kept != record);
        self.touched(now);
        Some(id_of(&record))
    }

    pub(super) fn clear(&mut self, now: Duration) {
        self.records.clear();
        self.overflow = false;
        self.touched(now);
    }

    fn touched(&mut self, now: Duration) {
        self.erased = self.clock(now);
        self.reservation = self.reservation.wrapping_add(1).max(1);
    }
}

fn seconds(now: Duration) -> u32 {
    u32::try_from(now.as_secs()).unwrap_or(u32::MAX)
}

fn id_of(record: &[u8; LENGTH]) -> u16 {
    let [low, high, ..] = *record;
    u16::from_le_bytes([low, high])
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: [u8; 16] = [0, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 1, 1, 1, 0x59, 0, 0];

    #[test]
    fn records_are_walked_from_first_to_last() {
        let mut sel = Sel::new(1000);
        assert_eq!(sel.record(0, false), None);
        sel.add(Duration::from_secs(5), EVENT).unwrap();
        sel.add(Duration::from_secs(6), EVENT).unwrap();
        let (first, next) = sel.record(0, false).unwrap();
        assert_eq!(
            (first[0], first[3..7].to_vec(), next),
            (1, vec![0xed, 3, 0, 0], 2)
        );
        assert_eq!(sel.record(2, false).unwrap().1, 0xffff);
        assert_eq!(sel.record(2, true).unwrap().1, 1);
        assert_eq!(sel.record(0xffff, false).unwrap().0[0], 2);
        assert_eq!(sel.record(3, false), None);
    }

    #[test]
    fn what_is_erased_ends_the_reservation() {
        let mut sel = Sel::new(0);
        let id = sel.add(Duration::ZERO, EVENT).unwrap();
        let reservation = sel.reserve();
        assert!(sel.is_reserved(reservation));
        assert_eq!(sel.delete(Duration::ZERO, id), Some(id));
        assert!(!sel.is_reserved(reservation));
        assert_eq!(sel.len(), 0);
    }

    #[test]
    fn a_full_log_takes_no_more_and_says_so() {
        let mut sel = Sel::new(0);
        while sel.add(Duration::ZERO, EVENT).is_some() {}
        assert_eq!(
            (sel.len(), sel.free_octets(), sel.has_overflown()),
            (512, 0, true)
        );
        sel.clear(Duration::ZERO);
        assert_eq!((sel.len(), sel.has_overflown()), (0, false));
    }
}
