//! What holds of a world and of a journal after any number of lives of `deploy`.

use drydock_core::{
    Orchestrator, Plan,
    execute::Journal,
    names::{RunId, StepId},
    state::{Fact, Record, StateStore},
};
use drydock_noop::lab::Site;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is left when a run is at its end.
#[derive(Debug)]
pub(crate) struct Left {
    pub(crate) run: RunId,
    pub(crate) plan: Plan,
    pub(crate) records: Vec<Record>,
}

/// The runs in a store, all of them at their ends.
pub(crate) async fn left(store: &(impl StateStore + Clone)) -> Vec<Left> {
    let orchestrator = Orchestrator::new(Default::default()).store(store.clone());
    let mut left = Vec::new();
    for (run, head) in orchestrator.runs().await.unwrap() {
        let ended = head.ended.expect("it has ended");
        assert_eq!((ended.failed, ended.skipped), (0, 0), "{run}");
        let plan = orchestrator.plan_of(&head.plan).await.unwrap().unwrap();
        assert_eq!(ended.done, plan.steps.len(), "{run}");
        let records = Journal::of(&run).read(store).await.unwrap();
        left.push(Left { run, plan, records });
    }
    left
}

impl Left {
    /// What is in the journal, whatever its order, and however often a step was started again.
    pub(crate) fn facts(&self) -> Vec<(StepId, String)> {
        let started: BTreeSet<StepId> = self.steps(&Fact::Started).collect();
        let others = self.records.iter().filter(|r| r.fact != Fact::Started);
        let mut facts: Vec<_> = others.map(|r| (r.step, format!("{:?}", r.fact))).collect();
        facts.extend(started.into_iter().map(|step| (step, "Started".to_owned())));
        facts.sort();
        facts
    }

    fn steps(&self, fact: &Fact) -> impl Iterator<Item = StepId> {
        let these = self.records.iter().filter(move |r| r.fact == *fact);
        these.map(|r| r.step)
    }

    /// No step was started before what it needs was done, nor again after it was done itself.
    pub(crate) fn is_in_order(&self) {
        let mut done = BTreeSet::new();
        for record in &self.records {
            let step = record.step;
            assert!(
                !done.contains(&step),
                "{} after its end: {record:?}",
                self.run
            );
            if record.fact == Fact::Started {
                let needs = &self.plan.steps[step.index()].needs;
                let lacking: Vec<_> = needs.iter().filter(|need| !done.contains(*need)).collect();
                assert!(
                    lacking.is_empty(),
                    "{} before {lacking:?}: {record:?}",
                    self.run
                );
            } else if record.fact == Fact::Done {
                done.insert(step);
            }
        }
    }
}

/// The world is as designed, and nothing in it was done twice.
pub(crate) async fn is_sound(socket: &str, world: &Value) {
    assert_eq!(world["event"], "world");
    assert_eq!(world["deviations"], Value::Array(Vec::new()));
    assert_eq!(world["violations"], Value::Array(Vec::new()));
    let nodes = world["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 12);
    for node in nodes {
        let counters = &node["counters"];
        let counted = ["commissioned", "deployed", "released"].map(|what| &counters[what]);
        assert_eq!(counted, [1, 1, 0], "{node}");
    }
    let site = Site::connect(socket).await.unwrap();
    let applied = site.applied().await.unwrap();
    let mut changes: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for step in &applied {
        let of = (step.action.as_str(), step.target.as_str());
        *changes.entry(of).or_default() += step.changes;
    }
    for once in ["commission", "deploy"] {
        let of_action = changes.iter().filter(|((action, _), _)| *action == once);
        let counted: Vec<u64> = of_action.map(|(_, changes)| *changes).collect();
        assert_eq!(counted, [1; 12], "{once}");
    }
}
