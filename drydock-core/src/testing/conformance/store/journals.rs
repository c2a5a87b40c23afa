//! Journals: what was appended, in its order, apart from the keys.

use super::rig::{Kept, Rig, equal};
use crate::state::Batch;

pub(super) async fn ordered(rig: &Rig<'_>) -> Kept {
    let (journal, other) = (rig.name("order/j"), rig.name("order/i"));
    rig.entries(&journal, 0, &[]).await?;
    let batch = Batch::new()
        .append(&*journal, "2")
        .append(&*other, "x")
        .append(&*journal, "1");
    rig.commit(batch).await?;
    // The same entry twice is two entries.
    let batch = Batch::new().append(&*journal, "3").append(&*journal, "3");
    rig.commit(batch).await?;
    rig.entries(&journal, 0, &["2", "1", "3", "3"]).await?;
    rig.entries(&journal, 2, &["3", "3"]).await?;
    rig.entries(&journal, 4, &[]).await?;
    rig.entries(&journal, u64::MAX, &[]).await?;
    rig.entries(&other, 0, &["x"]).await
}

pub(super) async fn no_key(rig: &Rig<'_>) -> Kept {
    let (one, two) = (rig.name("apart/x"), rig.name("apart/y"));
    let batch = Batch::new().append(&*one, "entry").put(&*two, "value");
    rig.commit(batch).await?;
    rig.has(&one, None).await?;
    rig.entries(&two, 0, &[]).await?;
    let keys = rig.store.scan(&rig.name("apart/")).await?.len();
    equal("the number of keys", &keys, &1)?;
    rig.commit(Batch::new().delete(&*one)).await?;
    rig.commit(Batch::new().put(&*one, "value")).await?;
    rig.entries(&one, 0, &["entry"]).await
}

pub(super) async fn listed(rig: &Rig<'_>) -> Kept {
    let names = ["a", "a/10", "a/2", "b", "á"].map(|name| rig.name(&format!("list/{name}")));
    let batch = names
        .iter()
        .rev()
        .fold(Batch::new(), |batch, name| batch.append(&**name, "entry"));
    let batch = batch.append(rig.name("list0"), "entry");
    rig.commit(batch.put(rig.name("list/a/key"), "value"))
        .await?;
    rig.commit(Batch::new().append(&*names[3], "entry")).await?;
    for (prefix, expected) in [
        ("list/", &names[..]),
        ("list/a/", &names[1..3]),
        ("list/b", &names[3..4]),
        ("list/c", &[]),
    ] {
        let found = rig.store.journals(&rig.name(prefix)).await?;
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        equal(prefix, &found, &expected.to_vec())?;
    }
    let all = rig.store.journals("").await?;
    let found = all.iter().filter(|name| names.contains(&name.to_string()));
    equal(
        "how many of them are among all",
        &found.count(),
        &names.len(),
    )
}
