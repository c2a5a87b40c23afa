//! Simulated BMCs on loopback, a design of three machines, and the driver that takes the one for the other.

use drydock_core::{
    async_trait,
    driver::{
        BootDevice, Context, ContextBuilder, DriverError, OobAction, OobDriver, OobObservation,
        PowerAction,
    },
    resolve::{ResolvedDesign, ResolvedNode},
    secret::{Secret, SecretError, SecretRef, SecretSource},
    testing::fixture,
};
use drydock_ipmi::{
    driver::{Builder, IpmiDriver},
    testing::{BmcServer, BmcSettings, Effect, Faults, Hardware, Privilege, SimulatedBmc},
};
use std::{net::SocketAddr, sync::Arc, time::Duration};

pub(crate) const PASSWORD: &str = "canary-of-the-bmcs";

/// Three machines with BMCs, of which the profile says how they are reached.
pub(crate) fn site(oob: &str) -> String {
    let node = |name: &str, last: u8| {
        format!(
            "---\napiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {{name: {name}}}\nspec:\n  host_profile: server\n  \
             addressing: [{{network: oob, address: 10.40.0.{last}}}, {{network: pxe, address: 10.0.0.{last}}}]\n"
        )
    };
    let head = format!(
        "apiVersion: drydock/v1
kind: NetworkLink
metadata: {{name: boot}}
spec: {{allowed_networks: [pxe]}}
---
apiVersion: drydock/v1
kind: Network
metadata: {{name: pxe}}
spec: {{cidr: 10.0.0.0/24}}
---
apiVersion: drydock/v1
kind: Network
metadata: {{name: oob}}
spec: {{cidr: 10.40.0.0/24}}
---
apiVersion: drydock/v1
kind: HostProfile
metadata: {{name: server}}
spec:
  primary_network: pxe
  interfaces: {{eth0: {{device_link: boot, slaves: [eth0], networks: [pxe]}}}}
  storage:
    physical_devices:
      sda: {{partitions: [{{name: root, size: 40g, filesystem: {{mountpoint: /}}}}]}}
  platform: {{image: noble}}
  oob: {{{oob}}}
"
    );
    [head, node("a", 11), node("b", 12), node("c", 13)].concat()
}

pub(crate) const USUAL: &str =
    "type: ipmi, network: oob, account: drydock, credential: {secret: bmc-password}";

pub(crate) fn design(oob: &str) -> ResolvedDesign {
    ResolvedDesign::clone(&fixture::load(&[("site.yaml", &site(oob))]).resolved)
}

#[derive(Debug)]
pub(crate) struct Vault;

#[async_trait]
impl SecretSource for Vault {
    async fn secret(&self, name: &SecretRef) -> Result<Secret, SecretError> {
        match name.secret.as_str() {
            "bmc-password" => Ok(Secret::new(PASSWORD)),
            "wrong-password" => Ok(Secret::new("another")),
            "long-password" => Ok(Secret::new("x".repeat(21))),
            _ => Err(SecretError::absent(name, "it is not there")),
        }
    }
}

pub(crate) fn context() -> ContextBuilder {
    let cx = ContextBuilder::new("test/1").time(Duration::ZERO, Duration::from_secs(20));
    cx.secrets(Some(Arc::new(Vault)))
}

/// The suite's contexts have no secrets; this driver gives it some.
#[derive(Debug)]
pub(crate) struct WithSecrets(pub(crate) IpmiDriver);

pub(crate) fn with_secrets(cx: &Context) -> Context {
    let given = ContextBuilder::new(cx.operation()).secrets(Some(Arc::new(Vault)));
    given.time(Duration::ZERO, Duration::from_secs(20)).build()
}

#[async_trait]
impl OobDriver for WithSecrets {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn supports(
        &self,
        node: &ResolvedNode,
        action: OobAction,
    ) -> Result<(), drydock_core::driver::Unsupported> {
        self.0.supports(node, action)
    }

    async fn observe(
        &self,
        cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<OobObservation, DriverError>> {
        self.0.observe(&with_secrets(cx), nodes).await
    }

    async fn set_power(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: PowerAction,
    ) -> Result<(), DriverError> {
        self.0.set_power(&with_secrets(cx), node, action).await
    }

    async fn set_next_boot(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        device: BootDevice,
    ) -> Result<(), DriverError> {
        self.0.set_next_boot(&with_secrets(cx), node, device).await
    }
}

/// Three simulated BMCs, and the driver that takes them for those of the design.
pub(crate) struct Rig {
    pub(crate) server: Arc<BmcServer>,
    pub(crate) design: ResolvedDesign,
    pub(crate) driver: IpmiDriver,
}

impl Rig {
    pub(crate) async fn new(oob: &str, faults: Faults) -> Self {
        Self::with(oob, faults, |builder| builder).await
    }

    pub(crate) async fn with(
        oob: &str,
        faults: Faults,
        set: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let bmc = |seed| {
            let mut settings = BmcSettings::default()
                .user("drydock", PASSWORD, Privilege::Operator)
                .user("looker", PASSWORD, Privilege::User);
            settings.seed = seed;
            settings.faults = faults.clone();
            settings.delays.on = Duration::from_millis(20);
            settings.delays.off = Duration::from_millis(10);
            settings.hardware = Arc::new(
                Hardware::default()
                    .made_by(674, 0x0100)
                    .with_firmware(2, 0x11),
            );
            SimulatedBmc::new(settings)
        };
        let server = BmcServer::start((1..=3).map(bmc)).await.unwrap();
        let places: Vec<SocketAddr> = server.addresses().to_vec();
        let design = design(oob);
        let builder = IpmiDriver::builder(&design).translate(move |address| {
            let SocketAddr::V4(address) = address else {
                panic!("{address}")
            };
            assert_eq!(address.port(), 623);
            places[usize::from(address.ip().octets()[3]) - 11]
        });
        Self {
            server: Arc::new(server),
            driver: set(builder).build(),
            design,
        }
    }

    pub(crate) fn nodes(&self) -> Vec<Arc<ResolvedNode>> {
        self.design.nodes.values().cloned().collect()
    }

    pub(crate) fn node(&self, name: &str) -> Arc<ResolvedNode> {
        self.design.nodes[name].clone()
    }

    pub(crate) async fn see(&self, name: &str) -> Result<OobObservation, DriverError> {
        let mut seen = self
            .driver
            .observe(&context().build(), &[self.node(name)])
            .await;
        seen.pop().unwrap()
    }

    /// What happened to the first machine's power.
    pub(crate) fn controls(&self) -> usize {
        let bmc = self.server.bmc(0).unwrap();
        bmc.log()
            .filter(|(_, effect)| matches!(effect, Effect::PowerAsked { .. }))
            .count()
    }

    pub(crate) async fn ends(self) {
        self.driver.close().await;
        for bmc in self.server.bmcs() {
            let log: Vec<_> = bmc.log().collect();
            assert_eq!(bmc.slots_taken(), 0, "{log:#?}");
        }
    }
}
