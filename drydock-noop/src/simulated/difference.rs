//! What of a simulated target is not as designed, as changes. Pure.

use super::facts::{Facts, facts_of, network_facts};
use drydock_core::{
    driver::{
        Change, NetworkObservation, NetworkState, NetworkTarget, Risk, ServerAction,
        ServerObservation, ServerState,
    },
    field::FieldPath,
    resolve::ResolvedNode,
};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// What of a server is not as designed, by field.
pub(super) fn of_server(node: &ResolvedNode, seen: &ServerObservation) -> Vec<Change> {
    let mut changes = Vec::new();
    if seen.state != ServerState::Deployed {
        let (field, observed) = (FieldPath::of(["state"]), Some(seen.state.to_string()));
        let change = Change::new(field, ServerState::Deployed, observed, Risk::Destructive);
        changes.push(change.by(ServerAction::Deploy));
    }
    // Disks and interfaces of what is installed can only be set up anew, and what is on the disks is lost.
    let setting_up = match seen.state {
        ServerState::Deploying | ServerState::Deployed | ServerState::Broken => Risk::Destructive,
        _ => Risk::Reversible,
    };
    for (field, designed, observed) in unequal(&facts_of(node), &seen.facts) {
        let (risk, action) = match field.keys().first().map(SmolStr::as_str) {
            Some("platform") => (Risk::Destructive, ServerAction::Deploy),
            Some("storage") => (setting_up, ServerAction::ConfigureStorage),
            Some("interfaces") => (setting_up, ServerAction::ConfigureNetwork),
            _ => continue,
        };
        changes.push(Change::new(field, designed, observed, risk).by(action));
    }
    changes.sort();
    changes
}

/// What of a network or a port is not as designed, by field.
pub(super) fn of_network(target: &NetworkTarget, seen: &NetworkObservation) -> Vec<Change> {
    let (mut changes, risk) = match seen.state {
        NetworkState::Present => (Vec::new(), Risk::Disruptive),
        _ => {
            let state = Change::new(FieldPath::of(["state"]), "present", None, Risk::Reversible);
            (vec![state], Risk::Reversible)
        }
    };
    let unequal = unequal(&network_facts(target), &seen.facts);
    let known = unequal.into_iter().filter(|(field, ..)| !is_own(field));
    changes.extend(known.map(|(field, to, from)| Change::new(field, to, from, risk)));
    changes.sort();
    changes
}

/// The fields that are not the same on both sides: what is designed, and what was observed.
fn unequal(designed: &Facts, seen: &Facts) -> Vec<(FieldPath, String, Option<String>)> {
    let fields: BTreeSet<&SmolStr> = designed.keys().chain(seen.keys()).collect();
    let unequal = fields
        .into_iter()
        .filter(|field| designed.get(*field) != seen.get(*field));
    let change = |field: &SmolStr| {
        let designed = designed.get(field).map_or("(nothing)", SmolStr::as_str);
        Some((
            field.parse().ok()?,
            designed.to_owned(),
            seen.get(field).map(ToString::to_string),
        ))
    };
    unequal.filter_map(change).collect()
}

/// Whether the site put it there for its own use.
fn is_own(field: &FieldPath) -> bool {
    field.keys().first().is_some_and(|key| key == "simulated")
}
