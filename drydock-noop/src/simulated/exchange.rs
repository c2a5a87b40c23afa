//! One exchange between a caller and the simulated world: what happens to every call, whichever driver it is of. It is
//! counted, held against what callers owe, struck by a fault or carried out, and answered, now or later.
//!
//! What a call does it does at once; only its answer takes time. A caller that stops waiting is a call that has ended.

use super::{
    CallKind, Clock, Fault, InjectedFault, SimulatedSite,
    facts::Facts,
    faults::Struck,
    told::{Telling, Told},
    world::World,
};
use drydock_core::{
    driver::{Context, DriverError, ErrorKind},
    names::NodeName,
    resolve::ResolvedNode,
};
use smol_str::SmolStr;
use std::{collections::BTreeSet, time::Duration};

/// How late an answer is for a caller that waits without end.
const VERY_LATE: Duration = Duration::from_secs(600);

/// A call as it arrives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) kind: CallKind,
    pub(super) target: &'a str,
    /// Where it arrives.
    pub(super) endpoint: &'a SmolStr,
    /// The node as the caller has it, for calls that change its machine.
    pub(super) node: Option<&'a ResolvedNode>,
    /// The facts of the observation that the caller relies on.
    pub(super) seen: Option<&'a Facts>,
}

/// What a call came to, and whether it changed anything.
pub(super) type Step<T> = Result<(T, bool), DriverError>;

/// An answer on its way.
pub(super) struct Coming<T> {
    /// None: it never comes, for the caller has crashed.
    answer: Option<T>,
    wait: Option<(Clock, Duration)>,
    flight: Flight,
}

impl<T> Coming<T> {
    /// The answer, when it arrives.
    pub(super) async fn arrive(self) -> T {
        let Self {
            answer,
            wait,
            flight,
        } = self;
        if let Some((clock, at)) = wait {
            clock.until(at).await;
        }
        let answer = match answer {
            Some(answer) => answer,
            None => std::future::pending().await,
        };
        drop(flight);
        answer
    }
}

/// A call in flight; when this is dropped it is no longer.
struct Flight {
    site: SimulatedSite,
    endpoints: BTreeSet<SmolStr>,
    node: Option<NodeName>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut world = self.site.world();
        for endpoint in &self.endpoints {
            world.loads.end(endpoint);
        }
        if let Some(node) = &self.node
            && let Some(machine) = world.machines.get_mut(node)
        {
            machine.in_flight = machine.in_flight.saturating_sub(1);
        }
    }
}

impl SimulatedSite {
    /// One call that may change something; `act` does what it is for.
    pub(super) fn exchange<T: Told>(
        &self,
        cx: &Context,
        request: &Request<'_>,
        act: impl FnMut(&mut World) -> Step<T>,
    ) -> Coming<Result<T, DriverError>> {
        let mut world = self.world();
        let now = world.settle_one(request.target);
        let nth = world.count(request.kind, request.target);
        world.depart(request.endpoint);
        let mut fault = None;
        let result = match world.guard(cx, request, now) {
            Err(refusal) => Err(refusal),
            Ok(()) => {
                let struck = world.struck(request, nth, now);
                let result = world.carried_out(request, struck, act);
                world.grew_older(request, &result);
                fault = struck.map(|struck| struck.fault);
                result
            }
        };
        let node = request.node.map(|node| node.name.clone());
        if let Some(machine) = node.as_ref().and_then(|node| world.machines.get_mut(node)) {
            machine.in_flight += 1;
        }
        let changed = matches!(result, Ok((_, true)));
        world.applied.count(cx, request, changed);
        let answer = result.map(|(answer, _)| answer);
        let answer = match (fault, answer) {
            (Some(fault @ Fault::LostAnswer), Ok(_)) => Err(indeterminate(request, fault)),
            (_, answer) => answer,
        };
        world.note(cx, (request.kind, request.target), fault, &answer);
        let crashes = changed && world.crashes_now();
        let wait = world.wait(cx, now, fault == Some(Fault::Late));
        let wait = wait.map(|at| (world.clock.clone(), at));
        drop(world);
        let flight = Flight {
            site: self.clone(),
            endpoints: BTreeSet::from([request.endpoint.clone()]),
            node,
        };
        let answer = (!crashes).then_some(answer);
        Coming {
            answer,
            wait,
            flight,
        }
    }

    /// One call that only looks, at several targets; `see` looks at one, and is told whether to answer as the time before.
    pub(super) fn look<X, O: Told>(
        &self,
        cx: &Context,
        (kind, targets): (CallKind, &[X]),
        place: impl Fn(&World, &X) -> (SmolStr, SmolStr),
        mut see: impl FnMut(&mut World, &X, Look) -> Result<O, DriverError>,
    ) -> Coming<Vec<Result<O, DriverError>>> {
        let mut world = self.world();
        let (mut endpoints, mut late) = (BTreeSet::new(), false);
        let mut answers = Vec::with_capacity(targets.len());
        let mut now = world.now();
        for target in targets {
            let (name, endpoint) = place(&world, target);
            now = world.settle_one(&name);
            let nth = world.count(kind, &name);
            if !endpoints.contains(&endpoint) {
                world.depart(&endpoint);
                endpoints.insert(endpoint.clone());
            }
            let request = Request {
                kind,
                target: &name,
                endpoint: &endpoint,
                node: None,
                seen: None,
            };
            world.heard(cx, &request, now);
            let struck = world.struck(&request, nth, now);
            let fault = struck.map(|struck| struck.fault);
            late |= fault == Some(Fault::Late);
            let stale = fault == Some(Fault::StaleObservation);
            let answer = world.carried_out(&request, struck, |world| {
                Ok((see(world, target, Look { nth, now, stale })?, false))
            });
            let answer = answer.map(|(seen, _)| seen);
            world.note(cx, (kind, &name), fault, &answer);
            answers.push(answer);
        }
        let wait = world.wait(cx, now, late);
        let wait = wait.map(|at| (world.clock.clone(), at));
        drop(world);
        let flight = Flight {
            site: self.clone(),
            endpoints,
            node: None,
        };
        Coming {
            answer: Some(answers),
            wait,
            flight,
        }
    }
}

/// A look at one target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// How many looks of this kind it has had before.
    pub(super) nth: u32,
    pub(super) now: Duration,
    /// Whether it is to show what the last one showed.
    pub(super) stale: bool,
}

impl World {
    /// A call has come to the endpoint.
    fn depart(&mut self, endpoint: &SmolStr) {
        if let Some((calls, bears)) = self.loads.begin(endpoint) {
            self.overloaded(endpoint, calls, bears);
        }
    }

    /// What goes wrong with the call.
    fn struck(&mut self, request: &Request<'_>, nth: u32, now: Duration) -> Option<Struck> {
        let scale = self.durations.deploy;
        let of_call = self.faults.of_call(request.kind, request.target, nth);
        of_call.or_else(|| self.faults.of_endpoint(request.endpoint, now, scale))
    }

    /// Does what the call is for, as far as the fault lets it.
    fn carried_out<T>(
        &mut self,
        request: &Request<'_>,
        struck: Option<Struck>,
        mut act: impl FnMut(&mut Self) -> Step<T>,
    ) -> Step<T> {
        let Some(Struck { fault, pause }) = struck else {
            return act(self);
        };
        self.injected(fault, request.target, request.kind);
        let refused = |kind, words: &str| {
            let (target, call) = (request.target, request.kind);
            let error = DriverError::new(kind, format!("{target}: {call}: {words}"));
            Err(match pause {
                Some(pause) => error.retry_after(pause),
                None => error,
            })
        };
        match fault {
            Fault::Busy => refused(ErrorKind::Busy, "busy; try again"),
            Fault::Unavailable => refused(ErrorKind::Unavailable, "nobody answers; try again"),
            Fault::LostRequest => Err(indeterminate(request, fault)),
            Fault::Indeterminate => {
                // What stands against it is told all the same.
                if self.faults.draw("is done", request.target, 2) == 0 {
                    act(self)?;
                }
                Err(indeterminate(request, fault))
            }
            Fault::Repeated => {
                let (answer, changed) = act(self)?;
                self.is_repeating = true;
                let again = act(self);
                self.is_repeating = false;
                Ok(again.map_or((answer, changed), |(answer, more)| {
                    (answer, changed || more)
                }))
            }
            _ => act(self),
        }
    }

    /// Whether the caller crashes at this call, which has changed something.
    fn crashes_now(&mut self) -> bool {
        self.changing_calls += 1;
        let crashes = self.faults.crashes_at(self.changing_calls);
        if crashes {
            self.crashes.send_modify(|crashes| *crashes += 1);
        }
        crashes
    }

    /// When the answer arrives, if not now.
    fn wait(&self, cx: &Context, now: Duration, late: bool) -> Option<Duration> {
        if late {
            let left = match cx.deadline() {
                Duration::MAX => VERY_LATE,
                deadline => deadline
                    .saturating_sub(cx.now())
                    .saturating_add(Duration::from_secs(1)),
            };
            return Some(now.saturating_add(left));
        }
        let takes = self.durations.call * self.faults.slowness_of_call(self.call) / 1000;
        (!takes.is_zero()).then(|| now.saturating_add(takes))
    }

    /// Keeps in mind that a fault has happened at the call of now.
    pub(super) fn injected(&mut self, fault: Fault, target: &str, kind: CallKind) {
        let (call, at) = (self.call, self.now());
        self.injected.push(InjectedFault {
            fault,
            target: target.into(),
            kind,
            call,
            at,
        });
    }

    /// One line of the trace.
    fn note<T: Told>(
        &mut self,
        cx: &Context,
        (kind, target): (CallKind, &str),
        fault: Option<Fault>,
        answer: &Result<T, DriverError>,
    ) {
        let (now, call) = (self.now(), self.call);
        let (operation, fence) = (cx.operation(), cx.fence());
        let (told, struck) = (Telling(answer), fault.map_or("none", Fault::name));
        self.trace.line(format_args!(
            "{}.{:06} #{call} {kind} {target} by {operation} fence {fence}, fault {struck}: {told}",
            now.as_secs(),
            now.subsec_micros()
        ));
    }
}

fn indeterminate(request: &Request<'_>, fault: Fault) -> DriverError {
    let Request { kind, target, .. } = request;
    let words = match fault {
        Fault::LostAnswer => "the answer was lost",
        Fault::LostRequest => "nobody answered in time",
        _ => "it cannot be said whether it was done",
    };
    let message = format!("{target}: {kind}: {words}; look before trying again");
    DriverError::new(ErrorKind::Indeterminate, message)
}
