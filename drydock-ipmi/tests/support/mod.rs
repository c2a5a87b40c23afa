//! What tests against foreign programs share: finding them, starting them on loopback, and relays that harm packets.
//!
//! A program that is not installed skips its tests, which is said loudly; with `DRYDOCK_REQUIRE_PEERS=1` it fails them.
//! Whatever is started is ended when its value is dropped, and also when this process ends in any other way.
#![allow(dead_code)]

pub(crate) mod answers;
pub(crate) mod clients;
pub(crate) mod console;
pub(crate) mod dice;
pub(crate) mod fleet;
pub(crate) mod keeper;
pub(crate) mod pcap;
pub(crate) mod peer;
pub(crate) mod pyghmi;
pub(crate) mod relay;
pub(crate) mod sim_files;
