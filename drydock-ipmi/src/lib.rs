//! IPMI v2.0 over LAN (RMCP+): a client, an out-of-band driver for Drydock, and a simulated BMC.
//!
//! `wire`, `crypto`, `command` and `session` are sans-IO: bytes and `now` go in, bytes and deadlines come out. They have
//! no clock, no socket and no randomness of their own, and build without Tokio (`--no-default-features`). "IPMI 2.0 §x"
//! in this crate's documentation is a section of "Intelligent Platform Management Interface Specification, Second
//! Generation, v2.0, revision 1.1".

// What parses octets neither indexes nor overflows; its tests may.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

pub mod account;
pub mod capture;
#[cfg(feature = "client")]
pub mod client;
pub mod command;
pub mod crypto;
#[cfg(feature = "driver")]
pub mod driver;
mod octets;
pub mod session;
#[cfg(feature = "testing")]
pub mod testing;
pub mod wire;

#[cfg(all(doctest, feature = "client"))]
#[doc = include_str!("../README.md")]
struct Readme;
