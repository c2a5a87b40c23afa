//! How what some work takes grows with the number of things it is about: few and many side by side, in one run. Each of
//! these took minutes once, or would with one careless line: where something is compared with everything.
//!
//! `growth`: a ratio a line. It ends with 1 where one of them is nearer to the square of the things than to their number.

use drydock_benches::{SiteFile, SiteSpec, stages};
use drydock_core::{
    driver::{Context, NetworkAction, NetworkTarget, Progress, ServerAction},
    resolve::ResolvedNode,
    validate::RuleSet,
};
use drydock_noop::{Clock, Durations, SimulatedSite};
use std::{
    error::Error,
    fmt::Display,
    hint,
    io::{self, Write},
    process::ExitCode,
    slice,
    sync::Arc,
    time::{Duration, Instant},
};

/// Each size is measured so often, in turns, and the least counts: others work on the machine too.
const ROUNDS: usize = 5;
/// How many machines are worked on at the simulated site, however many there are.
const WORKED_ON: usize = 40;

/// Does the work once and says how long it took.
type Measure = Box<dyn FnMut() -> Result<Duration, Box<dyn Error>>>;

struct Work {
    what: &'static str,
    few: usize,
    many: usize,
    /// The most times that `many` may take what `few` does.
    at_most: f64,
    prepared: fn(usize) -> Result<Measure, Box<dyn Error>>,
}

/// Four times as much takes four times as long, and would take sixteen times as long by the square.
const ALL: [Work; 5] = [
    Work {
        what: "networks that lead to each other, resolved and judged",
        few: 10_000,
        many: 40_000,
        at_most: 9.0,
        prepared: |count| Ok(resolving(vec![networks(count)])),
    },
    Work {
        what: "entries inherited and removed one by one, resolved and judged",
        few: 10_000,
        many: 40_000,
        at_most: 9.0,
        prepared: |count| Ok(resolving(vec![entries(count)])),
    },
    Work {
        what: "nodes that wait for one by its label, resolved and judged",
        few: 5_000,
        many: 20_000,
        at_most: 9.0,
        prepared: |count| Ok(resolving(vec![selectors(count)])),
    },
    Work {
        what: "nodes in the picture of a plan",
        few: 1_000,
        many: 4_000,
        at_most: 9.0,
        prepared: pictures,
    },
    Work {
        what: "machines at the simulated site, a step",
        few: 50,
        many: 20_000,
        at_most: 4.0,
        prepared: steps,
    },
];

fn main() -> ExitCode {
    let mut grows_too_much = false;
    for work in &ALL {
        let line = match work.growth() {
            Ok(growth) => {
                grows_too_much |= growth > work.at_most;
                work.line(growth)
            }
            Err(error) => {
                let _ = writeln!(io::stderr(), "error: {}: {error}", work.what);
                return ExitCode::from(2);
            }
        };
        // Where nobody reads it, there is nobody to tell.
        let _ = writeln!(io::stdout(), "{line}");
    }
    ExitCode::from(u8::from(grows_too_much))
}

impl Work {
    /// How many times as long it takes with many things as with few.
    fn growth(&self) -> Result<f64, Box<dyn Error>> {
        let mut sizes = [(self.prepared)(self.few)?, (self.prepared)(self.many)?];
        let mut least = [Duration::MAX; 2];
        for _ in 0..ROUNDS {
            for (least, measure) in least.iter_mut().zip(&mut sizes) {
                *least = measure()?.min(*least);
            }
        }
        let [few, many] = least.map(|time| time.as_secs_f64());
        Ok(many / few)
    }

    fn line(&self, growth: f64) -> impl Display {
        let verdict = match growth > self.at_most {
            true => format!("   TOO MUCH: at most {:.1}", self.at_most),
            false => String::new(),
        };
        let things = self.many as f64 / self.few as f64;
        format!(
            "{:62} {:>6} to {:>6}: {things:5.1} times the number, {growth:5.2} times the work{verdict}",
            self.what, self.few, self.many
        )
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let began = Instant::now();
    hint::black_box(work());
    began.elapsed()
}

fn resolving(files: Vec<SiteFile>) -> Measure {
    let (snapshot, rules) = (stages::read(&files), RuleSet::standard());
    Box::new(move || Ok(timed(|| rules.validate(&stages::resolve(&snapshot).design))))
}

fn document(kind: &str, name: &str, spec: &str) -> String {
    format!("apiVersion: drydock/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n---\n")
}

/// Networks, each on a link and in a route domain of its own, with a route to the domain of the next.
fn networks(count: usize) -> SiteFile {
    let each = |n: usize| {
        let (high, low, next) = (n / 256, n % 256, (n + 1) % count);
        let network = format!(
            "{{cidr: 10.{high}.{low}.0/24, routedomain: d{n}, routes: [{{routedomain: d{next}, gateway: 10.{high}.{low}.1}}]}}"
        );
        let link = format!("{{allowed_networks: [n{n}]}}");
        document("Network", &format!("n{n}"), &network)
            + &document("NetworkLink", &format!("l{n}"), &link)
    };
    ("networks.yaml".to_owned(), (0..count).map(each).collect())
}

/// A profile of so many entries, and one that removes a third of them by name, unsets a third and replaces the others.
fn entries(count: usize) -> SiteFile {
    let profile = |name: &str, more: &str, entry: fn(usize) -> String| {
        let entries: Vec<String> = (0..count).rev().map(entry).collect();
        let owner_data = entries.join(", ");
        let spec = format!("{{metadata: {{owner_data: {{{owner_data}}}}}{more}}}");
        document("HostProfile", name, &spec)
    };
    let all = profile("all", "", |n| format!("k{n}: v"));
    let some = profile("some", ", host_profile: all", |n| match n % 3 {
        0 => format!("'!k{n}': {{}}"),
        1 => format!("k{n}: null"),
        _ => format!("k{n}: w"),
    });
    ("profiles.yaml".to_owned(), all + &some)
}

/// Nodes of a role each, which wait for the node of the next role.
fn selectors(count: usize) -> SiteFile {
    let each = |n: usize| {
        let next = (n + 1) % count;
        let spec =
            format!("{{metadata: {{labels: {{role: r{n}}}}}, depends_on: ['role=r{next}']}}");
        document("BaremetalNode", &format!("n{n}"), &spec)
    };
    ("nodes.yaml".to_owned(), (0..count).map(each).collect())
}

fn pictures(nodes: usize) -> Result<Measure, Box<dyn Error>> {
    let design = stages::resolve(&stages::read(&SiteSpec::new(nodes).files())).design;
    let drivers = stages::drivers();
    let seen = stages::observe(&design, &drivers)?;
    let plan = stages::plan(&design, &drivers, &seen).plan;
    Ok(Box::new(move || {
        Ok(timed(|| plan.display().by_rack(&design).svg()))
    }))
}

/// What it takes to deploy the same few of the machines, whatever else there is.
fn steps(machines: usize) -> Result<Measure, Box<dyn Error>> {
    let design = stages::resolve(&stages::read(&SiteSpec::new(machines).files())).design;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    // The others wait for the control servers, which are looked for once, with the first that waits.
    let is_control = |node: &&Arc<ResolvedNode>| node.label("role") == Some("control");
    let nodes = design.nodes.values().cloned();
    let (mut first, mut others): (Vec<_>, Vec<_>) = nodes.partition(|node| is_control(&node));
    first.extend(others.pop());
    others.truncate(WORKED_ON);
    if others.len() < WORKED_ON {
        return Err(format!("only {} machines to work on", others.len()).into());
    }
    Ok(Box::new(move || {
        let site = SimulatedSite::new(&design)
            .clock(Clock::manual())
            .durations(Durations::none())
            .server_has_power();
        let took = runtime.block_on(async {
            ensure_networks(
                &site,
                design
                    .networks
                    .values()
                    .cloned()
                    .map(NetworkTarget::Network),
            )
            .await?;
            deploy(&site, &first).await?;
            let began = Instant::now();
            deploy(&site, &others).await?;
            Ok::<_, Box<dyn Error>>(began.elapsed())
        })?;
        match site.violations().first() {
            Some(violation) => Err(violation.to_string().into()),
            None => Ok(took),
        }
    }))
}

async fn ensure_networks(
    site: &SimulatedSite,
    networks: impl Iterator<Item = NetworkTarget>,
) -> Result<(), Box<dyn Error>> {
    let (driver, cx) = (site.network_driver(), Context::detached("growth"));
    for target in networks {
        for seen in driver.observe(&cx, slice::from_ref(&target)).await {
            let ensure = NetworkAction::Ensure;
            driver.apply(&cx, &target, ensure, &seen?).await?;
        }
    }
    Ok(())
}

async fn deploy(site: &SimulatedSite, nodes: &[Arc<ResolvedNode>]) -> Result<(), Box<dyn Error>> {
    let (driver, cx) = (site.server_driver(), Context::detached("growth"));
    for action in [
        ServerAction::Commission,
        ServerAction::ConfigureStorage,
        ServerAction::ConfigureNetwork,
        ServerAction::Deploy,
    ] {
        for node in nodes {
            let mut done = false;
            while !done {
                for seen in driver.observe(&cx, slice::from_ref(node)).await {
                    done = driver.apply(&cx, node, action, &seen?).await? == Progress::Done;
                }
            }
        }
    }
    Ok(())
}
