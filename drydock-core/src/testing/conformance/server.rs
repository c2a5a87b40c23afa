//! What every server driver keeps to.

use super::{Findings, MAX_CALLS, Violation, looking};
use crate::{
    driver::{Context, Progress, ServerAction, ServerDriver, ServerObservation, ServerState},
    model::MacAddr,
    resolve::ResolvedNode,
};
use std::{sync::Arc, time::Duration};

/// The actions that lead from New to Deployed.
const TO_DEPLOYED: [ServerAction; 4] = [
    ServerAction::Commission,
    ServerAction::ConfigureStorage,
    ServerAction::ConfigureNetwork,
    ServerAction::Deploy,
];

/// Takes the nodes through the life that the driver supports, to Deployed and back, and gives back every obligation
/// that it does not keep to.
///
/// Takes at least two nodes, for the order of answers to tell, each after those it depends on; they may be deployed
/// and released. `pass_time` ends when so much time has passed in the world that the driver reaches.
pub async fn server(
    driver: &dyn ServerDriver,
    nodes: &[Arc<ResolvedNode>],
    pass_time: impl AsyncFn(Duration),
) -> Vec<Violation> {
    server_with(
        driver,
        nodes,
        pass_time,
        async |_: &ResolvedNode, _: ServerAction| {},
    )
    .await
}

/// As [`server`], for drivers that cannot take an action before somebody else has done something: `prepare` ends when
/// everything is ready for the action on the node, such as its networks and its power.
pub async fn server_with(
    driver: &dyn ServerDriver,
    nodes: &[Arc<ResolvedNode>],
    pass_time: impl AsyncFn(Duration),
    prepare: impl AsyncFn(&ResolvedNode, ServerAction),
) -> Vec<Violation> {
    let mut suite = Suite {
        driver,
        nodes,
        pass_time,
        found: Findings::default(),
    };
    suite.found.name(|| driver.name());
    suite.catalog().await;
    suite.stranger().await;
    suite.unclaimed().await;
    suite.at_rest().await;
    suite.refusals().await;
    for action in TO_DEPLOYED {
        for node in nodes
            .iter()
            .filter(|node| driver.supports(node, action).is_ok())
        {
            prepare(node, action).await;
            suite.take(node, action).await;
        }
    }
    for node in nodes.iter().rev() {
        if driver.supports(node, ServerAction::Release).is_ok() {
            prepare(node, ServerAction::Release).await;
            suite.take(node, ServerAction::Release).await;
        }
    }
    suite.found.0
}

struct Suite<'a, P> {
    driver: &'a dyn ServerDriver,
    nodes: &'a [Arc<ResolvedNode>],
    pass_time: P,
    found: Findings,
}

impl<P: AsyncFn(Duration)> Suite<'_, P> {
    async fn catalog(&mut self) {
        let catalog = self
            .driver
            .catalog(&Context::detached("conformance/catalog"))
            .await;
        self.found.demand(
            catalog.is_ok(),
            "a driver that is reached has a catalog",
            || format!("{:?}", catalog.as_ref().err()),
        );
    }

    /// A node that nobody has ever heard of.
    async fn stranger(&mut self) {
        let Some(node) = self.nodes.first() else {
            return;
        };
        let node = Arc::new(stranger_like(node));
        let Some(seen) = self.observed(&node).await else {
            return;
        };
        let known = !matches!(seen.state, ServerState::Absent | ServerState::New);
        let rule = "a node that the other side does not know is Absent, or New where it takes any";
        self.found
            .demand(!known, rule, || format!("{}: is {}", node.name, seen.state));
        let cx = Context::detached("conformance/stranger");
        if let Err(error) = self
            .driver
            .apply(&cx, &node, ServerAction::Release, &seen)
            .await
        {
            self.found.named(&error, &node.name);
        }
    }

    /// What it has beside the nodes.
    async fn unclaimed(&mut self) {
        let cx = Context::detached("conformance/unclaimed");
        match self.driver.unclaimed(&cx, self.nodes).await {
            Ok(servers) => {
                let named = |name: &str| self.nodes.iter().any(|node| node.name == name);
                let wrong = servers.iter().find(|server| named(&server.name));
                let rule = "what the design names is not unclaimed";
                self.found
                    .demand(wrong.is_none(), rule, || format!("{wrong:?}"));
            }
            // A world that answers "not now" is no fault of the driver's.
            Err(error) => {
                let rule = "a driver that is reached says what it has, or none";
                self.found
                    .demand(error.kind().is_retryable(), rule, || error.to_string());
            }
        }
    }

    /// What holds whenever nothing is under way: looking changes nothing, answers come in order, differences are pure.
    async fn at_rest(&mut self) {
        let mut alone = Vec::new();
        for node in self.nodes {
            alone.push(self.observed(node).await);
        }
        let (driver, name) = (self.driver, |node: &Arc<ResolvedNode>| {
            node.name.to_string()
        });
        let observe = async |nodes: &[Arc<ResolvedNode>]| driver.observe(&looking(), nodes).await;
        self.found
            .at_rest(self.nodes, &alone, name, observe, |a, b| a == b)
            .await;
        for (node, seen) in self.nodes.iter().zip(&alone) {
            if let Some(seen) = seen {
                self.found
                    .pure(&node.name, || self.driver.differences(node, seen));
            }
        }
    }

    /// What `supports` refuses, `apply` refuses too.
    async fn refusals(&mut self) {
        for node in self.nodes {
            for action in TO_DEPLOYED.into_iter().chain([ServerAction::Release]) {
                let Err(unsupported) = self.driver.supports(node, action) else {
                    continue;
                };
                let Some(before) = self.observed(node).await else {
                    continue;
                };
                let cx = Context::detached(key(node, action));
                let answer = self.driver.apply(&cx, node, action, &before).await;
                let what = format!("{}: {action}", node.name);
                self.found
                    .refused((&what, &node.name), &unsupported.reason, &answer);
            }
        }
    }

    /// One action from its first call to Done, and what must hold then.
    async fn take(&mut self, node: &Arc<ResolvedNode>, action: ServerAction) {
        let what = format!("{}: {action}", node.name);
        if !self.until_done(node, action, &what).await {
            return;
        }
        let Some(seen) = self.observed(node).await else {
            return;
        };
        let reached = match action {
            ServerAction::Commission => seen.state == ServerState::Ready,
            ServerAction::Deploy => seen.state == ServerState::Deployed,
            ServerAction::Release => matches!(seen.state, ServerState::Ready | ServerState::New),
            _ => true,
        };
        let rule = "Done means that the goal is reached";
        self.found.demand(reached, rule, || {
            format!("{what}: Done, and it is {}", seen.state)
        });
        let mut left = self.driver.differences(node, &seen);
        left.retain(|change| action == ServerAction::Deploy || change.action == Some(action));
        let rule = "what an action mends is mended when it is Done";
        self.found
            .demand(left.is_empty(), rule, || format!("{what}: still {left:?}"));
        // By the same step, as after a crash, and by another, as in a later run.
        for operation in [key(node, action), format!("{}/again", key(node, action))] {
            self.again(node, action, &operation).await;
        }
        self.at_rest().await;
    }

    /// Calls until Done; whether it came to that.
    async fn until_done(
        &mut self,
        node: &Arc<ResolvedNode>,
        action: ServerAction,
        what: &str,
    ) -> bool {
        let operation = key(node, action);
        for _ in 0..MAX_CALLS {
            let Some(seen) = self.observed(node).await else {
                return false;
            };
            let cx = Context::detached(operation.as_str());
            let answer = self.driver.apply(&cx, node, action, &seen).await;
            let Some(pause) = self.found.pause((what, &node.name), &answer) else {
                return matches!(answer, Ok(Progress::Done));
            };
            if answer.is_ok() {
                self.operation_left(node, &operation, what).await;
            }
            (self.pass_time)(pause).await;
        }
        self.found.endless(what);
        false
    }

    /// A driver need not leave the operation key; what it reports, it must have left.
    async fn operation_left(&mut self, node: &Arc<ResolvedNode>, operation: &str, what: &str) {
        let left = self.observed(node).await.and_then(|seen| seen.operation);
        let rule = "an operation key that is reported is the one that was left";
        self.found.demand(
            left.as_ref().is_none_or(|left| left == operation),
            rule,
            || format!("{what}: {left:?} instead of {operation}"),
        );
    }

    /// Once more at the goal: Done at once, and nothing changes.
    async fn again(&mut self, node: &Arc<ResolvedNode>, action: ServerAction, operation: &str) {
        let Some(before) = self.observed(node).await else {
            return;
        };
        let answer = self
            .driver
            .apply(&Context::detached(operation), node, action, &before)
            .await;
        let after = self.observed(node).await;
        let what = format!("{}: {action}", node.name);
        self.found.again(&what, &answer, &before, after.as_ref());
    }

    async fn observed(&mut self, node: &Arc<ResolvedNode>) -> Option<ServerObservation> {
        let observe = async || {
            self.driver
                .observe(&looking(), std::slice::from_ref(node))
                .await
        };
        self.found
            .observed(&node.name, &self.pass_time, observe)
            .await
    }
}

fn key(node: &ResolvedNode, action: ServerAction) -> String {
    format!(
        "conformance/{}/{}",
        node.name,
        action.to_string().replace(' ', "-")
    )
}

/// A node like this one that is at no site, by whatever a driver knows nodes by.
fn stranger_like(node: &ResolvedNode) -> ResolvedNode {
    let mut stranger = node.clone();
    stranger.name = "no-such-node".into();
    stranger.fqdn = None;
    stranger.labels.insert("name".into(), "no-such-node".into());
    stranger.spec.serial = Some("no-such-serial".into());
    stranger.spec.metadata.boot_mac = Some(MacAddr([2, 0, 0x5e, 0, 0x53, 0xff]));
    stranger.oob_address = None;
    stranger
}
