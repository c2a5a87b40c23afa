//! What every network driver keeps to.

use super::{Findings, MAX_CALLS, Violation, looking};
use crate::{
    driver::{
        Context, DriverError, NetworkAction, NetworkDriver, NetworkObservation, NetworkState,
        NetworkTarget, Progress,
    },
    resolve::ResolvedNetwork,
};
use std::{sync::Arc, time::Duration};

/// Makes the targets as designed and gives back every obligation that the driver does not keep to.
///
/// Takes at least two targets, for the order of answers to tell. `pass_time` ends when so much time has passed in the
/// world that the driver reaches.
pub async fn network(
    driver: &dyn NetworkDriver,
    targets: &[NetworkTarget],
    pass_time: impl AsyncFn(Duration),
) -> Vec<Violation> {
    let mut suite = Suite {
        driver,
        targets,
        pass_time,
        found: Findings::default(),
    };
    suite.found.name(|| driver.name());
    suite.stranger().await;
    suite.at_rest().await;
    for target in targets {
        match driver.supports(target, NetworkAction::Ensure) {
            Ok(()) => suite.ensure(target).await,
            Err(unsupported) => suite.refusal(target, &unsupported.reason).await,
        }
    }
    suite.found.0
}

struct Suite<'a, P> {
    driver: &'a dyn NetworkDriver,
    targets: &'a [NetworkTarget],
    pass_time: P,
    found: Findings,
}

impl<P: AsyncFn(Duration)> Suite<'_, P> {
    /// A network that nobody has ever heard of.
    async fn stranger(&mut self) {
        let network = self.targets.iter().find_map(|target| match target {
            NetworkTarget::Network(network) => Some(network),
            NetworkTarget::Port(_) => None,
        });
        let Some(network) = network else { return };
        let stranger = NetworkTarget::Network(Arc::new(stranger_like(network)));
        let Some(seen) = self.observed(&stranger).await else {
            return;
        };
        let rule = "a network that the other side does not know is Absent";
        let detail = || format!("{}: {:?}", name(&stranger), seen.state);
        self.found
            .demand(seen.state == NetworkState::Absent, rule, detail);
    }

    /// What holds whenever nothing is under way: looking changes nothing, answers come in order, differences are pure.
    async fn at_rest(&mut self) {
        let mut alone = Vec::new();
        for target in self.targets {
            alone.push(self.observed(target).await);
        }
        let driver = self.driver;
        let observe = async |targets: &[NetworkTarget]| driver.observe(&looking(), targets).await;
        self.found
            .at_rest(self.targets, &alone, name, observe, |a, b| a == b)
            .await;
        for (target, seen) in self.targets.iter().zip(&alone) {
            if let Some(seen) = seen {
                self.found
                    .pure(&name(target), || self.driver.differences(target, seen));
            }
        }
    }

    /// What `supports` refuses, `apply` refuses too.
    async fn refusal(&mut self, target: &NetworkTarget, reason: &str) {
        let Some(seen) = self.observed(target).await else {
            return;
        };
        let answer = self.apply(target, &seen, "refusal").await;
        let target = name(target);
        self.found
            .refused((&format!("{target}: ensure"), &target), reason, &answer);
    }

    /// From the first call to Done, and what must hold then.
    async fn ensure(&mut self, target: &NetworkTarget) {
        if !self.until_done(target).await {
            return;
        }
        let Some(seen) = self.observed(target).await else {
            return;
        };
        let (rule, target_name) = ("Done means that the goal is reached", name(target));
        self.found
            .demand(seen.state == NetworkState::Present, rule, || {
                format!("{target_name}: Done, and it is {:?}", seen.state)
            });
        let left = self.driver.differences(target, &seen);
        let rule = "what an action mends is mended when it is Done";
        self.found.demand(left.is_empty(), rule, || {
            format!("{target_name}: still {left:?}")
        });
        // By the same step, as after a crash, and by another, as in a later run.
        for operation in ["ensure", "ensure again"] {
            let Some(before) = self.observed(target).await else {
                return;
            };
            let answer = self.apply(target, &before, operation).await;
            let after = self.observed(target).await;
            let what = format!("{target_name}: ensure");
            self.found.again(&what, &answer, &before, after.as_ref());
        }
        self.at_rest().await;
    }

    /// Calls until Done; whether it came to that.
    async fn until_done(&mut self, target: &NetworkTarget) -> bool {
        let (target_name, what) = (name(target), format!("{}: ensure", name(target)));
        for _ in 0..MAX_CALLS {
            let Some(seen) = self.observed(target).await else {
                return false;
            };
            let answer = self.apply(target, &seen, "ensure").await;
            let Some(pause) = self.found.pause((&what, &target_name), &answer) else {
                return matches!(answer, Ok(Progress::Done));
            };
            (self.pass_time)(pause).await;
        }
        self.found.endless(&what);
        false
    }

    async fn apply(
        &self,
        target: &NetworkTarget,
        seen: &NetworkObservation,
        operation: &str,
    ) -> Result<Progress, DriverError> {
        let cx = Context::detached(format!("conformance/{}/{operation}", name(target)));
        self.driver
            .apply(&cx, target, NetworkAction::Ensure, seen)
            .await
    }

    async fn observed(&mut self, target: &NetworkTarget) -> Option<NetworkObservation> {
        let observe = async || {
            self.driver
                .observe(&looking(), std::slice::from_ref(target))
                .await
        };
        self.found
            .observed(&name(target), &self.pass_time, observe)
            .await
    }
}

/// What an error about the target has to contain.
fn name(target: &NetworkTarget) -> String {
    match target {
        NetworkTarget::Network(network) => network.name.to_string(),
        NetworkTarget::Port(port) => port.port.to_string(),
    }
}

/// A network like this one that is at no site, by whatever a driver knows networks by.
fn stranger_like(network: &ResolvedNetwork) -> ResolvedNetwork {
    let mut stranger = network.clone();
    stranger.name = "no-such-network".into();
    // A VLAN that designs seldom use, and addresses for documentation (RFC 5737).
    stranger.spec.vlan = Some(4094);
    stranger.spec.cidr = "192.0.2.240/28".parse().ok();
    stranger.spec.ranges.0.clear();
    stranger.routes.clear();
    stranger
}
