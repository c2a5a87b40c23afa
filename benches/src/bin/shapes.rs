//! What very much of one thing costs: each shape at a size and at twice that size, and what the second takes of the first.
//!
//! `shapes [--size N] [--only WORD] [--at-least MILLISECONDS]`
//!
//! A line a shape: its bytes and findings, the time and the greatest memory of all stages together, each with its ratio,
//! and the slowest stage of the greater design with its own ratio. In proportion is 2; what compares everything with
//! everything is at 4. It ends with 1 if the time of some shape grew by more than 3 and was more than `--at-least`, for
//! what takes few milliseconds has no ratio to speak of. Each is measured three times; the least counts.

use drydock_benches::shapes::{self, STAGES, Shape, Taken};
use peak_alloc::PeakAlloc;
use std::{
    env,
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

/// Counts what the program has allocated, now and at most.
#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const ROUNDS: usize = 3;
/// The greatest growth of what is called in proportion.
const GROWTH: f64 = 3.0;
const USAGE: &str = "usage: shapes [--size N] [--only WORD] [--at-least MILLISECONDS]";

struct Arguments {
    size: usize,
    only: String,
    at_least: Duration,
}

fn main() -> ExitCode {
    let arguments = match arguments(env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            let _ = writeln!(io::stderr(), "error: {message}");
            return ExitCode::from(2);
        }
    };
    let mut grown = false;
    let chosen = shapes::all().filter(|shape| shape.name.contains(&arguments.only));
    for shape in chosen {
        let (line, is_grown) = compared(shape, &arguments);
        grown |= is_grown;
        if writeln!(io::stdout(), "{line}").is_err() {
            break;
        }
    }
    match grown {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments {
        size: 5_000,
        only: String::new(),
        at_least: Duration::from_millis(50),
    };
    while let Some(name) = given.next() {
        let value = given.next().ok_or(USAGE)?;
        let number = || {
            let number = value.parse();
            number.map_err(|_| format!("{name} {value} is no number"))
        };
        match &*name {
            "--size" => arguments.size = number()? as usize,
            "--only" => arguments.only = value,
            "--at-least" => arguments.at_least = Duration::from_millis(number()?),
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(arguments)
}

/// What is said of a shape, and whether it grew out of proportion.
fn compared(shape: Shape, arguments: &Arguments) -> (String, bool) {
    let (once, little) = measured(shape, arguments.size);
    let (twice, much) = measured(shape, 2 * arguments.size);
    let growth = ratio(once.total(), twice.total());
    let stages = STAGES.iter().zip(once.times.iter().zip(&twice.times));
    let slowest = stages.max_by_key(|(_, (_, time))| **time);
    let slowest = slowest.map_or(String::new(), |(stage, (once, twice))| {
        let growth = ratio(*once, *twice);
        format!("{stage} {} ms, x{growth:.1}", twice.as_millis())
    });
    let is_grown = growth > GROWTH && twice.total() > arguments.at_least;
    let line = format!(
        "{} {:<55} {:>5} kB {:>6} findings {:>6} ms x{growth:<4.1} {:>5} MB x{:<4.1} {slowest}",
        if is_grown { "!" } else { " " },
        shape.name,
        (shape.text)(2 * arguments.size).len() / 1000,
        twice.found,
        twice.total().as_millis(),
        much / 1_000_000,
        much as f64 / little.max(1) as f64,
    );
    (line, is_grown)
}

/// The least of the times of some rounds, and the most memory.
fn measured(shape: Shape, size: usize) -> (Taken, usize) {
    let text = (shape.text)(size);
    let (mut least, mut memory) = (None::<Taken>, 0);
    for _ in 0..ROUNDS {
        let before = ALLOCATED.current_usage();
        ALLOCATED.reset_peak_usage();
        let taken = shapes::take(text.clone());
        memory = memory.max(ALLOCATED.peak_usage().saturating_sub(before));
        least = least
            .filter(|least| least.total() <= taken.total())
            .or(Some(taken));
        if taken.total() > Duration::from_secs(2) {
            break;
        }
    }
    (least.unwrap_or_default(), memory)
}

fn ratio(once: Duration, twice: Duration) -> f64 {
    twice.as_secs_f64() / once.as_secs_f64().max(1e-9)
}
