//! What the machine is made of, and how it is: sensors, FRU inventory, watchdog.

use super::Bmc;
use crate::{
    client::error::{Error, ErrorKind},
    command::{
        fru::{FruInventory, ReadFru},
        sdr::{ReadSdrs, SdrSource, Sdrs},
        sensor::{ReadSensors, Sensor, SensorReading},
        watchdog::{GetWatchdog, Watchdog},
    },
};
use std::time::Duration;

impl Bmc {
    /// The records that describe its sensors and parts; the BMC's own where it has no repository. They seldom change, and
    /// reading them takes long: keep them, and read the sensors by [`ReadSensors`] and [`hold`](Self::hold).
    ///
    /// # Errors
    /// As [`ErrorKind`] says.
    pub async fn sdrs(&self, within: Duration) -> Result<Sdrs, Error> {
        let call = self.call(within)?;
        let mut repository = ReadSdrs::new(SdrSource::Repository);
        match call.conversation(&mut repository).await {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                let mut device = ReadSdrs::new(SdrSource::Device);
                call.conversation(&mut device).await
            }
            outcome => outcome,
        }
    }

    /// All its sensors with what they read, in their units, and with their thresholds.
    ///
    /// # Errors
    /// As [`ErrorKind`] says. A sensor that cannot be read is no error.
    pub async fn sensors(&self, within: Duration) -> Result<Vec<SensorReading>, Error> {
        let call = self.call(within)?;
        let sensors = Sensor::all(&self.sdrs(call.left()).await?.records);
        if sensors.is_empty() {
            return Ok(Vec::new());
        }
        let mut reading = ReadSensors::new(sensors).with_thresholds();
        call.conversation(&mut reading).await
    }

    /// A FRU inventory: who made the machine, what it is, its serial numbers. Device 0 is the machine's own.
    ///
    /// # Errors
    /// As [`ErrorKind`] says.
    pub async fn fru(&self, device: u8, within: Duration) -> Result<FruInventory, Error> {
        self.hold(&mut ReadFru::new(device), within).await
    }

    /// Its watchdog.
    ///
    /// # Errors
    /// As [`ErrorKind`] says.
    pub async fn watchdog(&self, within: Duration) -> Result<Watchdog, Error> {
        self.run(&GetWatchdog, within).await
    }
}
