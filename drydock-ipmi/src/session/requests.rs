//! Requests under way: each has a rqSeq of its own, by which its answer is known.

use super::Ticket;
use crate::{
    command::{Repeat, Request},
    wire::{BMC_ADDRESS, CONSOLE_ADDRESS, Message},
};
use std::time::Duration;
use zeroize::Zeroizing;

/// rqSeq has six bits.
pub(super) const LIMIT: usize = 64;
/// How long after its last sending an answer to a request may still come, at most: longer than BMCs hold requests back.
const REST: Duration = Duration::from_secs(30);

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The owner's.
    Asked(Ticket),
    /// The login's Set Session Privilege Level.
    RaisePrivilege,
    /// Close Session.
    Close,
}

/// A request that was sent and not answered.
pub(super) struct Pending {
    pub(super) purpose: Purpose,
    pub(super) repeat: Repeat,
    /// How often it was sent.
    pub(super) sends: u32,
    /// When it was last sent.
    pub(super) sent_at: Duration,
    pub(super) deadline: Duration,
    /// Whether its data is shown in no capture.
    pub(super) is_secret: bool,
    sequence: u8,
    net_fn: u8,
    lun: u8,
    command: u8,
    data: Zeroizing<Vec<u8>>,
}

impl Pending {
    /// The message that is sent, each time the same.
    pub(super) fn message(&self) -> Message<'_> {
        Message {
            to: BMC_ADDRESS,
            net_fn: self.net_fn,
            to_lun: self.lun,
            from: CONSOLE_ADDRESS,
            sequence: self.sequence,
            from_lun: 0,
            command: self.command,
            data: &self.data,
        }
    }

    /// Whether this is its answer.
    fn is_answered_by(&self, answer: &Message<'_>) -> bool {
        let question = self.message();
        answer.sequence == question.sequence
            && answer.net_fn == (question.net_fn | 1)
            && answer.command == question.command
            && answer.from_lun == question.to_lun
            && answer.to_lun == question.from_lun
    }
}

/// All requests under way.
pub(super) struct Requests {
    pending: Vec<Pending>,
    next: u8,
    /// Until when a number rests. What was sent more often than it was answered may be answered yet, and such an answer must
    /// not be taken for that of another request.
    rests: [Duration; LIMIT],
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            pending: Vec::new(),
            next: 0,
            rests: [Duration::ZERO; LIMIT],
        }
    }
}

impl Requests {
    pub(super) fn is_full(&self) -> bool {
        self.pending.len() >= LIMIT
    }

    /// Adds one, with a rqSeq that none of the others has. It is not sent yet. None if there are too many.
    pub(super) fn add(
        &mut self,
        now: Duration,
        purpose: Purpose,
        request: &Request,
        repeat: Repeat,
    ) -> Option<&mut Pending> {
        let sequence = self.number(now)?;
        self.pending.push(Pending {
            purpose,
            repeat,
            sends: 0,
            sent_at: Duration::ZERO,
            deadline: Duration::ZERO,
            is_secret: request.is_secret,
            sequence,
            net_fn: request.net_fn.request(),
            lun: request.lun & 0x03,
            command: request.command,
            data: Zeroizing::new(request.data.clone()),
        });
        self.pending.last_mut()
    }

    /// A rqSeq that no other has. The numbers go round, so that one comes back as late as possible; if all that are free
    /// rest, it is the one that has rested longest.
    fn number(&mut self, now: Duration) -> Option<u8> {
        let numbers = (0..LIMIT as u8).map(|n| self.next.wrapping_add(n) & 0x3f);
        let is_free = |n: &u8| !self.pending.iter().any(|pending| pending.sequence == *n);
        let rest = |n: &u8| {
            let until = self.rests.get(usize::from(*n)).copied();
            until.unwrap_or_default().saturating_sub(now)
        };
        let sequence = numbers.filter(is_free).min_by_key(rest)?;
        self.next = sequence.wrapping_add(1) & 0x3f;
        Some(sequence)
    }

    /// Back under way although it was answered: it is asked again when its time is over, as another request, for a BMC answers
    /// the same one as before.
    pub(super) fn renew(&mut self, now: Duration, mut pending: Pending) {
        if let Some(sequence) = self.number(now) {
            pending.sequence = sequence;
            self.pending.push(pending);
        }
    }

    /// The one that this answers; it is not under way any more.
    pub(super) fn answered(&mut self, answer: &Message<'_>) -> Option<Pending> {
        let at = (self.pending.iter()).position(|pending| pending.is_answered_by(answer))?;
        let pending = self.pending.swap_remove(at);
        if pending.sends > 1 {
            self.rest(&pending);
        }
        Some(pending)
    }

    /// Whether this answers a request whose data is shown in no capture.
    pub(super) fn is_secret(&self, answer: &Message<'_>) -> bool {
        (self.pending.iter()).any(|pending| pending.is_secret && pending.is_answered_by(answer))
    }

    fn rest(&mut self, pending: &Pending) {
        if let Some(until) = self.rests.get_mut(usize::from(pending.sequence)) {
            *until = pending.sent_at.saturating_add(REST);
        }
    }

    /// One whose deadline is over.
    pub(super) fn overdue(&mut self, now: Duration) -> Option<Pending> {
        let at = (self.pending.iter()).position(|pending| pending.deadline <= now)?;
        let pending = self.pending.swap_remove(at);
        self.rest(&pending);
        Some(pending)
    }

    /// Back under way, after it was sent again.
    pub(super) fn restore(&mut self, pending: Pending) {
        self.pending.push(pending);
    }

    pub(super) fn cancel(&mut self, ticket: Ticket) {
        let asked = Purpose::Asked(ticket);
        let at = (self.pending.iter()).position(|pending| pending.purpose == asked);
        if let Some(pending) = at.map(|at| self.pending.swap_remove(at)) {
            self.rest(&pending);
        }
    }

    /// All of them, in the order in which they were asked; none is under way any more.
    pub(super) fn abandon(&mut self) -> Vec<Pending> {
        let mut abandoned = std::mem::take(&mut self.pending);
        abandoned.sort_by_key(|pending| match pending.purpose {
            Purpose::Asked(ticket) => ticket,
            _ => Ticket(0),
        });
        abandoned
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.pending.iter().map(|pending| pending.deadline).min()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::wire::NetFn;

    fn add(requests: &mut Requests, ticket: u64) -> Option<u8> {
        let request = Request::new(NetFn::APP, 1, []);
        let purpose = Purpose::Asked(Ticket(ticket));
        let pending = requests.add(Duration::ZERO, purpose, &request, Repeat::Freely)?;
        Some(pending.message().sequence)
    }

    #[test]
    fn numbers_go_round_and_none_is_given_twice() {
        let mut requests = Requests::default();
        let first: Vec<_> = (0..64).filter_map(|n| add(&mut requests, n)).collect();
        assert_eq!(first, (0..64).collect::<Vec<u8>>());
        assert!(requests.is_full());
        assert_eq!(add(&mut requests, 64), None);
        requests.cancel(Ticket(7));
        assert_eq!(add(&mut requests, 65), Some(7));
        requests.cancel(Ticket(3));
        requests.cancel(Ticket(20));
        assert_eq!(add(&mut requests, 66), Some(20));
        assert_eq!(add(&mut requests, 67), Some(3));
    }

    #[test]
    fn an_answer_is_that_of_its_own_question_only() {
        let mut requests = Requests::default();
        add(&mut requests, 1);
        let answer = requests.pending.last().unwrap().message().response(&[0]);
        let answer = Message {
            data: &[0],
            ..answer
        };
        let wrong = [
            Message {
                sequence: 1,
                ..answer
            },
            Message {
                net_fn: 0x06,
                ..answer
            },
            Message {
                net_fn: 0x05,
                ..answer
            },
            Message {
                command: 2,
                ..answer
            },
            Message {
                from_lun: 1,
                ..answer
            },
            Message {
                to_lun: 1,
                ..answer
            },
        ];
        for wrong in wrong {
            assert!(requests.answered(&wrong).is_none(), "{wrong:?}");
        }
        assert!(requests.answered(&answer).is_some());
        assert!(requests.answered(&answer).is_none());
    }
    #[test]
    fn a_number_whose_answer_may_still_come_rests() {
        let mut requests = Requests::default();
        let ask = |requests: &mut Requests, now: Duration, sends: u32| {
            let request = Request::new(NetFn::APP, 1, []);
            let purpose = Purpose::Asked(Ticket(7));
            let pending = requests.add(now, purpose, &request, Repeat::Freely);
            let pending = pending.unwrap();
            (pending.sends, pending.sent_at, pending.deadline) = (sends, now, now);
            pending.sequence
        };
        let answer = |requests: &mut Requests| {
            let answer = requests.pending.last().unwrap().message().response(&[0]);
            let answer = Message {
                data: &[0],
                ..answer
            };
            assert!(requests.answered(&answer).is_some());
        };
        let begin = Duration::from_secs(5);
        // Answered after two sendings; cancelled; given up.
        assert_eq!(ask(&mut requests, begin, 2), 0);
        answer(&mut requests);
        assert_eq!(ask(&mut requests, begin, 1), 1);
        requests.cancel(Ticket(7));
        assert_eq!(ask(&mut requests, begin, 1), 2);
        assert!(requests.overdue(begin).is_some());
        // What is sent once, and answered, comes back in its turn; those three do when they have rested.
        let mut round = |now| -> Vec<u8> {
            let mut next = || {
                let number = ask(&mut requests, now, 1);
                answer(&mut requests);
                number
            };
            (0..61).map(|_| next()).collect()
        };
        let others: Vec<u8> = (3..64).collect();
        assert_eq!(round(begin), others);
        assert_eq!(round(begin + REST / 2), others);
        assert_eq!(round(begin + REST)[..4], [0, 1, 2, 3]);
    }
}
