//! A client's errors as a driver's: which node it was about, and what the executor does about it.

use crate::{
    client::{Error, ErrorKind as Kind},
    session::Failure,
    wire::CompletionCode,
};
use drydock_core::{
    driver::{Context, DriverError, ErrorKind, Unsupported},
    resolve::ResolvedNode,
};
use std::time::Duration;

/// How long a BMC without a free session is left alone: many drop idle ones after a minute.
const UNTIL_A_SLOT: Duration = Duration::from_secs(20);

/// What failed, of this node.
pub(super) fn of(node: &ResolvedNode, error: &Error) -> DriverError {
    with_kind(node, error, kind(error))
}

/// The same where part of it may have been done already: not knowing is never "nothing happened".
pub(super) fn under_way(node: &ResolvedNode, error: &Error) -> DriverError {
    let kind = match kind(error) {
        // The BMC answered, and what it refused was not done.
        kind if error.completion().is_some() => kind,
        ErrorKind::Unavailable | ErrorKind::Busy => ErrorKind::Indeterminate,
        kind => kind,
    };
    with_kind(node, error, kind)
}

fn with_kind(node: &ResolvedNode, error: &Error, kind: ErrorKind) -> DriverError {
    let failed = DriverError::new(kind, format!("{}: {error}", node.name));
    match error.login() {
        Some(Failure::NoSlot { .. }) if kind == ErrorKind::Busy => failed.retry_after(UNTIL_A_SLOT),
        _ => failed,
    }
}

fn kind(error: &Error) -> ErrorKind {
    // A BMC that is too busy to raise the session's level has not refused it.
    if let Some(Failure::PrivilegeRefused {
        completion: Some(CompletionCode::BUSY),
        ..
    }) = error.login()
    {
        return ErrorKind::Busy;
    }
    match error.kind() {
        Kind::Unavailable | Kind::Closed => ErrorKind::Unavailable,
        Kind::Busy => ErrorKind::Busy,
        Kind::Indeterminate => ErrorKind::Indeterminate,
        Kind::Unauthorized => ErrorKind::Unauthorized,
        Kind::Rejected => ErrorKind::Rejected,
        Kind::Unsupported => ErrorKind::Unsupported,
        Kind::NotFound => ErrorKind::NotFound,
        // What nobody can understand is a fault of one of both.
        Kind::Malformed => ErrorKind::Internal,
    }
}

/// What the design lacks.
pub(super) fn unsupported(no: &Unsupported) -> DriverError {
    DriverError::new(ErrorKind::Unsupported, no.reason.clone())
}

/// Nobody wants the answer any more, and nothing that changes anything was sent.
pub(super) fn cancelled(node: &ResolvedNode) -> DriverError {
    let message = format!("{}: cancelled; nothing was asked for", node.name);
    DriverError::new(ErrorKind::Unavailable, message)
}

/// Does what changes nothing, as long as anybody wants to know.
pub(super) async fn unless_cancelled<T>(
    cx: &Context,
    node: &ResolvedNode,
    look: impl Future<Output = Result<T, DriverError>>,
) -> Result<T, DriverError> {
    tokio::select! {
        biased;
        () = cx.cancelled() => Err(cancelled(node)),
        seen = look => seen,
    }
}

/// The time was over before anything that changes anything was sent.
pub(super) fn over(node: &ResolvedNode) -> DriverError {
    let message = format!(
        "{}: the time of the call was over before its BMC was asked for anything; try again",
        node.name
    );
    DriverError::new(ErrorKind::Unavailable, message)
}

/// What stands where no answer ever came.
pub(super) fn at_last(node: &ResolvedNode) -> DriverError {
    let message = format!(
        "{}: the look at its BMC ended without an answer; this is a bug in the driver",
        node.name
    );
    DriverError::new(ErrorKind::Internal, message)
}
