//! What the example `bmc` asks of one BMC, and how it tells what came of it.

use super::host::Host;
use crate::{FAILED, Failure};
use clap::{Subcommand, ValueEnum};
use drydock_ipmi::{
    client::{Bmc, Error},
    command::{
        Raw,
        app::{GetDeviceId, GetSystemGuid},
        boot::{BootDevice, BootFlags},
        chassis::{ChassisControl, GetRestartCause, Identify},
        sel::{EraseSel, GetSelInfo, ReadSel},
    },
    wire::NetFn,
};
use serde_json::{Map, Value, json};
use std::{fmt::Write, time::Duration};

/// What is asked of a BMC.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// The machine's power.
    Power {
        /// What about it.
        #[arg(value_enum)]
        action: Power,
    },
    /// From what it boots next, and only then.
    Bootdev {
        /// From what; `none` as its firmware is set up.
        #[arg(value_enum)]
        device: Device,
        /// By EFI.
        #[arg(long)]
        efi: bool,
        /// All later boots as well.
        #[arg(long)]
        persistent: bool,
    },
    /// What the BMC is.
    Info,
    /// The system event log.
    Sel {
        /// What about it.
        #[arg(value_enum, default_value = "list")]
        action: Log,
    },
    /// The sensors and what they read.
    Sensors,
    /// What the machine consists of, as its makers wrote it down.
    Fru,
    /// Lights the machine up so that people find it.
    Identify {
        /// For how long; 0 is no longer.
        #[arg(default_value_t = 15)]
        seconds: u8,
    },
    /// The machine's serial console; `~.` at the beginning of a line ends it.
    Console {
        /// Takes it from whoever has it.
        #[arg(long)]
        take_over: bool,
    },
    /// Any command, by its numbers, decimal or after 0x; sent once.
    Raw {
        /// The network function of requests, an even number.
        #[arg(value_parser = octet)]
        net_fn: u8,
        /// The command.
        #[arg(value_parser = octet)]
        command: u8,
        /// Its data.
        #[arg(value_parser = octet)]
        data: Vec<u8>,
    },
}

/// What is done about power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Power {
    /// Looks.
    Status,
    /// On.
    On,
    /// Off at once.
    Off,
    /// Off, then on.
    Cycle,
    /// Reset without losing power.
    Reset,
    /// Asks the operating system to shut down.
    Soft,
}

/// From what a machine boots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum Device {
    Pxe,
    Disk,
    Bios,
    Cdrom,
    None,
}

/// What is done about the system event log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// All of its records.
    List,
    /// How full it is.
    Info,
    /// Erases it.
    Clear,
}

impl Command {
    /// Whether it is the one that can be asked of many.
    pub fn is_power_status(&self) -> bool {
        matches!(
            self,
            Self::Power {
                action: Power::Status
            }
        )
    }
}

/// A number of 0 to 255, decimal or after 0x.
fn octet(text: &str) -> Result<u8, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| format!("`{text}` is no octet; write 0 to 255 or 0x00 to 0xff"))
}

/// What came of it, for people and for programs.
#[derive(Debug)]
pub struct Told {
    /// For people, with line breaks.
    pub text: String,
    fields: Map<String, Value>,
}

impl Told {
    pub(super) fn new(text: impl Into<String>, fields: &Value) -> Self {
        Self {
            text: text.into() + "\n",
            fields: fields.as_object().cloned().unwrap_or_default(),
        }
    }

    /// For programs, with the BMC it is about.
    pub fn json(&self, bmc: &Host) -> Value {
        let mut fields = self.fields.clone();
        fields.insert("bmc".to_owned(), bmc.to_string().into());
        Value::Object(fields)
    }
}

/// Asks it of the BMC.
///
/// # Errors
/// When it does not do it, or nobody knows whether it did.
pub async fn run(bmc: &Bmc, command: &Command, within: Duration) -> Result<Told, Failure> {
    let told = match command {
        Command::Power { action } => power(bmc, *action, within).await,
        Command::Bootdev {
            device,
            efi,
            persistent,
        } => bootdev(bmc, flags(*device, *efi, *persistent), within).await,
        Command::Info => info(bmc, within).await,
        Command::Sel { action } => sel(bmc, *action, within).await,
        Command::Sensors => super::inventory::sensors(bmc, within).await,
        Command::Fru => super::inventory::fru(bmc, within).await,
        Command::Identify { seconds } => identify(bmc, *seconds, within).await,
        Command::Raw {
            net_fn,
            command,
            data,
        } => {
            let Some(net_fn) = NetFn::new(*net_fn) else {
                let why = format!("0x{net_fn:02x} is no network function of requests");
                return Err(Failure::unusable(why));
            };
            raw(bmc, Raw::new(net_fn, *command, data.clone()), within).await
        }
        Command::Console { .. } => Ok(Told::new("", &json!({}))),
    };
    told.map_err(|error| Failure::new(FAILED, error))
}

async fn power(bmc: &Bmc, action: Power, within: Duration) -> Result<Told, Error> {
    let (control, word) = match action {
        Power::Status => {
            let status = bmc.power_status(within).await?;
            let word = if status.is_on() { "on" } else { "off" };
            let fault = status.has_power_fault() || status.has_power_control_fault();
            let text = match fault {
                true => format!("{word}, with a power fault"),
                false => word.to_owned(),
            };
            return Ok(Told::new(text, &json!({"power": word, "fault": fault})));
        }
        Power::On => (ChassisControl::On, "on"),
        Power::Off => (ChassisControl::Off, "off"),
        Power::Cycle => (ChassisControl::Cycle, "cycle"),
        Power::Reset => (ChassisControl::Reset, "reset"),
        Power::Soft => (ChassisControl::SoftShutdown, "soft off"),
    };
    bmc.power(control, within).await?;
    let text = format!("power {word}: the BMC has accepted it");
    Ok(Told::new(text, &json!({"asked": word, "accepted": true})))
}

fn flags(device: Device, efi: bool, persistent: bool) -> BootFlags {
    let device = match device {
        Device::Pxe => BootDevice::Pxe,
        Device::Disk => BootDevice::Disk,
        Device::Bios => BootDevice::BiosSetup,
        Device::Cdrom => BootDevice::Cd,
        Device::None => return BootFlags::CLEAR,
    };
    let flags = BootFlags::once(device);
    let flags = if efi { flags.efi() } else { flags };
    if persistent {
        flags.persistent()
    } else {
        flags
    }
}

async fn bootdev(bmc: &Bmc, flags: BootFlags, within: Duration) -> Result<Told, Error> {
    let set = bmc.set_boot_device(flags, within).await?;
    let BootFlags {
        device,
        efi,
        persistent,
        valid,
        ..
    } = set.read;
    let mut text = match valid {
        false => "it boots as its firmware is set up".to_owned(),
        true => {
            let when = if persistent { "from now on" } else { "next" };
            let how = if efi { ", by EFI" } else { "" };
            format!("it boots from {device} {when}{how}")
        }
    };
    if valid && !set.kept_after_a_minute {
        text.push_str("; the BMC forgets it after 60 s without a power action");
    }
    let device = valid.then(|| device.to_string());
    let kept = set.kept_after_a_minute;
    let fields = json!({
        "device": device, "efi": efi, "persistent": persistent, "kept_after_a_minute": kept,
    });
    Ok(Told::new(text, &fields))
}

async fn info(bmc: &Bmc, within: Duration) -> Result<Told, Error> {
    let id = bmc.run(&GetDeviceId, within).await?;
    let status = bmc.power_status(within).await?;
    // Not every BMC has these.
    let guid = said(bmc.run(&GetSystemGuid, within).await)?.map(|guid| guid.to_string());
    let cause = said(bmc.run(&GetRestartCause, within).await)?.map(|cause| cause.to_string());
    let suite = bmc.memory().suite.map(|suite| suite.number());
    let power = if status.is_on() { "on" } else { "off" };
    let fields = json!({
        "manufacturer": id.manufacturer, "product": id.product, "firmware": id.firmware(), "ipmi": id.ipmi(),
        "guid": guid, "power": power, "restart_cause": cause, "cipher_suite": suite,
    });
    let mut text = format!(
        "manufacturer   {}\nproduct        {:#06x}\nfirmware       {}\nIPMI           {}\npower          {power}",
        id.manufacturer,
        id.product,
        id.firmware(),
        id.ipmi(),
    );
    let suite = suite.map(|suite| suite.to_string());
    for (name, value) in [
        ("GUID", guid),
        ("last restart", cause),
        ("cipher suite", suite),
    ] {
        if let Some(value) = value {
            let _ = write!(text, "\n{name:<15}{value}");
        }
    }
    Ok(Told::new(text, &fields))
}

async fn sel(bmc: &Bmc, action: Log, within: Duration) -> Result<Told, Error> {
    match action {
        Log::List => {}
        Log::Info => {
            let info = bmc.run(&GetSelInfo, within).await?;
            let (entries, free) = (info.entries, info.free);
            let last = info.last_addition.to_string();
            let overflowed = info.has_overflowed();
            let text = format!(
                "{entries} records, {free} octets free, the last one of {last}{}",
                if overflowed {
                    "; records were lost"
                } else {
                    ""
                }
            );
            let fields = json!({
                "entries": entries, "free": free, "last_addition": last, "overflowed": overflowed,
            });
            return Ok(Told::new(text, &fields));
        }
        Log::Clear => {
            bmc.hold(&mut EraseSel::new(), within).await?;
            return Ok(Told::new("the log is erased", &json!({"cleared": true})));
        }
    }
    let sel = bmc.hold(&mut ReadSel::new(), within).await?;
    let whole = sel.end == drydock_ipmi::command::WalkEnd::Last;
    let mut lines = Vec::new();
    let mut records = Vec::new();
    for record in &sel.records {
        let time = record.time().map(|time| time.to_string());
        let health = record.health().as_str();
        let shown = time.as_deref().unwrap_or("-");
        lines.push(format!(
            "{:>5}  {shown:<19}  {health:<8}  {record}",
            record.id
        ));
        records.push(json!({
            "id": record.id, "time": time, "health": health, "text": record.to_string(),
        }));
    }
    if lines.is_empty() {
        lines.push("the log is empty".to_owned());
    }
    if sel.unreadable > 0 {
        lines.push(format!("{} records cannot be read", sel.unreadable));
    }
    if !whole {
        lines.push("there may be more: the BMC led no further".to_owned());
    }
    let fields = json!({"records": records, "unreadable": sel.unreadable, "whole": whole});
    Ok(Told::new(lines.join("\n"), &fields))
}

async fn identify(bmc: &Bmc, seconds: u8, within: Duration) -> Result<Told, Error> {
    let (identify, text) = match seconds {
        0 => (Identify::Off, "it is no longer lit".to_owned()),
        seconds => (
            Identify::Seconds(seconds),
            format!("it is lit for {seconds} s"),
        ),
    };
    bmc.run(&identify, within).await?;
    Ok(Told::new(text, &json!({"seconds": seconds})))
}

async fn raw(bmc: &Bmc, raw: Raw, within: Duration) -> Result<Told, Error> {
    let data = bmc.run(&raw, within).await?;
    let hex: Vec<String> = data.iter().map(|octet| format!("{octet:02x}")).collect();
    Ok(Told::new(hex.join(" "), &json!({"data": data})))
}

/// None where the BMC says that it does not have it.
pub(super) fn said<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.completion().is_some() => Ok(None),
        Err(error) => Err(error),
    }
}
