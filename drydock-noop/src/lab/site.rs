//! `[io]` A simulated site in another process: its drivers, and what tests and people ask it.

use super::{
    drivers::{LabNetworkDriver, LabOobDriver, LabServerDriver},
    link::Link,
    wire::{Call, Counts, DesignedNetwork, DesignedNode, WireViolation},
};
use crate::simulated::{Applied, SimulatedNetwork, SimulatedNode, SimulatedSite, Violation};
use drydock_core::{
    driver::{DriverError, ErrorKind, NetworkDriver, OobDriver, ServerDriver},
    resolve::ResolvedDesign,
};
use serde::de::DeserializeOwned;
use std::{collections::BTreeSet, path::Path, sync::Arc, time::Duration};
use tokio::time::timeout;

/// How long people wait for a lab. Drivers have the limit of their call.
const LIMIT: Duration = Duration::from_secs(30);

/// How many names an error lists.
const NAMED: usize = 5;

/// A simulated site that a lab serves. Its copies are one site.
#[derive(Debug, Clone)]
pub struct Site {
    link: Link,
    /// Of no design: only asked for what is pure.
    pure: SimulatedSite,
}

impl Site {
    /// The site of the lab at this socket.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when no lab answers there, [`ErrorKind::Rejected`] when it is none of this version.
    pub async fn connect(path: impl AsRef<Path>) -> Result<Self, DriverError> {
        let link = Link::to(path.as_ref());
        in_time(link.greeted()).await?;
        let pure = SimulatedSite::new(&ResolvedDesign::default());
        Ok(Self { link, pure })
    }

    /// Sees that the lab has the same design of everything that this one names.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`], with names, when it has not.
    pub async fn serves(&self, design: &ResolvedDesign) -> Result<(), DriverError> {
        let nodes = design.nodes.values();
        let networks = design.networks.values();
        let differing: BTreeSet<String> = self
            .ask(Call::Compare {
                nodes: nodes.map(|node| DesignedNode::of(node)).collect(),
                networks: networks
                    .map(|network| DesignedNetwork::of(network))
                    .collect(),
            })
            .await?;
        if differing.is_empty() {
            return Ok(());
        }
        let named: Vec<&str> = differing.iter().take(NAMED).map(String::as_str).collect();
        let mut message = format!(
            "the lab serves another design; it differs in {}",
            named.join(", ")
        );
        if differing.len() > NAMED {
            message += &format!(" and {} more", differing.len() - NAMED);
        }
        message += "; start the lab with the same files";
        Err(DriverError::new(ErrorKind::Rejected, message))
    }

    /// Its driver of servers, `simulated-server`.
    pub fn server_driver(&self) -> Arc<dyn ServerDriver> {
        let (link, pure) = (self.link.clone(), self.pure.server_driver());
        Arc::new(LabServerDriver { link, pure })
    }

    /// Its driver of networks and switch ports, `simulated-network`.
    pub fn network_driver(&self) -> Arc<dyn NetworkDriver> {
        let (link, pure) = (self.link.clone(), self.pure.network_driver());
        Arc::new(LabNetworkDriver { link, pure })
    }

    /// Its driver of power and boot devices, `simulated-oob`.
    pub fn oob_driver(&self) -> Arc<dyn OobDriver> {
        let (link, pure) = (self.link.clone(), self.pure.oob_driver());
        Arc::new(LabOobDriver { link, pure })
    }

    /// The machines as they are now, by name.
    ///
    /// # Errors
    /// When the lab does not answer.
    pub async fn nodes(&self) -> Result<Vec<SimulatedNode>, DriverError> {
        self.ask(Call::Nodes).await
    }

    /// The networks as they are now, by name.
    ///
    /// # Errors
    /// When the lab does not answer.
    pub async fn networks(&self) -> Result<Vec<SimulatedNetwork>, DriverError> {
        self.ask(Call::Networks).await
    }

    /// The switch ports that were ever set up, as they are now.
    ///
    /// # Errors
    /// When the lab does not answer.
    pub async fn ports(&self) -> Result<Vec<SimulatedNetwork>, DriverError> {
        self.ask(Call::Ports).await
    }

    /// Every call that should not have been made, by whomever, in their order.
    ///
    /// # Errors
    /// When the lab does not answer.
    pub async fn violations(&self) -> Result<Vec<Violation>, DriverError> {
        let violations: Vec<WireViolation> = self.ask(Call::Violations).await?;
        Ok(violations.into_iter().map(|it| it.0).collect())
    }

    /// Every deviation of the site from the lab's design with all its nodes deployed.
    ///
    /// # Errors
    /// When the lab does not answer.
    pub async fn as_designed(&self) -> Result<Vec<String>, DriverError> {
        self.ask(Call::AsDesigned).await
    }

    /// Every call that may change something, by step: how often it was made, and how often it changed something.
    ///
    /// # Errors
    /// When the lab does not answer.
    pub async fn applied(&self) -> Result<Vec<Applied>, DriverError> {
        self.ask(Call::Applied).await
    }

    /// What has come to the lab so far.
    ///
    /// # Errors
    /// When the lab does not answer.
    pub async fn counts(&self) -> Result<Counts, DriverError> {
        self.ask(Call::Counts).await
    }

    /// Lets so much time pass at once, in whole milliseconds; what is due by then has happened.
    ///
    /// # Errors
    /// When the lab does not answer, or its clock cannot be moved.
    pub async fn advance(&self, by: Duration) -> Result<(), DriverError> {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.ask(Call::Advance { ms }).await
    }

    async fn ask<T: DeserializeOwned>(&self, call: Call) -> Result<T, DriverError> {
        in_time(self.link.ask("the lab", &call)).await
    }
}

/// The answer, if it comes in time.
async fn in_time<T>(
    answer: impl Future<Output = Result<T, DriverError>>,
) -> Result<T, DriverError> {
    let late = |_| {
        let message = format!(
            "the lab has not answered for {} s; end it and start it anew",
            LIMIT.as_secs()
        );
        DriverError::new(ErrorKind::Unavailable, message)
    };
    timeout(LIMIT, answer).await.map_err(late)?
}
