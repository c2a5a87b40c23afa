//! How long the simulated run of a site takes, and how much memory: what the executor itself costs.
//!
//! `simulate [NODES]`: deploys a generated site through the noop drivers on virtual time.

use drydock_benches::{SiteSpec, process, stages};
use drydock_core::{
    execute::{Policy, Run, Terms},
    testing::simulator::{Simulation, WorldTime},
};
use std::{
    env,
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

/// Nothing happens in a world of noop drivers.
struct NoTime;

impl WorldTime for NoTime {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn advance_to(&self, _now: Duration) {}

    fn next_timer(&self) -> Option<Duration> {
        None
    }
}

fn main() -> ExitCode {
    let nodes = env::args().nth(1).map_or(Ok(10_000), |nodes| nodes.parse());
    let measured = match nodes {
        Ok(nodes) => measure(SiteSpec::new(nodes)),
        Err(_) => Err("usage: simulate [NODES]".to_owned()),
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::from(2)
        }
    }
}

fn measure(spec: SiteSpec) -> Result<(), String> {
    spec.check().map_err(|error| error.to_string())?;
    let design = stages::design(stages::read(&spec.files()));
    let drivers = stages::drivers();
    let seen = stages::observe(&design.resolved, &drivers).map_err(|error| error.to_string())?;
    let plan = Arc::new(stages::plan(&design.resolved, &drivers, &seen).plan);
    let steps = plan.steps.len();

    let before = process::memory();
    let mut policy = Policy::default();
    policy.rack_power = 8;
    policy.domains = [("rack".into(), 20)].into();
    let terms = Terms::new(plan, policy).design(&design.resolved);
    let run = Run::resume(terms.clone(), &[], Duration::ZERO);
    let held = process::memory().saturating_sub(before);
    drop(run);

    let began = Instant::now();
    let time = Arc::new(NoTime);
    let ended = Simulation::new(design.resolved.clone(), Arc::new(drivers), terms, time).run()?;
    let took = began.elapsed();
    let mut out = io::stdout().lock();
    let written = writeln!(
        out,
        "{} nodes, {steps} steps: {:.2} s, {:.1} us a step, {} await points; {:.1} virtual minutes\n\
         a run holds {:.1} KiB a node beside its plan",
        spec.nodes,
        took.as_secs_f64(),
        took.as_secs_f64() * 1e6 / steps.max(1) as f64,
        ended.points,
        ended.took.as_secs_f64() / 60.0,
        held as f64 / 1024.0 / spec.nodes.max(1) as f64,
    );
    written.map_err(|error| error.to_string())?;
    match ended.outcome.is_success() && ended.violations.is_empty() {
        true => Ok(()),
        false => Err(format!("the run went wrong: {:?}", ended.violations)),
    }
}
