//! How long each stage takes beside the bare parser on the same bytes, in wall and processor time, and how much memory the
//! whole takes.
//!
//! `measure [NODES] [--no-plan]`
//!
//! First once through all stages, a file of the site in memory at a time, as from a folder: that gives the memory. Then
//! five rounds of every stage and the floor, one after the other; shown are the median of the times and the median of the
//! rounds' ratios. Last one-leaf edits of a site that is kept.

use drydock_benches::{SiteFile, SiteSpec, process, stages};
use drydock_core::{Site, resolve::Changes, validate::RuleSet};
use std::{
    env, fmt, hint,
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};

const ROUNDS: usize = 5;
const EDITS: usize = 201;

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
            .and_then(|()| edits(spec))
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
        writeln!(out, "{stage:20} {:7.1} {:6.1}", over(resident), over(peak))
    };
    line("read")?;
    let design = stages::design(snapshot);
    line("resolve, validate")?;
    if plan {
        let drivers = stages::drivers();
        let seen = stages::observe(&design.resolved, &drivers)?;
        let planned = stages::plan(&design.resolved, &drivers, &seen);
        line("plan")?;
        hint::black_box(planned);
    }
    writeln!(out, "{} diagnostics\n", design.diagnostics.len())
}

/// Wall and processor seconds of each round.
#[derive(Default)]
struct Stage {
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

impl Stage {
    fn run<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (began, cpu) = (Instant::now(), process::cpu());
        let result = hint::black_box(work());
        self.wall.push(began.elapsed().as_secs_f64());
        self.cpu.push(process::cpu() - cpu);
        result
    }
}

/// The median over rounds of one time over that of the floor.
fn over(times: &[f64], floor: &[f64]) -> f64 {
    let ratios = times.iter().zip(floor).map(|(time, floor)| time / floor);
    median(ratios.collect())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What is timed.
#[derive(Default)]
struct Times {
    events: Stage,
    busy: Stage,
    read: Stage,
    resolve: Stage,
    validate: Stage,
    whole: Stage,
    plan: Stage,
    picture: Stage,
    free: Stage,
}

impl Times {
    fn round(&mut self, files: &[SiteFile], plan: bool) -> io::Result<()> {
        self.events.run(|| stages::events(files));
        self.busy.run(|| stages::events_on_all_cores(files));
        let snapshot = self.read.run(|| stages::read(files));
        let resolved = self.resolve.run(|| stages::resolve(&snapshot));
        let rules = RuleSet::standard();
        let found = self.validate.run(|| rules.validate(&resolved.design));
        if plan {
            let drivers = stages::drivers();
            let seen = stages::observe(&resolved.design, &drivers)?;
            let planned = self
                .plan
                .run(|| stages::plan(&resolved.design, &drivers, &seen));
            let shown = planned.plan.display().by_rack(&resolved.design);
            self.picture.run(|| shown.svg());
        }
        self.free.run(|| drop((snapshot, resolved, found)));
        let design = self.whole.run(|| stages::design(stages::read(files)));
        drop(design);
        Ok(())
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounds = format!("median of {ROUNDS}");
        writeln!(f, "{rounds:18} seconds   wall over floor   CPU over floor")?;
        for (name, stage) in [
            ("events (floor)", &self.events),
            ("on all cores", &self.busy),
            ("read", &self.read),
            ("resolve", &self.resolve),
            ("validate", &self.validate),
            ("read to validate", &self.whole),
            ("plan", &self.plan),
            ("plan as SVG", &self.picture),
            ("free everything", &self.free),
        ] {
            if !stage.wall.is_empty() {
                let (wall, cpu) = (&stage.wall, &stage.cpu);
                let (seconds, wall) = (median(wall.clone()), over(wall, &self.events.wall));
                let cpu = over(cpu, &self.events.wall);
                writeln!(f, "{name:16} {seconds:9.4} {wall:17.2} {cpu:16.2}")?;
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
    writeln!(out, "{times}")
}

/// One leaf of one node changes, again and again, in a site that is kept.
fn edits(spec: SiteSpec) -> io::Result<()> {
    let mut site = Site::new(Arc::new(RuleSet::standard()));
    site.update(Changes::all(stages::read(&spec.files())));
    let name = site.design().resolved.nodes.keys().next().cloned();
    let name = name.unwrap_or_default();
    let mut stage = Stage::default();
    for n in 0..EDITS {
        let document = stages::edited(&site.design().resolved, &name, &format!("s{n}"));
        let Some(document) = document else { break };
        let update = stage.run(|| site.update(Changes::new().put(document)));
        assert_eq!((update.resolved.len(), update.judged), (1, 1));
    }
    let mut out = io::stdout().lock();
    let milliseconds = median(stage.wall) * 1000.0;
    writeln!(
        out,
        "an edit of one leaf: {milliseconds:.2} ms (median of {EDITS})"
    )
}
