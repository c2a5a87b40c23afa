//! The network driver of a simulated site.

use super::{
    CallKind, SimulatedSite, difference,
    exchange::{Request, Step},
    facts::network_facts,
    loads::NETWORKS,
    machine::GENERATION,
    port::port_name,
    world::{Segment, World},
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
        cx: &Context,
        targets: &[NetworkTarget],
    ) -> Vec<Result<NetworkObservation, DriverError>> {
        let coming = self.0.look(
            cx,
            (CallKind::ObserveNetwork, targets),
            |_, target| (name_of(target), NETWORKS),
            |world, target, _| {
                // From the first look on a port is one that somebody sets up.
                if is_port(target) {
                    world.segment_mut(target);
                }
                Ok(observed(world.segment(target)))
            },
        );
        coming.arrive().await
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
        let name = name_of(target);
        let request = Request {
            kind: CallKind::Network(action),
            target: &name,
            endpoint: &NETWORKS,
            node: None,
            seen: Some(&seen.facts),
        };
        let coming = self.0.exchange(cx, &request, |world| match action {
            NetworkAction::Ensure => world.ensured(target),
            _ => {
                let message = format!("{name}: cannot {action} ({})", cx.operation());
                Err(DriverError::new(ErrorKind::Unsupported, message))
            }
        });
        coming.arrive().await
    }
}

impl World {
    fn ensured(&mut self, target: &NetworkTarget) -> Step<Progress> {
        if let NetworkTarget::Port(port) = target
            && let Err(no) = self.may_set_up(port)
        {
            let state = self.segment(target).map(Segment::state).unwrap_or_default();
            let (name, action) = (name_of(target), format!("ensure {}", port.phase));
            return Err(self.violated(&name, action, format!("{state:?}"), no));
        }
        Ok((Progress::Done, self.ensure(target)))
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
        NetworkTarget::Port(port) => port_name(&port.switch, &port.port),
        _ => SmolStr::default(),
    }
}
