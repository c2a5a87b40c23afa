//! What every [state store](StateStore) keeps to.

mod changes;
mod commits;
mod journals;
mod keys;
mod leases;
mod reopened;
mod rig;
mod waiting;

pub use reopened::store_reopened;

use self::rig::{Broken, Passing, Rig};
use super::{Findings, Violation};
use crate::state::StateStore;
use std::time::Duration;

/// Holds each obligation against the rig, in this order.
macro_rules! demand {
    ($found:ident, $rig:ident: $($rule:literal => $obligation:path,)*) => {
        $($found.kept($rule, $obligation(&$rig).await);)*
    };
}

/// Uses the store and gives back every obligation that it does not keep to.
///
/// The store may hold other things, and may be given to the suite again; what the suite wrote is left in it, under
/// `conformance/`. Nobody else writes to it meanwhile. Leases are taken for `lease_time`: 30 s where time is virtual, some
/// 300 ms where the store has a clock of its own; `pass_time` ends when so much time has passed by the store's clock.
pub async fn store(
    store: &dyn StateStore,
    lease_time: Duration,
    pass_time: impl AsyncFn(Duration),
) -> Vec<Violation> {
    let mut found = Findings::default();
    let pass_time = &pass_time;
    let pass_time = move |time| -> Passing<'_> { Box::pin(async move { pass_time(time).await }) };
    match Rig::new(store, lease_time, &pass_time).await {
        Ok(rig) => all(&rig, &mut found).await,
        Err(broken) => found.kept("a commit of nothing is a commit", Err(broken)),
    }
    found.0
}

async fn all(rig: &Rig<'_>, found: &mut Findings) {
    let rig = *rig;
    demand! { found, rig:
        "every commit has a greater revision" => keys::revisions_grow,
        "a key has its last value and the revision that wrote it" => keys::last_value,
        "a key that was deleted is not there" => keys::deleted,
        "a batch writes, then deletes" => keys::written_then_deleted,
        "a scan gives every key of a prefix, in order" => keys::scanned,
        "a key is written only as it was expected" => commits::expected,
        "every expectation of a batch holds, or nothing of it is done" => commits::all_expected,
        "a commit that is refused has done nothing" => commits::refused,
        "writers that expect lose no update" => commits::no_lost_update,
        "of many commits at once each is done whole or refused" => commits::at_once,
        "a commit whose future was dropped has happened whole or not at all" => commits::dropped,
        "a journal keeps its order" => journals::ordered,
        "a journal is no key" => journals::no_key,
        "journals are listed by prefix, in order" => journals::listed,
        "changes are told in order" => changes::in_order,
        "changes of the future are none" => changes::of_the_future,
        "changes come in pages of whole commits" => changes::in_pages,
        "changed answers at once when there is something newer" => waiting::at_once,
        "changed answers when a commit comes" => waiting::woken,
        "changed waits while there is nothing newer, and answers after its time" => waiting::in_vain,
        "a lease is held by one owner" => leases::one_owner,
        "a lease that is renewed goes on from then" => leases::renewed,
        "a lease that ran out is held by nobody" => leases::ran_out,
        "a writer that lost its lease is refused always" => leases::lost,
        "a lease that was given back is free" => leases::given_back,
        "who gives back a lost lease takes nothing from its successor" => leases::successor,
        "an owner that comes back fences its former self out" => leases::comes_back,
        "fences only grow" => leases::fences_grow,
        "leases of other names are no matter" => leases::other_names,
        "a lease that nobody gave is refused" => leases::forged,
        "a lease may be meant for ever" => leases::for_ever,
    }
}

impl Findings {
    /// Notes that the rule is not kept, where that came out.
    fn kept(&mut self, rule: &'static str, outcome: Result<(), Broken>) {
        if let Err(Broken(detail)) = outcome {
            self.demand(false, rule, || detail);
        }
    }
}
