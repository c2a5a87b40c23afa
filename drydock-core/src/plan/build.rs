//! Which steps each target needs, from its state and its differences.

use super::{Action, DesignedIdentity, Goal, Observations, Precondition, Target};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, quote},
    driver::{
        BootDevice, Change, Drivers, NetworkAction, NetworkTarget, NoDriver, OobAction, OobDriver,
        Risk, ServerAction, ServerDriver, ServerObservation, ServerState,
    },
    field::FieldPath,
    model::Selector,
    names::{DocumentId, DriverName, Kind},
    resolve::{ResolvedDesign, ResolvedNetwork, ResolvedNode},
};
use std::sync::Arc;

/// A step that has no number yet; it needs the drafts of these places.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) target: Target,
    pub(super) driver: DriverName,
    pub(super) action: Action,
    pub(super) changes: Vec<Change>,
    pub(super) reason: String,
    pub(super) risk: Risk,
    pub(super) precondition: Precondition,
    pub(super) needs: Vec<usize>,
    /// Something stands against it: it is left out, and with it all that needs it.
    pub(super) barred: bool,
}

/// The steps of every target: networks by name, then nodes by name, each target's in their order.
pub(super) fn drafts(
    design: &ResolvedDesign,
    drivers: &Drivers,
    seen: &Observations,
    goal: Goal,
    nodes: &Selector,
    diagnostics: &mut Diagnostics,
) -> Vec<Draft> {
    let mut build = Build {
        design,
        drivers,
        seen,
        goal,
        diagnostics,
        drafts: Vec::new(),
    };
    let chosen: Vec<&Arc<ResolvedNode>> = design
        .nodes
        .values()
        .filter(|node| nodes.matches(&***node))
        .collect();
    if goal != Goal::Release {
        let needed = |network: &ResolvedNetwork| {
            chosen.iter().any(|node| {
                let out_of_band = node.spec.oob.network.as_ref() == Some(&network.name);
                out_of_band || node.networks().any(|carried| carried.name == network.name)
            })
        };
        design
            .networks
            .values()
            .filter(|network| needed(network))
            .for_each(|network| build.network(network));
    }
    chosen.into_iter().for_each(|node| build.node(node));
    build.drafts
}

struct Build<'a> {
    design: &'a ResolvedDesign,
    drivers: &'a Drivers,
    seen: &'a Observations,
    goal: Goal,
    diagnostics: &'a mut Diagnostics,
    drafts: Vec<Draft>,
}

impl Build<'_> {
    fn report(&mut self, code: Code, id: DocumentId, message: String, help: &str) {
        let span = self
            .design
            .documents
            .get(&id)
            .map_or(Default::default(), |document| document.name_span);
        self.diagnostics.push(
            Diagnostic::new(code, message)
                .about(&id)
                .at(span, "")
                .help(help),
        );
    }

    fn no_driver(&mut self, id: DocumentId, what: &str, why: NoDriver) {
        match why {
            NoDriver::None => {
                let message = format!("no {what} driver serves it");
                let help = "register a driver whose selector chooses it";
                self.report(Code::NO_DRIVER, id, message, help);
            }
            NoDriver::Several(names) => {
                let message = format!("several {what} drivers serve it: {}", names.join(", "));
                self.report(
                    Code::SEVERAL_DRIVERS,
                    id,
                    message,
                    "narrow the drivers' selectors so that one is left",
                );
            }
        }
    }

    /// The driver of a BMC is chosen by its type, so the type is what is marked.
    fn no_oob_driver(&mut self, node: &ResolvedNode, why: NoDriver) {
        let oob_type = node.spec.oob.kind.as_deref().unwrap_or_default();
        let (code, message, help) = match why {
            NoDriver::None => (
                Code::NO_DRIVER,
                format!("no OOB driver is for the type {}", quote(oob_type)),
                "register an OOB driver for this oob.type, or correct it",
            ),
            NoDriver::Several(names) => (
                Code::SEVERAL_DRIVERS,
                format!(
                    "several OOB drivers are for the type {}: {}",
                    quote(oob_type),
                    names.join(", ")
                ),
                "register one OOB driver for each type",
            ),
        };
        let written = node.value.at(["oob", "type"]).map(|value| value.span);
        self.diagnostics.push(
            Diagnostic::new(code, message)
                .about(&node.id())
                .field(FieldPath::of(["oob", "type"]))
                .at(written.unwrap_or_default(), "")
                .help(help),
        );
    }

    fn network(&mut self, network: &Arc<ResolvedNetwork>) {
        let id = DocumentId::new(Kind::Network, network.name.as_str());
        let driver = match self.drivers.network_of(network) {
            Ok(Some(driver)) => driver.clone(),
            Ok(None) => return,
            Err(why) => return self.no_driver(id, "network", why),
        };
        let target = NetworkTarget::Network(network.clone());
        let seen = match self.seen.networks.get(&network.name) {
            Some(Ok(seen)) => seen,
            Some(Err(why)) => {
                let help = "nothing is planned that needs it; mend this and plan again";
                return self.report(
                    Code::NOT_OBSERVED,
                    id,
                    format!("it could not be observed: {why}"),
                    help,
                );
            }
            None => return,
        };
        let mut changes = driver.differences(&target, seen);
        let draft = Draft {
            target: Target::Network(network.name.clone()),
            driver: DriverName::new(driver.name()),
            action: Action::Verify,
            changes: Vec::new(),
            reason: "to compare it with its design".to_owned(),
            risk: Risk::Read,
            precondition: Precondition::default(),
            needs: Vec::new(),
            barred: false,
        };
        if self.goal == Goal::Verify {
            return self.drafts.push(draft);
        }
        if changes.is_empty() {
            return;
        }
        if let Err(why) = driver.supports(&target, NetworkAction::Ensure) {
            let help = "choose another driver for it, or change its design";
            return self.report(
                Code::UNSUPPORTED_ACTION,
                id,
                format!("{} does not support `ensure` here: {why}", driver.name()),
                help,
            );
        }
        changes.sort();
        let risk = changes
            .iter()
            .map(|change| change.risk)
            .max()
            .unwrap_or(Risk::Reversible);
        let reason = match seen.state {
            crate::driver::NetworkState::Absent => "it is not there",
            crate::driver::NetworkState::Present => "it differs from its design",
        };
        let action = Action::Network(NetworkAction::Ensure);
        self.drafts.push(Draft {
            action,
            changes,
            risk,
            reason: reason.to_owned(),
            ..draft
        });
    }

    fn node(&mut self, node: &Arc<ResolvedNode>) {
        let server = match self.drivers.server_of(node) {
            Ok(driver) => driver.clone(),
            Err(why) => return self.no_driver(node.id(), "server", why),
        };
        let oob = match self.drivers.oob_of(node) {
            Ok(driver) => driver.cloned(),
            Err(why) => return self.no_oob_driver(node, why),
        };
        let seen = match self.seen.servers.get(&node.name) {
            Some(Ok(seen)) => seen,
            Some(Err(why)) => {
                let help = "nothing is planned for it; mend this and plan again";
                return self.report(
                    Code::NOT_OBSERVED,
                    node.id(),
                    format!("it could not be observed: {why}"),
                    help,
                );
            }
            None => return,
        };
        let steps = NodeSteps {
            node,
            server: &server,
            oob: oob.as_ref(),
            seen,
        };
        let drafts = match self.goal {
            Goal::Verify => vec![steps.verify()],
            Goal::Release => steps.release(),
            Goal::Deploy if seen.state == ServerState::Broken => {
                let help = "see what the driver says of it, mend it, release it, then plan again";
                return self.report(
                    Code::NOT_OBSERVED,
                    node.id(),
                    "it is Broken and cannot be deployed".into(),
                    help,
                );
            }
            Goal::Deploy if seen.state == ServerState::Deployed => {
                return self.drift(node, server.as_ref(), seen);
            }
            Goal::Deploy => steps.deploy(),
        };
        let refused = drafts.iter().find_map(|draft| {
            let answer = match draft.action {
                Action::Server(action) => server.supports(node, action),
                Action::Oob(action) => oob
                    .as_ref()
                    .map_or(Ok(()), |oob| oob.supports(node, action)),
                Action::Network(_) | Action::Verify => Ok(()),
            };
            answer.err().map(|why| {
                format!(
                    "{} does not support `{}` here: {why}",
                    draft.driver, draft.action
                )
            })
        });
        if let Some(message) = refused {
            let help = "choose another driver for it, or change its design";
            return self.report(Code::UNSUPPORTED_ACTION, node.id(), message, help);
        }
        self.push_chain(drafts);
    }

    /// A deployed node is never changed by a plan to deploy; how it differs is said.
    fn drift(&mut self, node: &ResolvedNode, server: &dyn ServerDriver, seen: &ServerObservation) {
        for change in server.differences(node, seen) {
            let keys = change.field.keys().iter().map(|key| key.as_str());
            let written = node.value.at(keys).map(|value| value.span);
            let name = self
                .design
                .documents
                .get(&node.id())
                .map(|document| document.name_span);
            let span = written.or(name).unwrap_or_default();
            let observed = change.observed.as_deref().unwrap_or("nothing");
            let message = format!(
                "{} is {observed} on the node, {} by design",
                change.field, change.designed
            );
            let diagnostic = Diagnostic::new(Code::DRIFT, message)
                .about(&node.id())
                .field(change.field.clone());
            let help = "nothing is changed on a deployed node; release and deploy it to have it as designed";
            self.diagnostics.push(diagnostic.at(span, "").help(help));
        }
    }

    /// Each step of a node needs the one before it.
    fn push_chain(&mut self, drafts: Vec<Draft>) {
        for (n, mut draft) in drafts.into_iter().enumerate() {
            if n > 0 {
                draft.needs.push(self.drafts.len() - 1);
            }
            self.drafts.push(draft);
        }
    }
}

/// The steps of one node.
struct NodeSteps<'a> {
    node: &'a ResolvedNode,
    server: &'a Arc<dyn ServerDriver>,
    oob: Option<&'a Arc<dyn OobDriver>>,
    seen: &'a ServerObservation,
}

impl NodeSteps<'_> {
    fn draft(&self, driver: &str, action: Action, risk: Risk, reason: &str) -> Draft {
        Draft {
            target: Target::Node(self.node.name.clone()),
            driver: DriverName::new(driver),
            action,
            changes: Vec::new(),
            reason: reason.to_owned(),
            risk,
            precondition: Precondition::default(),
            needs: Vec::new(),
            barred: false,
        }
    }

    fn server(
        &self,
        action: ServerAction,
        states: &[ServerState],
        risk: Risk,
        reason: &str,
    ) -> Draft {
        let mut draft = self.draft(self.server.name(), Action::Server(action), risk, reason);
        draft.precondition = Precondition {
            states: states.to_vec(),
            identity: self.identity(),
        };
        draft
    }

    fn identity(&self) -> Option<DesignedIdentity> {
        let (serial, boot_mac) = (
            self.node.spec.serial.clone(),
            self.node.spec.metadata.boot_mac,
        );
        (serial.is_some() || boot_mac.is_some()).then_some(DesignedIdentity { serial, boot_mac })
    }

    fn verify(&self) -> Draft {
        self.draft(
            self.server.name(),
            Action::Verify,
            Risk::Read,
            "to compare it with its design",
        )
    }

    fn release(&self) -> Vec<Draft> {
        use ServerState::{Allocated, Broken, Deployed, Deploying, Ready, Releasing};
        match self.seen.state {
            Allocated | Deploying | Deployed | Releasing | Broken => {
                let states = [Allocated, Deploying, Deployed, Releasing, Broken, Ready];
                let reason = format!("it is {} and is to be given back", self.seen.state);
                vec![self.server(ServerAction::Release, &states, Risk::Destructive, &reason)]
            }
            _ => Vec::new(),
        }
    }

    fn deploy(&self) -> Vec<Draft> {
        use ServerState::{
            Absent, Allocated, Commissioning, Deployed, Deploying, New, Ready, Releasing,
        };
        let state = self.seen.state;
        let mut changes = self.server.differences(self.node, self.seen);
        changes.sort();
        let of = |action| {
            changes
                .iter()
                .filter(|change| change.action == Some(action))
                .cloned()
                .collect::<Vec<_>>()
        };
        let mut drafts = Vec::new();
        let is_unknown = matches!(state, Absent | New | Commissioning);
        if state == Releasing {
            let states = [Releasing, Ready];
            drafts.push(self.server(
                ServerAction::Release,
                &states,
                Risk::Destructive,
                "it is being given back",
            ));
        }
        if matches!(state, Absent | New) {
            drafts.extend(self.boot_from_network());
        }
        if is_unknown {
            let reason = format!("it is {state}: its hardware is not known yet");
            let states = [Absent, New, Commissioning, Ready];
            drafts.push(self.server(ServerAction::Commission, &states, Risk::Disruptive, &reason));
        }
        if state != Deploying {
            for action in [
                ServerAction::ConfigureStorage,
                ServerAction::ConfigureNetwork,
            ] {
                let changes = of(action);
                if is_unknown || state == Releasing || !changes.is_empty() {
                    let reason = if changes.is_empty() {
                        "as designed, once its hardware is known"
                    } else {
                        "it differs from its design"
                    };
                    let mut draft =
                        self.server(action, &[Ready, Allocated], Risk::Reversible, reason);
                    draft.risk = changes
                        .iter()
                        .map(|c| c.risk)
                        .max()
                        .unwrap_or(Risk::Reversible)
                        .min(Risk::Disruptive);
                    draft.changes = changes;
                    drafts.push(draft);
                }
            }
        }
        let states = [Ready, Allocated, Deploying, Deployed];
        let reason = format!("it is {state} and is to be Deployed");
        let mut deploy = self.server(ServerAction::Deploy, &states, Risk::Destructive, &reason);
        deploy.changes = of(ServerAction::Deploy);
        drafts.push(deploy);
        drafts
    }

    /// What makes a machine boot from the network, where an OOB driver has its power.
    fn boot_from_network(&self) -> Vec<Draft> {
        let Some(oob) = self.oob else {
            return Vec::new();
        };
        let step =
            |action, risk, reason: &str| self.draft(oob.name(), Action::Oob(action), risk, reason);
        vec![
            step(
                OobAction::NextBoot(BootDevice::Pxe),
                Risk::Reversible,
                "it is to boot from the network once",
            ),
            step(
                OobAction::PowerOff,
                Risk::Disruptive,
                "it is to boot from the network",
            ),
            step(
                OobAction::PowerOn,
                Risk::Disruptive,
                "it is to boot from the network",
            ),
        ]
    }
}
