//! Designs with much of one thing: what comes of them, and how often a rule is asked. What they take grows with the
//! things and not with their square, which the bench `growth` measures.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use drydock_core::{
    Design,
    diagnostic::{Code, Diagnostic},
    field::FieldPath,
    names::{Kind, ProfileName},
    resolve::{Allocations, ResolvedDesign},
    source::Value,
    span::Span,
    testing::fixture,
    validate::{Claim, IndexRule, Report, Rule, RuleSet, Subject},
};
use smol_str::{SmolStr, format_smolstr};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

fn document(kind: &str, name: &str, spec: &str) -> String {
    format!("apiVersion: drydock/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n---\n")
}

/// Each rack claims 300 keys.
#[derive(Debug)]
struct Keys {
    asked: Arc<AtomicUsize>,
}

impl IndexRule for Keys {
    fn codes(&self) -> &'static [Code] {
        &[Code::LOCATION]
    }

    fn keys(&self, subject: Subject<'_>, _design: &ResolvedDesign, keys: &mut Vec<SmolStr>) {
        if matches!(subject, Subject::Document(_)) {
            keys.extend((0..300).map(|n| format_smolstr!("key {n}")));
        }
    }

    fn claims(&self, subject: Subject<'_>, _design: &ResolvedDesign) -> Vec<Claim> {
        let Subject::Document(document) = subject else {
            return Vec::new();
        };
        self.asked.fetch_add(1, Ordering::Relaxed);
        let claim = |n| {
            let (key, id) = (format_smolstr!("key {n}"), document.id.clone());
            Claim::new(key, id, FieldPath::root(), Span::NONE, "")
        };
        (0..300).map(claim).collect()
    }

    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>) {
        let message = format!("{key} has {} claims", claims.len());
        report.push(Diagnostic::new(Code::LOCATION, message));
    }
}

#[test]
fn whoever_shares_many_keys_is_asked_once_what_it_claims() {
    let asked = Arc::new(AtomicUsize::new(0));
    let rule = Keys {
        asked: asked.clone(),
    };
    let rules = RuleSet::empty().with(Rule::Index(Box::new(rule)));
    let text = document("Rack", "r1", "{}") + &document("Rack", "r2", "{}");
    let snapshot = fixture::snapshot(&[("racks.yaml", &text)]);
    let design = Design::of(&snapshot, &rules, &Allocations::default());
    assert_eq!(design.diagnostics.len(), 300);
    let all = design.diagnostics.iter();
    assert!(
        all.map(|d| &*d.message)
            .all(|m| m.ends_with("has 2 claims"))
    );
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[test]
fn many_networks_that_lead_to_each_other() {
    let mut text = String::new();
    for n in 0..1_000 {
        let (high, low, next) = (n / 256, n % 256, (n + 1) % 1_000);
        let spec = format!(
            "{{cidr: 10.{high}.{low}.0/24, routedomain: d{n}, routes: [{{routedomain: d{next}, gateway: 10.{high}.{low}.1}}]}}"
        );
        text += &document("Network", &format!("n{n}"), &spec);
        text += &document(
            "NetworkLink",
            &format!("l{n}"),
            &format!("{{allowed_networks: [n{n}]}}"),
        );
    }
    let design = fixture::load(&[("networks.yaml", &text)]);
    assert_eq!(design.diagnostics.len(), 0);
    let network = &design.resolved.networks["n2"];
    assert_eq!(network.link.as_deref(), Some("l2"));
    let leads_to: Vec<_> = network.routes.iter().map(|route| route.subnet).collect();
    assert_eq!(leads_to, ["10.0.3.0/24".parse().ok()]);
}

#[test]
fn many_entries_are_inherited_and_removed_one_by_one() {
    const MANY: usize = 3_999;
    let entries = |entry: fn(usize) -> String| {
        let entries: Vec<String> = (0..MANY).rev().map(entry).collect();
        format!("{{metadata: {{owner_data: {{{}}}}}", entries.join(", "))
    };
    let text = document(
        "HostProfile",
        "all",
        &(entries(|n| format!("k{n}: v")) + "}"),
    ) + &document(
        "HostProfile",
        "some",
        &(entries(|n| match n % 3 {
            0 => format!("'!k{n}': {{}}"),
            1 => format!("k{n}: null"),
            _ => format!("k{n}: w"),
        }) + ", host_profile: all}"),
    );
    let design = fixture::load(&[("profiles.yaml", &text)]);
    assert_eq!(design.diagnostics.errors(), 0);
    let profile = &design.resolved.profiles[&ProfileName::new("some")];
    let left = profile.value.at(["metadata", "owner_data"]);
    let left = left.and_then(Value::as_map).unwrap();
    assert_eq!(left.len(), MANY / 3);
    assert!(left.iter().all(|entry| entry.value.as_text() == Some("w")));
    assert_eq!(left[0].key, format!("k{}", MANY - 1));
    assert!(
        design
            .resolved
            .documents
            .keys()
            .all(|id| id.kind == Kind::HostProfile)
    );
}
