//! `federated_sources`: what each source says, where it says it, and profiles that two formations share.

use crate::{Folder, Ran, run};
use drydock_core::{DesignSource, testing::conformance};
use drydock_examples::inventories::Inventory;
use std::path::PathBuf;

fn data(path: &str) -> String {
    format!("{}/federation/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// A copy of the data that a test may change.
fn copy(name: &str) -> Folder {
    let folder = Folder::new(name);
    for part in ["profiles", "quayside", "lab"] {
        for file in std::fs::read_dir(data(part)).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            folder.write(&format!("{part}/{name}"), &text);
        }
    }
    folder
}

fn change(folder: &Folder, file: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(folder.path(file)).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    folder.write(file, &text.replacen(from, to, 1));
}

fn of(folder: &Folder, formation: &str, more: &[&str]) -> Ran {
    let (formation, profiles) = (folder.path(formation), folder.path("profiles"));
    let mut arguments = vec![formation.as_str(), "--profiles", &profiles];
    arguments.extend(more);
    run("federated_sources", &arguments)
}

#[test]
fn every_origin_is_named() {
    let ran = run::<&str>("federated_sources", &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for line in [
        format!(
            "  platform.image = noble  {}:25:12  inherited from HostProfile base, source profiles",
            data("profiles/hosts.yaml")
        ),
        format!(
            "  addressing.mgmt.address = 10.40.20.11  {}:3:28  set, source inventory",
            data("quayside/inventory.csv")
        ),
        "  serial = HS12-4011  dcim:https://dcim.example/api/devices/?site=quayside /results/0/serial  set, source dcim"
            .to_owned(),
    ] {
        assert!(ran.out.lines().any(|l| l == line), "{line}\n{}", ran.out);
    }
    assert!(
        ran.out
            .contains("serial: HS12-4011  # set, dcim:https://dcim.example/api")
    );
    let json = run("federated_sources", &["--format", "json"]).json();
    assert_eq!(
        json["nodes"]["compute-1"]["spec"]["metadata"]["labels"]["tier"],
        "gold"
    );
    assert_eq!(
        json["nodes"]["gateway-1"]["fqdn"],
        "gateway-1.quayside.example"
    );
    assert_eq!(json["diagnostics"], serde_json::json!([]));
}

#[test]
fn two_formations_share_a_folder_of_profiles() {
    let folder = copy("shared-profiles");
    let image = |formation, node: &str| {
        let ran = of(&folder, formation, &["--format", "json"]);
        assert_eq!(ran.code, 0, "{}", ran.out);
        let json = ran.json();
        let nodes = json["nodes"].as_object().unwrap().len();
        (
            nodes,
            json["nodes"][node]["spec"]["platform"]["image"].clone(),
        )
    };
    assert_eq!(image("quayside", "compute-1"), (3, "noble".into()));
    assert_eq!(image("lab", "test-1"), (1, "noble".into()));
    change(
        &folder,
        "profiles/hosts.yaml",
        "image: noble",
        "image: resolute",
    );
    assert_eq!(image("quayside", "compute-1"), (3, "resolute".into()));
    assert_eq!(image("lab", "test-1"), (1, "resolute".into()));
}

#[test]
fn what_the_table_owns_nobody_else_writes() {
    let folder = copy("owned");
    let before = "{host_profile: base}";
    let after =
        "{host_profile: base, serial: X1, addressing: [{network: mgmt, address: 10.40.20.50}]}";
    change(&folder, "quayside/nodes.yaml", before, after);
    let ran = of(&folder, "quayside", &[]);
    assert_eq!(ran.code, 1);
    let nodes = folder.path("quayside/nodes.yaml");
    let table = folder.path("quayside/inventory.csv");
    for text in [
        "error[DD0506]: BaremetalNode gateway-1: source `formation` says something of `addressing`, but that belongs to \
         source `inventory`",
        "source `formation` says something of `serial`, but that belongs to source `dcim`",
        &format!("--> {nodes}:15:"),
        &format!("::: {table}:"),
        "note: at dcim:https://dcim.example/api/devices/?site=quayside /results/2/serial the owner, source `dcim`, says \
         `HS12-4021`",
    ] {
        assert!(ran.out.contains(text), "{text}\n{}", ran.out);
    }
}

#[test]
fn a_row_or_device_that_is_broken_costs_only_itself() {
    let folder = copy("broken-row");
    change(
        &folder,
        "quayside/inventory.csv",
        "compute-2,quayside-r1,pxe,dhcp",
        "compute-2,\"quayside-r1\"",
    );
    change(
        &folder,
        "quayside/dcim.json",
        "\"name\": \"compute-2\", ",
        "",
    );
    let ran = of(&folder, "quayside", &["--format", "json"]);
    assert_eq!(ran.code, 1);
    let json = ran.json();
    assert_eq!(json["nodes"].as_object().unwrap().len(), 3);
    let said: Vec<String> = json["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| {
            format!(
                "{}:{} {}",
                d["code"].as_str().unwrap(),
                d["labels"][0]["line"],
                d["message"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        said[..2],
        [
            "DD0006:4 a row with 2 of 4 values".to_owned(),
            "DD0003:0 a device without a name".to_owned()
        ]
    );
}

#[test]
fn sources_that_cannot_be_read_end_with_2() {
    let folder = copy("unreadable");
    folder.write("quayside/dcim.json", "{");
    let ran = of(&folder, "quayside", &[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("source dcim: ") && ran.err.contains("is not JSON"),
        "{}",
        ran.err
    );
    folder.write("quayside/inventory.csv", "node,address\n");
    let ran = of(&folder, "quayside", &[]);
    assert!(
        ran.err.contains("source inventory: ") && ran.err.contains("has not the columns"),
        "{}",
        ran.err
    );
    assert_eq!(run("federated_sources", &["/nowhere/at/all"]).code, 2);
    assert_eq!(
        run("federated_sources", &["--explain", "nobody", "serial"]).code,
        2
    );
}

#[test]
fn an_inventory_that_is_away_is_a_warning() {
    let ran = run(
        "federated_sources",
        &["--stale", "--explain", "compute-1", "serial"],
    );
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let serial = "  serial = HS12-4011  dcim:https://dcim.example/api/devices/?site=quayside /results/0/serial  set, source dcim\n";
    assert!(ran.out.contains(serial), "{}", ran.out);
    let warning = "warning[DD0511]: source `dcim` cannot be loaded, so its state of under a minute ago is used: it does not \
                   answer; see whether it is up\n";
    assert!(ran.out.contains(warning), "{}", ran.out);
}

#[test]
fn inventories_are_sources() {
    let path = |name: &str| PathBuf::from(data("quayside")).join(name);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let of = |source: &dyn DesignSource| runtime.block_on(conformance::source(source));
    assert_eq!(
        of(&Inventory::table("inventory", path("inventory.csv"))),
        []
    );
    assert_eq!(of(&Inventory::devices("dcim", path("dcim.json"))), []);
}
