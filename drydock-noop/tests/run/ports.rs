//! Switch ports: what they carry when, and that only what differs is planned.

use crate::{bundled, goals::done, nothing_is_left, only_failure, orchestrator, plan, sound};
use drydock_core::{
    Approval, Goal, Selector,
    driver::{PortPhase, Risk, ServerAction, ServerState, ports_of},
    names::RunId,
    plan::{Action, Plan, Step},
};
use drydock_noop::{Faults, SimulatedSite};

/// Whether `step` comes only after `first`, in however many steps.
fn waits_for(plan: &Plan, step: &Step, first: &Step) -> bool {
    let mut next = step.needs.clone();
    while let Some(need) = next.pop() {
        if need == first.id {
            return true;
        }
        next.extend(&plan.steps[need.index()].needs);
    }
    false
}

#[tokio::test(start_paused = true)]
async fn ports_follow_the_life_of_their_node() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let plan = plan(&orchestrator(&site), &design, Goal::Deploy).await.plan;
    let mut phases = [0, 0];
    for node in design.resolved.nodes.values() {
        let find = |action: ServerAction| {
            let is_it = |step: &&Step| {
                step.action == Action::Server(action) && step.target.name() == &*node.name
            };
            plan.steps.iter().find(is_it).unwrap()
        };
        let (commission, deploy) = (find(ServerAction::Commission), find(ServerAction::Deploy));
        for step in plan
            .steps
            .iter()
            .filter(|step| step.port.is_some() && step.node() == Some(&node.name))
        {
            let port = step.port.as_ref().unwrap();
            let ports = ports_of(node);
            let designed = ports
                .iter()
                .find(|d| d.production.port == port.port && d.production.switch == port.switch);
            let designed = designed.unwrap();
            match port.phase {
                PortPhase::Boot => {
                    assert_eq!(port.untagged.as_deref(), Some("pxe"));
                    assert!(port.tagged.is_empty() && port.lag.is_none());
                    assert!(waits_for(&plan, commission, step), "{step:?}");
                }
                _ if designed.boot.is_some() => assert!(waits_for(&plan, step, deploy), "{step:?}"),
                _ => {
                    let between =
                        waits_for(&plan, step, commission) && waits_for(&plan, deploy, step);
                    assert!(between, "{step:?}");
                }
            }
            phases[usize::from(port.phase == PortPhase::Boot)] += 1;
            let networks = plan.steps.iter().filter(|other| {
                other.port.is_none() && port.networks().any(|n| other.target.name() == &**n)
            });
            let networks: Vec<&Step> = networks
                .filter(|other| matches!(other.action, Action::Network(_)))
                .collect();
            assert_eq!(networks.len(), port.networks().count());
            assert!(
                networks
                    .iter()
                    .all(|network| waits_for(&plan, step, network))
            );
        }
    }
    assert_eq!(phases[1], 12, "every node boots through one port");
    assert!(phases[0] > 24);
    let node = &design.resolved.nodes["compute-1"];
    let ports = ports_of(node);
    let bond = ports.iter().find(|port| port.slave == "data_nic1").unwrap();
    assert_eq!(bond.production.lag.as_deref(), Some("compute-1-bond0"));
    assert!(bond.boot.is_none() && !bond.production.tagged.is_empty());
}

#[tokio::test(start_paused = true)]
async fn only_the_port_that_differs_is_planned_and_drift_destroys_nothing() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let deploy = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    done(&orchestrator, &design, &deploy, "deploy").await;
    let production = site
        .ports()
        .iter()
        .all(|port| port.facts["phase"] == "production");
    assert!(production, "{:?}", site.ports());

    // Somebody sets a port back by hand.
    let driver = site.network_driver();
    let port = &ports_of(&design.resolved.nodes["compute-1"])[0];
    let boot = drydock_core::driver::NetworkTarget::Port(port.boot.clone().unwrap());
    let cx = drydock_core::Context::detached("by hand");
    let seen = driver
        .observe(&cx, std::slice::from_ref(&boot))
        .await
        .remove(0)
        .unwrap();
    let ensure = drydock_core::driver::NetworkAction::Ensure;
    driver.apply(&cx, &boot, ensure, &seen).await.unwrap();

    let mend = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    let [step] = mend.steps.as_slice() else {
        panic!("{}", mend.display().text())
    };
    assert_eq!(step.target.to_string(), "port ge-2 of r1-tor-a");
    assert_eq!(step.risk, Risk::Disruptive, "the node is in use");
    let verify = plan(&orchestrator, &design, Goal::Verify).await.plan;
    let run = RunId::from("verify");
    let found = orchestrator
        .apply(&design, &verify, run, &Approval::None, None)
        .await
        .unwrap();
    let (failed, _) = only_failure(&found);
    assert_eq!(verify.steps[failed.index()].target, step.target);
    done(&orchestrator, &design, &mend, "mend").await;
    nothing_is_left(&orchestrator, &design, Goal::Deploy).await;
    sound(&site);
}

#[tokio::test(start_paused = true)]
async fn a_plan_made_after_any_crash_finishes_what_is_left() {
    let design = bundled().await;
    let some: Selector = "role=control".parse().unwrap();
    let mut calls = 0;
    loop {
        calls += 1;
        let site = SimulatedSite::new(&design.resolved).faults(Faults::none().crash_at_call(calls));
        let orchestrator = orchestrator(&site);
        let first = orchestrator.plan(&design, Goal::Deploy, &some).await.plan;
        let finished = tokio::select! {
            outcome = orchestrator.apply(&design, &first, RunId::from("r"), &Approval::All, None) => outcome.unwrap().is_success(),
            () = site.crashed() => false,
        };
        if finished {
            break;
        }
        // What was begun comes to its end; nobody goes on with the run.
        tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
        let rest = orchestrator.plan(&design, Goal::Deploy, &some).await.plan;
        done(&orchestrator, &design, &rest, "rest").await;
        let again = orchestrator.plan(&design, Goal::Deploy, &some).await.plan;
        assert!(
            again.is_empty(),
            "crash at call {calls}:\n{}",
            again.display().text()
        );
        let deployed = |name| site.node(name).unwrap().state == ServerState::Deployed;
        assert!(deployed("control-1"));
        let once = site.nodes().iter().all(|node| node.counters.deployed <= 1);
        assert!(once, "crash at call {calls}");
        sound(&site);
    }
    assert!(calls > 20, "only {calls} calls");
}
