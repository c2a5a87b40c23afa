//! `[io]` Asks a BMC for one thing: looks first, asks once, and says when it cannot know whether it was heard.

use super::{
    failure::{self, cancelled, of, over, under_way, unless_cancelled},
    look::Left,
    next_boot::{self, Firmware},
};
use crate::{
    client::Bmc,
    command::{
        boot::SetBoot,
        chassis::{ChassisControl, GetChassisStatus},
    },
};
use drydock_core::{
    driver::{BootDevice, Context, DriverError, ErrorKind, PowerAction, Unsupported},
    resolve::ResolvedNode,
};
use std::fmt;

/// Asks for a power action, unless the machine is so already.
pub(super) async fn power(
    cx: &Context,
    bmc: &Bmc,
    node: &ResolvedNode,
    action: PowerAction,
    left: Left,
) -> Result<(), DriverError> {
    // This also logs in, so that nothing stands between the last question to the executor and the packet.
    let is_on = unless_cancelled(cx, node, looked(bmc, node, left)).await?;
    let control = match (action, is_on) {
        (PowerAction::On, true) | (PowerAction::Off | PowerAction::SoftOff, false) => return Ok(()),
        (PowerAction::On, false) | (PowerAction::Cycle, false) => ChassisControl::On,
        (PowerAction::Off, true) => ChassisControl::Off,
        (PowerAction::SoftOff, true) => ChassisControl::SoftShutdown,
        (PowerAction::Cycle, true) => ChassisControl::Cycle,
        (PowerAction::Reset, true) => ChassisControl::Reset,
        (PowerAction::Reset, false) => {
            let message = format!("{}: it is off, and only what is on is reset", node.name);
            return Err(DriverError::new(ErrorKind::Rejected, message));
        }
        (other, _) => return Err(failure::unsupported(&no_word(node, &other))),
    };
    still_wanted(cx, node)?;
    // From here on it is not given up before its time: what may have been heard is told as such.
    let done = bmc.run(&control, left.time()).await;
    done.map_err(|error| of(node, &error))
}

/// Asks for the next boot device, and reads it back.
pub(super) async fn next_boot(
    cx: &Context,
    bmc: &Bmc,
    node: &ResolvedNode,
    (device, firmware): (BootDevice, Firmware),
    left: Left,
) -> Result<(), DriverError> {
    let flags = next_boot::wanted(device, firmware);
    let flags = flags.ok_or_else(|| failure::unsupported(&no_word(node, &device)))?;
    unless_cancelled(cx, node, looked(bmc, node, left)).await?;
    still_wanted(cx, node)?;
    let set = bmc.hold(&mut SetBoot::new(flags), left.time()).await;
    let set = set.map_err(|error| under_way(node, &error))?;
    match next_boot::verdict(&set) {
        Ok(notes) => {
            for note in notes {
                cx.note(format!("{}: boot from {device} next: {note}", node.name));
            }
            Ok(())
        }
        Err(kept) => Err(DriverError::new(
            ErrorKind::Rejected,
            format!(
                "{}: its BMC {} was asked to boot from {device} once and said ok, but read back {kept}; look at the \
                 machine, or at its BMC's firmware",
                node.name,
                bmc.address()
            ),
        )),
    }
}

/// Whether it is on.
async fn looked(bmc: &Bmc, node: &ResolvedNode, left: Left) -> Result<bool, DriverError> {
    let status = bmc.run(&GetChassisStatus, left.time()).await;
    Ok(status.map_err(|error| of(node, &error))?.is_on())
}

/// Asked last before something is sent that changes something.
fn still_wanted(cx: &Context, node: &ResolvedNode) -> Result<(), DriverError> {
    if cx.is_cancelled() {
        return Err(cancelled(node));
    }
    match cx.is_over() {
        true => Err(over(node)),
        false => Ok(()),
    }
}

/// It cannot be said in IPMI.
pub(super) fn no_word(node: &ResolvedNode, what: &dyn fmt::Display) -> Unsupported {
    Unsupported::new(format!("{}: IPMI has no word for `{what}`", node.name))
}
