//! Where a value comes from, as people read it: golden texts for `explain/site.yaml`, and what cannot be explained.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "explain/derived.rs"]
mod derived;
mod support;

use drydock_core::{
    field::FieldPath,
    resolve::{Allocations, Explanation, ResolvedDesign, What, resolve},
    testing::fixture,
};
use std::sync::Arc;

const SITE: &str = include_str!("explain/site.yaml");

fn design() -> Arc<ResolvedDesign> {
    design_of(SITE)
}

/// What this text resolves to, with nothing to be said.
fn design_of(site: &str) -> Arc<ResolvedDesign> {
    let snapshot = fixture::snapshot(&[("site.yaml", site)]);
    let found = resolve(&snapshot, &Allocations::default());
    assert_eq!(fixture::lines(&found.diagnostics, &found.design), "");
    Arc::new(found.design)
}

fn explain(node: &str, field: &str) -> String {
    match Explanation::of(&design(), node, &field.parse().unwrap()) {
        Ok(explanation) => explanation.to_string(),
        Err(error) => format!("error: {error}\n"),
    }
}

#[test]
fn every_item_of_a_list_has_its_place_and_its_rule() {
    assert_eq!(
        explain("compute-1", "interfaces.bond0.networks"),
        "\
compute-1 interfaces.bond0.networks
  interfaces.bond0.networks.mgmt = mgmt  site.yaml:39:24  set, overrides HostProfile base
      before: mgmt  site.yaml:8:43  set by HostProfile base
  interfaces.bond0.networks.storage  site.yaml:39:35  inherited from HostProfile base, removed by BaremetalNode compute-1
      before: storage  site.yaml:8:49  set by HostProfile base
  interfaces.bond0.networks.legacy = legacy  site.yaml:30:45  inherited from HostProfile careful
      before: removed  site.yaml:21:33  by HostProfile compute
      before: legacy  site.yaml:8:58  set by HostProfile base
  interfaces.bond0.networks.spare  site.yaml:30:35  inherited from HostProfile base, removed by HostProfile careful
      before: spare  site.yaml:8:66  set by HostProfile base
  interfaces.bond0.networks.tenants = tenants  site.yaml:21:24  inherited from HostProfile compute
  interfaces.bond0.networks.own = own  site.yaml:39:30  set
"
    );
}

#[test]
fn one_item_of_a_list_is_explained_by_its_text() {
    assert_eq!(
        explain("compute-2", "interfaces.bond0.networks.legacy"),
        "\
compute-2 interfaces.bond0.networks.legacy
  interfaces.bond0.networks.legacy  site.yaml:21:33  inherited from HostProfile base, removed by HostProfile compute
      before: legacy  site.yaml:8:58  set by HostProfile base
"
    );
}

#[test]
fn a_single_value_shows_everyone_who_set_it() {
    assert_eq!(
        explain("compute-1", "interfaces.bond0.mtu"),
        "\
compute-1 interfaces.bond0.mtu
  interfaces.bond0.mtu = 8000  site.yaml:39:53  set, overrides HostProfile compute
      before: 9000  site.yaml:21:50  set by HostProfile compute
      before: 1500  site.yaml:8:79  set by HostProfile base
"
    );
    assert_eq!(
        explain("compute-2", "interfaces.bond0.mtu"),
        "\
compute-2 interfaces.bond0.mtu
  interfaces.bond0.mtu = 9000  site.yaml:21:50  inherited from HostProfile compute
      before: 1500  site.yaml:8:79  set by HostProfile base
"
    );
}

#[test]
fn a_value_of_the_node_alone_is_set() {
    assert_eq!(
        explain("compute-1", "platform.image"),
        "compute-1 platform.image\n  platform.image = noble  site.yaml:41:21  set\n"
    );
}

#[test]
fn what_was_removed_before_is_set_and_overrides_nobody() {
    assert_eq!(
        explain("compute-2", "platform.kernel_params.quiet"),
        "\
compute-2 platform.kernel_params.quiet
  platform.kernel_params.quiet = false  site.yaml:50:37  set
      before: removed  site.yaml:24:39  by HostProfile compute
      before: true  site.yaml:10:80  set by HostProfile base
"
    );
}

#[test]
fn what_was_removed_whole_is_explained_leaf_by_leaf() {
    assert_eq!(
        explain("compute-1", "interfaces.pxe"),
        "\
compute-1 interfaces.pxe
  interfaces.pxe.networks.pxe  site.yaml:40:5  inherited from HostProfile compute, removed by BaremetalNode compute-1
      before: pxe  site.yaml:22:22  set by HostProfile compute
"
    );
    assert_eq!(
        explain("compute-1", "metadata.tags"),
        "\
compute-1 metadata.tags
  metadata.tags.rack-mounted  site.yaml:42:20  inherited from HostProfile base, removed by BaremetalNode compute-1
      before: rack-mounted  site.yaml:12:12  set by HostProfile base
"
    );
}

#[test]
fn a_key_with_a_dot_is_asked_for_and_shown_in_quotes() {
    assert_eq!(
        explain("compute-1", "platform.kernel_params[\"ipv6.disable\"]"),
        "\
compute-1 platform.kernel_params[\"ipv6.disable\"]
  platform.kernel_params[\"ipv6.disable\"] = 1  site.yaml:10:68  inherited from HostProfile base
"
    );
    assert_eq!(
        explain("compute-1", "platform.kernel_params.ipv6.disable"),
        "error: no document that BaremetalNode compute-1 consists of says anything of `platform.kernel_params.ipv6.disable`\n"
    );
}

#[test]
fn of_a_list_that_was_replaced_the_rest_is_gone() {
    assert_eq!(
        explain("compute-2", "platform.kernel_params.console"),
        "\
compute-2 platform.kernel_params.console
  platform.kernel_params.console[\"0\"] = ttyS1  site.yaml:24:31  inherited from HostProfile compute
      before: tty0  site.yaml:10:31  set by HostProfile base
  platform.kernel_params.console[\"1\"]  site.yaml:24:30  inherited from HostProfile base, removed by HostProfile compute
      before: ttyS0,115200  site.yaml:10:37  set by HostProfile base
"
        .replace("[\"0\"]", ".0")
        .replace("[\"1\"]", ".1")
    );
}

#[test]
fn parents_are_the_nodes_own() {
    assert_eq!(
        explain("compute-1", "host_profile"),
        "\
compute-1 host_profile
  host_profile.0 = compute  site.yaml:37:18  set
  host_profile.1 = careful  site.yaml:37:27  set
"
    );
    assert_eq!(
        explain("compute-2", "host_profile"),
        "compute-2 host_profile\n  host_profile.0 = compute  site.yaml:48:17  set\n"
    );
}

#[test]
fn a_secret_is_never_shown_neither_now_nor_before() {
    assert_eq!(
        explain("compute-2", "oob.credential"),
        "\
compute-2 oob.credential
  oob.credential = (secret)  site.yaml:49:21  set, overrides HostProfile base
      before: (secret)  site.yaml:6:49  set by HostProfile base
"
    );
    assert_eq!(
        explain("compute-1", "oob.credential"),
        "\
compute-1 oob.credential
  oob.credential  site.yaml:31:21  inherited from HostProfile base, removed by HostProfile careful
      before: (secret)  site.yaml:6:49  set by HostProfile base
  oob.credential.secret = bmc-password  site.yaml:31:30  inherited from HostProfile careful
"
    );
    assert_eq!(
        explain("compute-2", "metadata.owner_data"),
        "\
compute-2 metadata.owner_data
  metadata.owner_data.url = https://***@example.org/x  site.yaml:13:23  inherited from HostProfile base
"
    );
}

#[test]
fn no_canary_is_in_any_explanation() {
    let design = design();
    for node in ["compute-1", "compute-2"] {
        let all = Explanation::of(&design, node, &FieldPath::root()).unwrap();
        let shown = format!("{all}\n{all:?}");
        assert!(
            shown.contains("(secret)") && !shown.contains("canary"),
            "{node}"
        );
    }
}

#[test]
fn the_root_explains_everything_under_the_nodes_name() {
    let text = explain("compute-2", "");
    assert_eq!(text.lines().next(), Some("compute-2"));
    let leaves = text
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("      "));
    assert_eq!(leaves.count(), 18);
}

#[test]
fn histories_are_data_as_well() {
    let field: FieldPath = "interfaces.bond0.mtu".parse().unwrap();
    let explanation = Explanation::of(&design(), "compute-2", &field).unwrap();
    let [history] = explanation.leaves.as_slice() else {
        panic!("one leaf, not {:?}", explanation.leaves)
    };
    assert_eq!(history.field, field);
    assert_eq!(history.value(), Some("9000"));
    let steps: Vec<_> = history
        .steps
        .iter()
        .map(|step| (step.what, step.document.to_string(), step.value.as_deref()))
        .collect();
    assert_eq!(
        steps,
        [
            (What::Set, "HostProfile base".to_owned(), Some("1500")),
            (What::Set, "HostProfile compute".to_owned(), Some("9000")),
        ]
    );
}

#[test]
fn what_is_not_there_cannot_be_explained() {
    assert_eq!(
        explain("compute-3", "oob"),
        "error: there is no node `compute-3`\n"
    );
    // A profile is no node.
    assert_eq!(
        explain("compute", "oob"),
        "error: there is no node `compute`\n"
    );
    assert_eq!(
        explain("compute-1", "interfaces.bond1"),
        "error: no document that BaremetalNode compute-1 consists of says anything of `interfaces.bond1`\n"
    );
    assert_eq!(
        explain("compute-1", "interfaces.bond0.networks.gone"),
        "error: no document that BaremetalNode compute-1 consists of says anything of `interfaces.bond0.networks.gone`\n"
    );
}

#[test]
fn a_compute_node_of_the_bundled_site() {
    let files = support::bundled_site();
    let design = Arc::new(fixture::design(&support::borrowed(&files)));
    let field: FieldPath = "interfaces.bond0.networks".parse().unwrap();
    let explanation = Explanation::of(&design, "compute-1", &field)
        .unwrap()
        .to_string();
    // The line moves whenever somebody adds a comment to the site; the file itself says where it is.
    let (_, hosts) = files
        .iter()
        .find(|(name, _)| name == "profiles/hosts.yaml")
        .unwrap();
    let line = "      networks: [mgmt, mgmt6, storage]";
    let number = hosts.lines().position(|l| l == line).unwrap() + 1;
    let expected: String = [("mgmt", 18), ("mgmt6", 24), ("storage", 31)]
        .map(|(name, column)| {
            format!("  interfaces.bond0.networks.{name} = {name}  profiles/hosts.yaml:{number}:{column}  inherited from HostProfile server\n")
        })
        .concat();
    assert_eq!(
        explanation,
        format!("compute-1 interfaces.bond0.networks\n{expected}")
    );
}
