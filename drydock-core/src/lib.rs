//! stub
pub mod diagnostic;
pub mod field;
pub mod names;
pub mod secret;
pub mod span;
