//! Changes: told in order, whole commits at a time, nothing twice and nothing left out.

use super::rig::{Kept, Rig, demand, equal, stored};
use crate::state::{Batch, PAGE, StateChange, StateRevision};

pub(super) async fn in_order(rig: &Rig<'_>) -> Kept {
    let [a, b, none, journal] = ["a", "b", "none", "j"].map(|n| rig.name(&format!("changes/{n}")));
    let before = rig.commit(Batch::new()).await?;
    let first = rig.commit(Batch::new().put(&*a, "1").put(&*b, "2")).await?;
    let batch = Batch::new().put(&*a, "3").delete(&*b).delete(&*none);
    let second = rig.commit(batch.append(&*journal, "4")).await?;
    // Nothing changed, and nobody is told.
    let third = rig.commit(Batch::new().delete(&*none)).await?;
    let of_second = vec![
        StateChange::Put(stored(&a, second, "3")),
        StateChange::Deleted {
            key: b.as_str().into(),
            revision: second,
        },
        StateChange::Appended {
            journal: journal.into(),
            revision: second,
        },
    ];
    let mut all = vec![
        StateChange::Put(stored(&a, first, "1")),
        StateChange::Put(stored(&b, first, "2")),
    ];
    all.extend_from_slice(&of_second);
    for (what, after, expected) in [
        ("after what was before", before, &all),
        ("after the first", first, &of_second),
        ("after the second", second, &Vec::new()),
        ("after all", third, &Vec::new()),
    ] {
        equal(what, &rig.store.changes(after).await?, expected)?;
    }
    Ok(())
}

pub(super) async fn of_the_future(rig: &Rig<'_>) -> Kept {
    let last = rig
        .commit(Batch::new().put(rig.name("future"), "1"))
        .await?;
    for after in [last.0 + 1, u64::MAX / 2, u64::MAX] {
        let told = rig.store.changes(StateRevision(after)).await?;
        equal(&format!("after {after}"), &told, &Vec::new())?;
    }
    Ok(())
}

pub(super) async fn in_pages(rig: &Rig<'_>) -> Kept {
    let before = rig.commit(Batch::new()).await?;
    let mut expected = Vec::new();
    // A commit that begins on one page and would end on the next, one of more than a page, one that makes a page exactly.
    let sizes = [1, PAGE - 2, 7, PAGE + 10, 1, PAGE, PAGE / 2, PAGE / 2, 3];
    for (commit, size) in sizes.into_iter().enumerate() {
        let keys: Vec<String> = (0..size)
            .map(|n| rig.name(&format!("pages/{commit}/{n}")))
            .collect();
        let put = |batch: Batch, key: &String| batch.put(&**key, "v");
        let revision = rig.commit(keys.iter().fold(Batch::new(), put)).await?;
        expected.extend(
            keys.iter()
                .map(|key| StateChange::Put(stored(key, revision, "v"))),
        );
    }
    let (mut told, mut last) = (Vec::new(), before);
    // One page a commit would still be too many.
    for _ in 0..=sizes.len() {
        let page = rig.store.changes(last).await?;
        let Some(end) = page.last().map(StateChange::revision) else {
            break;
        };
        let rest = expected.len() - told.len().min(expected.len());
        let without_last = page.partition_point(|change| change.revision() < end);
        let is_full = page.len() >= PAGE.min(rest) && without_last < PAGE;
        demand(is_full, || {
            format!(
                "after {} come {} changes, {without_last} of them before the last commit; a page is {PAGE} or just more",
                last.0,
                page.len()
            )
        })?;
        told.extend(page);
        last = end;
    }
    let wrong = told.iter().zip(&expected).position(|(a, b)| a != b);
    equal("the first change that is wrong", &wrong, &None)?;
    equal("how many are told", &told.len(), &expected.len())
}
