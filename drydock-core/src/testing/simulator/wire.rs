//! The wire between a simulated orchestrator and its drivers: requests and answers take their time, and some are lost.

use super::{
    Simulator,
    faults::Fault,
    flight::{Answers, Flight},
    script::Coming,
};
use crate::{
    driver::{Context, ContextBuilder, DriverError, ErrorKind},
    execute::{Input, Observation, too_slow},
    names::StepId,
};
use std::time::Duration;

impl Simulator<'_> {
    pub(super) fn call(
        &mut self,
        who: usize,
        steps: Vec<StepId>,
        taking: Option<(Observation, bool)>,
    ) {
        let fault = self.fault_of_call();
        let Some(life) = &mut self.lives[who] else {
            return;
        };
        let now = life.time(self.now);
        let Some(ends) = life.run.call_ends(&steps, now) else {
            self.checks
                .violations
                .push("a call was asked for without a lease".to_owned());
            return;
        };
        let (limit, cut) = (ends.saturating_sub(now), life.real(ends));
        let lease_end = self.store.end_of(&life.lease);
        let observes = taking.is_none();
        self.checks
            .begins(&steps, observes, life.lease.fence, (cut, lease_end));
        let first = steps.first().copied().unwrap_or(StepId(0));
        let cx = ContextBuilder::new(format!("{}/{first}", self.run))
            .time(self.began + self.now, self.began.saturating_add(cut))
            .fence(life.lease.fence)
            .build();
        let call = call(self.dispatch.clone(), cx, steps.clone(), taking);
        let number = life.number;
        let asked = (
            life.run.call_number(first).unwrap_or_default(),
            steps.clone(),
            observes,
        );
        let mut flight = Flight::new(asked, fault, (limit, cut), call);
        for step in &steps {
            match fault {
                Some(fault) if fault != Fault::RepeatedAnswer => life.troubles.insert(*step, fault),
                _ => life.troubles.remove(step),
            };
        }
        self.sequence += 1;
        let id = self.sequence;
        let way = self
            .random
            .between(Duration::from_millis(1), Duration::from_millis(20));
        let (life_number, arrives) = (number, self.now + way);
        match fault {
            Some(Fault::Busy) => flight.answers = Some(refused(&steps, observes, ErrorKind::Busy)),
            Some(Fault::Unavailable) => {
                flight.answers = Some(refused(&steps, observes, ErrorKind::Unavailable));
            }
            _ => {}
        }
        let is_refused = flight.answers.is_some();
        life.flights.insert(id, flight);
        let verb = if observes { "observes" } else { "takes" };
        let listed: Vec<String> = steps.iter().map(ToString::to_string).collect();
        let ill = fault.map_or("", |fault| fault.name());
        self.tell(who, format_args!("{verb} {} {ill}", listed.join(",")));
        let flight = id;
        self.at(
            cut,
            Coming::Cut {
                life: life_number,
                flight,
            },
        );
        if is_refused {
            self.at(
                arrives + way,
                Coming::Answers {
                    life: life_number,
                    flight,
                },
            );
        } else if fault != Some(Fault::LostRequest) && arrives < cut {
            self.at(
                arrives,
                Coming::Arrives {
                    life: life_number,
                    flight,
                },
            );
        }
    }

    fn fault_of_call(&mut self) -> Option<Fault> {
        let of_calls: Vec<Fault> = self
            .given
            .faults
            .iter()
            .copied()
            .filter(|fault| fault.is_of_calls())
            .collect();
        if of_calls.is_empty() || !self.random.once_in(self.given.rarity) {
            return None;
        }
        let fault = of_calls[self.random.below(of_calls.len() as u64) as usize];
        // An answer is repeated when it has come.
        if fault != Fault::RepeatedAnswer {
            self.meet(fault);
        }
        Some(fault)
    }

    fn life_of(&self, number: u32) -> Option<usize> {
        (0..self.lives.len()).find(|who| {
            self.lives[*who]
                .as_ref()
                .is_some_and(|life| life.number == number)
        })
    }

    pub(super) fn arrive(&mut self, number: u32, flight: u64) {
        let Some(who) = self.life_of(number) else {
            return;
        };
        if let Some(life) = &mut self.lives[who]
            && let Some(flight) = life.flights.get_mut(&flight)
        {
            flight.has_arrived = true;
        }
    }

    /// Goes on with every call that something has happened to.
    pub(super) fn poll_flights(&mut self) {
        for who in 0..self.lives.len() {
            let Some(life) = &mut self.lives[who] else {
                continue;
            };
            let number = life.number;
            let ended: Vec<(u64, Option<Fault>, Duration)> = life
                .flights
                .iter_mut()
                .filter_map(|(id, flight)| flight.poll().then_some((*id, flight.fault, flight.cut)))
                .collect();
            for (flight, fault, cut) in ended {
                let back = self
                    .random
                    .between(Duration::from_millis(1), Duration::from_millis(20));
                let at = match fault {
                    Some(Fault::LostAnswer) => continue,
                    Some(Fault::LateAnswer) => cut.saturating_sub(back),
                    _ => self.now + back,
                };
                self.at(
                    at.max(self.now),
                    Coming::Answers {
                        life: number,
                        flight,
                    },
                );
                // The world has changed, and nobody has been told.
                if self.dies() {
                    self.end_life(who, "crashed before an answer");
                    break;
                }
            }
        }
    }

    /// An answer comes, or the call is cut.
    pub(super) fn answer(&mut self, number: u32, id: u64, is_cut: bool) {
        let Some(who) = self.life_of(number) else {
            return;
        };
        let Some(life) = &mut self.lives[who] else {
            return;
        };
        if let Some(until) = life.stalled_until.filter(|until| *until > self.now) {
            // It is heard when the orchestrator goes on.
            let coming = match is_cut {
                true => Coming::Cut {
                    life: number,
                    flight: id,
                },
                false => Coming::Answers {
                    life: number,
                    flight: id,
                },
            };
            if let Some(flight) = life.flights.get_mut(&id)
                && !std::mem::replace(&mut flight.is_over, true)
            {
                self.checks.ended(&flight.steps);
            }
            return self.at(until, coming);
        }
        let Some(mut flight) = life.flights.remove(&id) else {
            return;
        };
        let answers = match flight.answers.take().filter(|_| !is_cut) {
            Some(answers) => answers,
            None => unanswered(&flight),
        };
        if flight.fault == Some(Fault::RepeatedAnswer) && !is_cut {
            let once_more = answers.iter().filter_map(copied).collect();
            life.repeats.insert(id, (flight.number, once_more));
            let seconds = Duration::from_secs;
            let (from, to) = match self.random.once_in(2) {
                true => (Duration::ZERO, Duration::from_millis(50)),
                false => (seconds(1), seconds(120)),
            };
            let at = self.now + self.random.between(from, to);
            let (life, flight) = (number, id);
            self.at(at, Coming::Repeats { life, flight });
        }
        let Some(life) = &mut self.lives[who] else {
            return;
        };
        let now = life.time(self.now);
        // An answer has come after all.
        if !is_cut && !matches!(flight.fault, Some(Fault::Busy | Fault::Unavailable)) {
            life.troubles.retain(|step, _| !flight.steps.contains(step));
        }
        for input in answers {
            life.run.answered(flight.number, input, now);
        }
        if !flight.is_over {
            self.checks.ended(&flight.steps);
        }
        self.drive(who);
    }

    /// An answer comes that came before: nothing of the run may change by it.
    pub(super) fn repeat(&mut self, number: u32, id: u64) {
        let Some(who) = self.life_of(number) else {
            return;
        };
        let Some(life) = &mut self.lives[who] else {
            return;
        };
        if let Some(until) = life.stalled_until.filter(|until| *until > self.now) {
            let (life, flight) = (number, id);
            return self.at(until, Coming::Repeats { life, flight });
        }
        let Some((call, answers)) = life.repeats.remove(&id) else {
            return;
        };
        let now = life.time(self.now);
        let mut taken = Vec::new();
        for input in answers {
            let step = match &input {
                Input::Observed { step, .. } | Input::Applied { step, .. } => *step,
                _ => continue,
            };
            let before = (life.run.status(step), life.run.waiting(step, now));
            life.run.answered(call, input, now);
            if before != (life.run.status(step), life.run.waiting(step, now)) {
                taken.push(step);
            }
        }
        for step in taken {
            self.checks.violated(step, "its answer was taken twice");
        }
        self.meet(Fault::RepeatedAnswer);
        self.tell(who, format_args!("hears {id} again"));
        self.drive(who);
    }
}

/// The same answer once more.
fn copied(answer: &Input) -> Option<Input> {
    match answer {
        Input::Observed { step, result } => Some(Input::Observed {
            step: *step,
            result: same(result),
        }),
        Input::Applied { step, result } => Some(Input::Applied {
            step: *step,
            result: same(result),
        }),
        _ => None,
    }
}

fn same<T: Clone>(result: &Result<T, DriverError>) -> Result<T, DriverError> {
    match result {
        Ok(value) => Ok(value.clone()),
        Err(error) => {
            let again = DriverError::new(error.kind(), error.to_string());
            Err(match error.pause() {
                Some(pause) => again.retry_after(pause),
                None => again,
            })
        }
    }
}

async fn call(
    dispatch: crate::execute::dispatch::Dispatch,
    cx: Context,
    steps: Vec<StepId>,
    taking: Option<(Observation, bool)>,
) -> Answers {
    match (taking, steps.as_slice()) {
        (Some((seen, asked)), [step]) => {
            let result = dispatch.apply(&cx, *step, &seen, asked).await;
            vec![Input::Applied {
                step: *step,
                result,
            }]
        }
        _ => {
            let seen = dispatch.observe(&cx, &steps).await;
            seen.into_iter()
                .map(|(step, result)| Input::Observed { step, result })
                .collect()
        }
    }
}

fn each(steps: &[StepId], observes: bool, error: impl Fn() -> DriverError) -> Answers {
    let input = |step: &StepId| match observes {
        true => Input::Observed {
            step: *step,
            result: Err(error()),
        },
        false => Input::Applied {
            step: *step,
            result: Err(error()),
        },
    };
    steps.iter().map(input).collect()
}

fn unanswered(flight: &Flight) -> Answers {
    each(&flight.steps, flight.observes, || {
        too_slow(flight.limit, flight.observes)
    })
}

fn refused(steps: &[StepId], observes: bool, kind: ErrorKind) -> Answers {
    each(steps, observes, || match kind {
        ErrorKind::Busy => DriverError::new(kind, "the endpoint is busy; try again")
            .retry_after(Duration::from_secs(2)),
        _ => DriverError::new(kind, "nobody answers; try again"),
    })
}
