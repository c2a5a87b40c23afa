//! The client against simulated BMCs, on a clock that only moves when nothing else is to be done.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "client/closing.rs"]
mod closing;
#[path = "client/console.rs"]
mod console;
#[path = "client/corners.rs"]
mod corners;
#[path = "client/login.rs"]
mod login;
#[path = "client/many.rs"]
mod many;
#[path = "client/once.rs"]
mod once;

use drydock_ipmi::{
    account::Account,
    client::{Bmc, Client, Error},
    command::chassis::ChassisStatus,
    testing::{BmcServer, BmcSettings, Effect, SimulatedBmc},
    wire::Privilege,
};
use std::{sync::Arc, time::Duration};

const WITHIN: Duration = Duration::from_secs(10);

fn settings() -> BmcSettings {
    BmcSettings::default().user("admin", "right", Privilege::Administrator)
}

fn account(password: &str) -> Arc<Account> {
    let account = Account::new("admin", password).unwrap();
    Arc::new(account.with_privilege(Privilege::Administrator))
}

/// A BMC, a client, and the handle.
struct Pair {
    server: BmcServer,
    client: Client,
    bmc: Bmc,
}

impl Pair {
    async fn new(settings: BmcSettings) -> Self {
        let server = BmcServer::start([SimulatedBmc::new(settings)])
            .await
            .unwrap();
        let client = Client::builder().build().unwrap();
        let bmc = client.bmc(server.addresses()[0], account("right"));
        Self {
            server,
            client,
            bmc,
        }
    }

    async fn status(&self) -> Result<ChassisStatus, Error> {
        self.bmc.power_status(WITHIN).await
    }

    fn slots(&self) -> usize {
        self.server.bmc(0).unwrap().slots_taken()
    }

    fn count(&self, is: impl Fn(&Effect) -> bool) -> usize {
        let bmc = self.server.bmc(0).unwrap();
        bmc.log().filter(|(_, effect)| is(effect)).count()
    }

    fn opened(&self) -> usize {
        self.count(|effect| matches!(effect, Effect::SessionOpened { .. }))
    }
}

/// Lets what is on its way arrive.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}
