//! What the machine boots next.

use super::Bmc;
use crate::{
    client::error::{Cause, Error},
    command::{
        Conversation as _,
        boot::{BootFlags, BootSet, ReadBoot, SetBoot},
    },
};
use std::time::Duration;

impl Bmc {
    /// Sets what the machine boots next, reads it back and compares. Where
    /// [`kept_after_a_minute`](BootSet::kept_after_a_minute) is false, the machine has to be started within 60 s.
    ///
    /// A host that bears what its BMC forgets holds the conversation [`SetBoot`] itself, with [`hold`](Self::hold).
    ///
    /// # Errors
    /// [`ErrorKind::Rejected`](super::super::ErrorKind::Rejected) when the BMC took the flags and has others. Otherwise as
    /// [`ErrorKind`](super::super::ErrorKind) says.
    pub async fn set_boot_device(
        &self,
        flags: BootFlags,
        within: Duration,
    ) -> Result<BootSet, Error> {
        let call = self.call(within)?;
        let mut conversation = SetBoot::new(flags);
        let set = call.conversation(&mut conversation).await?;
        match set.differences() {
            none if none.is_empty() => Ok(set),
            differences => Err(call.error(conversation.name(), Cause::Boot(differences))),
        }
    }

    /// Removes the override: the machine boots as its firmware is set up.
    ///
    /// # Errors
    /// As for [`set_boot_device`](Self::set_boot_device).
    pub async fn clear_boot_device(&self, within: Duration) -> Result<(), Error> {
        self.set_boot_device(BootFlags::CLEAR, within)
            .await
            .map(drop)
    }

    /// What the machine boots next, as the BMC has it.
    ///
    /// # Errors
    /// As [`ErrorKind`](super::super::ErrorKind) says.
    pub async fn boot_device(&self, within: Duration) -> Result<BootFlags, Error> {
        self.hold(&mut ReadBoot, within).await
    }
}
