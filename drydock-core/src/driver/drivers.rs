//! Which driver serves what: drivers are registered with a selector, OOB drivers with the `oob.type` they are for.

use super::{NetworkDriver, NodePort, OobDriver, ServerDriver, StepDriver};
use crate::{
    model::Selector,
    resolve::{ResolvedDesign, ResolvedNetwork, ResolvedNode},
};
use smol_str::SmolStr;
use std::sync::Arc;

/// The drivers that a host has chosen.
#[derive(Debug, Clone, Default)]
pub struct Drivers {
    servers: Vec<(Selector, Arc<dyn ServerDriver>)>,
    networks: Vec<(Selector, Arc<dyn NetworkDriver>)>,
    oobs: Vec<(SmolStr, Arc<dyn OobDriver>)>,
    steps: Vec<Arc<dyn StepDriver>>,
}

/// Why no driver can be named for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoDriver {
    /// None matches.
    None,
    /// These all match.
    Several(Vec<String>),
}

impl Drivers {
    /// No drivers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a server driver for the nodes that the selector chooses.
    #[must_use]
    pub fn server(mut self, nodes: Selector, driver: Arc<dyn ServerDriver>) -> Self {
        self.servers.push((nodes, driver));
        self
    }

    /// Adds a network driver for the networks that the selector chooses by their labels, `name` or fields.
    #[must_use]
    pub fn network(mut self, networks: Selector, driver: Arc<dyn NetworkDriver>) -> Self {
        self.networks.push((networks, driver));
        self
    }

    /// Adds an OOB driver for the nodes of this `oob.type`.
    #[must_use]
    pub fn oob(mut self, oob_type: impl Into<SmolStr>, driver: Arc<dyn OobDriver>) -> Self {
        self.oobs.push((oob_type.into(), driver));
        self
    }

    /// Adds a driver of a host's own steps, which actions name.
    #[must_use]
    pub fn step(mut self, driver: Arc<dyn StepDriver>) -> Self {
        self.steps.push(driver);
        self
    }

    /// The server driver of a node.
    ///
    /// # Errors
    /// When none or more than one matches.
    pub fn server_of(&self, node: &ResolvedNode) -> Result<&Arc<dyn ServerDriver>, NoDriver> {
        let matching = self.servers.iter().filter(|(nodes, _)| nodes.matches(node));
        only(matching.map(|(_, driver)| driver), |driver| driver.name())
    }

    /// The network driver of a network; none when no network driver is registered at all.
    ///
    /// # Errors
    /// When there are network drivers, and none or more than one matches.
    pub fn network_of(
        &self,
        network: &ResolvedNetwork,
    ) -> Result<Option<&Arc<dyn NetworkDriver>>, NoDriver> {
        if self.networks.is_empty() {
            return Ok(None);
        }
        let matching = self
            .networks
            .iter()
            .filter(|(networks, _)| networks.matches(network));
        only(matching.map(|(_, driver)| driver), |driver| driver.name()).map(Some)
    }

    /// The network driver of a switch port: the one that serves the networks that it carries. None when no network driver is
    /// registered at all, or it carries none.
    ///
    /// # Errors
    /// When one of its networks has no one driver, or they have several.
    pub fn port_of(
        &self,
        design: &ResolvedDesign,
        port: &NodePort,
    ) -> Result<Option<&Arc<dyn NetworkDriver>>, NoDriver> {
        let mut found: Vec<&Arc<dyn NetworkDriver>> = Vec::new();
        for network in port.networks().filter_map(|name| design.networks.get(name)) {
            let Some(driver) = self.network_of(network)? else {
                return Ok(None);
            };
            if !found.iter().any(|known| known.name() == driver.name()) {
                found.push(driver);
            }
        }
        match found.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only)),
            _ => Err(NoDriver::Several(
                found
                    .iter()
                    .map(|driver| driver.name().to_owned())
                    .collect(),
            )),
        }
    }

    /// The step driver that an action names.
    ///
    /// # Errors
    /// When none or more than one has this name.
    pub fn step_of(&self, name: &str) -> Result<&Arc<dyn StepDriver>, NoDriver> {
        let matching = self.steps.iter().filter(|driver| driver.name() == name);
        only(matching, |driver| driver.name())
    }

    /// The OOB driver of a node; none when no OOB driver is registered at all, for then the server driver has the power,
    /// or when the node's type is `manual`.
    ///
    /// # Errors
    /// When there are OOB drivers, and none or more than one is for the node's `oob.type`.
    pub fn oob_of(&self, node: &ResolvedNode) -> Result<Option<&Arc<dyn OobDriver>>, NoDriver> {
        let oob_type = node.spec.oob.kind.as_deref().unwrap_or("manual");
        if self.oobs.is_empty() || oob_type == "manual" {
            return Ok(None);
        }
        let matching = self.oobs.iter().filter(|(served, _)| served == oob_type);
        only(matching.map(|(_, driver)| driver), |driver| driver.name()).map(Some)
    }

    /// Every server driver with the nodes that it is for, in the order in which they were added.
    pub fn servers(&self) -> impl Iterator<Item = (&Selector, &Arc<dyn ServerDriver>)> {
        self.servers.iter().map(|(nodes, driver)| (nodes, driver))
    }

    /// The server driver of this name.
    pub fn server_named(&self, name: &str) -> Option<&Arc<dyn ServerDriver>> {
        self.servers
            .iter()
            .map(|(_, driver)| driver)
            .find(|driver| driver.name() == name)
    }

    /// The network driver of this name.
    pub fn network_named(&self, name: &str) -> Option<&Arc<dyn NetworkDriver>> {
        self.networks
            .iter()
            .map(|(_, driver)| driver)
            .find(|driver| driver.name() == name)
    }

    /// The OOB driver of this name.
    pub fn oob_named(&self, name: &str) -> Option<&Arc<dyn OobDriver>> {
        self.oobs
            .iter()
            .map(|(_, driver)| driver)
            .find(|driver| driver.name() == name)
    }
}

fn only<'a, D: ?Sized>(
    mut matching: impl Iterator<Item = &'a Arc<D>>,
    name: impl Fn(&D) -> &str,
) -> Result<&'a Arc<D>, NoDriver> {
    let first = matching.next().ok_or(NoDriver::None)?;
    let mut names: Vec<String> = matching.map(|driver| name(driver).to_owned()).collect();
    if names.is_empty() {
        return Ok(first);
    }
    names.insert(0, name(first).to_owned());
    Err(NoDriver::Several(names))
}
