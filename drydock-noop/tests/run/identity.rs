//! What destroys strikes the machine that the design names, and no machine that it does not tell from others.

use crate::{
    bundled,
    goals::{changed, done, steps, verbs},
    orchestrator, plan, sound,
};
use drydock_core::{
    Approval, Context, Design, DriverError, Drivers, Goal, Orchestrator, Outcome, PlanPass,
    Progress, Selector, StepDriver, async_trait,
    driver::{
        CustomAction, CustomObservation, CustomStep, Risk, ServerAction, ServerState, Unsupported,
    },
    names::RunId,
    plan::{Action, Additions, Observations, Plan, Planned},
    resolve::ResolvedDesign,
    testing::fixture,
};
use drydock_noop::SimulatedSite;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

/// The bundled site, of which nothing says which machine compute-1 is.
fn without_identity() -> Design {
    changed(&[
        ("  serial: HC32-4012\n", ""),
        ("    boot_mac: '02:d0:c0:00:01:12'\n", ""),
    ])
}

fn destroys(plan: &Plan, node: &str) -> bool {
    let mut steps = steps(plan, node).into_iter();
    steps.any(|step| step.risk == Risk::Destructive)
}

#[tokio::test(start_paused = true)]
async fn a_node_that_nothing_identifies_is_prepared_and_never_installed() {
    let design = without_identity();
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let planned = plan(&orchestrator, &design, Goal::Deploy).await;
    assert_eq!(
        verbs(&planned.plan, "compute-1"),
        [
            "port ge-2 of r1-tor-a: set up for boot",
            "compute-1: boot from pxe next",
            "compute-1: power off",
            "compute-1: power on",
            "compute-1: commission",
            "compute-1: configure storage",
            "compute-1: configure network",
            "port xe-2 of r1-tor-a: set up for production",
            "port xe-2 of r1-tor-b: set up for production",
        ]
    );
    let told = fixture::lines(&planned.diagnostics, &design.resolved);
    assert!(
        told.starts_with("error[DD6010] ")
            && told.contains("BaremetalNode compute-1: nothing says which machine it is")
            && told.lines().count() == 1,
        "{told}"
    );
    done(&orchestrator, &design, &planned.plan, "deploy").await;
    let node = site.node("compute-1").unwrap();
    assert_eq!(
        (node.state, node.counters.deployed),
        (ServerState::Ready, 0)
    );
    let others = site.nodes();
    let deployed = others
        .iter()
        .filter(|node| node.state == ServerState::Deployed);
    assert_eq!(deployed.count(), 11);

    for state in [ServerState::Ready, ServerState::Deployed] {
        site.edit_node("compute-1", |node| node.state = state);
        for goal in Goal::ALL {
            let plan = plan(&orchestrator, &design, goal).await.plan;
            assert!(!destroys(&plan, "compute-1"), "{goal} {state}");
        }
    }
    let verify = plan(&orchestrator, &design, Goal::Verify).await;
    assert!(!steps(&verify.plan, "compute-1").is_empty(), "looking goes");
    sound(&site);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_node_that_nothing_identifies_is_left_out() {
    // The compute nodes wait for every controller.
    let design = changed(&[
        ("  serial: HC32-4011\n", ""),
        ("    boot_mac: '02:d0:c0:00:01:11'\n", ""),
    ]);
    let site = SimulatedSite::new(&design.resolved);
    let plan = plan(&orchestrator(&site), &design, Goal::Deploy).await.plan;
    assert!(!destroys(&plan, "control-1") && !destroys(&plan, "compute-1"));
    assert!(destroys(&plan, "control-2") && destroys(&plan, "gateway-1"));
    done(&orchestrator(&site), &design, &plan, "deploy").await;
    sound(&site);
}

#[tokio::test(start_paused = true)]
async fn one_of_serial_and_boot_mac_is_enough() {
    for gone in [
        "  serial: HC32-4012\n",
        "    boot_mac: '02:d0:c0:00:01:12'\n",
    ] {
        let design = changed(&[(gone, "")]);
        let site = SimulatedSite::new(&design.resolved);
        let planned = plan(&orchestrator(&site), &design, Goal::Deploy).await;
        assert!(planned.diagnostics.is_empty() && destroys(&planned.plan, "compute-1"));
        done(&orchestrator(&site), &design, &planned.plan, "deploy").await;
        sound(&site);
    }
}

/// Wipes what is kept for a node elsewhere, and says whose it is: as the site shows the machine, or not at all.
#[derive(Debug)]
struct Array {
    site: SimulatedSite,
    tells: bool,
    wiped: Mutex<BTreeSet<String>>,
}

#[async_trait]
impl StepDriver for Array {
    fn name(&self) -> &str {
        "array"
    }
    fn supports(&self, _: &CustomStep) -> Result<(), Unsupported> {
        Ok(())
    }
    async fn observe(
        &self,
        _: &Context,
        steps: &[CustomStep],
    ) -> Vec<Result<CustomObservation, DriverError>> {
        let wiped = self.wiped.lock().unwrap();
        let see = |step: &CustomStep| {
            let seen = CustomObservation::new(wiped.contains(&*step.node.name));
            let machine = self.site.node(&step.node.name).unwrap();
            Ok(match self.tells {
                true => seen.identity(machine.identity),
                false => seen,
            })
        };
        steps.iter().map(see).collect()
    }
    async fn apply(
        &self,
        _: &Context,
        step: &CustomStep,
        _: &CustomObservation,
    ) -> Result<Progress, DriverError> {
        let name = step.node.name.to_string();
        self.wiped.lock().unwrap().insert(name);
        Ok(Progress::Done)
    }
}

/// Adds a wipe to the preparation of every node.
#[derive(Debug)]
struct Wipes;

impl PlanPass for Wipes {
    fn name(&self) -> &str {
        "wipes"
    }
    fn add(&self, _: &ResolvedDesign, _: &Observations, plan: &mut Additions<'_>) {
        for (commission, target) in plan.all(ServerAction::Commission) {
            let wipe = CustomAction::new("array", "wipe volume");
            let node = target.name().into();
            let wipe = plan.add(&node, wipe, Risk::Destructive, "it begins anew");
            plan.order(commission, wipe);
        }
    }
}

fn with_array(site: &SimulatedSite, tells: bool) -> (Orchestrator, Arc<Array>) {
    let array = Arc::new(Array {
        site: site.clone(),
        tells,
        wiped: Mutex::default(),
    });
    let drivers = Drivers::new()
        .server(Selector::everything(), site.server_driver())
        .network(Selector::everything(), site.network_driver())
        .oob("ipmi", site.oob_driver())
        .step(array.clone());
    (Orchestrator::new(drivers).pass(Wipes), array)
}

async fn prepare(host: &Orchestrator, design: &Design, nodes: &str) -> Planned {
    host.plan(design, Goal::Prepare, &nodes.parse().unwrap())
        .await
}

async fn applied(host: &Orchestrator, design: &Design, plan: &Plan) -> Outcome {
    host.apply(design, plan, RunId::from("r"), &Approval::All, None)
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_custom_step_that_destroys_strikes_the_designed_machine_alone() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let (host, array) = with_array(&site, true);
    let plan = prepare(&host, &design, "name in (storage-1,storage-2)")
        .await
        .plan;
    let wipes = |step: &&drydock_core::plan::Step| matches!(step.action, Action::Custom(_));
    for step in plan.steps.iter().filter(wipes) {
        let designed = step.precondition.identity.as_ref().unwrap();
        let node = &design.resolved.nodes[step.target.name()];
        assert_eq!(designed.serial, node.spec.serial);
    }
    site.edit_node("storage-1", |node| {
        node.identity.serial = Some("ANOTHER".into())
    });
    let outcome = applied(&host, &design, &plan).await;
    let [(step, reason)] = outcome.failed.as_slice() else {
        panic!("{outcome:?}")
    };
    assert_eq!(plan.steps[step.index()].verb().to_string(), "wipe volume");
    assert!(
        reason
            .starts_with("storage-1 is not the machine of the design: it shows serial ANOTHER and"),
        "{reason}"
    );
    let wiped: Vec<String> = array.wiped.lock().unwrap().iter().cloned().collect();
    assert_eq!(wiped, ["storage-2"]);
}

#[tokio::test(start_paused = true)]
async fn a_custom_step_that_destroys_is_not_taken_where_nobody_says_what_it_strikes() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let (host, array) = with_array(&site, false);
    let plan = prepare(&host, &design, "name=storage-1").await.plan;
    let outcome = applied(&host, &design, &plan).await;
    let [(_, reason)] = outcome.failed.as_slice() else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        reason,
        "array does not tell which machine `wipe volume` would strike; nothing was done to storage-1"
    );
    assert!(array.wiped.lock().unwrap().is_empty());

    let design = without_identity();
    let site = SimulatedSite::new(&design.resolved);
    let (host, _) = with_array(&site, true);
    let planned = prepare(&host, &design, "name=compute-1").await;
    let told = fixture::lines(&planned.diagnostics, &design.resolved);
    assert!(!destroys(&planned.plan, "compute-1"));
    assert!(
        told.starts_with("error[DD6010] ") && told.contains("`wipe volume` is destructive"),
        "{told}"
    );
}
