//! What a store holds is read as it was kept: designs with every place, finding and secret; runs with every record.

use crate::{
    releases::{CANARY, OWNER, Release, all, credential},
    shown::shown,
    stores::{Store, Way},
    world::KeptRun,
};
use drydock_core::{
    Design, Drivers, Orchestrator,
    execute::Journal,
    plan::Target,
    revision::{RevisionNumber, Which},
    secret::Secret,
    source::{Form, Value, ValueData},
    state::{Fact, Record},
};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn designs_are_read_as_they_were_kept() {
    for Left {
        what,
        release,
        orchestrator,
        ..
    } in everything().await
    {
        let first = Which::Number(RevisionNumber(1));
        for (which, is_draft) in [
            (first, false),
            (Which::Active, false),
            (Which::Latest, true),
        ] {
            let (revision, kept) = orchestrator.design(which).await.unwrap();
            assert_eq!(revision.is_draft(), is_draft, "{what}");
            assert_eq!(revision.errors, kept.diagnostics.errors(), "{what}");
            is_what_was_written(&format!("{what} {which}"), release, is_draft, &kept).await;
        }
        let revisions = orchestrator.revisions().await.unwrap();
        let [first, draft] = revisions.as_slice() else {
            panic!("{what}: {revisions:?}");
        };
        let differing = orchestrator.differing(first, draft).await.unwrap();
        assert_eq!(differing.added.len(), 1, "{what}: {differing:?}");
        let others = differing.changed.len() + differing.removed.len();
        assert_eq!(others, 0, "{what}: {differing:?}");
        let activations = orchestrator.activations().await.unwrap();
        let active: Vec<_> = activations.iter().map(|one| one.revision).collect();
        assert_eq!(active, [first.number], "{what}");
    }
}

/// What is kept is what today's code reads in the files beside it.
async fn is_what_was_written(what: &str, release: &Release, is_draft: bool, kept: &Design) {
    let reader = Orchestrator::new(Drivers::new()).source(release.source(is_draft));
    let read = reader.load().await.unwrap();
    assert!(!read.diagnostics.is_empty(), "{what}: nothing to find");
    let texts = (shown(&read), shown(kept));
    if texts.0 != texts.1 {
        let mut lines = texts.0.lines().zip(texts.1.lines());
        panic!("{what}: {:#?}", lines.find(|(read, kept)| read != kept));
    }
    assert_eq!(secrets(kept), secrets(&read), "{what}");
    let all = secrets(kept);
    assert!(!all.is_empty() && all.iter().all(|secret| secret.contains(CANARY)));
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_read_as_they_were_kept() {
    for Left {
        what,
        store,
        orchestrator,
        ..
    } in everything().await
    {
        let runs = KeptRun::all(store.state(), &orchestrator).await;
        let (ended, unended): (Vec<_>, Vec<_>) =
            runs.iter().partition(|run| run.head.ended.is_some());
        let [broken_off] = unended.as_slice() else {
            panic!("{what}: {unended:?}");
        };
        assert_eq!(broken_off.head.holder.as_deref(), Some(OWNER), "{what}");
        let begun = broken_off.done().len() + broken_off.under_way().len();
        assert!(!broken_off.done().is_empty() && !broken_off.under_way().is_empty());
        assert!(begun < broken_off.plan.steps.len(), "{what}: {begun}");
        let well = |run: &&&KeptRun| run.head.ended.unwrap().done == run.plan.steps.len();
        assert!(ended.iter().any(|run| well(&run)), "{what}: {ended:?}");
        assert!(ended.iter().any(|run| run.head.ended.unwrap().failed > 0));
        for run in &runs {
            let what = format!("{what} {}", run.id);
            assert_eq!(run.head.design, Some(RevisionNumber(1)), "{what}");
            let failed = |fact: &Fact| matches!(fact, Fact::Failed { .. });
            let failed = run.records.iter().filter(|record| failed(&record.fact));
            if let Some(ended) = run.head.ended {
                let counted = (run.done().len(), failed.count());
                assert_eq!(counted, (ended.done, ended.failed), "{what}");
            }
            let approved = orchestrator.approval_of(&run.plan.id).await.unwrap();
            let approved = approved.map(|approved| (approved.plan, approved.told.to_string()));
            let expected =
                (run.plan.destroyed_nodes() > 0).then(|| (run.plan.id.clone(), OWNER.to_owned()));
            assert_eq!(approved, expected, "{what}");
        }
        let told = |fact: fn(&Fact) -> bool| {
            let mut records = runs.iter().flat_map(|run| &run.records);
            records.any(|record| fact(&record.fact))
        };
        assert!(told(|fact| *fact == Fact::Destroys), "{what}");
        assert!(told(
            |fact| matches!(fact, Fact::Failed { reason } if !reason.is_empty())
        ));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_are_known_as_they_were_kept() {
    for Left {
        what,
        store,
        orchestrator,
        ..
    } in everything().await
    {
        let runs = KeptRun::all(store.state(), &orchestrator).await;
        let nodes = orchestrator.nodes().await.unwrap();
        assert_eq!(nodes.len(), 4, "{what}: {nodes:?}");
        for (node, record) in &nodes {
            assert!(record.seen.as_ref().unwrap().at > 0, "{what} {node}");
            let operation = record.operation.as_ref().unwrap();
            let run = runs.iter().find(|run| run.id == operation.run).unwrap();
            let step = &run.plan.steps[operation.step.index()];
            assert_eq!(step.target, Target::Node(node.clone()), "{what}");
            let begun = |record: &&Record| record.step == step.id && record.fact == Fact::Started;
            assert!(run.records.iter().any(|it| begun(&it)), "{what} {node}");
        }
        let (node, credential) = credential();
        assert!(
            orchestrator.recognises(&node, &credential).await.unwrap(),
            "{what}"
        );
        let other = Secret::new("x".repeat(36));
        assert!(
            !orchestrator.recognises(&node, &other).await.unwrap(),
            "{what}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fences_go_on() {
    let opened = |left: &Left| Way::OPENED.contains(&left.way);
    for Left {
        what,
        store,
        orchestrator,
        ..
    } in everything().await.into_iter().filter(opened)
    {
        let runs = KeptRun::all(store.state(), &orchestrator).await;
        let broken_off = runs.iter().find(|run| run.head.ended.is_none()).unwrap();
        let (lease, minute) = (Journal::of(&broken_off.id).lease(), Duration::from_secs(60));
        let lease = store.state().acquire(&lease, "another", minute).await;
        // Whoever began the run had the first one.
        assert!(lease.unwrap().fence > 1, "{what}");
    }
}

/// What a version left, in one kind of store.
struct Left {
    /// Both, for people.
    what: String,
    release: &'static Release,
    way: Way,
    store: Store,
    orchestrator: Orchestrator,
}

async fn everything() -> Vec<Left> {
    let mut everything = Vec::new();
    for release in all() {
        for way in Way::OPENED.iter().chain(Way::IMPORTED).copied() {
            if let Some(store) = Store::of(release, way).await {
                everything.push(Left {
                    what: format!("{} {way:?}", release.version),
                    orchestrator: store.orchestrator(release, Drivers::new()),
                    release,
                    way,
                    store,
                });
            }
        }
    }
    assert!(!everything.is_empty(), "no version has left anything");
    everything
}

/// Every secret of the documents, in their order.
fn secrets(design: &Design) -> Vec<String> {
    fn of(value: &Value, found: &mut Vec<String>) {
        match &value.data {
            ValueData::Scalar(scalar) if scalar.form == Form::Secret => {
                found.push(scalar.text.to_string());
            }
            ValueData::Scalar(_) => {}
            ValueData::List(items) => items.iter().for_each(|item| of(item, found)),
            ValueData::Map(entries) => entries.iter().for_each(|entry| of(&entry.value, found)),
        }
    }
    let mut found = Vec::new();
    for document in design.resolved.documents.values() {
        of(&document.spec, &mut found);
    }
    found
}
