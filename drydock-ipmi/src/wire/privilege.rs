//! Privilege levels (IPMI 2.0 §6.8).

use std::fmt;

/// What a session, or a user, may do at most. Each level may do what those below it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Privilege {
    /// Little more than ask to be called back.
    Callback,
    /// Read.
    User,
    /// Also switch power, clear logs, choose what boots next. The default.
    #[default]
    Operator,
    /// Also configure the BMC and its users.
    Administrator,
    /// What its maker says.
    Oem,
}

impl Privilege {
    /// The level of this number; 0 and those above 5 are none.
    pub fn new(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Callback,
            2 => Self::User,
            3 => Self::Operator,
            4 => Self::Administrator,
            5 => Self::Oem,
            _ => return None,
        })
    }

    /// Its number.
    pub fn number(self) -> u8 {
        match self {
            Self::Callback => 1,
            Self::User => 2,
            Self::Operator => 3,
            Self::Administrator => 4,
            Self::Oem => 5,
        }
    }
}

impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Callback => "CALLBACK",
            Self::User => "USER",
            Self::Operator => "OPERATOR",
            Self::Administrator => "ADMINISTRATOR",
            Self::Oem => "OEM",
        })
    }
}
