//! `[io]` Serial-over-LAN as a stream (IPMI 2.0 §15): read what the machine prints, write what it is to be typed.

pub(super) mod hosting;
mod open;
mod options;
pub(super) mod sol;

pub use options::ConsoleOptions;

use self::{
    hosting::Hosting,
    open::{OPEN, keep, open},
    sol::Ended,
};
use super::{
    Bmc,
    bmc::Link,
    entropy::SystemEntropy,
    error::{Cause, Error},
    lane::Outcome,
};
use crate::crypto::Entropy as _;
use std::{
    fmt,
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::oneshot,
    task::JoinHandle,
};

/// A machine's serial console.
///
/// What is written counts as flushed when the BMC has accepted it. Reading ends with an error that holds an
/// [`Error`] when the console is lost and not opened again. `shutdown` waits for what was written and deactivates the
/// payload; dropping deactivates it too, without waiting. One console of a BMC can be open.
pub struct Console {
    bmc: Bmc,
    link: Link,
    keeper: Option<JoinHandle<()>>,
    closing: Option<oneshot::Receiver<Outcome>>,
    closed: bool,
}

impl Bmc {
    /// Opens the machine's serial console, in the session that other commands use too.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`](super::ErrorKind::Busy) when another console is active and is not to be taken over, or comes
    /// back each time. Otherwise as [`ErrorKind`](super::ErrorKind) says.
    pub async fn console(
        &self,
        options: ConsoleOptions,
        within: Duration,
    ) -> Result<Console, Error> {
        let call = self.call(within)?;
        let Some(link) = self.link() else {
            return Err(call.error(OPEN, Cause::ConsoleLost("there is no socket")));
        };
        let mut after = [0];
        SystemEntropy::default().fill(&mut after);
        let [after] = after;
        let hosted = link.port.with(|lane, now| {
            lane.with_console(now, link.key, |console| {
                if console.is_none() {
                    let mut hosting = Hosting::new(options.keepalive, after, now);
                    hosting.is_kept = options.reconnect.is_some();
                    *console = Some(Box::new(hosting));
                    return true;
                }
                false
            })
        });
        if hosted != Some(true) {
            return Err(call.error(OPEN, Cause::ConsoleTaken));
        }
        // From here on, dropping it leaves the link without a console.
        let mut console = Console {
            bmc: self.clone(),
            link: link.clone(),
            keeper: None,
            closing: None,
            closed: false,
        };
        open(&call, link, &options).await?;
        console.keeper = options.reconnect.map(|at_most| {
            let runtime = &self.client().0.runtime;
            runtime.spawn(keep(self.clone(), options, at_most))
        });
        Ok(console)
    }
}

impl Console {
    /// Holds the serial line in its break state for a moment, which operating systems take as a signal (SysRq).
    ///
    /// # Errors
    /// When the console is lost.
    pub fn send_break(&self) -> io::Result<()> {
        self.with(|console| match console.over() {
            Some(ended) => Err(self.error(console, ended)),
            None => {
                console.sol.send_break();
                Ok(())
            }
        })
        .unwrap_or_else(|| Err(io::ErrorKind::NotConnected.into()))
    }

    /// The BMC it is of.
    pub fn bmc(&self) -> &Bmc {
        &self.bmc
    }

    fn with<R>(&self, f: impl FnOnce(&mut Hosting) -> R) -> Option<R> {
        let Link { port, key } = &self.link;
        port.with(|lane, now| lane.with_console(now, *key, |c| c.as_deref_mut().map(f)))?
    }

    fn error(&self, console: &Hosting, ended: Ended) -> io::Error {
        let error = console.error.clone().unwrap_or_else(|| {
            let why = match ended {
                Ended::Deactivated => "the BMC ended it; another console may have taken it over",
                Ended::Unacknowledged => "the BMC does not acknowledge what is typed",
                Ended::Refusing => "the BMC takes no characters",
                Ended::SessionLost => "the session was lost",
                Ended::Closed => "it was closed on this side",
            };
            Error::new(
                self.bmc.address(),
                "use the console",
                Cause::ConsoleLost(why),
            )
        });
        io::Error::new(io::ErrorKind::ConnectionAborted, error)
    }

    fn poll_flushed(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = self.with(|console| {
            if console.sol.is_flushed() {
                return Poll::Ready(Ok(()));
            }
            if let Some(ended) = console.over() {
                return Poll::Ready(Err(self.error(console, ended)));
            }
            console.writer = Some(cx.waker().clone());
            Poll::Pending
        });
        flushed.unwrap_or(Poll::Ready(Ok(())))
    }
}

impl AsyncRead for Console {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self.with(|console| {
            if console.sol.has_incoming() {
                let many = console.sol.read(buf.initialize_unfilled());
                buf.advance(many);
                return Poll::Ready(Ok(()));
            }
            match console.over() {
                Some(Ended::Closed) => Poll::Ready(Ok(())),
                Some(ended) => Poll::Ready(Err(self.error(console, ended))),
                None => {
                    console.reader = Some(cx.waker().clone());
                    Poll::Pending
                }
            }
        });
        read.unwrap_or(Poll::Ready(Ok(())))
    }
}

impl AsyncWrite for Console {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = self.with(|console| {
            if let Some(ended) = console.over() {
                return Poll::Ready(Err(self.error(console, ended)));
            }
            match console.sol.write(buf) {
                0 if !buf.is_empty() => {
                    console.writer = Some(cx.waker().clone());
                    Poll::Pending
                }
                many => Poll::Ready(Ok(many)),
            }
        });
        written.unwrap_or_else(|| Poll::Ready(Err(io::ErrorKind::NotConnected.into())))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flushed(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.closed {
            return Poll::Ready(Ok(()));
        }
        if self.closing.is_none() {
            // A console that is lost has nothing to wait for.
            let _ = ready!(self.poll_flushed(cx));
            if let Some(keeper) = self.keeper.take() {
                keeper.abort();
            }
            self.with(|console| console.sol.end(Ended::Closed));
            let (reply, done) = oneshot::channel();
            let Link { port, key } = &self.link;
            port.with(|lane, now| lane.deactivate(now, *key, Some(reply)));
            self.closing = Some(done);
        }
        if let Some(closing) = &mut self.closing {
            let _ = ready!(Pin::new(closing).poll(cx));
        }
        (self.closed, self.closing) = (true, None);
        Poll::Ready(Ok(()))
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        if let Some(keeper) = self.keeper.take() {
            keeper.abort();
        }
        let Link { port, key } = &self.link;
        port.with(|lane, now| lane.drop_console(now, *key));
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("bmc", &self.bmc)
            .finish_non_exhaustive()
    }
}
