//! `[io]` Leases, which begin and end by the database's clock alone.
//!
//! That clock is read while the lease's row is locked (`clock_timestamp()`, not `now()`, which is when the transaction
//! began), so waiting for the lock lengthens nobody's time. A commit under a lease holds the row until its end: a
//! successor that was told it has the lease sees all that the one before wrote.

use super::{columns::number, names, sessions::Sessions};
use drydock_core::state::{Lease, StateError};
use std::time::Duration;
use tokio::time::timeout;

// The row is locked before `WHERE` and `SET` are worked out.
const ACQUIRE: &str = "INSERT INTO leases AS held (name, owner, fence, ends) \
    VALUES ($1, $2, 1, clock_timestamp() + $3::bigint * interval '1 microsecond') \
    ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, fence = held.fence + 1, \
        ends = clock_timestamp() + $3::bigint * interval '1 microsecond' \
    WHERE held.owner = excluded.owner OR held.ends <= clock_timestamp() \
    RETURNING fence";

const HOLDER: &str = "SELECT owner FROM leases WHERE name = $1 AND ends > clock_timestamp()";

const RENEW: &str = "UPDATE leases SET ends = clock_timestamp() + $4::bigint * interval '1 microsecond' \
    WHERE name = $1 AND owner = $2 AND fence = $3 AND ends > clock_timestamp() RETURNING fence";

const RELEASE: &str =
    "UPDATE leases SET ends = '-infinity' WHERE name = $1 AND owner = $2 AND fence = $3";

/// How often it is asked when the one who stood in the way has just gone.
const TRIES: usize = 4;

pub(super) async fn acquire(
    sessions: &Sessions,
    name: &str,
    owner: &str,
    ttl: Duration,
) -> Result<Lease, StateError> {
    names::check(name)?;
    names::check(owner)?;
    let limit = 2 * sessions.limit();
    let late =
        |_| StateError::Unavailable(format!("{}: no answer within {limit:?}", sessions.address));
    let trying = timeout(limit, try_acquiring(sessions, name, owner, ttl)).await;
    trying.map_err(late)?
}

async fn try_acquiring(
    sessions: &Sessions,
    name: &str,
    owner: &str,
    ttl: Duration,
) -> Result<Lease, StateError> {
    let microseconds = microseconds(ttl);
    for _ in 0..TRIES {
        // Asked twice it only takes the owner's own lease once more.
        let rows = sessions
            .ask(ACQUIRE, &[&name, &owner, &microseconds])
            .await?;
        if let Some(row) = rows.first() {
            let fence: Option<i64> = row.try_get(0).ok();
            let fence = fence.and_then(|fence| u64::try_from(fence).ok());
            let damaged = || StateError::Damaged {
                key: name.into(),
                reason: "its fence is no number".into(),
            };
            return Ok(Lease::new(name, owner, fence.ok_or_else(damaged)?));
        }
        let rows = sessions.ask(HOLDER, &[&name]).await?;
        if let Some(holder) = rows.first().and_then(|row| row.try_get::<_, &str>(0).ok()) {
            return Err(StateError::Held {
                name: name.into(),
                owner: holder.into(),
            });
        }
    }
    Err(StateError::Unavailable(format!(
        "{}: others took and left the lease {name} in between {TRIES} times; try again",
        sessions.address
    )))
}

pub(super) async fn renew(
    sessions: &Sessions,
    lease: &Lease,
    ttl: Duration,
) -> Result<(), StateError> {
    let fenced = || StateError::Fenced {
        name: lease.name.clone(),
        fence: lease.fence,
    };
    if !(names::can_be(&lease.name) && names::can_be(&lease.owner)) {
        return Err(fenced());
    }
    let (name, owner) = (lease.name.as_str(), lease.owner.as_str());
    let parameters: super::sessions::Parameters<'_> =
        &[&name, &owner, &number(lease.fence), &microseconds(ttl)];
    let rows = sessions.ask(RENEW, parameters).await?;
    rows.first().map(drop).ok_or_else(fenced)
}

pub(super) async fn release(sessions: &Sessions, lease: &Lease) -> Result<(), StateError> {
    if !(names::can_be(&lease.name) && names::can_be(&lease.owner)) {
        return Ok(());
    }
    let (name, owner) = (lease.name.as_str(), lease.owner.as_str());
    let parameters: super::sessions::Parameters<'_> = &[&name, &owner, &number(lease.fence)];
    sessions.ask(RELEASE, parameters).await.map(drop)
}

/// As the database takes them; a lease that would end past all time ends in a century.
fn microseconds(ttl: Duration) -> i64 {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    i64::try_from(ttl.min(CENTURY).as_micros()).unwrap_or(i64::MAX)
}
