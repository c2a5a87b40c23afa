//! Nothing that a run prints or keeps holds a byte of a secret: plans, events, journal, store, what drivers saw, what the
//! simulated world shows, and why it failed.

use crate::orchestrator;
use async_trait::async_trait;
use drydock_core::{
    Approval, Design, Goal, Selector,
    driver::Context,
    event::Recorder,
    execute::survey::observe_all,
    names::RunId,
    resolve::Allocations,
    secret::{Secret, SecretError, SecretRef, SecretSource},
    state::{MemoryStore, StateRevision, StateStore},
    testing::{canary::Canary, fixture},
    validate::RuleSet,
};
use drydock_noop::{Faults, SimulatedSite};
use std::{fmt::Debug, path::Path};

const SECRET: &str = "Kanarien=vogel+7";

/// Gives the canary for every name.
#[derive(Debug)]
struct Cage;

#[async_trait]
impl SecretSource for Cage {
    async fn secret(&self, _name: &SecretRef) -> Result<Secret, SecretError> {
        Ok(Secret::new(SECRET))
    }
}

/// The bundled site with the canary at every kind of position.
fn design() -> Design {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/site");
    let mut files = Vec::new();
    for part in ["profiles", "formation"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let secret = format!("'{SECRET}'");
            let url = format!("https://user:{SECRET}@");
            let text = text
                .replace(
                    "credential: {secret: bmc-password}",
                    &format!("credential: {secret}"),
                )
                .replace(
                    "      panic: 30\n",
                    &format!("      panic: 30\n      ds: '{url}host'\n      token: {secret}\n"),
                )
                .replace("url: https://", &format!("url: {url}"))
                .replace(
                    "    owner_data:\n",
                    &format!(
                        "    owner_data:\n      password: {secret}\n      seed: '{url}host'\n"
                    ),
                );
            files.push((path.file_name().unwrap().to_str().unwrap().to_owned(), text));
        }
    }
    let count = files.iter().map(|(_, text)| text.matches(SECRET).count());
    assert!(count.sum::<usize>() >= 4, "the bundled site has changed");
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (&**n, &**t)).collect();
    let design = Design::of(
        &fixture::snapshot(&files),
        &RuleSet::standard(),
        &Allocations::default(),
    );
    assert_eq!(design.diagnostics.errors(), 0, "{:?}", design.diagnostics);
    design
}

struct Search(Canary);

impl Search {
    #[track_caller]
    fn text(&self, what: &str, text: &str) {
        let form = self.0.found_in(text);
        assert_eq!(form, None, "{what} tells the secret: {text}");
    }

    #[track_caller]
    fn debug(&self, what: &str, value: &impl Debug) {
        self.text(what, &format!("{value:?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_tells_no_secret() {
    let (design, search) = (design(), Search(Canary::new(SECRET)));
    search.debug("the design", &design);
    for seed in [0, 1, 7] {
        let site = SimulatedSite::new(&design.resolved).faults(match seed {
            0 => Faults::none(),
            seed => Faults::from_seed(seed, &design.resolved),
        });
        let (recorder, store) = (Recorder::default(), MemoryStore::new());
        let orchestrator = orchestrator(&site)
            .sink(recorder.clone())
            .store(store.clone())
            .secrets(Cage);
        search.debug("the orchestrator", &orchestrator);
        for goal in [Goal::Deploy, Goal::Verify, Goal::Release] {
            let planned = crate::plan(&orchestrator, &design, goal).await;
            search.debug("the plan", &planned);
            let plan = planned.plan;
            for form in [
                plan.display().text(),
                plan.display().json(),
                plan.display().dot(),
                plan.display().mermaid(),
                plan.display().by_rack(&design.resolved).svg(),
            ] {
                search.text("the plan", &form);
            }
            let run = RunId::new(format!("{goal:?}-{seed}"));
            let outcome = orchestrator
                .apply(
                    &design,
                    &plan,
                    run.clone(),
                    &Approval::All,
                    Some(usize::MAX),
                )
                .await;
            search.debug("the outcome", &outcome);
            let journal = format!("run/{run}/journal");
            let records = store.read_journal(&journal, 0).await.unwrap();
            assert!(plan.steps.is_empty() || !records.is_empty());
            for record in &records {
                search.text("the journal", &String::from_utf8_lossy(record));
            }
        }
        let events = recorder.events();
        assert!(events.len() > 50, "{}", events.len());
        search.debug("the events", &events);
        for stored in store.scan("").await.unwrap() {
            search.text("the store", &String::from_utf8_lossy(&stored.value));
        }
        search.debug("the store", &store.changes(StateRevision(0)).await.unwrap());
        search.debug("the store", &store);
        search.debug("the world", &(site.nodes(), site.networks(), site.ports()));
        search.debug(
            "the world",
            &(site.violations(), site.as_designed(&design.resolved)),
        );
        search.debug("the world", &site);
    }
}

#[tokio::test(start_paused = true)]
async fn what_drivers_see_and_find_different_tells_no_secret() {
    let (design, search) = (design(), Search(Canary::new(SECRET)));
    let site = SimulatedSite::new(&design.resolved);
    let drivers = drydock_core::Drivers::new()
        .server(Selector::everything(), site.server_driver())
        .network(Selector::everything(), site.network_driver())
        .oob("ipmi", site.oob_driver());
    // Deployed otherwise than designed, in what holds secrets too.
    site.deliver(&design.resolved);
    for node in design.resolved.nodes.keys() {
        site.edit_node(node, |node| {
            node.owner_data.clear();
            node.kernel_params = None;
        });
    }
    let nodes: Vec<_> = design.resolved.nodes.values().cloned().collect();
    let cx = Context::detached("canary");
    let seen = observe_all(&cx, &design.resolved, &drivers, &nodes).await;
    search.debug("observations", &seen);
    let deviations = site.as_designed(&design.resolved);
    assert!(!deviations.is_empty());
    search.debug("deviations", &deviations);
    let planned = crate::plan(&orchestrator(&site), &design, Goal::Verify).await;
    search.debug("the plan", &planned);
}
