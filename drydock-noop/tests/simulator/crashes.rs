//! A crash at every await point of a run.

use crate::rig::{Rig, site_with};
use drydock_core::plan::Goal;
use drydock_noop::{Faults, SimulatedNode};

#[test]
fn a_crash_at_any_await_point_changes_nothing_in_the_end() {
    let design = site_with(2, |n| match n {
        0 => String::new(),
        _ => ", depends_on: ['name=n00000']".to_owned(),
    });
    let undisturbed = Rig::new(&design, Faults::none());
    let points = undisturbed.deploy().points;
    let expected = undisturbed.site.nodes();
    assert!(points > 100, "{points} points");
    for point in 0..points {
        let rig = Rig::new(&design, Faults::none());
        let mut simulation = rig.simulation(rig.terms(Goal::Deploy));
        simulation.crash_at = [point, point + 30, point + 31].into();
        let ended = simulation.run().unwrap();
        rig.sound(&ended);
        assert!(
            ended.outcome.is_success(),
            "a crash at {point}: {:?}",
            ended.outcome
        );
        // How often power was asked for may differ, what was done may not.
        let same = |node: &SimulatedNode, other: &SimulatedNode| {
            (
                &node.state,
                &node.facts,
                &node.image,
                &node.operation,
                node.counters.deployed,
            ) == (
                &other.state,
                &other.facts,
                &other.image,
                &other.operation,
                other.counters.deployed,
            )
        };
        assert!(
            rig.site
                .nodes()
                .iter()
                .zip(&expected)
                .all(|(a, b)| same(a, b)),
            "a crash at {point}"
        );
    }
    println!("{points} await points");
}
