//! How often each step was called at the simulated site: what tells a step that was done twice from one that was done once,
//! whoever did it.

use super::{CallKind, exchange::Request};
use drydock_core::driver::Context;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The calls of one step that may change something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Applied {
    /// The operation key that it was called with.
    pub operation: SmolStr,
    /// What it was called for, such as `deploy` or `set power`.
    pub action: SmolStr,
    /// The node, the network or the port.
    pub target: SmolStr,
    /// How often it was called.
    pub calls: u64,
    /// How many of these calls changed something.
    pub changes: u64,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct AppliedCalls(BTreeMap<(SmolStr, CallKind, SmolStr), (u64, u64)>);

impl AppliedCalls {
    pub(super) fn count(&mut self, cx: &Context, request: &Request<'_>, changed: bool) {
        let step = (cx.operation().into(), request.kind, request.target.into());
        let (calls, changes) = self.0.entry(step).or_default();
        *calls += 1;
        *changes += u64::from(changed);
    }

    /// In the order of operation keys.
    pub(super) fn all(&self) -> Vec<Applied> {
        let mut all = Vec::with_capacity(self.0.len());
        for ((operation, kind, target), (calls, changes)) in &self.0 {
            all.push(Applied {
                operation: operation.clone(),
                action: kind.to_string().into(),
                target: target.clone(),
                calls: *calls,
                changes: *changes,
            });
        }
        all
    }
}
