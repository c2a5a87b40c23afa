//! The main job: a site design, resolved, checked, planned, approved and carried out.
//!
//! `deploy [PATH...] [--nodes SELECTOR] [--approve PLAN-ID|all] [--max-destructive N] [--seed N]
//! [--format text|json] [--call-seconds N] [--profile]
//! [--site SOCKET [--state FILE | --postgres URL [--lease-seconds N]] [--key FILE] [--resume [RUN]]]`
//!
//! Without arguments it deploys the bundled site on a simulated one and approves its own plan. The simulated machines stand
//! behind simulated BMCs, which are reached by IPMI over UDP on loopback. With `--site` it works on
//! the site of a lab, which is another process, see the example `lab`. With `--state` design, plan and run are kept in a
//! file: however this process ends, `--resume` goes on with the run where it was, from the file alone. With `--postgres`
//! they are kept in a database (feature `postgres`), and `--resume` in another process waits for this one's end and takes
//! its place. One process at a time plans and begins a run there.
//!
//! Exit 0 all done; 1 something failed, the state file or the database too, another process has taken the run over or this
//! one came too late to begin it, or it was cancelled by Ctrl-C (a second one does not wait for the calls in flight); 2 bad
//! arguments, a run that has not ended when another is asked for, or none when one is to be gone on with; 3 a plan that
//! destroys something and is not approved, or more of what is deployed than it may.

use clap::Parser;
use drydock_core::{
    ApplyError, ApplyOptions, Approval, Control, Design, Goal, Orchestrator, Outcome, Plan, Policy,
    Selector,
    diagnostic::{Color, render_all},
    event::{Event, EventKind, EventSink, Recorder},
    execute::profile::Profile,
    names::{PlanId, RunId},
    plan::timing,
};
use drydock_examples::{
    FAILED, Failure, Format, NOT_APPROVED, OK, color,
    ctrl_c::{Presses, ctrl_c},
    demo, findings, load,
    loopback::Loopback,
    print, progress, say,
    state::{Begun, Keeping, Kept},
    tables,
    together::{Came, Turn},
    verdict,
    world::{Seen, World},
};
use drydock_noop::{Durations, SimulatedSite};
use serde_json::{Value, json};
use std::{path::PathBuf, process::ExitCode, time::Duration};

/// Deploys a site design on a simulated site.
#[derive(Debug, Parser)]
#[command(name = "deploy")]
struct Arguments {
    /// Files and folders of YAML documents; the bundled site when there are none.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Which nodes, such as `role=compute,rack in (r1,r2)`.
    #[arg(long, value_name = "SELECTOR", default_value = "")]
    nodes: Selector,
    /// The id of the plan that may be carried out, or `all`.
    #[arg(long, value_name = "PLAN-ID|all")]
    approve: Option<String>,
    /// How many nodes that are deployed a plan may overwrite or give back, at most; one in ten when not given.
    #[arg(long, value_name = "N")]
    max_destructive: Option<usize>,
    /// Which faults the simulated site has: 0 none, others some; one that 7 divides breaks a node for good.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How long each call takes from when the run begins; time to try Ctrl-C.
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "site")]
    call_seconds: u32,
    /// Text for people, or one JSON event a line.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Works on the site of the lab at this socket; without it on a simulated site of its own, which ends with it.
    #[arg(long, value_name = "SOCKET", conflicts_with = "seed")]
    site: Option<PathBuf>,
    #[command(flatten)]
    keeping: Keeping,
    /// Also tell where the time of the run went.
    #[arg(long)]
    profile: bool,
}

fn main() -> ExitCode {
    drydock_examples::main(run(Arguments::parse()))
}

async fn run(arguments: Arguments) -> Result<u8, Failure> {
    let kept = arguments.keeping.open().await?;
    let begun = match (&kept, arguments.keeping.resumed()) {
        (Some(kept), Some(run)) => Some(kept.begun(run).await?),
        _ => None,
    };
    let policy = arguments.keeping.policy(demo::policy());
    // From here on it ends no process that has the turn: others would wait for its lease.
    let pressed = ctrl_c().map_err(Failure::unusable)?;
    let turn = match (&kept, &begun) {
        (Some(kept), None) => kept.turn(&policy).await?,
        _ => Turn::default(),
    };
    let task = Task {
        goes_on: begun.is_some(),
        is_demo: arguments.paths.is_empty() && begun.is_none(),
        arguments,
        kept,
        policy,
    };
    let ended = task.deploy(begun, &turn, pressed).await;
    turn.end().await;
    ended
}

/// What this process was asked for.
struct Task {
    arguments: Arguments,
    kept: Option<Kept>,
    policy: Policy,
    goes_on: bool,
    is_demo: bool,
}

/// What is about to be carried out, and where.
struct Prepared {
    design: Design,
    world: World,
    plan: Plan,
    run: RunId,
    /// How many errors were found when it was planned.
    errors: usize,
}

impl Task {
    async fn deploy(
        &self,
        begun: Option<Begun>,
        turn: &Turn,
        mut pressed: Presses,
    ) -> Result<u8, Failure> {
        let prepared = tokio::select! {
            prepared = self.prepare(begun) => prepared?,
            why = turn.lost() => return Err(why),
            _ = pressed.recv() => {
                return Err(Failure::new(FAILED, "cancelled before anything was done"));
            }
        };
        let Some(prepared) = prepared else {
            return Ok(FAILED);
        };
        self.tell(&prepared);
        turn.still().await?;
        let ended = self.carry_out(&prepared, cancelled_by(pressed)).await;
        if let Some(bmcs) = prepared.world.bmcs() {
            bmcs.close().await;
        }
        ended
    }

    /// Under the turn, where a run is to be begun; none when the design has errors.
    async fn prepare(&self, begun: Option<Begun>) -> Result<Option<Prepared>, Failure> {
        let Self {
            arguments,
            kept,
            policy,
            ..
        } = self;
        let paths = match self.is_demo {
            true => demo::bundled(),
            false => arguments.paths.clone(),
        };
        let design = match (&begun, kept) {
            (Some(begun), _) => begun.design.clone(),
            (None, Some(kept)) => kept.take_in(&paths).await?,
            (None, None) => load(&paths).await?,
        };
        say(&findings(&design));
        if verdict(&design) != OK {
            return Ok(None);
        }
        let world = World::of(&design, arguments.seed, arguments.site.as_deref()).await?;
        let world = world.by_ipmi(&design).await?;
        if let (Some(begun), Some(kept)) = (begun, kept) {
            let Begun {
                plan, run, head, ..
            } = begun;
            kept.wait_for(&run, &head, policy).await?;
            return Ok(Some(Prepared {
                design,
                world,
                plan,
                run,
                errors: 0,
            }));
        }
        let orchestrator = Orchestrator::new(world.drivers()).policy(policy.clone());
        let nodes = &arguments.nodes;
        let planned = orchestrator.plan(&design, Goal::Deploy, nodes).await;
        let (found, plan) = (planned.diagnostics, planned.plan);
        say(&render_all(&found, &design.resolved.files, color()));
        let run = match kept {
            Some(kept) => kept.new_run(&plan).await?,
            None => RunId::new(format!("deploy-{}", plan.id)),
        };
        Ok(Some(Prepared {
            design,
            world,
            plan,
            run,
            errors: found.errors(),
        }))
    }

    /// What is about to be carried out.
    fn tell(&self, prepared: &Prepared) {
        let Prepared {
            design, plan, run, ..
        } = prepared;
        // What goes on was approved when it began.
        let is_approved = self.is_demo || self.goes_on || self.arguments.approve.is_some();
        let shown = plan.display().by_rack(&design.resolved);
        let shown = shown.approved(is_approved);
        match self.arguments.format {
            Format::Text if self.goes_on => print(&format!("Going on with run {run}.\n")),
            Format::Text => {
                print(&shown.colored(color() == Color::Always).text());
                if let Some(place) = self.kept.as_ref().map(Kept::place) {
                    print(&format!("Kept in {place} as run {run}.\n"));
                }
            }
            Format::Json => line(&json!({"event": "plan", "plan": shown})),
        }
    }

    async fn carry_out(&self, prepared: &Prepared, control: Control) -> Result<u8, Failure> {
        let (arguments, events) = (&self.arguments, Recorder::default());
        let Prepared {
            design, plan, run, ..
        } = prepared;
        let orchestrator = self.orchestrator(prepared).sink(events.clone());
        let options = ApplyOptions::new(approval(arguments.approve.as_deref(), self.is_demo))
            .max_destructive(arguments.max_destructive)
            .control(control);
        let outcome = match self.goes_on {
            true => orchestrator.resume(run, options).await,
            false => {
                orchestrator
                    .apply_with(design, plan, run.clone(), options)
                    .await
            }
        };
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                let came = Came::of(self.goes_on, &events.events());
                return Err(refusal(error, run, self.kept.as_ref(), came).await);
            }
        };
        if arguments.profile {
            let profile = Profile::of(plan, &events.events(), &timing::Durations::default());
            match arguments.format {
                Format::Text => print(&format!("{}\n", profile.text())),
                Format::Json => line(&json!({"event": "profile", "profile": profile})),
            }
        }
        report(
            arguments,
            &prepared.world.seen(design).await?,
            plan,
            &outcome,
        );
        let is_done = outcome.is_success() && prepared.errors == 0;
        Ok(if is_done { OK } else { FAILED })
    }

    /// One that tells how the run goes.
    fn orchestrator(&self, prepared: &Prepared) -> Orchestrator {
        let world = &prepared.world;
        let orchestrator = Orchestrator::new(world.drivers()).policy(self.policy.clone());
        let orchestrator = match &self.kept {
            Some(kept) => kept.keeping(orchestrator),
            None => orchestrator,
        };
        let orchestrator = match world {
            World::Own(site, bmcs) => {
                orchestrator.sink(slowed(site, bmcs.clone(), self.arguments.call_seconds))
            }
            // A lab says for itself how slow it is.
            _ => orchestrator,
        };
        let orchestrator = match world.bmcs() {
            Some(bmcs) => orchestrator.secrets(bmcs.passwords()),
            None => orchestrator,
        };
        match self.arguments.format {
            Format::Text => orchestrator.sink(progress::sink(&prepared.plan)),
            Format::Json => orchestrator.sink(|event: &Event| line(&json!(event))),
        }
    }
}

/// Why the plan was not carried out, or not to its end.
async fn refusal(error: ApplyError, run: &RunId, kept: Option<&Kept>, came: Came) -> Failure {
    match (error, kept) {
        (error @ ApplyError::NotApproved { .. }, _) => Failure::new(NOT_APPROVED, error),
        (error @ ApplyError::TooDestructive { nodes, .. }, _) => {
            let how = format!("{error}: --max-destructive {nodes}");
            Failure::new(NOT_APPROVED, how)
        }
        (ApplyError::Store(error), Some(kept)) => kept.lost(run, &error, came).await,
        (error, _) => Failure::new(FAILED, error),
    }
}

/// What `--approve` agrees to; without it the demo approves itself.
fn approval(asked: Option<&str>, is_demo: bool) -> Approval {
    match asked {
        Some("all") => Approval::All,
        Some(id) => Approval::Plan(PlanId::from(id)),
        None if is_demo => Approval::All,
        None => Approval::None,
    }
}

/// Makes the calls to a site slow once the run begins.
fn slowed(site: &SimulatedSite, bmcs: Option<Loopback>, seconds: u32) -> impl EventSink {
    let site = site.clone();
    let slow = Durations::default().call(Duration::from_secs(seconds.into()));
    move |event: &Event| {
        if let EventKind::RunStarted { .. } = event.kind {
            // It is the same site, whoever holds it.
            drop(site.clone().durations(slow));
            if let Some(bmcs) = &bmcs {
                bmcs.slowed(seconds);
            }
        }
    }
}

/// A handle on the run: Ctrl-C cancels it, and a second one ends the program where it is.
fn cancelled_by(mut pressed: Presses) -> Control {
    let control = Control::new();
    let cancel = control.clone();
    tokio::spawn(async move {
        if pressed.recv().await.is_some() {
            say("cancelled: calls in flight are let end, then the run stops\n");
            cancel.cancel();
        }
        if pressed.recv().await.is_some() {
            say("ended at once: what is in flight may happen or not; the next plan sees\n");
            std::process::exit(i32::from(FAILED));
        }
    });
    control
}

/// What was done, and what the simulated world itself says of it.
fn report(arguments: &Arguments, world: &Seen, plan: &Plan, outcome: &Outcome) {
    match arguments.format {
        Format::Json => {
            let mut world = json!(world);
            world["event"] = json!("world");
            line(&world);
        }
        Format::Text => {
            print(&tables::outcome(plan, outcome));
            let nodes = &world.nodes;
            let deployed = nodes
                .iter()
                .filter(|node| node.state == drydock_core::driver::ServerState::Deployed);
            print(&format!(
                "The simulated site has {} of {} nodes deployed",
                deployed.count(),
                nodes.len()
            ));
            match world.deviations.as_slice() {
                [] => print(", all as designed.\n"),
                some => print(&format!(
                    "; it differs from the design in {} places.\n",
                    some.len()
                )),
            }
        }
    }
}

fn line(value: &Value) {
    print(&format!("{value}\n"));
}
