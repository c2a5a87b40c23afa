//! How many records a second a store takes, by how many write at the same time, and how long reading a long journal takes.
//!
//! `store [RECORDS] [--folder DIR]`
//!
//! Every record is a commit of its own, as a run makes it: under a lease, one entry of 120 bytes for the run's journal. The
//! store in memory is the floor: what a commit costs without a disk. The file is in the folder, which should be on the disk
//! that is meant; without it, in the one of temporary files.

use drydock_core::state::{Batch, MemoryStore, StateError, StateStore};
use drydock_store::RedbStore;
use std::{
    env, fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{runtime::Runtime, task::JoinSet};

const USAGE: &str = "usage: store [RECORDS] [--folder DIR]";
const WRITERS: [usize; 3] = [1, 16, 256];
const ENTRY: usize = 120;

fn main() -> ExitCode {
    let measured = arguments().and_then(|(records, folder)| measure(records, folder));
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::from(2)
        }
    }
}

fn arguments() -> Result<(usize, PathBuf), String> {
    let (mut records, mut folder) = (100_000, env::temp_dir());
    let mut given = env::args().skip(1);
    while let Some(argument) = given.next() {
        match &*argument {
            "--folder" => folder = PathBuf::from(given.next().ok_or(USAGE)?),
            number => records = number.parse().map_err(|_| USAGE)?,
        }
    }
    Ok((records, folder))
}

fn measure(records: usize, folder: PathBuf) -> Result<(), String> {
    let folder = folder.join(format!("drydock-bench-{}", std::process::id()));
    fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let done = in_folder(records, &folder).map_err(|error| error.to_string());
    let _ = fs::remove_dir_all(&folder);
    done
}

fn in_folder(records: usize, folder: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{:>8}  {:>12}  {:>12}",
        "writers", "memory/s", "file/s"
    )?;
    for writers in WRITERS {
        // One alone waits for the disk each time.
        let records = records.min(records / 50 * writers);
        let memory = runtime.block_on(write(Arc::new(MemoryStore::new()), writers, records))?;
        let path = folder.join(format!("{writers}.redb"));
        let file = runtime.block_on(write(Arc::new(RedbStore::open(path)?), writers, records))?;
        writeln!(out, "{writers:>8}  {memory:>12.0}  {file:>12.0}")?;
    }
    let path = folder.join("long.redb");
    let batch = (0..1000).fold(Batch::new(), |batch, n| {
        batch.append("run/1/journal", entry(n))
    });
    let began = Instant::now();
    let store = RedbStore::open(&path)?;
    for _ in 0..records / 1000 {
        runtime.block_on(store.commit(batch.clone()))?;
    }
    let rate = records as f64 / began.elapsed().as_secs_f64();
    writeln!(out, "by the thousand in one commit: {rate:.0}/s")?;
    drop(store);
    let size = fs::metadata(&path)?.len();
    reading(&runtime, &path, "closed in order", &mut out)?;
    // A copy of a file that is open is what a process leaves that is killed.
    let killed = folder.join("killed.redb");
    let store = RedbStore::open(&path)?;
    runtime.block_on(store.commit(Batch::new().put("last", "x")))?;
    fs::copy(&path, &killed)?;
    drop(store);
    reading(&runtime, &killed, "after a kill", &mut out)?;
    writeln!(
        out,
        "{} bytes in the file a record",
        size / records.max(1) as u64
    )?;
    Ok(())
}

fn reading(
    runtime: &Runtime,
    path: &std::path::Path,
    how: &str,
    out: &mut impl Write,
) -> Result<(), Box<dyn std::error::Error>> {
    let began = Instant::now();
    let store = RedbStore::open(path)?;
    let opened = began.elapsed();
    let entries = runtime.block_on(store.read_journal("run/1/journal", 0))?;
    let read = began.elapsed() - opened;
    writeln!(
        out,
        "{how}: opened in {opened:.0?}, {} entries read in {read:.0?}",
        entries.len()
    )?;
    Ok(())
}

/// Records a second, of so many writers with a journal each.
async fn write(
    store: Arc<dyn StateStore>,
    writers: usize,
    records: usize,
) -> Result<f64, Box<dyn std::error::Error>> {
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for writer in 0..writers {
        let store = store.clone();
        tasks.spawn(async move {
            let hour = Duration::from_secs(3600);
            let lease = store
                .acquire(&format!("run/{writer}"), "bench", hour)
                .await?;
            let journal = format!("run/{writer}/journal");
            for n in 0..records / writers {
                let batch = Batch::new().under(&lease).append(&*journal, entry(n));
                store.commit(batch).await?;
            }
            Ok::<(), StateError>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok((records / writers * writers) as f64 / began.elapsed().as_secs_f64())
}

fn entry(n: usize) -> Vec<u8> {
    let mut entry = format!("{{\"step\":{n},\"fact\":\"started\"}}").into_bytes();
    entry.resize(ENTRY, b' ');
    entry
}
