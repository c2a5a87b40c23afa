//! A database as a version left it: the migrations that it knew, and every row, as SQL.

use crate::{
    lab::Lab,
    releases::{OWNER, migrations},
};
use drydock_core::{execute::Journal, names::RunId, state::StateStore};
use drydock_store::{PostgresStore, portable::import};
use std::{io::Cursor, time::Duration};

/// One with nothing in it; none where there is no PostgreSQL, which is said.
pub(crate) async fn empty() -> Option<PostgresStore> {
    Some(Lab::new().await?.store().await)
}

/// The one that this SQL makes.
pub(crate) async fn opened(sql: &str) -> Option<PostgresStore> {
    let lab = Lab::new().await?;
    let make = format!("CREATE SCHEMA {}", lab.schema);
    lab.client.batch_execute(&make).await.unwrap();
    lab.sql(sql).await;
    Some(lab.store().await)
}

/// What this version makes of an export, as SQL. The run has been worked on there, too.
pub(crate) async fn written(export: &[u8], run: &RunId) -> String {
    let lab = Lab::new().await;
    let lab = lab.expect("PostgreSQL, for what is left to databases");
    let store = lab.store().await;
    import(&store, Cursor::new(export)).await.unwrap();
    let lease = Journal::of(run).lease();
    let short = Duration::from_millis(1);
    store.acquire(&lease, OWNER, short).await.unwrap();

    lab.sql("SET timezone TO 'UTC'").await;
    let tables =
        "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1";
    let mut sql = migrations().concat();
    for table in lab.client.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        // Some have rows from the beginning.
        sql += &format!("DELETE FROM \"{table}\";\n");
        let rows = format!("SELECT quote_literal(t::text) FROM \"{table}\" t ORDER BY t::text");
        for row in lab.client.query(&rows, &[]).await.unwrap() {
            let row: String = row.get(0);
            sql += &format!("INSERT INTO \"{table}\" SELECT ({row}::\"{table}\").*;\n");
        }
    }
    sql
}
