//! What the BMC is.

use super::Bmc;
use crate::{
    client::Error,
    command::app::{DeviceId, GetDeviceId, GetSystemGuid, Guid},
};
use std::time::Duration;

impl Bmc {
    /// Its firmware, manufacturer and product.
    ///
    /// # Errors
    /// As [`ErrorKind`](crate::client::ErrorKind) says.
    pub async fn device_id(&self, within: Duration) -> Result<DeviceId, Error> {
        self.run(&GetDeviceId, within).await
    }

    /// Which machine it is the BMC of.
    ///
    /// # Errors
    /// As [`ErrorKind`](crate::client::ErrorKind) says.
    pub async fn guid(&self, within: Duration) -> Result<Guid, Error> {
        self.run(&GetSystemGuid, within).await
    }
}
