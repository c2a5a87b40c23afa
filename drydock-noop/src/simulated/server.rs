//! The server driver of a simulated site.

use super::{
    CallKind, Fault, SimulatedSite, difference,
    durations::stretched,
    exchange::{Look, Request, Step},
    facts::{interface_facts, storage_facts},
    faults::disk_fails,
    loads::SERVERS,
    machine::{Course, GENERATION, Machine},
    violation::No,
    world::World,
};
use drydock_core::{
    async_trait,
    driver::{
        Change, Context, DriverError, ErrorKind, OobObservation, Progress, ServerAction,
        ServerDriver, ServerObservation, ServerState, UnclaimedServer, Unsupported,
    },
    model::Catalog,
    resolve::ResolvedNode,
};
use smol_str::format_smolstr;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// How long a deployment takes on a machine that is slow.
const SLOW: Duration = Duration::from_secs(45 * 60);

/// Takes the machines of a simulated site through their life.
#[derive(Debug)]
pub(super) struct SimulatedServerDriver(pub(super) SimulatedSite);

#[async_trait]
impl ServerDriver for SimulatedServerDriver {
    fn name(&self) -> &str {
        "simulated-server"
    }

    async fn catalog(&self, cx: &Context) -> Result<Catalog, DriverError> {
        let coming = self.0.look(
            cx,
            (CallKind::Catalog, &["site"]),
            |_, site| ((*site).into(), SERVERS),
            |world, _, _| Ok(world.catalog()),
        );
        let mut answers = coming.arrive().await;
        answers.pop().unwrap_or_else(|| Ok(Catalog::default()))
    }

    fn supports(&self, _node: &ResolvedNode, _action: ServerAction) -> Result<(), Unsupported> {
        Ok(())
    }

    async fn observe(
        &self,
        cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<ServerObservation, DriverError>> {
        let coming = self.0.look(
            cx,
            (CallKind::ObserveServer, nodes),
            |_, node| (node.name.as_str().into(), SERVERS),
            |world, node, look| Ok(world.seen_by_server(node, look)),
        );
        coming.arrive().await
    }

    async fn unclaimed(
        &self,
        _cx: &Context,
        known: &[Arc<ResolvedNode>],
    ) -> Result<Vec<UnclaimedServer>, DriverError> {
        let named: BTreeSet<&str> = known.iter().map(|node| node.name.as_str()).collect();
        let world = self.0.world();
        let machines = world.machines.values().map(|machine| &machine.node);
        let unclaimed = machines.filter(|machine| !named.contains(machine.name.as_str()));
        Ok(unclaimed
            .map(|machine| {
                UnclaimedServer::new(machine.name.as_str(), machine.state)
                    .identity(machine.identity.clone())
            })
            .collect())
    }

    fn differences(&self, node: &ResolvedNode, seen: &ServerObservation) -> Vec<Change> {
        difference::of_server(node, seen)
    }

    async fn apply(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: ServerAction,
        seen: &ServerObservation,
    ) -> Result<Progress, DriverError> {
        let request = Request {
            kind: CallKind::Server(action),
            target: &node.name,
            endpoint: &SERVERS,
            node: Some(node),
            seen: Some(&seen.facts),
        };
        let operation = cx.operation();
        let coming = self.0.exchange(cx, &request, |world| {
            let call = Call {
                operation,
                node,
                action,
                now: world.now(),
            };
            world.step(&call)
        });
        coming.arrive().await
    }
}

const AT_GOAL: Step<Progress> = Ok((Progress::Done, false));
const CHANGED: Step<Progress> = Ok((Progress::Done, true));

/// One call: by whom, for what, on what.
struct Call<'a> {
    operation: &'a str,
    node: &'a ResolvedNode,
    action: ServerAction,
    now: Duration,
}

impl World {
    fn seen_by_server(&mut self, node: &ResolvedNode, look: Look) -> ServerObservation {
        // The first looks are for making plans.
        if look.nth >= 2 {
            self.meddle(node);
        }
        let keeps = self.faults.may_be_stale();
        let Some(machine) = self.machines.get_mut(&node.name) else {
            return ServerObservation::new(ServerState::Absent);
        };
        let mut seen = machine.observed();
        match &mut machine.last_seen {
            Some(last) if look.stale => {
                seen = last.0.clone();
                let generation = format_smolstr!("{}", machine.generation);
                seen.facts.insert(GENERATION.into(), generation);
            }
            Some(last) => last.0 = seen.clone(),
            None if keeps => {
                let power = OobObservation::new(machine.node.power);
                machine.last_seen = Some(Box::new((seen.clone(), power)));
            }
            None => {}
        }
        seen
    }

    /// What others do to the machine, just before it is looked at.
    fn meddle(&mut self, node: &ResolvedNode) {
        let kind = CallKind::ObserveServer;
        if self.strikes(Fault::WrongMachine, &node.name, kind)
            && let Some(machine) = self.machines.get_mut(&node.name)
        {
            machine.replaced();
        }
        let state = self.known(node).map(|machine| machine.node.state);
        let while_deploying = self.faults.draw("released when", &node.name, 2) == 0;
        let is_due = match state {
            Some(ServerState::Deploying) => while_deploying,
            Some(ServerState::Deployed) => !while_deploying,
            _ => false,
        };
        if is_due
            && self.strikes(Fault::ReleasedBehindOurBack, &node.name, kind)
            && let Some(machine) = self.machines.get_mut(&node.name)
        {
            machine.released_by_another();
        }
    }

    fn known(&self, node: &ResolvedNode) -> Option<&Machine> {
        let machine = self.machines.get(&node.name);
        machine.filter(|machine| machine.node.state != ServerState::Absent)
    }

    fn step(&mut self, call: &Call<'_>) -> Step<Progress> {
        self.known(call.node).ok_or_else(|| unknown(call.node))?;
        match call.action {
            ServerAction::Commission => self.commission(call),
            ServerAction::ConfigureStorage => self.configure(call, "storage"),
            ServerAction::ConfigureNetwork => self.configure(call, "interfaces"),
            ServerAction::Deploy => self.deploy(call),
            ServerAction::Release => self.release(call),
            _ => {
                let message = format!("{}: cannot {}", call.node.name, call.action);
                Err(DriverError::new(ErrorKind::Unsupported, message))
            }
        }
    }

    fn commission(&mut self, call: &Call<'_>) -> Step<Progress> {
        let machine = self.known(call.node).ok_or_else(|| unknown(call.node))?;
        let mine = machine.node.operation.as_deref() == Some(call.operation);
        let may = match machine.node.state {
            ServerState::Ready => return AT_GOAL,
            ServerState::Commissioning => return Ok((machine.progress(call.now), false)),
            ServerState::Broken if mine => return Err(broken(machine, call.action)),
            ServerState::New => self.may_commission(machine, call.node, call.now),
            _ => Err(No::state("it must be New or Ready")),
        };
        self.refuse(call, may)?;
        if self.has_own_power(call.node) {
            let forgets = self.strikes(Fault::BootsFromDisk, &call.node.name, CallKind::SetPower);
            let machine = self.machine_of(call)?;
            machine.boot_from_network();
            if forgets {
                machine.disturbed = Some(Fault::BootsFromDisk);
            }
        }
        self.begin_phase(call)
    }

    fn configure(&mut self, call: &Call<'_>, part: &str) -> Step<Progress> {
        let machine = self.known(call.node).ok_or_else(|| unknown(call.node))?;
        let designed = match call.action {
            ServerAction::ConfigureStorage => storage_facts(call.node),
            _ => interface_facts(call.node),
        };
        if machine.part(part) == designed {
            return AT_GOAL;
        }
        let mut may = self.may_configure(machine);
        if call.action == ServerAction::ConfigureNetwork {
            may = may.and_then(|()| self.has_networks(call.node));
        }
        self.refuse(call, may)?;
        self.machine_of(call)?.set_part(part, designed);
        CHANGED
    }

    fn deploy(&mut self, call: &Call<'_>) -> Step<Progress> {
        let machine = self.known(call.node).ok_or_else(|| unknown(call.node))?;
        let mine = machine.node.operation.as_deref() == Some(call.operation);
        let may = match machine.node.state {
            ServerState::Deployed if machine.is_as(call.node) => return AT_GOAL,
            // Also one that another operation has begun: it is waited for, never begun again.
            ServerState::Deploying => return Ok((machine.progress(call.now), false)),
            ServerState::Broken if mine => return Err(broken(machine, call.action)),
            _ => self.may_deploy(call.node, call.operation, call.now),
        };
        self.refuse(call, may)?;
        self.begin_phase(call)
    }

    fn release(&mut self, call: &Call<'_>) -> Step<Progress> {
        let machine = self.known(call.node).ok_or_else(|| unknown(call.node))?;
        let may = match machine.node.state {
            ServerState::Ready => return AT_GOAL,
            ServerState::Releasing => return Ok((machine.progress(call.now), false)),
            _ => self.may_release(machine, call.operation),
        };
        self.refuse(call, may)?;
        self.begin_phase(call)
    }

    fn begin_phase(&mut self, call: &Call<'_>) -> Step<Progress> {
        let course = self.course(call);
        let machine = self.machine_of(call)?;
        let progress = machine.begin(call.action, call.operation, call.node, call.now, course);
        Ok((progress, true))
    }

    /// How what is begun now will go.
    fn course(&mut self, call: &Call<'_>) -> Course {
        let (name, kind) = (&call.node.name, CallKind::Server(call.action));
        let slowness = self.faults.slowness(name);
        let mut course = Course {
            takes: stretched(self.durations.of(call.action), slowness),
            cause: None,
            loses_power: false,
            is_stuck: false,
        };
        let (stuck, drops) = match call.action {
            ServerAction::Commission => (Fault::StuckCommission, 0),
            ServerAction::Deploy => (Fault::StuckDeploy, 1),
            _ => return course,
        };
        if call.action == ServerAction::Deploy {
            if self.strikes(Fault::Slow, name, kind) {
                course.takes = course.takes.max(SLOW);
            }
            if self.strikes(Fault::DiskFails, name, kind) {
                self.faults.breaks(name.clone(), disk_fails(call.node));
            }
            course.cause = self.faults.cause(name).map(str::to_owned);
        } else if let Some(machine) = self.machines.get(name) {
            // It boots late, and is only then commissioned.
            let late = machine.lies_until.unwrap_or_default();
            course.takes += late.saturating_sub(call.now);
            course.is_stuck = machine.disturbed == Some(Fault::BootsFromDisk);
        }
        course.is_stuck |= self.strikes(stuck, name, kind);
        if self.faults.draw("power drops when", name, 2) == drops
            && self.strikes(Fault::PowerDrop, name, kind)
        {
            let why = format!("it lost power in the middle of its {}", noun(call.action));
            course = Course {
                takes: course.takes / 2,
                cause: Some(why),
                loses_power: true,
                is_stuck: false,
            };
        }
        course
    }

    fn refuse(&mut self, call: &Call<'_>, may: Result<(), No>) -> Result<(), DriverError> {
        may.map_err(|no| {
            let state = self.known(call.node).map(|machine| machine.node.state);
            self.violated(&call.node.name, call.action, state.unwrap_or_default(), no)
        })
    }

    fn machine_of(&mut self, call: &Call<'_>) -> Result<&mut Machine, DriverError> {
        self.machines
            .get_mut(&call.node.name)
            .ok_or_else(|| unknown(call.node))
    }
}

fn unknown(node: &ResolvedNode) -> DriverError {
    let message = format!(
        "{}: there is no such machine at the simulated site",
        node.name
    );
    DriverError::new(ErrorKind::NotFound, message)
}

fn broken(machine: &Machine, action: ServerAction) -> DriverError {
    let cause = machine
        .node
        .cause
        .as_deref()
        .unwrap_or("it is Broken; release it first");
    DriverError::new(
        ErrorKind::Rejected,
        format!("{}: {action}: {cause}", machine.node.name),
    )
}

fn noun(action: ServerAction) -> &'static str {
    match action {
        ServerAction::Commission => "commissioning",
        _ => "deployment",
    }
}
