//! What was observed, and what follows from it for a whole plan.

use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, quote},
    driver::{NetworkObservation, ServerObservation, ServerState, UnclaimedServer},
    names::{DriverName, NetworkName, NodeName},
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What was observed, of everything that a plan may touch. A target that is missing was not looked at.
#[derive(Debug, Clone, Default)]
pub struct Observations {
    /// Servers, or why one could not be observed.
    pub servers: BTreeMap<NodeName, Result<ServerObservation, String>>,
    /// Networks, or why one could not be observed.
    pub networks: BTreeMap<NetworkName, Result<NetworkObservation, String>>,
    /// Switch ports by switch and port, or why one could not be observed.
    pub ports: BTreeMap<(SmolStr, SmolStr), Result<NetworkObservation, String>>,
    /// What drivers have that the design does not name, or why one cannot say.
    pub unclaimed: BTreeMap<DriverName, Result<Vec<UnclaimedServer>, String>>,
}

impl Observations {
    /// What was seen besides, in the place of what was known of the same targets.
    pub fn add(&mut self, other: Observations) {
        self.servers.extend(other.servers);
        self.networks.extend(other.networks);
        self.ports.extend(other.ports);
        self.unclaimed.extend(other.unclaimed);
    }

    /// Tells what the design does not name. Nothing is planned for it: whether it is still needed, people know.
    pub(super) fn unclaimed(&self, diagnostics: &mut Diagnostics) {
        for (driver, answer) in &self.unclaimed {
            match answer {
                Ok(servers) => {
                    diagnostics.extend(servers.iter().map(|server| unclaimed(driver, server)))
                }
                Err(why) => {
                    let message = format!(
                        "{driver} cannot say which servers it has that the design does not name: {why}"
                    );
                    let diagnostic = Diagnostic::new(Code::UNCLAIMED, message);
                    diagnostics
                        .push(diagnostic.help("mend this and plan again, if you want to know"));
                }
            }
        }
    }

    /// How many nodes are Deployed, and how many of those that lose something are. One of these that was looked at and
    /// not seen may be deployed, and counts.
    pub(super) fn deployed(&self, destroyed: &BTreeSet<&NodeName>) -> DeployedNodes {
        let is_deployed = |seen: &&Result<ServerObservation, String>| matches!(seen, Ok(server) if server.state == ServerState::Deployed);
        let lost = destroyed.iter().filter_map(|name| self.servers.get(*name));
        DeployedNodes {
            seen: self.servers.values().filter(is_deployed).count(),
            destroyed: lost
                .filter(|seen| seen.is_err() || is_deployed(seen))
                .count(),
        }
    }
}

fn unclaimed(driver: &str, server: &UnclaimedServer) -> Diagnostic {
    let serial = server.identity.serial.as_deref();
    let known = serial.map_or(String::new(), |serial| {
        format!(", serial {}", quote(serial))
    });
    let message = format!(
        "{driver} has {}, which is {}{known}; the design does not name it",
        quote(&server.name),
        server.state
    );
    Diagnostic::new(Code::UNCLAIMED, message)
        .help("nothing is done to it; write it into the design again, or give it back by hand")
}

/// How many nodes were Deployed when a plan was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeployedNodes {
    /// Of all that were looked at.
    pub seen: usize,
    /// Those of them that lose something for good.
    pub destroyed: usize,
}
