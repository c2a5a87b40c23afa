//! `[io]` Looks at one machine through its BMC, and changes nothing.

use super::{
    bmcs::Bmcs,
    next_boot::{self, Firmware},
    quirks::{self, Quirk},
};
use crate::{
    client::{Bmc, Error},
    command::{
        app::DeviceId,
        boot::ReadBoot,
        chassis::{ChassisStatus, GetChassisStatus},
    },
};
use drydock_core::{
    driver::{Context, OobObservation, PowerState},
    resolve::ResolvedNode,
};
use std::time::Duration;
use tokio::time::Instant;

/// How long a call may take that has no deadline.
const PATIENCE: Duration = Duration::from_secs(30);

/// When a call has to be over, by the host's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left(Instant);

impl Left {
    /// A little before the executor gives the call up, so that what is said then is what was met and not that it was cut.
    pub(super) fn of(cx: &Context) -> Self {
        let whole = match cx.deadline() {
            Duration::MAX => PATIENCE,
            deadline => deadline.saturating_sub(cx.now()),
        };
        let margin = whole.checked_div(20).unwrap_or_default();
        let now = Instant::now();
        let whole = whole.saturating_sub(margin);
        Self(now.checked_add(whole).unwrap_or(now))
    }

    /// How long there is from now on.
    pub(super) fn time(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// Whether it is on, what it boots next, and what BMC it is.
pub(super) async fn at(
    bmc: &Bmc,
    bmcs: &Bmcs,
    node: &ResolvedNode,
    left: Left,
) -> Result<OobObservation, Error> {
    let status = bmc.run(&GetChassisStatus, left.time()).await?;
    let identity = answered(bmcs.identity(bmc, left.time()).await)?;
    let flags = answered(bmc.hold(&mut ReadBoot, left.time()).await)?;
    let mut seen = OobObservation::new(power(status));
    let firmware = firmware_of(node, identity.as_ref());
    seen.next_boot = flags.and_then(|flags| next_boot::seen(flags, firmware));
    if let Some(identity) = identity {
        seen = seen
            .fact("manufacturer", quirks::manufacturer(identity.manufacturer))
            .fact("product", format!("0x{:04x}", identity.product))
            .fact("firmware", identity.firmware())
            .fact("ipmi", identity.ipmi());
    }
    let faults = [
        (status.is_overloaded(), "overload"),
        (status.has_power_fault(), "power fault"),
        (status.has_power_control_fault(), "power control fault"),
    ];
    let faults: Vec<&str> = faults
        .into_iter()
        .filter_map(|(is, fault)| is.then_some(fault))
        .collect();
    Ok(match faults.is_empty() {
        true => seen,
        false => seen.fact("power.fault", faults.join(", ")),
    })
}

/// What decides how the machine is told what to boot.
pub(super) async fn firmware(
    bmc: &Bmc,
    bmcs: &Bmcs,
    node: &ResolvedNode,
    left: Left,
) -> Result<Firmware, Error> {
    let identity = answered(bmcs.identity(bmc, left.time()).await)?;
    Ok(firmware_of(node, identity.as_ref()))
}

pub(super) fn power(status: ChassisStatus) -> PowerState {
    match status.is_on() {
        true => PowerState::On,
        false => PowerState::Off,
    }
}

fn firmware_of(node: &ResolvedNode, identity: Option<&DeviceId>) -> Firmware {
    let hardware = node.hardware.as_ref();
    let mode = hardware.and_then(|hardware| hardware.boot_mode.as_ref());
    Firmware {
        uefi: mode.is_some_and(|mode| mode.as_str().eq_ignore_ascii_case("uefi")),
        disk_is_remote_medium: identity.is_some_and(|identity| {
            let DeviceId {
                manufacturer,
                product,
                ..
            } = identity;
            quirks::has(Quirk::DiskIsRemoteMedium, *manufacturer, *product)
        }),
    }
}

/// None where the BMC refuses to say: it does not have everything that IPMI has.
pub(super) fn answered<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.completion().is_some() => Ok(None),
        Err(error) => Err(error),
    }
}
