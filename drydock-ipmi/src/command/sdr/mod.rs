//! Sensor data records: what sensors, FRUs and controllers there are (IPMI 2.0 §33, §43).

mod body;
mod compact;
mod entity;
mod event_only;
mod full;
mod id_string;
mod locator;
mod read;
mod record;
mod repository;
mod sensor_head;

pub use compact::{CompactSensor, Sharing};
pub use entity::Entity;
pub use event_only::EventOnlySensor;
pub use full::FullSensor;
pub use id_string::IdString;
pub use locator::{FruLocator, McLocator};
pub use read::{GetSdr, ReadSdrs, SdrPart, SdrSource, Sdrs};
#[cfg(test)]
pub(crate) use record::tests as recorded;
pub use record::{SdrContent, SdrRecord};
pub use repository::{GetSdrRepositoryInfo, ReserveSdrs, SdrRepositoryInfo};
pub use sensor_head::{SensorHead, SensorKey};
