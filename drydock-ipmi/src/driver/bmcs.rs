//! `[io]` The BMCs that a driver has spoken to: their sessions, kept warm by the client, and what they said that they are.

use crate::{
    account::Account,
    client::{self, Bmc, Client},
    command::app::{DeviceId, GetDeviceId},
    crypto::Suite,
};
use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use subtle::ConstantTimeEq;
use tokio::time::Instant;

/// How long what a BMC says that it is, is taken as so. Firmware is seldom renewed, and power is looked at every second.
const IDENTITY_LASTS: Duration = Duration::from_secs(300);

#[derive(Debug)]
pub(super) struct Bmcs {
    settings: client::Builder,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// By the suite that designs name; suites are a client's.
    clients: HashMap<Option<u8>, Client>,
    bmcs: HashMap<SocketAddr, One>,
}

#[derive(Debug)]
struct One {
    suite: Option<u8>,
    account: Arc<Account>,
    bmc: Bmc,
    identity: Option<(Instant, DeviceId)>,
}

impl Bmcs {
    pub(super) fn new(settings: client::Builder) -> Self {
        Self {
            settings,
            known: Mutex::default(),
        }
    }

    /// The BMC at this address, with this account and these suites.
    pub(super) fn get(
        &self,
        address: SocketAddr,
        suite: Option<u8>,
        account: Account,
    ) -> io::Result<Bmc> {
        let mut known = self.known();
        let is_same = |one: &&One| one.suite == suite && same(&one.account, &account);
        if let Some(one) = known.bmcs.get(&address).filter(is_same) {
            return Ok(one.bmc.clone());
        }
        let client = match known.clients.get(&suite) {
            Some(client) => client.clone(),
            None => {
                let client = self.client(suite)?;
                known.clients.insert(suite, client.clone());
                client
            }
        };
        let account = Arc::new(account);
        let bmc = client.bmc(address, Arc::clone(&account));
        let one = One {
            suite,
            account,
            bmc: bmc.clone(),
            identity: None,
        };
        known.bmcs.insert(address, one);
        Ok(bmc)
    }

    fn client(&self, suite: Option<u8>) -> io::Result<Client> {
        let settings = self.settings.clone();
        match suite.and_then(Suite::new) {
            Some(suite) => settings.suites([suite]).build(),
            None => settings.build(),
        }
    }

    /// What it is; asked only where that is not known from lately.
    pub(super) async fn identity(
        &self,
        bmc: &Bmc,
        within: Duration,
    ) -> Result<DeviceId, client::Error> {
        let is_new = |(at, _): &&(Instant, DeviceId)| at.elapsed() < IDENTITY_LASTS;
        let known = self.known().bmcs.get(&bmc.address()).and_then(|one| {
            let (_, identity) = one.identity.as_ref().filter(is_new)?;
            Some(identity.clone())
        });
        if let Some(identity) = known {
            return Ok(identity);
        }
        let identity = bmc.run(&GetDeviceId, within).await?;
        if let Some(one) = self.known().bmcs.get_mut(&bmc.address()) {
            one.identity = Some((Instant::now(), identity.clone()));
        }
        Ok(identity)
    }

    /// Closes all sessions.
    pub(super) async fn close(&self) {
        let Known { clients, bmcs } = std::mem::take(&mut *self.known());
        drop(bmcs);
        for client in clients.into_values() {
            client.close().await;
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether they are one account; a rotated password makes it another.
fn same(one: &Account, other: &Account) -> bool {
    let k_g = |account: &Account| {
        let k_g = account.k_g.as_ref().and_then(|k_g| k_g.expose().copied());
        zeroize::Zeroizing::new(k_g.unwrap_or_default())
    };
    let secrets = one.password.expose().ct_eq(other.password.expose())
        & k_g(one).as_slice().ct_eq(k_g(other).as_slice());
    (&one.name, one.privilege, one.lookup) == (&other.name, other.privilege, other.lookup)
        && bool::from(secrets)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{account::Kg, wire::Privilege};

    #[test]
    fn an_account_is_another_when_anything_of_it_is() {
        let account = |name: &str, password: &str| Account::new(name, password).unwrap();
        let admin = account("admin", "one");
        assert!(same(&admin, &account("admin", "one")));
        let others = [
            account("root", "one"),
            account("admin", "two"),
            account("admin", "one").with_k_g(Kg::new("k").unwrap()),
            account("admin", "one").with_privilege(Privilege::User),
        ];
        for other in others {
            assert!(!same(&admin, &other), "{other:?}");
        }
    }
}
