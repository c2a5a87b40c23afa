//! `[io]` One call: a deadline, and the commands that have to be answered by then.

use super::Link;
use crate::{
    client::{
        error::{Cause, Error},
        lane::{Key, Outcome, Trouble},
        port::Port,
    },
    command::{Command, Conversation, Question, Refused, Repeat, Response, Turn},
    wire::CompletionCode,
};
use std::{net::SocketAddr, time::Duration};
use tokio::{sync::oneshot, time::sleep};

/// How long a busy BMC is left in peace: first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// A conversation that loses its session begins anew so often.
const BEGINNINGS: u32 = 4;

#[derive(Debug)]
pub(in crate::client) struct Call<'a> {
    bmc: SocketAddr,
    link: &'a Link,
    /// As the port has the time.
    deadline: Duration,
}

impl<'a> Call<'a> {
    pub(super) fn new(bmc: SocketAddr, link: &'a Link, within: Duration) -> Self {
        Self {
            bmc,
            link,
            deadline: link.port.now().saturating_add(within),
        }
    }

    pub(in crate::client) fn error(&self, doing: &'static str, cause: Cause) -> Error {
        Error::new(self.bmc, doing, cause)
    }

    /// What is left of its time.
    pub(in crate::client) fn left(&self) -> Duration {
        self.deadline.saturating_sub(self.link.port.now())
    }

    /// Waits a little; false where there is no time left for that.
    pub(in crate::client) async fn pause(&self, pause: Duration) -> bool {
        let may = self.left() > pause;
        if may {
            sleep(pause).await;
        }
        may
    }

    pub(in crate::client) async fn command<C: Command>(
        &self,
        command: &C,
    ) -> Result<C::Answer, Error> {
        let name = command.name();
        let (response, _) = self.ask(&Question::of(command), name).await?;
        let outcome = command.outcome(&response);
        outcome.map_err(|refused| self.error(name, Cause::Refused(refused)))
    }

    pub(in crate::client) async fn conversation<C: Conversation>(
        &self,
        conversation: &mut C,
    ) -> Result<C::Outcome, Error> {
        let name = conversation.name();
        let refused = |refused: Refused| self.error(name, Cause::Refused(refused));
        for beginning in 1..=BEGINNINGS {
            let mut question = conversation.begin();
            let mut session = None;
            // What must not be done once more was answered: the conversation goes on as it is.
            let mut done_for_good = false;
            loop {
                if !question.pause.is_zero() && !self.pause(question.pause).await {
                    return Err(self.error(name, Cause::Trouble(Trouble::NoAnswer)));
                }
                let (response, by) = self.ask(&question, name).await?;
                done_for_good |= question.repeat == Repeat::Never;
                // What was said in another session, such as a reservation, does not count in this one.
                let lost = session.is_some_and(|session| session != by);
                if lost && !done_for_good && beginning < BEGINNINGS {
                    break;
                }
                session = Some(by);
                match conversation.answered(&response).map_err(refused)? {
                    Turn::Ask(next) => question = next,
                    Turn::Done(outcome) => return Ok(outcome),
                }
            }
        }
        Err(self.error(name, Cause::Trouble(Trouble::NoAnswer)))
    }

    /// The answer, and the session that it came by. A busy BMC is asked again: it has not looked at the question.
    pub(in crate::client) async fn ask(
        &self,
        question: &Question,
        doing: &'static str,
    ) -> Result<(Response, u32), Error> {
        let mut pause = FIRST_PAUSE;
        loop {
            let outcome = self.once(question).await;
            let trouble = |trouble| self.error(doing, Cause::Trouble(trouble));
            let (response, session) = outcome.map_err(trouble)?;
            let busy = response.completion == CompletionCode::BUSY;
            if !busy || !self.pause(pause).await {
                return match is_vague(question.repeat, response.completion) {
                    true => Err(self.error(doing, Cause::Vague(response.completion))),
                    false => Ok((response, session)),
                };
            }
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    async fn once(&self, question: &Question) -> Outcome {
        let (reply, answer) = oneshot::channel();
        let Link { port, key } = self.link;
        let (request, repeat) = (question.request.clone(), question.repeat);
        let id = port
            .with(|lane, now| lane.submit(now, *key, request, repeat, self.deadline, Some(reply)));
        let mut cancel = Cancel {
            port,
            key: *key,
            id: Some(id),
        };
        let outcome = answer.await;
        cancel.id = None;
        outcome.unwrap_or(Err(match repeat {
            Repeat::Freely => Trouble::Closed,
            Repeat::Never => Trouble::Indeterminate,
        }))
    }
}

/// Whether a BMC that answers so may have done what must not be done twice: it says only that it took too long.
fn is_vague(repeat: Repeat, completion: CompletionCode) -> bool {
    let vague = [CompletionCode::TIMEOUT, CompletionCode::NO_RESPONSE];
    repeat == Repeat::Never && vague.contains(&completion)
}

/// A future that is dropped takes its request with it.
struct Cancel<'a> {
    port: &'a Port,
    key: Key,
    id: Option<u64>,
}

impl Drop for Cancel<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.port.with(|lane, now| lane.cancel(now, self.key, id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ErrorKind;

    #[test]
    fn a_bmc_that_took_too_long_may_have_done_it() {
        let timeout = CompletionCode::TIMEOUT;
        assert!(is_vague(Repeat::Never, timeout));
        assert!(!is_vague(Repeat::Freely, timeout));
        assert!(!is_vague(Repeat::Never, CompletionCode::INVALID_COMMAND));
        let bmc = ([10, 0, 0, 1], 623).into();
        let error = Error::new(bmc, "Chassis Control", Cause::Vague(timeout));
        assert_eq!(error.kind(), ErrorKind::Indeterminate);
        assert_eq!(error.completion(), Some(timeout));
    }
}
