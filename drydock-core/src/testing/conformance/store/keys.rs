//! Keys: what one commit does to them, and what of it can be read.

use super::rig::{Kept, Rig, demand, equal, stored};
use crate::state::{Batch, StateRevision};

pub(super) async fn revisions_grow(rig: &Rig<'_>) -> Kept {
    let key = rig.name("revisions/k");
    let first = rig.commit(Batch::new().put(&*key, "1")).await?;
    let of_nothing = rig.commit(Batch::new()).await?;
    let the_same_again = rig.commit(Batch::new().put(&*key, "1")).await?;
    let all = [
        StateRevision(0),
        rig.began,
        first,
        of_nothing,
        the_same_again,
    ];
    demand(all.is_sorted_by(|a, b| a < b), || format!("{all:?}"))
}

pub(super) async fn last_value(rig: &Rig<'_>) -> Kept {
    let (key, other) = (rig.name("value/k"), rig.name("value/l"));
    rig.has(&key, None).await?;
    let batch = Batch::new().put(&*key, "one").put(&*other, "other");
    let first = rig.commit(batch).await?;
    let batch = Batch::new().put(&*key, "never").put(&*key, "two");
    let second = rig.commit(batch).await?;
    rig.wrote(&key, second, "two").await?;
    rig.wrote(&other, first, "other").await?;
    // Values are bytes, and may be none at all.
    for bytes in [vec![0, 255, 10], Vec::new()] {
        rig.commit(Batch::new().put(&*key, bytes.clone())).await?;
        let value = rig.store.get(&key).await?.map(|stored| stored.value);
        equal("a value of bytes", &value, &Some(bytes))?;
    }
    Ok(())
}

pub(super) async fn deleted(rig: &Rig<'_>) -> Kept {
    let key = rig.name("deleted/k");
    rig.commit(Batch::new().put(&*key, "v")).await?;
    rig.commit(Batch::new().delete(&*key)).await?;
    rig.has(&key, None).await?;
    equal("a scan", &rig.store.scan(&key).await?, &Vec::new())?;
    // Nor is it an error to delete it once more, or to write it again.
    rig.commit(Batch::new().delete(&*key)).await?;
    let again = rig.commit(Batch::new().put(&*key, "again")).await?;
    rig.wrote(&key, again, "again").await
}

pub(super) async fn written_then_deleted(rig: &Rig<'_>) -> Kept {
    let key = rig.name("both/k");
    let before = rig
        .commit(Batch::new().delete(&*key).put(&*key, "v"))
        .await?;
    rig.has(&key, None).await?;
    let absent = Batch::new().expect(&*key, StateRevision(0));
    let after = rig.commit(absent).await?;
    demand(before < after, || format!("{before:?}, then {after:?}"))
}

pub(super) async fn scanned(rig: &Rig<'_>) -> Kept {
    // In the order of their bytes.
    let inside = ["a", "a/10", "a/2", "a0", "b", "á"];
    let outside = ["scan", "scan0", "sca"];
    let keys: Vec<String> = inside
        .iter()
        .rev()
        .map(|key| rig.name(&format!("scan/{key}")))
        .chain(outside.iter().map(|key| rig.name(key)))
        .collect();
    let batch = keys
        .iter()
        .fold(Batch::new(), |batch, key| batch.put(&**key, &**key));
    let revision = rig.commit(batch).await?;
    for (prefix, expected) in [
        ("scan/", &inside[..]),
        ("scan/a/", &["a/10", "a/2"]),
        ("scan/á", &["á"]),
        ("scan/c", &[]),
    ] {
        let found = rig.store.scan(&rig.name(prefix)).await?;
        let expected: Vec<_> = expected
            .iter()
            .map(|key| rig.name(&format!("scan/{key}")))
            .map(|key| stored(&key, revision, &key))
            .collect();
        equal(prefix, &found, &expected)?;
    }
    let all: Vec<_> = rig.store.scan("").await?;
    let is_sorted = all.is_sorted_by(|a, b| a.key < b.key);
    demand(is_sorted, || "all keys are not in order".to_owned())?;
    let missing = keys
        .iter()
        .find(|key| !all.iter().any(|found| found.key == **key));
    equal("missing among all keys", &missing, &None)?;
    let gone = rig.name("scan/a/10");
    rig.commit(Batch::new().delete(gone)).await?;
    let left = rig.store.scan(&rig.name("scan/a/")).await?;
    let left: Vec<_> = left.into_iter().map(|one| one.key.to_string()).collect();
    equal("what is left", &left, &vec![rig.name("scan/a/2")])
}
