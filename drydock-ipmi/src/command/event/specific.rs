//! States that a sensor type has of its own (IPMI 2.0 table 42-3).

use super::{
    SensorType,
    state::{RESERVED, State, critical, ok, warning},
};

/// Those of a sensor type; none where it has none.
pub(super) fn states(sensor: SensorType) -> &'static [State] {
    match sensor.0 {
        0x05 => PHYSICAL_SECURITY,
        0x06 => PLATFORM_SECURITY,
        0x07 => PROCESSOR,
        0x08 => POWER_SUPPLY,
        0x09 => POWER_UNIT,
        0x0c => MEMORY,
        0x0d => DRIVE_SLOT,
        0x0f => SYSTEM_FIRMWARE,
        0x10 => EVENT_LOGGING,
        0x11 => WATCHDOG_1,
        0x12 => SYSTEM_EVENT,
        0x13 => CRITICAL_INTERRUPT,
        0x14 => BUTTON,
        0x19 => CHIP_SET,
        0x1b => CABLE,
        0x1d => SYSTEM_BOOT,
        0x1e => BOOT_ERROR,
        0x1f => OS_BOOT,
        0x20 => OS_STOP,
        0x21 => SLOT,
        0x22 => ACPI,
        0x23 => WATCHDOG_2,
        0x24 => PLATFORM_ALERT,
        0x25 => ENTITY_PRESENCE,
        0x27 => LAN,
        0x28 => MANAGEMENT,
        0x29 => BATTERY,
        0x2a => SESSION_AUDIT,
        0x2b => VERSION_CHANGE,
        0x2c => FRU_STATE,
        _ => &[],
    }
}

const PHYSICAL_SECURITY: &[State] = &[
    warning("chassis intrusion"),
    warning("drive bay intrusion"),
    warning("I/O card area intrusion"),
    warning("processor area intrusion"),
    warning("LAN cable lost"),
    warning("unauthorised dock"),
    warning("fan area intrusion"),
];

const PLATFORM_SECURITY: &[State] = &[
    warning("secure mode violated"),
    warning("wrong user password before boot"),
    warning("wrong setup password before boot"),
    warning("wrong network boot password before boot"),
    warning("wrong password before boot"),
    warning("wrong password out of band"),
];

const PROCESSOR: &[State] = &[
    critical("internal error (IERR)"),
    critical("thermal trip"),
    critical("self-test failed (FRB1)"),
    critical("hang in POST (FRB2)"),
    critical("did not start (FRB3)"),
    critical("configuration error"),
    critical("uncorrectable error of the CPU complex"),
    ok("processor present"),
    warning("processor disabled"),
    ok("terminator present"),
    warning("throttled"),
    critical("uncorrectable machine check"),
    warning("correctable machine check"),
];

const POWER_SUPPLY: &[State] = &[
    ok("present"),
    critical("power supply failed"),
    warning("failure predicted"),
    critical("input lost"),
    critical("input lost or out of range"),
    critical("input out of range"),
    warning("configuration error"),
    ok("standby"),
];

const POWER_UNIT: &[State] = &[
    ok("power off"),
    ok("power cycle"),
    critical("240 VA power down"),
    warning("interlock power down"),
    critical("input lost"),
    critical("soft power control failed"),
    critical("failed"),
    warning("failure predicted"),
];

const MEMORY: &[State] = &[
    warning("correctable error"),
    critical("uncorrectable error"),
    critical("parity error"),
    warning("scrub failed"),
    warning("device disabled"),
    warning("too many correctable errors"),
    ok("present"),
    critical("configuration error"),
    ok("spare"),
    warning("throttled"),
    critical("over-temperature"),
];

const DRIVE_SLOT: &[State] = &[
    ok("drive present"),
    critical("drive fault"),
    warning("failure predicted"),
    ok("hot spare"),
    ok("consistency check under way"),
    critical("in a critical array"),
    critical("in a failed array"),
    warning("rebuild under way"),
    warning("rebuild aborted"),
];

const SYSTEM_FIRMWARE: &[State] = &[
    warning("error in POST"),
    critical("hang in POST"),
    ok("progress"),
];

const EVENT_LOGGING: &[State] = &[
    warning("correctable memory errors are not logged"),
    warning("events of a type are not logged"),
    ok("log cleared"),
    warning("nothing is logged"),
    warning("log full"),
    warning("log almost full"),
    warning("correctable machine checks are not logged"),
];

const WATCHDOG_1: &[State] = &[
    critical("firmware watchdog reset"),
    critical("OS watchdog reset"),
    critical("OS watchdog shutdown"),
    critical("OS watchdog power down"),
    critical("OS watchdog power cycle"),
    critical("OS watchdog diagnostic interrupt"),
    warning("OS watchdog expired"),
    warning("OS watchdog about to expire"),
];

const SYSTEM_EVENT: &[State] = &[
    ok("system reconfigured"),
    ok("OEM boot event"),
    critical("hardware failed in an unknown way"),
    ok("entry in the auxiliary log"),
    ok("event filter acted"),
    ok("clock set"),
];

const CRITICAL_INTERRUPT: &[State] = &[
    warning("front panel diagnostic interrupt"),
    critical("bus timeout"),
    critical("I/O channel check"),
    critical("software NMI"),
    critical("PCI parity error"),
    critical("PCI system error"),
    critical("EISA fail-safe timeout"),
    warning("correctable bus error"),
    critical("uncorrectable bus error"),
    critical("fatal NMI"),
    critical("fatal bus error"),
    warning("bus degraded"),
];

const BUTTON: &[State] = &[
    ok("power button pressed"),
    ok("sleep button pressed"),
    ok("reset button pressed"),
    ok("latch open"),
    ok("service button pressed"),
];

const CHIP_SET: &[State] = &[
    critical("soft power control failed"),
    critical("thermal trip"),
];

const CABLE: &[State] = &[ok("connected"), warning("wrong cable")];

const SYSTEM_BOOT: &[State] = &[
    ok("power up"),
    ok("hard reset"),
    ok("warm reset"),
    ok("PXE boot asked for"),
    ok("boot to diagnostics"),
    ok("hard reset by the OS"),
    ok("warm reset by the OS"),
    ok("restart"),
];

const BOOT_ERROR: &[State] = &[
    critical("no bootable medium"),
    warning("diskette not bootable"),
    critical("PXE server not found"),
    critical("invalid boot sector"),
    warning("nobody chose what to boot"),
];

const OS_BOOT: &[State] = &[
    ok("booted from A:"),
    ok("booted from C:"),
    ok("booted by PXE"),
    ok("diagnostics booted"),
    ok("booted from CD"),
    ok("booted from ROM"),
    ok("booted"),
    ok("installation begun"),
    ok("installation done"),
    warning("installation aborted"),
    critical("installation failed"),
];

const OS_STOP: &[State] = &[
    critical("stopped while loading"),
    critical("stopped while running"),
    ok("graceful stop"),
    ok("graceful shutdown"),
    ok("soft shutdown by an event filter"),
    warning("agent does not answer"),
];

const SLOT: &[State] = &[
    critical("fault"),
    ok("identify"),
    ok("device installed"),
    ok("ready for installation"),
    ok("ready for removal"),
    ok("power off"),
    ok("removal asked for"),
    ok("interlock"),
    ok("disabled"),
    ok("holds a spare"),
];

const ACPI: &[State] = &[
    ok("S0 working"),
    ok("S1 sleeping"),
    ok("S2 sleeping"),
    ok("S3 sleeping"),
    ok("S4 suspended to disk"),
    ok("S5 soft off"),
    ok("S4 or S5 soft off"),
    ok("G3 mechanical off"),
    ok("sleeping"),
    ok("G1 sleeping"),
    ok("S5 by override"),
    ok("legacy on"),
    ok("legacy off"),
    RESERVED,
    ok("unknown"),
];

const WATCHDOG_2: &[State] = &[
    warning("expired"),
    critical("hard reset"),
    critical("power down"),
    critical("power cycle"),
    RESERVED,
    RESERVED,
    RESERVED,
    RESERVED,
    warning("about to expire"),
];

const PLATFORM_ALERT: &[State] = &[
    ok("page sent"),
    ok("LAN alert sent"),
    ok("platform event trap sent"),
    ok("SNMP trap sent"),
];

const ENTITY_PRESENCE: &[State] = &[ok("present"), ok("absent"), ok("disabled")];

const LAN: &[State] = &[warning("heartbeat lost"), ok("heartbeat")];

const MANAGEMENT: &[State] = &[
    warning("sensors hard to reach"),
    warning("controller hard to reach"),
    critical("controller off line"),
    critical("controller unavailable"),
    warning("sensor failed"),
    warning("FRU failed"),
];

const BATTERY: &[State] = &[warning("low"), critical("failed"), ok("present")];

const SESSION_AUDIT: &[State] = &[
    ok("session opened"),
    ok("session closed"),
    warning("wrong user or password"),
    warning("user disabled after wrong passwords"),
];

const VERSION_CHANGE: &[State] = &[
    ok("hardware changed"),
    ok("firmware changed"),
    warning("hardware incompatible"),
    warning("firmware incompatible"),
    warning("hardware version not supported"),
    warning("firmware version not supported"),
    ok("hardware change done"),
    ok("firmware change done"),
];

const FRU_STATE: &[State] = &[
    ok("not installed"),
    ok("inactive"),
    ok("activation asked for"),
    ok("activation under way"),
    ok("active"),
    ok("deactivation asked for"),
    ok("deactivation under way"),
    warning("does not communicate"),
];
