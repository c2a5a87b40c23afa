//! One life of an orchestrator: from the lease to the end of its run, or its own.

use super::{
    NAMES, Simulator,
    faults::Fault,
    flight::{Answers, Flight},
    script::Coming,
    store::Tear,
};
use crate::{
    event::{Event, EventKind},
    execute::{CallNumber, Command, Input, Journal, Run, Tenure, successor_begins},
    names::StepId,
    state::{Lease, Record, StateError, StateStore},
};
use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    task::{Context as TaskContext, Poll, Waker},
    time::Duration,
};

/// A life and what it has under way.
pub(super) struct Life {
    pub(super) number: u32,
    pub(super) run: Run,
    pub(super) lease: Lease,
    born: Duration,
    /// By how much its clock is fast, in ten thousandths; less than nothing where it is slow.
    drift: i32,
    pub(super) flights: BTreeMap<u64, Flight>,
    /// Answers that were given and come once more.
    pub(super) repeats: BTreeMap<u64, (CallNumber, Answers)>,
    pub(super) wakes: Option<Duration>,
    pub(super) stalled_until: Option<Duration>,
    /// Until when it waits out what another has in flight, on its own clock.
    pub(super) not_before: Duration,
    /// The fault that the last call of a step met, until the next one or an answer.
    pub(super) troubles: BTreeMap<StepId, Fault>,
}

impl Life {
    /// What its own clock says.
    pub(super) fn time(&self, now: Duration) -> Duration {
        let lived = now.saturating_sub(self.born).as_nanos() as i128;
        let drifted = lived + lived * i128::from(self.drift) / 10_000;
        Duration::from_nanos(u64::try_from(drifted).unwrap_or_default())
    }

    /// When its own clock will say so.
    pub(super) fn real(&self, own: Duration) -> Duration {
        let own = own.as_nanos() as i128;
        let lived = own * 10_000 / i128::from(10_000 + self.drift) + 1;
        self.born.saturating_add(Duration::from_nanos(
            u64::try_from(lived).unwrap_or(u64::MAX),
        ))
    }
}

/// The value of a future that never waits, as those of the simulated store are.
fn at_once<T>(future: impl Future<Output = Result<T, StateError>>) -> Result<T, StateError> {
    match pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => Err(StateError::Unavailable("it does not answer".into())),
    }
}

impl Simulator<'_> {
    /// An orchestrator begins, or tries to.
    pub(super) fn begin(&mut self, who: usize) {
        if self.lives[who].is_some() {
            return;
        }
        match self.born(who) {
            Ok(life) => {
                self.note_run(who, &life.run);
                if !life.not_before.is_zero() {
                    self.meet(Fault::Rival);
                }
                self.lives[who] = Some(life);
                self.drive(who);
            }
            Err(error) => {
                let is_first = !self.met.contains_key(&Fault::Rival);
                if who == 1 && is_first && matches!(error, StateError::Held { .. }) {
                    self.meet(Fault::Rival);
                }
                self.tell(who, format_args!("cannot begin: {error}"));
                let again = self.now + Duration::from_secs(20);
                self.at(again, Coming::Begins { who });
            }
        }
    }

    fn born(&mut self, who: usize) -> Result<Life, StateError> {
        let (journal, policy) = (Journal::of(&self.run), &self.given.terms.policy);
        let lease = at_once(journal.acquire(&self.store, NAMES[who], policy.lease))?;
        let mut terms = self.given.terms.clone();
        let before = at_once(journal.open(&self.store, &lease, &terms))?;
        let records = at_once(journal.read(&self.store))?;
        let mut not_before = Duration::ZERO;
        if let Some(head) = before {
            terms.most_destroyed = head.most_destroyed;
            if let Some(longest) = head.in_flight(NAMES[who]) {
                let longest = longest.max(policy.longest_call(&terms.plan.steps));
                not_before = successor_begins(Duration::ZERO, longest, policy.skew);
            }
        }
        let tenure = Tenure::new(policy.lease, policy.skew, Duration::ZERO);
        let mut run = Run::resume(terms, &records, Duration::ZERO)
            .under(tenure)
            .not_before(not_before);
        run.handle(Input::Ordered(self.orders.clone()), Duration::ZERO);
        self.born += 1;
        let drift = match self.has(Fault::Rival) {
            true => self.random.below(201) as i32 - 100,
            false => 0,
        };
        Ok(Life {
            number: self.born,
            run,
            lease,
            born: self.now,
            drift,
            flights: BTreeMap::new(),
            repeats: BTreeMap::new(),
            wakes: None,
            stalled_until: None,
            not_before,
            troubles: BTreeMap::new(),
        })
    }

    /// Does what the run asks for until it sleeps.
    pub(super) fn drive(&mut self, who: usize) {
        loop {
            let Some(life) = &mut self.lives[who] else {
                return;
            };
            if let Some(until) = life.stalled_until {
                if self.now < until {
                    return;
                }
                life.stalled_until = None;
            }
            let now = life.time(self.now);
            let command = life.run.poll(now);
            if !matches!(command, Command::Append(_)) {
                self.hear(who, now);
            }
            match command {
                Command::Append(records) => {
                    if !self.append(who, &records) {
                        return;
                    }
                }
                Command::Observe(steps) => self.call(who, steps, None),
                Command::Apply { step, seen, asked } => {
                    self.call(who, vec![step], Some((seen, asked)))
                }
                Command::Renew => {
                    let Some(life) = &mut self.lives[who] else {
                        return;
                    };
                    let ttl = self.given.terms.policy.lease;
                    match at_once(self.store.renew(&life.lease, ttl)) {
                        Ok(()) => life.run.handle(Input::Renewed(now), now),
                        Err(StateError::Unavailable(_)) => life.run.handle(Input::NotRenewed, now),
                        Err(error) => return self.end_life(who, &error.to_string()),
                    }
                }
                Command::LeaseOver => return self.end_life(who, "the lease is over"),
                Command::Finished => return self.finish(who),
                Command::Sleep(until) => {
                    self.explain(who);
                    if self.dies() {
                        return self.end_life(who, "crashed asleep");
                    }
                    let Some(life) = &mut self.lives[who] else {
                        return;
                    };
                    let at = until.map(|until| life.real(until).max(self.now));
                    life.wakes = at;
                    if let Some(at) = at {
                        self.at(at, Coming::Wakes { who });
                    }
                    return;
                }
            }
            if self.dies() {
                return self.end_life(who, "crashed");
            }
        }
    }

    fn hear(&mut self, who: usize, now: Duration) {
        let Some(life) = &mut self.lives[who] else {
            return;
        };
        for kind in life.run.take_events() {
            let what = serde_json::to_string(&kind).unwrap_or_default();
            self.tell(who, what);
            if self.given.keeps_events {
                // On the simulator's clock, for one life goes on where another ended.
                let _ = now;
                self.events
                    .push(Event::new(self.now, self.run.clone(), kind));
            }
        }
    }

    /// Writes records; answers whether the orchestrator lives on.
    fn append(&mut self, who: usize, records: &[Record]) -> bool {
        let Some(life) = &self.lives[who] else {
            return false;
        };
        let lease = life.lease.clone();
        let torn = self.has(Fault::TornWrite)
            && self.crashes < 12
            && self.random.once_in(self.given.rarity * 5);
        let mut durable = records.len();
        if torn {
            self.crashes += 1;
            self.meet(Fault::TornWrite);
            let tear = match self.random.below(3) {
                0 => Tear::Refused,
                1 => Tear::Prefix(self.random.below(records.len() as u64 + 1) as usize),
                _ => Tear::Unreported,
            };
            durable = match tear {
                Tear::Refused => 0,
                Tear::Prefix(most) => most,
                Tear::Unreported => durable,
            };
            self.store.tear_next(tear);
        }
        self.checks.starts(records);
        let batch = Journal::of(&self.run).append(&lease, records);
        let written = batch.and_then(|batch| at_once(self.store.commit(batch)));
        if written.is_ok()
            || torn
                && self.store.took_the_tear()
                && !matches!(written, Err(StateError::Fenced { .. }))
        {
            self.checks.written(&records[..durable]);
        }
        match written {
            Ok(_) => true,
            Err(error) => {
                self.end_life(who, &error.to_string());
                false
            }
        }
    }

    fn finish(&mut self, who: usize) {
        let Some(life) = self.lives[who].take() else {
            return;
        };
        self.drop_flights(&life);
        let journal = Journal::of(&self.run);
        let outcome = life.run.outcome();
        let closed = at_once(journal.close(&self.store, &life.lease, &outcome));
        let released = at_once(self.store.release(&life.lease));
        self.tell(who, format_args!("finished: {} done", outcome.done.len()));
        let is_closed = closed.and(released).is_ok();
        // One that has lost its run does what was ordered as well, but does not carry it out.
        self.orders.cancelled &= !is_closed;
        if !is_closed || outcome.cancelled {
            // Another life goes on with it.
            let again = self.now + Duration::from_secs(30);
            return self.at(again, Coming::Begins { who });
        }
        if self.given.keeps_events {
            let count = |steps: usize| steps as u32;
            let kind = EventKind::RunFinished {
                done: count(outcome.done.len()),
                failed: count(outcome.failed.len()),
                skipped: count(outcome.skipped.len()),
            };
            let event = Event::new(self.now, self.run.clone(), kind);
            self.events.push(event);
        }
        self.outcome = Some(outcome);
    }

    pub(super) fn end_life(&mut self, who: usize, why: &str) {
        let Some(life) = self.lives[who].take() else {
            return;
        };
        self.drop_flights(&life);
        self.tell(who, format_args!("ends: {why}"));
        let pause = self
            .random
            .between(Duration::from_secs(1), Duration::from_secs(90));
        let again = self.now + pause;
        self.at(again, Coming::Begins { who });
    }

    fn drop_flights(&mut self, life: &Life) {
        let under_way = life.flights.values().filter(|flight| !flight.is_over);
        under_way.for_each(|flight| self.checks.ended(&flight.steps));
    }
}
