//! For authors of drivers, stores and rules: designs from a few lines of YAML, invented secrets and the search for
//! them, the conformance suites that are part of the plugin traits' contracts, and a simulator of whole runs on virtual
//! time. Feature `testing`.

pub mod canary;
pub mod conformance;
pub mod fixture;
pub mod simulator;
