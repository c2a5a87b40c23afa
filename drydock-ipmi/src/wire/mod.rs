//! The octets of IPMI over LAN, in both directions: what a client sends a BMC parses, and the other way round.
//!
//! Nothing here knows a key, a clock or a session's state; parsers return `Result` and never panic.

mod completion;
mod net_fn;
mod privilege;

pub use completion::CompletionCode;
pub use net_fn::NetFn;
pub use privilege::Privilege;
