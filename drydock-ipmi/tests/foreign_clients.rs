//! Other people's clients against the simulated BMC: ipmitool and freeipmi, suites 3 and 17.
//!
//! A client that is not installed skips its tests, which is said loudly; with `DRYDOCK_REQUIRE_PEERS=1` it fails them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use drydock_ipmi::{
    account::Kg,
    command::{
        boot::{BootDevice, BootFlags},
        chassis::ChassisControl,
    },
    testing::{BmcServer, BmcSettings, Closed, Effect, Privilege, SimulatedBmc},
};
use std::time::Duration;
use support::{
    clients::{Client, HANGS},
    peer,
};
use tokio::time::timeout;

const SUITES: [&str; 2] = ["3", "17"];

fn settings() -> BmcSettings {
    let mut settings = BmcSettings::default()
        .user("admin", "password", Privilege::Administrator)
        .user("oper", "operpw", Privilege::Operator)
        .user("ro", "ropw", Privilege::User);
    settings.delays.on = Duration::ZERO;
    settings.delays.off = Duration::ZERO;
    settings.delays.cycle = Duration::ZERO;
    settings
}

async fn serve(settings: BmcSettings) -> BmcServer {
    // Below the ports that the kernel gives: ipmiconsole takes no higher one.
    let address = support::answers::free(1)[0];
    BmcServer::start_at([(address, SimulatedBmc::new(settings))])
        .await
        .expect("a socket")
}

fn controls(server: &BmcServer) -> Vec<ChassisControl> {
    let bmc = server.bmc(0).unwrap();
    bmc.log()
        .filter_map(|(_, effect)| match effect {
            Effect::PowerAsked { action, .. } => Some(*action),
            _ => None,
        })
        .collect()
}

/// No slot is left: by Close Session, which may still be on its way when its client has ended, not by any time-out.
async fn all_closed(server: &BmcServer) {
    let closed = async {
        while server.bmc(0).unwrap().slots_taken() > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(HANGS, closed)
        .await
        .expect("a session is left open");
    for (_, effect) in server.bmc(0).unwrap().log() {
        if let Effect::SessionClosed { why, .. } = effect {
            assert_eq!(*why, Closed::Asked);
        }
    }
}

#[tokio::test]
async fn ipmitool_switches_power() {
    for suite in SUITES {
        let server = serve(settings()).await;
        let Some(client) = Client::ipmitool(server.addresses()[0], suite, "oper", "operpw") else {
            return;
        };
        // It asks for ADMINISTRATOR unless told otherwise.
        let status = || client.says("-L OPERATOR chassis power status");
        assert_eq!(status().await.trim(), "Chassis Power is off");
        client.says("-L OPERATOR chassis power on").await;
        assert_eq!(status().await.trim(), "Chassis Power is on");
        for action in ["reset", "cycle", "diag", "soft", "off"] {
            client
                .says(&format!("-L OPERATOR chassis power {action}"))
                .await;
        }
        assert_eq!(status().await.trim(), "Chassis Power is off");
        use ChassisControl::{Cycle, Diagnostic, Off, On, Reset, SoftShutdown};
        assert_eq!(
            controls(&server),
            [On, Reset, Cycle, Diagnostic, SoftShutdown, Off]
        );
        all_closed(&server).await;
    }
}

#[tokio::test]
async fn ipmitool_chooses_what_boots_next() {
    for suite in SUITES {
        let server = serve(settings()).await;
        let Some(client) = Client::ipmitool(server.addresses()[0], suite, "admin", "password")
        else {
            return;
        };
        let told = || server.bmc(0).unwrap().boot_flags();
        client.says("chassis bootdev pxe").await;
        assert_eq!(told(), Some(BootFlags::once(BootDevice::Pxe)));
        client
            .says("chassis bootdev disk options=efiboot,persistent")
            .await;
        assert_eq!(
            told(),
            Some(BootFlags::once(BootDevice::Disk).efi().persistent())
        );
        let read = client.says("chassis bootparam get 5").await;
        for expected in ["Boot Flag Valid", "all future boots", "EFI", "Hard-Drive"] {
            assert!(read.contains(expected), "{expected}\n{read}");
        }
        client.says("chassis power on").await;
        let started = |(_, effect): &(Duration, Effect)| match effect {
            Effect::Started { from } => Some(*from),
            _ => None,
        };
        let bmc = server.bmc(0).unwrap();
        assert_eq!(
            bmc.log().filter_map(started).collect::<Vec<_>>(),
            [Some(BootFlags::once(BootDevice::Disk).efi().persistent())]
        );
    }
}

#[tokio::test]
async fn ipmitool_reads_all_there_is() {
    for suite in SUITES {
        let server = serve(settings()).await;
        let Some(client) = Client::ipmitool(server.addresses()[0], suite, "admin", "password")
        else {
            return;
        };
        let event = [0, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 1, 1, 1, 0x59, 0x60, 0x55];
        let now = Duration::from_secs(1);
        server.bmc(0).unwrap().add_event(now, event).unwrap();
        server.bmc(0).unwrap().add_event(now, event).unwrap();
        let cases: &[(&str, &[&str])] = &[
            (
                "mc info",
                &[
                    "IPMI Version              : 2.0",
                    "Firmware Revision         : 1.00",
                ],
            ),
            ("mc selftest", &["passed"]),
            ("mc guid", &["System GUID"]),
            ("mc watchdog get", &["Stopped"]),
            ("chassis status", &["System Power         : off"]),
            ("chassis restart_cause", &["System restart cause: unknown"]),
            (
                "chassis identify 5",
                &["Chassis identify interval: 5 seconds"],
            ),
            ("sel info", &["Entries          : 2"]),
            (
                "sel list",
                &["Temperature #0x01 | Upper Critical going high"],
            ),
            (
                "sel elist",
                &["Temperature CPU1 Temp | Upper Critical going high"],
            ),
            ("sel time get", &["01/01/26"]),
            (
                "sdr",
                &[
                    "CPU1 Temp        | 42 degrees C",
                    "FAN1             | 5400 RPM",
                    "12V              | 12.06 Volts",
                    "PSU1",
                ],
            ),
            (
                "sdr elist all",
                &[
                    "Inlet Temp       | 02h | ok  |  7.1 | 23 degrees C",
                    "Builtin FRU",
                    "Drydock BMC",
                ],
            ),
            (
                "sensor",
                &[
                    "CPU1 Temp        | 42.000     | degrees C  | ok    | na        | na        | na        | 85.000    | 95.000    | na",
                ],
            ),
            (
                "fru print",
                &[
                    "Product Serial        : SIM0000001",
                    "Board Product         : Simulated Server",
                    "Chassis Type          : Rack Mount Chassis",
                ],
            ),
            (
                "lan print 1",
                &[
                    "IP Address              : 127.",
                    "RMCP+ Cipher Suites     : 3,17",
                ],
            ),
            (
                "user list 1",
                &["admin", "ADMINISTRATOR", "oper", "OPERATOR", "ro"],
            ),
            ("user summary 1", &["Enabled User Count  : 3"]),
            (
                "channel info 1",
                &[
                    "Channel Medium Type   : 802.3 LAN",
                    "Active Session Count  : 1",
                ],
            ),
            ("channel getciphers ipmi 1", &["hmac_sha1_96", "sha256_128"]),
            (
                "session info active",
                &[
                    "session handle                : 1",
                    "privilege level               : ADMINISTRATOR",
                ],
            ),
            (
                "sol info 1",
                &[
                    "Enabled                         : true",
                    "Volatile Bit Rate (kbps)        : 115.2",
                ],
            ),
        ];
        for (command, expected) in cases {
            let said = client.says(command).await;
            for expected in *expected {
                assert!(said.contains(expected), "{command}: {expected}\n{said}");
            }
            assert!(!said.contains("Invalid"), "{command}\n{said}");
        }
        client.says("sel clear").await;
        let bmc = server.bmc(0).unwrap();
        assert!(bmc.log().any(|(_, effect)| *effect == Effect::SelCleared));
        drop(bmc);
        all_closed(&server).await;
    }
}

#[tokio::test]
async fn ipmitool_sets_a_password_and_logs_in_with_it() {
    let server = serve(settings()).await;
    let Some(admin) = Client::ipmitool(server.addresses()[0], "17", "admin", "password") else {
        return;
    };
    admin
        .says("user set password 3 rotated-and-20-octet 20")
        .await;
    admin.says("user test 3 20 rotated-and-20-octet").await;
    assert!(!admin.run("user test 3 20 another").await.content);
    let before = Client::ipmitool(server.addresses()[0], "17", "oper", "operpw").unwrap();
    assert!(!before.run("-L OPERATOR mc info").await.content);
    let after =
        Client::ipmitool(server.addresses()[0], "17", "oper", "rotated-and-20-octet").unwrap();
    after.says("-L OPERATOR mc info").await;
}

#[tokio::test]
async fn a_reader_may_read_and_no_more() {
    let server = serve(settings()).await;
    let Some(reader) = Client::ipmitool(server.addresses()[0], "17", "ro", "ropw") else {
        return;
    };
    reader.says("-L USER chassis power status").await;
    let refused = reader.run("-L USER chassis power on").await;
    assert!(
        !refused.content && refused.text.contains("Insufficient privilege"),
        "{}",
        refused.text
    );
    let refused = reader.run("-L OPERATOR chassis power status").await;
    assert!(
        !refused.content && refused.text.contains("Unable to establish"),
        "{}",
        refused.text
    );
    assert_eq!(controls(&server), []);
    let wrong = Client::ipmitool(server.addresses()[0], "17", "ro", "wrong").unwrap();
    assert!(!wrong.run("-L USER chassis power status").await.content);
}

#[tokio::test]
async fn a_bmc_with_a_key_of_its_own_wants_it() {
    for suite in SUITES {
        let mut with_key = settings();
        with_key.k_g = Some(Kg::new("a key of the BMC").unwrap());
        let server = serve(with_key).await;
        let Some(client) = Client::ipmitool(server.addresses()[0], suite, "admin", "password")
        else {
            return;
        };
        assert!(!client.run("mc info").await.content);
        let mut with = Client::ipmitool(server.addresses()[0], suite, "admin", "password").unwrap();
        with.arguments
            .extend(["-k", "a key of the BMC"].map(str::to_owned));
        with.says("mc info").await;
    }
}

#[tokio::test]
async fn ipmitool_finds_the_suite_itself() {
    let server = serve(settings()).await;
    let Some(mut client) = Client::ipmitool(server.addresses()[0], "17", "admin", "password")
    else {
        return;
    };
    client
        .arguments
        .retain(|argument| argument != "-C" && argument != "17");
    assert!(client.says("mc info").await.contains("2.0"));
}

#[tokio::test]
async fn freeipmi_switches_power() {
    for suite in SUITES {
        let server = serve(settings()).await;
        let Some(client) = Client::freeipmi("ipmipower", server.addresses()[0], suite) else {
            return;
        };
        for (action, expected) in [
            ("--stat", "off"),
            ("--on", "ok"),
            ("--stat", "on"),
            ("--cycle", "ok"),
            ("--off", "ok"),
        ] {
            let said = client.says(action).await;
            assert!(said.trim().ends_with(expected), "{action}: {said}");
        }
        all_closed(&server).await;
        // After a reset it leaves its session open, and the BMC has to close it.
        client.says("--on").await;
        client.says("--reset").await;
        use ChassisControl::{Cycle, Off, On, Reset};
        assert_eq!(controls(&server), [On, Cycle, Off, On, Reset]);
        assert_eq!(server.bmc(0).unwrap().open_sessions().len(), 1);
    }
}

#[tokio::test]
async fn freeipmi_reads_all_there_is() {
    for suite in SUITES {
        let server = serve(settings()).await;
        let event = [0, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 1, 1, 1, 0x59, 0x60, 0x55];
        server
            .bmc(0)
            .unwrap()
            .add_event(Duration::ZERO, event)
            .unwrap();
        let cache =
            std::env::temp_dir().join(format!("drydock-freeipmi-{}-{suite}", std::process::id()));
        std::fs::create_dir_all(&cache).unwrap();
        let cached = format!("--sdr-cache-directory={}", cache.display());
        let cases: [(&str, &str, &[&str]); 5] = [
            ("bmc-info", "", &["IPMI Version", "2.0"]),
            (
                "ipmi-sensors",
                &cached,
                &[
                    "CPU1 Temp",
                    "42.00",
                    "FAN1",
                    "5400.00",
                    "12V",
                    "12.06",
                    "PSU1",
                ],
            ),
            (
                "ipmi-sel",
                &cached,
                &["CPU1 Temp", "Upper Critical - going high"],
            ),
            ("ipmi-fru", &cached, &["SIM0000001", "Simulated Server"]),
            (
                "ipmi-chassis",
                "--get-chassis-status",
                &["System Power", "off"],
            ),
        ];
        for (program, arguments, expected) in cases {
            let Some(client) = Client::freeipmi(program, server.addresses()[0], suite) else {
                return;
            };
            let said = client.says(arguments).await;
            for expected in expected {
                assert!(said.contains(expected), "{program}: {expected}\n{said}");
            }
        }
        let _ = std::fs::remove_dir_all(cache);
        all_closed(&server).await;
    }
}

#[tokio::test]
async fn freeipmi_chooses_what_boots_next() {
    let server = serve(settings()).await;
    let Some(client) = Client::freeipmi("ipmi-chassis-config", server.addresses()[0], "17") else {
        return;
    };
    client
        .says("--commit -e Chassis_Boot_Flags:Boot_Device=PXE -e Chassis_Boot_Flags:BIOS_Boot_Type=EFI")
        .await;
    assert_eq!(
        server.bmc(0).unwrap().boot_flags(),
        Some(BootFlags::once(BootDevice::Pxe).efi())
    );
    let said = client.says("--checkout").await;
    assert!(said.contains("EFI"), "{said}");
}

#[tokio::test]
async fn both_consoles_converse_with_the_machine() {
    if peer::find("script", "bsdutils").is_none() {
        return;
    }
    for suite in SUITES {
        let server = serve(settings()).await;
        let Some(ipmitool) = Client::ipmitool(server.addresses()[0], suite, "admin", "password")
        else {
            return;
        };
        ipmitool.says("chassis power on").await;
        ipmitool.converses(&["sol", "activate"], b"\r~.").await;
        let Some(ipmiconsole) = Client::freeipmi("ipmiconsole", server.addresses()[0], suite)
        else {
            return;
        };
        ipmitool.says("chassis power reset").await;
        ipmiconsole.converses(&[], b"&.").await;
        all_closed(&server).await;
        let bmc = server.bmc(0).unwrap();
        let (mut taken, mut given) = (0, 0);
        for (_, effect) in bmc.log() {
            match effect {
                Effect::ConsoleActivated { .. } => taken += 1,
                Effect::ConsoleDeactivated { .. } => given += 1,
                _ => {}
            }
        }
        assert_eq!((taken, given), (2, 2));
    }
}
