//! Provenance of composed documents: every step names its source, what did not count is listed, and replaying gives the
//! value.

use super::{
    document,
    ends::ends_in,
    federation, node,
    order::{SOURCES, fragment, sources},
    resolved,
};
use drydock_core::{
    field::FieldPath,
    names::{DocumentId, Kind},
    resolve::{ExplainError, Explanation, ResolvedDesign, What, WhyLost},
    source::{FederatedSource, Value},
};
use proptest::{collection::vec, prelude::*};
use std::sync::Arc;

fn explain(source: &FederatedSource, field: &str) -> String {
    let design = Arc::new(resolved(source).design);
    let explanation = Explanation::of(&design, "n", &field.parse().unwrap());
    explanation.unwrap().to_string()
}

#[test]
fn every_step_names_its_source() {
    let profile = document("HostProfile", "p", "interfaces: {e: {mtu: 1500}}");
    let profiles = format!("{profile}---\n{}", node("host_profile: p"));
    let source = federation(&[
        ("profiles", &profiles),
        ("site", &node("interfaces: {e: {mtu: 9000}}")),
    ]);
    assert_eq!(
        explain(&source, "interfaces.e"),
        "\
n interfaces.e
  interfaces.e.mtu = 9000  site.yaml:5:25  set, overrides HostProfile p, source site
      before: 1500  profiles.yaml:5:25  set by HostProfile p, source profiles
"
    );
    // A lone source goes without saying.
    let source = federation(&[("site", &node("hold: true"))]);
    assert_eq!(
        explain(&source, "hold"),
        "n hold\n  hold = true  site.yaml:5:9  set\n"
    );
}

#[test]
fn what_did_not_count_is_listed_with_the_reason() {
    let a = node("interfaces: {e: {mtu: 9000, slaves: [x, y]}, f: {}}\nserial: S1");
    let b = node("interfaces: {e: {mtu: 1500, slaves: [z]}, '!f': {}}\nserial: S2");
    let both = || federation(&[("a", &a), ("b", &b)]);
    let ranked = || both().precedence(["a"]).unwrap();
    assert_eq!(
        explain(&ranked(), "interfaces"),
        "\
n interfaces
  interfaces.e.mtu = 9000  a.yaml:5:25  set, source a
      outweighed: 1500  b.yaml:5:25  by BaremetalNode n, source b
  interfaces.e.slaves.x = x  a.yaml:5:40  set, source a
  interfaces.e.slaves.y = y  a.yaml:5:43  set, source a
      outweighed: [z]  b.yaml:5:39  by BaremetalNode n, source b
  interfaces.f outweighed: removed  b.yaml:5:45  by BaremetalNode n, source b
  interfaces.f.mtu = 1500  the MTU where neither interface, nor network, nor link says one
"
    );
    assert_eq!(
        explain(&ranked(), "interfaces.e.slaves.y"),
        "\
n interfaces.e.slaves.y
  interfaces.e.slaves.y = y  a.yaml:5:43  set, source a
      outweighed: [z]  b.yaml:5:39  by BaremetalNode n, source b
"
    );
    assert_eq!(
        explain(&both(), "serial"),
        "\
n serial
  serial = S1  a.yaml:6:11  set, source a
      conflict: S2  b.yaml:6:11  by BaremetalNode n, source b
"
    );
    let owned = both().owner("b", Kind::BaremetalNode, "serial").unwrap();
    assert_eq!(
        explain(&owned, "serial"),
        "\
n serial
  serial = S2  b.yaml:6:11  set, source b
      not its own: S1  a.yaml:6:11  by BaremetalNode n, source a
"
    );
}

#[test]
fn losing_secrets_are_struck_out() {
    let oob = |secret: &str| {
        let url = format!("https://me:canary-{secret}@h/");
        node(&format!(
            "oob: {{credential: canary-{secret}}}\nplatform: {{kernel_params: {{ks: ['{url}', x]}}}}"
        ))
    };
    let source = federation(&[("a", &oob("one")), ("b", &oob("two"))]);
    let shown = explain(&source.precedence(["b"]).unwrap(), "");
    assert!(shown.contains("outweighed: (secret)"), "{shown}");
    assert!(shown.contains("outweighed: [https://***@h/, x]"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn premises_name_their_source_too() {
    let network = document(
        "Network",
        "m",
        "cidr: 10.0.0.0/24\ndns: {domain: example.org}",
    );
    let source = federation(&[("net", &network), ("site", &node("primary_network: m"))]);
    assert_eq!(
        explain(&source, "fqdn"),
        "\
n fqdn
  fqdn = n.example.org  its name and the domain of its primary network
      from: m  site.yaml:5:20  primary_network of BaremetalNode n, source site
      from: example.org  net.yaml:6:17  dns.domain of Network m, source net
"
    );
}

/// Replays the document's history, and holds every step and every loser against where it was written.
fn replay(
    design: &Arc<ResolvedDesign>,
    id: &DocumentId,
    value: &Value,
) -> Result<(), TestCaseError> {
    let explanation = match Explanation::of_document(design, id, &FieldPath::root()) {
        Ok(explanation) => explanation,
        Err(ExplainError::NoField(..)) => return ends_in(None, value),
        Err(error) => panic!("{error}"),
    };
    ends_in(Some(&explanation), value)?;
    let origin = |span| design.files.origin(span).to_string();
    for history in &explanation.leaves {
        for step in &history.steps {
            let source = step.source.as_ref().unwrap();
            prop_assert!(
                origin(step.span).starts_with(&format!("{source}-")),
                "{:?}",
                step
            );
        }
    }
    let rank = |source| {
        design
            .federation
            .sources()
            .iter()
            .position(|name| name == source)
    };
    for loser in &explanation.losing {
        prop_assert!(
            origin(loser.span).starts_with(&format!("{}-", loser.source)),
            "{:?}",
            loser
        );
        let same_leaf = explanation
            .leaves
            .iter()
            .filter(|history| history.field == loser.field);
        let steps = same_leaf.flat_map(|history| &history.steps);
        for winner in steps.filter(|step| step.document == loser.document && step.what == What::Set)
        {
            let winner = winner.source.as_ref().unwrap();
            prop_assert!(*winner != loser.source);
            if loser.why != WhyLost::NotOwner {
                prop_assert!(rank(winner) < rank(&loser.source), "{:?}", loser);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn replaying_gives_the_value(fragments in vec(fragment(), 1..9), rules in 0..8_u8) {
        let named = |(n, (source, text)): (usize, (usize, String))| {
            (source, format!("{}-{n}.yaml", SOURCES[source]), text)
        };
        let files: Vec<_> = fragments.into_iter().enumerate().map(named).collect();
        let design = Arc::new(resolved(&sources(&files, &[0, 1, 2], rules)).design);
        for node in design.nodes.values() {
            replay(&design, &node.id(), &node.value)?;
        }
        for (name, profile) in &design.profiles {
            replay(&design, &DocumentId::new(Kind::HostProfile, name.as_str()), &profile.value)?;
        }
    }
}
