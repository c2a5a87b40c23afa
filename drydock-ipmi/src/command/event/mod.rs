//! What events and discrete states mean (IPMI 2.0 §42), for the SEL and for sensors.

mod generic;
mod sensor_type;
mod specific;
mod state;
mod threshold;

pub use sensor_type::SensorType;
pub use state::{EventType, Health, State};
pub use threshold::Threshold;
