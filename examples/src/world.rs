//! The site that an example works on: a simulated one of its own, or that of a lab, which outlives the example.

use crate::{FAILED, Failure, demo, loopback::Loopback};
use drydock_core::{Design, Drivers};
#[cfg(unix)]
use drydock_noop::lab::Site;
use drydock_noop::{SimulatedNetwork, SimulatedNode, SimulatedSite, simulated::Violation};
use serde::Serialize;
use std::path::Path;

/// A site to work on.
#[derive(Debug, Clone)]
pub enum World {
    /// In the memory of this program; its BMCs perhaps on sockets of loopback.
    Own(SimulatedSite, Option<Loopback>),
    /// In a lab.
    #[cfg(unix)]
    Lab(Site),
}

/// What there is at a site, and what it holds against whoever worked on it.
#[derive(Debug, Serialize)]
pub struct Seen {
    /// The machines.
    pub nodes: Vec<SimulatedNode>,
    /// The networks.
    pub networks: Vec<SimulatedNetwork>,
    /// In what it is not as designed.
    pub deviations: Vec<String>,
    /// Calls that should not have been made.
    pub violations: Vec<Violation>,
}

impl World {
    /// The site of the lab at this socket; without one a site of new machines with the faults of the seed.
    ///
    /// # Errors
    /// When no lab answers there, or one that serves another design.
    pub async fn of(design: &Design, seed: u64, socket: Option<&Path>) -> Result<Self, Failure> {
        match socket {
            None => Ok(Self::Own(demo::site(design, seed), None)),
            Some(socket) => Self::at(design, socket).await,
        }
    }

    #[cfg(unix)]
    async fn at(design: &Design, socket: &Path) -> Result<Self, Failure> {
        let site = Site::connect(socket).await.map_err(Failure::unusable)?;
        let served = site.serves(&design.resolved).await;
        served.map_err(Failure::unusable)?;
        Ok(Self::Lab(site))
    }

    #[cfg(not(unix))]
    async fn at(_: &Design, _: &Path) -> Result<Self, Failure> {
        Err(Failure::unusable("labs need a system with Unix sockets"))
    }

    /// Drivers for it.
    pub fn drivers(&self) -> Drivers {
        match self {
            Self::Own(site, None) => demo::drivers(site),
            Self::Own(site, Some(bmcs)) => {
                demo::drivers_of(site.server_driver(), site.network_driver(), &bmcs.driver())
            }
            #[cfg(unix)]
            Self::Lab(site) => demo::drivers_of(
                site.server_driver(),
                site.network_driver(),
                &site.oob_driver(),
            ),
        }
    }

    /// The same with the BMCs of a site in this program on sockets of loopback, reached by IPMI.
    ///
    /// # Errors
    /// When sockets cannot be had.
    pub async fn by_ipmi(self, design: &Design) -> Result<Self, Failure> {
        match self {
            Self::Own(site, None) => {
                let bmcs = Loopback::of(design, &site).await;
                let bmcs = bmcs.map_err(|error| {
                    let why = format!("no sockets for the simulated BMCs: {error}");
                    Failure::new(FAILED, why)
                })?;
                Ok(Self::Own(site, Some(bmcs)))
            }
            other => Ok(other),
        }
    }

    /// The BMCs on sockets of loopback.
    pub fn bmcs(&self) -> Option<&Loopback> {
        match self {
            Self::Own(_, bmcs) => bmcs.as_ref(),
            #[cfg(unix)]
            Self::Lab(_) => None,
        }
    }

    /// What there is now.
    ///
    /// # Errors
    /// When the lab does not answer.
    pub async fn seen(&self, design: &Design) -> Result<Seen, Failure> {
        match self {
            Self::Own(site, _) => Ok(Seen {
                nodes: site.nodes(),
                networks: site.networks(),
                deviations: site.as_designed(&design.resolved),
                violations: site.violations(),
            }),
            #[cfg(unix)]
            Self::Lab(site) => told(site)
                .await
                .map_err(|error| Failure::new(FAILED, error)),
        }
    }
}

#[cfg(unix)]
async fn told(site: &Site) -> Result<Seen, drydock_core::DriverError> {
    Ok(Seen {
        nodes: site.nodes().await?,
        networks: site.networks().await?,
        deviations: site.as_designed().await?,
        violations: site.violations().await?,
    })
}
