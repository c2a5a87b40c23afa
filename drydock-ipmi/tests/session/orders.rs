//! Anything in any order: datagrams lost, harmed, cut, repeated, late; time that passes at any moment; requests, cancelling,
//! closing. Nothing panics, no answer is taken for another, nothing is done twice that must not be, and it always ends.

use crate::bmc::{Bmc, World, account, ms};
use drydock_ipmi::{
    command::Repeat,
    crypto::Suite,
    session::{Event, Ticket},
    wire::PayloadType,
};
use proptest::{collection::vec, prelude::*, sample::Index};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
enum Act {
    /// What the session has sent reaches the BMC, or is lost.
    Carry(bool),
    /// One of the BMC's datagrams arrives: the oldest that has not yet.
    Deliver,
    /// Any of all that there were.
    Replay(Index),
    Harm(Index, Index, u8),
    Cut(Index, Index),
    Extend(Index, Vec<u8>),
    Noise(Vec<u8>),
    /// Time passes, perhaps to the deadline and beyond.
    Pass(u16),
    Timeout,
    Ask(bool),
    Cancel(Index),
    Console,
    Close,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => any::<bool>().prop_map(Act::Carry),
        12 => Just(Act::Carry(false)),
        16 => Just(Act::Deliver),
        3 => any::<Index>().prop_map(Act::Replay),
        4 => any::<(Index, Index, u8)>().prop_map(|(which, at, by)| Act::Harm(which, at, by)),
        2 => any::<(Index, Index)>().prop_map(|(which, at)| Act::Cut(which, at)),
        2 => (any::<Index>(), vec(any::<u8>(), 1..20)).prop_map(|(which, more)| Act::Extend(which, more)),
        1 => vec(any::<u8>(), 0..60).prop_map(Act::Noise),
        3 => any::<u16>().prop_map(Act::Pass),
        3 => Just(Act::Timeout),
        8 => any::<bool>().prop_map(Act::Ask),
        1 => any::<Index>().prop_map(Act::Cancel),
        1 => Just(Act::Console),
        1 => Just(Act::Close),
    ]
}

struct Course {
    world: World,
    under_way: Vec<Vec<u8>>,
    /// What each ticket asked for, and whether it may be repeated.
    asked: BTreeMap<Ticket, (Vec<u8>, Repeat)>,
    cancelled: Vec<Ticket>,
    /// What the BMC's console said, each once.
    said: Vec<Vec<u8>>,
    number: u32,
}

impl Course {
    fn new(suite: Suite) -> Self {
        Self {
            world: World::new(account(), Bmc::new(suite)),
            under_way: Vec::new(),
            asked: BTreeMap::new(),
            cancelled: Vec::new(),
            said: Vec::new(),
            number: 0,
        }
    }

    fn carry(&mut self, is_lost: bool) {
        for datagram in self.world.sent() {
            if !is_lost {
                let replies = self.world.bmc.handle(&datagram);
                self.world.replies.extend(replies.clone());
                self.under_way.extend(replies);
            }
        }
    }

    fn any_reply(&self, which: &Index) -> Option<Vec<u8>> {
        let replies = &self.world.replies;
        (!replies.is_empty()).then(|| which.get(replies).clone())
    }

    fn act(&mut self, act: &Act) {
        let now = self.world.now;
        match act {
            Act::Carry(is_lost) => self.carry(*is_lost),
            Act::Deliver if !self.under_way.is_empty() => {
                let datagram = self.under_way.remove(0);
                self.world.deliver(&datagram);
            }
            Act::Deliver => {}
            Act::Replay(which) => {
                if let Some(reply) = self.any_reply(which) {
                    self.world.deliver(&reply);
                }
            }
            Act::Harm(which, at, by) => {
                if let Some(mut reply) = self.any_reply(which) {
                    let at = at.index(reply.len());
                    reply[at] ^= by;
                    self.world.deliver(&reply);
                }
            }
            Act::Cut(which, at) => {
                if let Some(reply) = self.any_reply(which) {
                    self.world.deliver(&reply[..at.index(reply.len())]);
                }
            }
            Act::Extend(which, more) => {
                if let Some(reply) = self.any_reply(which) {
                    self.world.deliver(&[reply, more.clone()].concat());
                }
            }
            Act::Noise(noise) => self.world.deliver(noise),
            Act::Pass(milliseconds) => self.world.now += ms(u64::from(*milliseconds) / 16),
            Act::Timeout => self.world.session.handle_timeout(now),
            Act::Ask(may_repeat) => {
                self.number += 1;
                let data = self.number.to_le_bytes().to_vec();
                let repeat = if *may_repeat {
                    Repeat::Freely
                } else {
                    Repeat::Never
                };
                let request = World::echo(&data);
                if let Ok(ticket) = self.world.session.request(now, &request, repeat) {
                    assert!(self.asked.insert(ticket, (data, repeat)).is_none());
                }
            }
            Act::Cancel(which) => {
                let tickets: Vec<Ticket> = self.asked.keys().copied().collect();
                if !tickets.is_empty() {
                    let ticket = *which.get(&tickets);
                    self.world.session.cancel(ticket);
                    self.cancelled.push(ticket);
                }
            }
            Act::Console => {
                self.world
                    .session
                    .send_payload(now, PayloadType::Sol, b"\x01\0\0\0x");
                if self.world.bmc.is_open {
                    self.number += 1;
                    let said = self.number.to_le_bytes();
                    let datagram = self.world.bmc.seal(PayloadType::Sol, &said);
                    self.said.push(said.to_vec());
                    self.world.replies.push(datagram.clone());
                    self.under_way.push(datagram);
                }
            }
            Act::Close => self.world.session.close(now),
        }
    }

    /// It ends when it is told to, with the BMC answering or not. If it does answer, an open session is closed at its side,
    /// too: whatever was lost before, there is a way to free it.
    fn end(&mut self, does_answer: bool) {
        let is_up = self.asks_are_taken();
        self.world.session.close(self.world.now);
        if does_answer {
            self.world.carry();
            assert!(!is_up || !self.world.bmc.is_open, "a slot is left taken");
        }
        self.world.starve();
        let after = self.world.events.len();
        // What is over stays over.
        for reply in self.world.replies.clone() {
            self.world.deliver(&reply);
        }
        self.world.session.handle_timeout(ms(10_000_000));
        self.world.session.close(self.world.now);
        assert!(self.world.sent().is_empty());
        assert_eq!(self.world.events.len(), after);
    }

    fn asks_are_taken(&mut self) -> bool {
        let now = self.world.now;
        let probe = self
            .world
            .session
            .request(now, &World::echo(b"probe"), Repeat::Freely);
        probe
            .map(|ticket| {
                self.asked
                    .insert(ticket, (b"probe".to_vec(), Repeat::Freely))
            })
            .is_ok()
    }

    fn check(&self) {
        let events = &self.world.events;
        let closed = events
            .iter()
            .filter(|event| **event == Event::Closed)
            .count();
        assert_eq!((closed, events.last()), (1, Some(&Event::Closed)));
        let mut ended = BTreeMap::new();
        let mut unsaid = self.said.clone();
        for event in events {
            let ticket = match event {
                Event::Answered { ticket, response } => {
                    assert!(response.completion.is_ok());
                    assert_eq!(response.data, self.asked[ticket].0, "another's answer");
                    ticket
                }
                Event::Unanswered {
                    ticket,
                    indeterminate,
                } => {
                    assert_eq!(*indeterminate, self.asked[ticket].1 == Repeat::Never);
                    ticket
                }
                Event::Payload { data, .. } => {
                    let at = unsaid.iter().position(|said| said == data);
                    unsaid.remove(at.expect("never said, or twice"));
                    continue;
                }
                _ => continue,
            };
            *ended.entry(*ticket).or_insert(0) += 1;
        }
        let seen = |data: &[u8]| {
            self.world
                .bmc
                .asked
                .iter()
                .filter(|asked| asked.2 == data)
                .count()
        };
        for (ticket, (data, repeat)) in &self.asked {
            let times = ended.get(ticket).copied().unwrap_or(0);
            let least = usize::from(!self.cancelled.contains(ticket));
            assert!(
                times >= least && times <= 1,
                "{ticket:?} ended {times} times"
            );
            assert!(*repeat == Repeat::Freely || seen(data) <= 1, "done twice");
        }
    }
}

proptest! {
    // PROPTEST_CASES makes it longer.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_session_survives_any_course_of_events(
        is_seventeen in any::<bool>(),
        begins_open in any::<bool>(),
        does_answer in any::<bool>(),
        acts in vec(act(), 0..150),
    ) {
        let suite = if is_seventeen { Suite::SEVENTEEN } else { Suite::THREE };
        let mut course = Course::new(suite);
        if begins_open {
            course.world.carry();
        }
        for act in &acts {
            course.act(act);
        }
        course.end(does_answer);
        course.check();
    }

    #[test]
    fn a_session_that_nobody_answers_ends_by_itself(acts in vec(act(), 0..20)) {
        let mut course = Course::new(Suite::THREE);
        for act in acts.iter().filter(|act| !matches!(act, Act::Deliver | Act::Replay(_) | Act::Close)) {
            course.act(act);
        }
        course.world.starve();
        prop_assert!(matches!(course.world.events.as_slice(), [Event::Failed(_), Event::Closed]));
    }
}
