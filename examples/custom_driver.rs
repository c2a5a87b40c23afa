//! A server driver of one's own, whole, and held against the conformance suite that every driver must pass.

use drydock_core::{
    Context, DriverError, ErrorKind, Progress, ServerDriver, async_trait,
    driver::{Change, Risk, ServerAction, ServerObservation, ServerState, Unsupported},
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
type Applied = Result<Progress, DriverError>;

/// Deploys and releases servers through a rack controller.
#[derive(Debug, Default)]
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
        match action {
            ServerAction::Deploy | ServerAction::Release => Ok(()),
            _ => Err(Unsupported::new(format!(
                "{}: a rack controller cannot {action}",
                node.name
            ))),
        }
    }
    async fn observe(&self, _: &Context, nodes: &[Arc<ResolvedNode>]) -> Seen {
        nodes
            .iter()
            .map(|node| Ok(ServerObservation::new(self.0.state(&node.name))))
            .collect()
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

/// Stands for the API of a rack controller: it does what it is asked at the next look, and forgets nothing.
#[derive(Debug, Default)]
struct Controller(Mutex<BTreeMap<String, ServerState>>);

impl Controller {
    /// Where the server of this name is; what was never deployed is Ready.
    fn state(&self, name: &str) -> ServerState {
        let servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        servers.get(name).copied().unwrap_or(ServerState::Ready)
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
    // This controller takes no time; one that does would sleep here.
    let violations = conformance::server(&RackDriver::default(), &nodes, async |_| {}).await;
    violations
        .iter()
        .for_each(|violation| print(&format!("{violation}\n")));
    print(&format!(
        "The driver breaks {} obligations of the contract.\n",
        violations.len()
    ));
    Ok(if violations.is_empty() { OK } else { FAILED })
}
