//! `[io]` Opens a console, and opens it again when it is lost.

use super::{ConsoleOptions, hosting::Hosting, sol::Ended};
use crate::{
    client::{
        Bmc,
        bmc::{Call, Link},
        error::{Cause, Error, ErrorKind},
    },
    command::{
        Command as _, Question,
        sol::{ActivatePayload, DeactivatePayload},
    },
    wire::CompletionCode,
};
use std::{future::poll_fn, task::Poll, time::Duration};
use tokio::time::{Instant, sleep};

pub(super) const OPEN: &str = "open the console";
/// Another session has the payload (IPMI 2.0 §24.1).
const TAKEN: CompletionCode = CompletionCode(0x80);
/// So often a console is taken from others before they are left with it.
const TAKE_OVERS: u32 = 4;
const AFTER_TAKE_OVER: Duration = Duration::from_millis(250);
/// When it is opened again: the pauses between, and the time of one try.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
const TRY: Duration = Duration::from_secs(20);

/// Activates the payload; the console that the link hosts begins with it.
pub(super) async fn open(
    call: &Call<'_>,
    link: &Link,
    options: &ConsoleOptions,
) -> Result<(), Error> {
    for _ in 0..=TAKE_OVERS {
        let activate = ActivatePayload;
        hosting(link, |console, _| console.is_opening = true);
        let (response, session) = call.ask(&Question::of(&activate), OPEN).await?;
        if !response.completion.is_ok() {
            hosting(link, |console, _| console.is_opening = false);
        }
        if response.completion == TAKEN {
            if !options.take_over {
                return Err(call.error(OPEN, Cause::ConsoleTaken));
            }
            // Refused where it is gone meanwhile.
            let deactivate = Question::of(&DeactivatePayload);
            call.ask(&deactivate, OPEN).await?;
            if !call.pause(AFTER_TAKE_OVER).await {
                break;
            }
            continue;
        }
        let refused = |refused| call.error(OPEN, Cause::Refused(refused));
        let activated = activate.outcome(&response).map_err(refused)?;
        link.port.with(|lane, now| {
            lane.activated(now, link.key, session, largest(activated.inbound_size));
        });
        return Ok(());
    }
    Err(call.error(OPEN, Cause::ConsoleTaken))
}

/// How many characters fit into a payload to the BMC: without its head of four octets. Some BMCs say something odd, for the
/// octets are swapped or the buffer meant is another one.
fn largest(inbound: u16) -> usize {
    match inbound {
        5..=259 => usize::from(inbound).saturating_sub(4),
        260.. => 255,
        _ => 32,
    }
}

/// Opens the console again whenever it is lost. Ends when it is closed, or was away for too long.
pub(super) async fn keep(bmc: Bmc, options: ConsoleOptions, at_most: Duration) {
    let Some(link) = bmc.link().cloned() else {
        return;
    };
    loop {
        let mut options = options;
        match lost(&link).await {
            Ended::Closed => return,
            // Whoever took it over keeps it: two that take it back would do so for ever.
            Ended::Deactivated => options.take_over = false,
            _ => {}
        }
        let since = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            sleep(pause).await;
            let host = |console: &mut Hosting, now| console.renew(now);
            hosting(&link, host);
            let opened = match bmc.call(TRY) {
                Ok(call) => open(&call, &link, &options).await,
                Err(error) => Err(error),
            };
            let Err(error) = opened else {
                break;
            };
            let for_good = matches!(
                error.kind(),
                ErrorKind::Unauthorized | ErrorKind::Unsupported | ErrorKind::Closed
            );
            let over = for_good || since.elapsed() > at_most;
            hosting(&link, |console, _| {
                console.sol.end(Ended::SessionLost);
                console.error = over.then_some(error);
                console.wake();
            });
            if over {
                return;
            }
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }
}

fn hosting(link: &Link, f: impl FnOnce(&mut Hosting, Duration)) {
    link.port.with(|lane, now| {
        lane.with_console(now, link.key, |console| {
            if let Some(console) = console {
                f(console, now);
            }
        })
    });
}

async fn lost(link: &Link) -> Ended {
    poll_fn(|cx| {
        let ended = link.port.with(|lane, now| {
            lane.with_console(now, link.key, |console| match console {
                Some(console) => {
                    console.keeper = Some(cx.waker().clone());
                    console.sol.ended()
                }
                None => Some(Ended::Closed),
            })
        });
        match ended {
            Some(None) => Poll::Pending,
            Some(Some(ended)) => Poll::Ready(ended),
            None => Poll::Ready(Ended::Closed),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_sizes_of_payloads_are_not_believed() {
        assert_eq!(
            [0, 4, 5, 259, 260, 0x0400, 0xffff].map(largest),
            [32, 32, 1, 255, 255, 255, 255]
        );
    }
}
