//! What a BMC stands before: a machine that is on or off, starts from somewhere and has a serial console.
//!
//! A host that has machines of its own, such as a simulated site, implements [`Machine`] for them. Who has none takes
//! [`SimulatedMachine`](super::SimulatedMachine).

use super::{
    boot::BootOptions,
    log::{Effect, Log},
};
use crate::command::{boot::BootFlags, chassis::ChassisControl};
use std::{fmt, time::Duration};

/// A machine before which a [`SimulatedBmc`](super::SimulatedBmc) stands.
///
/// `now` is the time that passed since the caller's start, the same as the BMC's. No method waits: what takes time is done by
/// [`Self::advance`], which is called at the time that [`Self::poll_timeout`] names, and before anything else is asked.
pub trait Machine: fmt::Debug + Send {
    /// Begins with what the BMC was told to do with the power. It may take effect at once or later.
    fn control(&mut self, now: Duration, action: ChassisControl);

    /// Lets the time pass until `now`. Whenever the machine starts, it asks its firmware where to start from
    /// ([`Firmware::start`]), once a start.
    fn advance(&mut self, now: Duration, firmware: &mut Firmware<'_>);

    /// Whether it was on when time passed last.
    fn is_on(&self) -> bool;

    /// When [`Self::advance`] has something to do again, if nothing happens until then.
    fn poll_timeout(&self) -> Option<Duration>;

    /// Octets that were typed at its serial console.
    fn type_in(&mut self, octets: &[u8]);

    /// Takes what it has written to its serial console, the first `room` octets of it at most. Empty if there is nothing.
    fn print(&mut self, room: usize) -> Vec<u8>;
}

/// What a machine's firmware can ask of the BMC while the machine starts.
#[derive(Debug)]
pub struct Firmware<'a> {
    pub(super) now: Duration,
    pub(super) boot: &'a mut BootOptions,
    pub(super) log: &'a mut Log,
}

impl Firmware<'_> {
    /// The machine starts: where the boot options tell it to start from, if they tell it. Options for one start are thereby
    /// used up.
    pub fn start(&mut self) -> Option<BootFlags> {
        let told = self.boot.start();
        self.log.add(self.now, Effect::Started { from: told });
        told
    }
}
