//! A schema of a test's own on the shared cluster, a connection beside the store, and a clock that can be pushed.

use crate::cluster::{self, Cluster};
use drydock_store::{PostgresOptions, PostgresStore};
use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use tokio_postgres::{Client, NoTls};

pub(crate) struct Lab {
    pub(crate) cluster: &'static Cluster,
    pub(crate) schema: String,
    pub(crate) client: Client,
}

impl Lab {
    /// None where there is no PostgreSQL.
    pub(crate) async fn new() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let cluster = cluster::shared()?;
        let schema = format!("lab_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let client = connect(&cluster.url()).await;
        Some(Self {
            cluster,
            schema,
            client,
        })
    }

    pub(crate) fn options(&self) -> PostgresOptions {
        PostgresOptions::default()
            .schema(&*self.schema)
            .connections(4)
            .patience(Duration::from_secs(20))
    }

    pub(crate) async fn store(&self) -> PostgresStore {
        PostgresStore::connect_with(&self.cluster.url(), self.options())
            .await
            .unwrap()
    }

    /// Runs SQL in the lab's schema.
    pub(crate) async fn sql(&self, sql: &str) {
        let sql = format!("SET search_path TO {}; {sql}", self.schema);
        self.client.batch_execute(&sql).await.unwrap();
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.client.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// As far as leases can tell, this much time passes.
    pub(crate) async fn pass(&self, time: Duration) {
        let schema = &self.schema;
        let seconds = time.as_secs_f64();
        let sql =
            format!("UPDATE {schema}.leases SET ends = ends - make_interval(secs => {seconds})");
        self.client.batch_execute(&sql).await.unwrap();
    }
}

pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Asks until it is so.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("never: {what}");
}
