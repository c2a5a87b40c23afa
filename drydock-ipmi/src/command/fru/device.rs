//! Get FRU Inventory Area Info and Read FRU Data (IPMI 2.0 §34.1, §34.2).

use crate::{
    command::{Command, Malformed, Repeat, Request},
    octets::Octets,
    wire::NetFn,
};

/// Asks how large a FRU's inventory is, by its device id; 0 is the machine's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetFruSize(pub u8);

impl Command for GetFruSize {
    type Answer = FruSize;

    fn name(&self) -> &'static str {
        "Get FRU Inventory Area Info"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::STORAGE, 0x10, [self.0])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<FruSize, Malformed> {
        let mut octets = Octets::new(data);
        Ok(FruSize {
            octets: octets.u16()?,
            // Some BMCs leave it out.
            by_words: octets.u8().unwrap_or(0) & 0x01 != 0,
        })
    }
}

/// How large a FRU's inventory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FruSize {
    /// In octets.
    pub octets: u16,
    /// Whether it is asked for in words of two octets.
    pub by_words: bool,
}

impl FruSize {
    /// As a BMC answers.
    pub fn emit(&self) -> Vec<u8> {
        let [low, high] = self.octets.to_le_bytes();
        vec![low, high, u8::from(self.by_words)]
    }
}

/// Asks for a part of a FRU's inventory. [`ReadFru`](super::ReadFru) reads what is of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadFruPart {
    /// Of which FRU.
    pub device: u8,
    /// From where, in octets or words.
    pub offset: u16,
    /// How many octets or words.
    pub count: u8,
}

impl Command for ReadFruPart {
    /// The octets that came; at least one.
    type Answer = Vec<u8>;

    fn name(&self) -> &'static str {
        "Read FRU Data"
    }

    fn request(&self) -> Request {
        let [low, high] = self.offset.to_le_bytes();
        let data = [self.device, low, high, self.count];
        Request::new(NetFn::STORAGE, 0x11, data)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<Vec<u8>, Malformed> {
        let mut octets = Octets::new(data);
        let count = octets.u8()?;
        let part = octets.rest();
        if part.is_empty() || count == 0 {
            return Err(Malformed("no octet of the inventory came"));
        }
        // The count is in words for some, so it only says that there is something.
        Ok(part.to_vec())
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[(0x81, "the FRU is busy")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn size_and_parts_are_as_recorded() {
        let size = GetFruSize(0).answer(&[0x00, 0x02, 0x00]).unwrap();
        assert_eq!((size.octets, size.by_words), (512, false));
        assert_eq!(size.emit(), [0x00, 0x02, 0x00]);
        let part = ReadFruPart {
            device: 0,
            offset: 0x1f8,
            count: 16,
        };
        assert_eq!(part.request().data, [0, 0xf8, 1, 16]);
        assert_eq!(part.answer(&[2, 0xaa, 0xbb]).unwrap(), [0xaa, 0xbb]);
        assert!(part.answer(&[0, 0xaa]).is_err() && part.answer(&[2]).is_err());
    }

    proptest! {
        #[test]
        fn any_octets_are_an_answer_or_malformed(data: Vec<u8>) {
            prop_assert_eq!(GetFruSize(0).answer(&data).is_ok(), data.len() >= 2);
            let part = ReadFruPart { device: 0, offset: 0, count: 8 };
            if let Ok(part) = part.answer(&data) {
                prop_assert!(!part.is_empty() && part.len() < data.len());
            }
        }
    }
}
