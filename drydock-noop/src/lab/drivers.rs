//! `[io]` The drivers of a site that a lab serves. What is pure the simulated drivers answer here, everything else the lab.

use super::{
    link::Link,
    wire::{Answer, Call, CallContext, DesignedNode, Target},
};
use drydock_core::{
    async_trait,
    driver::{
        BootDevice, Change, Context, DriverError, ErrorKind, NetworkAction, NetworkDriver,
        NetworkObservation, NetworkTarget, OobAction, OobDriver, OobObservation, PowerAction,
        Progress, ServerAction, ServerDriver, ServerObservation, UnclaimedServer, Unsupported,
    },
    model::Catalog,
    names::NodeName,
    resolve::ResolvedNode,
};
use serde::de::DeserializeOwned;
use smol_str::SmolStr;
use std::sync::Arc;

/// Takes the machines of a lab through their life.
#[derive(Debug)]
pub(super) struct LabServerDriver {
    pub(super) link: Link,
    pub(super) pure: Arc<dyn ServerDriver>,
}

/// Makes the networks and switch ports of a lab.
#[derive(Debug)]
pub(super) struct LabNetworkDriver {
    pub(super) link: Link,
    pub(super) pure: Arc<dyn NetworkDriver>,
}

/// Reaches the BMCs of a lab.
#[derive(Debug)]
pub(super) struct LabOobDriver {
    pub(super) link: Link,
    pub(super) pure: Arc<dyn OobDriver>,
}

#[async_trait]
impl ServerDriver for LabServerDriver {
    fn name(&self) -> &str {
        self.pure.name()
    }

    async fn catalog(&self, cx: &Context) -> Result<Catalog, DriverError> {
        let call = Call::Catalog {
            cx: CallContext::of(cx),
        };
        let images: Vec<(SmolStr, Vec<SmolStr>)> = self.link.call(cx, "the catalog", &call).await?;
        Ok(Catalog::new(images))
    }

    fn supports(&self, node: &ResolvedNode, action: ServerAction) -> Result<(), Unsupported> {
        self.pure.supports(node, action)
    }

    async fn observe(
        &self,
        cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<ServerObservation, DriverError>> {
        let nodes = names(nodes);
        let call = Call::ObserveServers {
            cx: CallContext::of(cx),
            nodes: nodes.clone(),
        };
        each((&self.link, cx), &nodes, call).await
    }

    async fn unclaimed(
        &self,
        cx: &Context,
        known: &[Arc<ResolvedNode>],
    ) -> Result<Vec<UnclaimedServer>, DriverError> {
        let call = Call::Unclaimed {
            cx: CallContext::of(cx),
            known: names(known),
        };
        self.link.call(cx, "the site", &call).await
    }

    fn differences(&self, node: &ResolvedNode, seen: &ServerObservation) -> Vec<Change> {
        self.pure.differences(node, seen)
    }

    async fn apply(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: ServerAction,
        seen: &ServerObservation,
    ) -> Result<Progress, DriverError> {
        let call = Call::ApplyServer {
            cx: CallContext::of(cx),
            node: DesignedNode::of(node),
            action,
            seen: Box::new(seen.clone()),
        };
        self.link.call(cx, &node.name, &call).await
    }
}

#[async_trait]
impl NetworkDriver for LabNetworkDriver {
    fn name(&self) -> &str {
        self.pure.name()
    }

    fn supports(&self, target: &NetworkTarget, action: NetworkAction) -> Result<(), Unsupported> {
        self.pure.supports(target, action)
    }

    async fn observe(
        &self,
        cx: &Context,
        targets: &[NetworkTarget],
    ) -> Vec<Result<NetworkObservation, DriverError>> {
        let shown: Vec<String> = targets.iter().map(shown).collect();
        let Some(targets) = targets.iter().map(Target::of).collect() else {
            return shown.iter().map(|target| Err(unsayable(target))).collect();
        };
        let call = Call::ObserveNetworks {
            cx: CallContext::of(cx),
            targets,
        };
        each((&self.link, cx), &shown, call).await
    }

    fn differences(&self, target: &NetworkTarget, seen: &NetworkObservation) -> Vec<Change> {
        self.pure.differences(target, seen)
    }

    async fn apply(
        &self,
        cx: &Context,
        target: &NetworkTarget,
        action: NetworkAction,
        seen: &NetworkObservation,
    ) -> Result<Progress, DriverError> {
        let shown = shown(target);
        let call = Call::ApplyNetwork {
            cx: CallContext::of(cx),
            target: Target::of(target).ok_or_else(|| unsayable(&shown))?,
            action,
            seen: Box::new(seen.clone()),
        };
        self.link.call(cx, shown, &call).await
    }
}

#[async_trait]
impl OobDriver for LabOobDriver {
    fn name(&self) -> &str {
        self.pure.name()
    }

    fn supports(&self, node: &ResolvedNode, action: OobAction) -> Result<(), Unsupported> {
        self.pure.supports(node, action)
    }

    async fn observe(
        &self,
        cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<OobObservation, DriverError>> {
        let nodes = names(nodes);
        let call = Call::ObserveMachines {
            cx: CallContext::of(cx),
            nodes: nodes.clone(),
        };
        each((&self.link, cx), &nodes, call).await
    }

    async fn set_power(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: PowerAction,
    ) -> Result<(), DriverError> {
        let call = Call::SetPower {
            cx: CallContext::of(cx),
            node: DesignedNode::of(node),
            action,
        };
        self.link.call(cx, &node.name, &call).await
    }

    async fn set_next_boot(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        device: BootDevice,
    ) -> Result<(), DriverError> {
        let call = Call::SetNextBoot {
            cx: CallContext::of(cx),
            node: DesignedNode::of(node),
            device,
        };
        self.link.call(cx, &node.name, &call).await
    }
}

fn names(nodes: &[Arc<ResolvedNode>]) -> Vec<NodeName> {
    nodes.iter().map(|node| node.name.clone()).collect()
}

fn shown(target: &NetworkTarget) -> String {
    match target {
        NetworkTarget::Network(network) => network.name.to_string(),
        NetworkTarget::Port(port) => format!("{} {}", port.switch, port.port),
        _ => "a target".to_owned(),
    }
}

fn unsayable(target: &str) -> DriverError {
    let message = format!("{target}: a lab knows networks and switch ports only");
    DriverError::new(ErrorKind::Unsupported, message)
}

/// One answer for each target, also where the lab gives none.
async fn each<O: DeserializeOwned>(
    (link, cx): (&Link, &Context),
    targets: &[impl AsRef<str>],
    call: Call,
) -> Vec<Result<O, DriverError>> {
    let answers: Result<Vec<Answer<O>>, DriverError> = link.call(cx, "observe", &call).await;
    let failed = |target: &str, kind, why: &dyn std::fmt::Display| {
        Err(DriverError::new(kind, format!("{target}: {why}")))
    };
    match answers {
        Ok(answers) if answers.len() == targets.len() => {
            answers.into_iter().map(Result::from).collect()
        }
        Ok(answers) => {
            let why = format!(
                "the lab gave {} answers for {} targets",
                answers.len(),
                targets.len()
            );
            let answer = |target: &_| failed(AsRef::as_ref(target), ErrorKind::Internal, &why);
            targets.iter().map(answer).collect()
        }
        Err(error) => {
            let answer = |target: &_| failed(AsRef::as_ref(target), error.kind(), &error);
            targets.iter().map(answer).collect()
        }
    }
}
