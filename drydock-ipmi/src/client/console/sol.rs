//! The two streams of characters of one activated SOL payload: numbering, acknowledging, sending again (IPMI 2.0 §15.9 to
//! §15.11). Pure: payloads and `now` go in, payloads and deadlines come out.

use crate::wire::SolPacket;
use std::{collections::VecDeque, time::Duration};

/// So many characters of the BMC wait for their reader; what is more is refused until some are read.
const INCOMING: usize = 64 * 1024;
/// So many characters are taken from the writer ahead of what the BMC has accepted.
const OUTGOING: usize = 8 * 1024;
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// A packet is sent so often before the console counts as lost.
const TRIES: u32 = 8;
/// So often in a row the BMC may say that it cannot take characters now.
const REFUSALS: u32 = 20;

/// Status bits of what a BMC sends (IPMI 2.0 §15.9, table 15-2).
const NACK: u8 = SolPacket::NACK;
const UNAVAILABLE: u8 = 0x20;
const DEACTIVATING: u8 = 0x10;
/// Operation bits of what a console sends.
const BREAK: u8 = 0x10;

/// Why no more characters come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The BMC says that it ends the payload, for another console took it or the system changed.
    Deactivated,
    /// It does not acknowledge what is sent.
    Unacknowledged,
    /// It takes no characters, however often they are sent.
    Refusing,
    /// The session that carried it is gone.
    SessionLost,
    /// This side closed it.
    Closed,
}

/// What is sent and not acknowledged: the first `count` characters of `outgoing`, or a break.
#[derive(Debug)]
struct Flying {
    sequence: u8,
    count: usize,
    operation: u8,
    tries: u32,
    due: Duration,
    is_due: bool,
}

/// What is owed to the BMC for its last packet.
#[derive(Debug, Clone, Copy)]
struct Acknowledgement {
    sequence: u8,
    count: u8,
    refused: bool,
}

/// One activated SOL payload, from this side.
#[derive(Debug)]
pub(crate) struct Sol {
    outgoing: VecDeque<u8>,
    incoming: VecDeque<u8>,
    flying: Option<Flying>,
    /// Of the last packet with characters that was sent; 0 before the first.
    sequence: u8,
    /// The BMC's last packet, and how many of its characters were taken.
    heard: Option<(u8, usize)>,
    owed: Option<Acknowledgement>,
    breaks: u32,
    refusals: u32,
    /// Not before then are characters sent again that the BMC refused.
    hold: Option<Duration>,
    largest: usize,
    ended: Option<Ended>,
}

impl Sol {
    /// Before its first packet. `largest`: so many characters fit into one payload to the BMC.
    pub(crate) fn new(largest: usize) -> Self {
        Self {
            outgoing: VecDeque::new(),
            incoming: VecDeque::new(),
            flying: None,
            sequence: 0,
            heard: None,
            owed: None,
            breaks: 0,
            refusals: 0,
            hold: None,
            largest: largest.clamp(1, 255),
            ended: None,
        }
    }

    /// Numbers go on after this one. BMCs remember the number of the last packet of the console before, and drop what has the
    /// same; so a new console begins anywhere.
    pub(crate) fn after(mut self, sequence: u8) -> Self {
        self.sequence = sequence & 0x0f;
        self
    }

    /// So many characters fit into one payload from now on.
    pub(crate) fn set_largest(&mut self, largest: usize) {
        self.largest = largest.clamp(1, 255);
    }

    pub(crate) fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// The first reason stays.
    pub(crate) fn end(&mut self, why: Ended) {
        self.ended.get_or_insert(why);
    }

    /// Whether the BMC has accepted all that was written.
    pub(crate) fn is_flushed(&self) -> bool {
        self.outgoing.is_empty() && self.flying.is_none() && self.breaks == 0
    }

    /// Takes as many as there is room for.
    pub(crate) fn write(&mut self, characters: &[u8]) -> usize {
        let room = OUTGOING.saturating_sub(self.outgoing.len());
        let taken = characters.get(..room).unwrap_or(characters);
        self.outgoing.extend(taken);
        taken.len()
    }

    /// A new payload, after this one was lost. It goes on with what was never sent; what was on its way may have arrived,
    /// and is not typed a second time. What was received can still be read.
    pub(crate) fn renewed(&mut self) -> Self {
        let flying = self.flying.take().map_or(0, |flying| flying.count);
        self.outgoing.drain(..flying.min(self.outgoing.len()));
        Self {
            outgoing: std::mem::take(&mut self.outgoing),
            incoming: std::mem::take(&mut self.incoming),
            sequence: self.sequence,
            ..Self::new(self.largest)
        }
    }

    /// What has been received, into `into`; how many those were.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> usize {
        let many = into.len().min(self.incoming.len());
        for (to, from) in into.iter_mut().zip(self.incoming.drain(..many)) {
            *to = from;
        }
        many
    }

    pub(crate) fn has_incoming(&self) -> bool {
        !self.incoming.is_empty()
    }

    /// Has the BMC hold the serial line in its break state for a moment.
    pub(crate) fn send_break(&mut self) {
        self.breaks = self.breaks.saturating_add(1).min(16);
    }

    /// What the BMC sent. What is not of the form is ignored.
    pub(crate) fn handle_payload(&mut self, now: Duration, payload: &[u8]) {
        let Ok(packet) = SolPacket::parse(payload) else {
            return;
        };
        if packet.bits & DEACTIVATING != 0 {
            self.end(Ended::Deactivated);
        }
        self.acknowledged(now, packet.acknowledged, packet.accepted, packet.bits);
        if packet.sequence != 0 {
            self.received(packet.sequence, packet.characters);
        }
    }

    fn acknowledged(&mut self, now: Duration, sequence: u8, count: u8, status: u8) {
        let Some(flying) = self
            .flying
            .take_if(|f| sequence != 0 && f.sequence == sequence)
        else {
            return;
        };
        let accepted = usize::from(count).min(flying.count);
        self.outgoing.drain(..accepted.min(self.outgoing.len()));
        let refused = status & (NACK | UNAVAILABLE) != 0;
        if flying.count == 0 {
            if refused {
                self.breaks = self.breaks.saturating_add(1);
                self.refused(now);
            }
        } else if accepted == flying.count || accepted > 0 && !refused {
            (self.refusals, self.hold) = (0, None);
        } else {
            self.refused(now);
        }
    }

    fn refused(&mut self, now: Duration) {
        self.refusals = self.refusals.saturating_add(1);
        match self.refusals > REFUSALS {
            true => self.end(Ended::Refusing),
            false => self.hold = Some(now.saturating_add(FIRST_WAIT)),
        }
    }

    fn received(&mut self, sequence: u8, characters: &[u8]) {
        // A packet sent again may hold more characters than at first.
        let known = self
            .heard
            .filter(|(heard, _)| *heard == sequence)
            .map_or(0, |(_, taken)| taken);
        let new = characters.get(known..).unwrap_or_default();
        let room = INCOMING.saturating_sub(self.incoming.len());
        let taken = new.get(..room).unwrap_or(new);
        self.incoming.extend(taken);
        let total = known.saturating_add(taken.len());
        self.heard = Some((sequence, total));
        self.owed = Some(Acknowledgement {
            sequence,
            count: u8::try_from(total.min(characters.len())).unwrap_or(u8::MAX),
            refused: taken.len() < new.len(),
        });
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(&mut self, now: Duration) {
        if self.hold.is_some_and(|hold| hold <= now) {
            self.hold = None;
        }
        let Some(flying) = self.flying.as_mut().filter(|f| f.due <= now && !f.is_due) else {
            return;
        };
        match flying.tries >= TRIES {
            true => self.end(Ended::Unacknowledged),
            false => flying.is_due = true,
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let flying = self.flying.as_ref().map(|f| f.due);
        match self.ended {
            Some(_) => None,
            None => [flying, self.hold].into_iter().flatten().min(),
        }
    }

    /// The next payload to send.
    pub(crate) fn poll_transmit(&mut self, now: Duration) -> Option<Vec<u8>> {
        if self.ended.is_some() {
            return None;
        }
        if self.flying.is_none() && self.hold.is_none() {
            self.take_off();
        }
        let (sequence, operation, count) = match &mut self.flying {
            Some(flying) if flying.is_due => {
                flying.is_due = false;
                flying.tries = flying.tries.saturating_add(1);
                let wait = FIRST_WAIT.saturating_mul(flying.tries).min(LONGEST_WAIT);
                flying.due = now.saturating_add(wait);
                (flying.sequence, flying.operation, flying.count)
            }
            _ => (0, 0, 0),
        };
        let owed = self.owed.take();
        if sequence == 0 && owed.is_none() {
            return None;
        }
        let (acknowledged, accepted, refused) = owed.map_or((0, 0, 0), |a| {
            (a.sequence, a.count, if a.refused { NACK } else { 0 })
        });
        let characters: Vec<u8> = self.outgoing.iter().take(count).copied().collect();
        let packet = SolPacket {
            sequence,
            acknowledged,
            accepted,
            bits: operation | refused,
            characters: &characters,
        };
        let mut payload = Vec::with_capacity(characters.len().saturating_add(4));
        packet.emit(&mut payload);
        Some(payload)
    }

    /// The next characters, or a break, become what is sent.
    fn take_off(&mut self) {
        let (count, operation) = match (self.breaks, self.outgoing.len()) {
            (0, 0) => return,
            (0, many) => (many.min(self.largest), 0),
            (breaks, _) => {
                self.breaks = breaks.saturating_sub(1);
                (0, BREAK)
            }
        };
        // 1 to 15; 0 says that a packet only acknowledges.
        self.sequence = match self.sequence {
            1..15 => self.sequence.saturating_add(1),
            _ => 1,
        };
        self.flying = Some(Flying {
            sequence: self.sequence,
            count,
            operation,
            tries: 0,
            due: Duration::ZERO,
            is_due: true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::from_secs(100);

    fn sent(sol: &mut Sol) -> Vec<u8> {
        sol.poll_transmit(START).unwrap()
    }

    #[test]
    fn characters_are_numbered_acknowledged_and_numbered_on() {
        let mut sol = Sol::new(3);
        assert_eq!(sol.write(b"hello"), 5);
        assert_eq!(sent(&mut sol), b"\x01\0\0\0hel");
        assert_eq!(sol.poll_transmit(START), None);
        sol.handle_payload(START, &[0, 1, 3, 0]);
        assert_eq!(sent(&mut sol), b"\x02\0\0\0lo");
        assert!(!sol.is_flushed());
        sol.handle_payload(START, &[0, 2, 2, 0]);
        assert!(sol.is_flushed());
        for _ in 0..13 {
            sol.write(b"x");
            let sequence = sent(&mut sol)[0];
            sol.handle_payload(START, &[0, sequence, 1, 0]);
        }
        sol.write(b"y");
        assert_eq!(sent(&mut sol), b"\x01\0\0\0y");
    }

    #[test]
    fn what_is_accepted_in_part_goes_on_with_the_rest() {
        let mut sol = Sol::new(16);
        sol.write(b"hello");
        sent(&mut sol);
        sol.handle_payload(START, &[0, 1, 2, 0]);
        assert_eq!(sent(&mut sol), b"\x02\0\0\0llo");
        // More than was sent is no more than what was sent.
        sol.write(b"!");
        sol.handle_payload(START, &[0, 2, 200, 0]);
        assert_eq!(sent(&mut sol), b"\x03\0\0\0!");
    }

    #[test]
    fn what_is_not_acknowledged_is_sent_again_the_same_and_not_for_ever() {
        let mut sol = Sol::new(16);
        sol.write(b"a");
        sent(&mut sol);
        sol.write(b"b");
        // Of what was never sent.
        sol.handle_payload(START, &[0, 7, 1, 0]);
        let mut again = 0;
        while let Some(due) = sol.poll_timeout() {
            sol.handle_timeout(due);
            if let Some(payload) = sol.poll_transmit(due) {
                assert_eq!(payload, b"\x01\0\0\0a");
                again += 1;
            }
        }
        assert_eq!(again, TRIES - 1);
        assert_eq!(sol.ended(), Some(Ended::Unacknowledged));
        let mut renewed = sol.renewed();
        assert_eq!(sent(&mut renewed), b"\x02\0\0\0b");
    }

    #[test]
    fn refused_characters_come_again_later_and_not_for_ever() {
        let mut sol = Sol::new(16);
        sol.write(b"ab");
        let (mut now, mut last) = (START, 0);
        while sol.ended().is_none() {
            match sol.poll_transmit(now) {
                Some(payload) => {
                    assert_ne!(payload[0], last, "a refused packet is over");
                    last = payload[0];
                    sol.handle_payload(now, &[0, payload[0], 0, NACK]);
                }
                None => {
                    now = sol.poll_timeout().unwrap();
                    sol.handle_timeout(now);
                }
            }
        }
        assert_eq!(sol.ended(), Some(Ended::Refusing));
        assert!(now >= START + FIRST_WAIT * REFUSALS);
    }

    #[test]
    fn what_the_bmc_sends_twice_is_read_once_and_acknowledged_twice() {
        let mut sol = Sol::new(16);
        sol.handle_payload(START, b"\x05\0\0\0abc");
        assert_eq!(sent(&mut sol), [0, 5, 3, 0]);
        sol.handle_payload(START, b"\x05\0\0\0abc");
        assert_eq!(sent(&mut sol), [0, 5, 3, 0]);
        sol.handle_payload(START, b"\x05\0\0\0abcde");
        assert_eq!(sent(&mut sol), [0, 5, 5, 0]);
        // A jump, and an answer on the back of characters.
        sol.handle_payload(START, b"\x09\0\0\0!");
        sol.write(b"x");
        assert_eq!(sent(&mut sol), [1, 9, 1, 0, b'x']);
        let mut read = [0; 10];
        assert_eq!(sol.read(&mut read), 6);
        assert_eq!(&read[..6], b"abcde!");
    }

    #[test]
    fn what_nobody_reads_is_refused_and_taken_when_there_is_room() {
        let mut sol = Sol::new(16);
        let mut sequence = 0;
        let mut packet = |sol: &mut Sol| {
            sequence = sequence % 15 + 1;
            let mut payload = vec![sequence, 0, 0, 0];
            payload.resize(4 + 255, b'x');
            sol.handle_payload(START, &payload);
            (payload, sent(sol))
        };
        let (payload, answer) = loop {
            let (payload, answer) = packet(&mut sol);
            if answer[3] & NACK != 0 {
                break (payload, answer);
            }
        };
        assert_eq!(usize::from(answer[2]), INCOMING % 255);
        sol.read(&mut [0; 1000]);
        sol.handle_payload(START, &payload);
        assert_eq!(sent(&mut sol), [0, payload[0], 255, 0]);
    }

    #[test]
    fn odd_payloads_do_nothing() {
        let mut sol = Sol::new(0);
        for payload in [
            &[][..],
            &[1],
            &[1, 2, 3],
            &[0, 0, 0, 0],
            &[0xf0, 0xf0, 9, 0],
        ] {
            sol.handle_payload(START, payload);
            assert_eq!((sol.poll_transmit(START), sol.ended()), (None, None));
        }
        let mut long = vec![3, 0, 0, 0];
        long.resize(4 + 300, b'x');
        sol.handle_payload(START, &long);
        assert_eq!(sent(&mut sol), [0, 3, 255, 0]);
    }

    #[test]
    fn a_break_is_a_packet_of_its_own() {
        let mut sol = Sol::new(16);
        sol.send_break();
        sol.write(b"x");
        assert_eq!(sent(&mut sol), [1, 0, 0, BREAK]);
        sol.handle_payload(START, &[0, 1, 0, 0]);
        assert_eq!(sent(&mut sol), [2, 0, 0, 0, b'x']);
        sol.handle_payload(START, &[0, 2, 1, DEACTIVATING]);
        assert_eq!(sol.ended(), Some(Ended::Deactivated));
    }
}
