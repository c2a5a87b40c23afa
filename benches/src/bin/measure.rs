//! How long each stage takes beside the bare parser on the same bytes, and how much memory the whole takes.
//!
//! `measure [NODES] [--no-plan]`
//!
//! First once through all stages, a file of the site in memory at a time, as from a folder: that gives the memory. Then
//! five rounds of every stage and the floor, one after the other; shown are the median of the times and the median of the
//! rounds' ratios.

use drydock_benches::{SiteFile, SiteSpec, process, stages};
use drydock_core::validate::RuleSet;
use std::{
    env, fmt, hint,
    io::{self, Write},
    process::ExitCode,
    time::Instant,
};

const ROUNDS: usize = 5;

fn main() -> ExitCode {
    let (mut nodes, mut plan) = (Ok(1_000), true);
    for argument in env::args().skip(1) {
        match &*argument {
            "--no-plan" => plan = false,
            number => nodes = number.parse(),
        }
    }
    let usage = |_| "usage: measure [NODES] [--no-plan]".to_owned();
    let spec = nodes.map_err(usage).map(SiteSpec::new);
    let measured = spec.and_then(|spec| spec.check().map(|()| spec));
    let measured = measured.and_then(|spec| {
        memory(spec, plan)
            .and_then(|()| time(spec, plan))
            .map_err(|error| error.to_string())
    });
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::from(2)
        }
    }
}

/// Goes once through the stages and prints what was resident after each.
fn memory(spec: SiteSpec, plan: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut bytes = 0;
    let mut snapshot = Default::default();
    let before = process::memory();
    for file in spec.each_file() {
        stages::read_into(&mut snapshot, &file);
        bytes += stages::bytes(&[file]);
    }
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    let documents = snapshot.documents.len();
    writeln!(
        out,
        "{} nodes, {documents} documents, {mebibytes:.1} MiB\n",
        spec.nodes
    )?;
    writeln!(
        out,
        "memory over input   resident   peak   (of the process, {} MiB before)",
        before >> 20
    )?;
    let mut line = |stage: &str| {
        let (resident, peak) = (process::memory(), process::peak_memory());
        let over = |memory: u64| memory as f64 / bytes as f64;
        writeln!(out, "{stage:18} {:9.1} {:6.1}", over(resident), over(peak))
    };
    line("read")?;
    let resolved = stages::resolve(&snapshot);
    line("resolve")?;
    // The result is self-contained: what was read is not needed any more.
    drop(snapshot);
    line("(snapshot dropped)")?;
    let found = RuleSet::standard().validate(&resolved.design);
    line("validate")?;
    if plan {
        let drivers = stages::drivers();
        let seen = stages::observe(&resolved.design, &drivers)?;
        let planned = stages::plan(&resolved.design, &drivers, &seen);
        line("plan")?;
        hint::black_box(planned);
    }
    let diagnostics = resolved.diagnostics.len() + found.len();
    writeln!(out, "{diagnostics} diagnostics\n")
}

/// The wall seconds of each round.
#[derive(Default)]
struct Stage(Vec<f64>);

impl Stage {
    fn run<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = hint::black_box(work());
        self.0.push(began.elapsed().as_secs_f64());
        result
    }

    fn over(&self, floor: &Stage) -> Stage {
        Stage(
            self.0
                .iter()
                .zip(&floor.0)
                .map(|(time, floor)| time / floor)
                .collect(),
        )
    }

    fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// What is timed.
#[derive(Default)]
struct Times {
    events: Stage,
    read: Stage,
    resolve: Stage,
    validate: Stage,
    plan: Stage,
    free: Stage,
}

impl Times {
    fn round(&mut self, files: &[SiteFile], plan: bool) -> io::Result<()> {
        self.events.run(|| stages::events(files));
        let snapshot = self.read.run(|| stages::read(files));
        let resolved = self.resolve.run(|| stages::resolve(&snapshot));
        let rules = RuleSet::standard();
        let found = self.validate.run(|| rules.validate(&resolved.design));
        if plan {
            let drivers = stages::drivers();
            let seen = stages::observe(&resolved.design, &drivers)?;
            self.plan
                .run(|| stages::plan(&resolved.design, &drivers, &seen));
        }
        self.free.run(|| drop((snapshot, resolved, found)));
        Ok(())
    }

    /// Read, resolve and validate of each round.
    fn checked(&self) -> Stage {
        let rest = self.resolve.0.iter().zip(&self.validate.0);
        let sum = |(read, (resolve, validate))| read + resolve + validate;
        Stage(self.read.0.iter().zip(rest).map(sum).collect())
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "median of {ROUNDS}      seconds   over events")?;
        let checked = self.checked();
        for (name, stage) in [
            ("events (floor)", &self.events),
            ("read", &self.read),
            ("resolve", &self.resolve),
            ("validate", &self.validate),
            ("read to validate", &checked),
            ("plan", &self.plan),
            ("free everything", &self.free),
        ] {
            if !stage.0.is_empty() {
                let ratio = stage.over(&self.events).median();
                writeln!(f, "{name:16} {:9.4} {ratio:13.2}", stage.median())?;
            }
        }
        Ok(())
    }
}

fn time(spec: SiteSpec, plan: bool) -> io::Result<()> {
    let files = spec.files();
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        times.round(&files, plan)?;
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{} events", stages::events(&files))?;
    write!(out, "{times}")
}
