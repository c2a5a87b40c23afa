//! How many records a second a PostgreSQL store takes, by how many write at the same time.
//!
//! `cargo bench -p drydock-store --features postgres --bench postgres [-- SECONDS]`
//!
//! Every record is a commit of its own, as a run makes it: under a lease, one entry of 120 bytes for the run's journal. The
//! cluster is the bench's own, on a unix socket, and waits for the disk; beside it stand two stores on it, and a cluster
//! that does not wait for the disk, the floor of what the database itself costs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr
)]

#[path = "../tests/cluster/mod.rs"]
mod cluster;

use cluster::{Cluster, Sync};
use drydock_core::state::{Batch, StateError, StateStore};
use drydock_store::{PostgresOptions, PostgresStore};
use std::{
    env,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

const WRITERS: [usize; 3] = [1, 16, 256];
const ENTRY: usize = 120;

fn main() {
    // Cargo gives `--bench` on top.
    let seconds = env::args().skip(1).find_map(|given| given.parse().ok());
    let time = Duration::from_secs(seconds.unwrap_or(5));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let Some(cluster) = Cluster::start(Sync::On) else {
        return;
    };
    let (url, quick) = (cluster.url(), Cluster::start(Sync::Off));
    println!(
        "{:>8}  {:>12}  {:>12}  {:>12}",
        "writers", "one store/s", "two stores/s", "fsync off/s"
    );
    for writers in WRITERS {
        let one = runtime.block_on(rate(&url, 1, writers, time));
        // One writer writes at one store.
        let two = match writers {
            1 => "-".into(),
            _ => format!("{:.0}", runtime.block_on(rate(&url, 2, writers, time))),
        };
        let quick = quick.as_ref().map(Cluster::url).unwrap_or_default();
        let quick = runtime.block_on(rate(&quick, 1, writers, time));
        println!("{writers:>8}  {one:>12.0}  {two:>12}  {quick:>12.0}");
    }
    runtime.block_on(reading(&url));
}

async fn store(url: &str) -> PostgresStore {
    PostgresStore::connect_with(url, PostgresOptions::default())
        .await
        .unwrap()
}

/// Records a second, of so many writers with a journal each, at so many stores.
async fn rate(url: &str, stores: usize, writers: usize, time: Duration) -> f64 {
    let mut handles = Vec::new();
    for _ in 0..stores {
        handles.push(store(url).await);
    }
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    for writer in 0..writers {
        let store = handles[writer % stores].clone();
        tasks.spawn(async move {
            let name = format!("run/{stores}/{writers}/{writer}");
            let lease = store
                .acquire(&name, "bench", Duration::from_secs(3600))
                .await?;
            let mut records = 0_u32;
            while began.elapsed() < time {
                let batch = Batch::new().under(&lease).append(&*name, entry(records));
                store.commit(batch).await?;
                records += 1;
            }
            Ok::<_, StateError>(records)
        });
    }
    let mut records = 0;
    while let Some(done) = tasks.join_next().await {
        records += done.unwrap().unwrap();
    }
    f64::from(records) / began.elapsed().as_secs_f64()
}

async fn reading(url: &str) {
    let store = store(url).await;
    let thousand = (0..1000).fold(Batch::new(), |batch, n| batch.append("long", entry(n)));
    let began = Instant::now();
    for _ in 0..100 {
        store.commit(thousand.clone()).await.unwrap();
    }
    println!(
        "by the thousand in one commit: {:.0}/s",
        100_000.0 / began.elapsed().as_secs_f64()
    );
    let began = Instant::now();
    let again = PostgresStore::connect(url).await.unwrap();
    let connected = began.elapsed();
    let entries = again.read_journal("long", 0).await.unwrap();
    let read = began.elapsed() - connected;
    println!(
        "connected in {connected:.0?}, {} entries read in {read:.0?}",
        entries.len()
    );
}

fn entry(n: u32) -> Vec<u8> {
    let mut entry = format!("{{\"step\":{n},\"fact\":\"started\"}}").into_bytes();
    entry.resize(ENTRY, b' ');
    entry
}
