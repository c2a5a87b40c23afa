//! What sessions report, and what follows from it for their link.

use super::{
    Lane,
    job::Trouble,
    link::{Link, Phase},
    login::{Plan, Then},
};
use crate::{
    session::{Event, Failure},
    wire::PayloadType,
};
use std::time::Duration;

impl Lane {
    /// Takes in what the session `id` of `link` has to report and to send.
    pub(super) fn pump(&mut self, now: Duration, link: &mut Link, id: u32) {
        while let Some(live) = self.sessions.get_mut(&id) {
            let Some(event) = live.session.poll_event() else {
                break;
            };
            if event == Event::Closed {
                self.transmit(id);
                self.sessions.remove(&id);
                link.closing.retain(|other| *other != id);
            }
            self.take_in(now, link, id, event);
        }
        self.transmit(id);
    }

    fn take_in(&mut self, now: Duration, link: &mut Link, id: u32, event: Event) {
        let is_current = link.session() == Some(id);
        match event {
            Event::Established { rtt } if is_current => {
                if let Some(suite) = self.sessions.get(&id).map(|live| live.suite) {
                    self.memory(link.peer).worked(suite, rtt);
                }
                (link.plan, link.failure) = (None, None);
                link.phase = Phase::Up(id);
                link.used = now;
            }
            Event::Answered { ticket, response } if is_current => {
                link.abandoned.retain(|abandoned| *abandoned != ticket);
                let at = link.flying.iter().position(|(flying, _)| *flying == ticket);
                if let Some((_, job)) = at.map(|at| link.flying.swap_remove(at)) {
                    link.used = now;
                    job.end(Ok((response, id)));
                }
                if let Some(console) = &mut link.console {
                    console.heard = now;
                }
            }
            Event::Unanswered { .. } if is_current => {
                link.failure = None;
                self.lose(now, link);
            }
            Event::Payload {
                kind: PayloadType::Sol,
                data,
            } if is_current => {
                let console = link.console.as_deref_mut();
                if let Some(console) = console.filter(|c| c.session.is_none_or(|own| own == id)) {
                    console.heard = now;
                    console.sol.handle_payload(now, &data);
                    console.wake();
                }
            }
            Event::Failed(failure) if is_current => self.failed(now, link, failure),
            Event::Closed if is_current => self.lose(now, link),
            _ => {}
        }
    }

    fn failed(&mut self, now: Duration, link: &mut Link, failure: Failure) {
        if matches!(link.phase, Phase::Up(_)) {
            link.failure = Some(failure);
            return self.lose(now, link);
        }
        // It may still free its slot.
        link.closing.extend(link.session());
        link.phase = Phase::Idle;
        let suites = &self.settings.suites;
        let plan = link.plan.get_or_insert_with(|| Plan::new(suites, None));
        let next = plan.failed(&failure);
        if let (Failure::NoAnswer { .. }, Some(memory)) =
            (&failure, self.memory.get_mut(&link.peer))
        {
            // It may be slower than it was: it is not hurried again.
            memory.round_trip = None;
        }
        match next {
            Then::Again => {}
            Then::Rest(time) => {
                let until = now.saturating_add(time);
                link.phase = Phase::Resting { until };
            }
            Then::GiveUp => {
                link.plan = None;
                for job in link.queue.drain(..) {
                    job.end(Err(Trouble::Login(failure)));
                }
            }
        }
        link.failure = Some(failure);
    }
}
