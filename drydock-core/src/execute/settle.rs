//! What follows when a step is done, has failed or is skipped: for those that need it, its node, its wave and the run.

use super::{Run, limits::Place, run::Counts, state::Stage};
use crate::{
    driver::Risk,
    event::EventKind,
    names::StepId,
    state::{Fact, Record},
};
use std::mem;

impl Run {
    pub(super) fn done(&mut self, step: StepId) {
        self.records.push(Record::new(step, Fact::Done));
        self.events.push(EventKind::StepDone {
            name: self.name(step),
        });
        for freed in self.settle_done(step) {
            self.due(freed, self.now);
        }
    }

    /// The step is done; answers which steps nothing blocks any more.
    pub(super) fn settle_done(&mut self, step: StepId) -> Vec<StepId> {
        self.settle(step, Stage::Done);
        let mut freed = Vec::new();
        for n in self.dependents.range(step) {
            let dependent = self.dependents.at(n);
            let state = &mut self.steps[dependent.index()];
            state.unmet -= 1;
            if state.unmet == 0 && state.stage == Stage::Blocked {
                freed.push(dependent);
            }
        }
        freed
    }

    pub(super) fn fail(&mut self, step: StepId, reason: String) {
        self.records.push(Record::new(
            step,
            Fact::Failed {
                reason: reason.clone(),
            },
        ));
        self.events.push(EventKind::StepFailed {
            name: self.name(step),
            reason: reason.clone(),
        });
        self.settle_failed(step, reason);
    }

    /// The step failed; everything that needs it will not be begun.
    pub(super) fn settle_failed(&mut self, step: StepId, reason: String) {
        self.why.insert(step, reason);
        self.settle(step, Stage::Failed);
        self.skip_dependents(step, &format!("step {step}, which it needs, failed"));
        let Some(node) = self.terms.groups.steps[step.index()].node else {
            return;
        };
        if !mem::replace(&mut self.nodes[node as usize].has_failed, true) {
            self.failed_nodes += 1;
            if self.failed_nodes > self.budget && !mem::replace(&mut self.is_budget_spent, true) {
                self.skip_what_has_not_begun();
            }
        }
    }

    /// The step is not taken in this run; nothing of that is written down, for a later run may take it.
    pub(super) fn skip(&mut self, step: StepId, reason: String) {
        self.skip_one(step, None, reason.clone());
        self.skip_dependents(
            step,
            &format!("step {step}, which it needs, was skipped: {reason}"),
        );
    }

    pub(super) fn skip_cancelled(&mut self, step: StepId) {
        self.skip_one(step, None, "the run was cancelled".to_owned());
    }

    fn skip_one(&mut self, step: StepId, because: Option<StepId>, reason: String) {
        self.events.push(EventKind::StepSkipped {
            name: self.name(step),
            because,
            reason: reason.clone(),
        });
        self.why.insert(step, reason);
        self.settle(step, Stage::Skipped);
    }

    fn skip_dependents(&mut self, step: StepId, reason: &str) {
        let mut next = vec![step];
        while let Some(at) = next.pop() {
            for n in self.dependents.range(at) {
                let dependent = self.dependents.at(n);
                if self.steps[dependent.index()].stage == Stage::Blocked {
                    self.skip_one(dependent, Some(step), reason.to_owned());
                    next.push(dependent);
                }
            }
        }
    }

    pub(super) fn budget_reason(&self) -> String {
        let (failed, budget) = (self.failed_nodes, self.budget);
        format!(
            "{failed} nodes have failed, and the failure budget is {budget}: no further node is begun"
        )
    }

    fn skip_what_has_not_begun(&mut self) {
        for n in 0..self.steps.len() {
            let node = self.terms.groups.steps[n].node;
            let is_new = node.is_some_and(|node| !self.nodes[node as usize].is_begun);
            if is_new && !self.steps[n].is_settled() {
                let reason = self.budget_reason();
                self.skip(StepId(n as u32), reason);
            }
        }
    }

    /// Whoever waits for a failure domain whose places are all held by nodes that stay as they are waits in vain.
    pub(super) fn skip_those_without_hope(&mut self, place: Place) {
        let Place::Domain(domain) = place else {
            return;
        };
        let holders = |run: &Self| -> Vec<u32> {
            let nodes = run.terms.groups.nodes.iter().enumerate();
            let stuck = nodes.filter(|(n, groups)| {
                let node = &run.nodes[*n];
                node.is_stuck && node.disruptive_left == 0 && groups.domains.contains(&domain)
            });
            stuck.map(|(n, _)| n as u32).collect()
        };
        if self.stuck[domain as usize] < self.limits.usage(place).1 {
            return;
        }
        let names: Vec<String> = holders(self)
            .into_iter()
            .map(|node| self.terms.groups.nodes[node as usize].name.to_string())
            .collect();
        let (name, limit) = &self.terms.groups.domains[domain as usize];
        let reason = format!(
            "only {limit} with {name} may be disrupted at once, and {} did not come back",
            names.join(", ")
        );
        for waiting in self.limits.give_up(place) {
            if self.steps[waiting.index()].stage == Stage::Queued(place) {
                self.skip(waiting, reason.clone());
            }
        }
    }

    /// The step is over, in whatever way.
    fn settle(&mut self, step: StepId, stage: Stage) {
        let was_queued = matches!(self.steps[step.index()].stage, Stage::Queued(_));
        self.stage(step, stage);
        self.steps[step.index()].last = None;
        self.unsettled -= 1;
        let Counts {
            done,
            failed,
            skipped,
        } = &mut self.counts;
        *match stage {
            Stage::Done => done,
            Stage::Failed => failed,
            _ => skipped,
        } += 1;
        if was_queued {
            // What it had taken on its way.
            self.end_turn(step);
        }
        let groups = self.terms.groups.steps[step.index()].clone();
        if let Some(rack) = groups.rack
            && mem::take(&mut self.steps[step.index()].holds_rack)
        {
            let window = self.terms.policy.rack_window;
            self.limits
                .give_back_at(rack, self.now.saturating_add(window));
        }
        if let Some(node) = groups.node {
            self.settle_on_node(step, node as usize, stage);
        }
        self.settle_for_others(step, groups.node);
        self.wave_left[groups.wave as usize] -= 1;
        while self.wave_left[self.wave as usize] == 0
            && (self.wave as usize) + 1 < self.wave_left.len()
        {
            self.wave += 1;
            let parked = mem::take(&mut self.parked.waves[self.wave as usize]);
            self.wake(parked);
        }
    }

    /// Nodes that wait for this step before they are disrupted wait for one less.
    fn settle_for_others(&mut self, step: StepId, node: Option<u32>) {
        let Some(own) = node else {
            return;
        };
        for n in self.dependents.range(step) {
            let dependent = self.dependents.at(n);
            let other = self.terms.groups.steps[dependent.index()].node;
            let Some(other) = other.filter(|other| *other != own) else {
                continue;
            };
            let other = &mut self.nodes[other as usize];
            other.needs_of_others = other.needs_of_others.saturating_sub(1);
            if other.needs_of_others == 0 {
                let parked = mem::take(&mut other.before_disruption);
                self.wake(parked);
            }
        }
    }

    fn settle_on_node(&mut self, step: StepId, n: usize, stage: Stage) {
        let node = &mut self.nodes[n];
        if node.taker == Some(step) {
            node.taker = None;
            let siblings = mem::take(&mut node.siblings);
            self.wake(siblings);
        }
        if self.planned(step).risk < Risk::Disruptive {
            return;
        }
        let node = &mut self.nodes[n];
        node.disruptive_left -= 1;
        node.is_stuck |= stage != Stage::Done;
        if node.disruptive_left > 0 {
            return;
        }
        // One that was touched and not finished stays down: its places are not free before somebody has seen to it.
        let is_down = node.is_disrupted && node.is_stuck;
        node.is_stuck = is_down;
        let places = match is_down {
            true => node.places,
            false => mem::take(&mut node.places),
        };
        for place in 0..places as usize {
            let domain = self.terms.groups.nodes[n].domains[place];
            match is_down {
                true => {
                    self.stuck[domain as usize] += 1;
                    self.skip_those_without_hope(Place::Domain(domain));
                }
                false => self.limits.give_back(Place::Domain(domain)),
            }
        }
    }
}
