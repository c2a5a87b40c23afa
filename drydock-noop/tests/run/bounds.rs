//! How many deployed nodes a run may take something from.

use crate::{bundled, orchestrator, plan, sound};
use drydock_core::{
    ApplyError, Approval, Design, Goal, Orchestrator, Outcome, Plan, driver::ServerState,
    names::RunId,
};
use drydock_noop::{SimulatedNode, SimulatedSite};

async fn apply(
    orchestrator: &Orchestrator,
    design: &Design,
    plan: &Plan,
    run: &str,
    bound: Option<usize>,
) -> Result<Outcome, ApplyError> {
    orchestrator
        .apply(design, plan, RunId::from(run), &Approval::All, bound)
        .await
}

fn deployed(site: &SimulatedSite) -> usize {
    let is_deployed = |node: &&SimulatedNode| node.state == ServerState::Deployed;
    site.nodes().iter().filter(is_deployed).count()
}

#[tokio::test(start_paused = true)]
async fn a_bound_counts_deployed_nodes_and_no_others_whoever_says_it() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let first = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    assert_eq!(
        (first.destroyed_nodes(), first.destroyed_deployed()),
        (12, 0)
    );
    let outcome = apply(&orchestrator, &design, &first, "first", Some(0)).await;
    assert!(outcome.unwrap().is_success());
    assert_eq!(deployed(&site), 12, "what holds nothing is not counted");

    // In use, and nothing on them yet.
    for name in ["compute-1", "compute-2"] {
        site.edit_node(name, |node| node.state = ServerState::Allocated);
    }
    let release = plan(&orchestrator, &design, Goal::Release).await.plan;
    assert_eq!(
        (release.destroyed_nodes(), release.destroyed_deployed()),
        (12, 10)
    );
    for (bound, wanted) in [
        (None, (10, 1, Some(10))),
        (Some(0), (10, 0, None)),
        (Some(9), (10, 9, None)),
    ] {
        match apply(&orchestrator, &design, &release, "release", bound).await {
            Err(ApplyError::TooDestructive {
                nodes, bound, of, ..
            }) => {
                assert_eq!((nodes, bound, of), wanted);
            }
            other => panic!("{bound:?}: {other:?}"),
        }
    }
    assert_eq!(deployed(&site), 10, "nothing was touched");
    let outcome = apply(&orchestrator, &design, &release, "release", Some(10)).await;
    assert!(outcome.unwrap().is_success());
    assert_eq!(deployed(&site), 0);
    sound(&site);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_how_many_by_which_bound_and_what_to_pass() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let first = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    let outcome = apply(&orchestrator, &design, &first, "first", None).await;
    assert!(outcome.unwrap().is_success());
    let release = plan(&orchestrator, &design, Goal::Release).await.plan;
    let told = async |bound| {
        let refused = apply(&orchestrator, &design, &release, "release", bound).await;
        refused.unwrap_err().to_string()
    };
    let id = &release.id;
    assert_eq!(
        told(None).await,
        format!(
            "plan {id} overwrites or gives back 12 deployed nodes, and at most 1 may be (one in ten of the 12 that are \
             deployed, one at least); read it, and if that is meant, allow 12 by max_destructive"
        )
    );
    assert_eq!(
        told(Some(3)).await,
        format!(
            "plan {id} overwrites or gives back 12 deployed nodes, and at most 3 may be (as was asked); read it, and if \
             that is meant, allow 12 by max_destructive"
        )
    );
}
