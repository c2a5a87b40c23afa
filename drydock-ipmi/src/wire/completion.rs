//! Completion codes (IPMI 2.0 §5.2, table 5-2).

use std::fmt;

/// How a BMC says a command went. Codes 0x80 to 0xBE mean what the command says they mean.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompletionCode(pub u8);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        impl CompletionCode {
            $($(#[$doc])* pub const $name: Self = Self($code);)*

            /// What the code means, where it means the same for all commands.
            pub fn meaning(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some($text),)*
                    _ => None,
                }
            }
        }
    };
}

codes! {
    /// It was done.
    OK = 0x00, "completed normally";
    /// The BMC has too much to do.
    BUSY = 0xc0, "node busy";
    /// No such command.
    INVALID_COMMAND = 0xc1, "invalid command";
    /// The command does not exist for this LUN.
    INVALID_FOR_LUN = 0xc2, "command invalid for the given LUN";
    /// The BMC ran out of time inside.
    TIMEOUT = 0xc3, "timeout while processing the command";
    /// The BMC ran out of space.
    OUT_OF_SPACE = 0xc4, "out of space";
    /// The reservation was cancelled, or is another's.
    RESERVATION_CANCELLED = 0xc5, "reservation cancelled or invalid";
    /// The request was cut.
    REQUEST_TRUNCATED = 0xc6, "request data truncated";
    /// The request's length is wrong.
    LENGTH_INVALID = 0xc7, "request data length invalid";
    /// The request's field is too long.
    FIELD_LIMIT = 0xc8, "request data field length limit exceeded";
    /// A parameter is out of range.
    OUT_OF_RANGE = 0xc9, "parameter out of range";
    /// So many octets cannot be returned.
    CANNOT_RETURN = 0xca, "cannot return number of requested data bytes";
    /// What is asked for is not there.
    NOT_PRESENT = 0xcb, "requested sensor, data or record not present";
    /// The request's field is not valid.
    INVALID_FIELD = 0xcc, "invalid data field in request";
    /// Not for this sensor or record type.
    ILLEGAL = 0xcd, "command illegal for the specified sensor or record type";
    /// No response could be made.
    NO_RESPONSE = 0xce, "command response could not be provided";
    /// The same request is being carried out.
    DUPLICATE = 0xcf, "cannot execute duplicated request";
    /// The SDR repository is being updated.
    SDR_UPDATING = 0xd0, "SDR repository in update mode";
    /// The firmware is being updated.
    FIRMWARE_UPDATING = 0xd1, "device in firmware update mode";
    /// The BMC is starting.
    STARTING = 0xd2, "BMC initialisation in progress";
    /// The destination is not there.
    DESTINATION_UNAVAILABLE = 0xd3, "destination unavailable";
    /// The session's privilege does not reach.
    PRIVILEGE = 0xd4, "insufficient privilege level";
    /// Not in the present state.
    NOT_NOW = 0xd5, "not supported in present state";
    /// The sub-function is switched off.
    DISABLED = 0xd6, "sub-function disabled or unavailable";
    /// No more is said.
    UNSPECIFIED = 0xff, "unspecified error";
}

impl CompletionCode {
    /// Whether it was done.
    pub fn is_ok(self) -> bool {
        self == Self::OK
    }
}

impl fmt::Display for CompletionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.meaning() {
            Some(meaning) => write!(f, "0x{:02x} ({meaning})", self.0),
            None => write!(f, "0x{:02x}", self.0),
        }
    }
}

impl fmt::Debug for CompletionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_what_they_mean() {
        assert_eq!(
            CompletionCode::PRIVILEGE.to_string(),
            "0xd4 (insufficient privilege level)"
        );
        assert_eq!(CompletionCode(0x81).to_string(), "0x81");
        assert!(CompletionCode::OK.is_ok());
    }
}
