//! What a store keeps to that outlives whoever has it open.

use super::{
    super::{Findings, Violation},
    commits::give_up,
    leases::greater,
    rig::{Broken, Kept, Passing, Rig, demand, equal},
};
use crate::state::{Batch, Lease, StateChange, StateError, StateRevision, StateStore, Stored};
use smol_str::SmolStr;
use std::time::Duration;

/// How often it is opened anew.
const TIMES: u32 = 3;

/// Opens a durable store, writes, drops it, opens it again, and gives back every obligation that it does not keep to.
///
/// `open` opens the same store whenever it is called; the one before has been dropped. Names, times and what is left in
/// the store are as in [`store`](super::store()), which it should pass as well.
pub async fn store_reopened(
    open: impl AsyncFn() -> Result<Box<dyn StateStore>, StateError>,
    lease_time: Duration,
    pass_time: impl AsyncFn(Duration),
) -> Vec<Violation> {
    let mut found = Findings::default();
    let mut former: Option<Former> = None;
    for life in 0..=TIMES {
        let next = match open().await {
            Ok(store) => live(&*store, life, former, (lease_time, &pass_time), &mut found).await,
            Err(error) => Err(error.into()),
        };
        match next {
            Ok(next) => former = Some(next),
            Err(broken) => {
                found.kept("a store that is opened anew can be used", Err(broken));
                break;
            }
        }
    }
    found.0
}

/// What an earlier life of the store has left.
struct Former {
    began: StateRevision,
    last: StateRevision,
    content: Content,
    /// Held when it was dropped, and given back before that.
    held: Lease,
    given_back: Lease,
}

/// Everything of the suite that can be read.
#[derive(Debug, PartialEq)]
struct Content {
    keys: Vec<Stored>,
    journals: Vec<(SmolStr, Vec<Vec<u8>>)>,
    changes: Vec<StateChange>,
}

/// Opened: looks for what was there, writes more, and is dropped.
async fn live(
    store: &dyn StateStore,
    life: u32,
    former: Option<Former>,
    (lease_time, pass_time): (Duration, &impl AsyncFn(Duration)),
    found: &mut Findings,
) -> Result<Former, Broken> {
    let pass_time = move |time| -> Passing<'_> { Box::pin(async move { pass_time(time).await }) };
    let rule = "a store that is opened anew says that it is durable";
    found.demand(store.is_durable(), rule, || "it says that it is not".into());
    let rig = Rig {
        store,
        lease_time,
        pass_time: &pass_time,
        began: match &former {
            Some(former) => former.began,
            None => store.commit(Batch::new()).await?,
        },
    };
    if let Some(former) = &former {
        let rule = "what was committed is there when it is opened anew";
        found.kept(rule, is_kept(&rig, former).await);
        let rule = "revisions go on when it is opened anew";
        found.kept(rule, goes_on(&rig, former).await);
        let rule =
            "a commit that was given up has happened whole or not at all when it is opened anew";
        found.kept(rule, is_whole(&rig, life - 1).await);
        // Whoever held a lease may still hold it, or hold it no more: that is the store's own matter until it runs out.
        rig.run_out().await;
    }
    let owner = format!("life {life}");
    let held = rig.acquire("held", &owner).await?;
    let given_back = rig.acquire("given-back", &owner).await?;
    store.release(&given_back).await?;
    if let Some(former) = &former {
        let rule = "fences grow, and fence out, when it is opened anew";
        found.kept(rule, fences_out(&rig, former, (&held, &given_back)).await);
    }
    let last = write(&rig, life, &held).await?;
    let content = content(&rig).await?;
    give_up(&rig, given_up(&rig, life), 1).await;
    Ok(Former {
        began: rig.began,
        last,
        content,
        held,
        given_back,
    })
}

/// Writes something of everything; the last revision.
async fn write(rig: &Rig<'_>, life: u32, held: &Lease) -> Result<StateRevision, Broken> {
    let text = life.to_string();
    let batch = Batch::new()
        .put(rig.name("kept/over"), &*text)
        .put(rig.name(&format!("kept/of/{life}")), [0, 255, 10])
        .put(rig.name("kept/gone"), &*text)
        .append(rig.name("kept/j"), &*text)
        .append(rig.name(&format!("kept/j/{life}")), [0, 255, 10])
        .append(rig.name("kept/j"), "again");
    rig.commit(batch).await?;
    let batch = Batch::new().delete(rig.name("kept/gone")).under(held);
    rig.commit(batch).await
}

/// A batch that nobody waits for.
fn given_up(rig: &Rig<'_>, life: u32) -> Batch {
    let name = |part: &str| rig.name(&format!("given-up/{life}/{part}"));
    Batch::new()
        .put(name("a"), "a")
        .put(name("b"), "b")
        .append(name("j"), "j")
}

async fn content(rig: &Rig<'_>) -> Result<Content, Broken> {
    let kept = rig.name("kept/");
    let mut journals = Vec::new();
    for name in rig.store.journals(&kept).await? {
        let entries = rig.store.read_journal(&name, 0).await?;
        journals.push((name, entries));
    }
    let mut changes = rig.store.changes(rig.began).await?;
    changes.retain(|change| match change {
        StateChange::Put(Stored { key: name, .. })
        | StateChange::Deleted { key: name, .. }
        | StateChange::Appended { journal: name, .. } => name.starts_with(&kept),
    });
    Ok(Content {
        keys: rig.store.scan(&kept).await?,
        journals,
        changes,
    })
}

async fn is_kept(rig: &Rig<'_>, former: &Former) -> Kept {
    let (now, then) = (content(rig).await?, &former.content);
    equal("the keys", &now.keys, &then.keys)?;
    equal("the journals", &now.journals, &then.journals)?;
    equal("the changes", &now.changes, &then.changes)?;
    rig.has(&rig.name("kept/gone"), None).await
}

async fn goes_on(rig: &Rig<'_>, former: &Former) -> Kept {
    let now = rig.store.changed(StateRevision(0), Duration::ZERO).await?;
    let next = rig.commit(Batch::new()).await?;
    demand(former.last <= now && now < next, || {
        format!("{:?} before, then {now:?}, then {next:?}", former.last)
    })?;
    // What was read before can be relied on.
    for stored in &former.content.keys {
        let (key, at) = (stored.key.as_str(), stored.revision);
        rig.commit(Batch::new().expect(key, at)).await?;
        let absent = StateRevision(0);
        let batch = Batch::new().expect(key, absent);
        rig.conflicts(batch, (key, at), absent).await?;
    }
    Ok(())
}

async fn is_whole(rig: &Rig<'_>, life: u32) -> Kept {
    let keys = rig.name(&format!("given-up/{life}/"));
    let keys = rig.store.scan(&keys).await?.len();
    let journal = rig.name(&format!("given-up/{life}/j"));
    let entries = rig.store.read_journal(&journal, 0).await?.len();
    let is_whole = matches!((keys, entries), (0, 0) | (2, 1));
    demand(is_whole, || {
        format!("{keys} of 2 keys, {entries} of 1 entry")
    })
}

async fn fences_out(rig: &Rig<'_>, former: &Former, now: (&Lease, &Lease)) -> Kept {
    greater(&former.held, now.0)?;
    greater(&former.given_back, now.1)?;
    rig.is_fenced(&former.held, Batch::new()).await?;
    rig.is_fenced(&former.given_back, Batch::new()).await
}
