//! Shows what would be done to bring a site from new machines, or from as a lab has them, to its design, and changes nothing.
//!
//! `plan PATH... [--goal verify|prepare|deploy|redeploy|release] [--nodes SELECTOR] [--format text|json|dot|mermaid|svg]
//! [--site SOCKET]`

use clap::{Parser, ValueEnum};
use drydock_core::{
    Goal, Orchestrator, Selector,
    diagnostic::{Color, render_all},
};
use drydock_examples::{
    FAILED, Failure, OK, Paths, color, findings, load, print, say, verdict, world::World,
};
use std::{path::PathBuf, process::ExitCode};

/// Shows what would be done.
#[derive(Debug, Parser)]
#[command(name = "plan")]
struct Arguments {
    #[command(flatten)]
    site: Paths,
    /// What the plan is for: verify, prepare, deploy, redeploy or release.
    #[arg(long, default_value = "deploy")]
    goal: Goal,
    /// Which nodes, such as `role=compute,rack in (r1,r2)`.
    #[arg(long, value_name = "SELECTOR", default_value = "")]
    nodes: Selector,
    /// Looks at the site of the lab at this socket; without it at a simulated site of new machines.
    #[arg(long = "site", value_name = "SOCKET")]
    socket: Option<PathBuf>,
    /// How to show it.
    #[arg(long, value_enum, default_value = "text")]
    format: Shown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shown {
    Text,
    Json,
    Dot,
    Mermaid,
    Svg,
}

fn main() -> ExitCode {
    drydock_examples::main(run(Arguments::parse()))
}

async fn run(arguments: Arguments) -> Result<u8, Failure> {
    let design = load(&arguments.site.paths).await?;
    say(&findings(&design));
    if verdict(&design) != OK {
        return Ok(FAILED);
    }
    let world = World::of(&design, 0, arguments.socket.as_deref()).await?;
    let orchestrator = Orchestrator::new(world.drivers());
    let planned = orchestrator
        .plan(&design, arguments.goal, &arguments.nodes)
        .await;
    say(&render_all(
        &planned.diagnostics,
        &design.resolved.files,
        color(),
    ));
    let command = command(&arguments);
    let mut shown = planned.plan.display().by_rack(&design.resolved);
    if arguments.goal == Goal::Deploy {
        shown = shown.approve_with(&command);
    }
    let shown = shown.colored(color() == Color::Always);
    print(&match arguments.format {
        Shown::Text => shown.text(),
        Shown::Json => shown.json() + "\n",
        Shown::Dot => shown.dot(),
        Shown::Mermaid => shown.mermaid(),
        Shown::Svg => shown.svg(),
    });
    Ok(if planned.diagnostics.errors() > 0 {
        FAILED
    } else {
        OK
    })
}

/// The command that carries a plan to deploy out, up to the plan's id.
fn command(arguments: &Arguments) -> String {
    let mut command = "deploy".to_owned();
    for path in &arguments.site.paths {
        command += &format!(" {}", path.display());
    }
    if !arguments.nodes.is_everything() {
        command += &format!(" --nodes '{}'", arguments.nodes);
    }
    if let Some(socket) = &arguments.socket {
        command += &format!(" --site {}", socket.display());
    }
    command + " --approve"
}
