//! What a simulated BMC is like when it begins.

use super::{
    faults::Faults, fru::Identity, sdr::Repository, sensor::SimulatedSensor,
    simulated_machine::PowerDelays, users::SimulatedUser,
};
use crate::{account::Kg, crypto::Suite, wire::Privilege};
use std::{net::Ipv4Addr, sync::Arc, time::Duration};

/// What a [`SimulatedBmc`](super::SimulatedBmc) is like when it begins.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BmcSettings {
    /// The users; they get the ids from 2 on, a nameless one gets id 1. None by default.
    pub users: Vec<SimulatedUser>,
    /// The cipher suites. By default 3 and 17.
    pub suites: Vec<Suite>,
    /// K_g, if it has one.
    pub k_g: Option<Kg>,
    /// So many sessions may be open or begun at the same time. By default 8.
    pub slots: usize,
    /// A session of which nothing is heard for so long is closed. By default 60 s.
    pub idle_timeout: Duration,
    /// A login that is not ended after so long gives its slot back. By default 10 s.
    pub login_timeout: Duration,
    /// All that chance decides, and the BMC's GUID and MAC address, follow from it.
    pub seed: u64,
    /// The address that the LAN parameters name; a [`BmcServer`](super::BmcServer) sets it.
    pub address: Ipv4Addr,
    /// The port that Activate Payload names for the console; a [`BmcServer`](super::BmcServer) sets it. By default 623.
    pub port: u16,
    /// Whether the built-in machine is on at the beginning. By default it is off.
    pub is_on: bool,
    /// How long the built-in machine takes for power actions.
    pub delays: PowerDelays,
    /// What the BMC's clock shows at `now` zero, in seconds since 1970.
    pub clock: u32,
    /// What the hardware is; shared by all BMCs that are alike.
    pub hardware: Arc<Hardware>,
    /// What it does wrong.
    pub faults: Faults,
}

impl Default for BmcSettings {
    fn default() -> Self {
        Self {
            users: Vec::new(),
            suites: vec![Suite::THREE, Suite::SEVENTEEN],
            k_g: None,
            slots: 8,
            idle_timeout: Duration::from_secs(60),
            login_timeout: Duration::from_secs(10),
            seed: 1,
            address: Ipv4Addr::LOCALHOST,
            port: 623,
            is_on: false,
            delays: PowerDelays::default(),
            clock: 1_767_225_600, // the beginning of 2026
            hardware: Arc::new(Hardware::default()),
            faults: Faults::default(),
        }
    }
}

impl BmcSettings {
    /// The same with one more user, who may do this much.
    #[must_use]
    pub fn user(mut self, name: &str, password: &str, privilege: Privilege) -> Self {
        self.users
            .push(SimulatedUser::new(name, password, privilege));
        self
    }
}

/// What a simulated BMC's hardware is: its numbers, its sensors, its FRU inventory.
#[derive(Debug, Clone)]
pub struct Hardware {
    pub(super) manufacturer: u32,
    pub(super) product: u16,
    pub(super) firmware: (u8, u8),
    pub(super) sensors: Vec<SimulatedSensor>,
    pub(super) repository: Repository,
    pub(super) inventory: Vec<u8>,
}

impl Hardware {
    /// Hardware of this identity with these sensors.
    pub fn new(identity: &Identity, sensors: Vec<SimulatedSensor>) -> Self {
        Self {
            manufacturer: 0,
            product: 1,
            firmware: (1, 0x00),
            repository: Repository::of(&sensors),
            sensors,
            inventory: identity.inventory(),
        }
    }

    /// The same with the manufacturer's enterprise number and its product id, as Get Device ID tells them.
    #[must_use]
    pub fn made_by(mut self, manufacturer: u32, product: u16) -> Self {
        (self.manufacturer, self.product) = (manufacturer, product);
        self
    }

    /// The same with this firmware; the minor number is of two decimal digits, such as 0x27 for 27.
    #[must_use]
    pub fn with_firmware(mut self, major: u8, minor: u8) -> Self {
        self.firmware = (major, minor);
        self
    }
}

impl Default for Hardware {
    /// A small server ([`SimulatedSensor::of_a_server`]) of Drydock.
    fn default() -> Self {
        Self::new(&Identity::default(), SimulatedSensor::of_a_server())
    }
}
