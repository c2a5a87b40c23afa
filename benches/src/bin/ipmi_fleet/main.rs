//! Power statuses of many BMCs, with login, set privilege and close: our client beside freeipmi's `ipmipower`, in turns,
//! over the same fleet of `ipmi_sim`, which is started here. Each side is a process of its own.
//!
//! `ipmi_fleet [BMCS] [--rounds N] [--simulated N]`: 1,000 BMCs, 5 rounds and 10,000 simulated BMCs if nothing is said.
//!
//! It ends with 1 where something that is counted is wrong: an answer is missing, a packet too many, a session left open.
//! Times are printed beside their goals and judged by who reads them.
#![allow(clippy::expect_used, clippy::panic)]

mod measured;
mod simulated;
// What starts foreign BMCs is the tests' own.
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[path = "../../../../drydock-ipmi/tests/support/mod.rs"]
mod support;
mod sweep;
mod trials;

use std::{
    env,
    error::Error,
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};
use support::{
    fleet::{Equipment, Fleet},
    peer,
};
use trials::Trials;

const USAGE: &str = "usage: ipmi_fleet [BMCS] [--rounds N] [--simulated N]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((word, rest)) if word == "watch" => measured::watch(rest).map(|()| true),
        Some((word, rest)) if word == "sweep" => sweep::sweep(rest).map(|()| true),
        Some((word, rest)) if word == "simulate" => simulated::simulate(rest).map(|()| true),
        _ => all(&arguments),
    };
    match done {
        Ok(is_right) => ExitCode::from(u8::from(!is_right)),
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

/// What is printed, and whether all that is counted was right.
#[derive(Debug)]
pub(crate) struct Report {
    is_right: bool,
}

impl Report {
    /// A line. Where nobody reads it, there is nobody to tell.
    pub(crate) fn say(&self, line: impl Display) {
        let _ = writeln!(io::stdout(), "{line}");
    }

    /// A line of something that is counted.
    pub(crate) fn count(&mut self, line: impl Display, is_right: bool) {
        let verdict = if is_right { "" } else { "   WRONG" };
        self.say(format_args!("{line}{verdict}"));
        self.is_right &= is_right;
    }
}

fn all(arguments: &[String]) -> Result<bool, Box<dyn Error>> {
    let (mut count, mut rounds, mut simulated) = (1000, 5, 10_000);
    let mut given = arguments.iter();
    while let Some(argument) = given.next() {
        let mut value = || given.next().ok_or(USAGE)?.parse().map_err(|_| USAGE);
        match argument.as_str() {
            "--rounds" => rounds = value()?,
            "--simulated" => simulated = value()?,
            number => count = number.parse().map_err(|_| USAGE)?,
        }
    }
    let mut report = Report { is_right: true };
    let Some(ipmipower) = peer::find("ipmipower", "freeipmi-tools") else {
        return Ok(true);
    };
    let Some(fleet) = Fleet::start(count, &Equipment::default()) else {
        return Ok(true);
    };
    let trials = Trials::new(&ipmipower, fleet.bmcs(), rounds)?;
    trials.statuses(&mut report)?;
    trials.packets(&mut report)?;
    trials.dead(&mut report)?;
    trials.lossy(&mut report)?;
    drop(fleet);
    trials.simulated(&mut report, simulated)?;
    Ok(report.is_right)
}
