//! Plans that were kept or printed: they are read, are still the plans of their ids, and say what they said.

use crate::{
    releases::all,
    stores::{Store, Way},
    world::KeptRun,
};
use drydock_core::{Drivers, Plan, names::PlanId, revision::Which};
use serde_json::Value;

/// What is expected of time, which those may change who learn it; it only has to be there.
const EXPECTED: [&str; 4] = [
    "critical_path",
    "end_seconds",
    "expected_seconds",
    "start_seconds",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_plan_is_the_plan_of_its_id_and_is_written_as_it_was() {
    for release in all() {
        let store = Store::of(release, Way::OpenedFile).await.unwrap();
        let orchestrator = store.orchestrator(release, Drivers::new());
        let (_, design) = orchestrator.design(Which::Active).await.unwrap();
        let plans = store.state().scan("plan/").await.unwrap();
        let runs = KeptRun::all(store.state(), &orchestrator).await;
        assert_eq!(plans.len(), runs.len(), "{}", release.version);
        for stored in plans {
            let what = format!("{} {}", release.version, stored.key);
            let plan: Plan = serde_json::from_slice(&stored.value).unwrap();
            assert_eq!(stored.key, format!("plan/{}", plan.id), "{what}");
            assert!(
                plan.is_for(&design.resolved),
                "{what}: a digest is not what it was; nobody could go on with its runs"
            );
            let text = serde_json::to_string(&plan).unwrap();
            assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan, "{what}");
            let before = serde_json::from_slice(&stored.value).unwrap();
            stays(&what, &before, &serde_json::from_str(&text).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_printed_with_everything_that_it_was_printed_with() {
    for release in all() {
        let store = Store::of(release, Way::OpenedFile).await.unwrap();
        let orchestrator = store.orchestrator(release, Drivers::new());
        let (_, design) = orchestrator.design(Which::Active).await.unwrap();
        let before: Value = serde_json::from_slice(&release.read("plan.json")).unwrap();
        let id = PlanId::from(before["id"].as_str().unwrap());
        let plan = orchestrator.plan_of(&id).await.unwrap().unwrap();
        let now = plan.display().by_rack(&design.resolved).json();
        stays(
            &release.version,
            &before,
            &serde_json::from_str(&now).unwrap(),
        );
    }
}

/// Keys may have been added; nothing is missing, renamed or otherwise.
fn stays(at: &str, before: &Value, now: &Value) {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            for (key, value) in before {
                let at = format!("{at}.{key}");
                let now = now.get(key).unwrap_or_else(|| panic!("{at} is missing"));
                if !EXPECTED.contains(&key.as_str()) {
                    stays(&at, value, now);
                }
            }
        }
        (Value::Array(before), Value::Array(now)) => {
            assert_eq!(before.len(), now.len(), "{at}");
            for (n, (before, now)) in before.iter().zip(now).enumerate() {
                stays(&format!("{at}.{n}"), before, now);
            }
        }
        _ => assert_eq!(before, now, "{at}"),
    }
}
