//! For authors of drivers, stores and rules: designs from a few lines of YAML, and the conformance suites that are part of
//! the plugin traits' contracts. Feature `testing`.

pub mod conformance;
pub mod fixture;
