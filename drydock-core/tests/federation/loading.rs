//! Loading: revisions, sources that fail, and the age of what is used instead.

use super::{document, federation, loaded, node, resolved, run, said};
use async_trait::async_trait;
use drydock_core::{
    Drivers, Orchestrator,
    diagnostic::{Color, render_all},
    names::SourceName,
    source::{
        DesignSource, FederatedSource, FederationError, Load, MemorySource, Revision, SourceError,
        WhenUnavailable,
    },
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// A source that fails when it is told to, and counts how often it was read.
#[derive(Debug, Clone)]
pub(super) struct Flaky {
    inner: Arc<MemorySource>,
    pub(super) fails: Arc<AtomicBool>,
    read: Arc<AtomicUsize>,
}

impl Flaky {
    pub(super) fn new(inner: MemorySource) -> Self {
        Self {
            inner: Arc::new(inner),
            fails: Arc::default(),
            read: Arc::default(),
        }
    }
}

#[async_trait]
impl DesignSource for Flaky {
    fn name(&self) -> &SourceName {
        self.inner.name()
    }

    async fn load(&self, known: Option<&Revision>) -> Result<Load, SourceError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(SourceError {
                source_name: self.name().clone(),
                message: format!("https://me:canary@{}.example does not answer", self.name()),
                cause: None,
            });
        }
        let load = self.inner.load(known).await?;
        if matches!(load, Load::Loaded { .. }) {
            self.read.fetch_add(1, Ordering::Relaxed);
        }
        Ok(load)
    }
}

/// A clock that goes when it is told to.
#[derive(Debug, Clone, Default)]
pub(super) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(super) fn pass(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(super) fn of(&self, source: FederatedSource) -> FederatedSource {
        let (start, passed) = (Instant::now(), self.0.clone());
        source.clock(move || start + Duration::from_secs(passed.load(Ordering::Relaxed)))
    }
}

struct Rig {
    inventory: Flaky,
    clock: Clock,
    source: FederatedSource,
}

fn rig(when_unavailable: WhenUnavailable) -> Rig {
    let text = MemorySource::new("inventory").text("inventory.yaml", node("serial: S1"));
    let (inventory, clock) = (Flaky::new(text), Clock::default());
    let site = MemorySource::new("site").text("site.yaml", node("hold: true"));
    let source = FederatedSource::new("design")
        .source(site)
        .and_then(|all| all.member(inventory.clone(), when_unavailable))
        .unwrap();
    Rig {
        source: clock.of(source),
        inventory,
        clock,
    }
}

fn revision(load: Load) -> Revision {
    match load {
        Load::Loaded { revision, .. } => revision,
        other => panic!("{other:?}"),
    }
}

#[test]
fn documents_know_their_source() {
    let snapshot = loaded(&rig(WhenUnavailable::Fail).source);
    let mut sources: Vec<&str> = snapshot.documents.iter().map(|d| &*d.source).collect();
    sources.sort_unstable();
    assert_eq!(sources, ["inventory", "site"]);
    let names: Vec<&str> = snapshot.federation.sources().iter().map(|s| &**s).collect();
    assert_eq!(names, ["inventory", "site"]);
}

#[test]
fn nothing_has_changed_while_no_member_has() {
    let rig = rig(WhenUnavailable::Fail);
    let first = revision(run(rig.source.load(None)).unwrap());
    for _ in 0..3 {
        rig.clock.pass(3600);
        let again = run(rig.source.load(Some(&first))).unwrap();
        assert!(matches!(again, Load::Unchanged));
    }
    assert_eq!(rig.inventory.read.load(Ordering::Relaxed), 1, "read once");
    // Who knows nothing is given all, and still nothing is read again.
    let all = revision(run(rig.source.load(None)).unwrap());
    assert_eq!(all, first);
    assert_eq!(rig.inventory.read.load(Ordering::Relaxed), 1);
    rig.inventory
        .inner
        .set_text("inventory.yaml", node("serial: S2"));
    let changed = revision(run(rig.source.load(Some(&first))).unwrap());
    assert_ne!(changed, first);
}

#[test]
fn a_change_of_owners_or_precedence_is_a_new_revision() {
    let plain = || federation(&[("a", &node("hold: true")), ("b", &node("serial: S1"))]);
    let of = |source: FederatedSource| revision(run(source.load(None)).unwrap());
    let ranked = plain().precedence(["b"]).unwrap();
    assert_eq!(of(plain()), of(plain()));
    assert_ne!(of(plain()), of(ranked));
}

#[test]
fn a_source_that_fails_is_an_error() {
    let rig = rig(WhenUnavailable::Fail);
    loaded(&rig.source);
    rig.inventory.fails.store(true, Ordering::Relaxed);
    let error = run(rig.source.load(None)).unwrap_err();
    assert_eq!(error.source_name, "inventory");
}

#[test]
fn one_that_was_never_loaded_is_an_error_whatever_its_policy() {
    let rig = rig(WhenUnavailable::UseLastGood);
    rig.inventory.fails.store(true, Ordering::Relaxed);
    let error = run(rig.source.load(None)).unwrap_err();
    assert_eq!(error.source_name, "inventory");
    assert!(error.message.contains("does not answer"));
}

#[test]
fn the_last_good_state_is_used_with_its_age() {
    let rig = rig(WhenUnavailable::UseLastGood);
    let good = revision(run(rig.source.load(None)).unwrap());
    // It was seen to be so again an hour later.
    rig.clock.pass(3600);
    assert!(matches!(
        run(rig.source.load(Some(&good))).unwrap(),
        Load::Unchanged
    ));
    rig.inventory.fails.store(true, Ordering::Relaxed);
    let mut known = good.clone();
    for (passed, age) in [
        (59, "under a minute"),
        (61, "2 min"),
        (11_000, "3 h 5 min"),
        (90_000, "1 d 4 h"),
    ] {
        rig.clock.pass(passed);
        let stale = run(rig.source.load(Some(&known))).unwrap();
        assert!(matches!(stale, Load::Loaded { .. }), "another age is news");
        let found = resolved(&rig.source);
        assert_eq!(
            said(&found),
            [format!(
                "warning[DD0511] (not written) source `inventory` cannot be loaded, so its state of {age} ago is used: \
                 https://***@inventory.example does not answer"
            )]
        );
        let node = &found.design.nodes["n"];
        assert_eq!(super::flow(&node.value), "{serial:S1,hold:true}");
        let shown = render_all(&found.diagnostics, &found.design.files, Color::Never);
        assert!(!format!("{shown}{:?}", rig.source).contains("canary"));
        known = revision(stale);
        assert!(matches!(
            run(rig.source.load(Some(&known))).unwrap(),
            Load::Unchanged
        ));
    }
    rig.inventory.fails.store(false, Ordering::Relaxed);
    let back = revision(run(rig.source.load(None)).unwrap());
    assert_eq!(back, good);
    assert!(said(&resolved(&rig.source)).is_empty());
}

#[test]
fn sources_that_fail_together_are_named_together() {
    let flaky = |name: &str| {
        let source = Flaky::new(MemorySource::new(name));
        source.fails.store(true, Ordering::Relaxed);
        source
    };
    let source = FederatedSource::new("design").source(flaky("b")).unwrap();
    let error = run(source.source(flaky("a")).unwrap().load(None)).unwrap_err();
    assert_eq!(error.source_name, "design");
    let places: Vec<_> = ["source a: ", "; source b: "]
        .map(|part| error.message.find(part))
        .into();
    assert!(places[0] == Some(0) && places[1].is_some(), "{error}");
}

#[test]
fn names_stand_once_and_federations_are_not_nested() {
    let site = || MemorySource::new("site").text("a.yaml", document("Rack", "r", "hold: true"));
    let twice = FederatedSource::new("design")
        .source(site())
        .unwrap()
        .source(site());
    assert_eq!(
        twice.unwrap_err(),
        FederationError::TwiceNamed("site".into())
    );
    let inner = FederatedSource::new("inner").source(site()).unwrap();
    let outer = FederatedSource::new("outer").source(inner).unwrap();
    let error = run(outer.load(None)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "source inner: it is a federation itself; add its sources one by one"
    );
}

#[test]
fn an_orchestrator_composes_its_sources() {
    let source =
        |name: &str, spec: &str| MemorySource::new(name).text(format!("{name}.yaml"), node(spec));
    let of = |a, b| Orchestrator::new(Drivers::new()).source(a).source(b);
    let all = of(source("a", "hold: true"), source("b", "serial: S1"));
    let design = run(all.load()).unwrap();
    assert_eq!(
        super::flow(&design.resolved.nodes["n"].value),
        "{hold:true,serial:S1}"
    );
    let differ = run(of(source("a", "hold: true"), source("b", "hold: false")).load()).unwrap();
    let conflict = |d: &&drydock_core::Diagnostic| d.code.to_string() == "DD0506";
    assert_eq!(differ.diagnostics.iter().filter(conflict).count(), 1);
    let error = run(of(source("a", "hold: true"), source("a", "hold: true")).load()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "source design: the source `a` is named twice; give each source a name of its own"
    );
}
