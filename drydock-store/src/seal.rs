//! Sealing secrets with a key of 32 bytes that the host keeps elsewhere.
//!
//! What is sealed is one byte of format, a nonce of 24 bytes, and the secret under XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha-03) with its place as associated data. The nonce is a keyed digest of place and secret, as in
//! RFC 5297 (SIV): the same secret at the same place gives the same bytes, so that a design which has not changed is known
//! for the same; two different ones never share a nonce. All that can be told without the key is the secret's length, and
//! whether the secret of one place is what it was before.

use chacha20poly1305::{
    Key, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use drydock_core::secret::{Seal, SealError, Secret};
use hmac_sha256::HMAC;
use std::fmt;

const FORMAT: u8 = 1;
const NONCE: usize = 24;

/// A key of 32 bytes that seals what stores keep. It prints as nothing and is overwritten when dropped as far as safe code
/// can.
pub struct KeySeal {
    sealing: [u8; 32],
    naming: [u8; 32],
}

impl KeySeal {
    /// The seal of this key: 32 bytes from a source of randomness, not a word that people can guess.
    pub fn new(key: &[u8; 32]) -> Self {
        // One key for one purpose (NIST SP 800-57 part 1, 5.2).
        Self {
            sealing: HMAC::mac(b"drydock seal 1: sealing", key),
            naming: HMAC::mac(b"drydock seal 1: naming", key),
        }
    }

    /// The seal of a key of 64 hexadecimal digits, such as `openssl rand -hex 32` gives; blanks around it do not count.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn from_hex(key: &Secret) -> Result<Self, SealError> {
        let wrong = || {
            SealError::new("a key is 64 hexadecimal digits, as `openssl rand -hex 32` gives them")
        };
        let digits: Vec<u8> = key
            .expose()
            .trim()
            .chars()
            .map(|digit| digit.to_digit(16).map(|half| half as u8))
            .collect::<Option<_>>()
            .ok_or_else(wrong)?;
        let mut bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |byte, half| byte << 4 | half))
            .collect();
        let seal = match (digits.len(), <&[u8; 32]>::try_from(bytes.as_slice())) {
            (64, Ok(key)) => Ok(Self::new(key)),
            _ => Err(wrong()),
        };
        bytes.fill(0);
        seal
    }

    fn nonce(&self, secret: &Secret, place: &str) -> XNonce {
        let mut digest = HMAC::new(self.naming);
        // The length keeps the end of the place and the beginning of the secret apart.
        digest.update((place.len() as u64).to_le_bytes());
        digest.update(place);
        digest.update(secret.expose());
        let digest = digest.finalize();
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&digest[..NONCE]);
        nonce.into()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.sealing))
    }
}

impl Drop for KeySeal {
    fn drop(&mut self) {
        self.sealing.fill(0);
        self.naming.fill(0);
        std::hint::black_box((&self.sealing, &self.naming));
    }
}

impl fmt::Debug for KeySeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySeal").finish_non_exhaustive()
    }
}

impl Seal for KeySeal {
    fn seal(&self, secret: &Secret, place: &str) -> Result<Vec<u8>, SealError> {
        let nonce = self.nonce(secret, place);
        let payload = Payload {
            msg: secret.expose().as_bytes(),
            aad: place.as_bytes(),
        };
        let sealed = self.cipher().encrypt(&nonce, payload);
        let sealed = sealed.map_err(|_| SealError::new("it is too long to be sealed"))?;
        Ok([&[FORMAT][..], nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, sealed: &[u8], place: &str) -> Result<Secret, SealError> {
        let other = || {
            SealError::new(
                "it was sealed with another key or for another place, or was changed since",
            )
        };
        let (format, sealed) = sealed.split_first().ok_or_else(other)?;
        if *format != FORMAT {
            let newer = format!(
                "it was sealed in format {format}, and this version knows {FORMAT}; use a newer one"
            );
            return Err(SealError::new(newer));
        }
        let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or_else(other)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| other())?;
        let payload = Payload {
            msg: sealed,
            aad: place.as_bytes(),
        };
        let opened = self
            .cipher()
            .decrypt(&nonce.into(), payload)
            .map_err(|_| other())?;
        String::from_utf8(opened).map(Secret::new).map_err(|error| {
            error.into_bytes().fill(0);
            other()
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PLACE: &str = "BaremetalNode/n1 oob.credential";

    fn seal() -> KeySeal {
        KeySeal::new(&[7; 32])
    }

    #[test]
    fn what_is_sealed_opens_at_its_place_alone() {
        let secret = Secret::new("hunter2");
        let sealed = seal().seal(&secret, PLACE).unwrap();
        assert_eq!(seal().open(&sealed, PLACE).unwrap(), secret);
        let error = seal()
            .open(&sealed, "BaremetalNode/n2 oob.credential")
            .unwrap_err();
        assert!(error.to_string().contains("another place"), "{error}");
        assert!(KeySeal::new(&[8; 32]).open(&sealed, PLACE).is_err());
        assert_eq!(
            sealed,
            seal().seal(&secret, PLACE).unwrap(),
            "the same bytes again"
        );
        let elsewhere = seal()
            .seal(&secret, "BaremetalNode/n2 oob.credential")
            .unwrap();
        assert_ne!(sealed[1..25], elsewhere[1..25], "no nonce twice");
        let other = seal().seal(&Secret::new("hunter3"), PLACE).unwrap();
        assert_ne!(sealed[1..25], other[1..25], "no nonce twice");
    }

    #[test]
    fn any_other_byte_is_told() {
        let sealed = seal().seal(&Secret::new("hunter2"), PLACE).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(seal().open(&changed, PLACE).is_err(), "byte {at}");
            assert!(seal().open(&sealed[..at], PLACE).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_key_is_64_digits() {
        let text = "07".repeat(32);
        let secret = Secret::new("x");
        let sealed = seal().seal(&secret, PLACE).unwrap();
        let read = KeySeal::from_hex(&Secret::new(format!("{text}\n"))).unwrap();
        assert_eq!(read.open(&sealed, PLACE).unwrap(), secret);
        for wrong in [
            "",
            "07",
            &text[1..],
            &format!("{text}0"),
            &text.replace('7', "g"),
        ] {
            assert!(KeySeal::from_hex(&Secret::new(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn it_prints_nothing_of_itself() {
        assert_eq!(format!("{:?}", seal()), "KeySeal { .. }");
    }
}
