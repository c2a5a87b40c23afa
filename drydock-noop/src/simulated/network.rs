//! The network driver of a simulated site.

use super::{
    CallKind, SimulatedSite,
    call::Answer,
    difference,
    facts::network_facts,
    machine::GENERATION,
    world::{Segment, World, stale},
};
use drydock_core::{
    async_trait,
    driver::{
        Change, Context, DriverError, ErrorKind, NetworkAction, NetworkDriver, NetworkObservation,
        NetworkState, NetworkTarget, Progress, Unsupported,
    },
};
use smol_str::{SmolStr, format_smolstr};

/// Makes the networks and switch ports of a simulated site.
#[derive(Debug)]
pub(super) struct SimulatedNetworkDriver(pub(super) SimulatedSite);

#[async_trait]
impl NetworkDriver for SimulatedNetworkDriver {
    fn name(&self) -> &str {
        "simulated-network"
    }

    fn supports(&self, _target: &NetworkTarget, _action: NetworkAction) -> Result<(), Unsupported> {
        Ok(())
    }

    async fn observe(
        &self,
        _cx: &Context,
        targets: &[NetworkTarget],
    ) -> Vec<Result<NetworkObservation, DriverError>> {
        let mut world = self.0.world();
        let mut see = |target: &NetworkTarget| {
            world.begin(CallKind::ObserveNetwork, &name_of(target))?;
            Ok(observed(world.segment(target)))
        };
        targets.iter().map(&mut see).collect()
    }

    fn differences(&self, target: &NetworkTarget, seen: &NetworkObservation) -> Vec<Change> {
        difference::of_network(target, seen)
    }

    async fn apply(
        &self,
        cx: &Context,
        target: &NetworkTarget,
        action: NetworkAction,
        seen: &NetworkObservation,
    ) -> Result<Progress, DriverError> {
        let answer = self
            .0
            .world()
            .apply_to_network(cx.operation(), target, action, seen);
        answer.arrive().await
    }
}

impl World {
    fn apply_to_network(
        &mut self,
        operation: &str,
        target: &NetworkTarget,
        action: NetworkAction,
        seen: &NetworkObservation,
    ) -> Answer<Progress> {
        let (kind, name) = (CallKind::Network(action), name_of(target));
        let (state, generation) = self
            .segment(target)
            .map_or_else(Default::default, |s| (s.state(), s.generation));
        if let Some(why) = stale(&seen.facts, generation) {
            return Answer::Ready(Err(self.violated(&name, action, format!("{state:?}"), why)));
        }
        let step = self.begin(kind, &name).and_then(|fault| match action {
            NetworkAction::Ensure => Ok((fault, self.ensure(target))),
            _ => {
                let message = format!("{name}: cannot {action} ({operation})");
                Err(DriverError::new(ErrorKind::Unsupported, message))
            }
        });
        if !matches!(step, Ok((_, false))) {
            self.segment_mut(target).generation += 1;
        }
        match step {
            Ok((fault, changed)) => self.end((kind, &name), fault, (Progress::Done, changed)),
            Err(error) => Answer::Ready(Err(error)),
        }
    }

    /// Makes it as designed; says whether it was not.
    fn ensure(&mut self, target: &NetworkTarget) -> bool {
        let designed = network_facts(target);
        let network = &mut self.segment_mut(target).network;
        if network.state == NetworkState::Present && network.facts == designed {
            return false;
        }
        network.state = NetworkState::Present;
        network.facts = designed;
        network.ensured += 1;
        true
    }

    fn segment(&self, target: &NetworkTarget) -> Option<&Segment> {
        let segments = if is_port(target) {
            &self.ports
        } else {
            &self.networks
        };
        segments.get(&name_of(target))
    }

    fn segment_mut(&mut self, target: &NetworkTarget) -> &mut Segment {
        match is_port(target) {
            true => self.segment_of_port(name_of(target)),
            false => self.segment_of_network(name_of(target)),
        }
    }
}

fn observed(segment: Option<&Segment>) -> NetworkObservation {
    let (state, generation) = segment.map_or_else(Default::default, |s| (s.state(), s.generation));
    let mut seen = NetworkObservation::new(state);
    seen.facts = segment
        .map(|segment| segment.network.facts.clone())
        .unwrap_or_default();
    seen.fact(GENERATION, format_smolstr!("{generation}"))
}

fn is_port(target: &NetworkTarget) -> bool {
    matches!(target, NetworkTarget::Port(_))
}

fn name_of(target: &NetworkTarget) -> SmolStr {
    match target {
        NetworkTarget::Network(network) => network.name.as_str().into(),
        NetworkTarget::Port(port) => format_smolstr!("{} {}", port.switch, port.port),
        _ => SmolStr::default(),
    }
}
