//! Who logs in at a BMC: name, password, K_g, and what the session shall be allowed.
//!
//! Limits are those of the wire, checked here and not by cutting: a password that a BMC stores only half of is no password.
//! Secrets are overwritten when they are dropped, and shown nowhere.

use crate::wire::Privilege;
use std::fmt;
use zeroize::Zeroizing;

/// The longest name of a user, in octets (IPMI 2.0 §13.20).
pub const NAME_LIMIT: usize = 16;
/// The longest password and K_g, in octets (IPMI 2.0 §22.30, §22.25).
pub const SECRET_LIMIT: usize = 20;

/// A user's account at BMCs.
///
/// ```
/// use drydock_ipmi::{account::{Account, Kg}, wire::Privilege};
/// # fn main() -> Result<(), drydock_ipmi::account::AccountError> {
/// let account = Account::new("admin", "a long password")?
///     .with_k_g(Kg::new("the BMC's own key")?)
///     .with_privilege(Privilege::Administrator);
/// assert!(!format!("{account:?}").contains("long"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Account {
    /// Who.
    pub name: UserName,
    /// The password.
    pub password: Password,
    /// The BMC's own key, where it has one.
    pub k_g: Option<Kg>,
    /// The level that the session is raised to.
    pub privilege: Privilege,
    /// How the BMC finds the user.
    pub lookup: Lookup,
}

impl Account {
    /// An account of level OPERATOR, without K_g, looked up by its name only.
    ///
    /// # Errors
    /// When the name or the password is too long or holds a NUL octet, which IPMI ends both with.
    pub fn new(name: &str, password: impl AsRef<[u8]>) -> Result<Self, AccountError> {
        Ok(Self {
            name: UserName::new(name)?,
            password: Password::new(password)?,
            k_g: None,
            privilege: Privilege::default(),
            lookup: Lookup::default(),
        })
    }

    /// With the BMC's key.
    #[must_use]
    pub fn with_k_g(mut self, k_g: Kg) -> Self {
        self.k_g = Some(k_g);
        self
    }

    /// With this level.
    #[must_use]
    pub fn with_privilege(mut self, privilege: Privilege) -> Self {
        self.privilege = privilege;
        self
    }

    /// Looked up in this way.
    #[must_use]
    pub fn with_lookup(mut self, lookup: Lookup) -> Self {
        self.lookup = lookup;
        self
    }

    /// The octet that says privilege and lookup in RAKP Message 1.
    pub(crate) fn role(&self) -> u8 {
        match self.lookup {
            Lookup::NameAndPrivilege => self.privilege.number(),
            Lookup::NameOnly => self.privilege.number() | 0x10,
        }
    }
}

/// How a BMC finds the user (IPMI 2.0 §13.20, table 13-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Lookup {
    /// The first user of this name. The default, as other clients do it.
    #[default]
    NameOnly,
    /// The first user of this name who may have this privilege. Some BMCs take only one whose limit is this very level.
    NameAndPrivilege,
}

/// Why an account cannot be used. None of these shows the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The user's name is too long.
    #[error("the user name is {0} octets long, and IPMI allows 16; choose a shorter one")]
    NameTooLong(usize),
    /// The password is too long.
    #[error("the password is {0} octets long, and IPMI allows 20; choose a shorter one")]
    PasswordTooLong(usize),
    /// K_g is too long.
    #[error("K_g is {0} octets long, and IPMI allows 20")]
    KgTooLong(usize),
    /// There is a NUL octet in the name or the password.
    #[error("there is a NUL octet in the {0}, and IPMI ends it there; leave it out")]
    Nul(&'static str),
}

/// A user's name: at most 16 octets, and no NUL.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UserName(Box<str>);

impl UserName {
    /// A name; an empty one is the anonymous user.
    ///
    /// # Errors
    /// When it is too long, or holds a NUL.
    pub fn new(name: &str) -> Result<Self, AccountError> {
        match name.len() {
            ..=NAME_LIMIT if name.contains('\0') => Err(AccountError::Nul("user name")),
            ..=NAME_LIMIT => Ok(Self(name.into())),
            length => Err(AccountError::NameTooLong(length)),
        }
    }

    /// As it is.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its octets.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Up to twenty octets with NULs after them, as BMCs keep secrets.
type Padded = Zeroizing<[u8; SECRET_LIMIT]>;

/// None if it is too long.
fn padded(secret: &[u8]) -> Option<Padded> {
    let mut padded = Padded::default();
    padded.get_mut(..secret.len())?.copy_from_slice(secret);
    Some(padded)
}

/// A user's password: at most 20 octets, and no NUL.
#[derive(Clone)]
pub struct Password(Padded);

impl Password {
    /// A password.
    ///
    /// # Errors
    /// When it is too long, or holds a NUL.
    pub fn new(password: impl AsRef<[u8]>) -> Result<Self, AccountError> {
        let password = password.as_ref();
        if password.contains(&0) {
            return Err(AccountError::Nul("password"));
        }
        let kept = padded(password).ok_or(AccountError::PasswordTooLong(password.len()))?;
        Ok(Self(kept))
    }

    /// One as a BMC stores it: what stands before the first NUL, and at most 20 octets.
    #[cfg(feature = "testing")]
    pub(crate) fn stored(octets: &[u8]) -> Self {
        let mut kept = Padded::default();
        let stored = octets.iter().take_while(|octet| **octet != 0);
        for (to, from) in kept.iter_mut().zip(stored) {
            *to = *from;
        }
        Self(kept)
    }

    /// Its twenty octets, NULs after it.
    pub(crate) fn expose(&self) -> &[u8; SECRET_LIMIT] {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// K_g, the key of a BMC itself: at most 20 octets of any value (IPMI 2.0 §13.33). One of NULs only is none.
#[derive(Clone)]
pub struct Kg(Padded);

impl Kg {
    /// A key.
    ///
    /// # Errors
    /// When it is too long.
    pub fn new(k_g: impl AsRef<[u8]>) -> Result<Self, AccountError> {
        let k_g = k_g.as_ref();
        padded(k_g)
            .map(Self)
            .ok_or(AccountError::KgTooLong(k_g.len()))
    }

    /// Its twenty octets, none if all are NUL.
    pub(crate) fn expose(&self) -> Option<&[u8; SECRET_LIMIT]> {
        let is_set = self.0.iter().any(|octet| *octet != 0);
        is_set.then_some(&*self.0)
    }
}

impl fmt::Debug for Kg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kg(..)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_the_wire_is_refused() {
        let error = |name: &str, password: &str| Account::new(name, password).unwrap_err();
        assert!(Account::new(&"n".repeat(16), "p".repeat(20)).is_ok());
        assert_eq!(error(&"n".repeat(17), "p"), AccountError::NameTooLong(17));
        assert_eq!(
            error("n", &"p".repeat(21)),
            AccountError::PasswordTooLong(21)
        );
        assert_eq!(error("n\0", "p"), AccountError::Nul("user name"));
        assert_eq!(error("n", "p\0"), AccountError::Nul("password"));
        assert_eq!(Kg::new([1; 21]).unwrap_err(), AccountError::KgTooLong(21));
    }

    #[test]
    fn no_secret_is_shown() {
        let account = Account::new("admin", "canary").unwrap();
        let shown = format!("{:?}", account.with_k_g(Kg::new("canary").unwrap()));
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("admin"), "{shown}");
    }

    #[test]
    fn a_key_of_nuls_is_none() {
        assert!(Kg::new([0; 20]).unwrap().expose().is_none());
        assert!(Kg::new("\0k").unwrap().expose().is_some());
    }
}
