//! No byte of a secret leaves any example, whatever it is asked for and however broken the design is.

use crate::{Folder, Ran, run, site};
use drydock_core::testing::canary::Canary;

const CANARY: &str = "Kanarienvogel+/7";

fn silent(example: &str, arguments: &[&str]) -> Ran {
    let ran = run(example, arguments);
    for text in [&ran.out, &ran.err] {
        let form = Canary::new(CANARY).found_in(text);
        assert_eq!(
            form, None,
            "{example} {arguments:?} tells the secret:\n{text}"
        );
    }
    ran
}

#[test]
fn a_design_that_works_keeps_its_secrets() {
    let folder = Folder::new("canary");
    for file in [
        "profiles/hardware",
        "profiles/hosts",
        "profiles/bootactions",
    ]
    .into_iter()
    .chain([
        "formation/region",
        "formation/networks",
        "formation/racks",
        "formation/nodes-r1",
        "formation/nodes-r2",
    ]) {
        let text = std::fs::read_to_string(format!("{}/{file}.yaml", site())).unwrap();
        let text = text.replace(
            "credential: {secret: bmc-password}",
            &format!("credential: {CANARY}\n    k_g: '{CANARY}'"),
        );
        let text = text.replace(
            "      panic: 30\n",
            &format!("      panic: 30\n      ds: 'https://user:{CANARY}@host'\n"),
        );
        let text = text.replace("url: https://", &format!("url: https://user:{CANARY}@"));
        folder.write(&format!("{file}.yaml"), &text);
    }
    let path = &folder.path("");
    assert_eq!(silent("validate", &[path]).code, 0);
    silent("validate", &[path, "--format", "json"]);
    silent("validate", &[path, "--format", "sarif"]);
    let resolved = silent("resolve", &[path]);
    assert!(
        resolved.code == 0 && resolved.out.contains("k_g: (secret)"),
        "{}",
        resolved.out
    );
    silent("resolve", &[path, "--annotate"]);
    silent("resolve", &[path, "--format", "json"]);
    let explained = silent("resolve", &[path, "--explain", "compute-1", "oob"]);
    assert!(
        explained.out.contains("oob.credential = (secret)"),
        "{}",
        explained.out
    );
    for format in ["text", "json", "dot", "mermaid"] {
        silent("plan", &[path, "--format", format]);
    }
    for format in ["text", "json"] {
        assert_eq!(
            silent("deploy", &[path, "--approve", "all", "--format", format]).code,
            0
        );
    }
    silent("deploy", &[path, "--approve", "all", "--seed", "7"]);
}

#[test]
fn a_digest_never_covers_a_secret() {
    let id = |credential: &str| {
        let folder = Folder::new("digest");
        let text = std::fs::read_to_string(format!("{}/profiles/hosts.yaml", site())).unwrap();
        let text = text.replace("{secret: bmc-password}", credential);
        let hosts = folder.write("hosts.yaml", &text);
        let others = [
            "profiles/hardware.yaml",
            "profiles/bootactions.yaml",
            "formation",
        ]
        .map(|f| format!("{}/{f}", site()));
        let paths: Vec<&str> = std::iter::once(hosts.as_str())
            .chain(others.iter().map(String::as_str))
            .collect();
        run("plan", &[&paths[..], &["--format", "json"]].concat()).json()["id"].clone()
    };
    assert_eq!(id(CANARY), id("another"));
}

#[test]
fn a_design_that_is_broken_at_its_secrets_keeps_them() {
    let node = "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: n}\nspec:\n  oob:\n";
    let broken = [
        format!("{node}    credential: {CANARY}\n    credential: {CANARY}\n"),
        format!("{node}    credential: [{CANARY}, x]\n"),
        format!("{node}    credential: {{nope: {CANARY}}}\n"),
        format!("{node}    credential: {CANARY}: {CANARY}\n"),
        format!("{node}    credential: |\n      {CANARY}\n     {CANARY}\n\tx\n"),
        format!("{node}    credential: \"{CANARY}\n"),
        format!("{node}    credentail: {CANARY}\n"),
        format!("{node}    type: ipmi\n    kg: {CANARY}\n   k_g: {CANARY}\n"),
        format!("{node}    port: {{credential: {CANARY}}}\n"),
        format!("{node}    credential: !x {CANARY}\n"),
        format!("{node}    credential: &a {CANARY}\n    port: *a\n    privilege: [*a]\n"),
        format!("{node}    {{type: ipmi, credential: {CANARY}, port: [\n"),
        format!("{node}    libvirt_uri: qemu+ssh://root:{CANARY}@host/system\n    port: x\n"),
        format!(
            "{node}    account: https://me:{CANARY}@host\n    port: https://me:{CANARY}@host\n"
        ),
        format!("credential: {CANARY}\n"),
        format!("- credential: {CANARY}\n  x: [\n"),
    ];
    for (n, text) in broken.iter().enumerate() {
        let folder = Folder::new(&format!("broken-{n}"));
        let file = &folder.write("site.yaml", text);
        silent("validate", &[file]);
        silent("validate", &[file, "--format", "json"]);
        silent("validate", &[file, "--format", "sarif"]);
        silent("resolve", &[file]);
        silent("resolve", &[file, "--format", "json"]);
        silent("resolve", &[file, "--explain", "n", "oob"]);
        silent("deploy", &[file, "--approve", "all"]);
    }
}
