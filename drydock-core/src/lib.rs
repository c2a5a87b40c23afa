//! From a declarative site design to running bare-metal servers.
//!
//! ```text
//! sources ─▶ resolve ─▶ validate ─▶ plan ─▶ execute ─▶ drivers ─▶ servers, networks, BMCs
//!               │            │          ▲        │          │
//!           provenance   diagnostics    └─ observed ◀───────┘
//!                                                └─▶ state store
//! ```
//!
//! The modules stand in the order of that pipeline; each imports only those above it. Start at
//! [`Orchestrator`], which puts the stages together, or call a stage alone: every one takes values and gives values.
//!
//! | feature | what it adds |
//! |---|---|
//! | `jsonschema` | kinds that a host registers may have a JSON Schema, which items are held against |
//! | `render` | diagnostics drawn over the source text, as rustc draws them |
//! | `schema` | JSON Schemas of the built-in kinds, for editors and other tools |
//! | `serde_yaml` | values to and from `serde_yaml::Value`, and resolved documents as YAML |
//! | `testing` | fixtures, canaries and the conformance suites, for authors of drivers, sources and rules |

pub mod diagnostic;
pub mod driver;
pub mod event;
pub mod execute;
pub mod field;
pub mod model;
pub mod names;
pub mod orchestrator;
mod parallel;
pub mod plan;
pub mod resolve;
pub mod revision;
pub mod secret;
pub mod site;
pub mod source;
pub mod span;
pub mod state;
#[cfg(feature = "testing")]
pub mod testing;
pub mod validate;

pub use async_trait::async_trait;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use driver::{
    Context, DriverError, Drivers, ErrorKind, NetworkDriver, OobDriver, Progress, ServerDriver,
    StepDriver,
};
pub use execute::{Approval, Control, Outcome, Policy};
pub use model::Selector;
pub use orchestrator::{ApplyError, ApplyOptions, IngestError, Ingested, Orchestrator};
pub use plan::{Goal, Plan, PlanPass};
pub use site::{Design, Site, Update};
pub use source::{DesignSource, DirectorySource, FederatedSource, MemorySource};
