//! Event/reading types, and the states that they have (IPMI 2.0 §42.1).

use super::{SensorType, generic, specific, threshold};

/// How a sensor or an event is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventType {
    /// Not specified (0x00).
    Unspecified,
    /// By thresholds (0x01).
    Threshold,
    /// By states that are the same for all sensor types (0x02 to 0x0C).
    Generic(u8),
    /// By states of its sensor type (0x6F).
    SensorSpecific,
    /// As its manufacturer says (0x70 to 0x7F), or reserved.
    Oem(u8),
}

impl EventType {
    /// The type of a code; its highest bit is not looked at.
    pub const fn new(code: u8) -> Self {
        match code & 0x7f {
            0x00 => Self::Unspecified,
            0x01 => Self::Threshold,
            code @ 0x02..=0x0c => Self::Generic(code),
            0x6f => Self::SensorSpecific,
            code => Self::Oem(code),
        }
    }

    /// Its code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0x00,
            Self::Threshold => 0x01,
            Self::Generic(code) | Self::Oem(code) => code & 0x7f,
            Self::SensorSpecific => 0x6f,
        }
    }

    /// What state `offset` (0 to 14) means for a sensor of a type, if the specification says so.
    pub fn state(self, sensor: SensorType, offset: u8) -> Option<State> {
        let states = match self {
            Self::Threshold => threshold::EVENTS,
            Self::Generic(code) => generic::states(code),
            Self::SensorSpecific => specific::states(sensor),
            Self::Unspecified | Self::Oem(_) => return None,
        };
        let state = states.get(usize::from(offset)).copied()?;
        (!state.text.is_empty()).then_some(state)
    }
}

/// A state that a sensor has, or that an event tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// What it is, in a few words.
    pub text: &'static str,
    /// What it says of the machine's health.
    pub health: Health,
}

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Health {
    /// As it should be.
    Ok,
    /// Somebody should look.
    Warning,
    /// Something has failed, or soon will.
    Critical,
}

impl Health {
    /// `ok`, `warning` or `critical`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

pub(super) const fn ok(text: &'static str) -> State {
    let health = Health::Ok;
    State { text, health }
}

pub(super) const fn warning(text: &'static str) -> State {
    let health = Health::Warning;
    State { text, health }
}

pub(super) const fn critical(text: &'static str) -> State {
    let health = Health::Critical;
    State { text, health }
}

/// An offset that is reserved.
pub(super) const RESERVED: State = ok("");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_by_type_and_offset() {
        let text = |code, sensor, offset| {
            let state = EventType::new(code).state(SensorType(sensor), offset);
            state.map(|state| (state.text, state.health))
        };
        let supply = Some(("power supply failed", Health::Critical));
        assert_eq!(text(0x6f, 0x08, 1), supply);
        assert_eq!(text(0xef, 0x08, 1), supply);
        let high = Some(("upper non-critical going high", Health::Warning));
        assert_eq!(text(0x01, 0x01, 7), high);
        assert_eq!(
            text(0x0b, 0x09, 1),
            Some(("redundancy lost", Health::Warning))
        );
        assert_eq!(text(0x6f, 0x23, 5), None);
        assert_eq!(text(0x6f, 0x08, 15), None);
        assert_eq!(text(0x70, 0x08, 0), None);
    }

    #[test]
    fn no_code_and_offset_is_too_much() {
        for code in 0..=u8::MAX {
            assert_eq!(EventType::new(code).code(), code & 0x7f);
            for sensor in 0..=u8::MAX {
                for offset in 0..=u8::MAX {
                    let state = EventType::new(code).state(SensorType(sensor), offset);
                    assert!(state.is_none_or(|state| !state.text.is_empty() && offset < 15));
                }
            }
        }
    }
}
