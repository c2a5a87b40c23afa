//! What every caller owes, whatever it calls: its fence, its deadline, one call at a time, observations that still hold,
//! and hands off what is held or is not the designed machine.

use super::{
    CallKind, ViolationKind,
    exchange::{Request, Step},
    machine::{GENERATION, Machine},
    told::Told,
    violation::No,
    world::World,
};
use drydock_core::{
    driver::{Context, DriverError, ServerAction, ServerState},
    model::Protection,
    resolve::ResolvedNode,
};
use smol_str::SmolStr;
use std::time::Duration;

impl World {
    /// Holds a call that may change something against what its caller owes.
    ///
    /// # Errors
    /// When it would do harm. What only tells of a caller that counts wrongly is kept in mind and let pass.
    pub(super) fn guard(
        &mut self,
        cx: &Context,
        request: &Request<'_>,
        now: Duration,
    ) -> Result<(), DriverError> {
        self.is_in_time(cx, request, now);
        let fence = self.learnt_fence(cx, request);
        let machine = request.node.and_then(|node| self.machines.get(&node.name));
        let at_once = machine.is_some_and(|machine| machine.in_flight > 0);
        if at_once {
            let no = No::new(
                ViolationKind::AtOnce,
                "another call on it is still in flight",
            );
            self.refused(request, no);
        }
        if let Some(newer) = fence {
            let why = format!(
                "its fence {} is older than {newer}, which was seen here",
                cx.fence()
            );
            let refusal = self.refused(request, No::new(ViolationKind::FencedOut, why));
            if !self.has_no_fencing {
                return Err(refusal);
            }
        }
        self.is_fresh(request)?;
        let Some(node) = request.node else {
            return Ok(());
        };
        let machine = self.machines.get(&node.name);
        let found = machine.and_then(|machine| hands_off(machine, node, request.kind));
        found.map_or(Ok(()), |no| Err(self.refused(request, no)))
    }

    /// What a call that only looks tells of its caller.
    pub(super) fn heard(&mut self, cx: &Context, request: &Request<'_>, now: Duration) {
        self.is_in_time(cx, request, now);
        self.learnt_fence(cx, request);
    }

    /// After a call that was not Done already what was seen before no longer holds.
    pub(super) fn grew_older<T: Told>(&mut self, request: &Request<'_>, result: &Step<T>) {
        let was_there = matches!(result, Ok((answer, false)) if answer.is_done());
        match request.kind {
            _ if was_there => {}
            CallKind::Server(_) => {
                if let Some(machine) = self.machines.get_mut(request.target) {
                    machine.generation += 1;
                }
            }
            CallKind::Network(_) => {
                if let Some(segment) = self.segment_named(request.target) {
                    segment.generation += 1;
                }
            }
            _ => {}
        }
    }

    /// Keeps in mind that an endpoint has more calls in flight than it bears.
    pub(super) fn overloaded(&mut self, endpoint: &SmolStr, calls: u32, bears: u32) {
        let message = format!("{endpoint}: {calls} calls in flight, and it bears {bears}");
        self.violate(ViolationKind::Overload, endpoint, message);
    }

    fn is_in_time(&mut self, cx: &Context, request: &Request<'_>, now: Duration) {
        let is_late = cx.now() > cx.deadline() || (self.has_runs_clock && now > cx.deadline());
        if is_late {
            let no = No::new(
                ViolationKind::PastDeadline,
                "it began after its own deadline",
            );
            self.refused(request, no);
        }
    }

    fn is_fresh(&mut self, request: &Request<'_>) -> Result<(), DriverError> {
        let Some(seen) = request.seen else {
            return Ok(());
        };
        let generation = match request.kind {
            CallKind::Server(_) => match self.machines.get(request.target) {
                Some(machine) if machine.node.state != ServerState::Absent => machine.generation,
                // That is told by the call itself.
                _ => return Ok(()),
            },
            _ => self
                .segment_named(request.target)
                .map_or(0, |segment| segment.generation),
        };
        let why = match seen.get(GENERATION).map(|fact| fact.parse::<u64>()) {
            Some(Ok(seen)) if seen == generation => return Ok(()),
            Some(_) => "the observation is older than the last call",
            None => "what was handed over was not observed here",
        };
        Err(self.refused(request, No::new(ViolationKind::StaleObservation, why)))
    }

    /// Keeps the caller's fence in mind; answers the newest one of its run that was seen at the target, if that is newer.
    ///
    /// Fences of different runs come from different leases and cannot be compared; the run is what the operation key has
    /// before its last `/`. Fence 0 is a call outside any run.
    fn learnt_fence(&mut self, cx: &Context, request: &Request<'_>) -> Option<u64> {
        let fences = match request.kind {
            CallKind::Network(_) | CallKind::ObserveNetwork => {
                &mut self.segment_named(request.target)?.fences
            }
            _ => &mut self.machines.get_mut(request.target)?.fences,
        };
        if cx.fence() == 0 {
            return None;
        }
        let operation = cx.operation();
        let run = operation.rsplit_once('/').map_or(operation, |(run, _)| run);
        match fences.iter_mut().find(|(known, _)| known == run) {
            Some((_, newest)) if *newest > cx.fence() => return Some(*newest),
            Some((_, newest)) => *newest = cx.fence(),
            None => {
                // Runs of long ago do not come back.
                if fences.len() == 4 {
                    fences.remove(0);
                }
                fences.push((run.into(), cx.fence()));
            }
        }
        None
    }

    fn refused(&mut self, request: &Request<'_>, no: No) -> DriverError {
        let state = match request.kind {
            CallKind::Network(_) | CallKind::ObserveNetwork => {
                let segment = self.segment_named(request.target);
                format!("{:?}", segment.map(|s| s.state()).unwrap_or_default())
            }
            _ => {
                let machine = self.machines.get(request.target);
                machine
                    .map(|machine| machine.node.state)
                    .unwrap_or_default()
                    .to_string()
            }
        };
        self.violated(request.target, request.kind, state, no)
    }
}

/// Why the node's machine must not be touched in this way.
fn hands_off(machine: &Machine, node: &ResolvedNode, kind: CallKind) -> Option<No> {
    let is_disruptive = matches!(
        kind,
        CallKind::SetPower
            | CallKind::Server(
                ServerAction::Commission | ServerAction::Deploy | ServerAction::Release
            )
    );
    if is_disruptive && node.spec.hold == Some(true) {
        return Some(No::new(ViolationKind::Held, "it is held by its design"));
    }
    let protects = |what| node.spec.protect.contains(&what);
    let was_deployed = || machine.was_deployed || machine.node.state == ServerState::Deployed;
    // Asking for what is there is no deployment.
    let is_there = || machine.node.state == ServerState::Deployed && machine.is_as(node);
    let protected = match kind {
        CallKind::Server(ServerAction::Release) => protects(Protection::Release),
        CallKind::Server(ServerAction::Deploy) => {
            protects(Protection::Redeploy) && was_deployed() && !is_there()
        }
        _ => false,
    };
    if protected {
        let why = format!("it is protected by its design: {kind}");
        return Some(No::new(ViolationKind::Protected, why));
    }
    let destroys = matches!(
        kind,
        CallKind::Server(ServerAction::Deploy | ServerAction::Release)
    );
    (destroys && !machine.is_designed(node)).then(|| {
        let why = "it is not the machine of the design: its serial number or its MAC is another";
        No::new(ViolationKind::WrongMachine, why)
    })
}
