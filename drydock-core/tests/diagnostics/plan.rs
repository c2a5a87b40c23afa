//! `plan.txt` of a case: which drivers there are and what they saw. A line is one of
//!
//! ```text
//! goal GOAL                                    deploy where nothing is said
//! nodes SELECTOR                               all where nothing is said
//! server|network DRIVER [SELECTOR]             a driver for what the selector chooses
//! oob DRIVER TYPE                              a driver for nodes of this oob.type
//! refuse DRIVER ACTION: REASON                 what that driver cannot do
//! seen NODE STATE [image=NAME]                 or: seen NODE error: REASON
//! seen-network NETWORK STATE                   or: seen-network NETWORK error: REASON
//! seen-port SWITCH PORT STATE                  or: seen-port SWITCH PORT error: REASON
//! unclaimed DRIVER NAME STATE                  or: unclaimed DRIVER error: REASON
//! ```

use drydock_core::{
    Context, Diagnostics, DriverError, Drivers, Goal, NetworkDriver, OobDriver, Progress, Selector,
    ServerDriver, async_trait,
    driver::{
        BootDevice, Change, NetworkAction, NetworkObservation, NetworkState, NetworkTarget,
        OobAction, OobObservation, PowerAction, Risk, ServerAction, ServerObservation, ServerState,
        UnclaimedServer, Unsupported,
    },
    field::FieldPath,
    model::Catalog,
    names::{DriverName, NetworkName, NodeName},
    plan::{Observations, plan},
    resolve::{ResolvedDesign, ResolvedNode},
};
use std::sync::Arc;

/// What stands against the plan that the text describes, and how deployed nodes differ from their design.
pub(crate) fn diagnostics(case: &str, text: &str, design: &ResolvedDesign) -> Diagnostics {
    let (mut drivers, mut seen) = (Drivers::new(), Observations::default());
    let (mut goal, mut nodes) = (Goal::Deploy, Selector::everything());
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (first, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let chosen = || match more {
            "" => Selector::everything(),
            selector => selector.parse().unwrap(),
        };
        let driver = || Arc::new(OnPaper::new(first, text));
        match word {
            "goal" => goal = rest.parse().unwrap(),
            "nodes" => nodes = rest.parse().unwrap(),
            "server" => drivers = drivers.server(chosen(), driver()),
            "network" => drivers = drivers.network(chosen(), driver()),
            "oob" => drivers = drivers.oob(more, driver()),
            "refuse" => {}
            "seen" => drop(seen.servers.insert(NodeName::from(first), server(more))),
            "seen-network" => drop(
                seen.networks
                    .insert(NetworkName::from(first), network(more)),
            ),
            "seen-port" => {
                let (port, state) = more.split_once(' ').unwrap();
                let port = (first.into(), port.into());
                drop(seen.ports.insert(port, network(state)));
            }
            "unclaimed" => unclaimed(&mut seen, first, more),
            other => panic!("{case}: plan.txt says `{other}`"),
        }
    }
    plan(design, &drivers, &seen, goal, &nodes).diagnostics
}

fn server(text: &str) -> Result<ServerObservation, String> {
    if let Some(reason) = text.strip_prefix("error: ") {
        return Err(reason.to_owned());
    }
    let (state, rest) = text.split_once(' ').unwrap_or((text, ""));
    let states = [
        ServerState::Absent,
        ServerState::New,
        ServerState::Ready,
        ServerState::Deployed,
        ServerState::Broken,
    ];
    let named = states.into_iter().find(|known| known.to_string() == state);
    let seen = ServerObservation::new(named.unwrap_or_else(|| panic!("no state is {state}")));
    Ok(match rest.strip_prefix("image=") {
        Some(image) => seen.image(image),
        None => seen,
    })
}

fn unclaimed(seen: &mut Observations, driver: &str, text: &str) {
    let answer = seen.unclaimed.entry(DriverName::from(driver));
    let answer = answer.or_insert_with(|| Ok(Vec::new()));
    match (answer, text.strip_prefix("error: ")) {
        (answer, Some(reason)) => *answer = Err(reason.to_owned()),
        (Ok(servers), None) => {
            let (name, state) = text.split_once(' ').unwrap();
            servers.push(UnclaimedServer::new(name, server(state).unwrap().state));
        }
        (Err(_), None) => panic!("{driver} cannot say, and says"),
    }
}

fn network(text: &str) -> Result<NetworkObservation, String> {
    match (text, text.strip_prefix("error: ")) {
        (_, Some(reason)) => Err(reason.to_owned()),
        ("Absent", _) => Ok(NetworkObservation::new(NetworkState::Absent)),
        ("Present", _) => Ok(NetworkObservation::new(NetworkState::Present)),
        (other, _) => panic!("no state is {other}"),
    }
}

/// A server driver of this name, which can do everything on paper.
pub(crate) fn on_paper(name: &str) -> impl ServerDriver + 'static {
    OnPaper::new(name, "")
}

/// A driver that is planned with and never called.
#[derive(Debug)]
struct OnPaper {
    name: String,
    /// What it cannot do, and why.
    refusals: Vec<(String, String)>,
}

impl OnPaper {
    fn new(name: &str, text: &str) -> Self {
        let refusal = |line: &str| {
            let refused = line
                .strip_prefix("refuse ")?
                .strip_prefix(name)?
                .strip_prefix(' ')?;
            let (action, reason) = refused.split_once(": ")?;
            Some((action.to_owned(), reason.to_owned()))
        };
        let refusals = text.lines().filter_map(refusal).collect();
        Self {
            name: name.to_owned(),
            refusals,
        }
    }

    fn answer(&self, action: impl ToString) -> Result<(), Unsupported> {
        let action = action.to_string();
        match self.refusals.iter().find(|(refused, _)| *refused == action) {
            Some((_, reason)) => Err(Unsupported::new(reason)),
            None => Ok(()),
        }
    }
}

const NEVER: &str = "planning calls no driver";

#[async_trait]
impl ServerDriver for OnPaper {
    fn name(&self) -> &str {
        &self.name
    }

    async fn catalog(&self, _cx: &Context) -> Result<Catalog, DriverError> {
        unreachable!("{NEVER}")
    }

    fn supports(&self, _node: &ResolvedNode, action: ServerAction) -> Result<(), Unsupported> {
        self.answer(action)
    }

    async fn observe(
        &self,
        _cx: &Context,
        _nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<ServerObservation, DriverError>> {
        unreachable!("{NEVER}")
    }

    async fn unclaimed(
        &self,
        _cx: &Context,
        _known: &[Arc<ResolvedNode>],
    ) -> Result<Vec<UnclaimedServer>, DriverError> {
        unreachable!("{NEVER}")
    }

    fn differences(&self, node: &ResolvedNode, seen: &ServerObservation) -> Vec<Change> {
        let (designed, seen) = (&node.spec.platform.image, &seen.image);
        let image = designed
            .as_ref()
            .filter(|_| seen.is_some() && designed != seen);
        let change = image.map(|image| {
            let observed = seen.as_ref().map(ToString::to_string);
            Change::new(
                FieldPath::of(["platform", "image"]),
                image,
                observed,
                Risk::Destructive,
            )
        });
        change.into_iter().collect()
    }

    async fn apply(
        &self,
        _cx: &Context,
        _node: &ResolvedNode,
        _action: ServerAction,
        _seen: &ServerObservation,
    ) -> Result<Progress, DriverError> {
        unreachable!("{NEVER}")
    }
}

#[async_trait]
impl NetworkDriver for OnPaper {
    fn name(&self) -> &str {
        &self.name
    }

    fn supports(&self, _target: &NetworkTarget, action: NetworkAction) -> Result<(), Unsupported> {
        self.answer(action)
    }

    async fn observe(
        &self,
        _cx: &Context,
        _targets: &[NetworkTarget],
    ) -> Vec<Result<NetworkObservation, DriverError>> {
        unreachable!("{NEVER}")
    }

    fn differences(&self, _target: &NetworkTarget, seen: &NetworkObservation) -> Vec<Change> {
        match seen.state {
            NetworkState::Absent => {
                let field = FieldPath::of(["state"]);
                vec![Change::new(field, "present", None, Risk::Reversible)]
            }
            _ => Vec::new(),
        }
    }

    async fn apply(
        &self,
        _cx: &Context,
        _target: &NetworkTarget,
        _action: NetworkAction,
        _seen: &NetworkObservation,
    ) -> Result<Progress, DriverError> {
        unreachable!("{NEVER}")
    }
}

#[async_trait]
impl OobDriver for OnPaper {
    fn name(&self) -> &str {
        &self.name
    }

    fn supports(&self, _node: &ResolvedNode, action: OobAction) -> Result<(), Unsupported> {
        self.answer(action)
    }

    async fn observe(
        &self,
        _cx: &Context,
        _nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<OobObservation, DriverError>> {
        unreachable!("{NEVER}")
    }

    async fn set_power(
        &self,
        _cx: &Context,
        _node: &ResolvedNode,
        _action: PowerAction,
    ) -> Result<(), DriverError> {
        unreachable!("{NEVER}")
    }

    async fn set_next_boot(
        &self,
        _cx: &Context,
        _node: &ResolvedNode,
        _device: BootDevice,
    ) -> Result<(), DriverError> {
        unreachable!("{NEVER}")
    }
}
