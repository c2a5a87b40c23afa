//! One BMC: what can be asked of it. Each call is bounded by the time it is given.

mod access;
mod boot;
mod call;
mod identity;
mod inventory;
mod power;
mod sel;

pub(super) use call::Call;

use super::{
    Client,
    error::{Cause, Error},
    lane::{Key, Trouble},
    memory::Memory,
    port::Port,
};
use crate::{
    account::Account,
    command::{Command, Conversation},
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::sync::oneshot;

/// A BMC and the account that is used there. A clone is for the same session.
///
/// When the last one is dropped the session is closed at once; keep one to keep the session warm.
#[derive(Debug)]
pub struct Bmc {
    client: Client,
    address: SocketAddr,
    account: Arc<Account>,
    /// None: there is no socket for such addresses, and why.
    link: Result<Link, std::io::ErrorKind>,
}

#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) port: Arc<Port>,
    pub(super) key: Key,
}

impl Bmc {
    pub(super) fn new(client: Client, address: SocketAddr, account: Arc<Account>) -> Self {
        let port = client.port(address).map_err(|error| error.kind());
        let link = port.map(|port| {
            let key = port.with(|lane, _| lane.open(address, &account));
            Link { port, key }
        });
        Self {
            client,
            address,
            account,
            link,
        }
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The client it belongs to.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What is known of it.
    pub fn memory(&self) -> Memory {
        self.client.memory(self.address)
    }

    /// Has a command answered.
    ///
    /// # Errors
    /// As [`ErrorKind`](super::ErrorKind) says; among them the BMC's refusal.
    pub async fn run<C: Command>(&self, command: &C, within: Duration) -> Result<C::Answer, Error> {
        self.call(within)?.command(command).await
    }

    /// Holds a conversation, all of it in one session; when that is lost, it begins anew in another.
    ///
    /// # Errors
    /// As [`ErrorKind`](super::ErrorKind) says; among them the BMC's refusal.
    pub async fn hold<C: Conversation>(
        &self,
        conversation: &mut C,
        within: Duration,
    ) -> Result<C::Outcome, Error> {
        self.call(within)?.conversation(conversation).await
    }

    /// Closes the session, if there is one, and waits until that is done. Requests under way end with
    /// [`ErrorKind::Closed`](super::ErrorKind::Closed) or
    /// [`ErrorKind::Indeterminate`](super::ErrorKind::Indeterminate); a later one begins a new session.
    pub async fn close(&self) {
        if let Ok(link) = &self.link {
            let (closed, done) = oneshot::channel();
            link.port
                .with(|lane, now| lane.close(now, link.key, closed));
            let _ = done.await;
        }
    }

    /// A call that ends after so long.
    pub(super) fn call(&self, within: Duration) -> Result<Call<'_>, Error> {
        match &self.link {
            Ok(link) => Ok(Call::new(self.address, link, within)),
            Err(why) => {
                let trouble = match why {
                    std::io::ErrorKind::NotConnected => Trouble::Closed,
                    why => Trouble::Socket(*why),
                };
                let cause = Cause::Trouble(trouble);
                Err(Error::new(self.address, "open a socket", cause))
            }
        }
    }

    pub(super) fn link(&self) -> Option<&Link> {
        self.link.as_ref().ok()
    }
}

impl Clone for Bmc {
    fn clone(&self) -> Self {
        if let Ok(link) = &self.link {
            link.port.with(|lane, _| lane.retain(link.key));
        }
        Self {
            client: self.client.clone(),
            address: self.address,
            account: Arc::clone(&self.account),
            link: self.link.clone(),
        }
    }
}

impl Drop for Bmc {
    fn drop(&mut self) {
        if let Ok(link) = &self.link {
            link.port.with(|lane, now| lane.release(now, link.key));
        }
    }
}
