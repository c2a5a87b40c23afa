//! What makes a session trustworthy: cipher suites, the proofs of RAKP, keys, sealed packets, the sequence window.
//!
//! The same for both sides. Randomness is given from outside, as [`Entropy`]. Proofs are compared in constant time, keys are
//! overwritten when they are dropped and shown nowhere.

mod code;
mod entropy;
mod exchange;
mod keys;
mod mac;
mod seal;
mod suite;
mod window;

pub use code::Code;
pub use entropy::Entropy;
pub use exchange::Exchange;
pub use keys::SessionKeys;
pub use seal::{Opened, Rejected, open, seal};
pub(crate) use seal::{decrypt, verify};
pub use suite::Suite;
pub use window::Window;
