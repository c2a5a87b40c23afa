//! From documents to the resolved design: checked, composed along profile chains, decoded, and everything derived that a
//! driver would otherwise have to look up.
//!
//! The result is the same whatever the order of files and documents, and whether it was resolved at once or kept up to
//! date through any number of changes.

mod address;
mod chain;
mod changes;
mod check;
mod chooser;
mod compose;
mod conform;
mod decode;
mod device;
mod fold;
mod fragments;
mod incremental;
mod item;
mod kernel_params;
mod legacy;
mod merge;
mod merge_policy;
mod mtu;
mod named;
mod network;
mod node;
mod node_filter;
mod nodes;
mod parts;
mod provenance;
mod query;
mod refused;
mod resolved;
mod selecting;
mod touched;
mod unread;
mod vain_removal;

pub use address::Allocations;
pub use chain::Chain;
pub use changes::Changes;
pub(crate) use check::all_sealed;
pub(crate) use chooser::Chooser;
pub use decode::{DecodeError, decode};
pub(crate) use incremental::Resolver;
pub use item::ResolvedItem;
pub use kernel_params::CommandLine;
pub(crate) use network::MOST_ROUTES;
pub use provenance::{
    Derived, ExplainError, Explanation, History, HistoryStep, LosingCandidate, Premise, What,
    WhyLost,
};
pub(crate) use query::known;
pub use query::{Query, QueryError, Row};
pub use resolved::{
    Catalogs, Device, DeviceSelector, InterfaceNetwork, ResolvedDesign, ResolvedDisk,
    ResolvedInterface, ResolvedNetwork, ResolvedNode, ResolvedProfile, ResolvedVolume,
    ResolvedVolumeGroup,
};
pub(crate) use touched::Touched;

use crate::{diagnostic::Diagnostics, model::Kinds, source::Snapshot};
use std::sync::Arc;

/// A resolved design and everything that was found on the way to it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Resolved {
    /// What could be resolved.
    pub design: ResolvedDesign,
    /// What could not, and what is odd; those of reading included.
    pub diagnostics: Diagnostics,
    /// The addresses given to `auto`: those that came in, and new ones. To be kept by the host.
    pub allocations: Allocations,
}

/// Resolves the documents of a snapshot, given the addresses that earlier resolving has allocated. To keep a design
/// resolved while documents change, see [`crate::Site`].
pub fn resolve(snapshot: &Snapshot, allocations: &Allocations) -> Resolved {
    resolve_with(snapshot, allocations, &Kinds::new())
}

/// The same with kinds that the host has registered.
pub fn resolve_with(snapshot: &Snapshot, allocations: &Allocations, kinds: &Kinds) -> Resolved {
    let mut resolver = Resolver::new(allocations.clone());
    resolver.kinds = kinds.clone();
    resolver.update(Changes::all(snapshot.clone()));
    let diagnostics = resolver.found().sorted(&resolver.design.files);
    Resolved {
        design: Arc::unwrap_or_clone(resolver.design),
        diagnostics,
        allocations: resolver.allocations,
    }
}
