//! Users of a BMC: what they may do, their names, their passwords (IPMI 2.0 §22.27 to §22.30).

mod access;
mod list;
mod name;
mod password;

pub use access::{GetUserAccess, UserAccess};
pub use list::{BmcUser, ReadUsers};
pub use name::GetUserName;
pub use password::{PasswordOperation, SetUserPassword};

/// A user's number, 1 to 63. The first has no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(u8);

impl UserId {
    /// The first.
    pub const FIRST: Self = Self(1);

    /// The user of this number; none for 0 and above 63.
    pub const fn new(number: u8) -> Option<Self> {
        match number {
            1..=63 => Some(Self(number)),
            _ => None,
        }
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }
}
