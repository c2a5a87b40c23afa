//! The boot option parameters that decide what is booted next (IPMI 2.0 table 28-14).

use super::BootFlags;
use crate::{command::Malformed, octets::Octets};

/// A boot option parameter with its data.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BootParameter {
    /// 0: whether somebody is writing parameters.
    SetInProgress(SetInProgress),
    /// 3: what does not clear the valid bit of the boot flags, as on the wire. 0x08: that 60 s pass without a Chassis
    /// Control command.
    ValidBitClearing(u8),
    /// 4: who is still to look at the flags: which bits are written, and the bits.
    Acknowledge {
        /// Which bits are written; read as 0.
        mask: u8,
        /// The bits. Bit 0 is the firmware's; 1 says that it has not looked yet.
        bits: u8,
    },
    /// 5: the boot flags.
    Flags(BootFlags),
    /// Another one.
    Other {
        /// Its number, 0 to 127.
        number: u8,
        /// Its data.
        data: Vec<u8>,
    },
}

impl BootParameter {
    /// The 60 s timer does not clear the flags.
    pub const NO_TIMER: Self = Self::ValidBitClearing(0x08);

    /// The firmware is to look at the flags.
    pub const FOR_FIRMWARE: Self = Self::Acknowledge {
        mask: 0x01,
        bits: 0x01,
    };

    /// Its number.
    pub fn number(&self) -> u8 {
        match self {
            Self::SetInProgress(_) => 0,
            Self::ValidBitClearing(_) => 3,
            Self::Acknowledge { .. } => 4,
            Self::Flags(_) => 5,
            Self::Other { number, .. } => number & 0x7f,
        }
    }

    /// Its data.
    pub fn emit(&self) -> Vec<u8> {
        match self {
            Self::SetInProgress(state) => vec![*state as u8],
            Self::ValidBitClearing(bits) => vec![*bits],
            Self::Acknowledge { mask, bits } => vec![*mask, *bits],
            Self::Flags(flags) => flags.emit().to_vec(),
            Self::Other { data, .. } => data.clone(),
        }
    }

    /// The parameter of a number with its data.
    ///
    /// # Errors
    /// When the data is too short for it.
    pub fn parse(number: u8, data: &[u8]) -> Result<Self, Malformed> {
        let mut octets = Octets::new(data);
        Ok(match number & 0x7f {
            0 => Self::SetInProgress(SetInProgress::of(octets.u8()?)),
            3 => Self::ValidBitClearing(octets.u8()? & 0x1f),
            4 => {
                let [mask, bits] = octets.array()?;
                Self::Acknowledge { mask, bits }
            }
            5 => Self::Flags(BootFlags::parse(data)?),
            number => Self::Other {
                number,
                data: data.to_vec(),
            },
        })
    }
}

/// Whether somebody is writing parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum SetInProgress {
    /// Nobody.
    Complete = 0,
    /// Somebody.
    InProgress = 1,
    /// Somebody has, and it is to take effect.
    Commit = 2,
}

impl SetInProgress {
    fn of(octet: u8) -> Self {
        match octet & 0x03 {
            1 => Self::InProgress,
            2 => Self::Commit,
            _ => Self::Complete,
        }
    }
}
