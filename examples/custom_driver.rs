//! A server driver of one's own, whole, and held against the conformance suite that every driver must pass.

use drydock_core::{
    Context, DriverError, ErrorKind, Progress, ServerDriver, async_trait,
    driver::{
        Change, Risk, ServerAction, ServerObservation, ServerState, UnclaimedServer, Unsupported,
    },
    field::FieldPath,
    model::Catalog,
    resolve::ResolvedNode,
    testing::conformance,
};
use drydock_examples::{FAILED, Failure, OK, demo, load, print};
use std::{
    collections::BTreeMap,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

type Seen = Vec<Result<ServerObservation, DriverError>>;
type Unclaimed = Result<Vec<UnclaimedServer>, DriverError>;
type Applied = Result<Progress, DriverError>;

/// Deploys and releases servers through a rack controller.
#[derive(Debug)]
struct RackDriver(Controller);

// The driver begins.
#[async_trait]
impl ServerDriver for RackDriver {
    fn name(&self) -> &str {
        "rack"
    }
    async fn catalog(&self, _: &Context) -> Result<Catalog, DriverError> {
        Ok(Catalog::default())
    }
    fn supports(&self, node: &ResolvedNode, action: ServerAction) -> Result<(), Unsupported> {
        let no = || Unsupported::new(format!("{}: cannot {action} it", node.name));
        let can = matches!(action, ServerAction::Deploy | ServerAction::Release);
        can.then_some(()).ok_or_else(no)
    }
    async fn observe(&self, _: &Context, nodes: &[Arc<ResolvedNode>]) -> Seen {
        let look = |node: &Arc<ResolvedNode>| Ok(self.0.look(&node.name));
        nodes.iter().map(look).collect()
    }
    async fn unclaimed(&self, _: &Context, known: &[Arc<ResolvedNode>]) -> Unclaimed {
        Ok(self.0.others(known))
    }
    fn differences(&self, _: &ResolvedNode, seen: &ServerObservation) -> Vec<Change> {
        if seen.state == ServerState::Deployed {
            return Vec::new();
        }
        let (field, seen) = (FieldPath::of(["state"]), Some(seen.state.to_string()));
        vec![Change::new(field, "Deployed", seen, Risk::Destructive).by(ServerAction::Deploy)]
    }
    #[rustfmt::skip]
    async fn apply(&self, cx: &Context, node: &ResolvedNode, action: ServerAction, seen: &ServerObservation) -> Applied {
        self.supports(node, action).map_err(|why| DriverError::new(ErrorKind::Unsupported, why.reason))?;
        let deploys = action == ServerAction::Deploy;
        let goal = if deploys { ServerState::Deployed } else { ServerState::Ready };
        if seen.state == goal {
            return Ok(Progress::Done);
        }
        self.0.request(&node.name, goal, cx.operation());
        Ok(Progress::waiting("asked the rack controller", Duration::from_secs(1)))
    }
}
// The driver ends.

/// Stands for the API of a rack controller: it has done what it was asked by the next look.
#[derive(Debug)]
struct Controller(Mutex<BTreeMap<String, ServerState>>);

impl Controller {
    /// A controller of these servers, none of them in use.
    fn of(nodes: &[Arc<ResolvedNode>]) -> Self {
        let servers = nodes
            .iter()
            .map(|node| (node.name.to_string(), ServerState::Ready));
        Self(Mutex::new(servers.collect()))
    }

    /// What is known of the server of this name.
    fn look(&self, name: &str) -> ServerObservation {
        let servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ServerObservation::new(servers.get(name).copied().unwrap_or(ServerState::Absent))
    }

    /// The servers that are none of these nodes.
    fn others(&self, nodes: &[Arc<ResolvedNode>]) -> Vec<UnclaimedServer> {
        let servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let others = servers
            .iter()
            .filter(|(name, _)| nodes.iter().all(|node| node.name != name.as_str()));
        others
            .map(|(name, state)| UnclaimedServer::new(name, *state))
            .collect()
    }

    /// Asks for a state; a repeated request with one operation key is one request.
    fn request(&self, name: &str, goal: ServerState, _operation: &str) {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        servers.insert(name.to_owned(), goal);
    }
}

fn main() -> ExitCode {
    drydock_examples::main(run())
}

async fn run() -> Result<u8, Failure> {
    let design = load(&demo::bundled()).await?;
    let nodes: Vec<_> = design.resolved.nodes.values().cloned().collect();
    let driver = RackDriver(Controller::of(&nodes));
    // This controller takes no time; one that does would sleep here.
    let violations = conformance::server(&driver, &nodes, async |_| {}).await;
    violations
        .iter()
        .for_each(|violation| print(&format!("{violation}\n")));
    print(&format!(
        "The driver breaks {} obligations of the contract.\n",
        violations.len()
    ));
    Ok(if violations.is_empty() { OK } else { FAILED })
}
