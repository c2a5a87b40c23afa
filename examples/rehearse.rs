//! A rehearsal: the runs that a design would have, on virtual time and a simulated site, with everything going wrong that
//! can, under your policy.
//!
//! `rehearse [PATH...] [--seeds N] [--faults LIST] [--nodes SELECTOR] [--in-flight N] [--waves SIZE,...]
//! [--failure-budget SIZE] [--domain LABEL=N]... [--rack-power N] [--format text|json]`
//!
//! Without paths it rehearses the bundled site. Exit 0 every run ended as designed, 1 some nodes did not or something was
//! done that must not be, 2 bad arguments.

use clap::Parser;
use drydock_core::{
    Design, Goal, Orchestrator, Plan, Policy, Selector,
    event::{Event, EventKind},
    execute::{Size, Terms},
    testing::simulator::{Ended, Fault, Simulation},
};
use drydock_examples::{
    FAILED, Failure, Format, OK, demo, findings, load, pretty, print, say, verdict,
};
use drydock_noop::{Clock, Durations, Faults, SimulatedSite};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

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
    /// What goes wrong, such as `crash,lost-answer`; `machines` are faults of machines, `none` is nothing. All by default.
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

/// What came of all the runs.
#[derive(Debug, Default, Serialize)]
struct Report {
    runs: u64,
    /// Runs after which the site was as designed.
    as_designed: u64,
    /// How long runs took, in seconds of virtual time: the shortest, the median and the longest.
    seconds: [u64; 3],
    /// How often each fault was met.
    faults: BTreeMap<String, u64>,
    /// Why steps failed or were skipped, and how often.
    reasons: BTreeMap<String, u64>,
    /// The first seed that did not end as designed.
    first_seed: Option<u64>,
    /// What must not happen and did.
    violations: Vec<String>,
    /// For each action how often it was taken, and in seconds the median and the longest.
    actions: BTreeMap<String, (usize, u64, u64)>,
}

async fn run(arguments: Arguments) -> Result<u8, Failure> {
    let paths = match arguments.paths.is_empty() {
        true => demo::bundled(),
        false => arguments.paths.clone(),
    };
    let (faults, of_machines) = faults(&arguments.faults)?;
    let design = load(&paths).await?;
    say(&findings(&design));
    if verdict(&design) != OK {
        return Ok(FAILED);
    }
    let (mut report, mut took) = (Report::default(), Vec::new());
    let mut spans: BTreeMap<String, Vec<Duration>> = BTreeMap::new();
    for seed in 0..arguments.seeds {
        let (site, plan, ended) = rehearse(&arguments, &design, &faults, of_machines, seed).await?;
        for (action, span) in actions(&ended.events) {
            spans.entry(action).or_default().push(span);
        }
        took.push(ended.took.as_secs());
        let is_whole = ended.outcome.is_success()
            && ended.violations.is_empty()
            && site.violations().is_empty();
        report.runs += 1;
        report.as_designed += u64::from(is_whole);
        if !is_whole {
            report.first_seed.get_or_insert(seed);
        }
        for (fault, times) in &ended.met {
            *report.faults.entry(fault.to_string()).or_default() += times;
        }
        for (step, reason) in ended.outcome.failed.iter().chain(&ended.outcome.skipped) {
            let action = plan.steps[step.index()].action.to_string();
            *report
                .reasons
                .entry(format!("{action}: {reason}"))
                .or_default() += 1;
        }
        report.violations.extend(ended.violations);
        report
            .violations
            .extend(site.violations().iter().map(ToString::to_string));
    }
    took.sort_unstable();
    let at = |n: usize| took.get(n).copied().unwrap_or_default();
    report.seconds = [at(0), at(took.len() / 2), at(took.len().saturating_sub(1))];
    for (action, mut spans) in spans {
        spans.sort_unstable();
        let median = spans.get(spans.len() / 2).map_or(0, Duration::as_secs);
        let longest = spans.last().map_or(0, Duration::as_secs);
        report
            .actions
            .insert(action, (spans.len(), median, longest));
    }
    print(&match arguments.format {
        Format::Json => pretty(&report),
        Format::Text => text(&report),
    });
    Ok(if report.as_designed == report.runs {
        OK
    } else {
        FAILED
    })
}

fn faults(names: &[String]) -> Result<(BTreeSet<Fault>, bool), Failure> {
    if names.is_empty() {
        return Ok((Fault::ALL.into(), true));
    }
    let orchestrators = names
        .iter()
        .filter(|name| !matches!(name.as_str(), "machines" | "none"));
    let faults = orchestrators.map(|name| name.parse::<Fault>());
    let faults: BTreeSet<Fault> = faults
        .collect::<Result<_, _>>()
        .map_err(Failure::unusable)?;
    Ok((faults, names.iter().any(|name| name == "machines")))
}

async fn rehearse(
    arguments: &Arguments,
    design: &Design,
    faults: &BTreeSet<Fault>,
    of_machines: bool,
    seed: u64,
) -> Result<(SimulatedSite, Arc<Plan>, Ended), Failure> {
    let of_machines = match of_machines {
        true => Faults::from_seed(seed, &design.resolved),
        false => Faults::none(),
    };
    let clock = Clock::manual();
    // As long as real machines take: a deployment a quarter of an hour.
    let durations = Durations::default().scaled(600.0);
    let site = SimulatedSite::new(&design.resolved)
        .clock(clock.clone())
        .durations(durations)
        .faults(of_machines);
    let drivers = demo::drivers(&site);
    let orchestrator = Orchestrator::new(drivers.clone());
    let plan = Arc::new(
        orchestrator
            .plan(design, Goal::Deploy, &arguments.nodes)
            .await
            .plan,
    );
    let mut policy = Policy::default();
    policy.in_flight = arguments.in_flight.unwrap_or(policy.in_flight);
    policy.waves = arguments.waves.clone();
    policy.failure_budget = arguments.failure_budget;
    policy.domains = arguments
        .domain
        .iter()
        .map(|(key, limit)| (key.into(), *limit))
        .collect();
    policy.rack_power = arguments.rack_power;
    policy.seed = seed;
    let terms = Terms::new(plan.clone(), policy).design(&design.resolved);
    let time = Arc::new(clock);
    let mut simulation = Simulation::new(design.resolved.clone(), Arc::new(drivers), terms, time);
    simulation.seed = seed;
    simulation.faults = faults.clone();
    simulation.keeps_events = true;
    let ended = simulation.run();
    let ended =
        ended.map_err(|why| Failure::new(FAILED, format!("seed {seed} does not end: {why}")))?;
    Ok((site, plan, ended))
}

/// How long each step took from its first call.
fn actions(events: &[Event]) -> Vec<(String, Duration)> {
    let (mut began, mut spans) = (BTreeMap::new(), Vec::new());
    for event in events {
        match &event.kind {
            EventKind::StepStarted { name, .. } => drop(began.entry(name.step).or_insert(event.at)),
            EventKind::StepDone { name } => {
                let began = began.get(&name.step).copied().unwrap_or(event.at);
                spans.push((name.action.to_string(), event.at.saturating_sub(began)));
            }
            _ => {}
        }
    }
    spans
}

fn text(report: &Report) -> String {
    let [shortest, median, longest] = report
        .seconds
        .map(|seconds| format!("{}:{:02}", seconds / 60, seconds % 60));
    let mut text = format!(
        "{} of {} runs ended as designed. They took {shortest} to {longest} minutes, in the median {median}.\n",
        report.as_designed, report.runs
    );
    let mut table = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            text.push_str(&format!("\n{title}\n  {}\n", lines.join("\n  ")));
        }
    };
    let lines = |counts: &BTreeMap<String, u64>| {
        counts
            .iter()
            .map(|(what, n)| format!("{n:>6}  {what}"))
            .collect()
    };
    table("What went wrong, and how often:", lines(&report.faults));
    let actions = report.actions.iter();
    let actions = actions.map(|(action, (n, median, longest))| {
        format!("{n:>6}  {median:>6} s  {longest:>6} s  {action}")
    });
    table(
        "Where the time went (how often, median, longest):",
        actions.collect(),
    );
    table("Why steps failed or were skipped:", lines(&report.reasons));
    table("What must not happen and did:", report.violations.clone());
    if let Some(seed) = report.first_seed {
        text.push_str(&format!(
            "\nThe first run that did not end as designed has the seed {seed}.\n"
        ));
    }
    text
}
