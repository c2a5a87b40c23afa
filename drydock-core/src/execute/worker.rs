//! `[io]` Does what a [`Run`] asks for: writes its journal, calls drivers, keeps the time. It decides nothing.

use super::{
    CallNumber, Command, Control, Input, Journal, Observation, Orders, Outcome, Run, Tenure, Terms,
    clock::{Clock, wall_clock},
    dispatch::Dispatch,
    in_flight::{Answers, Call, InFlight},
    lease::successor_begins,
};
use crate::{
    driver::{ContextBuilder, Risk},
    event::{Event, EventKind, EventSink},
    names::{NodeName, RunId, StepId},
    plan::Target,
    secret::SecretSource,
    state::{Batch, Fact, Lease, Operation, Record, Seen, StateError, StateStore},
};
use smol_str::{SmolStr, format_smolstr};
use std::{
    collections::HashMap,
    future::{Future, poll_fn},
    iter,
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use tracing::{Instrument, Span};

/// How long to sleep where nothing but an input can change anything.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

/// Everything a run needs.
#[derive(Debug)]
pub struct Worker {
    /// Design, drivers and plan.
    pub dispatch: Dispatch,
    /// What it is bound to.
    pub terms: Terms,
    /// Where the journal is kept.
    pub store: Arc<dyn StateStore>,
    /// Who hears what happens.
    pub sink: Arc<dyn EventSink>,
    /// Where secrets come from.
    pub secrets: Option<Arc<dyn SecretSource>>,
    /// The run's id; a journal of the same id is gone on with.
    pub run: RunId,
    /// Who is working, for others that want the lease.
    pub owner: SmolStr,
    /// The handle on it.
    pub control: Control,
}

enum Woken {
    Answers(Vec<(CallNumber, Answers)>),
    Ordered,
    Time,
}

/// What goes on while a run is worked on.
struct Work<'a> {
    lease: &'a Lease,
    clock: &'a Clock,
    /// Dropped with this, whatever the reason, it tells the calls in flight.
    _cancel: watch::Sender<bool>,
    cancelled: watch::Receiver<bool>,
    in_flight: InFlight,
    /// The span of each step under way.
    spans: HashMap<StepId, Span>,
    /// What was last seen of servers and is not kept yet.
    seen: HashMap<NodeName, Seen>,
}

impl Worker {
    /// Carries the run out to its end. Dropping the future stops it where it is; the same run id goes on from there.
    ///
    /// # Errors
    /// When the store fails, or another orchestrator has taken the run over. What failed in the world is in the outcome.
    pub async fn work(&self) -> Result<Outcome, StateError> {
        let span = tracing::info_span!("run", id = %self.run, plan = %self.terms.plan.id);
        self.work_in_span().instrument(span).await
    }

    async fn work_in_span(&self) -> Result<Outcome, StateError> {
        // The lease counts from before it was asked for.
        let (clock, journal) = (Clock::new(), Journal::of(&self.run));
        let ttl = self.terms.policy.lease;
        let lease = journal.acquire(&*self.store, &self.owner, ttl).await?;
        let result = self.work_under(&lease, &clock).await;
        if let Ok(outcome) = &result {
            journal.close(&*self.store, &lease, outcome).await?;
        }
        // Whatever came of the run is kept by now, and a lease runs out by itself.
        if let Err(error) = self.store.release(&lease).await {
            tracing::warn!(%error, "the lease could not be given back");
        }
        result
    }

    async fn begin(&self, lease: &Lease, clock: &Clock) -> Result<(), StateError> {
        let (journal, policy) = (Journal::of(&self.run), &self.terms.policy);
        let before = journal.open(&*self.store, lease, &self.terms).await?;
        let records = journal.read(&*self.store).await?;
        let mut terms = self.terms.clone();
        let mut not_before = Duration::ZERO;
        if let Some(head) = before {
            terms.most_destroyed = head.most_destroyed;
            if let Some(longest) = head.in_flight(&self.owner) {
                let longest = longest.max(policy.longest_call(&terms.plan.steps));
                not_before = successor_begins(clock.now(), longest, policy.skew);
            }
        }
        let tenure = Tenure::new(policy.lease, policy.skew, Duration::ZERO);
        let run = Run::resume(terms, &records, clock.now())
            .under(tenure)
            .not_before(not_before);
        self.control.watch(run, clock.clone());
        Ok(())
    }

    async fn work_under(&self, lease: &Lease, clock: &Clock) -> Result<Outcome, StateError> {
        self.begin(lease, clock).await?;
        let (cancel, cancelled) = watch::channel(false);
        let mut work = Work {
            lease,
            clock,
            _cancel: cancel,
            cancelled,
            in_flight: InFlight::default(),
            spans: HashMap::new(),
            seen: HashMap::new(),
        };
        let mut orders = self.control.orders();
        loop {
            if orders.has_changed().unwrap_or(false) {
                let by_now = orders.borrow_and_update().clone();
                self.tell(Input::Ordered(by_now), clock);
            }
            let now = clock.about_now();
            let command = self.control.with(|run| Some(run.poll(now)));
            // What is told has happened: events come after their records are durable.
            if !matches!(command, Some(Command::Append(_))) {
                self.emit(&mut work, now);
            }
            match command {
                Some(Command::Append(records)) => self.append(&mut work, &records).await?,
                Some(Command::Observe(steps)) => self.observe(&mut work, steps, now),
                Some(Command::Apply { step, seen, asked }) => {
                    let call = self.call(&mut work, &[step], now);
                    work.in_flight
                        .apply(self.dispatch.clone(), call, step, seen, asked);
                }
                Some(Command::Renew) => self.renew(&work).await?,
                Some(Command::Sleep(until)) => {
                    let pause = until.map_or(LONG, |until| until.saturating_sub(now));
                    match work.wake(&mut orders, pause).await {
                        Woken::Answers(all) => {
                            all.iter().for_each(|(_, them)| self.saw(&mut work, them));
                            let now = clock.now();
                            let each = all.into_iter().flat_map(|(call, them)| {
                                them.into_iter().map(move |it| (call, it))
                            });
                            self.control.with(|run| {
                                each.for_each(|(call, it)| run.answered(call, it, now))
                            });
                        }
                        // To have waited for it counts as having looked.
                        Woken::Ordered => orders.mark_changed(),
                        Woken::Time => {}
                    }
                }
                Some(Command::LeaseOver) => {
                    return Err(StateError::Fenced {
                        name: lease.name.clone(),
                        fence: lease.fence,
                    });
                }
                Some(Command::Finished) | None => break,
            }
        }
        let outcome = self.control.with(|run| run.outcome());
        let finished = EventKind::RunFinished {
            done: outcome.done.len() as u32,
            failed: outcome.failed.len() as u32,
            skipped: outcome.skipped.len() as u32,
        };
        self.sink
            .emit(&Event::new(clock.now(), self.run.clone(), finished));
        Ok(outcome)
    }

    fn tell(&self, input: Input, clock: &Clock) {
        let now = clock.now();
        self.control.with(|run| run.handle(input, now));
    }

    /// A store that does not answer before the lease ends is as bad as one that fails.
    async fn append(&self, work: &mut Work<'_>, records: &[Record]) -> Result<(), StateError> {
        let batch = Journal::of(&self.run).append(work.lease, records)?;
        let batch = self.of_nodes(work, records, batch)?;
        let limit = self.terms.policy.lease;
        let silent = |_| StateError::Unavailable("it did not answer while the lease held".into());
        let committed = timeout(limit, self.store.commit(batch)).await;
        committed.map_err(silent)?.map(drop)
    }

    /// Keeps in mind what was seen of servers.
    fn saw(&self, work: &mut Work<'_>, answers: &Answers) {
        for answer in answers {
            if let Input::Observed { step, result } = answer
                && let Ok(Observation::Server(server)) = result
                && let Some(node) = self.terms.groups.node(*step)
            {
                let (at, server) = (wall_clock(), server.clone());
                work.seen.insert(node.clone(), Seen { at, server });
            }
        }
    }

    /// With what these records mean for their nodes.
    fn of_nodes(
        &self,
        work: &mut Work<'_>,
        records: &[Record],
        mut batch: Batch,
    ) -> Result<Batch, StateError> {
        for record in records {
            let Some(node) = self.terms.groups.node(record.step) else {
                continue;
            };
            let planned = &self.terms.plan.steps[record.step.index()];
            let is_on_it = matches!(planned.target, Target::Node(_));
            match &record.fact {
                Fact::Started if is_on_it && planned.risk > Risk::Read => {
                    let operation = Operation {
                        key: self.operation(record.step),
                        run: self.run.clone(),
                        plan: self.terms.plan.id.clone(),
                        step: record.step,
                        action: format_smolstr!("{}", planned.action),
                    };
                    batch = batch.operation(node, &operation)?;
                }
                Fact::Done | Fact::Failed { .. } => {
                    if let Some(seen) = work.seen.remove(node) {
                        batch = batch.seen(node, &seen)?;
                    }
                }
                _ => {}
            }
        }
        Ok(batch)
    }

    /// The key that the calls of a step are made under.
    fn operation(&self, step: StepId) -> SmolStr {
        format_smolstr!("{}/{step}", self.run)
    }

    async fn renew(&self, work: &Work<'_>) -> Result<(), StateError> {
        let (asked, ttl) = (work.clock.now(), self.terms.policy.lease);
        let input = match timeout(ttl / 3, self.store.renew(work.lease, ttl)).await {
            Ok(Ok(())) => Input::Renewed(asked),
            Ok(Err(lost @ StateError::Fenced { .. })) => return Err(lost),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the lease could not be renewed");
                Input::NotRenewed
            }
            Err(_) => {
                tracing::warn!("the store did not answer when the lease was to be renewed");
                Input::NotRenewed
            }
        };
        self.tell(input, work.clock);
        Ok(())
    }

    fn observe(&self, work: &mut Work<'_>, steps: Vec<StepId>, now: Duration) {
        let call = self.call(work, &steps, now);
        work.in_flight.observe(self.dispatch.clone(), call, steps);
    }

    /// What a call for these steps is made with.
    fn call(&self, work: &mut Work<'_>, steps: &[StepId], now: Duration) -> Call {
        let first = steps.first().copied().unwrap_or(StepId(0));
        let asked = |run: &mut Run| (run.call_ends(steps, now), run.call_number(first));
        let (ends, number) = self.control.with(asked);
        let ends = ends.unwrap_or(now);
        let span = match steps {
            [one] => tracing::debug_span!(parent: self.span(work, *one), "call"),
            _ => tracing::debug_span!("call", steps = steps.len()),
        };
        let keeps_time = work.clock.clone();
        let cx = ContextBuilder::new(self.operation(first))
            .time(now, ends)
            .over(move || keeps_time.now() >= ends)
            .fence(work.lease.fence)
            .cancel(work.cancelled.clone())
            .secrets(self.secrets.clone())
            .notes(self.run.clone(), first, self.sink.clone())
            .build();
        Call {
            number: number.unwrap_or_default(),
            cx,
            clock: work.clock.clone(),
            asked: now,
            ends,
            span,
        }
    }

    /// The span of a step from its first call until it is settled.
    fn span(&self, work: &mut Work<'_>, step: StepId) -> Option<tracing::Id> {
        let planned = &self.terms.plan.steps[step.index()];
        let span = || tracing::info_span!("step", id = step.0, target = %planned.target, action = %planned.action);
        work.spans.entry(step).or_insert_with(span).id()
    }

    fn emit(&self, work: &mut Work<'_>, now: Duration) {
        for kind in self.control.with(Run::take_events) {
            tracing::debug!(event = ?kind);
            if let EventKind::StepDone { name }
            | EventKind::StepFailed { name, .. }
            | EventKind::StepSkipped { name, .. } = &kind
            {
                work.spans.remove(&name.step);
            }
            self.sink.emit(&Event::new(now, self.run.clone(), kind));
        }
    }
}

impl Work<'_> {
    /// The next thing that happens before the pause is over.
    async fn wake(&mut self, orders: &mut watch::Receiver<Orders>, pause: Duration) -> Woken {
        let (mut ordered, mut time) = (pin!(orders.changed()), pin!(sleep(pause)));
        poll_fn(|cx| {
            // All that are there, so that what follows from them is made durable together: a commit takes as long for many
            // records as for one, and while it does more calls end.
            let next = || match self.in_flight.poll_next(cx) {
                Poll::Ready(answers) => Some(answers),
                Poll::Pending => None,
            };
            let all: Vec<_> = iter::from_fn(next).collect();
            if !all.is_empty() {
                Poll::Ready(Woken::Answers(all))
            } else if ordered.as_mut().poll(cx).is_ready() {
                Poll::Ready(Woken::Ordered)
            } else {
                time.as_mut().poll(cx).map(|()| Woken::Time)
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        driver::Drivers,
        event::Recorder,
        execute::Policy,
        plan::tests::plan_of,
        resolve::Allocations,
        site::Design,
        source::Snapshot,
        state::{Fact, MemoryStore},
        validate::RuleSet,
    };
    use tokio::time::Instant;

    /// A worker on a run of one step, which no driver could take.
    fn worker(owner: &str, store: &MemoryStore) -> Worker {
        let plan = Arc::new(plan_of(&[("n1", "verify", &[])]));
        let design = Design::of(
            &Snapshot::default(),
            &RuleSet::empty(),
            &Allocations::default(),
        );
        Worker {
            dispatch: Dispatch {
                design: design.resolved,
                drivers: Arc::new(Drivers::new()),
                plan: plan.clone(),
            },
            terms: Terms::new(plan, Policy::default()),
            store: Arc::new(store.clone()),
            sink: Arc::new(Recorder::default()),
            secrets: None,
            run: RunId::from("r"),
            owner: owner.into(),
            control: Control::new(),
        }
    }

    /// A worker is lost in the middle of the run, and its lease ends. The journal then has these records as well.
    async fn lost(store: &MemoryStore, records: &[Record]) {
        let (first, journal) = (worker("first", store), Journal::of(&RunId::from("r")));
        let ended = timeout(Duration::ZERO, first.work()).await;
        assert!(ended.is_err(), "it ended before it was lost: {ended:?}");
        let ttl = first.terms.policy.lease;
        let lease = store.acquire(&journal.lease(), "first", ttl).await.unwrap();
        let batch = journal.append(&lease, records).unwrap();
        store.commit(batch).await.unwrap();
        sleep(ttl).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_successor_sleeps_while_it_waits_out_its_predecessor() {
        let store = MemoryStore::new();
        lost(&store, &[]).await;
        let (second, began) = (worker("second", &store), Instant::now());
        let waits = {
            let policy = &second.terms.policy;
            successor_begins(Duration::ZERO, policy.call_limit, policy.skew)
        };
        let (mut work, mut woken) = (pin!(second.work()), 0);
        let outcome = poll_fn(|cx| {
            woken += u32::from(began.elapsed() < waits);
            // It begins, and its lease is renewed on the way.
            assert!(woken <= 3, "woken {woken} times in {:?}", began.elapsed());
            work.as_mut().poll(cx)
        });
        let outcome = outcome.await.unwrap();
        assert!(began.elapsed() >= waits && outcome.failed.len() == 1);
    }

    /// It has the run already, but not what it has to wait for behind it.
    #[tokio::test(start_paused = true)]
    async fn a_successor_that_was_lost_while_it_waited_waits_again() {
        let store = MemoryStore::new();
        lost(&store, &[]).await;
        let second = worker("second", &store);
        let waiting = timeout(Duration::from_secs(1), second.work()).await;
        assert!(waiting.is_err(), "it did not wait: {waiting:?}");
        let (began, again) = (Instant::now(), worker("second", &store));
        let policy = &again.terms.policy;
        let waits = successor_begins(Duration::ZERO, policy.call_limit, policy.skew);
        let outcome = again.work().await.unwrap();
        assert!(began.elapsed() >= waits && outcome.failed.len() == 1);
    }

    /// Calls of the predecessor may take as long as it was told, not as its successor was.
    #[tokio::test(start_paused = true)]
    async fn a_successor_waits_for_calls_as_long_as_they_may_take() {
        let store = MemoryStore::new();
        lost(&store, &[]).await;
        let (mut second, began) = (worker("second", &store), Instant::now());
        let waits = second.terms.policy.call_limit;
        second.terms.policy.call_limit = Duration::from_secs(1);
        second.work().await.unwrap();
        assert!(began.elapsed() >= waits, "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_journal_says_is_done_is_not_tried_again() {
        let (store, step) = (MemoryStore::new(), StepId(0));
        let records = [Fact::Started, Fact::Done].map(|fact| Record::new(step, fact));
        lost(&store, &records).await;
        let outcome = worker("second", &store).work().await.unwrap();
        assert_eq!(
            (outcome.done.as_slice(), outcome.failed.len()),
            (&[step][..], 0)
        );
    }
}
