//! The order of files and documents changes nothing: neither what is resolved, byte for byte, nor what is said.

use super::{Resolved, document, files, resolved_files};
use drydock_core::testing::fixture;
use proptest::{prelude::*, sample::subsequence};

/// Documents that inherit from each other, with something wrong in most.
const DOCUMENTS: &[(&str, &str)] = &[
    (
        "base",
        "metadata: {tags: [a, b], owner_data: {k: '1'}}\ninterfaces: {e: {mtu: 1500, networks: [n1]}, f: {slaves: [nic7]}}\nhardware_profile: hw",
    ),
    (
        "left",
        "host_profile: base\nmetadata: {tags: ['!a', c]}\ninterfaces: {'!f': {}}\nbogus: 1",
    ),
    (
        "right",
        "host_profile: base\nmetadata: {tags: [d], owner_data: {'!k': ''}}\nplatform: {kernel_params: {x: hardwareprofile:cpuset.none}}",
    ),
    (
        "both",
        "host_profile: [left, right]\ninterfaces: {f: {mtu: 9000}}",
    ),
    ("round1", "host_profile: round2"),
    ("round2", "host_profile: [base, round1]"),
    ("removes", "metadata: {tags: ['!zzz']}"),
    (
        "hw",
        "device_aliases: {nic1: {address: '0000:01:00.0', bus_type: pci}}",
    ),
    ("node1", "host_profile: both\nserial: S1\nhold: perhaps"),
    (
        "node2",
        "host_profile: [right, left]\ninterfaces: {e: {networks: [n2]}}",
    ),
    ("node3", "host_profile: round1\nmetadata: {tags: ['!q']}"),
    (
        "node4",
        "host_profile: [gone, base]\nhardware_profile: gone",
    ),
    ("node5", "host_profile: base"),
    ("node6", "host_profile: [removes, base]"),
];

fn design(resolved: &Resolved) -> String {
    let design = &resolved.design;
    let nodes: Vec<_> = design
        .nodes
        .values()
        .map(|n| {
            (
                &n.name,
                n.chain.iter().map(ToString::to_string).collect::<Vec<_>>(),
                &n.value,
                &n.spec,
                &n.kernel_params,
                &n.interfaces,
                &n.disks,
                &n.labels,
            )
        })
        .collect();
    let profiles: Vec<_> = design.profiles.iter().map(|(n, p)| (n, &p.value)).collect();
    serde_json::to_string(&(nodes, profiles)).unwrap()
}

/// What is said, with the line of the document instead of the line of the file.
fn said(resolved: &Resolved) -> Vec<String> {
    let lines = fixture::lines(&resolved.diagnostics, &resolved.design);
    let mut lines: Vec<String> = lines.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn shuffled() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    subsequence(DOCUMENTS, 0..=DOCUMENTS.len()).prop_shuffle()
}

#[test]
fn there_is_something_to_be_said() {
    let found = resolved_files(&files(DOCUMENTS));
    assert_eq!(
        said(&found),
        [
            "error[DD0005] left.yaml:8:3 HostProfile left: unknown key `bogus`",
            "error[DD0006] node1.yaml:7:9 BaremetalNode node1: expected true or false, found `perhaps`",
            "error[DD0501] node4.yaml:5:18 BaremetalNode node4: there is no host profile `gone`",
            "error[DD0502] round1.yaml:5:17 HostProfile round1: host profiles `round1`, `round2` inherit from each other",
            "error[DD0503] node4.yaml:6:21 BaremetalNode node4: there is no hardware profile `gone`",
            "error[DD0504] base.yaml:6:61 BaremetalNode node3: there is no device alias `nic7` (and 2 more with the same cause)",
            "error[DD0507] right.yaml:7:33 BaremetalNode node1: `hardwareprofile:cpuset.none` leads nowhere (and 1 more with the same cause)",
            "warning[DD0505] node3.yaml:6:21 BaremetalNode node3: there is no `q` here to remove",
            "warning[DD0505] removes.yaml:5:21 HostProfile removes: there is no `zzz` here to remove",
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_files(documents in shuffled()) {
        let mut sorted = documents.clone();
        sorted.sort_unstable();
        let (one, other) = (resolved_files(&files(&documents)), resolved_files(&files(&sorted)));
        prop_assert_eq!(design(&one), design(&other));
        prop_assert_eq!(
            fixture::lines(&one.diagnostics, &one.design),
            fixture::lines(&other.diagnostics, &other.design)
        );
    }

    #[test]
    fn of_documents_in_one_file(documents in shuffled()) {
        let apart = resolved_files(&files(&documents));
        // Every document keeps its lines: the others are replaced by as many empty ones.
        let height = DOCUMENTS.iter().map(|(n, s)| document(n, s).lines().count()).max().unwrap() + 1;
        let mut starts = std::collections::BTreeMap::new();
        let mut text = String::new();
        for (n, (name, spec)) in documents.iter().enumerate() {
            let one = format!("---\n{}", document(name, spec));
            starts.insert(n, *name);
            text += &one;
            text += &"\n".repeat(height - one.lines().count());
        }
        let together = resolved_files(&[("all.yaml".to_owned(), text)]);
        prop_assert_eq!(design(&together), design(&apart));
        let replace = |line: &String| {
            let (before, after) = line.split_once(" all.yaml:").unwrap();
            let (number, after) = after.split_once(':').unwrap();
            let number = number.parse::<usize>().unwrap() - 1;
            let name = starts[&(number / height)];
            format!("{before} {name}.yaml:{}:{after}", number % height)
        };
        let mut lines: Vec<String> = said(&together).iter().map(replace).collect();
        lines.sort();
        prop_assert_eq!(lines, said(&apart));
    }
}
