//! States that are the same for all sensor types (IPMI 2.0 table 42-2).

use super::state::{State, critical, ok, warning};

/// Those of event/reading type 0x02 to 0x0C; none for others.
pub(super) fn states(code: u8) -> &'static [State] {
    match code {
        0x02 => ACTIVITY,
        0x03 => ASSERTED,
        0x04 => PREDICTED,
        0x05 => LIMIT,
        0x06 => PERFORMANCE,
        0x07 => SEVERITY,
        0x08 => PRESENCE,
        0x09 => ENABLED,
        0x0a => AVAILABILITY,
        0x0b => REDUNDANCY,
        0x0c => ACPI_DEVICE,
        _ => &[],
    }
}

const ACTIVITY: &[State] = &[ok("idle"), ok("active"), ok("busy")];

const ASSERTED: &[State] = &[ok("state deasserted"), ok("state asserted")];

const PREDICTED: &[State] = &[ok("no failure predicted"), warning("failure predicted")];

const LIMIT: &[State] = &[ok("limit not exceeded"), warning("limit exceeded")];

const PERFORMANCE: &[State] = &[ok("performance met"), warning("performance lags")];

const SEVERITY: &[State] = &[
    ok("ok"),
    warning("non-critical, was ok"),
    critical("critical, was less severe"),
    critical("non-recoverable, was less severe"),
    warning("non-critical, was more severe"),
    critical("critical, was non-recoverable"),
    critical("non-recoverable"),
    ok("monitor"),
    ok("informational"),
];

const PRESENCE: &[State] = &[ok("device absent"), ok("device present")];

const ENABLED: &[State] = &[ok("device disabled"), ok("device enabled")];

const AVAILABILITY: &[State] = &[
    ok("running"),
    ok("in test"),
    ok("power off"),
    ok("on line"),
    ok("off line"),
    ok("off duty"),
    warning("degraded"),
    ok("power save"),
    warning("install error"),
];

const REDUNDANCY: &[State] = &[
    ok("fully redundant"),
    warning("redundancy lost"),
    warning("redundancy degraded"),
    warning("not redundant: enough resources, was redundant"),
    warning("not redundant: enough resources, had too few"),
    critical("not redundant: too few resources"),
    warning("redundancy degraded, was fully redundant"),
    warning("redundancy degraded, was not redundant"),
];

const ACPI_DEVICE: &[State] = &[ok("D0"), ok("D1"), ok("D2"), ok("D3")];
