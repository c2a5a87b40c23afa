//! Waiting for something newer.

use super::rig::{Kept, Rig, before, broken, demand, equal, polled};
use crate::state::{Batch, StateRevision};
use std::time::Duration;

/// How many lease times an answer may take at most that has to come soon: a store may hear of a commit by asking.
const SOON: u32 = 10;

pub(super) async fn at_once(rig: &Rig<'_>) -> Kept {
    let first = rig.commit(Batch::new()).await?;
    let last = rig.commit(Batch::new()).await?;
    for after in [StateRevision(0), first] {
        let waiting = rig.store.changed(after, rig.lease_time * SOON * 3);
        let Some(answer) = before(waiting, rig.pass(rig.lease_time * SOON)).await else {
            return broken(format!("asked after {}, at {}: no answer", after.0, last.0));
        };
        equal("the last revision", &answer?, &last)?;
    }
    Ok(())
}

pub(super) async fn woken(rig: &Rig<'_>) -> Kept {
    let last = rig.commit(Batch::new()).await?;
    let mut waiting = rig.store.changed(last, rig.lease_time * SOON * 3);
    let answer = polled(&mut waiting).await;
    demand(answer.is_pending(), || {
        format!("answers {answer:?} before there is anything newer")
    })?;
    let next = rig.commit(Batch::new()).await?;
    match before(waiting, rig.pass(rig.lease_time * SOON)).await {
        Some(answer) => equal("the last revision", &answer?, &next),
        None => broken(format!(
            "waiting after {}, {} does not wake",
            last.0, next.0
        )),
    }
}

pub(super) async fn in_vain(rig: &Rig<'_>) -> Kept {
    let last = rig.commit(Batch::new()).await?;
    for after in [last, StateRevision(u64::MAX)] {
        let mut waiting = rig.store.changed(after, rig.lease_time);
        if let Some(answer) = before(&mut waiting, rig.pass(rig.lease_time / 10)).await {
            return broken(format!("after {}: {answer:?} before its time", after.0));
        }
        match before(waiting, rig.pass(rig.lease_time * SOON)).await {
            Some(answer) => equal("the last revision", &answer?, &last)?,
            None => return broken(format!("after {}: no answer after its time", after.0)),
        }
        // Who does not want to wait is told at once how it stands.
        let asked = rig.store.changed(after, Duration::ZERO);
        match before(asked, rig.pass(rig.lease_time * SOON)).await {
            Some(answer) => equal("the last revision", &answer?, &last)?,
            None => return broken(format!("after {}: no answer without waiting", after.0)),
        }
    }
    Ok(())
}
