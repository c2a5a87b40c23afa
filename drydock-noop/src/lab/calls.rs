//! What the lab does with each call: the simulated drivers' own answer, as text.

use super::{
    server::Lab,
    wire::{
        Answer, Call, CallContext, Counts, Designed, DesignedNetwork, DesignedNode, Target,
        WireViolation,
    },
};
use drydock_core::{
    driver::{
        DriverError, ErrorKind, NetworkObservation, NetworkTarget, OobObservation,
        ServerObservation, ServerState,
    },
    names::NodeName,
    resolve::ResolvedNode,
};
use serde::Serialize;
use std::{collections::BTreeSet, fmt::Display, sync::Arc, time::Duration};

/// The answer to a call.
pub(super) async fn answer(lab: &Lab, call: &Call) -> String {
    let site = &lab.site;
    match call {
        Call::Catalog { cx } => {
            let catalog = site.server_driver().catalog(&cx.context()).await;
            said(catalog.map(|catalog| catalog.images))
        }
        Call::ObserveServers { cx, nodes } => lab.observe_servers(cx, nodes).await,
        Call::Unclaimed { cx, known } => {
            let known = lab.known(known);
            said(site.server_driver().unclaimed(&cx.context(), &known).await)
        }
        Call::ApplyServer {
            cx,
            node,
            action,
            seen,
        } => said(match lab.same_node(node) {
            Ok(node) => {
                let driver = site.server_driver();
                driver.apply(&cx.context(), node, *action, seen).await
            }
            Err(error) => Err(error),
        }),
        Call::ObserveNetworks { cx, targets } => lab.observe_networks(cx, targets).await,
        Call::ApplyNetwork {
            cx,
            target,
            action,
            seen,
        } => said(match lab.same_target(target) {
            Ok(target) => {
                let driver = site.network_driver();
                driver.apply(&cx.context(), &target, *action, seen).await
            }
            Err(error) => Err(error),
        }),
        Call::ObserveMachines { cx, nodes } => lab.observe_machines(cx, nodes).await,
        Call::SetPower { cx, node, action } => said(match lab.same_node(node) {
            Ok(node) => {
                site.oob_driver()
                    .set_power(&cx.context(), node, *action)
                    .await
            }
            Err(error) => Err(error),
        }),
        Call::SetNextBoot { cx, node, device } => said(match lab.same_node(node) {
            Ok(node) => {
                site.oob_driver()
                    .set_next_boot(&cx.context(), node, *device)
                    .await
            }
            Err(error) => Err(error),
        }),
        Call::Compare { nodes, networks } => said(Ok(lab.differing(nodes, networks))),
        Call::Nodes => said(Ok(site.nodes())),
        Call::Networks => said(Ok(site.networks())),
        Call::Ports => said(Ok(site.ports())),
        Call::Violations => {
            let violations = site.violations().into_iter();
            said(Ok(violations.map(WireViolation).collect::<Vec<_>>()))
        }
        Call::AsDesigned => said(Ok(site.as_designed(&lab.design))),
        Call::Applied => said(Ok(site.applied())),
        Call::Counts => said(Ok(Counts::of(lab))),
        Call::Advance { ms } => said(match site.advance(Duration::from_millis(*ms)) {
            true => Ok(()),
            false => {
                let why = "the lab's clock cannot be moved on by so much";
                Err(DriverError::new(ErrorKind::Rejected, why))
            }
        }),
    }
}

/// An answer as a line without its end.
pub(super) fn text(answer: &impl Serialize) -> String {
    // All keys are texts, so nothing is refused; an empty line is not understood, and said to be so.
    serde_json::to_string(answer).unwrap_or_default()
}

fn said<T: Serialize>(result: Result<T, DriverError>) -> String {
    text(&Answer::from(result))
}

/// One answer for each name: of those that are known in their order, and one that is made for each other.
fn in_order<N, O: Serialize>(
    names: &[N],
    is_known: impl Fn(&N) -> bool,
    answers: Vec<Result<O, DriverError>>,
    unknown: impl Fn(&N) -> Result<O, DriverError>,
) -> String {
    let mut answers = answers.into_iter();
    let missing = || {
        Err(DriverError::new(
            ErrorKind::Internal,
            "an answer is missing",
        ))
    };
    let answer = |name| match is_known(name) {
        true => answers.next().unwrap_or_else(missing),
        false => unknown(name),
    };
    let all: Vec<Answer<O>> = names.iter().map(answer).map(Answer::from).collect();
    said(Ok(all))
}

impl Lab {
    fn known(&self, names: &[NodeName]) -> Vec<Arc<ResolvedNode>> {
        let nodes = names.iter().filter_map(|name| self.design.nodes.get(name));
        nodes.cloned().collect()
    }

    async fn observe_servers(&self, cx: &CallContext, names: &[NodeName]) -> String {
        let driver = self.site.server_driver();
        let answers = driver.observe(&cx.context(), &self.known(names)).await;
        let absent = |_: &_| Ok(ServerObservation::new(ServerState::Absent));
        in_order(
            names,
            |name| self.design.nodes.contains_key(name),
            answers,
            absent,
        )
    }

    async fn observe_machines(&self, cx: &CallContext, names: &[NodeName]) -> String {
        let driver = self.site.oob_driver();
        let answers = driver.observe(&cx.context(), &self.known(names)).await;
        let unknown = |name: &NodeName| Err::<OobObservation, _>(unknown(name));
        in_order(
            names,
            |name| self.design.nodes.contains_key(name),
            answers,
            unknown,
        )
    }

    async fn observe_networks(&self, cx: &CallContext, targets: &[Target]) -> String {
        let known: Vec<_> = targets
            .iter()
            .filter_map(|target| self.target(target))
            .collect();
        let driver = self.site.network_driver();
        let answers = driver.observe(&cx.context(), &known).await;
        let absent = |_: &_| Ok(NetworkObservation::default());
        in_order(
            targets,
            |target| self.target(target).is_some(),
            answers,
            absent,
        )
    }

    fn target(&self, target: &Target) -> Option<NetworkTarget> {
        match target {
            Target::Network(network) => {
                let network = self.design.networks.get(&network.name);
                network.cloned().map(NetworkTarget::Network)
            }
            Target::Port(port) => Some(NetworkTarget::Port(port.clone())),
        }
    }

    /// The node, if the caller means the same by its name.
    fn same_node(&self, node: &DesignedNode) -> Result<&ResolvedNode, DriverError> {
        let name = &node.name;
        let known = self.design.nodes.get(name).ok_or_else(|| unknown(name))?;
        match DesignedNode::of(known).design == node.design {
            true => Ok(known),
            false => Err(another(name)),
        }
    }

    /// The same for a network. A port is what its caller says.
    fn same_target(&self, target: &Target) -> Result<NetworkTarget, DriverError> {
        let found = self.target(target);
        match (target, &found) {
            (Target::Network(asked), Some(NetworkTarget::Network(known)))
                if DesignedNetwork::of(known).design != asked.design =>
            {
                return Err(another(&asked.name));
            }
            (Target::Network(asked), None) => return Err(unknown(&asked.name)),
            _ => {}
        }
        found.ok_or_else(|| DriverError::new(ErrorKind::Internal, "a target is missing"))
    }

    /// The names of what this lab has another design of, or none.
    fn differing(&self, nodes: &[DesignedNode], networks: &[DesignedNetwork]) -> BTreeSet<String> {
        let mut differing = BTreeSet::new();
        let nodes = nodes.iter().filter(|node| self.same_node(node).is_err());
        differing.extend(nodes.map(|Designed { name, .. }| name.to_string()));
        let is_same = |network: &&DesignedNetwork| {
            let target = Target::Network((*network).clone());
            self.same_target(&target).is_err()
        };
        let networks = networks.iter().filter(is_same);
        differing.extend(networks.map(|Designed { name, .. }| name.to_string()));
        differing
    }
}

fn unknown(name: impl Display) -> DriverError {
    let message =
        format!("{name}: the lab's design does not name it; start the lab with the same files");
    DriverError::new(ErrorKind::NotFound, message)
}

fn another(name: impl Display) -> DriverError {
    let message = format!(
        "{name}: the lab has another design of it than its caller; start the lab with the same files"
    );
    DriverError::new(ErrorKind::Rejected, message)
}
