//! Network functions (IPMI 2.0 §5.1, table 5-1).

/// The network function of a request: even, and below 0x40. A response has the next odd number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetFn(u8);

impl NetFn {
    /// Chassis.
    pub const CHASSIS: Self = Self(0x00);
    /// Sensors and events.
    pub const SENSOR: Self = Self(0x04);
    /// The application: the BMC itself, its sessions and users.
    pub const APP: Self = Self(0x06);
    /// Storage: SEL, SDR, FRU.
    pub const STORAGE: Self = Self(0x0a);
    /// LAN and serial-over-LAN parameters.
    pub const TRANSPORT: Self = Self(0x0c);

    /// The network function of this number; none if it is odd or does not fit its six bits.
    pub const fn new(number: u8) -> Option<Self> {
        if number < 0x40 && number.is_multiple_of(2) {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The number of requests.
    pub const fn request(self) -> u8 {
        self.0
    }

    /// The number of responses.
    pub const fn response(self) -> u8 {
        self.0 | 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_even_numbers_of_six_bits_are_of_requests() {
        assert_eq!(NetFn::new(0x06), Some(NetFn::APP));
        assert_eq!(NetFn::new(0x07), None);
        assert_eq!(NetFn::new(0x40), None);
        assert_eq!(NetFn::APP.response(), 0x07);
    }
}
