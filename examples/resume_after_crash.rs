//! A run that survives its process: a child deploys and is killed in the middle, and this process goes on with its run from
//! the file that is left.
//!
//! `resume_after_crash`: exit 0 all is deployed and nothing was done twice, 1 something failed, 2 there is no place for its
//! files. The machines are simulated, and live in the parent; the child works on them over a socket, as on real ones.

use drydock_examples::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    drydock_examples::main(run())
}

#[cfg(unix)]
async fn run() -> Result<u8, Failure> {
    match std::env::args_os().nth(1) {
        Some(folder) => unix::work(folder.as_ref()).await,
        None => {
            let folder = std::env::temp_dir().join(format!("drydock-{}", std::process::id()));
            std::fs::create_dir(&folder).map_err(Failure::unusable)?;
            let code = unix::survive(&folder).await;
            let removed = std::fs::remove_dir_all(&folder).map_err(Failure::unusable);
            code.and_then(|code| removed.map(|()| code))
        }
    }
}

#[cfg(not(unix))]
async fn run() -> Result<u8, Failure> {
    Err(Failure::unusable("labs need a system with Unix sockets"))
}

#[cfg(unix)]
mod unix {
    use drydock_core::{
        Approval, DirectorySource, Goal, Orchestrator, Selector, event::Event, names::RunId,
    };
    use drydock_examples::{FAILED, Failure, OK, demo, load, print};
    use drydock_noop::lab::{Lab, Site, Socket};
    use drydock_store::RedbStore;
    use serde_json::json;
    use std::{
        io::{BufRead, BufReader},
        path::Path,
        process::{Command, Stdio},
    };

    /// After how many events the child is killed: about the middle.
    const KILLED_AFTER: usize = 300;

    /// Starts the machines and the child, kills the child, and goes on.
    pub(super) async fn survive(folder: &Path) -> Result<u8, Failure> {
        let design = load(&demo::bundled()).await?;
        let machines = demo::site(&design, 0);
        let socket = Socket::bind(folder.join("lab.sock")).map_err(Failure::unusable)?;
        tokio::spawn(Lab::new(machines.clone(), design.resolved.clone()).serve(socket));

        let program = std::env::current_exe().map_err(Failure::unusable)?;
        let mut child = Command::new(program);
        let child = child.arg(folder).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(Failure::unusable)?;
        let events = child.stdout.take().map(|out| BufReader::new(out).lines());
        let heard = events.into_iter().flatten().take(KILLED_AFTER).count();
        child.kill().map_err(failed)?;
        let ended = child.wait().map_err(failed)?;
        print(&format!(
            "the child is gone after {heard} events: {ended}\n"
        ));

        // All that is needed is the file; whose run it was, and what it was to do, stands in it.
        for (run, outcome) in orchestrator(folder)
            .await?
            .take_over()
            .await
            .map_err(failed)?
        {
            let outcome = outcome.map_err(failed)?;
            print(&format!(
                "{run} was gone on with: {} steps are done\n",
                outcome.done.len()
            ));
        }
        let counters = machines.nodes().into_iter().map(|node| node.counters);
        let counts: Vec<[u32; 2]> = counters.map(|c| [c.commissioned, c.deployed]).collect();
        let twice = counts.iter().flatten().filter(|times| **times > 1).count();
        let missing = machines.as_designed(&design.resolved).len();
        print(&format!(
            "{} machines: {missing} deviations, {twice} things done twice\n",
            counts.len()
        ));
        Ok(if twice + missing == 0 { OK } else { FAILED })
    }

    /// What the child does: takes the design in, plans and deploys, and tells every event.
    pub(super) async fn work(folder: &Path) -> Result<u8, Failure> {
        let source = DirectorySource::new("site", demo::bundled());
        let told = |event: &Event| print(&format!("{}\n", json!(event)));
        let orchestrator = orchestrator(folder).await?.source(source).sink(told);
        let design = orchestrator.ingest().await.map_err(failed)?.design;
        let planned = orchestrator
            .plan(&design, Goal::Deploy, &Selector::everything())
            .await;
        let (plan, run) = (planned.plan, RunId::from("first"));
        let outcome = orchestrator
            .apply(&design, &plan, run, &Approval::All, None)
            .await;
        Ok(if outcome.map_err(failed)?.is_success() {
            OK
        } else {
            FAILED
        })
    }

    /// One of the machines of this folder, which keeps what it does there too.
    async fn orchestrator(folder: &Path) -> Result<Orchestrator, Failure> {
        let site = Site::connect(folder.join("lab.sock"))
            .await
            .map_err(failed)?;
        let (server, network) = (site.server_driver(), site.network_driver());
        let drivers = demo::drivers_of(server, network, &site.oob_driver());
        let store = RedbStore::open(folder.join("state.redb")).map_err(failed)?;
        Ok(Orchestrator::new(drivers)
            .policy(demo::policy())
            .store(store))
    }

    fn failed(error: impl ToString) -> Failure {
        Failure::new(FAILED, error)
    }
}
