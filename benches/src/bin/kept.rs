//! What keeping a design costs beside resolving it, and how soon a run is gone on with.
//!
//! `kept [NODES] [--folder DIR]`
//!
//! Each round resolves a site and keeps it, in memory and in a new file; then one leaf is edited and kept again; then the
//! design is recalled and resolved from the file. Shown are medians, and ratios to resolving. Last a run of the whole
//! site with drivers that do nothing is cut off midway, and gone on with from the file: shown is the time from opening
//! the file until the run begins, with its plan and its design read, resolved and checked.

use drydock_benches::{SiteSpec, stages};
use drydock_core::{
    ApplyOptions, Approval, Design, Drivers, Goal, MemorySource, Orchestrator, Selector,
    event::{Event, EventKind},
    names::RunId,
    state::{MemoryStore, StateStore},
};
use drydock_store::RedbStore;
use std::{
    env,
    error::Error,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

const USAGE: &str = "usage: kept [NODES] [--folder DIR]";
const ROUNDS: usize = 5;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match arguments().and_then(|(nodes, folder)| in_folder(nodes, &folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn arguments() -> Outcome<(usize, PathBuf)> {
    let (mut nodes, mut folder) = (1_000, env::temp_dir());
    let mut given = env::args().skip(1);
    while let Some(argument) = given.next() {
        match &*argument {
            "--folder" => folder = PathBuf::from(given.next().ok_or(USAGE)?),
            number => nodes = number.parse().map_err(|_| USAGE)?,
        }
    }
    Ok((nodes, folder))
}

fn in_folder(nodes: usize, folder: &Path) -> Outcome<()> {
    let spec = SiteSpec::new(nodes);
    spec.check()?;
    let folder = folder.join(format!("drydock-kept-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let measured = runtime.block_on(measure(spec, &folder));
    fs::remove_dir_all(&folder)?;
    measured
}

#[derive(Default)]
struct Times {
    resolve: Vec<f64>,
    memory: Vec<f64>,
    file: Vec<f64>,
    unchanged: Vec<f64>,
    edited: Vec<f64>,
    recalled: Vec<f64>,
}

async fn timed<T>(times: &mut Vec<f64>, work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let result = work.await;
    times.push(began.elapsed().as_secs_f64());
    result
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// An orchestrator whose only source holds these texts.
fn reader(files: &[(String, String)], drivers: Drivers, store: impl StateStore) -> Orchestrator {
    let source = files
        .iter()
        .fold(MemorySource::new("site"), |source, (name, text)| {
            source.text(name.clone(), text.as_str())
        });
    Orchestrator::new(drivers).source(source).store(store)
}

async fn measure(spec: SiteSpec, folder: &Path) -> Outcome<()> {
    let files: Vec<(String, String)> = spec
        .files()
        .into_iter()
        .map(|(name, text)| (name.to_string(), text.to_string()))
        .collect();
    let mut edited = files.clone();
    if let Some((_, text)) = edited
        .iter_mut()
        .find(|(_, text)| text.contains("serial: "))
    {
        *text = text.replacen("serial: ", "serial: X", 1);
    }
    let mut times = Times::default();
    let (mut bytes, mut bytes_edited) = (0, 0);
    for round in 0..ROUNDS {
        let snapshot = stages::read(&spec.files());
        let resolved = timed(&mut times.resolve, async { stages::resolve(&snapshot) }).await;
        drop((resolved, snapshot));
        let ingested = |to: &'static str| format!("{to} {round}");
        let memory = reader(&files, stages::drivers(), MemoryStore::new());
        times.memory.push(keeping(&memory).await?.0);
        let path = folder.join(ingested("store"));
        let store = RedbStore::open(&path)?;
        let file = reader(&files, stages::drivers(), store.clone());
        let (took, wrote) = keeping(&file).await?;
        times.file.push(took);
        bytes = wrote;
        times.unchanged.push(keeping(&file).await?.0);
        let (took, wrote) = keeping(&reader(&edited, stages::drivers(), store.clone())).await?;
        times.edited.push(took);
        bytes_edited = wrote;
        let which = drydock_core::revision::Which::Latest;
        let (_, design) = timed(&mut times.recalled, file.design(which)).await?;
        drop(design);
    }
    let mut out = io::stdout().lock();
    let input: usize = files.iter().map(|(_, text)| text.len()).sum();
    writeln!(out, "{} nodes, {:.1} MiB\n", spec.nodes, mebibytes(input))?;
    writeln!(
        out,
        "median of {ROUNDS}                  seconds   over resolving"
    )?;
    let floor = median(&times.resolve);
    for (name, of) in [
        ("resolve", &times.resolve),
        ("keep, in memory", &times.memory),
        ("keep, in a file", &times.file),
        ("keep what is unchanged", &times.unchanged),
        ("keep an edit of one leaf", &times.edited),
        ("recall, resolve, validate", &times.recalled),
    ] {
        writeln!(
            out,
            "{name:26} {:9.4} {:16.2}",
            median(of),
            median(of) / floor
        )?;
    }
    let (all, edit) = (mebibytes(bytes), bytes_edited as f64 / 1024.0);
    writeln!(
        out,
        "\nkept: {all:.1} MiB; an edit of one leaf: {edit:.1} KiB"
    )?;
    let (first, steps, done) = resumed(&files, &folder.join("run")).await?;
    writeln!(
        out,
        "a run of {steps} steps, cut off after {done}, begins again after {first:.3} s"
    )?;
    Ok(())
}

fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// How long keeping took on top of loading the same, and how many bytes it wrote.
async fn keeping(orchestrator: &Orchestrator) -> Outcome<(f64, usize)> {
    let began = Instant::now();
    let loaded: Design = orchestrator.load().await?;
    let loading = began.elapsed().as_secs_f64();
    drop(loaded);
    let began = Instant::now();
    let ingested = orchestrator.ingest().await?;
    let took = began.elapsed().as_secs_f64() - loading;
    Ok((took.max(0.0), ingested.bytes))
}

/// How long it takes from opening the file until a run that was cut off begins again, and how far it had come.
async fn resumed(files: &[(String, String)], path: &Path) -> Outcome<(f64, usize, usize)> {
    let run = RunId::from("r");
    // The world is what these drivers remember, and it outlives the run that is cut off.
    let drivers = stages::drivers();
    let done = Arc::new(AtomicUsize::new(0));
    let steps = {
        let counted = done.clone();
        let store = RedbStore::open(path)?;
        let orchestrator = reader(files, drivers.clone(), store).sink(move |event: &Event| {
            if matches!(event.kind, EventKind::StepDone { .. }) {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        let design = orchestrator.ingest().await?.design;
        let everything = Selector::everything();
        let plan = orchestrator
            .plan(&design, Goal::Deploy, &everything)
            .await
            .plan;
        let (steps, run) = (plan.steps.len(), run.clone());
        let begun = tokio::spawn(async move {
            orchestrator
                .apply(&design, &plan, run, &Approval::All, None)
                .await
        });
        while done.load(Ordering::Relaxed) < steps / 2 && !begun.is_finished() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        begun.abort();
        if let Ok(ended) = begun.await {
            return Err(format!("the run ended before it was cut off: {ended:?}").into());
        }
        steps
    };
    let (began, begins) = (Instant::now(), Arc::new(OnceLock::new()));
    let told = begins.clone();
    let store = RedbStore::open(path)?;
    let orchestrator = Orchestrator::new(drivers).store(store);
    let orchestrator = orchestrator.sink(move |event: &Event| {
        if matches!(event.kind, EventKind::RunStarted { .. }) {
            let _ = told.set(began.elapsed().as_secs_f64());
        }
    });
    let outcome = orchestrator
        .resume(&run, ApplyOptions::new(Approval::None))
        .await?;
    if !outcome.is_success() {
        return Err(format!("the run was not finished: {:?}", outcome.failed.first()).into());
    }
    let first = begins.get().copied().ok_or("the run told no beginning")?;
    Ok((first, steps, done.load(Ordering::Relaxed)))
}
