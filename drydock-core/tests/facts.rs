//! Designs that others wrote resolve to the facts that reading them by hand gives; see `facts/README.md`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use drydock_core::{
    model::{HardwareProfile, Keyed},
    names::Kind,
    resolve::{ResolvedDesign, ResolvedNode},
    testing::fixture,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What only a host with catalogs of images and kernels finds.
const NEEDS_CATALOG: [&str; 1] = ["DD3001"];

#[test]
fn fullsite() {
    check("fullsite");
}

#[test]
fn deckhand_fullsite() {
    check("deckhand_fullsite");
}

#[test]
fn bootstrap_hwdefinition_2017() {
    check_whole("bootstrap_hwdefinition_2017");
}

#[test]
fn bootstrap_seed_2017() {
    check_whole("bootstrap_seed_2017");
}

#[test]
fn deckhand_fullsite_libvirt() {
    check_whole("deckhand_fullsite_libvirt");
}

#[test]
fn deckhand_fullsite_nic_autodetect() {
    check_whole("deckhand_fullsite_nic_autodetect");
}

#[test]
fn deckhand_routedomain() {
    check_whole("deckhand_routedomain");
}

#[test]
fn invalid_validation() {
    check_whole("invalid_validation");
}

#[test]
fn validation() {
    check_whole("validation");
}

/// Holds a design against facts that name all its documents, nodes and findings, and of nodes what is worth naming.
fn check_whole(name: &str) {
    let Some(text) = support::foreign_site(&format!("{name}.yaml")) else {
        return;
    };
    let facts = facts(name);
    let found = fixture::load(&[(name, &text)]);
    let design = &found.resolved;

    let findings = found.diagnostics.to_json(&design.files);
    let mut actual: Vec<Value> = findings
        .iter()
        .map(|d| json!({"code": d.code, "severity": d.severity, "line": d.labels[0].line, "message": d.message}))
        .collect();
    let mut expected = facts["findings"].as_array().unwrap().clone();
    // The order of findings is the diagnostics' own matter, and held by their tests.
    let place = |d: &Value| {
        (
            d["code"].to_string(),
            d["line"].as_u64(),
            d["severity"].to_string(),
        )
    };
    actual.sort_by_key(place);
    expected.sort_by_key(place);
    let missing: Vec<&Value> = without(&expected, &actual, place);
    let too_many: Vec<&Value> = without(&actual, &expected, place);
    assert!(
        missing.is_empty() && too_many.is_empty(),
        "{name}: not found: {missing:#?}\nfound, but not a fact: {too_many:#?}"
    );

    let mut documents = Map::new();
    for id in design.documents.keys() {
        let of_kind = documents.entry(id.kind.as_str()).or_insert(json!([]));
        of_kind
            .as_array_mut()
            .unwrap()
            .push(json!(id.name.as_str()));
    }
    same(
        name,
        "documents",
        &facts["documents"],
        &Value::Object(documents),
    );
    let nodes = design.nodes.values().map(|n| (n.name.to_string(), node(n)));
    named(name, "nodes", &facts["nodes"], &nodes.collect());
    let networks = design
        .networks
        .keys()
        .map(|n| (n.to_string(), network(design, n)));
    named(name, "networks", &facts["networks"], &networks.collect());
    let hardware = design
        .hardware
        .iter()
        .map(|(n, h)| (n.to_string(), hardware(h)));
    named(name, "hardware", &facts["hardware"], &hardware.collect());
}

fn facts(name: &str) -> Value {
    let path = format!("{}/tests/facts/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What of `all` has no counterpart in `others`, each of which is the counterpart of one.
fn without<'v, K: PartialEq>(
    all: &'v [Value],
    others: &[Value],
    key: impl Fn(&Value) -> K,
) -> Vec<&'v Value> {
    let mut left: Vec<K> = others.iter().map(&key).collect();
    let mut rest = Vec::new();
    for one in all {
        match left.iter().position(|other| *other == key(one)) {
            Some(index) => drop(left.swap_remove(index)),
            None => rest.push(one),
        }
    }
    rest
}

/// Compares what facts name of each object; the objects themselves must be those that they name.
fn named(site: &str, of: &str, expected: &Value, actual: &Map<String, Value>) {
    let expected = expected.as_object().unwrap();
    let (names, found): (BTreeSet<_>, BTreeSet<_>) =
        (expected.keys().collect(), actual.keys().collect());
    assert_eq!(names, found, "{site}: {of}");
    for (name, parts) in expected {
        for (part, value) in parts.as_object().unwrap() {
            let at = format!("{of}.{name}.{part}");
            let found = actual[name].get(part);
            same(
                site,
                &at,
                value,
                found.unwrap_or_else(|| panic!("{site}: no part {at}")),
            );
        }
    }
}

fn hardware(profile: &HardwareProfile) -> Value {
    let aliases = profile.device_aliases.iter();
    let aliases: Map<_, _> = aliases
        .map(|(n, a)| (n.to_string(), json!(a.bus_type)))
        .collect();
    json!({"boot_mode": profile.boot_mode, "pxe_interface": profile.pxe_interface, "aliases": aliases})
}

fn check(name: &str) {
    let Some(text) = support::foreign_site(&format!("{name}.yaml")) else {
        return;
    };
    let facts = facts(name);
    let found = fixture::load(&[(name, &text)]);
    let design = &found.resolved;

    let nodes: Map<_, _> = design
        .nodes
        .values()
        .map(|n| (n.name.to_string(), node(n)))
        .collect();
    same(name, "nodes", &facts["nodes"], &Value::Object(nodes));
    let networks: Map<_, _> = design
        .networks
        .keys()
        .map(|n| (n.to_string(), network(design, n)))
        .collect();
    same(
        name,
        "networks",
        &facts["networks"],
        &Value::Object(networks),
    );
    for kind in Kind::ALL {
        let of_kind = design.documents.keys().filter(|id| id.kind == kind);
        let names: Vec<&str> = of_kind.map(|id| id.name.as_str()).collect();
        assert_eq!(
            facts["documents"][kind.as_str()],
            json!(names),
            "{name}: {kind}"
        );
    }
    // Every code that the facts speak of is found where they say, and nowhere else.
    let diagnostics = found.diagnostics.to_json(&design.files);
    let place = |d: &Value| json!([d["code"], d["kind"], d["name"], d["line"], d["field"]]);
    let expected: Vec<Value> = facts["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(place)
        .collect();
    // The facts name the document that holds a cause, a finding the first node that it touches; the line is the same.
    let later = facts["later_diagnostics"].as_array().unwrap();
    let line = |d: &Value| (d["code"].clone(), d["line"].clone());
    let found_lines: Vec<(Value, Value)> = diagnostics
        .iter()
        .map(|d| (json!(d.code), json!(d.labels[0].line)))
        .collect();
    for fact in later
        .iter()
        .filter(|fact| !NEEDS_CATALOG.contains(&fact["code"].as_str().unwrap()))
    {
        assert!(
            found_lines.contains(&line(fact)),
            "{name}: not found: {fact}"
        );
    }
    let is_later = |d: &Value| {
        later
            .iter()
            .any(|l| (&l["code"], &l["line"]) == (&d[0], &d[3]))
    };
    let actual: Vec<Value> = diagnostics
        .iter()
        .map(|d| json!([d.code, d.kind, d.name, d.labels[0].line, d.field]))
        .filter(|d| !is_later(d))
        .collect();
    assert_eq!(actual, expected, "{name}");
}

/// Compares part by part, so that a failure names the part.
fn same(site: &str, at: &str, expected: &Value, actual: &Value) {
    match (expected, actual) {
        (Value::Object(e), Value::Object(a)) => {
            let (ek, ak): (Vec<_>, Vec<_>) = (e.keys().collect(), a.keys().collect());
            assert_eq!(ek, ak, "{site}: keys of {at}");
            e.iter()
                .for_each(|(key, value)| same(site, &format!("{at}.{key}"), value, &a[key]));
        }
        _ => assert_eq!(expected, actual, "{site}: {at}"),
    }
}

fn node(node: &ResolvedNode) -> Value {
    let spec = &node.spec;
    let interface = |i: &drydock_core::resolve::ResolvedInterface| {
        let written = spec.interfaces.find(&i.name).unwrap();
        let sriov = written.sriov.vf_count.map(
            |vf_count| json!({"vf_count": vf_count, "trustedmode": written.sriov.trustedmode}),
        );
        let networks: Vec<Value> = i
            .networks
            .iter()
            .map(|n| {
                json!({"name": n.name, "vlan": n.vlan, "mtu": n.mtu, "cidr": n.cidr, "address": n.address})
            })
            .collect();
        let bond = i.bond.as_ref().and_then(|bond| bond.mode);
        let value = json!({
            "link": i.link, "mtu": i.mtu, "bond": bond, "sriov": sriov, "slaves": i.slaves, "networks": networks,
        });
        (i.name.to_string(), value)
    };
    let chain: Vec<&str> = node.chain.iter().map(|id| id.name.as_str()).collect();
    let addresses: Map<_, _> = spec
        .addressing
        .iter()
        .map(|(n, a)| (n.to_string(), json!(a.address)))
        .collect();
    json!({
        "fqdn": node.fqdn,
        "kernel_params": node.kernel_params,
        "profile chain": chain,
        "hardware_profile": spec.hardware_profile,
        "rack": spec.metadata.rack,
        "tags": spec.metadata.tags,
        "owner_data": spec.metadata.owner_data,
        "primary_network": spec.primary_network,
        "platform": {"image": spec.platform.image, "kernel": spec.platform.kernel},
        "oob": {"type": spec.oob.kind, "network": spec.oob.network, "account": spec.oob.account},
        "interfaces": node.interfaces.iter().map(interface).collect::<Map<_, _>>(),
        "addresses": addresses,
        "storage": storage(&spec.storage),
    })
}

fn storage(storage: &drydock_core::model::Storage) -> Value {
    fn map<T>(all: &Keyed<T>, of: impl Fn(&T) -> Value) -> Map<String, Value> {
        all.iter()
            .map(|(name, one)| (name.to_string(), of(one)))
            .collect()
    }
    let devices = map(&storage.physical_devices, |device| {
        match &device.volume_group {
            Some(group) => json!({"volume_group": group}),
            None => json!({"partitions": map(&device.partitions, |p| json!({
                "size": p.size, "bootable": p.bootable, "mountpoint": p.filesystem.mountpoint,
                "fstype": p.filesystem.fstype(), "mount_options": p.filesystem.mount_options(),
            }))}),
        }
    });
    let groups = map(&storage.volume_groups, |group| {
        Value::Object(map(&group.logical_volumes, |v| {
            json!({
                "size": v.size, "mountpoint": v.filesystem.mountpoint,
                "fstype": v.filesystem.fstype(), "mount_options": v.filesystem.mount_options(),
            })
        }))
    });
    json!({"physical_devices": devices, "volume_groups": groups})
}

fn network(design: &ResolvedDesign, name: &str) -> Value {
    let network = &design.networks[name];
    let spec = &network.spec;
    let routes: Vec<Value> = network
        .routes
        .iter()
        .map(|r| json!({"subnet": r.subnet, "gateway": r.gateway, "metric": r.metric}))
        .collect();
    json!({
        "cidr": spec.cidr, "vlan": spec.vlan, "mtu": spec.mtu, "domain": spec.dns.domain,
        "dns_servers": spec.dns.servers, "routes": routes,
    })
}
