//! What a machine goes through, how its differences are told, and its time.

use crate::{
    hands::{Hands, design_with},
    site,
};
use drydock_core::driver::{
    BootDevice, Context, PowerAction, PowerState, Progress, Risk, ServerAction::*, ServerState,
};
use drydock_noop::{
    Faults, SimulatedSite,
    simulated::{CallKind, facts_of},
};
use std::time::Duration;

#[test]
fn a_whole_life_is_as_designed_in_the_middle_and_leaves_nothing_at_the_end() {
    let hands = Hands::new();
    assert_eq!(hands.site.as_designed(&hands.design).len(), 5);
    hands.deploy_all();
    assert_eq!(hands.site.as_designed(&hands.design), [] as [&str; 0]);
    let (node, design) = (hands.site.node("compute1").unwrap(), hands.node("compute1"));
    assert_eq!(
        (node.state, node.power),
        (ServerState::Deployed, PowerState::On)
    );
    assert_eq!(node.booted_from, Some(BootDevice::Disk));
    assert_eq!(node.image.as_deref(), Some("noble"));
    assert_eq!((node.counters.commissioned, node.counters.deployed), (1, 1));
    assert_eq!(node.operation.as_deref(), Some("d"));
    let mut seen = hands.see("compute1");
    seen.facts.remove("simulated.generation");
    assert_eq!(seen.facts, facts_of(&design));
    assert_eq!(
        seen.facts["interfaces.bond0.networks.mgmt.address"],
        "10.0.1.12"
    );
    assert_eq!(
        seen.facts["storage.physical_devices.boot_disk.partitions.root.size"],
        ">20g"
    );
    assert_eq!(hands.server.differences(&design, &seen), []);

    hands.finish("compute1", Release, "r");
    let node = hands.site.node("compute1").unwrap();
    assert_eq!(
        (node.state, node.power),
        (ServerState::Ready, PowerState::Off)
    );
    assert!(node.image.is_none() && node.facts.is_empty() && node.owner_data.is_empty());
    assert_eq!(hands.site.violations(), [] as [&str; 0]);
    assert_eq!(hands.site.calls()[&CallKind::Server(ConfigureStorage)], 3);
}

#[test]
fn nothing_secret_is_kept() {
    let hands = Hands::new();
    hands.deploy_all();
    let node = hands.site.node("control").unwrap();
    assert_eq!(node.owner_data["token"], "(secret)");
    assert!(!format!("{:?}", hands.site).contains("hunter2"));
}

#[test]
fn what_is_asked_for_again_is_done_already_and_nothing_is_done_twice() {
    let hands = Hands::new();
    hands.deploy_all();
    for (action, key) in [
        (ConfigureStorage, "s"),
        (ConfigureNetwork, "n"),
        (Deploy, "later"),
    ] {
        assert_eq!(hands.apply("control", action, key).unwrap(), Progress::Done);
    }
    hands.ensure_all();
    assert_eq!(hands.site.node("control").unwrap().counters.deployed, 1);
    hands.ensured_once();
    assert_eq!(hands.site.violations(), [] as [&str; 0]);
}

#[test]
fn after_a_crash_the_same_operation_finds_its_own_work() {
    let hands = Hands::new();
    hands.ensure_all();
    hands.prepare("control");
    assert!(matches!(
        hands.apply("control", Deploy, "d"),
        Ok(Progress::Waiting { .. })
    ));
    let again = hands.apply("control", Deploy, "d").unwrap();
    let poll_after = Duration::from_micros(187_500);
    let note = "control: deploy, 1500 ms of 1500 ms left";
    assert_eq!(again, Progress::waiting(note, poll_after));
    hands.clock.advance(Duration::from_millis(1499));
    assert_eq!(hands.see("control").state, ServerState::Deploying);
    hands.clock.advance(Duration::from_millis(1));
    assert_eq!(hands.see("control").state, ServerState::Deployed);
    assert_eq!(hands.site.node("control").unwrap().counters.deployed, 1);
}

#[test]
fn differences_name_the_field_the_risk_and_what_mends_it() {
    let hands = Hands::new();
    hands.deploy_all();
    hands.site.edit_node("control", |node| {
        node.kernel = Some("hwe".into());
        node.facts.remove("interfaces.bond0.mtu");
    });
    hands.site.edit_network("mgmt", |network| {
        network.facts.insert("vlan".into(), "7".into());
    });
    let changes = hands
        .server
        .differences(&hands.node("control"), &hands.see("control"));
    let shown: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "interfaces.bond0.mtu: (nothing) -> 9000",
            "platform.kernel: hwe -> ga-24.04"
        ]
    );
    let mended = changes
        .iter()
        .map(|change| (change.risk, change.action))
        .collect::<Vec<_>>();
    let expected = [ConfigureNetwork, Deploy].map(|action| (Risk::Destructive, Some(action)));
    assert_eq!(mended, expected);
    assert_eq!(
        hands.site.as_designed(&hands.design),
        [
            "node control: interfaces.bond0.mtu: None, designed Some(\"9000\")",
            "node control: platform.kernel: Some(\"hwe\"), designed Some(\"ga-24.04\")",
            "network mgmt: vlan: Some(\"7\"), designed Some(\"101\")",
        ]
    );
}

#[test]
fn where_nobody_else_has_the_power_the_server_driver_has() {
    let hands = Hands::on(design_with("type: redfish", "type: manual"), Faults::none());
    hands.ensure_all();
    hands.finish("control", Commission, "c");
    assert_eq!(
        hands.site.node("control").unwrap().booted_from,
        Some(BootDevice::Pxe)
    );
    assert_eq!(hands.site.violations(), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn paused_time_is_the_sites_time() {
    let design = site::design();
    let site = SimulatedSite::new(&design);
    let (oob, cx) = (site.oob_driver(), Context::detached("power"));
    oob.set_power(&cx, &design.nodes["control"], PowerAction::On)
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(99)).await;
    assert_eq!(site.node("control").unwrap().power, PowerState::Off);
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(site.node("control").unwrap().power, PowerState::On);
}

#[test]
fn machines_of_a_later_design_are_delivered_new() {
    let hands = Hands::new();
    hands.deploy_all();
    let later = design_with("{name: compute2}", "{name: compute3}");
    hands.site.deliver(&later);
    assert_eq!(hands.site.node("compute3").unwrap().state, ServerState::New);
    assert_eq!(
        hands.site.as_designed(&later),
        [
            "node compute3: state: New, designed Deployed",
            "node compute2: is Deployed, and not in the design",
        ]
    );
}
