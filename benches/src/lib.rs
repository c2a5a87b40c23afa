//! How fast and how big: a generator of sites of any size, and each stage of the pipeline as one call, for the criterion
//! benches (`pipeline.rs`) and the whole-process figures (`src/bin/measure.rs`).
//!
//! What they measured stands in `docs/BENCHMARKS.md`.

pub mod hostile;
pub mod process;
pub mod shapes;
pub mod site;
pub mod stages;

pub use site::{SiteFile, SiteSpec};
