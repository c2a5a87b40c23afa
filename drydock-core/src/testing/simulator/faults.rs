//! What goes wrong around an orchestrator: with itself, its store, the wire to its drivers, and others of its kind. What
//! goes wrong inside machines is the world's business.

use super::random::Random;
use crate::diagnostic::did_you_mean;
use std::{collections::BTreeSet, fmt, str::FromStr};

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The orchestrator dies at an await point, and is started anew a while later.
    Crash,
    /// A commit fails, is lost in part with the orchestrator, or is done and reported as failed.
    TornWrite,
    /// A request never reaches the driver's other side; the call is cut at its end.
    LostRequest,
    /// A request is carried out, and its answer never comes; the call is cut at its end.
    LostAnswer,
    /// An answer comes shortly before the call would be cut.
    LateAnswer,
    /// An answer comes a second time, soon or after its step was called again.
    RepeatedAnswer,
    /// The other side says "not now".
    Busy,
    /// Nobody answers, at once.
    Unavailable,
    /// The orchestrator stands still for minutes, and goes on as if nothing had been.
    Stall,
    /// The store does not answer for minutes.
    StoreDown,
    /// Another orchestrator wants the same run.
    Rival,
    /// The design changes midway, and holds a node.
    DesignChange,
    /// Somebody pauses the run for a while.
    Pause,
    /// Somebody cancels the run; it is begun again later.
    Cancel,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 14] = [
        Fault::Crash,
        Fault::TornWrite,
        Fault::LostRequest,
        Fault::LostAnswer,
        Fault::LateAnswer,
        Fault::RepeatedAnswer,
        Fault::Busy,
        Fault::Unavailable,
        Fault::Stall,
        Fault::StoreDown,
        Fault::Rival,
        Fault::DesignChange,
        Fault::Pause,
        Fault::Cancel,
    ];

    /// Its name, as command lines have it.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Crash => "crash",
            Fault::TornWrite => "torn-write",
            Fault::LostRequest => "lost-request",
            Fault::LostAnswer => "lost-answer",
            Fault::LateAnswer => "late-answer",
            Fault::RepeatedAnswer => "repeated-answer",
            Fault::Busy => "busy",
            Fault::Unavailable => "unavailable",
            Fault::Stall => "stall",
            Fault::StoreDown => "store-down",
            Fault::Rival => "rival",
            Fault::DesignChange => "design-change",
            Fault::Pause => "pause",
            Fault::Cancel => "cancel",
        }
    }

    /// What it means, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Fault::Crash => {
                "The orchestrator dies at an await point, and is started anew a while later."
            }
            Fault::TornWrite => {
                "A commit fails, is lost in part, or is done and reported as failed."
            }
            Fault::LostRequest => {
                "A request never reaches the other side; the call is cut at its end."
            }
            Fault::LostAnswer => "A request is carried out, and its answer never comes.",
            Fault::LateAnswer => "An answer comes shortly before its call would be cut.",
            Fault::RepeatedAnswer => {
                "An answer comes a second time, soon or after its step was called again."
            }
            Fault::Busy => "The other side says \"not now\".",
            Fault::Unavailable => "Nobody answers, at once.",
            Fault::Stall => {
                "The orchestrator stands still for minutes, and goes on as if nothing had been."
            }
            Fault::StoreDown => "The store does not answer for minutes.",
            Fault::Rival => "Another orchestrator wants the same run.",
            Fault::DesignChange => "The design changes midway, and holds a node.",
            Fault::Pause => "Somebody pauses the run for a while.",
            Fault::Cancel => "Somebody cancels the run; it is begun again later.",
        }
    }

    /// Some of them by a seed: each in about every second seed.
    pub fn some(seed: u64) -> BTreeSet<Fault> {
        let chosen = Random::new(seed).next();
        let all = Self::ALL.into_iter().enumerate();
        all.filter(|(n, _)| chosen >> n & 1 == 1)
            .map(|(_, fault)| fault)
            .collect()
    }

    /// Whether it hits single calls.
    pub(super) fn is_of_calls(self) -> bool {
        matches!(
            self,
            Fault::LostRequest
                | Fault::LostAnswer
                | Fault::LateAnswer
                | Fault::RepeatedAnswer
                | Fault::Busy
                | Fault::Unavailable
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Fault {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|fault| fault.name() == text);
        found.ok_or_else(|| {
            let names = || Self::ALL.iter().map(|fault| fault.name());
            match did_you_mean(text, names()) {
                Some(meant) => format!("there is no fault `{text}`; did you mean `{meant}`?"),
                None => {
                    let names: Vec<&str> = names().collect();
                    format!("there is no fault `{text}`; there are {}", names.join(", "))
                }
            }
        })
    }
}
