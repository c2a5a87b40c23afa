//! What the orchestrator asks drivers outside any run: bounded in time, all at once, with the host's secrets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use drydock_core::{
    ApplyError, Approval, Context, Design, DriverError, Drivers, ErrorKind, Goal, Orchestrator,
    Policy, Progress, Selector, ServerDriver, async_trait,
    driver::{Change, ServerAction, ServerObservation, ServerState, UnclaimedServer, Unsupported},
    execute::Override,
    model::Catalog,
    names::RunId,
    resolve::ResolvedNode,
    secret::{Secret, SecretError, SecretRef, SecretSource},
    testing::fixture,
};
use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// A driver all of whose servers are deployed, if it says so.
#[derive(Debug)]
struct Server {
    name: &'static str,
    answers: Answers,
    is_silent: AtomicBool,
    deadlines: Mutex<Vec<Duration>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Answers {
    Always,
    WithSecret,
    Panic,
}

impl Server {
    fn new(name: &'static str, answers: Answers) -> Arc<Self> {
        Arc::new(Self {
            name,
            answers,
            is_silent: AtomicBool::new(false),
            deadlines: Mutex::default(),
        })
    }

    fn silent(name: &'static str) -> Arc<Self> {
        let server = Self::new(name, Answers::Always);
        server.is_silent.store(true, Ordering::Relaxed);
        server
    }

    async fn answer(&self, cx: &Context) -> Result<(), DriverError> {
        self.deadlines.lock().unwrap().push(cx.deadline());
        if self.is_silent.load(Ordering::Relaxed) {
            pending::<()>().await;
        }
        match self.answers {
            Answers::Always => Ok(()),
            Answers::Panic => panic!("a driver's bug"),
            Answers::WithSecret => {
                let secret = cx.secret(&SecretRef::new("lab/api")).await;
                let refused = |why: String| DriverError::new(ErrorKind::Unauthorized, why);
                match secret.map_err(|error| refused(error.to_string()))?.expose() {
                    "open sesame" => Ok(()),
                    _ => Err(refused("wrong".into())),
                }
            }
        }
    }
}

#[async_trait]
impl ServerDriver for Server {
    fn name(&self) -> &str {
        self.name
    }
    async fn catalog(&self, _: &Context) -> Result<Catalog, DriverError> {
        Err(DriverError::new(ErrorKind::Unsupported, "none"))
    }
    fn supports(&self, _: &ResolvedNode, _: ServerAction) -> Result<(), Unsupported> {
        Ok(())
    }
    async fn observe(
        &self,
        cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<ServerObservation, DriverError>> {
        let answer = self.answer(cx).await;
        let seen = |_| match &answer {
            Ok(()) => Ok(ServerObservation::new(ServerState::Deployed)),
            Err(error) => Err(DriverError::new(error.kind(), error.to_string())),
        };
        nodes.iter().map(seen).collect()
    }
    async fn unclaimed(
        &self,
        cx: &Context,
        _: &[Arc<ResolvedNode>],
    ) -> Result<Vec<UnclaimedServer>, DriverError> {
        self.answer(cx).await.map(|()| Vec::new())
    }
    fn differences(&self, _: &ResolvedNode, _: &ServerObservation) -> Vec<Change> {
        Vec::new()
    }
    async fn apply(
        &self,
        _: &Context,
        _: &ResolvedNode,
        _: ServerAction,
        _: &ServerObservation,
    ) -> Result<Progress, DriverError> {
        Ok(Progress::Done)
    }
}

#[derive(Debug)]
struct Lab;

#[async_trait]
impl SecretSource for Lab {
    async fn secret(&self, name: &SecretRef) -> Result<Secret, SecretError> {
        match name.secret.as_str() {
            "lab/api" => Ok(Secret::new("open sesame")),
            _ => Err(SecretError::absent(name, "not here")),
        }
    }
}

/// Two nodes for each of these drivers, which are chosen by name.
fn lab(drivers: &[&Arc<Server>]) -> (Design, Orchestrator) {
    let (mut text, mut known) = (String::new(), Drivers::new());
    for driver in drivers {
        let name = driver.name;
        let selector: Selector = format!("driver={name}").parse().unwrap();
        known = known.server(selector, Arc::clone(driver) as Arc<dyn ServerDriver>);
        for n in 1..=2 {
            text += &format!(
                "---\napiVersion: drydock/v1\nkind: BaremetalNode\n\
                 metadata: {{name: {name}-{n}, labels: {{driver: {name}}}}}\nspec: {{serial: {name}{n}}}\n"
            );
        }
    }
    let mut design = fixture::load(&[("lab.yaml", &text)]);
    // What a whole design needs besides is of no account here.
    design.diagnostics = Default::default();
    (design, Orchestrator::new(known))
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[tokio::test(start_paused = true)]
async fn drivers_are_observed_at_once_and_not_for_ever() {
    let (well, silent, mute) = (
        Server::new("well", Answers::Always),
        Server::silent("silent"),
        Server::silent("mute"),
    );
    let buggy = Server::new("buggy", Answers::Panic);
    let (design, orchestrator) = lab(&[&silent, &well, &buggy, &mute]);
    let mut policy = Policy::default();
    policy.call_limit = seconds(30);
    policy.overrides = vec![
        Override::driver("silent").call_limit(seconds(45)),
        Override::action("deploy").call_limit(seconds(900)),
    ];
    let begun = Instant::now();
    let orchestrator = orchestrator.policy(policy);
    let all = Selector::everything();
    let seen = orchestrator.observe(&design, &all).await;
    assert_eq!(begun.elapsed().as_secs(), 45, "as long as the most patient");
    let said = |name: &str| match &seen.servers[name] {
        Ok(server) => server.state.to_string(),
        Err(why) => why.clone(),
    };
    assert_eq!(said("well-1"), "Deployed");
    for n in 1..=2 {
        assert_eq!(
            said(&format!("silent-{n}")),
            "driver silent gave no answer within 45 s"
        );
        assert_eq!(
            said(&format!("mute-{n}")),
            "driver mute gave no answer within 30 s"
        );
        assert_eq!(
            said(&format!("buggy-{n}")),
            "driver buggy panicked; this is a bug in the driver"
        );
    }
    assert!(seen.unclaimed["well"].is_ok() && seen.unclaimed["mute"].is_err());
    // Each was told its deadline, for what it has and for what the design does not name.
    assert_eq!(*silent.deadlines.lock().unwrap(), [seconds(45); 2]);
    assert_eq!(*well.deadlines.lock().unwrap(), [seconds(30); 2]);
    let planned = orchestrator.plan(&design, Goal::Verify, &all).await;
    assert_eq!(
        planned.plan.steps.len(),
        2,
        "the others are not planned for"
    );
    let told = fixture::lines(&planned.diagnostics, &design.resolved);
    assert!(
        told.contains("it could not be observed: driver silent gave no answer within 45 s"),
        "{told}"
    );
}

#[tokio::test]
async fn who_observes_has_the_orchestrators_secrets() {
    let driver = Server::new("locked", Answers::WithSecret);
    let (design, orchestrator) = lab(&[&driver]);
    let all = Selector::everything();
    let without = orchestrator.observe(&design, &all).await;
    let why = without.servers["locked-1"].as_ref().unwrap_err();
    assert!(why.contains("the host gave no source of secrets"), "{why}");
    let seen = orchestrator.secrets(Lab).observe(&design, &all).await;
    assert!(seen.servers["locked-1"].is_ok() && seen.unclaimed["locked"].is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_node_that_can_no_longer_be_seen_counts_as_deployed() {
    let driver = Server::new("racks", Answers::Always);
    let (design, orchestrator) = lab(&[&driver]);
    let all = Selector::everything();
    let plan = orchestrator.plan(&design, Goal::Release, &all).await.plan;
    assert_eq!((plan.destroyed_nodes(), plan.destroyed_deployed()), (2, 2));
    driver.is_silent.store(true, Ordering::Relaxed);
    let begun = Instant::now();
    for (bound, of) in [(None, Some(0)), (Some(1), None)] {
        let refused = orchestrator
            .apply(&design, &plan, RunId::from("r"), &Approval::All, bound)
            .await;
        match refused {
            Err(ApplyError::TooDestructive {
                nodes: 2,
                bound: 1,
                of: said,
                ..
            }) => assert_eq!(said, of),
            other => panic!("{other:?}"),
        }
    }
    let limit = Policy::default().call_limit;
    assert_eq!(begun.elapsed().as_secs(), 2 * limit.as_secs());
}
