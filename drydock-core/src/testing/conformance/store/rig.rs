//! What the obligations of a store are written with: names of their own, calls that have to be answered, comparisons.

use crate::state::{Batch, Lease, StateError, StateRevision, StateStore, Stored};
use std::{
    fmt,
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

/// Ends when so much time has passed by the store's clock.
pub(super) type Passing<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// What happened instead of what was promised.
#[derive(Debug)]
pub(super) struct Broken(pub(super) String);

impl From<StateError> for Broken {
    fn from(error: StateError) -> Self {
        Self(format!("a call that has to be answered failed: {error}"))
    }
}

/// Whether one obligation was kept.
pub(super) type Kept = Result<(), Broken>;

/// A store, names that nobody else has, and a way to let time pass.
#[derive(Clone, Copy)]
pub(super) struct Rig<'a> {
    pub(super) store: &'a dyn StateStore,
    /// For how long leases are taken.
    pub(super) lease_time: Duration,
    pub(super) pass_time: &'a dyn Fn(Duration) -> Passing<'a>,
    /// The revision at which the suite began: names with it are new.
    pub(super) began: StateRevision,
}

impl<'a> Rig<'a> {
    /// Begins by a commit of nothing.
    pub(super) async fn new(
        store: &'a dyn StateStore,
        lease_time: Duration,
        pass_time: &'a dyn Fn(Duration) -> Passing<'a>,
    ) -> Result<Self, Broken> {
        let began = store.commit(Batch::new()).await?;
        Ok(Self {
            store,
            lease_time,
            pass_time,
            began,
        })
    }

    /// A name of this suite's own.
    pub(super) fn name(&self, name: &str) -> String {
        format!("conformance/{}/{name}", self.began.0)
    }

    pub(super) async fn pass(&self, time: Duration) {
        (self.pass_time)(time).await;
    }

    /// Lets enough time pass for a lease to run out, and a little more: not every clock is exact.
    pub(super) async fn run_out(&self) {
        self.pass(self.lease_time + self.lease_time / 10).await;
    }

    pub(super) async fn commit(&self, batch: Batch) -> Result<StateRevision, Broken> {
        Ok(self.store.commit(batch).await?)
    }

    pub(super) async fn acquire(&self, name: &str, owner: &str) -> Result<Lease, Broken> {
        let name = self.name(name);
        Ok(self.store.acquire(&name, owner, self.lease_time).await?)
    }

    /// Demands that the key has this value, or is not there.
    pub(super) async fn has(&self, key: &str, value: Option<&str>) -> Kept {
        let found = self.store.get(key).await?.map(|stored| text(&stored.value));
        equal(key, &found.as_deref(), &value)
    }

    /// Demands that the key was written by this commit with this value.
    pub(super) async fn wrote(&self, key: &str, revision: StateRevision, value: &str) -> Kept {
        let found = self.store.get(key).await?;
        equal(key, &found, &Some(stored(key, revision, value)))
    }

    /// Demands that these are the entries of the journal after the first `skip`.
    pub(super) async fn entries(&self, journal: &str, skip: u64, expected: &[&str]) -> Kept {
        let found = self.store.read_journal(journal, skip).await?;
        let found: Vec<String> = found.iter().map(|entry| text(entry)).collect();
        let what = format!("the journal {journal} after {skip}");
        equal(
            &what,
            &found,
            &expected.iter().map(|e| (*e).into()).collect(),
        )
    }

    /// Demands that the lease gives no right to commit or to renew.
    pub(super) async fn is_fenced(&self, lease: &Lease, batch: Batch) -> Kept {
        fenced(
            "a commit",
            lease,
            &self.store.commit(batch.under(lease)).await,
        )?;
        let renewed = self.store.renew(lease, self.lease_time).await;
        fenced("renewing", lease, &renewed)
    }

    /// Demands that another owner is refused the lease.
    pub(super) async fn is_held(&self, name: &str, other: &str, by: &str) -> Kept {
        let name = self.name(name);
        match self.store.acquire(&name, other, self.lease_time).await {
            Err(StateError::Held { name: of, owner }) => {
                equal("the lease that is held", &(&*of, &*owner), &(&*name, by))
            }
            other => broken(format!("{name} is held by {by}, and taking it: {other:?}")),
        }
    }

    /// Demands that the key is said to be at one revision and not at another.
    pub(super) async fn conflicts(
        &self,
        batch: Batch,
        at: (&str, StateRevision),
        expected: StateRevision,
    ) -> Kept {
        match self.store.commit(batch).await {
            Err(StateError::Conflict {
                key,
                expected: told,
                actual,
            }) => equal(
                "the conflict",
                &(&*key, actual, told),
                &(at.0, at.1, expected),
            ),
            other => broken(format!("{} is not as expected, and: {other:?}", at.0)),
        }
    }
}

fn fenced<T: fmt::Debug>(what: &str, lease: &Lease, answer: &Result<T, StateError>) -> Kept {
    match answer {
        Err(StateError::Fenced { name, fence }) => {
            let is = (name, fence) == (&lease.name, &lease.fence);
            demand(is, || {
                format!("{lease:?} is told of {name} with fence {fence}")
            })
        }
        other => broken(format!(
            "{what} under {lease:?}, which is not held: {other:?}"
        )),
    }
}

pub(super) fn broken(detail: String) -> Kept {
    /// What is told of a difference at most, in characters.
    const MOST: usize = 600;
    let mut shown: String = detail.chars().take(MOST).collect();
    if shown.len() < detail.len() {
        shown.push_str(" ...");
    }
    Err(Broken(shown))
}

pub(super) fn demand(holds: bool, detail: impl FnOnce() -> String) -> Kept {
    if holds { Ok(()) } else { broken(detail()) }
}

pub(super) fn equal<T: PartialEq + fmt::Debug>(what: &str, seen: &T, expected: &T) -> Kept {
    demand(seen == expected, || {
        format!("{what}: {seen:?}, not {expected:?}")
    })
}

pub(super) fn stored(key: &str, revision: StateRevision, value: &str) -> Stored {
    Stored {
        key: key.into(),
        revision,
        value: value.into(),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Makes these calls at the same time; their answers in the same order.
pub(super) async fn together<T>(calls: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut calls: Vec<_> = calls
        .into_iter()
        .map(|call| (Box::pin(call), None))
        .collect();
    poll_fn(|cx| {
        let mut answered = true;
        for (call, answer) in calls.iter_mut().filter(|(_, answer)| answer.is_none()) {
            match call.as_mut().poll(cx) {
                Poll::Ready(given) => *answer = Some(given),
                Poll::Pending => answered = false,
            }
        }
        if answered {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    calls.into_iter().filter_map(|(_, answer)| answer).collect()
}

/// The call's answer, if it comes before the deadline.
pub(super) async fn before<T>(
    call: impl Future<Output = T>,
    deadline: impl Future<Output = ()>,
) -> Option<T> {
    let (mut call, mut deadline) = (pin!(call), pin!(deadline));
    poll_fn(|cx| {
        if let Poll::Ready(answer) = call.as_mut().poll(cx) {
            return Poll::Ready(Some(answer));
        }
        if deadline.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        // A clock that is moved by hand has moved just now, and the call with it.
        match call.as_mut().poll(cx) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending => Poll::Ready(None),
        }
    })
    .await
}

/// Polls the call once.
pub(super) async fn polled<T>(call: &mut (impl Future<Output = T> + Unpin)) -> Poll<T> {
    poll_fn(|cx| Poll::Ready(pin!(&mut *call).poll(cx))).await
}

/// Lets others go on.
pub(super) async fn yield_once() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
