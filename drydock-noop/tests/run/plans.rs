//! What a plan promises, who must approve it, and what stops it.

use crate::{apply, bundled, goals::done, only_failure, orchestrator, plan, sound};
use drydock_core::{
    ApplyError, Approval, Goal, Selector,
    driver::{Risk, ServerState},
    names::{PlanId, RunId},
    plan::{Plan, Step},
};
use drydock_noop::{SimulatedNode, SimulatedSite};

#[tokio::test(start_paused = true)]
async fn what_destroys_needs_an_approval_of_that_plan() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let planned = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    let apply = async |approval: Approval, bound| {
        orchestrator
            .apply(&design, &planned, RunId::from("r"), &approval, bound)
            .await
    };
    assert!(matches!(
        apply(Approval::None, None).await,
        Err(ApplyError::NotApproved { nodes: 12, .. })
    ));
    let other = Approval::Plan(PlanId::from("0123456789abcdef"));
    assert!(matches!(
        apply(other, None).await,
        Err(ApplyError::NotApproved { .. })
    ));
    assert!(
        site.nodes()
            .iter()
            .all(|node| node.state == ServerState::New),
        "nothing was touched"
    );

    let mut forged = planned.clone();
    forged.steps.pop();
    let approved = Approval::Plan(forged.id.clone());
    let result = orchestrator
        .apply(&design, &forged, RunId::from("r"), &approved, None)
        .await;
    assert!(
        matches!(result, Err(ApplyError::OtherDesign(_))),
        "a plan that does not match its id is refused"
    );

    assert!(
        apply(Approval::Plan(planned.id.clone()), None)
            .await
            .unwrap()
            .is_success()
    );
}

#[tokio::test(start_paused = true)]
async fn the_plan_is_the_same_whatever_the_power_and_its_id_follows_the_design() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let first = plan(&orchestrator(&site), &design, Goal::Deploy).await.plan;
    site.edit_node("compute-1", |node| {
        node.power = drydock_core::driver::PowerState::On
    });
    let second = plan(&orchestrator(&site), &design, Goal::Deploy).await.plan;
    assert_eq!(first, second);
    assert_eq!(first.display().json(), second.display().json());
    site.edit_node("compute-1", |node| node.state = ServerState::Ready);
    let third = plan(&orchestrator(&site), &design, Goal::Deploy).await.plan;
    assert_ne!(first.id, third.id);
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_is_not_the_designed_one_is_not_touched() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let planned = plan(&orchestrator, &design, Goal::Deploy).await;
    site.edit_node("storage-1", |node| {
        node.identity.serial = Some("ANOTHER".into())
    });
    let outcome = apply(&orchestrator, &design, &planned.plan).await;
    let (step, reason) = only_failure(&outcome);
    assert_eq!(planned.plan.steps[step.index()].target.name(), "storage-1");
    assert!(
        reason.contains("is not the machine of the design: it shows serial ANOTHER"),
        "{reason}"
    );
    assert_eq!(site.node("storage-1").unwrap().counters.deployed, 0);
    let [skipped] = outcome.skipped.as_slice() else {
        panic!("{outcome:?}")
    };
    let late = &planned.plan.steps[skipped.0.index()];
    assert_eq!(late.verb().to_string(), "set up for production");
    assert_eq!(outcome.done.len(), planned.plan.steps.len() - 2);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_no_longer_fits_stops_its_node_only() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let planned = plan(&orchestrator, &design, Goal::Deploy).await;
    site.edit_node("storage-2", |node| node.state = ServerState::Deployed);
    let outcome = apply(&orchestrator, &design, &planned.plan).await;
    let (_, reason) = only_failure(&outcome);
    assert!(
        reason.contains("storage-2 is Deployed, but was planned to be"),
        "{reason}"
    );
    assert_eq!(site.node("storage-2").unwrap().counters.deployed, 0);
    sound(&site);
}

/// The states that the steps which destroy something of this node may find it in.
fn states(plan: &Plan, node: &str) -> Vec<Vec<ServerState>> {
    let is_it = |step: &&Step| step.risk == Risk::Destructive && step.target.name() == node;
    let steps = plan.steps.iter().filter(is_it);
    steps.map(|step| step.precondition.states.clone()).collect()
}

#[tokio::test(start_paused = true)]
async fn what_another_has_deployed_meanwhile_is_refused_and_left_as_it_is() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let prepare = plan(&orchestrator, &design, Goal::Prepare).await.plan;
    done(&orchestrator, &design, &prepare, "prepare").await;
    let deploy = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    // Storage-1 comes to be what its design says, storage-2 is somebody else's work.
    let by_us = orchestrator
        .plan(&design, Goal::Deploy, &"name=storage-1".parse().unwrap())
        .await;
    done(&orchestrator, &design, &by_us.plan, "meanwhile").await;
    site.edit_node("storage-2", |node| {
        node.state = ServerState::Deployed;
        node.image = Some("jammy".into());
    });
    let before = ["storage-1", "storage-2"].map(|name| site.node(name).unwrap());
    let run = RunId::from("r");
    let outcome = orchestrator
        .apply(&design, &deploy, run, &Approval::All, Some(12))
        .await
        .unwrap();
    let mut reasons: Vec<&str> = outcome.failed.iter().map(|(_, why)| &**why).collect();
    reasons.sort_unstable();
    let expected = |name: &str| {
        format!("{name} is Deployed, but was planned to be Ready or Allocated; plan again")
    };
    assert_eq!(reasons, [expected("storage-1"), expected("storage-2")]);
    assert_eq!(
        before,
        ["storage-1", "storage-2"].map(|name| site.node(name).unwrap())
    );
    let deployed = site.nodes();
    let deployed = deployed.iter().map(|node| node.counters.deployed);
    assert_eq!(deployed.sum::<u32>(), 11, "the other ten, and storage-1");
    sound(&site);
}

#[tokio::test(start_paused = true)]
async fn what_destroys_may_find_only_what_was_planned() {
    use ServerState::{
        Allocated, Broken, Commissioning, Deployed, Deploying, New, Ready, Releasing,
    };
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let free = vec![Ready, Allocated];
    let given_back = |state| vec![state, Releasing, Ready];
    let cases = [
        (Goal::Deploy, New, vec![free.clone()]),
        (Goal::Deploy, Commissioning, vec![free.clone()]),
        (Goal::Deploy, Ready, vec![free.clone()]),
        (Goal::Deploy, Allocated, vec![free.clone()]),
        (Goal::Deploy, Deploying, vec![vec![Deploying, Deployed]]),
        (
            Goal::Deploy,
            Releasing,
            vec![vec![Releasing, Ready], free.clone()],
        ),
        (
            Goal::Redeploy,
            Deployed,
            vec![given_back(Deployed), free.clone()],
        ),
        (Goal::Redeploy, Deploying, vec![given_back(Deploying), free]),
        (Goal::Release, Allocated, vec![given_back(Allocated)]),
        (Goal::Release, Broken, vec![given_back(Broken)]),
        (Goal::Release, Releasing, vec![vec![Releasing, Ready]]),
        (Goal::Release, Ready, vec![]),
    ];
    for (goal, state, expected) in cases {
        site.edit_node("gateway-1", |node| node.state = state);
        let planned = plan(&orchestrator, &design, goal).await.plan;
        assert_eq!(states(&planned, "gateway-1"), expected, "{goal} of {state}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_came_into_use_is_not_given_back_by_a_plan_that_saw_it_broken() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let deploy = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    done(&orchestrator, &design, &deploy, "deploy").await;
    site.edit_node("gateway-1", |node| node.state = ServerState::Broken);
    let one: Selector = "name=gateway-1".parse().unwrap();
    let release = orchestrator.plan(&design, Goal::Release, &one).await.plan;
    site.edit_node("gateway-1", |node| node.state = ServerState::Deployed);
    let run = RunId::from("release");
    let outcome = orchestrator
        .apply(&design, &release, run, &Approval::All, None)
        .await
        .unwrap();
    assert_eq!(
        only_failure(&outcome).1,
        "gateway-1 is Deployed, but was planned to be Broken or Releasing or Ready; plan again"
    );
    let node = site.node("gateway-1").unwrap();
    assert_eq!(
        (node.state, node.counters.released),
        (ServerState::Deployed, 0)
    );
    sound(&site);
}

#[tokio::test(start_paused = true)]
async fn drift_on_a_deployed_node_is_told_and_not_mended() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let first = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    apply(&orchestrator, &design, &first).await;
    site.edit_node("gateway-1", |node| node.image = Some("jammy".into()));
    let again = plan(&orchestrator, &design, Goal::Deploy).await;
    assert!(again.plan.is_empty());
    let messages: Vec<String> = again.diagnostics.iter().map(|d| d.full_message()).collect();
    assert_eq!(
        messages,
        ["platform.image is jammy on the node, noble by design"]
    );

    let verify = plan(&orchestrator, &design, Goal::Verify).await.plan;
    assert_eq!(verify.destroyed_nodes(), 0);
    let outcome = orchestrator
        .apply(&design, &verify, RunId::from("v"), &Approval::None, None)
        .await
        .unwrap();
    let (_, reason) = only_failure(&outcome);
    assert_eq!(
        reason,
        "gateway-1 differs from its design: platform.image: jammy -> noble"
    );
}

#[tokio::test(start_paused = true)]
async fn released_nodes_are_ready_again() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let deploy = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    apply(&orchestrator, &design, &deploy).await;
    let some: Selector = "role=compute,rack=r1".parse().unwrap();
    let release = orchestrator.plan(&design, Goal::Release, &some).await.plan;
    let run = RunId::from("release");
    assert!(
        orchestrator
            .apply(&design, &release, run, &Approval::All, Some(4))
            .await
            .unwrap()
            .is_success()
    );
    let ready = |node: &SimulatedNode| {
        (node.state == ServerState::Ready)
            == design.resolved.nodes[&node.name]
                .label("rack")
                .is_some_and(|rack| {
                    rack == "r1"
                        && design.resolved.nodes[&node.name].label("role") == Some("compute")
                })
    };
    assert!(site.nodes().iter().all(ready));
    assert!(
        orchestrator
            .plan(&design, Goal::Release, &some)
            .await
            .plan
            .is_empty()
    );
    sound(&site);
}
