//! For authors of drivers, stores and rules: designs from a few lines of YAML, invented secrets and the search for
//! them, and the conformance suites that are part of the plugin traits' contracts. Feature `testing`.

pub mod canary;
pub mod conformance;
pub mod fixture;
