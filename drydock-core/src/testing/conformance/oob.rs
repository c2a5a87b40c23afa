//! What every OOB driver keeps to.

use super::{Findings, MAX_CALLS, PAUSE, Violation, looking};
use crate::{
    driver::{
        BootDevice, Context, DriverError, OobAction, OobDriver, OobObservation, PowerAction,
        PowerState,
    },
    resolve::ResolvedNode,
};
use std::{sync::Arc, time::Duration};

/// What is asked of each machine, in this order; both directions of power are crossed.
const ACTIONS: [OobAction; 5] = [
    OobAction::PowerOff,
    OobAction::NextBoot(BootDevice::Pxe),
    OobAction::PowerOn,
    OobAction::NextBoot(BootDevice::Disk),
    OobAction::PowerOff,
];

/// Switches the machines off, on and off again and gives back every obligation that the driver does not keep to.
///
/// Takes at least two machines, for the order of answers to tell; they may lose power. `pass_time` ends when so much
/// time has passed in the world that the driver reaches.
pub async fn oob(
    driver: &dyn OobDriver,
    nodes: &[Arc<ResolvedNode>],
    pass_time: impl AsyncFn(Duration),
) -> Vec<Violation> {
    let mut suite = Suite {
        driver,
        nodes,
        pass_time,
        found: Findings::default(),
    };
    suite.found.name(|| driver.name());
    suite.at_rest().await;
    for action in ACTIONS {
        for node in nodes {
            match driver.supports(node, action) {
                Ok(()) => suite.converge(node, action).await,
                Err(unsupported) => suite.refusal(node, action, &unsupported.reason).await,
            }
        }
    }
    suite.found.0
}

struct Suite<'a, P> {
    driver: &'a dyn OobDriver,
    nodes: &'a [Arc<ResolvedNode>],
    pass_time: P,
    found: Findings,
}

impl<P: AsyncFn(Duration)> Suite<'_, P> {
    /// What holds whenever nothing is under way: looking changes nothing, and answers come in order.
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
            .at_rest(self.nodes, &alone, name, observe, same)
            .await;
    }

    /// What `supports` refuses, the call refuses too.
    async fn refusal(&mut self, node: &ResolvedNode, action: OobAction, reason: &str) {
        let what = format!("{}: {action}", node.name);
        let answer = self.ask(node, action).await;
        self.found.refused((&what, &node.name), reason, &answer);
    }

    /// Asks until it is accepted, looks until it is so, and asks once more.
    async fn converge(&mut self, node: &Arc<ResolvedNode>, action: OobAction) {
        let what = format!("{}: {action}", node.name);
        if !self.accepted(node, action, &what).await {
            return;
        }
        let Some(before) = self.reached(node, action, &what).await else {
            return;
        };
        if !self.accepted(node, action, &what).await {
            return;
        }
        (self.pass_time)(PAUSE).await;
        let after = self.observed(node).await;
        let rule = "asking for what is so already changes nothing";
        self.found.demand(
            after.as_ref().is_some_and(|after| same(&before, after)),
            rule,
            || format!("{what}: {before:?}, then {after:?}"),
        );
        self.at_rest().await;
    }

    /// Asks until the answer is yes; whether it came to that.
    async fn accepted(&mut self, node: &ResolvedNode, action: OobAction, what: &str) -> bool {
        for _ in 0..MAX_CALLS {
            let Err(error) = self.ask(node, action).await else {
                return true;
            };
            let rule = "what supports allows can be done";
            let Some(pause) = self.found.pause_after(rule, (what, &node.name), &error) else {
                return false;
            };
            (self.pass_time)(pause).await;
        }
        self.found.endless(what);
        false
    }

    /// Looks until the goal is reached.
    async fn reached(
        &mut self,
        node: &Arc<ResolvedNode>,
        action: OobAction,
        what: &str,
    ) -> Option<OobObservation> {
        let mut last = None;
        for _ in 0..MAX_CALLS {
            let seen = self.observed(node).await?;
            let reached = match action {
                OobAction::PowerOn => seen.power == PowerState::On,
                OobAction::PowerOff => seen.power == PowerState::Off,
                // Where it cannot be read, the answer has to do.
                OobAction::NextBoot(device) => seen.next_boot.is_none_or(|next| next == device),
            };
            if reached {
                return Some(seen);
            }
            last = Some(seen);
            (self.pass_time)(PAUSE).await;
        }
        let rule = "what was accepted can be seen";
        self.found
            .demand(false, rule, || format!("{what}: {last:?}"));
        None
    }

    async fn ask(&self, node: &ResolvedNode, action: OobAction) -> Result<(), DriverError> {
        let cx = Context::detached(format!("conformance/{}/{action}", node.name));
        match action {
            OobAction::PowerOn => self.driver.set_power(&cx, node, PowerAction::On).await,
            OobAction::PowerOff => self.driver.set_power(&cx, node, PowerAction::Off).await,
            OobAction::NextBoot(device) => self.driver.set_next_boot(&cx, node, device).await,
        }
    }

    async fn observed(&mut self, node: &Arc<ResolvedNode>) -> Option<OobObservation> {
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

/// Readings such as temperatures may differ from one look to the next.
fn same(a: &OobObservation, b: &OobObservation) -> bool {
    (a.power, a.next_boot) == (b.power, b.next_boot)
}
