//! `[io]` Makes the tables and brings them up to date: numbered SQL files, each carried out once, all or none.
//!
//! It looks first and touches nothing that it did not make. Several stores that connect at the same time take turns by an
//! advisory lock.

use super::{failure::Failure, sessions::Sessions};
use drydock_core::state::StateError;
use tokio_postgres::{Transaction, error::SqlState};

/// In order, the first makes version 1. One that was released stays as it is. One that changes what `commit_batches`
/// means gives it a new name, so that an older Drydock that still runs is refused.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_tables.sql")];

const PRODUCT: &str = "drydock";

/// Makes the schema what this version of the crate works on.
pub(super) async fn migrate(sessions: &Sessions) -> Result<(), StateError> {
    let mut session = sessions
        .lend()
        .await
        .map_err(|f| f.told(&sessions.address))?;
    let limit = sessions.limit();
    let work = async {
        let client = session.client().map_err(|f| f.told(&sessions.address))?;
        let asking = |error| Failure::of_asking(&error).told(&sessions.address);
        let transaction = client.transaction().await.map_err(asking)?;
        bring_up_to_date(&transaction, sessions).await?;
        transaction.commit().await.map_err(asking)
    };
    let late = |_| {
        StateError::Unavailable(format!(
            "{}: the tables were not ready within {limit:?}; does another session hold them?",
            sessions.address
        ))
    };
    let done = tokio::time::timeout(limit, work).await.map_err(late)?;
    session.is_idle = done.is_ok();
    done
}

async fn bring_up_to_date(
    transaction: &Transaction<'_>,
    sessions: &Sessions,
) -> Result<(), StateError> {
    let (schema, address) = (&sessions.options.schema, &sessions.address);
    let told = |error: tokio_postgres::Error| Failure::of_asking(&error).told(address);
    let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
    let turn = format!("drydock/{schema}");
    transaction.query(lock, &[&turn]).await.map_err(told)?;
    let found = find(transaction, schema).await.map_err(told)?;
    if found.encoding != "UTF8" {
        return refuse(format!(
            "{address}: the database is encoded as {}, and names need UTF8: make another one with \
             createdb --encoding UTF8 --template template0",
            found.encoding
        ));
    }
    let newest = MIGRATIONS.len();
    let version = match version(transaction, &found).await {
        Ok(format) if format.version <= newest => format.version,
        Ok(Format {
            version,
            written_by,
        }) => {
            return refuse(format!(
                "{address}: the schema {schema} has format {version}, made by Drydock {written_by}; this one, {}, knows \
                 formats up to {newest}: use that version or a later one",
                env!("CARGO_PKG_VERSION")
            ));
        }
        Err(Unfit::Foreign) => {
            return refuse(format!(
                "{address}: the schema {schema} holds tables that Drydock did not make ({}): name another schema",
                found.tables.join(", ")
            ));
        }
        Err(Unfit::Forbidden) => {
            return refuse(format!(
                "{address}: the schema {schema} or its tables may not be read: let this user own it, with ALTER SCHEMA \
                 {schema} OWNER TO, or name another one"
            ));
        }
        Err(Unfit::Failed(error)) => return Err(told(error)),
    };
    if version == newest {
        return Ok(());
    }
    if !found.has_schema {
        let make = format!("CREATE SCHEMA \"{schema}\"");
        transaction.batch_execute(&make).await.map_err(|error| {
            if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
                StateError::Unavailable(format!(
                    "{address}: the schema {schema} is not there, and this user may not make it: have it made with \
                     CREATE SCHEMA {schema} AUTHORIZATION, or get the right by GRANT CREATE ON DATABASE"
                ))
            } else {
                told(error)
            }
        })?;
    }
    for migration in &MIGRATIONS[version..] {
        transaction.batch_execute(migration).await.map_err(told)?;
    }
    let write = "INSERT INTO format (product, version, written_by) VALUES ($1, $2, $3) \
                 ON CONFLICT (one) DO UPDATE SET version = excluded.version, written_by = excluded.written_by";
    let number = i32::try_from(newest).unwrap_or(i32::MAX);
    let values: super::sessions::Parameters<'_> = &[&PRODUCT, &number, &env!("CARGO_PKG_VERSION")];
    transaction.execute(write, values).await.map_err(told)?;
    Ok(())
}

struct Found {
    has_schema: bool,
    tables: Vec<String>,
    encoding: String,
    /// Whether what is in the schema can be seen.
    is_allowed: bool,
}

async fn find(transaction: &Transaction<'_>, schema: &str) -> Result<Found, tokio_postgres::Error> {
    let look = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1), \
                ARRAY(SELECT c.relname::text FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace \
                    WHERE s.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY c.relname), \
                current_setting('server_encoding'), \
                coalesce((SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = $1), true)";
    let row = transaction.query_one(look, &[&schema]).await?;
    Ok(Found {
        has_schema: row.try_get(0)?,
        tables: row.try_get(1)?,
        encoding: row.try_get(2)?,
        is_allowed: row.try_get(3)?,
    })
}

struct Format {
    version: usize,
    written_by: String,
}

enum Unfit {
    Foreign,
    Forbidden,
    Failed(tokio_postgres::Error),
}

async fn version(transaction: &Transaction<'_>, found: &Found) -> Result<Format, Unfit> {
    if !found.is_allowed {
        return Err(Unfit::Forbidden);
    }
    if found.tables.is_empty() {
        return Ok(Format {
            version: 0,
            written_by: String::new(),
        });
    }
    if !found.tables.iter().any(|table| table == "format") {
        return Err(Unfit::Foreign);
    }
    let read = "SELECT version, written_by, product FROM format";
    let rows = transaction
        .query(read, &[])
        .await
        .map_err(|error| match error.code() {
            Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Unfit::Forbidden,
            Some(&SqlState::UNDEFINED_TABLE | &SqlState::UNDEFINED_COLUMN) => Unfit::Foreign,
            _ => Unfit::Failed(error),
        })?;
    let [row] = rows.as_slice() else {
        return Err(Unfit::Foreign);
    };
    let (version, written_by, product) =
        (row.try_get(0), row.try_get(1), row.try_get::<_, String>(2));
    match (version, written_by, product) {
        (Ok::<i32, _>(version), Ok(written_by), Ok(product))
            if product == PRODUCT && version > 0 =>
        {
            Ok(Format {
                version: usize::try_from(version).unwrap_or(usize::MAX),
                written_by,
            })
        }
        _ => Err(Unfit::Foreign),
    }
}

fn refuse(reason: String) -> Result<(), StateError> {
    Err(StateError::Unavailable(reason))
}
