//! What was received and not believed.

/// How many datagrams a session dropped, and why. None of them changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Dropped {
    /// They are no packets, or hold nothing of its form: cut, of another protocol, of wrong checksums or pads.
    pub unreadable: u64,
    /// They are for another session, or another step, or carry a tag that was not sent.
    pub foreign: u64,
    /// They are not authenticated and encrypted as agreed, or their AuthCode is wrong.
    pub forged: u64,
    /// They came before, or are too old.
    pub repeated: u64,
    /// They answer what was not asked, or what was answered or given up before.
    pub unasked: u64,
}

impl Dropped {
    /// All of them.
    pub fn total(&self) -> u64 {
        let Self {
            unreadable,
            foreign,
            forged,
            repeated,
            unasked,
        } = self;
        [unreadable, foreign, forged, repeated, unasked]
            .into_iter()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }
}

/// Why one was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drop {
    Unreadable,
    Foreign,
    Forged,
    Repeated,
    Unasked,
}

impl Dropped {
    pub(super) fn count(&mut self, why: Drop) {
        let counter = match why {
            Drop::Unreadable => &mut self.unreadable,
            Drop::Foreign => &mut self.foreign,
            Drop::Forged => &mut self.forged,
            Drop::Repeated => &mut self.repeated,
            Drop::Unasked => &mut self.unasked,
        };
        *counter = counter.saturating_add(1);
    }
}

impl From<crate::wire::Invalid> for Drop {
    fn from(_: crate::wire::Invalid) -> Self {
        Self::Unreadable
    }
}

impl From<crate::crypto::Rejected> for Drop {
    fn from(rejected: crate::crypto::Rejected) -> Self {
        use crate::crypto::Rejected;
        match rejected {
            Rejected::Unprotected | Rejected::Forged => Self::Forged,
            _ => Self::Unreadable,
        }
    }
}
