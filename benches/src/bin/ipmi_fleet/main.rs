//! Power statuses of many BMCs, with login, set privilege and close: our client beside freeipmi's `ipmipower`, in turns,
//! over the same fleet of `ipmi_sim`, which is started here.
//!
//! `ipmi_fleet [BMCS] [--rounds N]`
#![allow(clippy::expect_used, clippy::panic)]

mod measured;
#[path = "../../../../drydock-ipmi/tests/support/mod.rs"]
mod support;

use measured::{Measured, measure, median};
use std::{
    env,
    error::Error,
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
};
use support::{
    fleet::{Equipment, Fleet},
    peer,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((word, rest)) if word == "watch" => measured::watch(rest),
        _ => all(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

fn all(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let count = arguments.first().map_or(Ok(1000), |count| count.parse())?;
    let power = peer::find("ipmipower", "freeipmi-tools").ok_or("no peer")?;
    let began = std::time::Instant::now();
    let fleet = Fleet::start(count, &Equipment::default()).ok_or("no peer")?;
    writeln!(io::stderr(), "fleet up in {:.1?}", began.elapsed())?;
    let theirs = ipmipower(&power.display().to_string(), fleet.bmcs());
    let runs: Vec<Measured> = (0..5).map(|_| measure(&theirs)).collect::<Result<_, _>>()?;
    for run in &runs {
        let ok = run
            .said
            .lines()
            .filter(|line| line.ends_with(": off"))
            .count();
        writeln!(
            io::stdout(),
            "{ok} {:.3} {:.3} {:.1}",
            run.wall,
            run.cpu,
            run.memory / 1024.0
        )?;
    }
    writeln!(
        io::stdout(),
        "{:.3}",
        median(runs.iter().map(|run| run.wall))
    )?;
    Ok(())
}

/// As many as possible at a time, as is its way; its workaround is for what `ipmi_sim` answers to Open Session.
fn ipmipower(program: &str, bmcs: &[SocketAddr]) -> Vec<String> {
    let hosts: Vec<String> = bmcs.iter().map(SocketAddr::to_string).collect();
    let fixed = "-D LAN_2_0 -I 3 -u admin -p password -W opensesspriv --stat -h";
    let mut program = vec![program.to_owned()];
    program.extend(fixed.split(' ').map(str::to_owned));
    program.push(hosts.join(","));
    program
}
