//! What is ordered while a run sleeps is heard.

use crate::{bundled, orchestrator, plan, sound};
use drydock_core::{ApplyOptions, Approval, Control, Goal, driver::ServerState, names::RunId};
use drydock_noop::SimulatedSite;
use std::time::Duration;
use tokio::time::sleep;

#[tokio::test(start_paused = true)]
async fn an_order_to_a_run_that_sleeps_is_heard() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let planned = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    let control = Control::new();
    let options = ApplyOptions::new(Approval::All).control(control.clone());
    let run = orchestrator.apply_with(&design, &planned, RunId::from("r"), options);
    let cancel = async {
        // Machines are being commissioned by then, and nothing is called.
        sleep(Duration::from_millis(450)).await;
        control.cancel();
    };
    let (outcome, ()) = tokio::join!(run, cancel);
    let outcome = outcome.unwrap();
    assert!(
        outcome.cancelled && !outcome.skipped.is_empty(),
        "{outcome:?}"
    );
    let nodes = site.nodes();
    assert!(nodes.iter().all(|node| node.state != ServerState::Deployed));
    sound(&site);
}
