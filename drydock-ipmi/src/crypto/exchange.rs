//! The proofs of RAKP and the keys that follow from it (IPMI 2.0 §13.31, §13.32).
//!
//! "M" of the specification is the console, "C" the BMC.

use super::{Code, SessionKeys, Suite, mac::Mac};
use crate::account::{Kg, Password};

/// What both sides have told each other by RAKP Message 2. Both compute the same from it.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The suite that was agreed on.
    pub suite: Suite,
    /// The console's session id.
    pub console_id: u32,
    /// The BMC's session id.
    pub bmc_id: u32,
    /// The console's random number.
    pub console_nonce: &'a [u8; 16],
    /// The BMC's random number.
    pub bmc_nonce: &'a [u8; 16],
    /// The BMC's GUID, as it was sent.
    pub guid: &'a [u8; 16],
    /// The octet of RAKP Message 1 that says privilege and lookup.
    pub role: u8,
    /// The user.
    pub name: &'a [u8],
}

impl Exchange<'_> {
    fn mac(&self, key: &[u8]) -> Mac {
        Mac::new(self.suite.algorithms().authentication, key)
    }

    /// Role, length of the name, name: how all but one of the proofs end.
    fn user(&self) -> ([u8; 2], &[u8]) {
        let length = u8::try_from(self.name.len()).unwrap_or(u8::MAX);
        ([self.role, length], self.name)
    }

    /// The BMC's proof that it knows the password, sent in RAKP Message 2.
    pub fn rakp2(&self, password: &Password) -> Code {
        let (head, name) = self.user();
        let whole = self.mac(password.expose()).of(&[
            &self.console_id.to_le_bytes(),
            &self.bmc_id.to_le_bytes(),
            self.console_nonce,
            self.bmc_nonce,
            self.guid,
            &head,
            name,
        ]);
        Code::new(whole.as_slice(), usize::MAX)
    }

    /// The console's proof that it knows the password, sent in RAKP Message 3.
    pub fn rakp3(&self, password: &Password) -> Code {
        let (head, name) = self.user();
        let whole = self.mac(password.expose()).of(&[
            self.bmc_nonce,
            &self.console_id.to_le_bytes(),
            &head,
            name,
        ]);
        Code::new(whole.as_slice(), usize::MAX)
    }

    /// The session's keys. Without K_g the password stands for it.
    pub fn keys(&self, password: &Password, k_g: Option<&Kg>) -> SessionKeys {
        let key = k_g.and_then(Kg::expose).unwrap_or(password.expose());
        let (head, name) = self.user();
        let sik = (self.mac(key)).of(&[self.console_nonce, self.bmc_nonce, &head, name]);
        SessionKeys::new(self.suite, sik.as_slice())
    }

    /// The BMC's proof that it has the same keys, sent in RAKP Message 4.
    pub fn rakp4(&self, keys: &SessionKeys) -> Code {
        let whole = keys.proof(&[self.console_nonce, &self.bmc_id.to_le_bytes(), self.guid]);
        Code::new(whole.as_slice(), self.suite.rakp4_length())
    }
}
