//! Recorded sessions of other programs: our parsers read every datagram, our writers write the same octets, and our crypto
//! computes the same proofs and opens every packet.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use drydock_ipmi::{
    account::{Kg, Password},
    crypto::{self, Exchange, SessionKeys, Suite, Window},
    wire::{
        Message, OpenSessionRequest, OpenSessionResponse, Packet, PayloadType, Rakp1, Rakp2, Rakp3,
        Rakp4, V20,
    },
};
use support::pcap::{Recorded, fixture};

/// A request or a response of a session.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    net_fn: u8,
    command: u8,
    data: Vec<u8>,
}

/// Reads a recorded session; every datagram is written again and has to be the same.
struct Replay {
    suite: Suite,
    password: Password,
    k_g: Option<Kg>,
    console_id: u32,
    bmc_id: u32,
    console_nonce: [u8; 16],
    bmc_nonce: [u8; 16],
    guid: [u8; 16],
    role: u8,
    name: Vec<u8>,
    keys: Option<SessionKeys>,
    windows: [Window; 2],
    said: Vec<Said>,
}

impl Replay {
    fn new(suite: Suite, password: &str, k_g: Option<&str>) -> Self {
        Self {
            suite,
            password: Password::new(password).unwrap(),
            k_g: k_g.map(|k_g| Kg::new(k_g).unwrap()),
            console_id: 0,
            bmc_id: 0,
            console_nonce: [0; 16],
            bmc_nonce: [0; 16],
            guid: [0; 16],
            role: 0,
            name: Vec::new(),
            keys: None,
            windows: Default::default(),
            said: Vec::new(),
        }
    }

    fn whole(mut self, capture: &str) -> Self {
        for recorded in fixture(capture) {
            self.take(&recorded);
        }
        self
    }

    fn exchange(&self) -> Exchange<'_> {
        Exchange {
            suite: self.suite,
            console_id: self.console_id,
            bmc_id: self.bmc_id,
            console_nonce: &self.console_nonce,
            bmc_nonce: &self.bmc_nonce,
            guid: &self.guid,
            role: self.role,
            name: &self.name,
        }
    }

    fn take(&mut self, recorded: &Recorded) {
        let mut again = Vec::new();
        match Packet::parse(&recorded.datagram).expect("a packet") {
            Packet::V15(packet) => {
                packet.emit(&mut again);
                self.hear(packet.payload);
            }
            Packet::V20(packet) if packet.is_encrypted => {
                return self.open(recorded, &packet);
            }
            Packet::V20(packet) => {
                packet.emit(&mut again);
                self.log_in(&packet);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(again, recorded.datagram);
    }

    fn log_in(&mut self, packet: &V20<'_>) {
        let (payload, mut again) = (packet.payload, Vec::new());
        match packet.payload_type {
            PayloadType::OpenSessionRequest => {
                let request = OpenSessionRequest::parse(payload).unwrap();
                request.emit(&mut again);
                assert_eq!(request.algorithms, self.suite.algorithms());
                self.console_id = request.console_id;
            }
            PayloadType::OpenSessionResponse => {
                let response = OpenSessionResponse::parse(payload).unwrap();
                response.emit(&mut again);
                assert_eq!(response.console_id, self.console_id);
                let opened = response.outcome.unwrap();
                assert_eq!(opened.algorithms, self.suite.algorithms());
                self.bmc_id = opened.bmc_id;
            }
            PayloadType::Rakp1 => {
                let rakp1 = Rakp1::parse(payload).unwrap();
                rakp1.emit(&mut again);
                assert_eq!(rakp1.bmc_id, self.bmc_id);
                (self.console_nonce, self.role) = (rakp1.nonce, rakp1.role);
                self.name = rakp1.name.to_vec();
            }
            PayloadType::Rakp2 => {
                let rakp2 = Rakp2::parse(payload).unwrap();
                rakp2.emit(&mut again);
                let offer = rakp2.outcome.unwrap();
                (self.bmc_nonce, self.guid) = (offer.nonce, offer.guid);
                let proof = self.exchange().rakp2(&self.password);
                assert_eq!(proof.as_slice(), offer.code, "RAKP 2");
            }
            PayloadType::Rakp3 => {
                let rakp3 = Rakp3::parse(payload).unwrap();
                rakp3.emit(&mut again);
                let proof = self.exchange().rakp3(&self.password);
                assert_eq!(proof.as_slice(), rakp3.outcome.unwrap(), "RAKP 3");
            }
            PayloadType::Rakp4 => {
                let rakp4 = Rakp4::parse(payload).unwrap();
                rakp4.emit(&mut again);
                let keys = self.exchange().keys(&self.password, self.k_g.as_ref());
                let proof = self.exchange().rakp4(&keys);
                assert_eq!(proof.as_slice(), rakp4.outcome.unwrap(), "RAKP 4");
                self.keys = Some(keys);
            }
            PayloadType::Ipmi => {
                self.hear(payload);
                again = payload.to_vec();
            }
            other => panic!("{other:?}"),
        }
        // What follows a format, as the reserved octets of its end, is not ours to write.
        assert_eq!(again, payload[..again.len()]);
        assert!(payload.len() - again.len() <= 2, "{payload:02x?}");
    }

    fn open(&mut self, recorded: &Recorded, packet: &V20<'_>) {
        let keys = self.keys.clone().expect("keys");
        let id = match recorded.is_to_bmc {
            true => self.bmc_id,
            false => self.console_id,
        };
        assert_eq!(packet.session_id, id);
        let opened = crypto::open(&keys, &recorded.datagram).expect("a packet of this session");
        let window = &mut self.windows[usize::from(recorded.is_to_bmc)];
        assert!(window.accepts(opened.sequence), "{}", opened.sequence);
        let mut again = Vec::new();
        crypto::seal(
            &keys,
            opened.payload_type,
            packet.session_id,
            opened.sequence,
            &opened.payload,
            packet.payload[..16].try_into().unwrap(),
            &mut again,
        );
        assert_eq!(again, recorded.datagram);
        self.hear(&opened.payload);
        // An octet that is not what was sent is noticed, wherever it is.
        for at in 4..recorded.datagram.len() {
            let mut changed = recorded.datagram.clone();
            changed[at] ^= 1;
            assert!(crypto::open(&keys, &changed).is_err(), "octet {at}");
        }
    }

    fn hear(&mut self, payload: &[u8]) {
        let message = Message::parse(payload).expect("a message");
        let mut again = Vec::new();
        message.emit(&mut again);
        assert_eq!(again, payload);
        self.said.push(Said {
            net_fn: message.net_fn,
            command: message.command,
            data: message.data.to_vec(),
        });
    }

    fn last_of(&self, net_fn: u8, command: u8) -> &[u8] {
        let is_it = |said: &&Said| (said.net_fn, said.command) == (net_fn, command);
        &self.said.iter().rfind(is_it).expect("a response").data
    }
}

#[test]
fn ipmitool_and_ipmi_sim_with_suite_3() {
    let replay = Replay::new(Suite::THREE, "password", None).whole("ipmitool-3.pcap");
    assert_eq!(replay.said.len(), 16, "2 before the session, 14 in it");
    // Get Chassis Status: completed, power off. Close Session: completed.
    assert_eq!(replay.last_of(0x01, 0x01)[..2], [0x00, 0x00]);
    assert_eq!(replay.last_of(0x07, 0x3c), [0x00]);
}

#[test]
fn ipmitool_and_ipmi_sim_with_a_key_of_the_bmc() {
    let replay = Replay::new(Suite::THREE, "password", Some("nineteen-octets-key"))
        .whole("ipmitool-3-kg.pcap");
    assert_eq!(replay.last_of(0x01, 0x01)[..2], [0x00, 0x00]);
}

#[test]
fn ipmipower_and_ipmi_sim_with_suite_3() {
    let replay = Replay::new(Suite::THREE, "password", None).whole("ipmipower-3.pcap");
    assert_eq!(replay.said.len(), 8);
    assert_eq!(replay.last_of(0x01, 0x01)[..2], [0x00, 0x00]);
    assert_eq!(replay.last_of(0x07, 0x3b)[0], 0x00);
}

#[test]
fn two_clients_and_the_simulated_bmc_with_suite_17() {
    for capture in ["ipmitool-17.pcap", "ipmipower-17.pcap"] {
        let replay = Replay::new(Suite::SEVENTEEN, "password", None).whole(capture);
        assert_eq!(replay.last_of(0x01, 0x01)[..2], [0x00, 0x00], "{capture}");
    }
    let k_g = Some("nineteen-octets-key");
    let replay = Replay::new(Suite::SEVENTEEN, "password", k_g).whole("ipmitool-17-kg.pcap");
    assert_eq!(replay.last_of(0x07, 0x3c), [0x00]);
}

#[test]
fn long_answers_with_suite_17() {
    let replay = Replay::new(Suite::SEVENTEEN, "password", None).whole("ipmitool-17-sdr.pcap");
    let records = replay.said.iter();
    let records = records.filter(|said| (said.net_fn, said.command) == (0x0b, 0x23));
    assert!(records.count() > 4);
}

#[test]
fn the_event_log_of_ipmi_sim() {
    let replay = Replay::new(Suite::THREE, "password", None).whole("ipmitool-3-sel.pcap");
    // The last entry: six of them, and 0xffff for the next.
    let entry = replay.last_of(0x0b, 0x43);
    assert_eq!(
        (entry[..3].to_vec(), entry.len()),
        (vec![0, 0xff, 0xff], 19)
    );
}

#[test]
#[should_panic(expected = "RAKP 2")]
fn a_wrong_password_shows_in_rakp_2() {
    Replay::new(Suite::THREE, "passw0rd", None).whole("ipmitool-3-wrong-password.pcap");
}

#[test]
fn what_ends_after_rakp_2_is_read_as_well() {
    let replay = Replay::new(Suite::THREE, "password", None);
    let replay = replay.whole("ipmitool-3-wrong-password.pcap");
    assert!(replay.keys.is_none());
    let rakp2 = &fixture("ipmitool-3-unknown-user.pcap")[5];
    let Ok(Packet::V20(packet)) = Packet::parse(&rakp2.datagram) else {
        panic!("{rakp2:?}");
    };
    // ipmi_sim sends all of the message with a status that says no.
    let rakp2 = Rakp2::parse(packet.payload).unwrap();
    assert_eq!(rakp2.outcome.unwrap_err().0, 0x0d);
}

/// Every capture cut at every length, and with every octet changed: parsers say no, or read something, and never panic.
#[test]
fn damaged_recordings_are_read_without_panic() {
    for name in ["ipmitool-3.pcap", "ipmipower-3.pcap", "ipmitool-17.pcap"] {
        for recorded in fixture(name) {
            let whole = &recorded.datagram;
            for cut in 0..whole.len() {
                read_all(&whole[..cut]);
            }
            for at in 0..whole.len() {
                for changed in [0x00, 0xff, whole[at] ^ 0x01, whole[at] ^ 0x80] {
                    let mut datagram = whole.clone();
                    datagram[at] = changed;
                    read_all(&datagram);
                }
            }
        }
    }
}

fn read_all(datagram: &[u8]) {
    match Packet::parse(datagram) {
        Ok(Packet::V20(packet)) => {
            let payload = packet.payload;
            let _ = OpenSessionRequest::parse(payload);
            let _ = OpenSessionResponse::parse(payload);
            let _ = Rakp1::parse(payload);
            let _ = Rakp2::parse(payload);
            let _ = Rakp3::parse(payload);
            let _ = Rakp4::parse(payload);
            let _ = Message::parse(payload);
        }
        Ok(Packet::V15(packet)) => {
            let _ = Message::parse(packet.payload);
        }
        _ => {}
    }
}
