//! Reading keys, journals and changes. Each is one statement, so what it tells was so at one moment.

use super::{columns::number, names, sessions::Sessions};
use drydock_core::state::{PAGE, StateChange, StateError, StateRevision, Stored};
use smol_str::SmolStr;
use tokio_postgres::{Row, types::FromSql};

const GET: &str = "SELECT k.name, k.revision, h.value FROM keys k \
    LEFT JOIN history h ON h.revision = k.revision AND h.n = k.n WHERE k.name = $1";

const SCAN: &str = "SELECT k.name, k.revision, h.value FROM keys k \
    LEFT JOIN history h ON h.revision = k.revision AND h.n = k.n \
    WHERE k.name >= $1 AND ($2::text IS NULL OR k.name < $2) ORDER BY k.name";

const ENTRIES: &str = "SELECT idx, entry FROM journals WHERE name = $1 AND idx >= $2 ORDER BY idx";

// A step along the index from one name to the next: a journal is long, and its name is wanted once.
const JOURNALS: &str = "WITH RECURSIVE found AS ( \
        (SELECT name FROM journals WHERE name >= $1 ORDER BY name LIMIT 1) \
        UNION ALL \
        SELECT (SELECT j.name FROM journals j WHERE j.name > f.name ORDER BY j.name LIMIT 1) \
        FROM found f WHERE f.name IS NOT NULL AND ($2::text IS NULL OR f.name < $2) \
    ) SELECT name FROM found WHERE name IS NOT NULL AND ($2::text IS NULL OR name < $2) ORDER BY name";

const CHANGES: &str = "SELECT revision, n, kind, name, value FROM history \
    WHERE revision > $1 AND revision <= ( \
        SELECT max(page.revision) FROM ( \
            SELECT revision FROM history WHERE revision > $1 ORDER BY revision, n LIMIT $2 \
        ) page \
    ) ORDER BY revision, n";

const REVISION: &str = "SELECT revision FROM counter";

pub(super) async fn get(sessions: &Sessions, key: &str) -> Result<Option<Stored>, StateError> {
    if !names::can_be(key) {
        return Ok(None);
    }
    let rows = sessions.ask(GET, &[&key]).await?;
    rows.first().map(stored).transpose()
}

pub(super) async fn scan(sessions: &Sessions, prefix: &str) -> Result<Vec<Stored>, StateError> {
    if !names::can_be(prefix) {
        return Ok(Vec::new());
    }
    let after = names::after_prefix(prefix);
    let rows = sessions.ask(SCAN, &[&prefix, &after]).await?;
    rows.iter().map(stored).collect()
}

pub(super) async fn read_journal(
    sessions: &Sessions,
    journal: &str,
    skip: u64,
) -> Result<Vec<Vec<u8>>, StateError> {
    let Ok(from) = i64::try_from(skip) else {
        return Ok(Vec::new());
    };
    if !names::can_be(journal) {
        return Ok(Vec::new());
    }
    let rows = sessions.ask(ENTRIES, &[&journal, &from]).await?;
    let entries = rows.iter().zip(from..).map(|(row, expected)| {
        let at: i64 = column(row, 0)?;
        if at == expected {
            column(row, 1)
        } else {
            Err(damaged(journal, format!("its entry {expected} is missing")))
        }
    });
    entries.collect()
}

pub(super) async fn journals(
    sessions: &Sessions,
    prefix: &str,
) -> Result<Vec<SmolStr>, StateError> {
    if !names::can_be(prefix) {
        return Ok(Vec::new());
    }
    let after = names::after_prefix(prefix);
    let rows = sessions.ask(JOURNALS, &[&prefix, &after]).await?;
    rows.iter().map(|row| text(row, 0)).collect()
}

pub(super) async fn changes(
    sessions: &Sessions,
    after: StateRevision,
) -> Result<Vec<StateChange>, StateError> {
    let Ok(after) = i64::try_from(after.0) else {
        return Ok(Vec::new());
    };
    let page = number(PAGE as u64);
    let rows = sessions.ask(CHANGES, &[&after, &page]).await?;
    rows.iter().map(change).collect()
}

/// The revision of the last commit.
pub(super) async fn revision(sessions: &Sessions) -> Result<StateRevision, StateError> {
    let rows = sessions.ask(REVISION, &[]).await?;
    match rows.as_slice() {
        [row] => revision_of(row, 0),
        rows => Err(damaged(
            "the table counter",
            format!(
                "it has {} rows, not 1: restore the schema from a backup",
                rows.len()
            ),
        )),
    }
}

fn change(row: &Row) -> Result<StateChange, StateError> {
    let (revision, key) = (revision_of(row, 0)?, text(row, 3)?);
    match column::<&str>(row, 2)? {
        "put" => Ok(StateChange::Put(Stored {
            key,
            revision,
            value: column(row, 4)?,
        })),
        "deleted" => Ok(StateChange::Deleted { key, revision }),
        "appended" => Ok(StateChange::Appended {
            journal: key,
            revision,
        }),
        other => Err(damaged(
            &key,
            format!("its change {} is of no known kind, {other:?}", revision.0),
        )),
    }
}

fn stored(row: &Row) -> Result<Stored, StateError> {
    let (key, revision) = (text(row, 0)?, revision_of(row, 1)?);
    let value: Option<Vec<u8>> = column(row, 2)?;
    let Some(value) = value else {
        let reason = format!(
            "its value of revision {} is missing from the history",
            revision.0
        );
        return Err(damaged(&key, reason));
    };
    Ok(Stored {
        key,
        revision,
        value,
    })
}

fn revision_of(row: &Row, at: usize) -> Result<StateRevision, StateError> {
    let number: i64 = column(row, at)?;
    let negative = |_| damaged("the history", format!("{number} is no revision"));
    u64::try_from(number).map(StateRevision).map_err(negative)
}

fn text(row: &Row, at: usize) -> Result<SmolStr, StateError> {
    column::<&str>(row, at).map(SmolStr::new)
}

fn column<'a, T: FromSql<'a>>(row: &'a Row, at: usize) -> Result<T, StateError> {
    row.try_get(at).map_err(|error| {
        let name = row.columns().get(at).map_or("", |column| column.name());
        damaged(
            "the database",
            format!("its column {name} is not as it was made: {error}"),
        )
    })
}

fn damaged(key: &str, reason: String) -> StateError {
    StateError::Damaged {
        key: key.into(),
        reason,
    }
}
