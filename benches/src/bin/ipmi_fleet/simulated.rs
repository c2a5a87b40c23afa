//! Simulated BMCs in a process of their own.
//!
//! `simulate COUNT`: their addresses, a line each, then an empty line; it ends with its standard input.

use crate::support::keeper::Piped;
use drydock_ipmi::testing::{BmcServer, BmcSettings, Privilege, SimulatedBmc};
use std::{
    env,
    error::Error,
    io::{self, BufRead, Read, Write},
    net::SocketAddr,
    process::{Command, Stdio},
};

pub(crate) fn simulate(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let count: u64 = arguments.first().ok_or("simulate: how many?")?.parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let bmcs = (1..=count).map(|seed| {
        let mut settings =
            BmcSettings::default().user("admin", "password", Privilege::Administrator);
        settings.seed = seed;
        SimulatedBmc::new(settings)
    });
    let server = runtime.block_on(BmcServer::start(bmcs))?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for address in server.addresses() {
        writeln!(out, "{address}")?;
    }
    writeln!(out)?;
    out.flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    let left: usize = server.bmcs().map(|bmc| bmc.open_sessions().len()).sum();
    writeln!(out, "{left}")?;
    Ok(())
}

/// Simulated BMCs, as long as it is not dropped.
#[derive(Debug)]
pub(crate) struct Simulated {
    child: Piped,
    pub(crate) bmcs: Vec<SocketAddr>,
    out: io::BufReader<std::process::ChildStdout>,
}

impl Simulated {
    pub(crate) fn start(count: usize) -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(env::current_exe()?)
            .args(["simulate", &count.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or("simulate: no output")?;
        let (mut out, mut bmcs) = (io::BufReader::new(out), Vec::new());
        let child = Piped(child);
        loop {
            let mut line = String::new();
            if out.read_line(&mut line)? == 0 {
                return Err("simulate: it has ended".into());
            }
            match line.trim() {
                "" => break,
                address => bmcs.push(address.parse()?),
            }
        }
        Ok(Self { child, bmcs, out })
    }

    /// Ends them, and says how many sessions were still open.
    pub(crate) fn end(mut self) -> Result<usize, Box<dyn Error>> {
        drop(self.child.0.stdin.take());
        let mut line = String::new();
        self.out.read_line(&mut line)?;
        Ok(line.trim().parse()?)
    }
}
