//! A rehearsal: the runs that a design would have, on virtual time and a simulated site, with everything going wrong that
//! can, under your policy.
//!
//! `rehearse [PATH...] [--seeds N] [--faults LIST] [--nodes SELECTOR] [--in-flight N] [--waves SIZE,...]
//! [--failure-budget SIZE] [--domain LABEL=N]... [--rack-power N] [--format text|json]`
//!
//! Without paths it rehearses the bundled site; `--faults list` lists what can go wrong. Exit 0 every run ended as
//! designed, 1 some nodes did not or something was done that must not be, 2 bad arguments.

use clap::Parser;
use drydock_core::{
    Design, Goal, Orchestrator, Policy, Selector,
    execute::{Size, Terms},
    testing::simulator::Simulation,
};
use drydock_examples::{
    FAILED, Failure, Format, OK, demo, findings, load, pretty, print,
    rehearsal::{
        faults::{self, Chosen},
        report::Report,
        why::Rehearsed,
    },
    say, verdict,
};
use drydock_noop::{Clock, Durations, SimulatedSite};
use std::{path::PathBuf, process::ExitCode, sync::Arc};

/// Rehearses the deployment of a site design.
#[derive(Debug, Parser)]
#[command(name = "rehearse")]
struct Arguments {
    /// Files and folders of YAML documents; the bundled site when there are none.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How many runs, each with faults of its own.
    #[arg(long, value_name = "N", default_value_t = 20)]
    seeds: u64,
    /// What goes wrong, such as `crash,lost-answer,disk-fails`; `list` lists them all. Some of them by default, by the seed.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    faults: Vec<String>,
    /// Which nodes, such as `role=compute,rack in (r1,r2)`.
    #[arg(long, value_name = "SELECTOR", default_value = "")]
    nodes: Selector,
    /// How many calls may be in flight.
    #[arg(long, value_name = "N")]
    in_flight: Option<usize>,
    /// How many nodes are taken at a time, such as `1,25%`; the last is repeated.
    #[arg(long, value_name = "SIZE", value_delimiter = ',')]
    waves: Vec<Size>,
    /// How many nodes may fail, such as `2` or `5%`, before no further one is begun.
    #[arg(long, value_name = "SIZE")]
    failure_budget: Option<Size>,
    /// How many nodes with one value of a label may be down at once, such as `zone=1`.
    #[arg(long, value_name = "LABEL=N", value_parser = domain)]
    domain: Vec<(String, usize)>,
    /// How many machines of a rack may be switched on at once.
    #[arg(long, value_name = "N", default_value_t = 0)]
    rack_power: usize,
    /// Text for people, or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

fn domain(text: &str) -> Result<(String, usize), String> {
    let parsed = text
        .split_once('=')
        .and_then(|(key, limit)| Some((key.to_owned(), limit.parse().ok()?)));
    parsed
        .filter(|(key, limit)| !key.is_empty() && *limit > 0)
        .ok_or_else(|| {
            format!("`{text}` is no failure domain; write a label and a number, such as `zone=1`")
        })
}

fn main() -> ExitCode {
    drydock_examples::main(run(Arguments::parse()))
}

async fn run(arguments: Arguments) -> Result<u8, Failure> {
    if arguments.faults == ["list"] {
        print(&faults::list());
        return Ok(OK);
    }
    let paths = match arguments.paths.is_empty() {
        true => demo::bundled(),
        false => arguments.paths.clone(),
    };
    let faults = faults::chosen(&arguments.faults).map_err(Failure::unusable)?;
    let design = load(&paths).await?;
    say(&findings(&design));
    if verdict(&design) != OK {
        return Ok(FAILED);
    }
    let mut report = Report::default();
    for seed in 0..arguments.seeds {
        rehearse(&arguments, &design, &faults, seed, &mut report).await?;
    }
    report.close();
    print(&match arguments.format {
        Format::Json => pretty(&report),
        Format::Text => report.text(),
    });
    Ok(if report.is_whole() { OK } else { FAILED })
}

async fn rehearse(
    arguments: &Arguments,
    design: &Design,
    faults: &Chosen,
    seed: u64,
    report: &mut Report,
) -> Result<(), Failure> {
    let at_site = faults.at_site(seed, &design.resolved);
    let clock = Clock::manual();
    // As long as real machines take: a deployment a quarter of an hour.
    let durations = Durations::default().scaled(600.0);
    let site = SimulatedSite::new(&design.resolved)
        .clock(clock.clone())
        .durations(durations)
        .closed_ports()
        .faults(at_site.clone());
    let drivers = demo::drivers(&site);
    let orchestrator = Orchestrator::new(drivers.clone());
    let plan = orchestrator.plan(design, Goal::Deploy, &arguments.nodes);
    let plan = Arc::new(plan.await.plan);
    let terms = Terms::new(plan.clone(), policy(arguments, seed)).design(&design.resolved);
    let (drivers, time) = (Arc::new(drivers), Arc::new(clock));
    let mut simulation = Simulation::new(design.resolved.clone(), drivers, terms, time);
    simulation.seed = seed;
    simulation.faults = faults.around(seed);
    simulation.keeps_events = true;
    let ended = simulation.run();
    let ended =
        ended.map_err(|why| Failure::new(FAILED, format!("seed {seed} does not end: {why}")))?;
    let rehearsed = Rehearsed {
        plan: &plan,
        ended: &ended,
        site: &site,
        faults: &at_site,
    };
    report.add(seed, &rehearsed);
    Ok(())
}

fn policy(arguments: &Arguments, seed: u64) -> Policy {
    let mut policy = Policy::default();
    policy.in_flight = arguments.in_flight.unwrap_or(policy.in_flight);
    policy.waves = arguments.waves.clone();
    policy.failure_budget = arguments.failure_budget;
    let domains = arguments.domain.iter();
    policy.domains = domains.map(|(key, limit)| (key.into(), *limit)).collect();
    policy.rack_power = arguments.rack_power;
    policy.seed = seed;
    policy
}
