//! What the executor hands every driver call, and what a call achieved.

use crate::{
    event::{Event, EventKind, EventSink},
    names::{RunId, StepId},
    secret::{Secret, SecretError, SecretRef, SecretSource},
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::{fmt, sync::Arc, time::Duration};
use tokio::sync::watch;

/// What one `apply` achieved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// The goal is reached, and was seen to be.
    Done,
    /// It is on its way.
    Waiting {
        /// What is being waited for, for people.
        note: String,
        /// When to look again.
        poll_after: Duration,
    },
}

impl Progress {
    /// It is on its way: what is being waited for, and when to look again.
    pub fn waiting(note: impl Into<String>, poll_after: Duration) -> Self {
        Self::Waiting {
            note: note.into(),
            poll_after,
        }
    }
}

/// What surrounds one call of a driver. Cheap to clone.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

struct Inner {
    operation: SmolStr,
    fence: u64,
    now: Duration,
    deadline: Duration,
    is_over: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
    cancel: watch::Receiver<bool>,
    secrets: Option<Arc<dyn SecretSource>>,
    notes: Option<(RunId, StepId, Arc<dyn EventSink>)>,
}

impl Context {
    /// A context for a call outside any run, such as a test's: this operation key, time 0, no deadline.
    pub fn detached(operation: impl Into<SmolStr>) -> Self {
        ContextBuilder::new(operation).build()
    }

    /// The step's operation key: the same for every attempt at one step, also after a crash, and for no other step.
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// The fence of the orchestrator that calls; a later orchestrator has a greater one.
    pub fn fence(&self) -> u64 {
        self.0.fence
    }

    /// When the call began, on the run's clock. Virtual in rehearsals.
    pub fn now(&self) -> Duration {
        self.0.now
    }

    /// When the call is given up, on the run's clock.
    pub fn deadline(&self) -> Duration {
        self.0.deadline
    }

    /// Whether the deadline has come by now; false where nobody keeps the time, as in rehearsals.
    ///
    /// A call that is over is cut, but not in the middle of what it does between two waits. A process that is stopped there
    /// and continued much later, when another has gone on with its run, would still send what it was about to send. A
    /// driver asks this last before it sends something.
    pub fn is_over(&self) -> bool {
        self.0.is_over.as_ref().is_some_and(|is_over| is_over())
    }

    /// Whether the call's result is no longer wanted.
    pub fn is_cancelled(&self) -> bool {
        *self.0.cancel.borrow()
    }

    /// Ends when the call's result is no longer wanted.
    pub async fn cancelled(&self) {
        let mut cancel = self.0.cancel.clone();
        // A sender that is gone can no longer cancel.
        if cancel.wait_for(|&cancelled| cancelled).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The secret of this name, from the host's source.
    ///
    /// # Errors
    /// When the host has no source, or the source has no such secret.
    pub async fn secret(&self, name: &SecretRef) -> Result<Secret, SecretError> {
        match &self.0.secrets {
            Some(source) => source.secret(name).await,
            None => {
                let reason = "the host gave no source of secrets; give the orchestrator one";
                Err(SecretError::absent(name, reason))
            }
        }
    }

    /// Tells whoever watches the run.
    pub fn note(&self, note: impl Into<String>) {
        if let Some((run, step, sink)) = &self.0.notes {
            let kind = EventKind::Note {
                step: *step,
                note: note.into(),
            };
            sink.emit(&Event::new(self.0.now, run.clone(), kind));
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("operation", &self.0.operation)
            .field("now", &self.0.now)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Context`]; for executors and tests.
#[derive(Clone)]
pub struct ContextBuilder {
    inner: Arc<Inner>,
}

impl ContextBuilder {
    /// A context with this operation key, at time 0, without deadline.
    pub fn new(operation: impl Into<SmolStr>) -> Self {
        let (_, cancel) = watch::channel(false);
        let (operation, deadline) = (operation.into(), Duration::MAX);
        let inner = Inner {
            operation,
            fence: 0,
            now: Duration::ZERO,
            deadline,
            is_over: None,
            cancel,
            secrets: None,
            notes: None,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            change(inner);
        }
        self
    }

    /// The time of the call and of its end.
    #[must_use]
    pub fn time(self, now: Duration, deadline: Duration) -> Self {
        self.with(|inner| (inner.now, inner.deadline) = (now, deadline))
    }

    /// Tells whether the deadline has come, whenever it is asked.
    #[must_use]
    pub fn over(self, is_over: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.with(|inner| inner.is_over = Some(Arc::new(is_over)))
    }

    /// The caller's fence.
    #[must_use]
    pub fn fence(self, fence: u64) -> Self {
        self.with(|inner| inner.fence = fence)
    }

    /// Becomes true when the result is no longer wanted.
    #[must_use]
    pub fn cancel(self, cancel: watch::Receiver<bool>) -> Self {
        self.with(|inner| inner.cancel = cancel)
    }

    /// Where secrets come from.
    #[must_use]
    pub fn secrets(self, secrets: Option<Arc<dyn SecretSource>>) -> Self {
        self.with(|inner| inner.secrets = secrets)
    }

    /// Who hears the driver's notes.
    #[must_use]
    pub fn notes(self, run: RunId, step: StepId, sink: Arc<dyn EventSink>) -> Self {
        self.with(|inner| inner.notes = Some((run, step, sink)))
    }

    /// The context.
    pub fn build(self) -> Context {
        Context(self.inner)
    }
}

impl fmt::Debug for ContextBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContextBuilder")
            .field("operation", &self.inner.operation)
            .finish_non_exhaustive()
    }
}
