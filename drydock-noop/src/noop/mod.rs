//! Drivers that do nothing to the world and say so in a note for each thing they would have done.
//!
//! They remember what they were asked, so that goals are reached and planning again gives an empty plan. They know
//! every target they are asked about, and they never look at what is designed beyond that: no design is refused.

mod network;
mod oob;
mod server;

pub use network::NoopNetworkDriver;
pub use oob::NoopOobDriver;
pub use server::NoopServerDriver;

/// The name of all three drivers.
const NAME: &str = "noop";
