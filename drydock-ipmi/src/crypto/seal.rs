//! Packets of a session: encrypted, authenticated, and back (IPMI 2.0 §13.28.4, §13.29).

use super::SessionKeys;
use crate::wire::{Invalid, PayloadType, TRAILER_FIXED, V20};
use cbc::cipher::{Array, BlockModeDecrypt as _, BlockModeEncrypt as _, InnerIvInit as _};

/// Octets of RMCP in front of what an AuthCode covers.
const RMCP: usize = 4;
const BLOCK: usize = 16;
const NEXT_HEADER: u8 = 0x07;

/// What a packet held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What kind of payload.
    pub payload_type: PayloadType,
    /// The sender's session sequence number; ask a [`Window`](super::Window) whether it is new.
    pub sequence: u32,
    /// The payload.
    pub payload: Vec<u8>,
}

/// Why a packet is not one of this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// It is no packet.
    #[error("{0}")]
    Unreadable(#[from] Invalid),
    /// It is not authenticated and encrypted as was agreed.
    #[error("not authenticated and encrypted as agreed")]
    Unprotected,
    /// Its AuthCode is wrong.
    #[error("its AuthCode is wrong")]
    Forged,
    /// Its AuthCode is right, and what it holds is wrong: lengths or pads.
    #[error("{0}")]
    Malformed(&'static str),
}

/// Writes a datagram with this payload, as the suite says. `iv` is sixteen octets that nobody can foresee, new each time.
///
/// ```
/// use drydock_ipmi::{account::Password, crypto::{Exchange, Suite, open, seal}, wire::PayloadType};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let exchange = Exchange {
///     suite: Suite::SEVENTEEN,
///     console_id: 1,
///     bmc_id: 2,
///     console_nonce: &[3; 16],
///     bmc_nonce: &[4; 16],
///     guid: &[5; 16],
///     role: 3,
///     name: b"operator",
/// };
/// let keys = exchange.keys(&Password::new("password")?, None);
/// let mut datagram = Vec::new();
/// seal(&keys, PayloadType::Ipmi, 2, 1, b"payload", &[6; 16], &mut datagram);
/// assert_eq!(open(&keys, &datagram)?.payload, b"payload");
/// # Ok(())
/// # }
/// ```
///
/// `session_id` is the receiver's. The payload is at most 65,000 octets long; no parser accepts what is made of a longer one.
pub fn seal(
    keys: &SessionKeys,
    payload_type: PayloadType,
    session_id: u32,
    sequence: u32,
    payload: &[u8],
    iv: &[u8; 16],
    out: &mut Vec<u8>,
) {
    let suite = keys.suite();
    let head = V20 {
        payload_type,
        is_encrypted: suite.has_confidentiality(),
        is_authenticated: suite.has_integrity(),
        session_id,
        sequence,
        payload: &[],
        trailer: &[],
    };
    let start = out.len();
    // 16 octets of head, IV, pad with its length, trailer.
    out.reserve(payload.len().saturating_add(16 + 16 + 16 + 20));
    if suite.has_confidentiality() {
        // Payload, pad and pad length fill whole blocks; the IV stands before them.
        let unpadded = payload.len().saturating_add(1);
        let length = unpadded.next_multiple_of(BLOCK);
        let pad = length.saturating_sub(unpadded);
        head.emit_head(length.saturating_add(BLOCK), out);
        out.extend_from_slice(iv);
        let clear = out.len();
        out.extend_from_slice(payload);
        out.extend((1..=u8::MAX).take(pad));
        out.push(u8::try_from(pad).unwrap_or_default());
        encrypt(keys, iv, out.get_mut(clear..).unwrap_or_default());
    } else {
        head.emit_head(payload.len(), out);
        out.extend_from_slice(payload);
    }
    if suite.has_integrity() {
        let covered = out.len().saturating_sub(start).saturating_sub(RMCP);
        let unpadded = covered.saturating_add(TRAILER_FIXED);
        let pad = unpadded.next_multiple_of(4).saturating_sub(unpadded);
        out.extend(std::iter::repeat_n(0xff, pad));
        out.extend_from_slice(&[u8::try_from(pad).unwrap_or_default(), NEXT_HEADER]);
        let code = keys.auth_code(out.get(start.saturating_add(RMCP)..).unwrap_or_default());
        out.extend_from_slice(code.as_slice());
    }
}

/// Reads a datagram of a session: first its AuthCode, in constant time, then all else. The session id and the sequence
/// number are the caller's to check.
///
/// # Errors
/// When it is not one of this session; see [`Rejected`].
pub fn open(keys: &SessionKeys, datagram: &[u8]) -> Result<Opened, Rejected> {
    let packet = V20::parse(datagram)?;
    verify(keys, datagram, &packet)?;
    Ok(Opened {
        payload_type: packet.payload_type,
        sequence: packet.sequence,
        payload: decrypt(keys, &packet)?,
    })
}

/// Whether the packet, which was read from this datagram, is protected as agreed, and its AuthCode right.
pub(crate) fn verify(
    keys: &SessionKeys,
    datagram: &[u8],
    packet: &V20<'_>,
) -> Result<(), Rejected> {
    let suite = keys.suite();
    if packet.is_authenticated != suite.has_integrity()
        || packet.is_encrypted != suite.has_confidentiality()
    {
        return Err(Rejected::Unprotected);
    }
    if !suite.has_integrity() {
        return match packet.trailer {
            [] => Ok(()),
            _ => Err(Rejected::Malformed("octets after the payload")),
        };
    }
    let end = datagram.len().saturating_sub(keys.auth_code_length());
    let (covered, received) = match (datagram.get(RMCP..end), datagram.get(end..)) {
        (Some(covered), Some(received)) => (covered, received),
        _ => return Err(Rejected::Unreadable(Invalid("shorter than its AuthCode"))),
    };
    if !keys.auth_code(covered).matches(received) {
        return Err(Rejected::Forged);
    }
    // The rest of the trailer: pad, its length, next header.
    let length = (packet.trailer.len()).saturating_sub(keys.auth_code_length());
    match packet.trailer.get(..length) {
        Some([pad @ .., length, NEXT_HEADER])
            if pad.len() < 4 && usize::from(*length) == pad.len() =>
        {
            Ok(())
        }
        _ => Err(Rejected::Malformed("its integrity pad is wrong")),
    }
}

/// The payload of a packet whose AuthCode is right.
pub(crate) fn decrypt(keys: &SessionKeys, packet: &V20<'_>) -> Result<Vec<u8>, Rejected> {
    if !keys.suite().has_confidentiality() {
        return Ok(packet.payload.to_vec());
    }
    let (iv, sealed) = (packet.payload.split_first_chunk::<BLOCK>())
        .ok_or(Rejected::Malformed("shorter than an initialisation vector"))?;
    if sealed.is_empty() || !sealed.len().is_multiple_of(BLOCK) {
        return Err(Rejected::Malformed("what is encrypted is not whole blocks"));
    }
    let mut payload = sealed.to_vec();
    let (blocks, _) = payload.as_chunks_mut::<BLOCK>();
    cbc::Decryptor::inner_iv_init(keys.cipher(), iv.into())
        .decrypt_blocks(Array::cast_slice_from_core_mut(blocks));
    let pad = usize::from(payload.pop().unwrap_or_default());
    let kept = payload.len().checked_sub(pad).filter(|_| pad < BLOCK);
    let kept = kept.ok_or(Rejected::Malformed("its pad is longer than it can be"))?;
    let counts = payload.get(kept..).unwrap_or_default().iter();
    if !counts.zip(1u8..).all(|(found, count)| *found == count) {
        return Err(Rejected::Malformed("its pad is wrong"));
    }
    payload.truncate(kept);
    Ok(payload)
}

fn encrypt(keys: &SessionKeys, iv: &[u8; BLOCK], clear: &mut [u8]) {
    let (blocks, _) = clear.as_chunks_mut::<BLOCK>();
    cbc::Encryptor::inner_iv_init(keys.cipher(), iv.into())
        .encrypt_blocks(Array::cast_slice_from_core_mut(blocks));
}
