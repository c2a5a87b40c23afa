//! A host's own steps: where passes put them, what they cannot do, and that they are taken.

use crate::{apply, bundled, nothing_is_left, orchestrator, sound};
use drydock_core::{
    Context, Design, DriverError, Drivers, Goal, Orchestrator, PlanPass, Policy, Progress,
    Selector, StepDriver, async_trait,
    driver::{CustomAction, CustomObservation, CustomStep, Risk, ServerAction, Unsupported},
    names::NodeName,
    plan::{Action, Additions, Observations, Plan, Target},
    resolve::ResolvedDesign,
    testing::fixture,
};
use drydock_noop::SimulatedSite;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Keeps tickets: each is opened in one call and seen open in the next. Keeps what it was called with, too.
#[derive(Debug, Default)]
struct Tickets(Mutex<BTreeSet<String>>, Mutex<Vec<Context>>);

#[async_trait]
impl StepDriver for Tickets {
    fn name(&self) -> &str {
        "tickets"
    }
    fn supports(&self, step: &CustomStep) -> Result<(), Unsupported> {
        match step.action.verb() {
            "open ticket" => Ok(()),
            _ => Err(Unsupported::new("it can only open tickets")),
        }
    }
    async fn observe(
        &self,
        _: &Context,
        steps: &[CustomStep],
    ) -> Vec<Result<CustomObservation, DriverError>> {
        let open = self.0.lock().unwrap();
        let see = |step: &CustomStep| Ok(CustomObservation::new(open.contains(&*step.node.name)));
        steps.iter().map(see).collect()
    }
    async fn apply(
        &self,
        cx: &Context,
        step: &CustomStep,
        seen: &CustomObservation,
    ) -> Result<Progress, DriverError> {
        assert!(!cx.is_over());
        self.1.lock().unwrap().push(cx.clone());
        if seen.is_done {
            return Ok(Progress::Done);
        }
        self.0.lock().unwrap().insert(step.node.name.to_string());
        Ok(Progress::waiting("opened a ticket", Duration::from_secs(1)))
    }
}

/// Adds a ticket before each deployment, by what it was told.
#[derive(Debug, Clone, Copy)]
struct BeforeDeploy {
    driver: &'static str,
    verb: &'static str,
    risk: Risk,
    and_after: bool,
    for_all: bool,
}

const TICKET: BeforeDeploy = BeforeDeploy {
    driver: "tickets",
    verb: "open ticket",
    risk: Risk::Reversible,
    and_after: false,
    for_all: false,
};

impl PlanPass for BeforeDeploy {
    fn name(&self) -> &str {
        "change-management"
    }
    fn add(&self, design: &ResolvedDesign, _: &Observations, plan: &mut Additions<'_>) {
        if self.for_all {
            let ticket = CustomAction::new(self.driver, self.verb);
            let names: Vec<NodeName> = design.nodes.keys().cloned().collect();
            for name in names {
                plan.add(&name, ticket.clone(), self.risk, "it is asked for");
            }
        }
        for (deploy, target) in plan.all(ServerAction::Deploy) {
            let node = NodeName::from(target.name());
            let ticket =
                CustomAction::new(self.driver, self.verb).with("queue", "https://u:p@t.example/q");
            let ticket = plan.add(&node, ticket, self.risk, "a change is announced");
            plan.order(ticket, deploy);
            if self.and_after {
                plan.order(deploy, ticket);
            }
            assert_eq!(plan.find(&target, ServerAction::Deploy), Some(deploy));
        }
    }
}

fn with(site: &SimulatedSite, tickets: &Arc<Tickets>, pass: BeforeDeploy) -> Orchestrator {
    let drivers = Drivers::new()
        .server(Selector::everything(), site.server_driver())
        .network(Selector::everything(), site.network_driver())
        .oob("ipmi", site.oob_driver())
        .step(tickets.clone());
    Orchestrator::new(drivers).pass(pass)
}

async fn planned(pass: BeforeDeploy, nodes: &str) -> (Design, Plan, String) {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let nodes: Selector = nodes.parse().unwrap();
    let planned = with(&site, &Arc::default(), pass)
        .plan(&design, Goal::Deploy, &nodes)
        .await;
    let told = fixture::lines(&planned.diagnostics, &design.resolved);
    (design, planned.plan, told)
}

fn deploys(plan: &Plan) -> usize {
    let deploy = Action::Server(ServerAction::Deploy);
    plan.steps
        .iter()
        .filter(|step| step.action == deploy)
        .count()
}

#[tokio::test(start_paused = true)]
async fn steps_of_a_pass_are_taken_where_it_puts_them() {
    let design = bundled().await;
    let (site, tickets) = (
        SimulatedSite::new(&design.resolved),
        Arc::new(Tickets::default()),
    );
    let host = with(&site, &tickets, TICKET);
    let everything = Selector::everything();
    let plan = host.plan(&design, Goal::Deploy, &everything).await.plan;
    let own = orchestrator(&site)
        .plan(&design, Goal::Deploy, &everything)
        .await
        .plan;
    assert_eq!(plan.steps.len(), own.steps.len() + 12);
    assert_ne!(plan.id, own.id);
    assert!(
        !plan.display().json().contains("u:p@"),
        "{}",
        plan.display().json()
    );
    for step in plan
        .steps
        .iter()
        .filter(|step| step.action == Action::Server(ServerAction::Deploy))
    {
        let ticket = |need: &&drydock_core::names::StepId| {
            let need = &plan.steps[need.index()];
            matches!(need.action, Action::Custom(_)) && need.target == step.target
        };
        assert_eq!(step.needs.iter().filter(ticket).count(), 1);
    }
    let outcome = apply(&host, &design, &plan).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(tickets.0.lock().unwrap().len(), 12);
    nothing_is_left(&host, &design, Goal::Deploy).await;
    let verify = host.plan(&design, Goal::Verify, &everything).await.plan;
    let custom = verify
        .steps
        .iter()
        .filter(|step| matches!(step.action, Action::Custom(_)));
    assert_eq!(custom.count(), 0, "to verify is to look");
    sound(&site);
}

#[tokio::test(start_paused = true)]
async fn a_driver_sees_when_the_time_of_its_call_is_over() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let tickets = Arc::new(Tickets::default());
    let mut policy = Policy::default();
    // So that none is over when the run ends.
    policy.call_limit = Duration::from_secs(24 * 60 * 60);
    policy.lease = 2 * policy.call_limit;
    let host = with(&site, &tickets, TICKET).policy(policy.clone());
    let nodes = "name=compute-1".parse().unwrap();
    let plan = host.plan(&design, Goal::Deploy, &nodes).await.plan;
    assert!(apply(&host, &design, &plan).await.is_success());
    let calls = tickets.1.lock().unwrap().clone();
    assert!(!calls.is_empty() && calls.iter().all(|cx| !cx.is_over()));
    tokio::time::sleep(policy.call_limit).await;
    assert!(calls.iter().all(Context::is_over));
    assert!(!Context::detached("r/1").is_over());
}

#[tokio::test(start_paused = true)]
async fn what_a_pass_cannot_have_is_told_and_holds_up_what_waits_for_it() {
    let pass = BeforeDeploy {
        verb: "close ticket",
        ..TICKET
    };
    let (_, plan, told) = planned(pass, "name=compute-1").await;
    assert_eq!(deploys(&plan), 0);
    assert!(
        told.contains("error[DD6003]")
            && told
                .contains("tickets does not support `close ticket` here: it can only open tickets"),
        "{told}"
    );

    let (_, plan, told) = planned(
        BeforeDeploy {
            driver: "nobody",
            ..TICKET
        },
        "name=compute-1",
    )
    .await;
    assert_eq!(deploys(&plan), 0);
    assert!(
        told.contains("error[DD6001]") && told.contains("no step driver is called `nobody`"),
        "{told}"
    );

    let (_, plan, told) = planned(
        BeforeDeploy {
            and_after: true,
            ..TICKET
        },
        "name=control-1",
    )
    .await;
    assert_eq!(deploys(&plan), 0);
    let cycle = "the pass `change-management` makes steps wait for each other: `deploy` of control-1, `open ticket` of control-1";
    assert!(
        told.contains("error[DD6004]") && told.contains(cycle),
        "{told}"
    );

    let (_, plan, told) = planned(
        BeforeDeploy {
            for_all: true,
            ..TICKET
        },
        "name=control-1",
    )
    .await;
    let strangers = plan
        .steps
        .iter()
        .filter(|step| step.node().is_some_and(|node| *node != "control-1"));
    assert_eq!(strangers.count(), 0, "who is not chosen is not touched");
    assert_eq!(told.matches("error[DD6003]").count(), 11, "{told}");
    assert_eq!(deploys(&plan), 1);
}

#[tokio::test(start_paused = true)]
async fn a_custom_step_that_destroys_is_counted_and_needs_its_approval() {
    let (design, plan, _) = planned(
        BeforeDeploy {
            risk: Risk::Destructive,
            ..TICKET
        },
        "name=control-1",
    )
    .await;
    assert_eq!(plan.destroyed_nodes(), 1);
    assert!(plan.is_for(&design.resolved));
    let named = plan
        .steps
        .iter()
        .find(|step| matches!(step.action, Action::Custom(_)))
        .unwrap();
    assert_eq!(named.target, Target::Node("control-1".into()));
    assert_eq!(named.observed_as(), drydock_core::plan::ObservedAs::Custom);
}
