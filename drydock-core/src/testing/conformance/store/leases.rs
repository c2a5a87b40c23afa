//! Leases: who may write, for how long, and who may not any more.

use super::rig::{Kept, Rig, demand, equal};
use crate::state::{Batch, Lease};
use std::time::Duration;

pub(super) async fn one_owner(rig: &Rig<'_>) -> Kept {
    let (name, key) = (rig.name("one"), rig.name("one/k"));
    let lease = rig.acquire("one", "a").await?;
    let told = (&*lease.name, &*lease.owner);
    equal("the lease", &told, &(&*name, "a"))?;
    rig.is_held("one", "b", "a").await?;
    rig.commit(Batch::new().under(&lease).put(&*key, "a"))
        .await?;
    rig.pass(rig.lease_time * 2 / 3).await;
    rig.is_held("one", "b", "a").await?;
    let batch = Batch::new().under(&lease).put(&*key, "still a");
    rig.commit(batch).await?;
    rig.has(&key, Some("still a")).await
}

pub(super) async fn renewed(rig: &Rig<'_>) -> Kept {
    let lease = rig.acquire("renewed", "a").await?;
    for _ in 0..4 {
        rig.pass(rig.lease_time * 2 / 3).await;
        rig.store.renew(&lease, rig.lease_time).await?;
    }
    rig.is_held("renewed", "b", "a").await?;
    rig.commit(Batch::new().under(&lease)).await?;
    // Whatever was left of it: a shorter time ends it sooner.
    rig.store.renew(&lease, rig.lease_time / 10).await?;
    rig.pass(rig.lease_time / 5).await;
    rig.acquire("renewed", "b").await?;
    rig.is_fenced(&lease, Batch::new()).await
}

pub(super) async fn ran_out(rig: &Rig<'_>) -> Kept {
    let lease = rig.acquire("ran-out", "a").await?;
    rig.run_out().await;
    // Nobody has taken over yet; the right has ended all the same.
    rig.is_fenced(&lease, Batch::new()).await?;
    rig.store.release(&lease).await?;
    let next = rig.acquire("ran-out", "b").await?;
    greater(&lease, &next)?;
    rig.commit(Batch::new().under(&next)).await.map(drop)
}

pub(super) async fn lost(rig: &Rig<'_>) -> Kept {
    let [key, journal] = ["lost/k", "lost/j"].map(|name| rig.name(name));
    let write = |who: &str| Batch::new().put(&*key, who).append(&*journal, who);
    let old = rig.acquire("lost", "a").await?;
    rig.commit(write("a").under(&old)).await?;
    rig.run_out().await;
    let new = rig.acquire("lost", "b").await?;
    rig.is_fenced(&old, write("late")).await?;
    rig.commit(write("b").under(&new)).await?;
    rig.is_fenced(&old, write("late")).await?;
    // Neither the end of the successor's lease nor its return brings the old one back.
    rig.run_out().await;
    rig.is_fenced(&old, write("late")).await?;
    let third = rig.acquire("lost", "c").await?;
    rig.store.release(&third).await?;
    rig.is_fenced(&old, write("late")).await?;
    rig.has(&key, Some("b")).await?;
    rig.entries(&journal, 0, &["a", "b"]).await
}

pub(super) async fn given_back(rig: &Rig<'_>) -> Kept {
    let lease = rig.acquire("back", "a").await?;
    rig.store.release(&lease).await?;
    rig.is_fenced(&lease, Batch::new()).await?;
    // Once more is no error.
    rig.store.release(&lease).await?;
    let next = rig.acquire("back", "b").await?;
    greater(&lease, &next)
}

pub(super) async fn successor(rig: &Rig<'_>) -> Kept {
    let old = rig.acquire("successor", "a").await?;
    rig.run_out().await;
    let new = rig.acquire("successor", "b").await?;
    rig.store.release(&old).await?;
    rig.commit(Batch::new().under(&new)).await?;
    rig.is_held("successor", "a", "b").await
}

pub(super) async fn comes_back(rig: &Rig<'_>) -> Kept {
    // A process that was restarted under the same name: the calls of its former life must not count.
    let before = rig.acquire("restart", "a").await?;
    let after = rig.acquire("restart", "a").await?;
    greater(&before, &after)?;
    rig.is_fenced(&before, Batch::new()).await?;
    rig.store.release(&before).await?;
    rig.commit(Batch::new().under(&after)).await.map(drop)
}

pub(super) async fn fences_grow(rig: &Rig<'_>) -> Kept {
    let mut last: Option<Lease> = None;
    for n in 0..6 {
        let owner = if n % 2 == 0 { "a" } else { "b" };
        let lease = rig.acquire("grow", owner).await?;
        if let Some(last) = &last {
            greater(last, &lease)?;
        }
        match n % 3 {
            0 => rig.store.release(&lease).await?,
            _ => rig.run_out().await,
        }
        last = Some(lease);
    }
    Ok(())
}

pub(super) async fn other_names(rig: &Rig<'_>) -> Kept {
    let mine = rig.acquire("name/1", "a").await?;
    let other = rig.acquire("name/2", "b").await?;
    rig.store.release(&other).await?;
    rig.commit(Batch::new().under(&mine)).await?;
    // Nor are they for what is written without one.
    let batch = Batch::new().put(rig.name("name/1"), "x");
    rig.commit(batch).await.map(drop)
}

pub(super) async fn forged(rig: &Rig<'_>) -> Kept {
    let real = rig.acquire("forged", "a").await?;
    let name = real.name.as_str();
    let mut forged = vec![
        Lease::new(name, "a", real.fence + 1),
        Lease::new(name, "b", real.fence),
        Lease::new(rig.name("forged/none"), "a", real.fence),
    ];
    forged.extend(
        real.fence
            .checked_sub(1)
            .map(|fence| Lease::new(name, "a", fence)),
    );
    for lease in forged {
        rig.is_fenced(&lease, Batch::new()).await?;
        rig.store.release(&lease).await?;
    }
    rig.commit(Batch::new().under(&real)).await.map(drop)
}

pub(super) async fn for_ever(rig: &Rig<'_>) -> Kept {
    let name = rig.name("ever");
    let lease = rig.store.acquire(&name, "a", Duration::MAX).await?;
    rig.store.renew(&lease, Duration::MAX).await?;
    rig.run_out().await;
    rig.commit(Batch::new().under(&lease)).await?;
    rig.is_held("ever", "b", "a").await?;
    rig.store.release(&lease).await?;
    rig.acquire("ever", "b").await.map(drop)
}

/// Demands that the later lease has the greater fence.
pub(super) fn greater(earlier: &Lease, later: &Lease) -> Kept {
    demand(later.fence > earlier.fence, || {
        format!("{later:?} comes after {earlier:?}")
    })
}
