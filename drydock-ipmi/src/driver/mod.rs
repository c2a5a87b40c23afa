//! `[io]` [`IpmiDriver`]: machines beside their operating system, through their BMCs. An [`OobDriver`] for `oob.type: ipmi`.
//!
//! **What it takes of a design.** The BMC's address is the node's address on `oob.network`, and has to lie inside that
//! network: nothing is sent anywhere else. Further `oob.account`, `oob.credential` (written, or better the name of a secret,
//! which is looked up at each call), `oob.port` (623), `oob.cipher_suite` (17, then 3; no other is taken), `oob.k_g`,
//! `oob.privilege` (operator), and whether its hardware profile's `boot_mode` is `uefi`. What is missing is said at plan time.
//!
//! **What it asks.** An observation costs two exchanges with a BMC (its power, what it boots next), and a third when the driver
//! has not asked lately what BMC it is. Health is read only on demand, see [`Builder::health`]. A power action is asked for
//! once, after a look that shows that it is needed; when its answer is lost the error is
//! [`Indeterminate`](drydock_core::driver::ErrorKind::Indeterminate). A boot device is read back before it is said to be
//! accepted.
//!
//! **What it leaves.** Sessions stay warm for some seconds, so that the calls of one step share one, and are then closed;
//! [`IpmiDriver::close`] closes them at once. Whoever ends a program waits for it.
//!
//! | fact | of |
//! |---|---|
//! | `manufacturer`, `product`, `firmware`, `ipmi` | Get Device ID |
//! | `power.fault` | Get Chassis Status, only where there is one |
//! | `restart.cause`, `health`, `health.chassis`, `health.sensors`, `health.sel` | only with [`Builder::health`] |
//!
//! ```
//! use drydock_core::{driver::Drivers, resolve::ResolvedDesign};
//! use drydock_ipmi::driver::IpmiDriver;
//! use std::sync::Arc;
//!
//! let design = ResolvedDesign::default();
//! let drivers = Drivers::new().oob("ipmi", Arc::new(IpmiDriver::new(&design)));
//! assert!(drivers.oob_named("ipmi").is_some());
//! ```

mod ask;
mod bmcs;
mod failure;
mod health;
mod look;
mod next_boot;
mod quirks;
mod reach;
mod settings;

pub use settings::Builder;

use self::{
    bmcs::Bmcs,
    failure::{at_last, unless_cancelled, unsupported},
    look::Left,
    next_boot::Firmware,
    reach::{Networks, Reach},
};
use crate::{client::Bmc, wire::Privilege};
use drydock_core::{
    async_trait,
    driver::{
        BootDevice, Context, DriverError, ErrorKind, OobAction, OobDriver, OobObservation,
        PowerAction, Unsupported,
    },
    resolve::{ResolvedDesign, ResolvedNode},
};
use settings::Settings;
use std::{
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
};
use tokio::task::JoinSet;

/// Reaches machines through their BMCs by IPMI. A clone is the same driver.
#[derive(Debug, Clone)]
pub struct IpmiDriver(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    networks: RwLock<Networks>,
    bmcs: Bmcs,
}

impl IpmiDriver {
    /// A driver for the nodes of this design. Nothing is sent before it is called.
    pub fn new(design: &ResolvedDesign) -> Self {
        Self::builder(design).build()
    }

    /// The same with settings.
    pub fn builder(design: &ResolvedDesign) -> Builder {
        Builder::new(Networks::of(design))
    }

    fn with(settings: Settings, networks: Networks) -> Self {
        Self(Arc::new(Inner {
            bmcs: Bmcs::new(settings.client.clone()),
            settings,
            networks: RwLock::new(networks),
        }))
    }

    /// Takes the networks of a later state of the design: those are now where BMCs may be spoken to.
    pub fn follow(&self, design: &ResolvedDesign) {
        let mut networks = self.0.networks.write();
        let networks = networks.as_mut().map(|networks| &mut **networks);
        let now = Networks::of(design);
        match networks {
            Ok(networks) => *networks = now,
            Err(poisoned) => **poisoned.get_mut() = now,
        }
    }

    /// Closes all sessions, and waits until that is done: a round trip, or a few seconds where BMCs do not answer. A later call
    /// opens new ones.
    pub async fn close(&self) {
        self.0.bmcs.close().await;
    }

    fn reach(&self, node: &ResolvedNode) -> Result<Reach, Unsupported> {
        let networks = self.0.networks.read();
        networks.unwrap_or_else(PoisonError::into_inner).reach(node)
    }

    /// What it takes to work on the node, and whether its account may.
    fn reach_to_change(&self, node: &ResolvedNode) -> Result<Reach, Unsupported> {
        let reach = self.reach(node)?;
        if reach.privilege < Privilege::Operator {
            return Err(Unsupported::new(format!(
                "{}: oob.privilege user may only look; power and boot devices need operator",
                node.name
            )));
        }
        Ok(reach)
    }

    /// Where a packet for that BMC really goes.
    fn place(&self, address: SocketAddr) -> SocketAddr {
        let translate = self.0.settings.translate.as_ref();
        translate.map_or(address, |translate| (translate.0)(address))
    }

    /// The BMC of a node, with the account that its design names.
    async fn bmc(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        reach: &Reach,
    ) -> Result<Bmc, DriverError> {
        let account = reach.account(cx, node).await?;
        let place = self.place(reach.address);
        let bmc = self.0.bmcs.get(place, reach.suite, account);
        bmc.map_err(|error| {
            let message = format!("{}: no socket for its BMC: {error}", node.name);
            DriverError::new(ErrorKind::Unavailable, message)
        })
    }

    async fn see(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        left: Left,
    ) -> Result<OobObservation, DriverError> {
        let reach = self.reach(node).map_err(|no| unsupported(&no))?;
        let bmc = self.bmc(cx, node, &reach).await?;
        let seen = look::at(&bmc, &self.0.bmcs, node, left);
        let mut seen = seen.await.map_err(|error| failure::of(node, &error))?;
        if self.0.settings.health {
            let healthy = health::of(&bmc, seen, left).await;
            seen = healthy.map_err(|error| failure::of(node, &error))?;
        }
        Ok(seen)
    }
}

#[async_trait]
impl OobDriver for IpmiDriver {
    fn name(&self) -> &str {
        "ipmi"
    }

    fn supports(&self, node: &ResolvedNode, action: OobAction) -> Result<(), Unsupported> {
        self.reach_to_change(node)?;
        match action {
            OobAction::PowerOff | OobAction::PowerOn => Ok(()),
            OobAction::NextBoot(device) => match next_boot::wanted(device, Firmware::default()) {
                Some(_) => Ok(()),
                None => Err(ask::no_word(node, &device)),
            },
            other => Err(ask::no_word(node, &other)),
        }
    }

    async fn observe(
        &self,
        cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<OobObservation, DriverError>> {
        let left = Left::of(cx);
        // Dropped with this future, it ends the calls. How many are in flight at a time is the client's to say.
        let mut looks = JoinSet::new();
        let mut seen = Vec::with_capacity(nodes.len());
        for (at, node) in nodes.iter().enumerate() {
            let (driver, cx, node) = (self.clone(), cx.clone(), node.clone());
            seen.push(Err(at_last(&node)));
            looks.spawn(async move {
                let answer = unless_cancelled(&cx, &node, driver.see(&cx, &node, left)).await;
                (at, answer)
            });
        }
        while let Some(look) = looks.join_next().await {
            if let Ok((at, answer)) = look
                && let Some(place) = seen.get_mut(at)
            {
                *place = answer;
            }
        }
        seen
    }

    async fn set_power(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: PowerAction,
    ) -> Result<(), DriverError> {
        let left = Left::of(cx);
        let reach = self.reach_to_change(node).map_err(|no| unsupported(&no))?;
        let bmc = unless_cancelled(cx, node, self.bmc(cx, node, &reach)).await?;
        ask::power(cx, &bmc, node, action, left).await
    }

    async fn set_next_boot(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        device: BootDevice,
    ) -> Result<(), DriverError> {
        let left = Left::of(cx);
        let reach = self.reach_to_change(node).map_err(|no| unsupported(&no))?;
        let look = async {
            let bmc = self.bmc(cx, node, &reach).await?;
            let firmware = look::firmware(&bmc, &self.0.bmcs, node, left).await;
            let firmware = firmware.map_err(|error| failure::of(node, &error))?;
            Ok((bmc, firmware))
        };
        let (bmc, firmware) = unless_cancelled(cx, node, look).await?;
        ask::next_boot(cx, &bmc, node, (device, firmware), left).await
    }
}
