//! One call on its way: when its request arrives, when its answer does, and when it is given up.

use super::faults::Fault;
use crate::{
    execute::{CallNumber, Input},
    names::StepId,
};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context as TaskContext, Poll, Wake, Waker},
    time::Duration,
};

pub(super) type Answers = Vec<Input>;

/// One call on its way.
pub(super) struct Flight {
    pub(super) number: CallNumber,
    pub(super) steps: Vec<StepId>,
    pub(super) observes: bool,
    pub(super) fault: Option<Fault>,
    pub(super) limit: Duration,
    /// When it is given up.
    pub(super) cut: Duration,
    /// Whether it is over for the other side, though nobody here has heard.
    pub(super) is_over: bool,
    /// Whether its request has arrived.
    pub(super) has_arrived: bool,
    call: Option<Pin<Box<dyn Future<Output = Answers> + Send>>>,
    pub(super) answers: Option<Answers>,
    flag: Arc<Flag>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Flight {
    pub(super) fn new(
        (number, steps, observes): (CallNumber, Vec<StepId>, bool),
        fault: Option<Fault>,
        (limit, cut): (Duration, Duration),
        call: impl Future<Output = Answers> + Send + 'static,
    ) -> Self {
        Self {
            number,
            steps,
            observes,
            fault,
            limit,
            cut,
            is_over: false,
            has_arrived: false,
            call: Some(Box::pin(call)),
            answers: None,
            flag: Arc::new(Flag(AtomicBool::new(true))),
        }
    }

    /// Goes on with the call, if something has happened to it; answers whether it has ended now.
    pub(super) fn poll(&mut self) -> bool {
        if !self.has_arrived || !self.flag.0.swap(false, Ordering::Relaxed) {
            return false;
        }
        let Some(call) = &mut self.call else {
            return false;
        };
        let waker = Waker::from(self.flag.clone());
        match call.as_mut().poll(&mut TaskContext::from_waker(&waker)) {
            Poll::Ready(answers) => {
                self.call = None;
                self.answers = Some(answers);
                true
            }
            Poll::Pending => false,
        }
    }
}
