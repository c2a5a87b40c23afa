//! Who may use the BMC, and by which network: users, passwords, LAN configuration.

use super::Bmc;
use crate::{
    account::Password,
    client::error::{Cause, Error, ErrorKind},
    command::{
        Command as _,
        app::Channel,
        lan::{LanConfiguration, ReadLan},
        user::{BmcUser, PasswordOperation, ReadUsers, SetUserPassword, UserId},
    },
};
use std::time::Duration;

/// Set User Password's answer to a test that the password does not pass (IPMI 2.0 §22.30).
const ANOTHER: u8 = 0x80;

impl Bmc {
    /// How the channel that this client comes by is set up.
    ///
    /// # Errors
    /// As [`ErrorKind`] says.
    pub async fn lan(&self, within: Duration) -> Result<LanConfiguration, Error> {
        self.hold(&mut ReadLan::new(Channel::THIS), within).await
    }

    /// Who may use that channel.
    ///
    /// # Errors
    /// As [`ErrorKind`] says.
    pub async fn users(&self, within: Duration) -> Result<Vec<BmcUser>, Error> {
        self.hold(&mut ReadUsers::new(Channel::THIS), within).await
    }

    /// Gives a user another password. After an unknown outcome the BMC is asked which one counts. When it is the user that
    /// is logged in, the session may end with it, and the next login needs the new password.
    ///
    /// # Errors
    /// [`ErrorKind::Indeterminate`] when no answer comes and the BMC does not say which password counts. Otherwise as
    /// [`ErrorKind`] says.
    pub async fn set_user_password(
        &self,
        user: UserId,
        password: Password,
        within: Duration,
    ) -> Result<(), Error> {
        let call = self.call(within)?;
        let to = |operation: fn(Password) -> PasswordOperation| SetUserPassword {
            user,
            operation: operation(password.clone()),
        };
        let set = to(PasswordOperation::Set);
        for is_last in [false, true] {
            match call.command(&set).await {
                Err(error) if error.kind() == ErrorKind::Indeterminate => {}
                done => return done,
            }
            match call.command(&to(PasswordOperation::Test)).await {
                Ok(()) => return Ok(()),
                Err(error) if error.completion().is_some_and(|code| code.0 == ANOTHER) => {
                    if is_last {
                        break;
                    }
                }
                Err(_) => {
                    let untold = Cause::Untold("it cannot be asked which password counts");
                    return Err(call.error(set.name(), untold));
                }
            }
        }
        let untold = Cause::Untold("the old password counted so far");
        Err(call.error(set.name(), untold))
    }
}
