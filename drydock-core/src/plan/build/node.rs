//! The steps of a node, by its state and the goal.

use super::{Build, Draft, NodeDrafts, port::PortDrafts, report::without_identity, risk_of};
use crate::{
    diagnostic::Code,
    driver::{
        BootDevice, Change, OobAction, OobDriver, Risk, ServerAction, ServerDriver,
        ServerObservation, ServerState,
    },
    plan::{Action, DesignedIdentity, Goal, Precondition, Target, held},
    resolve::ResolvedNode,
};
use std::sync::Arc;

impl<'a> Build<'a, '_> {
    pub(super) fn node(&mut self, node: &'a Arc<ResolvedNode>) {
        let server = match self.drivers.server_of(node) {
            Ok(driver) => driver,
            Err(why) => return self.no_driver(&node.id(), "server", why),
        };
        let oob = match self.drivers.oob_of(node) {
            Ok(driver) => driver,
            Err(why) => return self.no_oob_driver(node, why),
        };
        let seen = match self.seen.servers.get(&node.name) {
            Some(Ok(seen)) => seen,
            Some(Err(why)) => {
                let message = format!("it could not be observed: {why}");
                let help = "nothing is planned for it; mend this and plan again";
                return self.report(Code::NOT_OBSERVED, &node.id(), message, help);
            }
            None => return,
        };
        let steps = NodeSteps {
            node,
            server: server.as_ref(),
            oob: oob.map(Arc::as_ref),
            seen,
        };
        let mut drafts = match (self.goal, seen.state) {
            (Goal::Verify, _) => vec![steps.verify()],
            (Goal::Release, _) => steps.release(),
            (Goal::Deploy | Goal::Prepare, ServerState::Broken) => {
                let help = "see what the driver says of it, mend it, release it, then plan again";
                let message = format!("it is Broken and cannot be {}", past(self.goal));
                return self.report(Code::NOT_OBSERVED, &node.id(), message, help);
            }
            (Goal::Deploy | Goal::Prepare, ServerState::Deployed) => {
                self.drift(node, server.as_ref(), seen);
                Vec::new()
            }
            (goal, _) => steps.until(goal),
        };
        let Ok(ports) = self.ports(node, seen.state) else {
            return;
        };
        if let Some(message) = steps.refused(&drafts) {
            let help = "choose another driver for it, or change its design";
            return self.report(Code::UNSUPPORTED_ACTION, &node.id(), message, help);
        }
        for draft in drafts.iter().chain(ports.iter()) {
            if let Some(why) = held(self.design, node, self.goal, &draft.action, draft.risk) {
                // A part of what it needs leads nowhere: all of it is left out.
                let draft = draft.clone();
                return self.held(node, &draft, &why);
            }
        }
        self.bar_without_identity(node, &mut drafts);
        self.push(node, drafts, ports);
    }

    /// What destroys is not done to a machine that nobody could tell from another; what does not goes on.
    fn bar_without_identity(&mut self, node: &ResolvedNode, drafts: &mut [Draft]) {
        let mut unchecked = drafts.iter_mut().filter(|draft| {
            draft.risk == Risk::Destructive && draft.precondition.identity.is_none()
        });
        let Some(first) = unchecked.next() else {
            return;
        };
        first.barred = true;
        unchecked.for_each(|draft| draft.barred = true);
        let diagnostic = without_identity(self.design, node, first);
        self.diagnostics.push(diagnostic);
    }

    /// Each step of a node needs the one before it; those of its ports stand beside them.
    fn push(&mut self, node: &'a Arc<ResolvedNode>, chain: Vec<Draft>, ports: PortDrafts) {
        let steps = &mut self.drafts.steps;
        let first = steps.len();
        let is = |draft: &Draft, action| draft.action == Action::Server(action);
        let mut found = NodeDrafts {
            node,
            all: first..first,
            start: None,
            configure: None,
            deploy: None,
        };
        // The node boots from the network when it is commissioned, else when it is installed.
        let commissions = chain
            .iter()
            .any(|draft| is(draft, ServerAction::Commission));
        let (mut last, mut boots) = (
            None,
            Some(ports.before_boot).filter(|ports| !ports.is_empty()),
        );
        let mut before_deploy = ports.before_deploy;
        let mut waited_for = Vec::new();
        for mut draft in chain {
            let gives_back = is(&draft, ServerAction::Release);
            let deploys = is(&draft, ServerAction::Deploy);
            if !gives_back && let Some(ports) = boots.take_if(|_| commissions || deploys) {
                waited_for.extend(push_all(steps, ports, last));
            }
            if deploys {
                waited_for.extend(push_all(steps, std::mem::take(&mut before_deploy), last));
            }
            let at = steps.len();
            draft.needs.extend(last);
            draft.needs.append(&mut waited_for);
            if !gives_back {
                found.start.get_or_insert(at);
            }
            if is(&draft, ServerAction::ConfigureNetwork) {
                found.configure = Some(at);
            }
            if deploys {
                found.deploy = Some(at);
            }
            steps.push(draft);
            last = Some(at);
        }
        // To prepare a node that needs nothing else; what is set up while it is installed needs nobody.
        push_all(steps, boots.unwrap_or_default(), None);
        push_all(steps, before_deploy, last);
        push_all(steps, ports.after_deploy, last);
        found.all = first..steps.len();
        self.drafts.nodes.push(found);
    }
}

/// Adds steps that need this one; gives their places.
fn push_all(
    steps: &mut Vec<Draft>,
    drafts: Vec<Draft>,
    after: Option<usize>,
) -> std::ops::Range<usize> {
    let first = steps.len();
    steps.extend(drafts.into_iter().map(|mut draft| {
        draft.needs.extend(after);
        draft
    }));
    first..steps.len()
}

fn past(goal: Goal) -> &'static str {
    match goal {
        Goal::Prepare => "prepared",
        _ => "deployed",
    }
}

/// The steps of one node.
struct NodeSteps<'a> {
    node: &'a ResolvedNode,
    server: &'a dyn ServerDriver,
    oob: Option<&'a dyn OobDriver>,
    seen: &'a ServerObservation,
}

impl NodeSteps<'_> {
    fn draft(&self, driver: &str, action: impl Into<Action>, risk: Risk, reason: &str) -> Draft {
        Draft::new(
            Target::Node(self.node.name.clone()),
            driver,
            action,
            risk,
            reason,
        )
    }

    fn server(
        &self,
        action: ServerAction,
        states: &[ServerState],
        risk: Risk,
        reason: &str,
    ) -> Draft {
        let mut draft = self.draft(self.server.name(), action, risk, reason);
        draft.precondition = Precondition {
            states: states.to_vec(),
            identity: DesignedIdentity::of(self.node),
        };
        draft
    }

    fn verify(&self) -> Draft {
        let reason = "to compare it with its design";
        self.draft(self.server.name(), Action::Verify, Risk::Read, reason)
    }

    fn release(&self) -> Vec<Draft> {
        use ServerState::{Allocated, Broken, Deployed, Deploying, Ready, Releasing};
        match self.seen.state {
            Allocated | Deploying | Deployed | Releasing | Broken => {
                let mut states = vec![self.seen.state, Releasing, Ready];
                states.dedup();
                let reason = format!("it is {} and is to be given back", self.seen.state);
                vec![self.server(ServerAction::Release, &states, Risk::Destructive, &reason)]
            }
            _ => Vec::new(),
        }
    }

    /// What leads a node that is not deployed, or is to be deployed anew, to the goal.
    fn until(&self, goal: Goal) -> Vec<Draft> {
        use ServerState::{
            Absent, Allocated, Commissioning, Deployed, Deploying, New, Ready, Releasing,
        };
        let state = self.seen.state;
        let mut drafts = Vec::new();
        if goal == Goal::Redeploy {
            drafts = self.release();
        } else if state == Releasing {
            let reason = "it is being given back";
            drafts.push(self.server(
                ServerAction::Release,
                &[Releasing, Ready],
                Risk::Destructive,
                reason,
            ));
        }
        let anew = !drafts.is_empty();
        let mut changes = self.server.differences(self.node, self.seen);
        changes.sort();
        let is_unknown = matches!(state, Absent | New | Commissioning);
        if matches!(state, Absent | New) {
            drafts.extend(self.boot_from_network());
        }
        if is_unknown {
            let reason = format!("it is {state}: its hardware is not known yet");
            let states = [Absent, New, Commissioning, Ready];
            drafts.push(self.server(ServerAction::Commission, &states, Risk::Disruptive, &reason));
        }
        if state != Deploying || anew {
            for action in [
                ServerAction::ConfigureStorage,
                ServerAction::ConfigureNetwork,
            ] {
                let awaits = match (is_unknown, anew) {
                    (_, true) => Some("as designed, once it is given back"),
                    (true, _) => Some("as designed, once its hardware is known"),
                    _ => None,
                };
                drafts.extend(self.configure(action, awaits, &changes));
            }
        }
        if goal.deploys() {
            let reason = match anew {
                true => "it is to be Deployed anew".to_owned(),
                false => format!("it is {state} and is to be Deployed"),
            };
            // Who is Deployed although nobody of this plan has begun it is somebody else's.
            let states = match state == Deploying && !anew {
                true => [Deploying, Deployed],
                false => [Ready, Allocated],
            };
            let mut deploy = self.server(ServerAction::Deploy, &states, Risk::Destructive, &reason);
            deploy.changes = by(ServerAction::Deploy, &changes);
            drafts.push(deploy);
        }
        drafts
    }

    /// Disks or interfaces as designed: where they differ, or where what they will be is not known yet.
    fn configure(
        &self,
        action: ServerAction,
        awaits: Option<&str>,
        changes: &[Change],
    ) -> Option<Draft> {
        let changes = by(action, changes);
        let reason = match changes.is_empty() {
            true => awaits?,
            false => "it differs from its design",
        };
        let states = [ServerState::Ready, ServerState::Allocated];
        let risk = risk_of(&changes).min(Risk::Disruptive);
        let mut draft = self.server(action, &states, risk, reason);
        draft.changes = changes;
        Some(draft)
    }

    /// What makes a machine boot from the network, where an OOB driver has its power.
    fn boot_from_network(&self) -> Vec<Draft> {
        let Some(oob) = self.oob else {
            return Vec::new();
        };
        let step = |action: OobAction, risk, reason| self.draft(oob.name(), action, risk, reason);
        let once = "it is to boot from the network once";
        let reason = "it is to boot from the network";
        vec![
            step(OobAction::NextBoot(BootDevice::Pxe), Risk::Reversible, once),
            step(OobAction::PowerOff, Risk::Disruptive, reason),
            step(OobAction::PowerOn, Risk::Disruptive, reason),
        ]
    }

    /// What the first driver that cannot take its step says.
    fn refused(&self, drafts: &[Draft]) -> Option<String> {
        drafts.iter().find_map(|draft| {
            let answer = match &draft.action {
                Action::Server(action) => self.server.supports(self.node, *action),
                Action::Oob(action) => self
                    .oob
                    .map_or(Ok(()), |oob| oob.supports(self.node, *action)),
                Action::Network(_) | Action::Verify | Action::Custom(_) => Ok(()),
            };
            let why = answer.err()?;
            Some(format!(
                "{} does not support `{}` here: {why}",
                draft.driver, draft.action
            ))
        })
    }
}

/// The differences that this action mends.
fn by(action: ServerAction, changes: &[Change]) -> Vec<Change> {
    let mended = changes
        .iter()
        .filter(|change| change.action == Some(action));
    mended.cloned().collect()
}
