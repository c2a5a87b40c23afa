//! `[io]` Who waits for changes is woken by the database (LISTEN), and looks by itself all the same.
//!
//! One connection of the store's own listens, made when somebody waits for the first time and made again whenever it
//! breaks. Nothing depends on it but how soon a change is noticed.

use super::{read, sessions::Sessions};
use drydock_core::state::{StateError, StateRevision};
use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, OnceLock},
    task::Poll,
    time::Duration,
};
use tokio::{
    sync::watch,
    task::AbortHandle,
    time::{Instant, sleep, sleep_until, timeout, timeout_at},
};
use tokio_postgres::{AsyncMessage, NoTls};

/// Wakes those who wait.
#[derive(Debug, Default)]
pub(super) struct Hints(OnceLock<Listening>);

#[derive(Debug)]
struct Listening {
    woken: watch::Receiver<()>,
    task: AbortHandle,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Hints {
    pub(super) async fn changed(
        &self,
        sessions: &Arc<Sessions>,
        after: StateRevision,
        at_most: Duration,
    ) -> Result<StateRevision, StateError> {
        const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        let end = Instant::now() + at_most.min(CENTURY);
        let mut woken = self.subscribe(sessions);
        loop {
            // Before looking, so that what comes while we look wakes us.
            woken.mark_unchanged();
            let now = read::revision(sessions).await?;
            if now > after || Instant::now() >= end {
                return Ok(now);
            }
            let look = end.min(Instant::now() + sessions.options.poll_pause);
            if let Ok(Err(_)) = timeout_at(look, woken.changed()).await {
                // Nobody listens any more.
                sleep_until(look).await;
            }
        }
    }

    fn subscribe(&self, sessions: &Arc<Sessions>) -> watch::Receiver<()> {
        let listening = self.0.get_or_init(|| {
            let (wake, woken) = watch::channel(());
            let task = tokio::spawn(listen(sessions.clone(), wake));
            Listening {
                woken,
                task: task.abort_handle(),
            }
        });
        listening.woken.clone()
    }
}

async fn listen(sessions: Arc<Sessions>, wake: watch::Sender<()>) {
    loop {
        let why = listen_once(&sessions, &wake).await;
        tracing::debug!(database = %sessions.address, why, "not told of changes; looking for them");
        // What was said meanwhile was not heard.
        wake.send_replace(());
        sleep(sessions.options.poll_pause).await;
    }
}

/// Listens until the connection breaks.
async fn listen_once(sessions: &Sessions, wake: &watch::Sender<()>) -> &'static str {
    let connecting = sessions.config().connect(NoTls);
    let Ok(Ok((client, mut connection))) = timeout(sessions.limit(), connecting).await else {
        return "no connection";
    };
    let listen = format!("LISTEN \"drydock_{}\"", sessions.options.schema);
    let mut asking = pin!(client.batch_execute(&listen));
    let mut asked = false;
    poll_fn(|cx| {
        if !asked && let Poll::Ready(answer) = asking.as_mut().poll(cx) {
            asked = true;
            if answer.is_err() {
                return Poll::Ready("it was refused");
            }
            wake.send_replace(());
        }
        loop {
            match connection.poll_message(cx) {
                Poll::Ready(Some(Ok(AsyncMessage::Notification(_)))) => {
                    wake.send_replace(());
                }
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(_) => return Poll::Ready("the connection broke"),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await
}
