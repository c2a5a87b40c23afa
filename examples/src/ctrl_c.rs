//! Ctrl-C, listened for from when it is asked for. One stream hears every press, so none is lost between two waits.

use std::io;

/// Every Ctrl-C.
#[cfg(unix)]
pub type Presses = tokio::signal::unix::Signal;

/// Every Ctrl-C.
#[cfg(windows)]
pub type Presses = tokio::signal::windows::CtrlC;

/// Every Ctrl-C from now on. The program no longer ends by it.
///
/// # Errors
/// When the system does not let it be listened for.
#[cfg(unix)]
pub fn ctrl_c() -> io::Result<Presses> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::interrupt())
}

/// Every Ctrl-C from now on. The program no longer ends by it.
///
/// # Errors
/// When the system does not let it be listened for.
#[cfg(windows)]
pub fn ctrl_c() -> io::Result<Presses> {
    tokio::signal::windows::ctrl_c()
}
