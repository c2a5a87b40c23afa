//! `bmc` against simulated BMCs in this process: what it prints, its exit codes, its captures.

use crate::{Folder, Ran, programs};
use drydock_ipmi::testing::{BmcServer, BmcSettings, Privilege, SimulatedBmc};
use std::{process::Command, time::Duration};
use tokio::runtime::Runtime;

const PASSWORD: &str = "canary-password";

/// Simulated BMCs on threads of their own, and where they are.
struct Bmcs {
    runtime: Runtime,
    server: BmcServer,
}

impl Bmcs {
    fn start(many: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let bmc = |seed| {
            let mut settings =
                BmcSettings::default().user("admin", PASSWORD, Privilege::Administrator);
            settings.seed = seed;
            settings.delays.on = Duration::from_millis(10);
            SimulatedBmc::new(settings)
        };
        let server = runtime.block_on(BmcServer::start((1..=many).map(bmc)));
        Self {
            runtime,
            server: server.unwrap(),
        }
    }

    fn host(&self, index: usize) -> String {
        self.server.addresses()[index].to_string()
    }

    /// Asks the first one.
    fn ask(&self, command: &str) -> Ran {
        self.with(&[], command)
    }

    fn with(&self, more: &[&str], command: &str) -> Ran {
        let host = self.host(0);
        let arguments = [&["--host", &host, "--user", "admin"], more].concat();
        let command: Vec<&str> = command.split(' ').collect();
        ran(&[arguments, command].concat(), PASSWORD)
    }

    /// No session is left behind.
    fn end(self) {
        let _runtime = self.runtime.enter();
        for bmc in self.server.bmcs() {
            assert_eq!(bmc.slots_taken(), 0);
        }
    }
}

fn ran(arguments: &[&str], password: &str) -> Ran {
    let output = Command::new(programs::program("bmc"))
        .args(["--password-env", "BMC_PASSWORD"])
        .args(arguments)
        .env("BMC_PASSWORD", password)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let ran = Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(!format!("{ran:?}").contains(PASSWORD), "{ran:?}");
    ran
}

fn said(ran: &Ran) -> (i32, &str, &str) {
    (ran.code, &ran.out, &ran.err)
}

#[test]
fn power_is_looked_at_and_switched() {
    let bmcs = Bmcs::start(1);
    assert_eq!(said(&bmcs.ask("power status")), (0, "off\n", ""));
    let on = bmcs.ask("power on");
    assert_eq!(said(&on), (0, "power on: the BMC has accepted it\n", ""));
    std::thread::sleep(Duration::from_millis(50));
    let status = bmcs.with(&["--format", "json", "--suite", "3"], "power status");
    let told = status.json();
    assert_eq!(
        (&told["power"], &told["bmc"]),
        (&"on".into(), &bmcs.host(0).into())
    );
    assert_eq!(bmcs.ask("power off").code, 0);
    bmcs.end();
}

#[test]
fn the_next_boot_device_is_set_and_told_as_it_was_kept() {
    let bmcs = Bmcs::start(1);
    for (command, told) in [
        ("bootdev pxe", "it boots from "),
        ("bootdev disk --efi", ", by EFI"),
        ("bootdev cdrom --persistent", " from now on"),
        ("bootdev none", "it boots as its firmware is set up\n"),
    ] {
        let ran = bmcs.ask(command);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        assert!(ran.out.contains(told), "{command}: {}", ran.out);
    }
    assert_eq!(bmcs.server.bmc(0).unwrap().boot_flags(), None);
    bmcs.end();
}

#[test]
fn what_it_is_and_has_is_told_in_both_forms() {
    let bmcs = Bmcs::start(1);
    for command in [
        "info",
        "sel",
        "sel info",
        "sensors",
        "fru",
        "identify 1",
        "raw 0x06 0x01",
    ] {
        let text = bmcs.ask(command);
        assert_eq!((text.code, text.err.as_str()), (0, ""), "{command}");
        assert!(text.out.ends_with('\n') && text.out.len() > 1, "{command}");
        let json = bmcs.with(&["--format", "json"], command).json();
        assert_eq!(json["bmc"], bmcs.host(0), "{command}");
        assert!(json.as_object().unwrap().len() > 1, "{command}: {json}");
    }
    let sensors = bmcs.with(&["--format", "json"], "sensors").json();
    assert!(!sensors["sensors"].as_array().unwrap().is_empty());
    bmcs.end();
}

#[test]
fn many_are_asked_at_once_in_their_order_and_one_that_fails_is_told() {
    let bmcs = Bmcs::start(20);
    let folder = Folder::new("bmc-hosts");
    let hosts: Vec<String> = (0..20).map(|at| bmcs.host(at)).collect();
    let list = folder.write("hosts", &format!("# all of them\n\n{}\n", hosts.join("\n")));
    let all = ["--user", "admin", "--hosts", &list];
    let ran_well = ran(&[&all[..], &["power", "status"]].concat(), PASSWORD);
    let lines: String = hosts.iter().map(|host| format!("{host}: off\n")).collect();
    assert_eq!(said(&ran_well), (0, lines.as_str(), ""));

    bmcs.server.bmc(3).unwrap().faults_mut().dead = true;
    let more = ["--within", "2", "--format", "json", "power", "status"];
    let failed = ran(&[&all[..], &more].concat(), PASSWORD);
    assert_eq!((failed.code, failed.err.as_str()), (1, ""));
    for (at, line) in failed.json_lines().iter().enumerate() {
        assert_eq!(line["bmc"], hosts[at]);
        assert_eq!(line.get("error").is_some(), at == 3, "{line}");
    }
    let other = ran(&[&all[..], &["power", "off"]].concat(), PASSWORD);
    assert_eq!(other.code, 2, "{}", other.err);
    drop(bmcs);
}

#[test]
fn what_fails_is_1_and_what_cannot_be_meant_is_2() {
    let bmcs = Bmcs::start(1);
    let host = bmcs.host(0);
    let wrong = ran(
        &["--host", &host, "--user", "admin", "power", "status"],
        "another",
    );
    assert_eq!((wrong.code, wrong.out.as_str()), (1, ""));
    assert!(wrong.err.contains("the password is wrong"), "{}", wrong.err);
    assert_eq!(bmcs.ask("raw 0x2e 0x77").code, 1, "no such command");
    for command in [
        "power",
        "power maybe",
        "bootdev",
        "raw 300 1",
        "raw 1 1",
        "explode",
    ] {
        assert_eq!(bmcs.ask(command).code, 2, "{command}");
    }
    for more in [["--suite", "0"], ["--suite", "8"], ["--privilege", "root"]] {
        assert_eq!(bmcs.with(&more, "power status").code, 2, "{more:?}");
    }
    for arguments in [
        &["--user", "admin", "power", "status"][..],
        &["--host", "a/b", "--user", "admin", "power", "status"],
        &[
            "--host",
            &host,
            "--user",
            "a-name-that-is-too-long",
            "power",
            "status",
        ],
        &["--hosts", "/absent", "--user", "admin", "power", "status"],
    ] {
        assert_eq!(ran(arguments, PASSWORD).code, 2, "{arguments:?}");
    }
    let long = ["--host", &host, "--user", "admin", "power", "status"];
    let long = ran(&long, "longer-than-twenty-octets");
    assert_eq!(long.code, 2);
    assert!(long.err.contains("IPMI allows 20"), "{}", long.err);
    bmcs.end();
}

/// The datagrams of a capture: from port, to port, octets.
fn datagrams(file: &[u8]) -> Vec<(u16, u16, Vec<u8>)> {
    let (mut at, mut datagrams) = (24, Vec::new());
    while at < file.len() {
        let length = u32::from_le_bytes(file[at + 8..at + 12].try_into().unwrap());
        let packet = &file[at + 16..at + 16 + usize::try_from(length).unwrap()];
        let port = |at: usize| u16::from_be_bytes([packet[at], packet[at + 1]]);
        datagrams.push((port(20), port(22), packet[28..].to_vec()));
        at += 16 + packet.len();
    }
    datagrams
}

#[test]
fn captures_have_every_packet_and_the_decrypted_one_no_credential() {
    let bmcs = Bmcs::start(1);
    let folder = Folder::new("bmc-pcap");
    let (raw, plain) = (folder.path("raw.pcap"), folder.path("plain.pcap"));
    let more = ["--pcap", &raw, "--pcap-decrypted", &plain];
    assert_eq!(bmcs.with(&more, "power status").code, 0);
    let raw = datagrams(&std::fs::read(raw).unwrap());
    let plain = datagrams(&std::fs::read(plain).unwrap());
    let port = bmcs.server.addresses()[0].port();
    assert!(raw.iter().all(|(from, to, _)| *from == port || *to == port));
    // Open Session, RAKP 1 to 4, Set Privilege, the status, Close.
    assert!((10..=14).contains(&raw.len()), "{} packets", raw.len());
    assert_eq!(raw.len(), plain.len());
    let payload_type = |datagram: &[u8]| datagram[5];
    let encrypted = |datagrams: &[(u16, u16, Vec<u8>)]| {
        let is = |(_, _, datagram): &&(u16, u16, Vec<u8>)| payload_type(datagram) & 0x80 != 0;
        datagrams.iter().filter(is).count()
    };
    assert!(encrypted(&raw) >= 4);
    assert_eq!(encrypted(&plain), 0);
    // Get Chassis Status is there to be read.
    let status = |datagrams: &[(u16, u16, Vec<u8>)]| {
        datagrams
            .iter()
            .any(|(_, to, d)| *to == port && d.windows(2).any(|w| w == [0x20, 0x00]))
    };
    assert!(status(&plain));
    bmcs.end();
}

#[test]
fn a_console_takes_lines_and_gives_what_the_machine_says() {
    use std::io::Write;
    let bmcs = Bmcs::start(1);
    assert_eq!(bmcs.ask("power on").code, 0);
    std::thread::sleep(Duration::from_millis(50));
    let host = bmcs.host(0);
    let mut child = Command::new(programs::program("bmc"))
        .args([
            "--password-env",
            "BMC_PASSWORD",
            "--host",
            &host,
            "--user",
            "admin",
            "console",
        ])
        .env("BMC_PASSWORD", PASSWORD)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"hello\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("hello"), "{out}");
    bmcs.end();
}
