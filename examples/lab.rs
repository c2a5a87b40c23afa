//! A simulated site that outlives whoever works on it: serves the site of a design at a Unix socket until it is ended.
//!
//! `lab [PATH...] --socket FILE [--seed N] [--slow MS] [--unfenced]`
//!
//! Then, in another terminal, `deploy --site FILE`, killed and started as often as one likes. Prints one line when it is
//! ready. Exit 0 ended by SIGINT or SIGTERM, its socket removed; 1 the design has errors; 2 bad arguments, or the socket
//! cannot be had.

use clap::Parser;
use drydock_examples::{Failure, OK};
use std::{path::PathBuf, process::ExitCode};

/// Serves the simulated site of a design.
#[derive(Debug, Parser)]
#[command(name = "lab")]
#[cfg_attr(not(unix), expect(dead_code, reason = "only said to be of no use"))]
struct Arguments {
    /// Files and folders of YAML documents; the bundled site when there are none.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The socket to serve at; that of a lab that has died is replaced.
    #[arg(long, value_name = "FILE")]
    socket: PathBuf,
    /// Which faults the site has: 0 none, others some; one that 7 divides breaks a node for good.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How long every call of a driver takes, in milliseconds: half on its way, half until the answer comes.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    slow: u64,
    /// Machines know no fences: what a stale orchestrator asks for is done, and told as a violation.
    #[arg(long)]
    unfenced: bool,
}

fn main() -> ExitCode {
    drydock_examples::main(run(Arguments::parse()))
}

#[cfg(unix)]
async fn run(arguments: Arguments) -> Result<u8, Failure> {
    use drydock_examples::{FAILED, demo, findings, load, print, say, verdict};
    use drydock_noop::lab::{Lab, Socket};
    use std::time::Duration;
    use tokio::signal::unix::{SignalKind, signal};

    let paths = match arguments.paths.is_empty() {
        true => demo::bundled(),
        false => arguments.paths,
    };
    let design = load(&paths).await?;
    say(&findings(&design));
    if verdict(&design) != OK {
        return Ok(FAILED);
    }
    let mut site = demo::site(&design, arguments.seed);
    if arguments.unfenced {
        site = site.without_fencing();
    }
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::unusable)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::unusable)?;
    let socket = Socket::bind(&arguments.socket).map_err(Failure::unusable)?;
    let (machines, design) = (design.resolved.nodes.len(), design.resolved);
    print(&format!(
        "ready: {machines} machines at {}\n",
        arguments.socket.display()
    ));
    let lab = Lab::new(site, design).slow(Duration::from_millis(arguments.slow));
    tokio::select! {
        never = lab.serve(socket) => match never {},
        _ = interrupt.recv() => Ok(OK),
        _ = terminate.recv() => Ok(OK),
    }
}

#[cfg(not(unix))]
async fn run(_: Arguments) -> Result<u8, Failure> {
    let _all_is_well = OK;
    Err(Failure::unusable("labs need a system with Unix sockets"))
}
