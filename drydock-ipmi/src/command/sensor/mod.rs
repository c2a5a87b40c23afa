//! Sensors: what they measure, how well that is, and in what unit (IPMI 2.0 §35, §36).

mod conversion;
mod described;
mod read;
mod reading;
mod thresholds;
mod unit;

pub use conversion::{Conversion, GetReadingFactors};
pub use described::Sensor;
pub use read::{ReadSensors, SensorReading, SensorState};
pub use reading::{GetSensorReading, Reading};
pub use thresholds::{GetSensorThresholds, RawThresholds};
pub use unit::Unit;
