//! `[io]` The calls in flight, each a task. A call that panics or takes too long is an answer too.

use super::{
    CallNumber, Input, Observation,
    clock::{Clock, Late},
    dispatch::Dispatch,
};
use crate::{
    driver::{Context, DriverError, ErrorKind},
    names::StepId,
};
use std::{
    collections::HashMap,
    task::{self, Poll},
    time::Duration,
};
use tokio::task::{Id, JoinError, JoinSet};
use tracing::{Instrument, Span};

/// What a call said, for each of its steps.
pub(super) type Answers = Vec<Input>;

/// What a call is made with.
pub(super) struct Call {
    pub(super) number: CallNumber,
    pub(super) cx: Context,
    pub(super) clock: Clock,
    /// When it was asked for, and when it ends at the latest: before the lease does.
    pub(super) asked: Duration,
    pub(super) ends: Duration,
    pub(super) span: Span,
}

impl Call {
    fn limit(&self) -> Duration {
        self.ends.saturating_sub(self.asked)
    }
}

#[derive(Default)]
pub(super) struct InFlight {
    set: JoinSet<Answers>,
    calls: HashMap<Id, Asked>,
}

/// Who waits for the answers to a call.
#[derive(Default)]
struct Asked {
    number: CallNumber,
    steps: Vec<StepId>,
    observes: bool,
}

impl InFlight {
    pub(super) fn observe(&mut self, dispatch: Dispatch, call: Call, steps: Vec<StepId>) {
        let asked = Asked {
            number: call.number,
            steps: steps.clone(),
            observes: true,
        };
        let span = call.span.clone();
        let call = async move {
            let limit = call.limit();
            let seen = dispatch.observe(&call.cx, &steps);
            match call.clock.within(call.ends, seen).await {
                Ok(seen) => seen
                    .into_iter()
                    .map(|(step, result)| Input::Observed { step, result })
                    .collect(),
                Err(Late) => unanswered(steps, true, || too_slow(limit, true)),
            }
        };
        let id = self.set.spawn(call.instrument(span)).id();
        self.calls.insert(id, asked);
    }

    pub(super) fn apply(
        &mut self,
        dispatch: Dispatch,
        call: Call,
        step: StepId,
        seen: Observation,
        asked: bool,
    ) {
        let waits = Asked {
            number: call.number,
            steps: vec![step],
            observes: false,
        };
        let span = call.span.clone();
        let call = async move {
            let limit = call.limit();
            let answer = dispatch.apply(&call.cx, step, &seen, asked);
            let result = call.clock.within(call.ends, answer).await;
            let result = result.unwrap_or_else(|Late| Err(too_slow(limit, false)));
            vec![Input::Applied { step, result }]
        };
        let id = self.set.spawn(call.instrument(span)).id();
        self.calls.insert(id, waits);
    }

    /// The answers to the next call that ends.
    pub(super) fn poll_next(&mut self, cx: &mut task::Context<'_>) -> Poll<(CallNumber, Answers)> {
        match self.set.poll_join_next_with_id(cx) {
            // Without calls there is nothing to wait for here.
            Poll::Pending | Poll::Ready(None) => Poll::Pending,
            Poll::Ready(Some(Ok((id, answers)))) => {
                let asked = self.calls.remove(&id).unwrap_or_default();
                Poll::Ready((asked.number, answers))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(self.broken(&error)),
        }
    }

    fn broken(&mut self, error: &JoinError) -> (CallNumber, Answers) {
        let asked = self.calls.remove(&error.id()).unwrap_or_default();
        let answers = unanswered(asked.steps, asked.observes, || {
            DriverError::new(
                ErrorKind::Internal,
                "the driver panicked; this is a bug in the driver",
            )
        });
        (asked.number, answers)
    }
}

fn unanswered(steps: Vec<StepId>, observing: bool, why: impl Fn() -> DriverError) -> Answers {
    let input = |step| match observing {
        true => Input::Observed {
            step,
            result: Err(why()),
        },
        false => Input::Applied {
            step,
            result: Err(why()),
        },
    };
    steps.into_iter().map(input).collect()
}

/// A call that was cut: what only looked has done nothing, anything else may have happened.
pub fn too_slow(limit: Duration, reading: bool) -> DriverError {
    let kind = if reading {
        ErrorKind::Unavailable
    } else {
        ErrorKind::Indeterminate
    };
    DriverError::new(kind, format!("no answer within {} s", limit.as_secs()))
}
