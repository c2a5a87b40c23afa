//! Which steps may make a call now: those that are due, have leave, and have a place at every limit.

use super::{
    Run,
    groups::is_power_on,
    limits::Place,
    state::{Gate, Stage},
};
use crate::{driver::Risk, names::StepId, plan::ObservedAs};
use std::{collections::BTreeMap, mem, time::Duration};

/// What a step has to do before it may make a call.
enum Next {
    Take(Place),
    Wait(Gate),
    Call,
}

/// Calls that are made as one: those of one kind of driver at one endpoint.
type Batches = BTreeMap<(ObservedAs, u32), Vec<StepId>>;

impl Run {
    /// Takes what is due, as far as the limits allow, in one batch for each endpoint.
    pub(super) fn gather_due(&mut self, now: Duration) {
        self.limits.settle(now);
        let mut batches = Batches::new();
        loop {
            // Those that have waited for a place come before those whose time has just come.
            if let Some((step, place)) = self.limits.pop_woken() {
                self.woken(step, place, &mut batches);
            } else if let Some(step) = self.ready.pop_due(now) {
                if matches!(self.steps[step.index()].stage, Stage::Due(_)) {
                    self.advance(step, &mut batches);
                }
            } else {
                break;
            }
        }
        self.observations.extend(batches.into_values());
    }

    fn woken(&mut self, step: StepId, place: Place, batches: &mut Batches) {
        if self.steps[step.index()].stage == Stage::Queued(place) {
            self.took(step, place);
            self.advance(step, batches);
        } else {
            // It was skipped meanwhile.
            self.limits.give_back(place);
        }
    }

    /// Takes the next places of a step until one is missing or it can call.
    fn advance(&mut self, step: StepId, batches: &mut Batches) {
        if let Err(reason) = self.may_be_touched(step) {
            self.give_up_turn(step);
            return self.skip(step, reason);
        }
        if let Some(gate) = self.gate(step) {
            self.give_up_turn(step);
            return self.park(step, gate);
        }
        loop {
            match self.next(step) {
                Next::Take(place) if self.limits.take(place, step) => self.took(step, place),
                Next::Take(place) => {
                    self.stage(step, Stage::Queued(place));
                    return self.skip_those_without_hope(place);
                }
                Next::Wait(gate) => return self.park(step, gate),
                Next::Call => break,
            }
        }
        self.stage(step, Stage::Observing);
        self.steps[step.index()].turn = self.now;
        let groups = &self.terms.groups.steps[step.index()];
        if let Some(node) = groups.node {
            self.nodes[node as usize].is_begun = true;
        }
        let kind = self.planned(step).observed_as();
        let endpoint = self.terms.groups.steps[step.index()].endpoint;
        batches.entry((kind, endpoint)).or_default().push(step);
    }

    /// Whether what the step is done to may be touched at all; what has begun is gone on with.
    fn may_be_touched(&self, step: StepId) -> Result<(), String> {
        if self.steps[step.index()].is_begun() {
            return Ok(());
        }
        let Some(node) = self.terms.groups.steps[step.index()].node else {
            return Ok(());
        };
        if self.is_budget_spent && !self.nodes[node as usize].is_begun {
            return Err(self.budget_reason());
        }
        let (name, risk) = (
            &self.terms.groups.nodes[node as usize].name,
            self.planned(step).risk,
        );
        let held = self.terms.holds.holds(name, risk);
        held.or_else(|| self.orders.holds.holds(name, risk))
            .map_or(Ok(()), Err)
    }

    /// What the step has to wait for before it begins.
    fn gate(&self, step: StepId) -> Option<Gate> {
        if self.steps[step.index()].is_begun() {
            return None;
        }
        let wave = self.terms.groups.steps[step.index()].wave;
        if self.orders.paused {
            Some(Gate::Pause)
        } else if wave > self.wave {
            Some(Gate::Wave(wave))
        } else if self.planned(step).risk == Risk::Destructive && !self.is_approved() {
            Some(Gate::Approval)
        } else {
            None
        }
    }

    fn park(&mut self, step: StepId, gate: Gate) {
        self.stage(step, Stage::Parked(gate));
        match gate {
            Gate::Pause => self.parked.pause.push(step),
            Gate::Approval => self.parked.approval.push(step),
            Gate::Wave(wave) => self.parked.waves[wave as usize].push(step),
            Gate::Sibling | Gate::Others => {
                if let Some(node) = self.terms.groups.steps[step.index()].node {
                    let node = &mut self.nodes[node as usize];
                    match gate {
                        Gate::Sibling => node.siblings.push(step),
                        _ => node.before_disruption.push(step),
                    }
                }
            }
        }
    }

    /// Steps that waited for leave are due again.
    pub(super) fn wake(&mut self, steps: Vec<StepId>) {
        for step in steps {
            if matches!(self.steps[step.index()].stage, Stage::Parked(_)) {
                self.due(step, self.now);
            }
        }
    }

    /// The next place that the step needs, those that are held longest first.
    fn next(&mut self, step: StepId) -> Next {
        let groups = &self.terms.groups.steps[step.index()];
        if let Some(node) = groups.node
            && self.terms.plan.steps[step.index()].risk >= Risk::Disruptive
        {
            let domains = &self.terms.groups.nodes[node as usize].domains;
            let node = &mut self.nodes[node as usize];
            if let Some(domain) = domains.get(node.places as usize) {
                return match node.taker {
                    // It would be down, and keep others from being taken down, while it waits for one of them.
                    None if node.needs_of_others > 0 => Next::Wait(Gate::Others),
                    Some(taker) if taker != step => Next::Wait(Gate::Sibling),
                    _ => {
                        node.taker = Some(step);
                        Next::Take(Place::Domain(*domain))
                    }
                };
            }
        }
        let state = &self.steps[step.index()];
        match groups.rack {
            Some(rack) if !state.holds_rack => Next::Take(Place::Rack(rack)),
            _ if !state.holds_endpoint => Next::Take(Place::Endpoint(groups.endpoint)),
            _ if !state.holds_call => Next::Take(Place::InFlight),
            _ => Next::Call,
        }
    }

    fn took(&mut self, step: StepId, place: Place) {
        let state = &mut self.steps[step.index()];
        match place {
            Place::Rack(_) => state.holds_rack = true,
            Place::Endpoint(_) => state.holds_endpoint = true,
            Place::InFlight => state.holds_call = true,
            Place::Domain(_) => {
                let Some(node) = self.terms.groups.steps[step.index()].node else {
                    return;
                };
                let needed = self.terms.groups.nodes[node as usize].domains.len();
                let node = &mut self.nodes[node as usize];
                node.places += 1;
                if node.places as usize == needed {
                    node.taker = None;
                    let siblings = mem::take(&mut node.siblings);
                    self.wake(siblings);
                }
            }
        }
    }

    /// The step's call has ended, or is not made: its places at the endpoint and in flight are free.
    pub(super) fn end_turn(&mut self, step: StepId) {
        let endpoint = self.terms.groups.steps[step.index()].endpoint;
        let state = &mut self.steps[step.index()];
        if mem::take(&mut state.holds_call) {
            self.limits.give_back(Place::InFlight);
        }
        if mem::take(&mut state.holds_endpoint) {
            self.limits.give_back(Place::Endpoint(endpoint));
        }
    }

    /// The step does not call after all: the rack's place is free at once as well, for nothing was switched on.
    fn give_up_turn(&mut self, step: StepId) {
        self.end_turn(step);
        if let Some(rack) = self.terms.groups.steps[step.index()].rack
            && !self.steps[step.index()].is_begun()
            && mem::take(&mut self.steps[step.index()].holds_rack)
        {
            self.limits.give_back(Place::Rack(rack));
        }
    }

    /// Nothing is in flight, nothing comes due, and nobody is asked for anything: what is left waits in a circle. First
    /// nodes need no longer wait for others before they are disrupted; if that does not help, what waits is skipped.
    pub(super) fn break_circle(&mut self) {
        let waiting = self
            .nodes
            .iter_mut()
            .find(|node| !node.before_disruption.is_empty());
        if let Some(node) = waiting {
            node.needs_of_others = 0;
            let parked = mem::take(&mut node.before_disruption);
            return self.wake(parked);
        }
        for n in 0..self.steps.len() {
            let state = &self.steps[n];
            if matches!(
                state.stage,
                Stage::Queued(_) | Stage::Parked(_) | Stage::Blocked
            ) {
                let reason = "it waits for others that wait for it; take the limit of a failure domain back, or plan fewer nodes";
                self.skip(StepId(n as u32), reason.to_owned());
            }
        }
    }

    pub(super) fn due(&mut self, step: StepId, at: Duration) {
        self.stage(step, Stage::Due(at));
        self.ready.push(at, step);
    }

    pub(super) fn stage(&mut self, step: StepId, stage: Stage) {
        let state = &mut self.steps[step.index()];
        state.stage = stage;
        state.at = self.now;
    }

    /// What an earlier life held is held: the failure domains of nodes that are being disrupted, and for one window
    /// every rack in which machines were switched on at some time that nobody knows.
    pub(super) fn hold_again(&mut self) {
        for n in 0..self.nodes.len() {
            let node = &mut self.nodes[n];
            if node.is_disrupted && (node.disruptive_left > 0 || node.is_stuck) {
                let domains = &self.terms.groups.nodes[n].domains;
                node.places = domains.len() as u32;
                let is_down = node.disruptive_left == 0;
                for domain in domains {
                    self.limits.occupy(Place::Domain(*domain));
                    self.stuck[*domain as usize] += usize::from(is_down);
                }
            }
        }
        let until = self.now.saturating_add(self.terms.policy.rack_window);
        for n in 0..self.steps.len() {
            let Some(rack) = self.terms.groups.steps[n].rack else {
                continue;
            };
            let (used, allowed) = self.limits.usage(Place::Rack(rack));
            if self.steps[n].started && is_power_on(&self.terms.plan.steps[n]) && used < allowed {
                self.limits.occupy(Place::Rack(rack));
                self.limits.give_back_at(rack, until);
            }
        }
    }
}
