//! Which console a link has, and in which session: only there is it given up, for in another one it may be somebody else's.

use super::{
    Job, Key, Lane, Outcome,
    link::{Link, Phase},
};
use crate::{
    client::console::sol::Ended,
    command::{Question, sol::DeactivatePayload},
};
use std::time::Duration;
use tokio::sync::oneshot;

/// The time that the end of a console may take.
const CLOSE: Duration = Duration::from_secs(5);

impl Lane {
    /// The payload was activated in that session, which may be gone by now.
    pub(in crate::client) fn activated(
        &mut self,
        now: Duration,
        key: Key,
        session: u32,
        largest: usize,
    ) {
        self.with(now, key, |_, link| {
            let is_current = link.session() == Some(session);
            if let Some(console) = &mut link.console {
                (console.is_opening, console.session) = (false, Some(session));
                console.heard = now;
                console.sol.set_largest(largest);
                if !is_current {
                    console.lost(session);
                }
            }
        });
    }

    /// Deactivates the payload, if the console has it. `reply` is told when that is done, or dropped if it need not be.
    pub(in crate::client) fn deactivate(
        &mut self,
        now: Duration,
        key: Key,
        reply: Option<oneshot::Sender<Outcome>>,
    ) {
        self.with(now, key, |_, link| deactivate(now, link, reply));
    }

    /// The link has no console any more.
    pub(in crate::client) fn drop_console(&mut self, now: Duration, key: Key) {
        self.with(now, key, |_, link| {
            deactivate(now, link, None);
            let console = link.console.take();
            // Nobody knows whether it was activated. With the session it ends for certain.
            link.is_spoilt |= console.is_some_and(|console| console.is_opening);
        });
    }
}

fn deactivate(now: Duration, link: &mut Link, reply: Option<oneshot::Sender<Outcome>>) {
    let Some(console) = link.console.as_deref_mut() else {
        return;
    };
    let session = match link.phase {
        Phase::Up(session) => Some(session),
        _ => None,
    };
    let others = [Some(Ended::Deactivated), Some(Ended::SessionLost)];
    let is_ours = console.session.is_some()
        && console.session == session
        && !others.contains(&console.sol.ended());
    let bound = console.session.take();
    if !is_ours {
        return;
    }
    let Question {
        request, repeat, ..
    } = Question::of(&DeactivatePayload);
    link.queue.push_back(Job {
        id: 0,
        request,
        repeat,
        bound,
        deadline: now.saturating_add(CLOSE),
        reply,
    });
}
