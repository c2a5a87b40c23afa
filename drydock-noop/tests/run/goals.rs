//! What each goal plans, and what must not be touched.

use crate::{bundled, nothing_is_left, orchestrator, plan, sound};
use drydock_core::{
    Approval, Design, Goal, Orchestrator, Plan, Selector,
    driver::{Risk, ServerAction, ServerState},
    names::RunId,
    plan::{Action, Step},
    resolve::Allocations,
    testing::fixture,
    validate::RuleSet,
};
use drydock_noop::SimulatedSite;
use std::{collections::BTreeMap, fs, path::Path};

pub(crate) async fn done(orchestrator: &Orchestrator, design: &Design, plan: &Plan, run: &str) {
    let outcome = orchestrator
        .apply(design, plan, RunId::from(run), &Approval::All, Some(100))
        .await
        .unwrap();
    assert!(outcome.is_success(), "{outcome:?}");
}

/// The bundled site with these changes of its text.
pub(crate) fn changed(changes: &[(&str, &str)]) -> Design {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/site");
    let mut files = Vec::new();
    for folder in ["profiles", "formation"] {
        for entry in fs::read_dir(site.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    for (from, to) in changes {
        let all = files.iter_mut();
        let changed = all.filter(|(_, text)| text.contains(from));
        let count = changed.map(|(_, text)| *text = text.replacen(from, to, 1));
        assert_eq!(count.count(), 1, "{from} stands in one file");
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (&**n, &**t)).collect();
    let snapshot = fixture::snapshot(&files);
    let design = Design::of(&snapshot, &RuleSet::standard(), &Allocations::default());
    assert_eq!(design.diagnostics.errors(), 0, "{:?}", design.diagnostics);
    design
}

pub(crate) fn steps<'p>(plan: &'p Plan, node: &str) -> Vec<&'p Step> {
    let of = |step: &&Step| step.node().is_some_and(|name| *name == node);
    plan.steps.iter().filter(of).collect()
}

pub(crate) fn verbs(plan: &Plan, node: &str) -> Vec<String> {
    let steps = steps(plan, node).into_iter();
    steps
        .map(|step| format!("{}: {}", step.target, step.verb()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn preparing_leads_up_to_the_installation_and_not_into_it() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let prepare = plan(&orchestrator, &design, Goal::Prepare).await.plan;
    assert_eq!(prepare.destroyed_nodes(), 0, "nothing needs an approval");
    assert_eq!(
        verbs(&prepare, "compute-1"),
        [
            "port ge-2 of r1-tor-a: set up for boot",
            "compute-1: boot from pxe next",
            "compute-1: power off",
            "compute-1: power on",
            "compute-1: commission",
            "compute-1: configure storage",
            "compute-1: configure network",
        ]
    );
    done(&orchestrator, &design, &prepare, "prepare").await;
    let is_ready = |node: &drydock_noop::SimulatedNode| node.state == ServerState::Ready;
    assert!(site.nodes().iter().all(is_ready));
    nothing_is_left(&orchestrator, &design, Goal::Prepare).await;

    let deploy = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    assert_eq!(
        verbs(&deploy, "compute-1"),
        [
            "port xe-2 of r1-tor-a: set up for production",
            "port xe-2 of r1-tor-b: set up for production",
            "compute-1: deploy",
            "port ge-2 of r1-tor-a: set up for production",
        ]
    );
    done(&orchestrator, &design, &deploy, "deploy").await;
    nothing_is_left(&orchestrator, &design, Goal::Prepare).await;
    nothing_is_left(&orchestrator, &design, Goal::Deploy).await;
    sound(&site);
}

#[tokio::test(start_paused = true)]
async fn redeploying_gives_back_and_installs_anew_each_step_with_its_identity() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let deploy = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    assert_eq!(
        (deploy.destroyed_nodes(), deploy.destroyed_deployed()),
        (12, 0)
    );
    done(&orchestrator, &design, &deploy, "deploy").await;

    let two: Selector = "name in (compute-1,compute-2)".parse().unwrap();
    let redeploy = orchestrator.plan(&design, Goal::Redeploy, &two).await.plan;
    assert_eq!(
        verbs(&redeploy, "compute-1"),
        [
            "compute-1: release",
            "compute-1: configure storage",
            "compute-1: configure network",
            "port ge-2 of r1-tor-a: set up for boot",
            "compute-1: deploy",
            "port ge-2 of r1-tor-a: set up for production",
        ]
    );
    for step in &redeploy.steps {
        let identified =
            step.precondition.identity.is_some() && !step.precondition.states.is_empty();
        assert!(step.risk < Risk::Destructive || identified, "{step:?}");
    }
    // Of what was looked at: the two and what they depend on.
    assert_eq!(redeploy.destroyed_deployed(), 2);
    assert!(redeploy.deployed.seen >= 2 && redeploy.destructive_bound() == 1);
    let whole = plan(&orchestrator, &design, Goal::Redeploy).await.plan;
    assert_eq!((whole.deployed.seen, whole.destroyed_deployed()), (12, 12));
    done(&orchestrator, &design, &redeploy, "redeploy").await;
    let deployed = |name: &str| site.node(name).unwrap().counters.deployed;
    assert_eq!(
        ["compute-1", "compute-2", "compute-3"].map(deployed),
        [2, 2, 1]
    );
    nothing_is_left(&orchestrator, &design, Goal::Deploy).await;
    sound(&site);
}

#[tokio::test(start_paused = true)]
async fn what_is_held_is_left_alone_whatever_the_goal() {
    let design = changed(&[(
        "  serial: HC32-4012\n",
        "  serial: HC32-4012\n  hold: true\n",
    )]);
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    for goal in [Goal::Prepare, Goal::Deploy, Goal::Redeploy, Goal::Release] {
        for state in [
            ServerState::New,
            ServerState::Ready,
            ServerState::Deployed,
            ServerState::Broken,
        ] {
            site.edit_node("compute-1", |node| node.state = state);
            let planned = plan(&orchestrator, &design, goal).await;
            let touched = steps(&planned.plan, "compute-1");
            assert!(
                touched.iter().all(|step| step.risk < Risk::Disruptive),
                "{goal} {state}: {touched:?}"
            );
        }
    }
    site.edit_node("compute-1", |node| node.state = ServerState::New);
    let planned = plan(&orchestrator, &design, Goal::Deploy).await;
    assert_eq!(
        fixture::lines(&planned.diagnostics, &design.resolved),
        "note[DD6008] nodes-r1.yaml:33:9 BaremetalNode compute-1: nothing is planned for it: it is held, and \
         `power off` is disruptive\n"
    );
    let verify = plan(&orchestrator, &design, Goal::Verify).await;
    assert_eq!(
        steps(&verify.plan, "compute-1").len(),
        1,
        "looking is no touching"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_protected_is_neither_released_nor_redeployed() {
    let design = changed(&[
        (
            "  serial: HC32-4012\n",
            "  serial: HC32-4012\n  protect: [release]\n",
        ),
        (
            "  serial: HC32-4011\n",
            "  serial: HC32-4011\n  protect: [redeploy]\n",
        ),
    ]);
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let deploy = plan(&orchestrator, &design, Goal::Deploy).await;
    assert!(
        deploy.diagnostics.is_empty(),
        "a first deployment is neither"
    );
    done(&orchestrator, &design, &deploy.plan, "deploy").await;
    let released = |plan: &Plan| {
        let release = Action::Server(ServerAction::Release);
        let steps = plan.steps.iter().filter(|step| step.action == release);
        steps
            .map(|step| step.target.to_string())
            .collect::<Vec<_>>()
    };
    let release = plan(&orchestrator, &design, Goal::Release).await;
    let redeploy = plan(&orchestrator, &design, Goal::Redeploy).await;
    assert_eq!(released(&release.plan).len(), 11);
    assert!(!released(&release.plan).contains(&"compute-1".to_owned()));
    assert_eq!(released(&redeploy.plan).len(), 10);
    assert_eq!(steps(&redeploy.plan, "control-1"), Vec::<&Step>::new());
    let notes = redeploy.diagnostics.iter();
    let notes: BTreeMap<_, _> = notes
        .map(|d| {
            (
                d.subject.as_ref().unwrap().name.to_string(),
                d.message.clone(),
            )
        })
        .collect();
    assert_eq!(
        notes["compute-1"],
        "nothing is planned for it: it is protected from release, and `release` is destructive"
    );
    assert_eq!(
        notes["control-1"],
        "nothing is planned for it: it is protected from redeploy, and `release` is destructive"
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_left_the_design_is_told_and_not_touched() {
    let (all, site) = (bundled().await, bundled().await);
    let site = SimulatedSite::new(&site.resolved);
    let deploy = plan(&orchestrator(&site), &all, Goal::Deploy).await.plan;
    done(&orchestrator(&site), &all, &deploy, "deploy").await;
    let fewer = changed(&[(
        "metadata: {name: compute-2, region: quayside}",
        "metadata: {name: other-2, region: quayside}",
    )]);
    let planned = plan(&orchestrator(&site), &fewer, Goal::Release).await;
    let told = fixture::lines(&planned.diagnostics, &fewer.resolved);
    assert!(
        told.contains("simulated-server has `compute-2`, which is Deployed"),
        "{told}"
    );
    assert!(steps(&planned.plan, "compute-2").is_empty());
    assert_eq!(planned.plan.destroyed_nodes(), 11);
    // Who asks about a part is not told of the rest, which nobody looked at.
    let one: Selector = "name=compute-1".parse().unwrap();
    let part = orchestrator(&site).plan(&fewer, Goal::Release, &one).await;
    assert!(part.diagnostics.is_empty(), "{:?}", part.diagnostics);
}
