//! The steps of a node's switch ports.
//!
//! The port that a node boots from is set up for booting before the node boots from the network, which it does when it is
//! commissioned and once more when it is installed; so it is set up for production after that. The other ports are set up
//! for production when the machine is known and before its system looks for its networks. Why: docs/DESIGN.md.

use super::{Build, Draft, network::Reported, risk_of};
use crate::{
    diagnostic::Code,
    driver::{
        NetworkAction, NetworkDriver, NetworkObservation, NetworkTarget, PortIntent, Risk,
        ServerState, ports_of,
    },
    field::FieldPath,
    plan::{Action, Goal, Target},
    resolve::ResolvedNode,
};
use std::sync::Arc;

/// The steps of a node's switch ports, by when they are taken.
#[derive(Default)]
pub(super) struct PortDrafts {
    /// Before the node boots from the network.
    pub(super) before_boot: Vec<Draft>,
    /// Before it is installed.
    pub(super) before_deploy: Vec<Draft>,
    /// Once it is installed; at once where it is already.
    pub(super) after_deploy: Vec<Draft>,
}

impl PortDrafts {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Draft> {
        let before = self.before_boot.iter().chain(&self.before_deploy);
        before.chain(&self.after_deploy)
    }
}

impl Build<'_, '_> {
    /// What differs of a node's ports, given the state that it was seen in.
    pub(super) fn ports(
        &mut self,
        node: &Arc<ResolvedNode>,
        state: ServerState,
    ) -> Result<PortDrafts, Reported> {
        let mut drafts = PortDrafts::default();
        if self.goal == Goal::Release || self.seen.ports.is_empty() {
            return Ok(drafts);
        }
        let stays = state == ServerState::Deployed && self.goal != Goal::Redeploy;
        for port in ports_of(node) {
            let driver = match self.drivers.port_of(self.design, &port) {
                Ok(Some(driver)) => driver,
                Ok(None) => continue,
                Err(why) => {
                    self.no_port_driver(node, &port.slave, why);
                    return Err(Reported);
                }
            };
            let known = (port.production.switch.clone(), port.production.port.clone());
            let seen = match self.seen.ports.get(&known) {
                Some(Ok(seen)) => seen,
                Some(Err(why)) => {
                    let (message, field) = (
                        format!("its switch port could not be observed: {why}"),
                        FieldPath::of(["attachments", &*port.slave]),
                    );
                    let help = "nothing is planned for it; mend this and plan again";
                    self.report_at(Code::NOT_OBSERVED, node, field, message, help);
                    return Err(Reported);
                }
                None => continue,
            };
            if self.goal == Goal::Verify {
                if stays {
                    drafts
                        .after_deploy
                        .push(verified(driver.name(), port.production));
                }
                continue;
            }
            let port_of = PortOf {
                node,
                slave: &port.slave,
                driver: driver.as_ref(),
                seen,
                state,
            };
            // A machine that is being installed has booted from the network already, or is about to; it is left alone.
            let boots = !stays && (state != ServerState::Deploying || self.goal == Goal::Redeploy);
            let boot = port.boot.as_ref().filter(|_| boots);
            let boot = match boot {
                Some(intent) => self.port(&port_of, intent, false)?,
                None => None,
            };
            if self.goal.deploys() {
                // What is taken away for booting is given back, whatever is seen now.
                let production = self.port(&port_of, &port.production, boot.is_some())?;
                match stays || port.boot.is_some() {
                    true => drafts.after_deploy.extend(production),
                    false => drafts.before_deploy.extend(production),
                }
            }
            drafts.before_boot.extend(boot);
        }
        Ok(drafts)
    }

    fn port(
        &mut self,
        port: &PortOf<'_>,
        intent: &Arc<PortIntent>,
        always: bool,
    ) -> Result<Option<Draft>, Reported> {
        let target = NetworkTarget::Port(intent.clone());
        let mut changes = port.driver.differences(&target, port.seen);
        if changes.is_empty() && !always {
            return Ok(None);
        }
        if let Err(why) = port.driver.supports(&target, NetworkAction::Ensure) {
            let name = port.driver.name();
            let message = format!(
                "{name} does not support `ensure` on the switch port of {}: {why}",
                port.slave
            );
            let help = "choose another driver for the networks of this port, or change its design";
            let field = FieldPath::of(["attachments", port.slave]);
            self.report_at(Code::UNSUPPORTED_ACTION, port.node, field, message, help);
            return Err(Reported);
        }
        changes.sort();
        let mut risk = risk_of(&changes);
        if matches!(port.state, ServerState::Deployed | ServerState::Deploying) {
            // Somebody may be using what the port carries now.
            risk = risk.max(Risk::Disruptive);
        }
        let reason = match intent.phase {
            crate::driver::PortPhase::Boot => {
                format!("{} boots through {}", intent.node, port.slave)
            }
            crate::driver::PortPhase::Production => {
                format!("{} of {} is to carry its networks", port.slave, intent.node)
            }
        };
        let mut draft = Draft::new(
            Target::port(intent),
            port.driver.name(),
            NetworkAction::Ensure,
            risk,
            &reason,
        );
        draft.port = Some(intent.clone());
        draft.changes = changes;
        Ok(Some(draft))
    }
}

fn verified(driver: &str, intent: Arc<PortIntent>) -> Draft {
    let (target, reason) = (Target::port(&intent), "to compare it with its design");
    let mut draft = Draft::new(target, driver, Action::Verify, Risk::Read, reason);
    draft.port = Some(intent);
    draft
}

/// A port that is looked at.
struct PortOf<'a> {
    node: &'a ResolvedNode,
    slave: &'a str,
    driver: &'a dyn NetworkDriver,
    seen: &'a NetworkObservation,
    state: ServerState,
}
