//! The server driver of a simulated site.

use super::{
    CallKind, SimulatedSite,
    call::Answer,
    difference,
    durations::stretched,
    facts::{facts_of, interface_facts, storage_facts},
    machine::Machine,
    world::{World, stale},
};
use drydock_core::{
    async_trait,
    driver::{
        Change, Context, DriverError, ErrorKind, Progress, ServerAction, ServerDriver,
        ServerObservation, ServerState, UnclaimedServer, Unsupported,
    },
    model::Catalog,
    resolve::ResolvedNode,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// Takes the machines of a simulated site through their life.
#[derive(Debug)]
pub(super) struct SimulatedServerDriver(pub(super) SimulatedSite);

#[async_trait]
impl ServerDriver for SimulatedServerDriver {
    fn name(&self) -> &str {
        "simulated-server"
    }

    async fn catalog(&self, _cx: &Context) -> Result<Catalog, DriverError> {
        let mut world = self.0.world();
        world.begin(CallKind::Catalog, "site")?;
        Ok(world.catalog())
    }

    fn supports(&self, _node: &ResolvedNode, _action: ServerAction) -> Result<(), Unsupported> {
        Ok(())
    }

    async fn observe(
        &self,
        _cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<ServerObservation, DriverError>> {
        let mut world = self.0.world();
        world.settle();
        let mut see = |node: &Arc<ResolvedNode>| {
            world.begin(CallKind::ObserveServer, &node.name)?;
            let machine = world.machines.get(&node.name);
            let absent = || ServerObservation::new(ServerState::Absent);
            Ok(machine.map_or_else(absent, Machine::observed))
        };
        nodes.iter().map(&mut see).collect()
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
        let answer = self
            .0
            .world()
            .apply_to_server(cx.operation(), node, action, seen);
        answer.arrive().await
    }
}

/// What a call came to, and whether it changed anything.
type Step = Result<(Progress, bool), DriverError>;

const AT_GOAL: Step = Ok((Progress::Done, false));
const CHANGED: Step = Ok((Progress::Done, true));

/// One call: by whom, for what, on what.
struct Call<'a> {
    operation: &'a str,
    node: &'a ResolvedNode,
    action: ServerAction,
    now: Duration,
}

impl World {
    fn apply_to_server(
        &mut self,
        operation: &str,
        node: &ResolvedNode,
        action: ServerAction,
        seen: &ServerObservation,
    ) -> Answer<Progress> {
        let (now, kind) = (self.settle_one(&node.name), CallKind::Server(action));
        let Some(machine) = self.known(node) else {
            self.count(kind, &node.name);
            return Answer::Ready(Err(unknown(node)));
        };
        if let Some(why) = stale(&seen.facts, machine.generation) {
            let state = machine.node.state;
            return Answer::Ready(Err(self.violated(&node.name, action, state, why)));
        }
        let call = Call {
            operation,
            node,
            action,
            now,
        };
        let begun = self.begin(kind, &node.name);
        let step = begun.and_then(|fault| Ok((fault, self.step(&call)?)));
        // Where the goal was reached already, what was seen before still holds.
        if !matches!(step, Ok((_, (Progress::Done, false))))
            && let Some(machine) = self.machines.get_mut(&node.name)
        {
            machine.generation += 1;
        }
        match step {
            Ok((fault, done)) => self.end((kind, &node.name), fault, done),
            Err(error) => Answer::Ready(Err(error)),
        }
    }

    fn known(&self, node: &ResolvedNode) -> Option<&Machine> {
        let machine = self.machines.get(&node.name);
        machine.filter(|machine| machine.node.state != ServerState::Absent)
    }

    fn step(&mut self, call: &Call<'_>) -> Step {
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

    fn commission(&mut self, call: &Call<'_>) -> Step {
        let machine = self.known(call.node).ok_or_else(|| unknown(call.node))?;
        let may = match machine.node.state {
            ServerState::Ready => return AT_GOAL,
            ServerState::Commissioning => return Ok((machine.progress(call.now), false)),
            ServerState::New => self.may_commission(machine, call.node),
            _ => Err("it must be New or Ready".to_owned()),
        };
        let own_power = self.has_own_power(call.node);
        self.begin_phase(call, may, |machine| {
            if own_power {
                machine.boot_from_network();
            }
        })
    }

    fn configure(&mut self, call: &Call<'_>, part: &str) -> Step {
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

    fn deploy(&mut self, call: &Call<'_>) -> Step {
        let machine = self.known(call.node).ok_or_else(|| unknown(call.node))?;
        let mine = machine.node.operation.as_deref() == Some(call.operation);
        let may = match machine.node.state {
            ServerState::Deployed if machine.facts() == facts_of(call.node) => return AT_GOAL,
            // Also one that another operation has begun: it is waited for, never begun again.
            ServerState::Deploying => return Ok((machine.progress(call.now), false)),
            ServerState::Broken if mine => return Err(broken(machine)),
            _ => self.may_deploy(machine, call.node, call.operation, call.now),
        };
        self.begin_phase(call, may, |_| {})
    }

    fn release(&mut self, call: &Call<'_>) -> Step {
        let machine = self.known(call.node).ok_or_else(|| unknown(call.node))?;
        let may = match machine.node.state {
            ServerState::Ready => return AT_GOAL,
            ServerState::Releasing => return Ok((machine.progress(call.now), false)),
            _ => self.may_release(machine, call.operation),
        };
        self.begin_phase(call, may, |_| {})
    }

    fn begin_phase(
        &mut self,
        call: &Call<'_>,
        may: Result<(), String>,
        first: impl FnOnce(&mut Machine),
    ) -> Step {
        self.refuse(call, may)?;
        let slowness = self.faults.slowness(&call.node.name);
        let takes = stretched(self.durations.of(call.action), slowness);
        let deploys = call.action == ServerAction::Deploy;
        let cause = self
            .faults
            .cause(&call.node.name)
            .filter(|_| deploys)
            .map(str::to_owned);
        let machine = self.machine_of(call)?;
        first(machine);
        let time = (call.now, takes);
        Ok((
            machine.begin(call.action, call.operation, call.node, time, cause),
            true,
        ))
    }

    fn refuse(&mut self, call: &Call<'_>, may: Result<(), String>) -> Result<(), DriverError> {
        may.map_err(|why| {
            let state = self.known(call.node).map(|machine| machine.node.state);
            self.violated(&call.node.name, call.action, state.unwrap_or_default(), why)
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

fn broken(machine: &Machine) -> DriverError {
    let cause = machine
        .node
        .cause
        .as_deref()
        .unwrap_or("it is Broken; release it first");
    DriverError::new(
        ErrorKind::Rejected,
        format!("{}: deploy: {cause}", machine.node.name),
    )
}
