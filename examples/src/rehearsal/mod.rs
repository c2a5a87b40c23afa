//! What `rehearse` puts in, and what it tells of it.

pub mod faults;
pub mod report;
pub mod why;
