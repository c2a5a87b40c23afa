//! What goes over a lab's socket: calls and answers as they are written. A change of these is a new [`VERSION`], but for a
//! number that is added to [`Counts`]: who does not know it leaves it away, and who misses it reads 0.

use super::Lab;
use crate::simulated::{Violation, ViolationKind};
use drydock_core::{
    driver::{
        BootDevice, Context, ContextBuilder, DriverError, ErrorKind, NetworkAction,
        NetworkObservation, NetworkTarget, PortIntent, PowerAction, ServerAction,
        ServerObservation,
    },
    names::{NetworkName, NodeName},
    resolve::{ResolvedNetwork, ResolvedNode},
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// The version of what is said here. Both sides name it first, and speak only with their own.
pub const VERSION: u32 = 1;

/// The first line of a client.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hello {
    #[serde(rename = "drydock-lab")]
    pub(super) version: u32,
}

/// The first line of a lab. Later versions may say more.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Greeting {
    #[serde(rename = "drydock-lab")]
    pub(super) version: u32,
    /// How many machines there are, for people.
    #[serde(default)]
    pub(super) nodes: usize,
}

/// What a call of a driver is made with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallContext {
    operation: SmolStr,
    #[serde(default)]
    fence: u64,
    #[serde(default)]
    now: Duration,
    /// None: the caller waits without end.
    #[serde(default)]
    deadline: Option<Duration>,
}

impl CallContext {
    pub(super) fn of(cx: &Context) -> Self {
        Self {
            operation: cx.operation().into(),
            fence: cx.fence(),
            now: cx.now(),
            deadline: (cx.deadline() != Duration::MAX).then(|| cx.deadline()),
        }
    }

    pub(super) fn context(&self) -> Context {
        ContextBuilder::new(self.operation.clone())
            .fence(self.fence)
            .time(self.now, self.deadline.unwrap_or(Duration::MAX))
            .build()
    }
}

/// A machine or a network of the design: its name, and a digest of what the design says of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Designed<N> {
    pub(super) name: N,
    pub(super) design: String,
}

/// A machine of the design.
pub(super) type DesignedNode = Designed<NodeName>;
/// A network of the design.
pub(super) type DesignedNetwork = Designed<NetworkName>;

impl DesignedNode {
    pub(super) fn of(node: &ResolvedNode) -> Self {
        let said = (
            &node.value,
            &node.interfaces,
            &node.kernel_params,
            &node.fqdn,
            &node.labels,
        );
        let (name, design) = (node.name.clone(), digest(&said));
        Self { name, design }
    }
}

impl DesignedNetwork {
    pub(super) fn of(network: &ResolvedNetwork) -> Self {
        let said = (&network.value, &network.routes, network.mtu);
        let (name, design) = (network.name.clone(), digest(&said));
        Self { name, design }
    }
}

/// What a network driver is called for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Target {
    Network(DesignedNetwork),
    Port(Arc<PortIntent>),
}

impl Target {
    /// None for a kind of target that this version cannot say.
    pub(super) fn of(target: &NetworkTarget) -> Option<Self> {
        match target {
            NetworkTarget::Network(network) => Some(Self::Network(DesignedNetwork::of(network))),
            NetworkTarget::Port(port) => Some(Self::Port(port.clone())),
            _ => None,
        }
    }
}

/// One line of a client after its first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Call {
    Catalog {
        cx: CallContext,
    },
    ObserveServers {
        cx: CallContext,
        nodes: Vec<NodeName>,
    },
    Unclaimed {
        cx: CallContext,
        known: Vec<NodeName>,
    },
    ApplyServer {
        cx: CallContext,
        node: DesignedNode,
        action: ServerAction,
        seen: Box<ServerObservation>,
    },
    ObserveNetworks {
        cx: CallContext,
        targets: Vec<Target>,
    },
    ApplyNetwork {
        cx: CallContext,
        target: Target,
        action: NetworkAction,
        seen: Box<NetworkObservation>,
    },
    ObserveMachines {
        cx: CallContext,
        nodes: Vec<NodeName>,
    },
    SetPower {
        cx: CallContext,
        node: DesignedNode,
        action: PowerAction,
    },
    SetNextBoot {
        cx: CallContext,
        node: DesignedNode,
        device: BootDevice,
    },
    /// Which of these the lab has another design of, or none.
    Compare {
        nodes: Vec<DesignedNode>,
        networks: Vec<DesignedNetwork>,
    },
    Nodes,
    Networks,
    Ports,
    Violations,
    AsDesigned,
    Applied,
    Counts,
    Advance {
        ms: u64,
    },
}

impl Call {
    /// Whether it may change something, so that a broken connection leaves open what has happened.
    pub(super) fn is_changing(&self) -> bool {
        matches!(
            self,
            Self::ApplyServer { .. }
                | Self::ApplyNetwork { .. }
                | Self::SetPower { .. }
                | Self::SetNextBoot { .. }
                | Self::Advance { .. }
        )
    }

    /// Whether a driver makes it. Such a call takes its time; what people ask is answered at once.
    pub(super) fn is_of_driver(&self) -> bool {
        matches!(
            self,
            Self::Catalog { .. }
                | Self::ObserveServers { .. }
                | Self::Unclaimed { .. }
                | Self::ApplyServer { .. }
                | Self::ObserveNetworks { .. }
                | Self::ApplyNetwork { .. }
                | Self::ObserveMachines { .. }
                | Self::SetPower { .. }
                | Self::SetNextBoot { .. }
        )
    }
}

/// One line of a lab after its first.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Answer<T> {
    Ok(T),
    Error(WireError),
}

/// A driver's error. What caused it stays where it happened; its message says it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireError {
    kind: ErrorKind,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<Duration>,
}

impl<T> From<Result<T, DriverError>> for Answer<T> {
    fn from(result: Result<T, DriverError>) -> Self {
        match result {
            Ok(answer) => Self::Ok(answer),
            Err(error) => Self::Error(WireError {
                kind: error.kind(),
                message: error.to_string(),
                retry_after: error.pause(),
            }),
        }
    }
}

impl<T> From<Answer<T>> for Result<T, DriverError> {
    fn from(answer: Answer<T>) -> Self {
        match answer {
            Answer::Ok(answer) => Ok(answer),
            Answer::Error(WireError {
                kind,
                message,
                retry_after,
            }) => {
                let error = DriverError::new(kind, message);
                Err(match retry_after {
                    Some(pause) => error.retry_after(pause),
                    None => error,
                })
            }
        }
    }
}

/// A violation with everything that is known of it; as a value for people it is only its message.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct WireViolation(#[serde(with = "Whole")] pub(super) Violation);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Violation")]
struct Whole {
    kind: ViolationKind,
    target: SmolStr,
    call: u64,
    at: Duration,
    message: String,
}

/// What has come to a lab so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Counts {
    /// How often drivers called, by what for. An observation counts once a target.
    pub calls: BTreeMap<String, u64>,
    /// How many calls of drivers have come and are not answered yet.
    pub under_way: u64,
    /// How many callers went away before their answer came.
    pub abandoned: u64,
    /// How many lines were not understood.
    pub not_understood: u64,
}

impl Counts {
    pub(super) fn of(lab: &Lab) -> Self {
        let calls = lab.site.calls().into_iter();
        Self {
            calls: calls.map(|(kind, n)| (kind.to_string(), n)).collect(),
            under_way: lab.under_way.load(Ordering::Relaxed),
            abandoned: lab.abandoned.load(Ordering::Relaxed),
            not_understood: lab.not_understood.load(Ordering::Relaxed),
        }
    }
}

/// FNV-1a of 64 bits over JSON, in which secrets are struck out. It tells designs apart, not forgeries.
fn digest(value: &impl Serialize) -> String {
    // Nothing that is digested has a key that is not a text, the one thing that JSON refuses.
    let text = serde_json::to_vec(value).unwrap_or_default();
    let digest = text.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{digest:016x}")
}
