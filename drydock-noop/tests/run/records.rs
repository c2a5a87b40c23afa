//! What is kept of nodes besides the journals: what was seen of them, what was begun on them, and how they show who they
//! are.

use crate::{apply, bundled, orchestrator, plan};
use drydock_core::{
    Approval, Goal, Selector,
    driver::Risk,
    execute::Journal,
    names::{NodeName, RunId},
    orchestrator::CredentialError,
    plan::Target,
    secret::Secret,
    state::{Batch, Fact, MemoryStore, NodeRecord, StateStore},
};
use drydock_noop::SimulatedSite;
use std::time::Duration;
use tokio::time::sleep;

#[tokio::test(start_paused = true)]
async fn a_run_leaves_what_it_saw_last_and_what_it_did_last() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    assert!(orchestrator.nodes().await.unwrap().is_empty());
    let plan = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    apply(&orchestrator, &design, &plan).await;
    let records = orchestrator.nodes().await.unwrap();
    assert_eq!(records.len(), 12);
    for node in site.nodes() {
        let record = &records[&node.name];
        assert_eq!(*record, orchestrator.node(&node.name).await.unwrap());
        let seen = record.seen.as_ref().unwrap();
        assert!(seen.at > 0);
        assert_eq!(seen.server.state.to_string(), "Deployed", "{}", node.name);
        let operation = record.operation.as_ref().unwrap();
        assert_eq!(
            (operation.plan.clone(), &*operation.run),
            (plan.id.clone(), "r")
        );
        let step = &plan.steps[operation.step.index()];
        assert_eq!(step.target, Target::Node(node.name.clone()));
        assert_eq!(operation.action, step.action.to_string());
        assert_eq!(operation.key, format!("r/{}", operation.step));
        assert_eq!(record.credential, None);
    }
}

/// Whoever comes after a crash can tell what the machine may be at.
#[tokio::test(start_paused = true)]
async fn what_is_begun_is_kept_with_the_record_that_says_so() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let store = MemoryStore::new();
    let orchestrator = orchestrator(&site).store(store.clone());
    let plan = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    let run = RunId::from("r");
    let ended = orchestrator.apply(&design, &plan, run.clone(), &Approval::All, None);
    let midway = async {
        while site.nodes().iter().all(|node| node.counters.deployed == 0) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        ended = ended => panic!("it ended: {ended:?}"),
        () = midway => {}
    }
    let journal = Journal::of(&run).read(&store).await.unwrap();
    let mut under_way = 0;
    for (node, record) in orchestrator.nodes().await.unwrap() {
        let mut begun = journal.iter().filter(|it| {
            let step = &plan.steps[it.step.index()];
            it.fact == Fact::Started
                && step.target == Target::Node(node.clone())
                && step.risk > Risk::Read
        });
        let last = begun.next_back().map(|it| it.step);
        assert_eq!(record.operation.map(|it| it.step), last, "{node}");
        let is_done = |step| {
            journal
                .iter()
                .any(|it| Some(it.step) == step && it.fact == Fact::Done)
        };
        under_way += usize::from(last.is_some() && !is_done(last));
    }
    assert!(under_way > 0, "nothing was under way");
}

#[tokio::test(start_paused = true)]
async fn what_was_observed_is_kept_until_it_is_seen_again() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let mut seen = orchestrator.observe(&design, &Selector::everything()).await;
    orchestrator.keep_seen(&seen).await.unwrap();
    let kept = orchestrator.nodes().await.unwrap();
    assert_eq!(kept.len(), 12);
    for (node, record) in &kept {
        let server = &record.seen.as_ref().unwrap().server;
        assert_eq!(seen.servers[node].as_ref(), Ok(server));
    }
    // A driver that cannot see it takes nothing of what is known.
    for answer in seen.servers.values_mut() {
        *answer = Err("the region is away".into());
    }
    orchestrator.keep_seen(&seen).await.unwrap();
    assert_eq!(orchestrator.nodes().await.unwrap(), kept);
}

#[tokio::test]
async fn a_node_is_recognised_by_its_credential_which_is_not_kept() {
    let store = MemoryStore::new();
    let orchestrator = orchestrator(&SimulatedSite::new(&Default::default())).store(store.clone());
    let (one, other) = (NodeName::from("compute-1"), NodeName::from("compute-2"));
    let secret = |text: &str| Secret::new(text.to_owned());
    let (first, second) = (secret(&"a1".repeat(32)), secret(&"b2".repeat(32)));
    let is = async |node, credential| orchestrator.recognises(node, credential).await.unwrap();
    assert!(!is(&one, &first).await);
    orchestrator
        .set_credential(&one, Some(&first))
        .await
        .unwrap();
    assert!(is(&one, &first).await);
    assert!(!is(&one, &second).await);
    assert!(!is(&other, &first).await);
    // What one node was given is kept otherwise for another.
    orchestrator
        .set_credential(&other, Some(&first))
        .await
        .unwrap();
    let kept = orchestrator.nodes().await.unwrap();
    assert_ne!(kept[&one].credential, kept[&other].credential);
    orchestrator
        .set_credential(&one, Some(&second))
        .await
        .unwrap();
    assert!(!is(&one, &first).await && is(&one, &second).await);
    for stored in store.scan("").await.unwrap() {
        let text = String::from_utf8(stored.value).unwrap();
        assert!(!text.contains(first.expose()) && !text.contains(second.expose()));
    }
    orchestrator.set_credential(&one, None).await.unwrap();
    assert!(!is(&one, &second).await);
    assert_eq!(
        orchestrator.node(&one).await.unwrap(),
        NodeRecord::default()
    );
    let weak = orchestrator
        .set_credential(&one, Some(&secret("hunter2")))
        .await;
    assert!(matches!(weak, Err(CredentialError::Weak(_))), "{weak:?}");
    assert!(!format!("{weak:?}").contains("hunter2"));
}

/// A commit takes a disk as long for many records as for one.
#[tokio::test(start_paused = true)]
async fn what_happens_at_one_time_is_committed_together() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let store = MemoryStore::new();
    let orchestrator = orchestrator(&site).store(store.clone());
    let plan = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    apply(&orchestrator, &design, &plan).await;
    let journal = Journal::of(&RunId::from("r")).read(&store).await.unwrap();
    assert_eq!(journal.len(), 2 * plan.steps.len());
    let commits = store.commit(Batch::new().put("k", "v")).await.unwrap().0;
    assert!(
        commits * 4 < journal.len() as u64,
        "{commits} commits for {} records",
        journal.len()
    );
}
