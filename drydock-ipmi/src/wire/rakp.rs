//! RAKP Messages 1 to 4 (IPMI 2.0 §13.20 to §13.23, tables 13-11 to 13-14): both sides prove that they know the password.
//!
//! Codes are taken as they come, of any length; whether they are right is for [`crypto`](crate::crypto) to say.

use super::{Invalid, Status};
use crate::octets::Octets;

/// RAKP Message 1, from the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rakp1<'a> {
    /// Comes back in RAKP Message 2.
    pub tag: u8,
    /// The BMC's session id.
    pub bmc_id: u32,
    /// The console's random number.
    pub nonce: [u8; 16],
    /// The privilege level that is asked for, in bits 3:0; bit 4 says that the user is looked up by name only. This octet
    /// goes into the proofs as it is.
    pub role: u8,
    /// The user, at most 16 octets.
    pub name: &'a [u8],
}

/// RAKP Message 2, from the BMC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rakp2<'a> {
    /// That of RAKP Message 1.
    pub tag: u8,
    /// The console's session id.
    pub console_id: u32,
    /// What the BMC answers, or why it does not.
    pub outcome: Result<Rakp2Offer<'a>, Status>,
}

/// What RAKP Message 2 brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rakp2Offer<'a> {
    /// The BMC's random number.
    pub nonce: [u8; 16],
    /// The BMC's GUID.
    pub guid: [u8; 16],
    /// Its proof: an HMAC, and whatever followed it.
    pub code: &'a [u8],
}

/// RAKP Message 3, from the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rakp3<'a> {
    /// Comes back in RAKP Message 4.
    pub tag: u8,
    /// The BMC's session id.
    pub bmc_id: u32,
    /// The console's proof; or why the console ends the login, whereupon the BMC frees the session without an answer.
    pub outcome: Result<&'a [u8], Status>,
}

/// RAKP Message 4, from the BMC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rakp4<'a> {
    /// That of RAKP Message 3.
    pub tag: u8,
    /// The console's session id.
    pub console_id: u32,
    /// The integrity check value, and whatever followed it; or why there is no session.
    pub outcome: Result<&'a [u8], Status>,
}

impl<'a> Rakp1<'a> {
    /// Reads a whole payload.
    ///
    /// # Errors
    /// When it is too short, or the name too long.
    pub fn parse(payload: &'a [u8]) -> Result<Self, Invalid> {
        let mut octets = Octets::new(payload);
        let [tag, _, _, _] = octets.array()?;
        let (bmc_id, nonce) = (octets.u32()?, octets.array()?);
        let [role, _, _, length] = octets.array()?;
        if length > 16 {
            return Err(Invalid("a user's name is at most 16 octets long"));
        }
        Ok(Self {
            tag,
            bmc_id,
            nonce,
            role,
            name: octets.take(usize::from(length))?,
        })
    }

    /// Writes a whole payload. Of a name that is too long nothing is written.
    pub fn emit(&self, out: &mut Vec<u8>) {
        let (length, name) = match u8::try_from(self.name.len()) {
            Ok(length @ 0..=16) => (length, self.name),
            _ => (0, &[][..]),
        };
        out.extend_from_slice(&[self.tag, 0, 0, 0]);
        out.extend_from_slice(&self.bmc_id.to_le_bytes());
        out.extend_from_slice(&self.nonce);
        out.extend_from_slice(&[self.role, 0, 0, length]);
        out.extend_from_slice(name);
    }
}

/// The eight octets that RAKP Messages 2 to 4 begin with.
fn head(octets: &mut Octets<'_>) -> Result<(u8, Status, u32), Invalid> {
    let [tag, status, _, _] = octets.array()?;
    Ok((tag, Status(status), octets.u32()?))
}

fn emit_head(tag: u8, status: Status, id: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&[tag, status.0, 0, 0]);
    out.extend_from_slice(&id.to_le_bytes());
}

impl<'a> Rakp2<'a> {
    /// Reads a whole payload. Of a refusal only the first eight octets are looked at.
    ///
    /// # Errors
    /// When it is too short.
    pub fn parse(payload: &'a [u8]) -> Result<Self, Invalid> {
        let mut octets = Octets::new(payload);
        let (tag, status, console_id) = head(&mut octets)?;
        let outcome = match status {
            Status::OK => Ok(Rakp2Offer {
                nonce: octets.array()?,
                guid: octets.array()?,
                code: octets.rest(),
            }),
            status => Err(status),
        };
        Ok(Self {
            tag,
            console_id,
            outcome,
        })
    }

    /// Writes a whole payload.
    pub fn emit(&self, out: &mut Vec<u8>) {
        let status = self.outcome.as_ref().err().copied().unwrap_or(Status::OK);
        emit_head(self.tag, status, self.console_id, out);
        if let Ok(offer) = &self.outcome {
            out.extend_from_slice(&offer.nonce);
            out.extend_from_slice(&offer.guid);
            out.extend_from_slice(offer.code);
        }
    }
}

macro_rules! proof {
    ($name:ident, $id:ident) => {
        impl<'a> $name<'a> {
            /// Reads a whole payload. Of a refusal only the first eight octets are looked at.
            ///
            /// # Errors
            /// When it is too short.
            pub fn parse(payload: &'a [u8]) -> Result<Self, Invalid> {
                let mut octets = Octets::new(payload);
                let (tag, status, $id) = head(&mut octets)?;
                let outcome = match status {
                    Status::OK => Ok(octets.rest()),
                    status => Err(status),
                };
                Ok(Self { tag, $id, outcome })
            }

            /// Writes a whole payload.
            pub fn emit(&self, out: &mut Vec<u8>) {
                let status = self.outcome.err().unwrap_or(Status::OK);
                emit_head(self.tag, status, self.$id, out);
                out.extend_from_slice(self.outcome.unwrap_or_default());
            }
        }
    };
}

proof!(Rakp3, bmc_id);
proof!(Rakp4, console_id);
