//! How a BMC is on the network (IPMI 2.0 §23.2). It is only read.

mod parameter;
mod read;

pub use parameter::{AddressSource, GetLanParameter, LanParameter, LanParameterKind, Vlan};
pub use read::{LanConfiguration, ReadLan};
