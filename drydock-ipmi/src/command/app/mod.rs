//! The BMC itself, its channels and sessions (IPMI 2.0 §20, §22).

mod channel;
mod cipher_suites;
mod device_id;
mod guid;
mod session;

pub use channel::{
    AuthenticationCapabilities, Channel, ChannelAccess, ChannelAccessMode,
    GetAuthenticationCapabilities, GetChannelAccess, Setting,
};
pub use cipher_suites::{CipherSuiteRecord, GetCipherSuites, ReadCipherSuites};
pub use device_id::{DeviceId, GetDeviceId};
pub use guid::{GetDeviceGuid, GetSystemGuid, Guid};
pub use session::{CloseSession, SetSessionPrivilege};
