//! The step of a network: made as designed where it is not.

use super::{Build, Draft, risk_of};
use crate::{
    diagnostic::Code,
    driver::{NetworkAction, NetworkState, NetworkTarget, Risk},
    names::{DocumentId, Kind},
    plan::{Action, Goal, Target},
    resolve::ResolvedNetwork,
};
use std::sync::Arc;

impl<'a> Build<'a, '_> {
    pub(super) fn network(&mut self, network: &'a Arc<ResolvedNetwork>) {
        match self.of_network(network) {
            Ok(None) => {}
            Ok(Some(draft)) => {
                self.drafts
                    .networks
                    .insert(&network.name, self.drafts.steps.len());
                self.drafts.steps.push(draft);
            }
            Err(Reported) => drop(self.drafts.lacking.insert(&network.name)),
        }
    }

    fn of_network(&mut self, network: &Arc<ResolvedNetwork>) -> Result<Option<Draft>, Reported> {
        let id = || DocumentId::new(Kind::Network, network.name.as_str());
        let driver = match self.drivers.network_of(network) {
            Ok(Some(driver)) => driver,
            Ok(None) => return Ok(None),
            Err(why) => {
                self.no_driver(&id(), "network", why);
                return Err(Reported);
            }
        };
        let seen = match self.seen.networks.get(&network.name) {
            Some(Ok(seen)) => seen,
            Some(Err(why)) => {
                let message = format!("it could not be observed: {why}");
                let help = "nothing is planned that needs it; mend this and plan again";
                self.report(Code::NOT_OBSERVED, &id(), message, help);
                return Err(Reported);
            }
            None => return Ok(None),
        };
        let at = Target::Network(network.name.clone());
        if self.goal == Goal::Verify {
            let reason = "to compare it with its design";
            return Ok(Some(Draft::new(
                at,
                driver.name(),
                Action::Verify,
                Risk::Read,
                reason,
            )));
        }
        let target = NetworkTarget::Network(network.clone());
        let mut changes = driver.differences(&target, seen);
        if changes.is_empty() {
            return Ok(None);
        }
        if let Err(why) = driver.supports(&target, NetworkAction::Ensure) {
            let message = format!("{} does not support `ensure` here: {why}", driver.name());
            let help = "choose another driver for it, or change its design";
            self.report(Code::UNSUPPORTED_ACTION, &id(), message, help);
            return Err(Reported);
        }
        changes.sort();
        let reason = match seen.state {
            NetworkState::Absent => "it is not there",
            NetworkState::Present => "it differs from its design",
        };
        let mut draft = Draft::new(
            at,
            driver.name(),
            NetworkAction::Ensure,
            risk_of(&changes),
            reason,
        );
        draft.changes = changes;
        Ok(Some(draft))
    }
}

/// What stands against the target has been told.
pub(super) struct Reported;
