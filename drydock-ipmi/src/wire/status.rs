//! Status codes of Open Session and RAKP (IPMI 2.0 §13.24, table 13-15).

use std::fmt;

/// How the other side says a step of the login went.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status(pub u8);

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        impl Status {
            $($(#[$doc])* pub const $name: Self = Self($code);)*

            /// What it means; none for codes that the specification does not give.
            pub fn meaning(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some($text),)*
                    _ => None,
                }
            }
        }
    };
}

statuses! {
    /// It went well.
    OK = 0x00, "no errors";
    /// No slot is free.
    NO_RESOURCES = 0x01, "insufficient resources to create a session";
    /// The BMC does not know the session id.
    INVALID_SESSION_ID = 0x02, "invalid session id";
    /// Not at this step.
    INVALID_PAYLOAD_TYPE = 0x03, "invalid payload type";
    /// The authentication algorithm is not there.
    INVALID_AUTHENTICATION = 0x04, "invalid authentication algorithm";
    /// The integrity algorithm is not there.
    INVALID_INTEGRITY = 0x05, "invalid integrity algorithm";
    /// The authentication algorithm does not go with the others.
    NO_MATCHING_AUTHENTICATION = 0x06, "no matching authentication payload";
    /// The integrity algorithm does not go with the others.
    NO_MATCHING_INTEGRITY = 0x07, "no matching integrity payload";
    /// The session is over.
    INACTIVE_SESSION_ID = 0x08, "inactive session id";
    /// There is no such role.
    INVALID_ROLE = 0x09, "invalid role";
    /// The user may not have it.
    UNAUTHORIZED_ROLE = 0x0a, "unauthorized role or privilege level requested";
    /// No slot is free for this role.
    NO_RESOURCES_FOR_ROLE = 0x0b, "insufficient resources to create a session at the requested role";
    /// The user's name is too long or too short.
    INVALID_NAME_LENGTH = 0x0c, "invalid name length";
    /// There is no such user.
    UNAUTHORIZED_NAME = 0x0d, "unauthorized name";
    /// Not with this GUID.
    UNAUTHORIZED_GUID = 0x0e, "unauthorized GUID";
    /// The proof does not fit.
    INVALID_INTEGRITY_CHECK = 0x0f, "invalid integrity check value";
    /// The confidentiality algorithm is not there.
    INVALID_CONFIDENTIALITY = 0x10, "invalid confidentiality algorithm";
    /// The three algorithms are no cipher suite that the BMC has.
    NO_CIPHER_SUITE = 0x11, "no cipher suite match with the proposed algorithms";
    /// A field holds what it must not.
    ILLEGAL_PARAMETER = 0x12, "illegal or unrecognized parameter";
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.meaning() {
            Some(meaning) => write!(f, "0x{:02x} ({meaning})", self.0),
            None => write!(f, "0x{:02x}", self.0),
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
