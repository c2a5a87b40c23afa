//! What an update costs, counted: nodes resolved and judged.

use drydock_core::{
    Site, Update,
    names::{DocumentId, Kind},
    resolve::Changes,
    source::yaml,
    validate::RuleSet,
};

const NODES: usize = 50;

fn document(kind: &str, name: &str, spec: &str) -> (String, String) {
    let text = format!(
        "apiVersion: drydock/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"
    );
    (format!("{kind}-{name}.yaml"), text)
}

fn node(n: usize, more: &str) -> (String, String) {
    let (parent, rack) = (["left", "right"][n % 2], ["r0", "r1"][n % 2]);
    let spec = format!(
        "host_profile: {parent}, metadata: {{rack: {rack}}}, addressing: [{{network: lan, address: 10.0.0.{}}}]{more}",
        n + 10
    );
    document("BaremetalNode", &format!("n{n}"), &spec)
}

/// Half of the nodes inherit from `left`, half from `right`, both of which inherit from `all`.
fn site() -> Site {
    let mut files = vec![
        document("HostProfile", "all", "primary_network: lan"),
        document(
            "HostProfile",
            "left",
            "host_profile: all, hardware_profile: hw, interfaces: {eth0: {device_link: wire, networks: [lan]}}",
        ),
        document(
            "HostProfile",
            "right",
            "host_profile: all, interfaces: {eth0: {device_link: wire, networks: [lan]}}",
        ),
        document("HardwareProfile", "hw", ""),
        document(
            "Network",
            "lan",
            "cidr: 10.0.0.0/24, dns: {domain: example}",
        ),
        document("Network", "other", "cidr: 10.0.1.0/24"),
        document("NetworkLink", "wire", "allowed_networks: [lan]"),
        document("Rack", "r0", ""),
        document("Rack", "r1", ""),
    ];
    files.extend((0..NODES).map(|n| node(n, "")));
    let mut site = Site::new(RuleSet::standard());
    let update = files.into_iter().fold(Changes::new(), file);
    let update = site.update(update);
    assert_eq!((update.resolved.len(), update.judged), (NODES, NODES));
    assert_eq!(update.added.len(), NODES + 9);
    site
}

fn file(changes: Changes, (name, text): (String, String)) -> Changes {
    changes.file(yaml::read(&name, text.as_bytes()))
}

#[track_caller]
fn costs(change: (String, String), nodes: usize) -> Update {
    let mut site = site();
    let update = site.update(file(Changes::new(), change));
    assert_eq!((update.resolved.len(), update.judged), (nodes, nodes));
    assert_eq!((update.changed.len(), update.added.len()), (1, 0));
    update
}

#[test]
fn a_node_costs_itself() {
    let update = costs(node(7, ", serial: x"), 1);
    assert!(update.resolved.contains("n7"));
    assert!(update.appeared.is_empty() && update.vanished.is_empty());
}

#[test]
fn a_profile_costs_those_that_inherit_from_it() {
    costs(
        document("HostProfile", "left", "host_profile: all"),
        NODES / 2,
    );
    costs(document("HostProfile", "all", ""), NODES);
}

#[test]
fn what_nodes_name_costs_those_that_name_it() {
    costs(document("HardwareProfile", "hw", "vendor: acme"), NODES / 2);
    costs(document("Network", "lan", "cidr: 10.0.0.0/16"), NODES);
    costs(document("Network", "other", "cidr: 10.2.0.0/16"), 0);
}

#[test]
fn a_rack_is_only_judged() {
    let mut site = site();
    let update = site.update(file(Changes::new(), document("Rack", "r0", "hold: true")));
    assert_eq!((update.resolved.len(), update.judged), (0, NODES / 2));
}

#[test]
fn what_is_the_same_costs_nothing() {
    let mut site = site();
    let design = site.design();
    let (kind, name) = (Kind::BaremetalNode, "n7");
    let same = design.resolved.document(kind.clone(), name).unwrap();
    let update = site.update(Changes::new().remove(DocumentId::new(Kind::Rack, "absent")));
    assert_eq!(update, Update::default());
    let update = site.update(Changes::new().put((**same).clone()));
    assert_eq!(update, Update::default());
}

#[test]
fn an_update_says_what_is_wrong_now_and_what_is_not_any_more() {
    let mut site = site();
    let clash = site.update(file(
        Changes::new(),
        node(8, ", serial: y, depends_on: [name=n1]"),
    ));
    assert!(clash.appeared.is_empty(), "{:?}", clash.appeared);
    let twice = document(
        "BaremetalNode",
        "n8",
        "host_profile: left, addressing: [{network: lan, address: 10.0.0.10}]",
    );
    let update = site.update(file(Changes::new(), twice));
    let codes: Vec<String> = update.appeared.iter().map(|d| d.code.to_string()).collect();
    assert_eq!(
        (codes.as_slice(), update.judged),
        (&["DD2005".to_owned()][..], 1)
    );
    let update = site.update(file(Changes::new(), node(8, "")));
    let codes: Vec<String> = update.vanished.iter().map(|d| d.code.to_string()).collect();
    assert_eq!(codes, ["DD2005"]);
}
