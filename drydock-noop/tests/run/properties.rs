//! What holds of every plan, for worlds that are mixed up at random.

use crate::{apply, bundled, orchestrator, sound};
use drydock_core::{
    Approval, Context, Design, Goal, Selector,
    driver::{PowerState, Risk, ServerState},
    execute::survey::observe_all,
    names::RunId,
    plan::{Observations, Plan, Step, plan},
};
use drydock_noop::SimulatedSite;
use std::collections::BTreeSet;

/// Numbers that follow from a seed (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn shuffled<T>(&mut self, items: impl IntoIterator<Item = T>) -> Vec<T> {
        let mut items: Vec<T> = items.into_iter().collect();
        for n in (1..items.len()).rev() {
            items.swap(n, self.below(n + 1));
        }
        items
    }
}

const STATES: [ServerState; 9] = [
    ServerState::Absent,
    ServerState::New,
    ServerState::Commissioning,
    ServerState::Ready,
    ServerState::Allocated,
    ServerState::Deploying,
    ServerState::Deployed,
    ServerState::Releasing,
    ServerState::Broken,
];

async fn seen(site: &SimulatedSite, design: &Design) -> (drydock_core::Drivers, Observations) {
    let drivers = drydock_core::Drivers::new()
        .server(Selector::everything(), site.server_driver())
        .network(Selector::everything(), site.network_driver())
        .oob("ipmi", site.oob_driver());
    let nodes: Vec<_> = design.resolved.nodes.values().cloned().collect();
    let cx = Context::detached("plan");
    let seen = observe_all(&cx, &design.resolved, &drivers, &nodes).await;
    (drivers, seen)
}

/// The same observations, put together in another order; what is volatile in them moved.
fn moved(seen: &Observations, random: &mut Random) -> Observations {
    let mut moved = Observations::default();
    for (name, answer) in random.shuffled(&seen.servers) {
        let mut answer = answer.clone();
        if let Ok(server) = &mut answer {
            server.power = [PowerState::On, PowerState::Off, PowerState::Unknown][random.below(3)];
            server.operation = Some(format!("somebody/{}", random.below(1000)).into());
            server.identity.macs = random.shuffled(server.identity.macs.clone());
        }
        moved.servers.insert(name.clone(), answer);
    }
    for (name, answer) in random.shuffled(&seen.networks) {
        moved.networks.insert(name.clone(), answer.clone());
    }
    for (name, answer) in random.shuffled(&seen.ports) {
        moved.ports.insert(name.clone(), answer.clone());
    }
    for (name, answer) in &seen.unclaimed {
        let answer = answer.clone().map(|servers| random.shuffled(servers));
        moved.unclaimed.insert(name.clone(), answer);
    }
    moved
}

fn ends_what_it_begins(plan: &Plan) {
    let mut numbered = BTreeSet::new();
    for step in &plan.steps {
        assert!(
            step.needs.iter().all(|need| numbered.contains(need)),
            "{step:?}"
        );
        assert!(step.needs.is_sorted());
        numbered.insert(step.id);
    }
}

#[tokio::test(start_paused = true)]
async fn order_and_volatile_facts_never_change_a_plan() {
    let design = bundled().await;
    for seed in 0..16 {
        let (mut random, site) = (Random(seed), SimulatedSite::new(&design.resolved));
        for node in design.resolved.nodes.keys() {
            let state = STATES[random.below(STATES.len())];
            site.edit_node(node, |node| node.state = state);
        }
        let (drivers, seen) = seen(&site, &design).await;
        for goal in Goal::ALL {
            let everything = Selector::everything();
            let made = plan(&design.resolved, &drivers, &seen, goal, &everything);
            ends_what_it_begins(&made.plan);
            assert!(made.plan.is_for(&design.resolved));
            let moved = moved(&seen, &mut random);
            let again = plan(&design.resolved, &drivers, &moved, goal, &everything);
            assert_eq!(made.plan.id, again.plan.id, "seed {seed}, {goal}");
            assert_eq!(made.plan.display().json(), again.plan.display().json());
            assert_eq!(made.diagnostics, again.diagnostics, "seed {seed}, {goal}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_for_drift_takes_nothing_from_a_deployed_node() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let everything = Selector::everything();
    let first = orchestrator
        .plan(&design, Goal::Deploy, &everything)
        .await
        .plan;
    apply(&orchestrator, &design, &first).await;
    for seed in 0..16 {
        let mut random = Random(seed);
        let nodes: Vec<_> = design.resolved.nodes.keys().collect();
        for name in random.shuffled(nodes).into_iter().take(5) {
            let what = random.below(4);
            site.edit_node(name, |node| match what {
                0 => node.image = Some(format!("other-{seed}").into()),
                1 => drop(node.facts.insert(
                    "storage.physical_devices.sdz.volume_group".into(),
                    "x".into(),
                )),
                2 => drop(
                    node.facts
                        .insert("interfaces.eth9.mtu".into(), format!("{seed}").into()),
                ),
                _ => drop(node.facts.pop_first()),
            });
        }
        let network = random.below(design.resolved.networks.len());
        let network = design.resolved.networks.keys().nth(network).unwrap();
        site.edit_network(network, |network| {
            network
                .facts
                .insert("mtu".into(), format!("{}", 1000 + seed).into());
        });
        for goal in [Goal::Deploy, Goal::Prepare, Goal::Verify] {
            let planned = orchestrator.plan(&design, goal, &everything).await;
            let destroys = |step: &&Step| step.risk == Risk::Destructive;
            assert_eq!(
                planned.plan.steps.iter().find(destroys),
                None,
                "seed {seed}"
            );
            assert_eq!(planned.plan.destroyed_deployed(), 0);
            let servers = planned.plan.steps.iter().filter(|step| {
                step.risk > Risk::Read && step.node().is_some() && step.port.is_none()
            });
            assert_eq!(
                servers.count(),
                0,
                "seed {seed}: a deployed node is left alone"
            );
        }
        let drift = orchestrator.plan(&design, Goal::Deploy, &everything).await;
        assert!(!drift.diagnostics.is_empty(), "seed {seed}: it is told");
        let run = RunId::new(format!("mend-{seed}"));
        let outcome = orchestrator
            .apply(&design, &drift.plan, run, &Approval::None, None)
            .await
            .unwrap();
        assert!(outcome.is_success());
        let again = orchestrator
            .plan(&design, Goal::Deploy, &everything)
            .await
            .plan;
        assert!(again.is_empty(), "seed {seed}:\n{}", again.display().text());
    }
    sound(&site);
}

#[tokio::test(start_paused = true)]
async fn planning_again_after_success_is_empty_wherever_it_began() {
    let design = bundled().await;
    // States in which a machine may be found; those on the way are reached by runs that are cut off.
    let begun = [ServerState::New, ServerState::Ready, ServerState::Allocated];
    for seed in 0..8 {
        let (mut random, site) = (Random(seed), SimulatedSite::new(&design.resolved));
        for node in design.resolved.nodes.keys() {
            let state = begun[random.below(begun.len())];
            site.edit_node(node, |node| node.state = state);
        }
        let orchestrator = orchestrator(&site);
        let everything = Selector::everything();
        for goal in [Goal::Prepare, Goal::Deploy] {
            let planned = orchestrator.plan(&design, goal, &everything).await;
            assert_eq!(planned.diagnostics.errors(), 0, "{:?}", planned.diagnostics);
            let run = RunId::new(format!("{goal}"));
            let outcome = orchestrator
                .apply(&design, &planned.plan, run, &Approval::All, None)
                .await;
            assert!(
                outcome.as_ref().is_ok_and(|o| o.is_success()),
                "seed {seed}: {outcome:?}"
            );
            let again = orchestrator.plan(&design, goal, &everything).await.plan;
            assert!(
                again.is_empty(),
                "seed {seed}, {goal}:\n{}",
                again.display().text()
            );
        }
        assert_eq!(site.as_designed(&design.resolved), Vec::<String>::new());
        sound(&site);
    }
}
