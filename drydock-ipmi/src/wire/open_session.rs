//! RMCP+ Open Session (IPMI 2.0 §13.17, §13.18, tables 13-9 and 13-10).

use super::{Algorithms, Invalid, Privilege, Status};
use crate::octets::Octets;

/// RMCP+ Open Session Request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenSessionRequest {
    /// Comes back in the response.
    pub tag: u8,
    /// The most that the session may be allowed; none for as much as the algorithms permit.
    pub privilege: Option<Privilege>,
    /// The id that the console wants to be called by; not 0.
    pub console_id: u32,
    /// What is asked for.
    pub algorithms: Algorithms,
}

/// RMCP+ Open Session Response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenSessionResponse {
    /// The request's.
    pub tag: u8,
    /// The request's; 0 in a refusal that ends after its status, as some BMCs send it.
    pub console_id: u32,
    /// The session, or why there is none.
    pub outcome: Result<OpenedSession, Status>,
}

/// What a BMC opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenedSession {
    /// The number of the most that the session may be allowed. Some BMCs write here what was asked, or 0.
    pub privilege: u8,
    /// The id that the BMC wants to be called by; not 0.
    pub bmc_id: u32,
    /// What it chose.
    pub algorithms: Algorithms,
}

impl OpenSessionRequest {
    /// Reads a whole payload.
    ///
    /// # Errors
    /// When it is too short, or leaves an algorithm to the BMC.
    pub fn parse(payload: &[u8]) -> Result<Self, Invalid> {
        let mut octets = Octets::new(payload);
        let [tag, privilege, _, _] = octets.array()?;
        Ok(Self {
            tag,
            privilege: Privilege::new(privilege & 0x0f),
            console_id: octets.u32()?,
            algorithms: Algorithms::parse(&mut octets)?,
        })
    }

    /// Writes a whole payload.
    pub fn emit(&self, out: &mut Vec<u8>) {
        let privilege = self.privilege.map_or(0, Privilege::number);
        out.extend_from_slice(&[self.tag, privilege, 0, 0]);
        out.extend_from_slice(&self.console_id.to_le_bytes());
        self.algorithms.emit(out);
    }
}

impl OpenSessionResponse {
    /// Reads a whole payload. Of a refusal only the first eight octets are looked at, or two if there are no more.
    ///
    /// # Errors
    /// When it is too short, or its algorithms are not in their form.
    pub fn parse(payload: &[u8]) -> Result<Self, Invalid> {
        let mut octets = Octets::new(payload);
        let (tag, status) = (octets.u8()?, Status(octets.u8()?));
        if status != Status::OK {
            let mut id = octets;
            let console_id = id.take(2).and_then(|_| id.u32()).unwrap_or_default();
            return Ok(Self {
                tag,
                console_id,
                outcome: Err(status),
            });
        }
        let [privilege, _] = octets.array()?;
        Ok(Self {
            tag,
            console_id: octets.u32()?,
            outcome: Ok(OpenedSession {
                privilege: privilege & 0x0f,
                bmc_id: octets.u32()?,
                algorithms: Algorithms::parse(&mut octets)?,
            }),
        })
    }

    /// Writes a whole payload; of a refusal without an id only tag and status.
    pub fn emit(&self, out: &mut Vec<u8>) {
        match &self.outcome {
            Err(status) if self.console_id == 0 => out.extend_from_slice(&[self.tag, status.0]),
            Err(status) => {
                out.extend_from_slice(&[self.tag, status.0, 0, 0]);
                out.extend_from_slice(&self.console_id.to_le_bytes());
            }
            Ok(opened) => {
                out.extend_from_slice(&[self.tag, Status::OK.0, opened.privilege, 0]);
                out.extend_from_slice(&self.console_id.to_le_bytes());
                out.extend_from_slice(&opened.bmc_id.to_le_bytes());
                opened.algorithms.emit(out);
            }
        }
    }
}
