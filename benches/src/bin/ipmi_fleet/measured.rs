//! A program as a whole process: wall time, processor time and memory, as the kernel counts them.
//!
//! Each program is run by a process of its own (`watch`), whose only child it is: what the kernel says of that process's
//! children is then what it says of the program.

use nix::sys::resource::{UsageWho, getrusage};
use std::{
    env,
    error::Error,
    io::{self, Write},
    process::{Command, Stdio},
    time::Instant,
};

/// What a program took, and what it said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measured {
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
    /// The most that was resident, in KiB.
    pub(crate) memory: f64,
    pub(crate) said: String,
}

/// Runs a program, and says what it took.
pub(crate) fn measure(program: &[String]) -> Result<Measured, Box<dyn Error>> {
    let done = Command::new(env::current_exe()?)
        .arg("watch")
        .args(program)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()?;
    let figures = String::from_utf8(done.stderr)?;
    let last = figures.lines().last().unwrap_or_default();
    let figures: Vec<f64> = last
        .split(' ')
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| format!("{}: {figures}", program.join(" ")))?;
    let [wall, cpu, memory] = figures[..] else {
        return Err(format!("not three figures: {last}").into());
    };
    let said = String::from_utf8(done.stdout)?;
    Ok(Measured {
        wall,
        cpu,
        memory,
        said,
    })
}

/// `watch PROGRAM ARGUMENT...`: the figures are the last line on standard error.
pub(crate) fn watch(program: &[String]) -> Result<(), Box<dyn Error>> {
    let (name, arguments) = program.split_first().ok_or("watch: no program")?;
    let began = Instant::now();
    let status = Command::new(name).args(arguments).status()?;
    let wall = began.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    let cpu = seconds(usage.user_time()) + seconds(usage.system_time());
    let error = &mut io::stderr();
    if !status.success() {
        writeln!(error, "{name}: {status}")?;
    }
    writeln!(error, "{wall} {cpu} {}", usage.max_rss())?;
    Ok(())
}

/// The middle one.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What 99 in a hundred do not exceed.
pub(crate) fn p99(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let at = (values.len() * 99).div_ceil(100).saturating_sub(1);
    values.get(at).copied().unwrap_or(f64::NAN)
}
