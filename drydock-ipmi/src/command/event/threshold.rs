//! Thresholds of sensors, and the events of crossing them (IPMI 2.0 table 42-2).

use super::{
    Health,
    state::{State, critical, warning},
};
use std::fmt;

/// A threshold of a sensor. The numbers are the bits in which thresholds stand in masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Threshold {
    /// Below it is not critical.
    LowerNonCritical = 0,
    /// Below it is critical.
    LowerCritical = 1,
    /// Below it cannot be recovered from.
    LowerNonRecoverable = 2,
    /// Above it is not critical.
    UpperNonCritical = 3,
    /// Above it is critical.
    UpperCritical = 4,
    /// Above it cannot be recovered from.
    UpperNonRecoverable = 5,
}

impl Threshold {
    /// All, in the order of their bits and of every message that has them.
    pub const ALL: [Self; 6] = [
        Self::LowerNonCritical,
        Self::LowerCritical,
        Self::LowerNonRecoverable,
        Self::UpperNonCritical,
        Self::UpperCritical,
        Self::UpperNonRecoverable,
    ];

    /// Its bit in a mask.
    pub const fn bit(self) -> u8 {
        match self {
            Self::LowerNonCritical => 0x01,
            Self::LowerCritical => 0x02,
            Self::LowerNonRecoverable => 0x04,
            Self::UpperNonCritical => 0x08,
            Self::UpperCritical => 0x10,
            Self::UpperNonRecoverable => 0x20,
        }
    }

    /// How well it is beyond it.
    pub const fn health(self) -> Health {
        match self {
            Self::LowerNonCritical | Self::UpperNonCritical => Health::Warning,
            _ => Health::Critical,
        }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LowerNonCritical => "lower non-critical",
            Self::LowerCritical => "lower critical",
            Self::LowerNonRecoverable => "lower non-recoverable",
            Self::UpperNonCritical => "upper non-critical",
            Self::UpperCritical => "upper critical",
            Self::UpperNonRecoverable => "upper non-recoverable",
        })
    }
}

pub(super) const EVENTS: &[State] = &[
    warning("lower non-critical going low"),
    warning("lower non-critical going high"),
    critical("lower critical going low"),
    critical("lower critical going high"),
    critical("lower non-recoverable going low"),
    critical("lower non-recoverable going high"),
    warning("upper non-critical going low"),
    warning("upper non-critical going high"),
    critical("upper critical going low"),
    critical("upper critical going high"),
    critical("upper non-recoverable going low"),
    critical("upper non-recoverable going high"),
];
