//! The system event log (IPMI 2.0 §31, §32).

mod clear;
mod info;
mod read;
mod record;
mod system_event;
mod told;

pub use clear::{ClearSel, EraseSel, Erasure};
pub use info::{GetSelInfo, GetSelTime, ReserveSel, SelInfo};
pub use read::{GetSelEntry, ReadSel, Sel, SelEntry};
pub use record::{SelContent, SelRecord};
pub use system_event::SystemEvent;

const ERASING: (u8, &str) = (0x81, "the SEL is being erased");
