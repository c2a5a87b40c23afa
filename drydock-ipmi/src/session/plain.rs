//! Datagrams as captures show them: opened, and without credentials.

use crate::wire::{Message, NetFn, PayloadType, V20};
use zeroize::Zeroize as _;

/// The proofs of RAKP Messages 2, 3 and 4 begin here.
const RAKP2_CODE: usize = 40;
const RAKP3_CODE: usize = 8;

/// The datagram with this payload instead of the sealed one, its credentials overwritten with zeros.
pub(super) fn plain(packet: &V20<'_>, payload: &[u8], is_secret: bool) -> Vec<u8> {
    let mut masked = payload.to_vec();
    mask(packet.payload_type, &mut masked, is_secret);
    let shown = V20 {
        is_encrypted: false,
        is_authenticated: false,
        payload: &masked,
        trailer: &[],
        ..*packet
    };
    let mut out = Vec::new();
    shown.emit(&mut out);
    out
}

fn mask(payload_type: PayloadType, payload: &mut Vec<u8>, is_secret: bool) {
    let zero = |octets: &mut [u8], from: usize| {
        octets.get_mut(from..).unwrap_or_default().fill(0);
    };
    match payload_type {
        PayloadType::Rakp2 => zero(payload, RAKP2_CODE),
        PayloadType::Rakp3 | PayloadType::Rakp4 => zero(payload, RAKP3_CODE),
        PayloadType::Ipmi => {
            let Ok(message) = Message::parse(payload) else {
                return;
            };
            let Some(from) = first_secret(&message, is_secret) else {
                return;
            };
            let mut data = message.data.to_vec();
            zero(&mut data, from);
            let shown = Message {
                data: &data,
                ..message
            };
            let mut out = Vec::with_capacity(payload.len());
            shown.emit(&mut out);
            // What it held is not left behind in memory that is given back.
            payload.zeroize();
            *payload = out;
        }
        _ => {}
    }
}

/// Where in a message's data a credential begins.
fn first_secret(message: &Message<'_>, is_secret: bool) -> Option<usize> {
    let is_app = message.net_fn & !1 == NetFn::APP.request();
    match message.command {
        // Set User Password: user, operation, password (IPMI 2.0 §22.30).
        0x47 if is_app => Some(2),
        // Set Channel Security Keys: channel, operation, key id, key (IPMI 2.0 §22.25); in the answer the key is the third.
        0x56 if is_app => Some(2),
        // The completion code of an answer is none.
        _ => is_secret.then_some(usize::from(message.net_fn & 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(net_fn: u8, command: u8, data: &[u8], is_secret: bool) -> Vec<u8> {
        let message = Message {
            to: 0x20,
            net_fn,
            to_lun: 0,
            from: 0x81,
            sequence: 1,
            from_lun: 0,
            command,
            data,
        };
        let mut payload = Vec::new();
        message.emit(&mut payload);
        let packet = V20 {
            is_encrypted: true,
            is_authenticated: true,
            session_id: 7,
            sequence: 9,
            trailer: b"trailer",
            ..V20::outside(PayloadType::Ipmi, b"sealed")
        };
        let plain = plain(&packet, &payload, is_secret);
        let read = V20::parse(&plain).map(|packet| {
            assert!(!packet.is_encrypted && !packet.is_authenticated && packet.trailer.is_empty());
            assert_eq!((packet.session_id, packet.sequence), (7, 9));
            Message::parse(packet.payload).map(|message| message.data.to_vec())
        });
        read.and_then(|data| data).unwrap_or_default()
    }

    #[test]
    fn passwords_and_secret_requests_are_overwritten() {
        assert_eq!(shown(0x06, 0x47, &[2, 2, 80, 87], false), [2, 2, 0, 0]);
        assert_eq!(shown(0x06, 0x56, &[1, 1, 1, 75], false), [1, 1, 0, 0]);
        assert_eq!(shown(0x2c, 0x47, &[80, 87], true), [0, 0]);
        assert_eq!(shown(0x2d, 0x47, &[0xc1, 80, 87], true), [0xc1, 0, 0]);
        assert_eq!(shown(0x00, 0x47, &[80, 87], false), [80, 87]);
    }

    #[test]
    fn proofs_are_overwritten() {
        for (kind, kept) in [
            (PayloadType::Rakp2, 40),
            (PayloadType::Rakp3, 8),
            (PayloadType::Rakp4, 8),
        ] {
            let plain = plain(&V20::outside(kind, &[]), &[7; 60], false);
            let payload = V20::parse(&plain).map(|packet| packet.payload.to_vec());
            let payload = payload.unwrap_or_default();
            let expected: Vec<u8> = (0..60).map(|n| if n < kept { 7 } else { 0 }).collect();
            assert_eq!(payload, expected);
        }
    }
}
