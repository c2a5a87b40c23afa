//! The system event log.

use super::{Bmc, Call};
use crate::{
    client::error::{Cause, Error, ErrorKind},
    command::{
        Conversation as _,
        sel::{EraseSel, GetSelInfo, ReadSel, Sel, SelInfo},
    },
};
use std::time::Duration;

impl Bmc {
    /// How full the system event log is.
    ///
    /// # Errors
    /// As [`ErrorKind`] says.
    pub async fn sel_info(&self, within: Duration) -> Result<SelInfo, Error> {
        self.run(&GetSelInfo, within).await
    }

    /// The system event log, oldest first.
    ///
    /// # Errors
    /// As [`ErrorKind`] says.
    pub async fn sel(&self, within: Duration) -> Result<Sel, Error> {
        self.hold(&mut ReadSel::new(), within).await
    }

    /// Erases the system event log, and waits until that is done. It is not erased twice: what is logged after it stays.
    ///
    /// # Errors
    /// [`ErrorKind::Indeterminate`] when no answer comes and the log does not tell. Otherwise as [`ErrorKind`] says.
    pub async fn clear_sel(&self, within: Duration) -> Result<(), Error> {
        let call = self.call(within)?;
        let before = call.command(&GetSelInfo).await?;
        for is_last in [false, true] {
            match call.conversation(&mut EraseSel::new()).await {
                Err(error) if error.kind() == ErrorKind::Indeterminate => {}
                done => return done,
            }
            if call.erased_since(&before).await? {
                return Ok(());
            }
            if is_last {
                break;
            }
        }
        Err(call.untold_erasure("the log does not tell"))
    }
}

impl Call<'_> {
    /// Whether the log was erased, after an unknown outcome.
    async fn erased_since(&self, before: &SelInfo) -> Result<bool, Error> {
        let Ok(now) = self.command(&GetSelInfo).await else {
            return Err(self.untold_erasure("the log cannot be read"));
        };
        Ok(now.last_erasure != before.last_erasure || now.entries < before.entries)
    }

    fn untold_erasure(&self, what: &'static str) -> Error {
        self.error(EraseSel::new().name(), Cause::Untold(what))
    }
}
