//! Many seeds, each with faults of its own.

use crate::rig::{Rig, site_with};
use drydock_core::{
    plan::Goal,
    resolve::ResolvedDesign,
    testing::simulator::{Ended, Fault},
};
use drydock_noop::{Faults, SimulatedNode};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

fn design() -> Arc<ResolvedDesign> {
    site_with(6, |n| {
        let port = format!(", attachments: {{eth0: {{switch: tor0, port: xe-{n}}}}}");
        match n {
            0 => port,
            _ => port + ", depends_on: ['name=n00000']",
        }
    })
}

fn simulate(design: &Arc<ResolvedDesign>, seed: u64) -> (Rig, Ended) {
    let of_the_world = match seed % 3 {
        0 => Faults::none(),
        _ => Faults::from_seed(seed, design),
    };
    let mut rig = Rig::new(design, of_the_world);
    rig.policy.in_flight = 4;
    rig.policy.domains = [("zone".into(), 1)].into();
    rig.policy.rack_power = 2;
    rig.policy.seed = seed;
    // In every second one the longest calls do not fit between two renewals.
    rig.policy.lease = Duration::from_secs(130 + seed % 2 * 110);
    let mut simulation = rig.simulation(rig.terms(Goal::Deploy));
    simulation.seed = seed;
    simulation.faults = Fault::some(seed);
    let ended = simulation
        .run()
        .unwrap_or_else(|why| panic!("seed {seed}: {why}"));
    (rig, ended)
}

#[test]
fn whatever_goes_wrong_the_end_is_as_designed_or_its_reason_is_told() {
    let seeds = std::env::var("DRYDOCK_SEEDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200);
    let design = design();
    let (mut met, mut explained, mut held_up): (BTreeMap<Fault, u64>, u64, u64) =
        Default::default();
    let mut by_fault: BTreeMap<Fault, (u64, u64)> = BTreeMap::new();
    let (mut unexplained, mut failed) = (Vec::new(), 0);
    let mut longest = Duration::ZERO;
    for seed in 0..seeds {
        let (rig, ended) = simulate(&design, seed);
        assert_eq!(ended.violations, Vec::<String>::new(), "seed {seed}");
        assert_eq!(rig.site.violations(), Vec::<String>::new(), "seed {seed}");
        let is_breaking = seed % 3 != 0 && seed % 7 == 0;
        let is_held = ended.met.contains_key(&Fault::DesignChange);
        // A call that is lost takes all the time that it may, and three of them all that their step has.
        let is_of_wire = |reason: &str| {
            let lost = [Fault::LostRequest, Fault::LostAnswer, Fault::LateAnswer];
            let ends = ["no answer within", "not done within"];
            lost.iter().any(|fault| ended.met.contains_key(fault))
                && ends.iter().any(|end| reason.contains(end))
        };
        for (step, reason) in &ended.outcome.failed {
            let is_explained = is_breaking && reason.contains("write error") || is_of_wire(reason);
            assert!(is_explained, "seed {seed}: step {step}: {reason}");
        }
        let has_failed = !ended.outcome.failed.is_empty();
        failed += u64::from(has_failed);
        for (step, reason) in &ended.outcome.skipped {
            // A node that is held or fails midway keeps its place in its failure domain.
            let is_explained = is_held && reason.contains(": it is held")
                || has_failed && reason.contains("failed")
                || (is_held || has_failed) && reason.contains("did not come back");
            assert!(is_explained, "seed {seed}: step {step}: {reason}");
        }
        let twice =
            |node: &SimulatedNode| node.counters.commissioned > 1 || node.counters.deployed > 1;
        assert!(
            !rig.site.nodes().iter().any(twice),
            "seed {seed}: done twice"
        );
        if ended.outcome.is_success() {
            assert_eq!(
                rig.site.as_designed(&design),
                Vec::<String>::new(),
                "seed {seed}"
            );
            assert!(
                rig.plan(Goal::Deploy).is_empty(),
                "seed {seed}: there is still something to do"
            );
        }
        for (fault, times) in ended.met {
            *met.entry(fault).or_default() += times;
        }
        for (fault, (named, all)) in ended.explained_by_fault {
            let of_all = by_fault.entry(fault).or_default();
            (of_all.0, of_all.1) = (of_all.0 + named, of_all.1 + all);
        }
        explained += ended.explained;
        held_up += ended.held_up;
        unexplained.extend(ended.unexplained);
        longest = longest.max(ended.took);
    }
    println!(
        "{seeds} seeds, {failed} of them with failures; met {met:?}; {explained} of {held_up} waits named their fault, of the steps that it held up itself {by_fault:?}; the longest run took {} min",
        longest.as_secs() / 60
    );
    assert!(
        Fault::ALL.iter().all(|fault| met.contains_key(fault)),
        "not all faults were met: {met:?}"
    );
    assert!(
        held_up > seeds && explained * 100 >= held_up * 99,
        "{explained} of {held_up}: {unexplained:#?}"
    );
    // Those that hold up the steps of a run which sleeps and can be asked.
    for fault in [
        Fault::LostRequest,
        Fault::LostAnswer,
        Fault::LateAnswer,
        Fault::Busy,
        Fault::Unavailable,
        Fault::StoreDown,
        Fault::Rival,
        Fault::Pause,
    ] {
        let (named, all) = by_fault.get(&fault).copied().unwrap_or_default();
        assert!(
            all > 0 && named * 100 >= all * 95,
            "{fault}: {named} of {all}: {unexplained:#?}"
        );
    }
}

#[test]
fn a_seed_gives_the_same_trace_byte_for_byte() {
    let design = design();
    let digests: BTreeSet<String> = (0..8)
        .map(|seed| simulate(&design, seed).1.digest)
        .collect();
    assert_eq!(digests.len(), 8, "every seed has a trace of its own");
    let again: BTreeSet<String> = (0..8)
        .map(|seed| simulate(&design, seed).1.digest)
        .collect();
    assert_eq!(again, digests);
}
