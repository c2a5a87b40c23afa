//! Damages designs at random and demands of every stage before planning: no panic, no more than a second, no memory out of
//! proportion.
//!
//! `hostile [--megabytes N] [--seconds N] [--seed N] [--case SEED | --file PATH]`
//!
//! It ends after so many megabytes of input or so many seconds, whichever is first, with 0; with 1 at the first case that
//! fails, which it writes to a file. Case N of a run has the seed `--seed` + N, so `--case` runs it again; so does `--file`,
//! on a checkout with other designs beside it.
//!
//! The work is done in a second process: a stack that overflows ends a process without a word.

use drydock_benches::hostile::{self, Corpus};
use peak_alloc::PeakAlloc;
use std::{
    env, fs,
    io::{self, Write},
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// Counts what the program has allocated, now and at most.
#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// How long one case may take, of the processor: a busy machine is not the case's fault.
const MAX_TIME: Duration = Duration::from_secs(1);
/// How long one case may take by the clock before it is taken to hang.
const HANGS: Duration = Duration::from_secs(60);
/// How much memory one case may take: so many times its size,
const MAX_TIMES: usize = 50;
/// and so much beside it. The reader lets the aliases of one file stand for a million values at most and merges copy
/// entries of 96 bytes; a rule and its finding cost some kilobytes for whatever short text brought them about.
const FLOOR: usize = 64 << 20;

const USAGE: &str =
    "usage: hostile [--megabytes N] [--seconds N] [--seed N] [--case SEED | --file PATH]";

struct Arguments {
    megabytes: usize,
    seconds: u64,
    seed: u64,
    case: Option<u64>,
    file: Option<PathBuf>,
    /// Whether this is the process that does the work.
    works: bool,
}

fn main() -> ExitCode {
    let arguments = match arguments(env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            say(&format!("error: {message}\n"));
            return ExitCode::from(2);
        }
    };
    match arguments.works {
        true => work(&arguments),
        false => watch(),
    }
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments {
        megabytes: 10,
        seconds: u64::MAX,
        seed: 1,
        case: None,
        file: None,
        works: false,
    };
    while let Some(name) = given.next() {
        if name == "--work" {
            arguments.works = true;
            continue;
        }
        let value = given.next().ok_or(USAGE)?;
        let number = || {
            value
                .parse()
                .map_err(|_| format!("{name} {value} is no number"))
        };
        match &*name {
            "--megabytes" => arguments.megabytes = number()? as usize,
            "--seconds" => arguments.seconds = number()?,
            "--seed" => arguments.seed = number()?,
            "--case" => arguments.case = Some(number()?),
            "--file" => arguments.file = Some(PathBuf::from(value)),
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(arguments)
}

/// Starts the process that works, and tells what it could not tell itself.
fn watch() -> ExitCode {
    let status = env::current_exe().and_then(|program| {
        let mut work = Command::new(program);
        work.args(env::args_os().skip(1)).arg("--work").status()
    });
    match status.map(|status| status.code()) {
        Ok(Some(code)) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        Ok(None) => {
            let file = current_file();
            say(&format!(
                "\nFAILED: the process was ended by the case in {}\n",
                file.display()
            ));
            ExitCode::FAILURE
        }
        Err(error) => {
            say(&format!("error: {error}\n"));
            ExitCode::from(2)
        }
    }
}

fn work(arguments: &Arguments) -> ExitCode {
    let corpus = Corpus::load();
    let (began, mut bytes, mut told) = (Instant::now(), 0_usize, Instant::now());
    let mut worst = Worst::default();
    say(&format!(
        "seed {}, {} texts\n",
        arguments.seed,
        corpus.count()
    ));
    for number in 0_u64.. {
        let seed = arguments
            .case
            .unwrap_or(arguments.seed.wrapping_add(number));
        let case = match &arguments.file {
            Some(path) => match fs::read(path) {
                Ok(bytes) => bytes,
                Err(error) => {
                    say(&format!("error: {}: {error}\n", path.display()));
                    return ExitCode::from(2);
                }
            },
            None => hostile::case(&corpus, seed),
        };
        bytes += case.len();
        if let Err(why) = judged(seed, case, &mut worst) {
            say(&format!("\nFAILED: {why}\n"));
            return ExitCode::FAILURE;
        }
        let once = arguments.case.is_some() || arguments.file.is_some();
        let done = once
            || bytes >= arguments.megabytes << 20
            || began.elapsed().as_secs() >= arguments.seconds;
        if done || told.elapsed() > Duration::from_secs(2) {
            told = Instant::now();
            let seconds = began.elapsed().as_secs();
            let megabytes = bytes as f64 / f64::from(1 << 20);
            say(&format!(
                "\r{} cases, {megabytes:.1} MiB, {seconds} s; {worst}   ",
                number + 1
            ));
        }
        if done {
            say("\n");
            return ExitCode::SUCCESS;
        }
    }
    ExitCode::SUCCESS
}

/// What the hardest cases took.
#[derive(Default)]
struct Worst {
    time: (Duration, u64),
    memory: (usize, u64),
}

impl std::fmt::Display for Worst {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ((time, slow), (memory, big)) = (self.time, self.memory);
        let mebibytes = memory >> 20;
        write!(
            f,
            "at most {} ms (case {slow}), {mebibytes} MiB (case {big})",
            time.as_millis()
        )
    }
}

/// Runs one case in a thread of its own, so that one that hangs can be told.
fn judged(seed: u64, case: Vec<u8>, worst: &mut Worst) -> Result<(), String> {
    let file = current_file();
    // Without the file the seed is left, which is printed as well.
    let _ = fs::write(&file, &case);
    let place = format!("case {seed} ({} bytes) in {}", case.len(), file.display());
    let size = case.len();
    let (ended, end) = mpsc::channel();
    // The stack of a task of tokio's, which is what hosts run this on.
    let worker = thread::Builder::new().stack_size(2 << 20).spawn(move || {
        let (time, used) = (processor_time(), ALLOCATED.current_usage());
        ALLOCATED.reset_peak_usage();
        let result = panic::catch_unwind(AssertUnwindSafe(|| hostile::run(&case)));
        let memory = ALLOCATED.peak_usage().saturating_sub(used);
        let _ = ended.send((
            result.is_ok(),
            processor_time().saturating_sub(time),
            memory,
        ));
    });
    let worker = worker.map_err(|error| error.to_string())?;
    let Ok((survived, time, memory)) = end.recv_timeout(HANGS) else {
        return Err(format!("{place} does not end"));
    };
    let _ = worker.join();
    worst.time = worst.time.max((time, seed));
    worst.memory = worst.memory.max((memory, seed));
    if !survived {
        return Err(format!("{place} panics"));
    }
    if time > MAX_TIME {
        return Err(format!("{place} takes {} ms", time.as_millis()));
    }
    if memory > MAX_TIMES * size + FLOOR {
        return Err(format!("{place} takes {} MiB", memory >> 20));
    }
    Ok(())
}

/// What this thread has had of the processor; where that cannot be had, the clock.
fn processor_time() -> Duration {
    static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let of_kernel = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = of_kernel.and_then(|text| text.split(' ').next()?.parse().ok());
    match nanoseconds {
        Some(nanoseconds) => Duration::from_nanos(nanoseconds),
        None => BEGAN.get_or_init(Instant::now).elapsed(),
    }
}

/// Where the case that is running stands: beside this program.
fn current_file() -> PathBuf {
    let program = env::current_exe().ok();
    let folder = program.as_deref().and_then(Path::parent);
    folder
        .map_or_else(env::temp_dir, Path::to_path_buf)
        .join("hostile-case.yaml")
}

fn say(text: &str) {
    // Where nobody reads it, there is nobody to tell.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
