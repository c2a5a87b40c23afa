//! `[io]` The lab's side of one connection: a call, its answer, the next one.

use super::{
    calls,
    lines::{self, Line},
    server::Lab,
    wire::{Answer, Call, Greeting, Hello, VERSION},
};
use drydock_core::driver::{DriverError, ErrorKind};
use std::{
    future::{Future, pending, poll_fn},
    io,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    time::Duration,
};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, BufReader},
    net::UnixStream,
    time::sleep,
};

/// The longest line that a client may write: a look at a hundred thousand machines is shorter.
const MOST: usize = 16 << 20;

/// Answers one client until it goes away.
pub(super) async fn converse(lab: Arc<Lab>, stream: UnixStream) {
    // A connection that breaks is a client that has gone.
    let _gone = answered(&lab, stream).await;
}

async fn answered(lab: &Lab, stream: UnixStream) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    let greeting = Greeting {
        version: VERSION,
        nodes: lab.design.nodes.len(),
    };
    lines::write(&mut write, &greeting).await?;
    let mut is_known = false;
    loop {
        let line = match lines::next(&mut read, MOST).await? {
            Line::Whole(line) => line,
            Line::Ended => return Ok(()),
            Line::TooLong => {
                let why = format!("a line is longer than {MOST} bytes");
                return lines::write(&mut write, &lab.refusal(why)).await;
            }
        };
        if !is_known {
            if let Err(why) = knows(&line) {
                return lines::write(&mut write, &lab.refusal(why)).await;
            }
            is_known = true;
            continue;
        }
        let answer = match serde_json::from_slice::<Call>(&line) {
            Ok(call) => match lab.answer(call, &mut read).await {
                Some(answer) => answer,
                None => {
                    count(&lab.abandoned);
                    return Ok(());
                }
            },
            Err(error) => {
                let why = format!("a line is not a call: {error}");
                calls::text(&lab.refusal(why))
            }
        };
        lines::write_text(&mut write, answer).await?;
    }
}

/// Whether the first line of a client is what it has to be.
fn knows(line: &[u8]) -> Result<(), String> {
    let first = format!("{{\"drydock-lab\":{VERSION}}}");
    match serde_json::from_slice(line) {
        Ok(Hello { version: VERSION }) => Ok(()),
        Ok(Hello { version }) => Err(format!(
            "version {version} is not spoken here, only {VERSION}; use programs of the same version as the lab"
        )),
        Err(_) => Err(format!("the first line is not {first}")),
    }
}

impl Lab {
    /// The answer to a call; none when a driver has gone away before it came. What the call asks for is done all the same.
    async fn answer(&self, call: Call, from: &mut (impl AsyncBufRead + Unpin)) -> Option<String> {
        if !call.is_of_driver() {
            return Some(calls::answer(self, &call).await);
        }
        let _until_answered = UnderWay::of(&self.under_way);
        // On its way nobody can call it back.
        pass(self.slow / 2).await;
        // The world does what it is asked for before it waits for anything, see `simulated::exchange`.
        let answer = unless(calls::answer(self, &call), gone(from)).await?;
        unless(pass(self.slow / 2), gone(from)).await?;
        Some(answer)
    }

    fn refusal(&self, why: String) -> Answer<()> {
        count(&self.not_understood);
        Err(DriverError::new(ErrorKind::Rejected, why)).into()
    }
}

/// A call that is counted until it is answered, or nobody waits for that any more.
struct UnderWay<'a>(&'a AtomicU64);

impl<'a> UnderWay<'a> {
    fn of(counter: &'a AtomicU64) -> Self {
        count(counter);
        Self(counter)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Takes so long; no time at all is over at once.
async fn pass(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Ends when the other side has gone away; never when it has written more, for it waits then.
async fn gone(from: &mut (impl AsyncBufRead + Unpin)) {
    if from.fill_buf().await.is_ok_and(|more| !more.is_empty()) {
        pending().await
    }
}

/// What the first gives, unless the second ends before it. The first is always asked first.
async fn unless<T>(first: impl Future<Output = T>, second: impl Future<Output = ()>) -> Option<T> {
    let (mut first, mut second) = (pin!(first), pin!(second));
    poll_fn(|cx| match first.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => second.as_mut().poll(cx).map(|()| None),
    })
    .await
}
