//! What the parts of a machine are: makers, products, serials (IPMI 2.0 §34; FRU Information Storage Definition v1.0).

mod area;
mod device;
mod field;
mod inventory;
mod read;

pub use area::{BoardArea, ChassisArea, ProductArea};
pub use device::{FruSize, GetFruSize, ReadFruPart};
pub use field::FruField;
pub use inventory::{FruFault, FruInventory};
pub use read::ReadFru;
