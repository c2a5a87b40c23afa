//! `resolve`: YAML with provenance, JSON for programs, explanations, allocations.

use crate::{Folder, run, site};
use serde_json::json;

#[test]
fn json_has_the_promised_form() {
    let ran = run("resolve", &[&site(), "--format", "json"]);
    assert_eq!(ran.code, 0);
    let json = ran.json();
    let node = &json["nodes"]["gateway-1"];
    assert_eq!(node["fqdn"], "gateway-1.quayside.example");
    assert_eq!(
        node["kernel_params"],
        "quiet console=tty0 console=ttyS0,115200 panic=30"
    );
    assert_eq!(node["spec"]["metadata"]["tags"], json!(["edge-facing"]));
    assert_eq!(
        node["spec"]["storage"]["physical_devices"]["boot_disk"]["partitions"]["boot"]["bootable"],
        true
    );
    assert_eq!(
        node["spec"]["oob"]["credential"],
        json!({"secret": "bmc-password"})
    );
    let bond = &node["interfaces"]["bond0"];
    assert_eq!(
        (&bond["link"], &bond["mtu"], &bond["bond"]["mode"]),
        (&json!("data"), &json!(9000), &json!("802.3ad"))
    );
    assert_eq!(bond["slaves"][0]["selector"]["bus_type"], "pci");
    assert_eq!(bond["networks"][0]["name"], "mgmt");
    assert_eq!(node["interfaces"]["pxe"]["bond"], json!(null));
    assert_eq!(json["networks"]["mgmt"]["routes"][0]["subnet"], "0.0.0.0/0");
    assert_eq!(json["diagnostics"], json!([]));
}

#[test]
fn an_annotated_node_is_yaml_that_says_where_it_came_from() {
    let ran = run("resolve", &[&site(), "--node", "storage-1", "--annotate"]);
    assert_eq!(ran.code, 0);
    for line in [
        "  host_profile:",
        "    kernel: ga-24.04  # inherited from base, ",
        "  serial: HS12-4015  # set, ",
    ] {
        assert!(
            ran.out.lines().any(|l| l.starts_with(line)),
            "{line}\n{}",
            ran.out
        );
    }
    let plain = run("resolve", &[&site(), "--node", "storage-1"]);
    assert!(!plain.out.contains('#'));
    // What was written can be read again: as a design of its own it resolves to the same.
    let folder = Folder::new("annotate");
    let file = folder.write("node.yaml", &ran.out);
    let again = run("validate", &[&file, "--format", "json"]).json();
    let codes: Vec<&str> = again["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["code"].as_str().unwrap())
        .collect();
    assert!(
        codes.iter().all(|code| !code.starts_with("DD00")),
        "{again}"
    );
}

#[test]
fn explain_tells_file_line_column_and_rule() {
    let ran = run(
        "resolve",
        &[&site(), "--explain", "gateway-1", "metadata.tags"],
    );
    assert_eq!(ran.code, 0);
    let hosts = format!("{}/profiles/hosts.yaml", site());
    assert!(
        ran.out.contains(&format!(
            "{hosts}:161:12  inherited from HostProfile server, removed by HostProfile gateway"
        )),
        "{}",
        ran.out
    );
    assert_eq!(
        run("resolve", &[&site(), "--explain", "gateway-1", "nope"]).code,
        2
    );
    assert_eq!(
        run("resolve", &[&site(), "--explain", "nope", "metadata"]).code,
        2
    );
}

#[test]
fn any_document_is_explained_by_its_kind_and_name() {
    let folder = Folder::new("explain");
    let item = "apiVersion: acme/v1\nkind: License\nmetadata: {name: a/b}\nspec: {seats: 5}\n";
    let file = folder.write("item.yaml", item);
    let explained = |document: &str, field: &str| {
        run("resolve", &[&site(), &file, "--explain", document, field])
    };
    let hosts = format!("{}/profiles/hosts.yaml", site());
    let ran = explained("HostProfile/gateway", "metadata.tags");
    assert_eq!(ran.code, 0);
    let removed = format!(
        "{hosts}:161:12  inherited from HostProfile server, removed by HostProfile gateway"
    );
    assert!(ran.out.contains(&removed), "{}", ran.out);
    let ran = explained("BaremetalNode/gateway-1", "metadata.tags");
    assert_eq!(ran.out, explained("gateway-1", "metadata.tags").out);
    let ran = explained("acme/v1/License/a/b", "seats");
    assert_eq!(
        ran.out,
        format!("a/b seats\n  seats = 5  {file}:4:15  set\n")
    );
    for unknown in ["HostProfile/nobody", "Rak/r1", "acme/v1/License/a"] {
        let ran = explained(unknown, "seats");
        assert_eq!(ran.code, 2);
        let told = format!("there is no document `{unknown}`; write it like HostProfile/base");
        assert!(ran.err.contains(&told), "{}", ran.err);
    }
}

#[test]
fn allocations_are_written_and_kept() {
    let folder = Folder::new("allocations");
    let node = |name: &str| {
        format!(
            "---\napiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {{name: {name}}}\n\
             spec: {{interfaces: {{eth0: {{slaves: [eth0], networks: [n]}}}}, addressing: [{{network: n, address: auto}}]}}\n"
        )
    };
    let network = "apiVersion: drydock/v1\nkind: Network\nmetadata: {name: n}\n\
                   spec: {cidr: 10.0.0.0/29, ranges: [{type: static, start: 10.0.0.2, end: 10.0.0.6}]}\n";
    let (site, kept) = (
        folder.write("site.yaml", &format!("{network}{}", node("b"))),
        folder.path("kept.json"),
    );
    let address = |name: &str| {
        let ran = run(
            "resolve",
            &[&site, "--format", "json", "--allocations", &kept],
        );
        ran.json()["nodes"][name]["interfaces"]["eth0"]["networks"][0]["address"].clone()
    };
    assert_eq!(address("b"), "10.0.0.2");
    folder.write("site.yaml", &format!("{network}{}{}", node("a"), node("b")));
    assert_eq!(
        (address("a"), address("b")),
        (json!("10.0.0.3"), json!("10.0.0.2"))
    );
    folder.write("kept.json", "{");
    let damaged = run("resolve", &[&site, "--allocations", &kept]);
    assert_eq!(damaged.code, 2);
    assert!(
        damaged.err.contains("the file of allocations is damaged"),
        "{}",
        damaged.err
    );
}

#[test]
fn fields_of_chosen_nodes_are_a_table_or_json() {
    let select = ["--select", "role=gateway,!spec.hold"];
    let fields = [
        "--fields",
        "metadata.rack,interfaces.edge.networks,oob.credential,hold",
    ];
    let site = site();
    let arguments = [&[site.as_str()][..], &select, &fields].concat();
    let table = run("resolve", &arguments);
    assert_eq!((table.code, table.err.as_str()), (0, ""));
    let cells = |line: &str| -> Vec<String> {
        let cells = line.trim_matches(['│', '|']).split(['┆', '│', '|']);
        cells.map(|cell| cell.trim().to_owned()).collect()
    };
    let lines: Vec<Vec<String>> = table
        .out
        .lines()
        .map(cells)
        .filter(|cells| cells.len() > 1)
        .collect();
    let secret = r#"{"secret":"bmc-password"}"#;
    assert_eq!(
        lines,
        [
            [
                "name",
                "metadata.rack",
                "interfaces.edge.networks",
                "oob.credential",
                "hold"
            ],
            ["gateway-1", "r1", "public", secret, ""],
            ["gateway-2", "r2", "public", secret, ""],
        ]
    );
    let json = run("resolve", &[&arguments[..], &["--format", "json"]].concat()).json();
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(
        json[1],
        json!({"kind": "BaremetalNode", "name": "gateway-2", "fields": {
            "metadata.rack": "r2", "interfaces.edge.networks": ["public"], "oob.credential": {"secret": "bmc-password"}, "hold": null
        }})
    );
}

#[test]
fn a_selector_chooses_what_is_shown() {
    let json = run(
        "resolve",
        &[
            &site(),
            "--select",
            "rack=r1,role=control",
            "--format",
            "json",
        ],
    )
    .json();
    let nodes: Vec<&String> = json["nodes"].as_object().unwrap().keys().collect();
    assert_eq!(nodes, ["control-1"]);
    let yaml = run("resolve", &[&site(), "--select", "rack=r1,role=control"]);
    assert_eq!(
        (yaml.code, yaml.out.matches("kind: BaremetalNode").count()),
        (0, 1)
    );
    let none = run(
        "resolve",
        &[&site(), "--select", "role=none", "--format", "text"],
    );
    assert_eq!((none.code, none.out.as_str()), (0, "nothing is chosen\n"));
}

#[test]
fn slips_in_selectors_and_fields_cannot_be_used() {
    for (arguments, said) in [
        (
            ["--fields", "platfrom.image"],
            "did you mean `spec.platform.image`?",
        ),
        (
            ["--select", "spec.platfrom.image=noble"],
            "did you mean `spec.platform.image`?",
        ),
        (["--select", "role="], "a word is missing at the end"),
        (["--fields", "a..b"], "is not a field path"),
    ] {
        let ran = run("resolve", &[&[site().as_str()][..], &arguments].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    assert_eq!(
        run(
            "resolve",
            &[&site(), "--fields", "hold", "--format", "yaml"]
        )
        .code,
        2
    );
}
