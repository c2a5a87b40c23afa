//! What a session needs to begin.

use super::Timing;
use crate::{account::Account, crypto::Suite};
use std::{sync::Arc, time::Duration};

/// What a session is to be.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionOptions {
    /// Who logs in.
    pub account: Arc<Account>,
    /// The cipher suite. The session never takes another.
    pub suite: Suite,
    /// The id that the BMC calls us by: random, not 0, and not used by another session of the same socket.
    pub local_id: u32,
    /// The times.
    pub timing: Timing,
    /// How long this BMC took to answer, if it is known from before.
    pub rtt: Option<Duration>,
}

impl SessionOptions {
    /// With default times.
    pub fn new(account: Arc<Account>, suite: Suite, local_id: u32) -> Self {
        Self {
            account,
            suite,
            local_id,
            timing: Timing::default(),
            rtt: None,
        }
    }
}
