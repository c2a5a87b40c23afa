//! How the bodies of records are written.

/// Records are never longer than this: their length is one octet, and five stand before it.
pub(super) const LONGEST: usize = 260;
/// The octets before the body: id, version, type, length.
pub(super) const HEADER: usize = 5;

/// A record of its parts.
pub(super) fn record(id: u16, kind: u8, body: &[u8]) -> Vec<u8> {
    const VERSION: u8 = 0x51;
    let length = u8::try_from(body.len()).unwrap_or(u8::MAX);
    let mut octets = id.to_le_bytes().to_vec();
    octets.extend([VERSION, kind, length]);
    octets.extend(body.iter().take(usize::from(length)));
    octets
}
