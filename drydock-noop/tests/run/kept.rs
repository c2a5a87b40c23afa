//! Runs whose orchestrator is gone: another one on the same store goes on with them, with nothing else at hand.

use crate::{apply, orchestrator, plan, sound};
use drydock_core::{
    ApplyError, ApplyOptions, Approval, Design, DirectorySource, Goal, Orchestrator, Outcome, Plan,
    names::RunId,
    revision::Which,
    secret::{Seal, Vault},
    state::{Batch, MemoryStore, StateError, StateStore},
};
use drydock_noop::SimulatedSite;
use std::{sync::Arc, time::Duration};
use tokio::time::{sleep, timeout};

/// Orchestrators that have nothing in common but a store, a seal and a world.
struct Rig {
    site: SimulatedSite,
    store: MemoryStore,
    seal: Arc<dyn Seal>,
    design: Design,
    plan: Plan,
}

impl Rig {
    /// The bundled site, taken in and planned by an orchestrator that read its files.
    async fn new() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/site");
        let (store, seal) = (MemoryStore::new(), Arc::new(Vault::new()) as Arc<dyn Seal>);
        let nowhere = SimulatedSite::new(&Default::default());
        let reader = orchestrator(&nowhere)
            .store(store.clone())
            .seal(seal.clone());
        let reader = reader.source(DirectorySource::new("site", [path]));
        let design = reader.ingest().await.unwrap().design;
        assert_eq!(design.revision.map(|number| number.0), Some(1));
        let site = SimulatedSite::new(&design.resolved);
        let plan = plan(&orchestrator(&site), &design, Goal::Deploy).await.plan;
        Self {
            site,
            store,
            seal,
            design,
            plan,
        }
    }

    /// An orchestrator without sources.
    fn named(&self, owner: &str) -> Orchestrator {
        let named = orchestrator(&self.site).owner(owner);
        named.store(self.store.clone()).seal(self.seal.clone())
    }

    fn deployed(&self) -> usize {
        let nodes = self.site.nodes();
        nodes
            .iter()
            .filter(|node| node.counters.deployed > 0)
            .count()
    }

    /// The first orchestrator begins the run and is gone when so many nodes are deployed.
    async fn begun_and_dropped(&self, deployed: usize) {
        let first = self.named("first");
        let run = first.apply(
            &self.design,
            &self.plan,
            RunId::from("r"),
            &Approval::All,
            None,
        );
        let midway = async {
            while self.deployed() < deployed {
                sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! {
            ended = run => panic!("it ended: {ended:?}"),
            () = midway => assert!(self.deployed() < 12),
        }
    }

    fn is_as_designed(&self, outcome: &Outcome) {
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(self.site.as_designed(&self.design.resolved), [""; 0]);
        let deployed = self.site.nodes();
        assert!(deployed.iter().all(|node| node.counters.deployed == 1));
        sound(&self.site);
    }
}

fn options() -> ApplyOptions {
    ApplyOptions::new(Approval::None)
}

#[tokio::test(start_paused = true)]
async fn a_run_is_gone_on_with_by_who_has_only_the_store() {
    let rig = Rig::new().await;
    rig.begun_and_dropped(3).await;
    let second = rig.named("second");
    let run = RunId::from("r");
    let held = second.resume(&run, options()).await;
    assert!(
        matches!(held, Err(ApplyError::Store(StateError::Held { .. }))),
        "{held:?}"
    );
    sleep(drydock_core::Policy::default().lease).await;
    rig.is_as_designed(&second.resume(&run, options()).await.unwrap());
}

/// Another store counts fences anew; the machines have seen higher ones, and would refuse whoever comes with less.
#[tokio::test(start_paused = true)]
async fn a_run_that_was_moved_to_another_store_goes_on_with_a_greater_fence() {
    let mut rig = Rig::new().await;
    let ttl = Duration::from_secs(1);
    for _ in 0..3 {
        let lease = rig.store.acquire("run/r", "somebody", ttl).await.unwrap();
        rig.store.release(&lease).await.unwrap();
    }
    rig.begun_and_dropped(3).await;
    sleep(drydock_core::Policy::default().lease).await;
    let moved = MemoryStore::new();
    let mut batch = Batch::new();
    for stored in rig.store.scan("").await.unwrap() {
        batch = batch.put(stored.key, stored.value);
    }
    for journal in rig.store.journals("").await.unwrap() {
        for entry in rig.store.read_journal(&journal, 0).await.unwrap() {
            batch = batch.append(journal.clone(), entry);
        }
    }
    moved.commit(batch).await.unwrap();
    rig.store = moved;
    let second = rig.named("second");
    rig.is_as_designed(&second.resume(&RunId::from("r"), options()).await.unwrap());
    let lease = rig.store.acquire("run/r", "somebody", ttl).await.unwrap();
    assert_eq!(lease.fence, 6, "4 in the first store, 5 in this one");
}

/// Nobody counts up to what a damaged head says.
#[tokio::test(start_paused = true)]
async fn a_fence_that_no_store_has_given_is_told() {
    let rig = Rig::new().await;
    rig.begun_and_dropped(3).await;
    sleep(drydock_core::Policy::default().lease).await;
    let head = rig.store.get("run/r/head").await.unwrap().unwrap().value;
    let mut head: serde_json::Value = serde_json::from_slice(&head).unwrap();
    head["fence"] = u64::MAX.into();
    let batch = Batch::new().put("run/r/head", head.to_string());
    rig.store.commit(batch).await.unwrap();
    let told = rig
        .named("second")
        .resume(&RunId::from("r"), options())
        .await;
    let told = told.unwrap_err().to_string();
    assert!(
        told.contains("its head knows fence 18446744073709551615"),
        "{told}"
    );
}

#[tokio::test(start_paused = true)]
async fn runs_of_who_is_gone_are_taken_over() {
    let rig = Rig::new().await;
    rig.begun_and_dropped(3).await;
    let second = rig.named("second");
    assert!(
        second.take_over().await.unwrap().is_empty(),
        "somebody holds it"
    );
    sleep(drydock_core::Policy::default().lease).await;
    let taken = second.take_over().await.unwrap();
    let [(run, outcome)] = taken.as_slice() else {
        panic!("{taken:?}");
    };
    assert_eq!(run, "r");
    rig.is_as_designed(outcome.as_ref().unwrap());
    let (_, head) = second.runs().await.unwrap().remove(0);
    let ended = head.ended.unwrap();
    assert_eq!(
        (ended.done, ended.failed, ended.skipped),
        (rig.plan.steps.len(), 0, 0)
    );
    assert!(second.take_over().await.unwrap().is_empty(), "it has ended");
}

#[tokio::test(start_paused = true)]
async fn what_has_become_of_the_design_is_no_matter_to_a_run() {
    let rig = Rig::new().await;
    rig.begun_and_dropped(3).await;
    let other = rig.named("other");
    let nothing = drydock_core::MemorySource::new("site");
    let ingested = other.source(nothing).ingest().await.unwrap();
    assert!(ingested.is_new && ingested.design.resolved.nodes.is_empty());
    let same_owner = rig.named("first");
    rig.is_as_designed(
        &same_owner
            .resume(&RunId::from("r"), options())
            .await
            .unwrap(),
    );
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_run_is_not_taken_over_but_can_be_gone_on_with() {
    let rig = Rig::new().await;
    let first = rig.named("first");
    let control = drydock_core::Control::new();
    control.cancel();
    let cancelled = ApplyOptions::new(Approval::All).control(control);
    let outcome = first
        .apply_with(&rig.design, &rig.plan, RunId::from("r"), cancelled)
        .await;
    assert!(outcome.unwrap().cancelled);
    assert!(first.take_over().await.unwrap().is_empty());
    rig.is_as_designed(&first.resume(&RunId::from("r"), options()).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_gone_on_with_says_why() {
    let rig = Rig::new().await;
    let first = rig.named("first");
    let why = async |run: &str| {
        first
            .resume(&RunId::from(run), options())
            .await
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        why("none").await,
        "run none cannot be gone on with: the store has no run of this id"
    );
    // A run that nobody has approved waits for its approval, and is not approved by being gone on with.
    let later = rig.named("later");
    let unapproved = ApplyOptions::new(Approval::Later);
    let run = later.apply_with(&rig.design, &rig.plan, RunId::from("s"), unapproved);
    assert!(timeout(Duration::from_secs(60), run).await.is_err());
    let refused = later.resume(&RunId::from("s"), options()).await;
    assert!(
        matches!(refused, Err(ApplyError::NotApproved { .. })),
        "{refused:?}"
    );
    // A design that was loaded only.
    let mut loaded = rig.design.clone();
    loaded.revision = None;
    apply(&first, &loaded, &rig.plan).await;
    assert!(
        why("r").await.contains("loaded and not taken in"),
        "{}",
        why("r").await
    );
    rig.store
        .commit(Batch::new().put(format!("plan/{}", rig.plan.id), "{"))
        .await
        .unwrap();
    let damaged = later.resume(&RunId::from("s"), options()).await;
    assert!(
        matches!(damaged, Err(ApplyError::Store(StateError::Damaged { .. }))),
        "{damaged:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn every_plan_is_read_back_as_it_was() {
    let rig = Rig::new().await;
    let orchestrator = rig.named("first");
    apply(&orchestrator, &rig.design, &rig.plan).await;
    for goal in Goal::ALL {
        let plan = plan(&orchestrator, &rig.design, goal).await.plan;
        let text = serde_json::to_string(&plan).unwrap();
        let read: Plan = serde_json::from_str(&text).unwrap();
        assert_eq!(read, plan, "{goal}");
        assert!(read.is_for(&rig.design.resolved), "{goal}");
    }
    let kept = orchestrator.plan_of(&rig.plan.id).await.unwrap().unwrap();
    assert_eq!(kept, rig.plan);
    let (_, again) = orchestrator.design(Which::Latest).await.unwrap();
    assert!(
        kept.is_for(&again.resolved),
        "the design that was kept is the design"
    );
    let approved = orchestrator
        .approval_of(&rig.plan.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (&approved.plan, approved.told.as_str()),
        (&rig.plan.id, "first")
    );
}
