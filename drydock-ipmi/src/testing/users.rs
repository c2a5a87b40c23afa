//! The users of a simulated BMC: ids 1 to 15, each with a name, a password and a privilege limit (IPMI 2.0 §22.26 to §22.30).

use crate::{account::Password, wire::Privilege};
use std::fmt;
use subtle::ConstantTimeEq as _;

/// User ids 1 to so many.
pub(super) const MOST: u8 = 15;

/// A name has at most so many octets.
const NAME: usize = 16;
/// A user of a simulated BMC. Its password is never shown.
#[derive(Clone)]
pub struct SimulatedUser {
    pub(super) name: Vec<u8>,
    pub(super) password: Password,
    /// Whether the password was set in the form of 20 octets, not of 16.
    pub(super) is_long: bool,
    pub(super) privilege: Privilege,
    pub(super) is_enabled: bool,
    /// Bits 6 to 4 of Set User Access: call-back only, link authentication, IPMI messaging.
    pub(super) access: u8,
    /// Whether serial-over-LAN may be used.
    pub(super) may_use_console: bool,
}

impl SimulatedUser {
    /// A user that may log in. Of the name 16 octets count, of the password 20, as a BMC's store has no more.
    pub fn new(name: impl AsRef<[u8]>, password: impl AsRef<[u8]>, privilege: Privilege) -> Self {
        Self {
            name: cut(name.as_ref(), NAME),
            password: Password::stored(password.as_ref()),
            is_long: password.as_ref().len() > 16,
            privilege,
            is_enabled: true,
            access: 0x10,
            may_use_console: true,
        }
    }

    fn vacant() -> Self {
        Self {
            is_enabled: false,
            access: 0,
            may_use_console: false,
            ..Self::new("", "", Privilege::User)
        }
    }

    /// May log in over LAN.
    fn is_welcome(&self) -> bool {
        self.is_enabled && self.access & 0x10 != 0
    }

    pub(super) fn set_name(&mut self, name: &[u8]) {
        self.name = cut(name, NAME);
    }

    /// Takes a password in the form that it is sent in: 16 or 20 octets, filled up with zeros.
    pub(super) fn set_password(&mut self, padded: &[u8]) {
        self.is_long = padded.len() > 16;
        self.password = Password::stored(padded);
    }

    /// Whether this, in the form that it is sent in, is the password.
    pub(super) fn has_password(&self, padded: &[u8]) -> bool {
        bool::from(
            Password::stored(padded)
                .expose()
                .ct_eq(self.password.expose()),
        )
    }
}

/// What stands before the first zero, and at most so many octets.
fn cut(octets: &[u8], most: usize) -> Vec<u8> {
    octets
        .iter()
        .take(most)
        .take_while(|octet| **octet != 0)
        .copied()
        .collect()
}

impl fmt::Debug for SimulatedUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatedUser")
            .field("name", &String::from_utf8_lossy(&self.name))
            .field("privilege", &self.privilege)
            .field("is_enabled", &self.is_enabled)
            .finish_non_exhaustive()
    }
}

/// The table of users.
#[derive(Debug, Clone)]
pub(super) struct Users(Vec<SimulatedUser>);

/// Why nobody may log in under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unwelcome {
    /// There is no such user.
    Unknown,
    /// The user may not have this privilege.
    Privilege,
}

impl Users {
    /// Gives these users the ids from 2 on, as id 1 is the nameless one's (IPMI 2.0 §22.26); a nameless one among them gets it.
    pub(super) fn new(users: &[SimulatedUser]) -> Self {
        let mut table = vec![SimulatedUser::vacant()];
        for user in users {
            match (user.name.is_empty(), table.first_mut()) {
                (true, Some(first)) => *first = user.clone(),
                _ => table.push(user.clone()),
            }
        }
        table.truncate(usize::from(MOST));
        Self(table)
    }

    /// The user of this id; none if the id is out of range. An id without a user has a nameless one that is disabled.
    pub(super) fn user(&self, id: u8) -> Option<SimulatedUser> {
        let index = Self::index(id)?;
        Some(
            self.0
                .get(index)
                .cloned()
                .unwrap_or_else(SimulatedUser::vacant),
        )
    }

    /// The same, to change it.
    pub(super) fn user_mut(&mut self, id: u8) -> Option<&mut SimulatedUser> {
        let index = Self::index(id)?;
        while self.0.len() <= index {
            self.0.push(SimulatedUser::vacant());
        }
        self.0.get_mut(index)
    }

    fn index(id: u8) -> Option<usize> {
        (1..=MOST)
            .contains(&id)
            .then(|| usize::from(id.saturating_sub(1)))
    }

    pub(super) fn enabled(&self) -> u8 {
        let many = self.0.iter().filter(|user| user.is_enabled).count();
        u8::try_from(many).unwrap_or(MOST)
    }

    pub(super) fn has_names(&self) -> bool {
        self.0
            .iter()
            .any(|user| user.is_welcome() && !user.name.is_empty())
    }

    /// Whether the nameless user may log in, and whether its password is empty as well.
    pub(super) fn nameless(&self) -> (bool, bool) {
        let found = self
            .0
            .iter()
            .find(|user| user.is_welcome() && user.name.is_empty());
        (
            found.is_some(),
            found.is_some_and(|user| user.password.expose().iter().all(|octet| *octet == 0)),
        )
    }

    /// Who logs in with this name (IPMI 2.0 §13.20, RAKP message 1). With `name_only` the first of the name; otherwise the
    /// first of the name whose limit reaches the privilege.
    pub(super) fn look_up(
        &self,
        name: &[u8],
        privilege: Privilege,
        name_only: bool,
    ) -> Result<(u8, &SimulatedUser), Unwelcome> {
        let mut of_name = (1..)
            .zip(&self.0)
            .filter(|(_, user)| user.is_welcome() && user.name == name);
        let reaches = |user: &SimulatedUser| user.privilege >= privilege;
        if name_only {
            let found = of_name.next().ok_or(Unwelcome::Unknown)?;
            return if reaches(found.1) {
                Ok(found)
            } else {
                Err(Unwelcome::Privilege)
            };
        }
        of_name
            .find(|(_, user)| reaches(user))
            .ok_or(Unwelcome::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users() -> Users {
        Users::new(&[
            SimulatedUser::new("both", "reads", Privilege::User),
            SimulatedUser::new("both", "rules", Privilege::Administrator),
        ])
    }

    #[test]
    fn the_two_look_ups_find_different_users() {
        let users = users();
        let found = |privilege, name_only| {
            users
                .look_up(b"both", privilege, name_only)
                .map(|(id, _)| id)
        };
        assert_eq!(found(Privilege::User, true), Ok(2));
        assert_eq!(
            found(Privilege::Administrator, true),
            Err(Unwelcome::Privilege)
        );
        assert_eq!(found(Privilege::Administrator, false), Ok(3));
        assert_eq!(
            users.look_up(b"nobody", Privilege::User, true).err(),
            Some(Unwelcome::Unknown)
        );
    }

    #[test]
    fn nobody_has_no_access_and_no_password_is_shown() {
        let users = users();
        assert!(users.look_up(b"", Privilege::User, true).is_err());
        assert_eq!(users.nameless(), (false, false));
        assert!(!format!("{users:?}").contains("rules"));
    }

    #[test]
    fn passwords_are_compared_without_their_padding() {
        let mut users = users();
        let user = users.user_mut(7).unwrap();
        user.set_password(b"secret\0\0\0\0\0\0\0\0\0\0");
        assert!(user.has_password(b"secret\0\0\0\0\0\0\0\0\0\0"));
        assert!(!user.has_password(b"secre\0\0\0\0\0\0\0\0\0\0\0"));
        assert!(users.user_mut(16).is_none());
    }
}
