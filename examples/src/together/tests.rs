use super::*;
use drydock_core::state::{Batch, MemoryStore};
use serde_json::json;

fn run() -> RunId {
    RunId::new("deploy-1")
}

/// A store in which the run stands like this, if there is one.
async fn kept(head: Option<&Head>) -> Kept {
    let kept = Kept::shared(Arc::new(MemoryStore::new()), "the store".into(), None);
    if let Some(head) = head {
        put(&kept, head).await;
    }
    kept
}

async fn put(kept: &Kept, head: &Head) {
    let value = serde_json::to_vec(head).unwrap();
    let batch = Batch::new().put("run/deploy-1/head", value);
    kept.store.commit(batch).await.unwrap();
}

fn ended(fence: u64, cancelled: bool) -> Head {
    let ended = json!({"done": 1, "failed": 0, "skipped": 0, "cancelled": cancelled});
    let head =
        json!({"plan": "p", "most_destroyed": 0, "holder": null, "fence": fence, "ended": ended});
    serde_json::from_value(head).unwrap()
}

fn gone() -> StateError {
    StateError::Unavailable("gone".into())
}

fn fenced(fence: u64) -> StateError {
    let name = Journal::of(&run()).lease();
    StateError::Fenced { name, fence }
}

const BEGUN: Came = Came {
    goes_on: false,
    has_begun: true,
    has_finished: false,
};
const FINISHED: Came = Came {
    has_finished: true,
    ..BEGUN
};

async fn told(head: Option<&Head>, error: StateError, came: Came) -> String {
    kept(head).await.lost(&run(), &error, came).await.message
}

#[test]
fn two_owners_are_never_the_same() {
    assert_ne!(owner(), owner());
}

#[tokio::test]
async fn another_process_is_named_only_where_it_was_one() {
    let another = "another process has gone on with it to its end";
    let end = ended(3, false);
    for (error, came, is_another) in [
        (gone(), FINISHED, false),
        (gone(), BEGUN, true),
        (fenced(3), FINISHED, false),
        (fenced(2), FINISHED, true),
    ] {
        let told = told(Some(&end), error, came).await;
        assert_eq!(told.contains(another), is_another, "{told}");
        assert_eq!(
            told.contains("run deploy-1 has ended"),
            !is_another,
            "{told}"
        );
    }
    // Nobody wrote down who was the last.
    let old = told(Some(&ended(0, false)), fenced(2), Came::default()).await;
    assert!(!old.contains(another), "{old}");
}

#[tokio::test]
async fn a_run_that_was_not_begun_is_not_to_be_gone_on_with() {
    let told = told(None, gone(), Came::default()).await;
    assert!(told.ends_with("gone; no run was begun"), "{told}");
}

#[tokio::test]
async fn a_run_that_another_has_or_nobody_is_told_as_that() {
    let mut head = ended(3, false);
    head.ended = None;
    let kept = kept(Some(&head)).await;
    let alone = kept.lost(&run(), &gone(), BEGUN).await.message;
    assert!(
        alone.ends_with("go on with run deploy-1 by --resume"),
        "{alone}"
    );
    let alone = kept.lost(&run(), &fenced(3), BEGUN).await.message;
    assert!(
        alone.contains("its lease on run deploy-1 has run out"),
        "{alone}"
    );
    let (name, minute) = (Journal::of(&run()).lease(), Duration::from_secs(60));
    kept.store.acquire(&name, "b", minute).await.unwrap();
    let taken = kept.lost(&run(), &gone(), BEGUN).await.message;
    assert!(taken.ends_with("has run out; b goes on with it"), "{taken}");
    let taken = kept.lost(&run(), &gone(), Came::default()).await.message;
    assert!(taken.ends_with("gone; b has run deploy-1"), "{taken}");
}

#[tokio::test]
async fn a_lease_that_this_process_never_had_has_not_run_out() {
    let owner = "b".into();
    let name = Journal::of(&run()).lease();
    let held = StateError::Held { name, owner };
    let told = told(Some(&ended(3, false)), held, Came::default()).await;
    assert!(told.starts_with("b has run deploy-1"), "{told}");
    assert!(!told.contains("has run out"), "{told}");
}

#[tokio::test]
async fn what_is_damaged_is_not_to_be_gone_on_with() {
    let (key, reason) = ("run/deploy-1/head".into(), "no JSON".into());
    let damaged = StateError::Damaged { key, reason };
    let said = damaged.to_string();
    assert_eq!(told(Some(&ended(3, false)), damaged, BEGUN).await, said);
}

#[tokio::test]
async fn a_run_that_was_cancelled_since_it_was_chosen_is_not_gone_on_with() {
    let (policy, chosen) = (Policy::default(), ended(3, true));
    let kept = kept(Some(&chosen)).await;
    // Who names one that was cancelled before means it.
    kept.wait_for(&run(), &chosen, &policy).await.unwrap();
    put(&kept, &ended(4, true)).await;
    let told = kept.wait_for(&run(), &chosen, &policy).await.unwrap_err();
    assert!(told.message.contains("was cancelled meanwhile"), "{told:?}");
}

#[tokio::test]
async fn a_turn_that_ran_out_is_lost() {
    let (kept, mut policy) = (kept(None).await, Policy::default());
    policy.lease = Duration::from_millis(1);
    let turn = kept.turn(&policy).await.unwrap();
    std::thread::sleep(2 * policy.lease);
    let told = turn.lost().await.message;
    assert!(
        told.contains("its turn to begin a run has run out"),
        "{told}"
    );
    assert_eq!(turn.still().await.unwrap_err().message, told);
    turn.end().await;
}
