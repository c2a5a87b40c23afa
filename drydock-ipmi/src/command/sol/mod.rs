//! Serial over LAN: how it is begun, ended and set up (IPMI 2.0 §24.1, §24.2, §26.3). Its packets are in
//! [`wire`](crate::wire::SolPacket).

mod payload;
mod settings;

pub use payload::{ActivatePayload, Activated, DeactivatePayload};
pub use settings::{GetSolParameter, ReadSol, SolConfiguration, SolParameter, SolParameterKind};
