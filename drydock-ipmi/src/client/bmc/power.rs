//! The machine's power. A power action is sent once; after an unknown outcome the power state is read, and only where that
//! tells that nothing happened is the action sent a second and last time.

use super::{Bmc, Call};
use crate::{
    client::error::{Cause, Error, ErrorKind},
    command::{
        Command as _,
        chassis::{
            ChassisControl, ChassisStatus, GetChassisStatus, GetRestartCause, Identify,
            RestartCause,
        },
    },
};
use std::time::Duration;

/// How often the power is looked at while it changes.
const FIRST_LOOK: Duration = Duration::from_millis(500);
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// What the power state says about an action whose outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Happened,
    DidNot,
    Nothing,
}

fn told(action: ChassisControl, is_on: bool) -> Told {
    match (action, is_on) {
        (ChassisControl::On, true) | (ChassisControl::Off, false) => Told::Happened,
        (ChassisControl::On, false) | (ChassisControl::Off, true) => Told::DidNot,
        (ChassisControl::SoftShutdown, false) => Told::Happened,
        // Shutting down takes its time; and after a cycle, a reset or an interrupt the power is as it was before.
        _ => Told::Nothing,
    }
}

impl Bmc {
    /// Whether the machine is on, and what is wrong with its power.
    ///
    /// # Errors
    /// As [`ErrorKind`] says.
    pub async fn power_status(&self, within: Duration) -> Result<ChassisStatus, Error> {
        self.run(&GetChassisStatus, within).await
    }

    /// Does something to the machine's power. That it returns says that the BMC has accepted it; how far the machine is,
    /// [`power_status`](Self::power_status) tells.
    ///
    /// It is never done twice: when no answer comes, the power state is read. If that tells that it happened, all is well;
    /// if it tells that it did not, the action is sent once more.
    ///
    /// # Errors
    /// [`ErrorKind::Indeterminate`] when no answer comes and the power state does not tell. Otherwise as [`ErrorKind`] says.
    pub async fn power(&self, action: ChassisControl, within: Duration) -> Result<(), Error> {
        self.call(within)?.power(action).await
    }

    /// Has the machine on, or off: looks, acts if need be, and looks until it is so. Says whether it had to act.
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`] when the BMC accepts it and the power stays as it was until the time is over. Otherwise as
    /// for [`power`](Self::power).
    pub async fn ensure_power(&self, on: bool, within: Duration) -> Result<bool, Error> {
        let call = self.call(within)?;
        if call.command(&GetChassisStatus).await?.is_on() == on {
            return Ok(false);
        }
        let action = if on {
            ChassisControl::On
        } else {
            ChassisControl::Off
        };
        call.power(action).await?;
        let mut pause = Duration::ZERO;
        loop {
            if call.command(&GetChassisStatus).await?.is_on() == on {
                return Ok(true);
            }
            pause = pause.saturating_mul(2).clamp(FIRST_LOOK, LONGEST_LOOK);
            if !call.pause(pause).await {
                return Err(call.error(action.name(), Cause::Power { is_on: !on }));
            }
        }
    }

    /// Lights up the machine so that people find it.
    ///
    /// # Errors
    /// As [`ErrorKind`] says.
    pub async fn identify(&self, identify: Identify, within: Duration) -> Result<(), Error> {
        self.run(&identify, within).await
    }

    /// Why the machine last started.
    ///
    /// # Errors
    /// As [`ErrorKind`] says.
    pub async fn restart_cause(&self, within: Duration) -> Result<RestartCause, Error> {
        self.run(&GetRestartCause, within).await
    }
}

impl Call<'_> {
    async fn power(&self, action: ChassisControl) -> Result<(), Error> {
        for is_last in [false, true] {
            match self.command(&action).await {
                Err(error) if error.kind() == ErrorKind::Indeterminate => {}
                done => return done,
            }
            let Ok(status) = self.command(&GetChassisStatus).await else {
                let untold = Cause::Untold("the power state cannot be read");
                return Err(self.error(action.name(), untold));
            };
            match told(action, status.is_on()) {
                Told::Happened => return Ok(()),
                Told::DidNot if !is_last => {}
                Told::DidNot | Told::Nothing => break,
            }
        }
        let untold = Cause::Untold("the power state does not tell");
        Err(self.error(action.name(), untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_on_and_off_can_be_told_from_the_power_state() {
        assert_eq!(told(ChassisControl::On, true), Told::Happened);
        assert_eq!(told(ChassisControl::Off, true), Told::DidNot);
        assert_eq!(told(ChassisControl::SoftShutdown, false), Told::Happened);
        assert_eq!(told(ChassisControl::SoftShutdown, true), Told::Nothing);
        for action in [
            ChassisControl::Cycle,
            ChassisControl::Reset,
            ChassisControl::Diagnostic,
        ] {
            assert_eq!(told(action, true), Told::Nothing);
            assert_eq!(told(action, false), Told::Nothing);
        }
    }
}
