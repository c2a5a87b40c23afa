//! Server drivers that are broken in one way each.
#![allow(clippy::unwrap_used)]

use crate::{found_out, no_time, nodes, rule, site};
use drydock_core::{
    async_trait,
    driver::{
        Change, Context, DriverError, ErrorKind, PowerState, Progress, Risk, ServerAction,
        ServerDriver, ServerObservation, ServerState, UnclaimedServer, Unsupported,
    },
    field::FieldPath,
    model::Catalog,
    names::NodeName,
    resolve::{ResolvedDesign, ResolvedNode},
    testing::conformance::{self, Violation},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

/// In which way a driver is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutant {
    None,
    NameWithSpace,
    AnswersInReverse,
    AnswerMissing,
    ObserveChanges,
    ErrorInsteadOfAbsent,
    ImpureDifferences,
    NeverDone,
    DoneTooEarly,
    NotIdempotent,
    KeyOfAnother,
    DoesWhatItDoesNotSupport,
    ErrorWithoutName,
    GivesUpOnRelease,
    AtOnce,
    NothingMended,
    ClaimsNothing,
}

/// A driver that deploys in two calls, releases in one and supports nothing else; broken as told.
#[derive(Debug)]
struct Half {
    mutant: Mutant,
    servers: Mutex<BTreeMap<NodeName, ServerObservation>>,
    calls: AtomicU32,
}

impl Half {
    fn new(mutant: Mutant, design: &ResolvedDesign) -> Self {
        let server = |name: &NodeName| {
            (
                name.clone(),
                ServerObservation::new(ServerState::Ready).fact("name", name.as_str()),
            )
        };
        let servers = Mutex::new(design.nodes.keys().map(server).collect());
        Self {
            mutant,
            servers,
            calls: AtomicU32::new(0),
        }
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == mutant
    }

    fn no(&self, kind: ErrorKind, node: &ResolvedNode) -> DriverError {
        let named = !self.is(Mutant::ErrorWithoutName);
        DriverError::new(
            kind,
            if named {
                format!("{}: no", node.name)
            } else {
                "no".into()
            },
        )
    }
}

#[async_trait]
impl ServerDriver for Half {
    fn name(&self) -> &str {
        if self.is(Mutant::NameWithSpace) {
            "half a driver"
        } else {
            "half"
        }
    }

    async fn catalog(&self, _: &Context) -> Result<Catalog, DriverError> {
        Ok(Catalog::default())
    }

    fn supports(&self, _: &ResolvedNode, action: ServerAction) -> Result<(), Unsupported> {
        match action {
            ServerAction::Deploy | ServerAction::Release => Ok(()),
            _ => Err(Unsupported::new("not by this driver")),
        }
    }

    async fn observe(
        &self,
        _: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<ServerObservation, DriverError>> {
        let mut servers = self.servers.lock().unwrap();
        let mut see = |node: &Arc<ResolvedNode>| match servers.get_mut(&node.name) {
            Some(seen) if self.is(Mutant::ObserveChanges) => {
                let last = std::mem::replace(&mut seen.power, PowerState::On);
                seen.power = if last == PowerState::On {
                    PowerState::Off
                } else {
                    PowerState::On
                };
                Ok(seen.clone())
            }
            Some(seen) => Ok(seen.clone()),
            None if self.is(Mutant::ErrorInsteadOfAbsent) => {
                Err(self.no(ErrorKind::NotFound, node))
            }
            None => Ok(ServerObservation::new(ServerState::Absent)),
        };
        let mut seen: Vec<_> = nodes.iter().map(&mut see).collect();
        if self.is(Mutant::AnswersInReverse) {
            seen.reverse();
        }
        if self.is(Mutant::AnswerMissing) && seen.len() > 1 {
            seen.pop();
        }
        seen
    }

    async fn unclaimed(
        &self,
        _: &Context,
        known: &[Arc<ResolvedNode>],
    ) -> Result<Vec<UnclaimedServer>, DriverError> {
        let servers = self.servers.lock().unwrap();
        let claimed = |name: &NodeName| {
            !self.is(Mutant::ClaimsNothing) && known.iter().any(|node| node.name == *name)
        };
        let unclaimed = servers.iter().filter(|(name, _)| !claimed(name));
        Ok(unclaimed
            .map(|(name, seen)| UnclaimedServer::new(name.as_str(), seen.state))
            .collect())
    }

    fn differences(&self, _: &ResolvedNode, seen: &ServerObservation) -> Vec<Change> {
        let change = |field: &str| {
            let observed = Some(seen.state.to_string());
            Change::new(
                FieldPath::of([field]),
                "Deployed",
                observed,
                Risk::Destructive,
            )
        };
        let call = self.calls.fetch_add(1, Relaxed);
        match seen.state {
            _ if self.is(Mutant::NothingMended) => vec![change("platform")],
            ServerState::Deployed => Vec::new(),
            _ if self.is(Mutant::ImpureDifferences) && call.is_multiple_of(2) => {
                vec![change("power")]
            }
            _ => vec![change("state")],
        }
    }

    async fn apply(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: ServerAction,
        seen: &ServerObservation,
    ) -> Result<Progress, DriverError> {
        if self.supports(node, action).is_err() {
            let does = self.is(Mutant::DoesWhatItDoesNotSupport);
            return if does {
                Ok(Progress::Done)
            } else {
                Err(self.no(ErrorKind::Unsupported, node))
            };
        }
        let mut servers = self.servers.lock().unwrap();
        let Some(server) = servers.get_mut(&node.name) else {
            return Err(self.no(ErrorKind::NotFound, node));
        };
        let poll_after = Duration::from_secs(u64::from(!self.is(Mutant::AtOnce)));
        let waiting = Ok(Progress::waiting("deploying", poll_after));
        match (action, seen.state) {
            (ServerAction::Release, _) if self.is(Mutant::GivesUpOnRelease) => {
                Err(self.no(ErrorKind::Rejected, node))
            }
            (ServerAction::Release, _) => {
                server.state = ServerState::Ready;
                Ok(Progress::Done)
            }
            (_, ServerState::Deployed)
                if self.is(Mutant::NotIdempotent)
                    && seen.operation.as_deref() != Some(cx.operation()) =>
            {
                server.state = ServerState::Deploying;
                waiting
            }
            (_, ServerState::Deployed) => Ok(Progress::Done),
            (_, ServerState::Deploying) if self.is(Mutant::NeverDone) => waiting,
            (_, ServerState::Deploying) => {
                server.state = ServerState::Deployed;
                waiting
            }
            _ => {
                let other = self.is(Mutant::KeyOfAnother);
                server.operation = Some(if other { "another" } else { cx.operation() }.into());
                server.state = ServerState::Deploying;
                if self.is(Mutant::DoneTooEarly) {
                    Ok(Progress::Done)
                } else {
                    waiting
                }
            }
        }
    }
}

async fn found(mutant: Mutant) -> Vec<Violation> {
    let design = site::design();
    conformance::server(&Half::new(mutant, &design), &nodes(&design), no_time).await
}

#[tokio::test]
async fn a_driver_that_serves_some_actions_only_is_a_driver() {
    assert_eq!(found(Mutant::None).await, [] as [Violation; 0]);
}

#[tokio::test]
async fn every_broken_driver_is_found_out() {
    let mutants = [
        (Mutant::NameWithSpace, rule::ONE_WORD),
        (Mutant::AnswersInReverse, rule::IN_ORDER),
        (Mutant::AnswerMissing, rule::ONE_ANSWER),
        (Mutant::ObserveChanges, rule::IN_ORDER),
        (Mutant::ErrorInsteadOfAbsent, rule::ABSENT),
        (
            Mutant::ImpureDifferences,
            "differences is pure: the same arguments, the same answer in the same order",
        ),
        (Mutant::NeverDone, rule::ENDS),
        (Mutant::DoneTooEarly, rule::DONE),
        (Mutant::NotIdempotent, rule::AT_GOAL),
        (Mutant::KeyOfAnother, rule::OWN_KEY),
        (Mutant::DoesWhatItDoesNotSupport, rule::REFUSED),
        (Mutant::ErrorWithoutName, rule::NAMED),
        (Mutant::GivesUpOnRelease, "what supports allows can be done"),
        (Mutant::AtOnce, "waiting says when to look again"),
        (
            Mutant::NothingMended,
            "what an action mends is mended when it is Done",
        ),
        (
            Mutant::ClaimsNothing,
            "what the design names is not unclaimed",
        ),
    ];
    found_out(&mutants, found).await;
}
