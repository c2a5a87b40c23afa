//! The machine that is built in: power with delays, and a console that greets and echoes.

use super::machine::{Firmware, Machine};
use crate::command::{boot::BootFlags, chassis::ChassisControl};
use std::{collections::VecDeque, time::Duration};

/// The console keeps so much of what nobody has read, the latest.
const SCROLLBACK: usize = 16 * 1024;

/// How long a machine takes for what it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PowerDelays {
    /// From "on" until it is on.
    pub on: Duration,
    /// From "off" until it is off.
    pub off: Duration,
    /// From "soft off" until it is off; none means that its operating system does not listen.
    pub soft_off: Option<Duration>,
    /// How long a power cycle leaves it off.
    pub cycle: Duration,
}

impl Default for PowerDelays {
    fn default() -> Self {
        Self {
            on: Duration::from_millis(200),
            off: Duration::from_millis(100),
            soft_off: Some(Duration::from_secs(2)),
            cycle: Duration::from_millis(500),
        }
    }
}

/// A machine without a host: it turns on and off after [`PowerDelays`], says on its console from where it starts, and echoes
/// what is typed.
#[derive(Debug, Default)]
pub struct SimulatedMachine {
    on: bool,
    delays: PowerDelays,
    pending: VecDeque<(Duration, Step)>,
    console: VecDeque<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    TurnOn,
    TurnOff,
    Start,
}

impl SimulatedMachine {
    /// A machine that is off.
    pub fn new(delays: PowerDelays) -> Self {
        Self {
            delays,
            ..Self::default()
        }
    }

    /// The same machine, already on.
    pub fn turned_on(mut self) -> Self {
        self.on = true;
        self
    }

    fn write(&mut self, text: &[u8]) {
        self.console.extend(text);
        while self.console.len() > SCROLLBACK {
            self.console.pop_front();
        }
    }

    /// Whether it will be on when all that it was told is done.
    fn will_be_on(&self) -> bool {
        match self.pending.back() {
            Some((_, step)) => *step != Step::TurnOff,
            None => self.on,
        }
    }

    fn start(&mut self, firmware: &mut Firmware<'_>) {
        let line = match firmware.start() {
            Some(BootFlags { device, efi, .. }) => {
                let how = if efi { "EFI" } else { "legacy" };
                format!("starting from {device} ({how})\r\n")
            }
            None => "starting from disk\r\n".to_owned(),
        };
        self.write(line.as_bytes());
        self.write(b"login: ");
    }
}

impl Machine for SimulatedMachine {
    fn control(&mut self, now: Duration, action: ChassisControl) {
        let after = |delay: Duration| now.saturating_add(delay);
        match action {
            ChassisControl::On if !self.will_be_on() => {
                self.pending.clear();
                self.pending
                    .push_back((after(self.delays.on), Step::TurnOn));
            }
            ChassisControl::Off => {
                self.pending.clear();
                self.pending
                    .push_back((after(self.delays.off), Step::TurnOff));
            }
            ChassisControl::SoftShutdown if self.will_be_on() => {
                if let Some(delay) = self.delays.soft_off {
                    self.pending.push_back((after(delay), Step::TurnOff));
                }
            }
            ChassisControl::Cycle => {
                let off = after(self.delays.off);
                self.pending.clear();
                self.pending.push_back((off, Step::TurnOff));
                self.pending
                    .push_back((off.saturating_add(self.delays.cycle), Step::TurnOn));
            }
            ChassisControl::Reset => {
                self.pending.clear();
                self.pending.push_back((now, Step::Start));
            }
            ChassisControl::Diagnostic if self.on => self.write(b"NMI received\r\n"),
            ChassisControl::On | ChassisControl::SoftShutdown | ChassisControl::Diagnostic => {}
        }
    }

    fn advance(&mut self, now: Duration, firmware: &mut Firmware<'_>) {
        while let Some((_, step)) = self.pending.front().copied().filter(|(due, _)| *due <= now) {
            self.pending.pop_front();
            match step {
                Step::TurnOff => {
                    self.on = false;
                    self.console.clear();
                }
                Step::TurnOn => {
                    self.on = true;
                    self.start(firmware);
                }
                Step::Start => self.start(firmware),
            }
        }
    }

    fn is_on(&self) -> bool {
        self.on
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.pending.front().map(|(due, _)| *due)
    }

    fn type_in(&mut self, octets: &[u8]) {
        if !self.on {
            return;
        }
        for octet in octets {
            match octet {
                b'\r' | b'\n' => self.write(b"\r\nlogin: "),
                octet => self.write(&[*octet]),
            }
        }
    }

    fn print(&mut self, room: usize) -> Vec<u8> {
        let many = room.min(self.console.len());
        self.console.drain(..many).collect()
    }
}
