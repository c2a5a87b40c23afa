//! What our captures say, tshark reads: the wrapper of every packet as it was on the wire, and requests and responses of the
//! decrypted capture.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use drydock_ipmi::{
    account::Account,
    capture::Capture,
    client::{Client, Taps},
    command::{
        boot::{BootDevice, BootFlags, SetBoot},
        chassis::ChassisControl,
    },
    crypto::Suite,
    session::{Direction, Tap},
    testing::{BmcServer, BmcSettings, Privilege, SimulatedBmc},
    wire::{Message, PayloadType, V20},
};
use std::{
    fs,
    net::SocketAddr,
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};
use support::{keeper::Keeper, peer};

const WITHIN: Duration = Duration::from_secs(20);

/// Both captures, and the datagrams they are made of.
#[derive(Debug, Default)]
struct Seen {
    sealed: Capture,
    plain: Capture,
    datagrams: Vec<(Vec<u8>, Vec<u8>)>,
}

#[derive(Debug, Clone, Default)]
struct Watch(Arc<Mutex<Seen>>);

struct OneTap {
    watch: Watch,
    local: SocketAddr,
    bmc: SocketAddr,
}

impl Taps for Watch {
    fn session(&self, local: SocketAddr, bmc: SocketAddr) -> Box<dyn Tap> {
        Box::new(OneTap {
            watch: self.clone(),
            local,
            bmc,
        })
    }
}

impl Tap for OneTap {
    fn packet(&mut self, now: Duration, direction: Direction, datagram: &[u8], plain: &[u8]) {
        let (from, to) = match direction {
            Direction::Sent => (self.local, self.bmc),
            Direction::Received => (self.bmc, self.local),
        };
        let mut seen = self.watch.0.lock().unwrap();
        seen.sealed.packet(now, from, to, datagram);
        seen.plain.packet(now, from, to, plain);
        seen.datagrams.push((datagram.to_vec(), plain.to_vec()));
    }
}

/// The fields of each packet of the capture, as tshark reads them.
fn read(tshark: &std::path::Path, pcap: &[u8], port: u16, fields: &[&str]) -> Vec<Vec<String>> {
    let folder = Keeper::folder();
    let file = folder.join("capture.pcap");
    fs::write(&file, pcap).unwrap();
    let mut command = Command::new(tshark);
    command.arg("-r").arg(&file).args(["-T", "fields"]);
    command.args(["-d", &format!("udp.port=={port},rmcp")]);
    command.args(["-o", "ipmi.dissect_bus_commands:TRUE"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let done = command.output().unwrap();
    fs::remove_dir_all(folder).unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let said = String::from_utf8(done.stdout).unwrap();
    let line = |line: &str| line.split('\t').map(str::to_owned).collect();
    said.lines().map(line).collect()
}

/// A field as a number, written in any way.
fn number(field: &str) -> u64 {
    match field.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => match field {
            "True" => Ok(1),
            "False" => Ok(0),
            _ => field.parse(),
        },
    }
    .unwrap_or_else(|_| panic!("no number: {field:?}"))
}

/// A login, a power action, a boot device, a power status and a close.
async fn recorded(suite: Suite) -> (u16, Seen) {
    let settings = BmcSettings::default().user("admin", "password", Privilege::Administrator);
    let server = BmcServer::start([SimulatedBmc::new(settings)])
        .await
        .unwrap();
    let address = server.addresses()[0];
    let watch = Watch::default();
    let client = Client::builder()
        .suites([suite])
        .taps(Arc::new(watch.clone()))
        .build()
        .unwrap();
    let account = Account::new("admin", "password").unwrap();
    let bmc = client.bmc(address, Arc::new(account));
    let flags = BootFlags::once(BootDevice::Pxe).efi();
    bmc.hold(&mut SetBoot::new(flags), WITHIN).await.unwrap();
    bmc.power(ChassisControl::On, WITHIN).await.unwrap();
    bmc.power_status(WITHIN).await.unwrap();
    client.close().await;
    let seen = std::mem::take(&mut *watch.0.lock().unwrap());
    (address.port(), seen)
}

#[tokio::test]
async fn tshark_agrees_on_the_wrapper_of_every_packet() {
    let Some(tshark) = peer::find("tshark", "tshark") else {
        return;
    };
    for suite in [Suite::THREE, Suite::SEVENTEEN] {
        let (port, mut seen) = recorded(suite).await;
        let fields = [
            "ipmi_session.authtype",
            "ipmi_session.payloadtype",
            "ipmi_session.payloadtype.enc",
            "ipmi_session.payloadtype.auth",
            "ipmi_session.id",
            "ipmi_session.sequence",
            "ipmi_session.msg.len",
            "udp.length",
        ];
        let rows = read(&tshark, &seen.sealed.take(), port, &fields);
        assert_eq!(rows.len(), seen.datagrams.len());
        assert!(rows.len() > 20, "{rows:?}");
        for (row, (datagram, _)) in rows.iter().zip(&seen.datagrams) {
            let ours = V20::parse(datagram).unwrap();
            let theirs: Vec<u64> = row.iter().map(|field| number(field)).collect();
            let expected = [
                6,
                u64::from(ours.payload_type.number()),
                u64::from(ours.is_encrypted),
                u64::from(ours.is_authenticated),
                u64::from(ours.session_id),
                u64::from(ours.sequence),
                ours.payload.len() as u64,
                datagram.len() as u64 + 8,
            ];
            assert_eq!(theirs, expected, "{datagram:02x?}");
        }
    }
}

#[tokio::test]
async fn tshark_reads_requests_and_responses_of_the_decrypted_capture() {
    let Some(tshark) = peer::find("tshark", "tshark") else {
        return;
    };
    let (port, mut seen) = recorded(Suite::SEVENTEEN).await;
    let fields = [
        "ipmi_session.payloadtype.enc",
        "ipmi.header.netfn",
        "ipmi.header.command",
        "ipmi.header.sequence",
        "ipmi.header.completion",
    ];
    let rows = read(&tshark, &seen.plain.take(), port, &fields);
    let mut messages = 0;
    for (row, (datagram, plain)) in rows.iter().zip(&seen.datagrams) {
        let packet = V20::parse(plain).unwrap();
        assert_eq!(number(&row[0]), 0);
        if packet.payload_type != PayloadType::Ipmi {
            // What proves the password is overwritten with zeros.
            if matches!(packet.payload_type, PayloadType::Rakp2 | PayloadType::Rakp3) {
                assert!(plain.ends_with(&[0; 32]), "{plain:02x?}");
                assert!(!datagram.ends_with(&[0; 32]));
            }
            continue;
        }
        let message = Message::parse(packet.payload).unwrap();
        let theirs: Vec<u64> = row[1..4].iter().map(|field| number(field)).collect();
        let (net_fn, command) = (u64::from(message.net_fn), u64::from(message.command));
        assert_eq!(theirs, [net_fn, command, u64::from(message.sequence)]);
        match message.net_fn % 2 {
            0 => assert_eq!(row[4], ""),
            _ => assert_eq!(number(&row[4]), u64::from(message.data[0])),
        }
        messages += 1;
    }
    assert!(messages > 12, "{messages}");
}
