//! The BMCs of a simulated site on UDP sockets of loopback, and the IPMI driver that reaches them: the same packets as with
//! real ones. What stands behind each BMC is the site's machine.
//!
//! A BMC holds no more than BMCs do: what it was told to boot from, and its sessions. It asks the site's own driver for the
//! rest, so that the site's rules and faults hold for what comes by IPMI as well. A site that refuses, or whose fault
//! strikes, is a machine that does nothing although its BMC said ok; the run looks and asks again.

use drydock_core::{
    Design, OobDriver, async_trait,
    driver::{
        BootDevice, Context, DriverError, OobAction, OobObservation, PowerAction, PowerState,
        Unsupported,
    },
    resolve::ResolvedNode,
    secret::{Secret, SecretError, SecretRef, SecretSource, SecretValue},
};
use drydock_ipmi::{
    command::{boot::BootDevice as Selector, chassis::ChassisControl},
    driver::IpmiDriver,
    testing::{BmcServer, BmcSettings, Firmware, Machine, Privilege, SimulatedBmc},
};
use drydock_noop::SimulatedSite;
use std::{
    collections::HashMap,
    future::Future,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Poll, Waker},
    time::Duration,
};

/// How often a machine whose site does not take a call asks again, as firmware would: the first few calls may be struck.
const TRIES: u32 = 4;

/// The BMCs of a site, and the driver that reaches them. They stop when this is dropped.
#[derive(Debug, Clone)]
pub struct Loopback(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    driver: IpmiDriver,
    site: Arc<dyn OobDriver>,
    passwords: Passwords,
    slow: AtomicU32,
    server: BmcServer,
}

impl Loopback {
    /// A BMC for each node of the design that names one for IPMI, with the account that it names.
    ///
    /// # Errors
    /// When sockets cannot be had.
    pub async fn of(design: &Design, site: &SimulatedSite) -> io::Result<Self> {
        let passwords = Passwords::default();
        let (mut bmcs, mut addresses) = (Vec::new(), Vec::new());
        for node in design.resolved.nodes.values() {
            let oob = &node.spec.oob;
            let Some(address) = node.oob_address.filter(|_| is_ipmi(node)) else {
                continue;
            };
            let account = oob.account.as_ref().map_or("", |account| account.as_str());
            let password = oob.credential.as_ref().map(|secret| passwords.of(secret));
            let password = password.unwrap_or_else(|| Secret::new(""));
            let privilege = Privilege::Administrator;
            let mut settings = BmcSettings::default().user(account, password.expose(), privilege);
            settings.seed = u64::try_from(bmcs.len()).unwrap_or_default();
            if let Some(k_g) = &oob.k_g {
                // One that is too long is the driver's to refuse.
                settings.k_g = drydock_ipmi::account::Kg::new(passwords.of(k_g).expose()).ok();
            }
            let machine = SiteMachine::new(site, node);
            bmcs.push(SimulatedBmc::before(settings, Box::new(machine)));
            addresses.push(SocketAddr::new(address, oob.port.unwrap_or(623)));
        }
        let server = BmcServer::start(bmcs).await?;
        let places = server.addresses().iter().copied();
        let places: HashMap<SocketAddr, SocketAddr> = addresses.into_iter().zip(places).collect();
        let driver = IpmiDriver::builder(&design.resolved)
            .translate(move |address| places.get(&address).copied().unwrap_or(address))
            .build();
        Ok(Self(Arc::new(Inner {
            driver,
            site: site.oob_driver(),
            passwords,
            slow: AtomicU32::new(0),
            server,
        })))
    }

    /// The driver that reaches them. It has the name of the site's own: a plan is the same whichever reaches the machines.
    pub fn driver(&self) -> Arc<dyn OobDriver> {
        Arc::new(ByLoopback(self.0.clone()))
    }

    /// Where the driver finds the BMCs' passwords.
    pub fn passwords(&self) -> Passwords {
        self.0.passwords.clone()
    }

    /// Each call takes so many seconds more from now on.
    pub fn slowed(&self, seconds: u32) {
        self.0.slow.store(seconds, Ordering::Relaxed);
    }

    /// The BMCs themselves, for whoever wants to look at them.
    pub fn server(&self) -> &BmcServer {
        &self.0.server
    }

    /// Closes all sessions.
    pub async fn close(&self) {
        self.0.driver.close().await;
    }
}

/// The passwords of simulated BMCs: those that a design writes, and for those that it only names invented ones, which no
/// other process knows.
#[derive(Debug, Clone)]
pub struct Passwords(u64);

impl Default for Passwords {
    fn default() -> Self {
        use std::hash::{BuildHasher, RandomState};
        Self(RandomState::new().hash_one(std::process::id()))
    }
}

impl Passwords {
    fn of(&self, value: &SecretValue) -> Secret {
        match value {
            SecretValue::Inline(secret) => secret.clone(),
            SecretValue::Named(name) => self.named(name),
            _ => Secret::new(""),
        }
    }

    fn named(&self, name: &SecretRef) -> Secret {
        use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((self.0, &name.secret));
        Secret::new(format!("{hash:016x}"))
    }
}

#[async_trait]
impl SecretSource for Passwords {
    async fn secret(&self, name: &SecretRef) -> Result<Secret, SecretError> {
        Ok(self.named(name))
    }
}

/// The IPMI driver under the name of the site's own, which serves the nodes that are not reached by IPMI.
#[derive(Debug)]
struct ByLoopback(Arc<Inner>);

impl ByLoopback {
    fn of(&self, node: &ResolvedNode) -> &dyn OobDriver {
        match is_ipmi(node) {
            true => &self.0.driver,
            false => &*self.0.site,
        }
    }

    async fn pause(&self) {
        let seconds = self.0.slow.load(Ordering::Relaxed);
        if seconds > 0 {
            tokio::time::sleep(Duration::from_secs(seconds.into())).await;
        }
    }
}

#[async_trait]
impl OobDriver for ByLoopback {
    fn name(&self) -> &str {
        self.0.site.name()
    }

    fn supports(&self, node: &ResolvedNode, action: OobAction) -> Result<(), Unsupported> {
        self.of(node).supports(node, action)
    }

    async fn observe(
        &self,
        cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<OobObservation, DriverError>> {
        let (by_ipmi, others): (Vec<_>, Vec<_>) =
            nodes.iter().cloned().partition(|node| is_ipmi(node));
        let (site, driver) = (&self.0.site, &self.0.driver);
        let (by_ipmi, others) =
            tokio::join!(driver.observe(cx, &by_ipmi), site.observe(cx, &others));
        self.pause().await;
        let (mut by_ipmi, mut others) = (by_ipmi.into_iter(), others.into_iter());
        let answer = |node: &Arc<ResolvedNode>| match is_ipmi(node) {
            true => by_ipmi.next(),
            false => others.next(),
        };
        nodes.iter().filter_map(answer).collect()
    }

    async fn set_power(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: PowerAction,
    ) -> Result<(), DriverError> {
        let answer = self.of(node).set_power(cx, node, action).await;
        self.pause().await;
        answer
    }

    async fn set_next_boot(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        device: BootDevice,
    ) -> Result<(), DriverError> {
        let answer = self.of(node).set_next_boot(cx, node, device).await;
        self.pause().await;
        answer
    }
}

fn is_ipmi(node: &ResolvedNode) -> bool {
    node.spec.oob.kind.as_deref() == Some("ipmi")
}

/// A machine of the site, as its BMC has it.
#[derive(Debug)]
struct SiteMachine {
    site: SimulatedSite,
    oob: Arc<dyn OobDriver>,
    node: Arc<ResolvedNode>,
    is_on: bool,
    asked: Option<(Duration, PowerAction)>,
}

impl SiteMachine {
    fn new(site: &SimulatedSite, node: &Arc<ResolvedNode>) -> Self {
        let mut machine = Self {
            site: site.clone(),
            oob: site.oob_driver(),
            node: node.clone(),
            is_on: false,
            asked: None,
        };
        machine.is_on = machine.site_is_on();
        machine
    }

    fn site_is_on(&self) -> bool {
        let node = self.site.node(&self.node.name);
        node.is_some_and(|node| node.power == PowerState::On)
    }

    /// Makes a call of the site's driver. What it does it does at once; only its answer may take time, and a BMC does not
    /// wait for that.
    fn call<F: Future<Output = Result<(), DriverError>>>(&self, make: impl Fn() -> F) {
        for _ in 0..TRIES {
            let mut cx = std::task::Context::from_waker(Waker::noop());
            let answer = pin!(make()).poll(&mut cx);
            match answer {
                Poll::Ready(Err(error)) if error.kind().is_retryable() => {}
                _ => return,
            }
        }
    }

    fn start(&self, firmware: &mut Firmware<'_>) {
        let told = firmware.start().filter(|flags| flags.valid);
        let device = told.and_then(|flags| match flags.device {
            Selector::Pxe => Some(BootDevice::Pxe),
            Selector::Disk => Some(BootDevice::Disk),
            Selector::BiosSetup => Some(BootDevice::Bios),
            Selector::Cd => Some(BootDevice::Cdrom),
            _ => None,
        });
        if let Some(device) = device {
            let cx = Context::detached("bmc");
            self.call(|| self.oob.set_next_boot(&cx, &self.node, device));
        }
    }
}

impl Machine for SiteMachine {
    fn control(&mut self, now: Duration, action: ChassisControl) {
        let action = match action {
            ChassisControl::On => PowerAction::On,
            ChassisControl::Off => PowerAction::Off,
            ChassisControl::SoftShutdown => PowerAction::SoftOff,
            ChassisControl::Cycle => PowerAction::Cycle,
            ChassisControl::Reset => PowerAction::Reset,
            ChassisControl::Diagnostic => return,
        };
        self.asked = Some((now, action));
    }

    fn advance(&mut self, _: Duration, firmware: &mut Firmware<'_>) {
        if let Some((_, action)) = self.asked.take() {
            let starts = match action {
                PowerAction::On => !self.is_on,
                PowerAction::Cycle | PowerAction::Reset => true,
                _ => false,
            };
            if starts {
                self.start(firmware);
            }
            let cx = Context::detached("bmc");
            self.call(|| self.oob.set_power(&cx, &self.node, action));
        }
        self.is_on = self.site_is_on();
    }

    fn is_on(&self) -> bool {
        self.is_on
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.asked.map(|(at, _)| at)
    }

    fn type_in(&mut self, _: &[u8]) {}

    fn print(&mut self, _: usize) -> Vec<u8> {
        Vec::new()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{demo, load};
    use drydock_core::driver::ContextBuilder;
    use drydock_ipmi::testing::Effect;

    #[tokio::test]
    async fn a_machine_of_the_site_is_started_by_packets_and_boots_from_where_its_bmc_was_told() {
        let design = load(&demo::bundled()).await.unwrap();
        let site = demo::site(&design, 0);
        let bmcs = Loopback::of(&design, &site).await.unwrap();
        let cx = ContextBuilder::new("test").time(Duration::ZERO, Duration::from_secs(20));
        let cx = cx.secrets(Some(Arc::new(bmcs.passwords()))).build();
        let (driver, node) = (bmcs.driver(), design.resolved.nodes["compute-1"].clone());
        assert_eq!(driver.name(), site.oob_driver().name());
        driver
            .set_next_boot(&cx, &node, BootDevice::Pxe)
            .await
            .unwrap();
        assert_eq!(
            site.node("compute-1").unwrap().next_boot,
            None,
            "the BMC holds it"
        );
        driver.set_power(&cx, &node, PowerAction::On).await.unwrap();
        assert_eq!(
            site.node("compute-1").unwrap().next_boot,
            Some(BootDevice::Pxe)
        );
        loop {
            let seen = driver.observe(&cx, std::slice::from_ref(&node)).await.pop();
            if seen.unwrap().unwrap().power == PowerState::On {
                break;
            }
        }
        assert_eq!(site.node("compute-1").unwrap().power, PowerState::On);
        bmcs.close().await;
        let asked = |bmc: &SimulatedBmc| {
            let asked =
                |(_, effect): &&(Duration, Effect)| matches!(effect, Effect::PowerAsked { .. });
            (bmc.log().filter(asked).count(), bmc.slots_taken())
        };
        let mut asked: Vec<_> = bmcs.server().bmcs().map(|bmc| asked(&bmc)).collect();
        asked.sort_unstable();
        assert_eq!(asked.len(), 12);
        assert_eq!((asked[0], asked[10], asked[11]), ((0, 0), (0, 0), (1, 0)));
    }
}
