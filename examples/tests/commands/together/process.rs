//! A process of `deploy`, as it runs: what it has printed is waited for, and it is stopped, continued and killed.

use super::lab::Site;
use crate::programs;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

/// Far more than any of it takes.
pub(crate) const HANGS: Duration = Duration::from_secs(180);

/// How much time of the site passes with every line that is read: machines need not be waited for.
const PER_LINE: Duration = Duration::from_millis(40);

pub(crate) struct Process {
    child: Child,
    out: Receiver<Value>,
    err: Receiver<String>,
    /// What it has printed so far, as far as that was waited for.
    pub(crate) events: Vec<Value>,
    pub(crate) told: Vec<String>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) told: Vec<String>,
}

impl Process {
    /// `deploy` with these arguments, on the site of a lab.
    pub(crate) fn start(site: &Site, arguments: &[&str]) -> Self {
        Self::read_later(site, arguments).0
    }

    /// The same, but nothing that it prints is read until the sender is dropped: as under a pager, it stands where it prints
    /// more than a pipe holds.
    pub(crate) fn read_later(site: &Site, arguments: &[&str]) -> (Self, Sender<()>) {
        let (read, unread) = channel();
        let mut child = Command::new(programs::program("deploy"))
            .args(["--site", site.socket(), "--format", "json"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (printed, out) = channel();
        let (lines, site) = (BufReader::new(child.stdout.take().unwrap()), site.clone());
        thread::spawn(move || {
            // Nothing is ever sent.
            let _dropped = unread.recv();
            for line in lines.lines() {
                let line = line.unwrap();
                let event = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
                // A lab that is gone belongs to a test that has ended.
                if !site.pass(PER_LINE) || printed.send(event).is_err() {
                    return;
                }
            }
        });
        let (said, err) = channel();
        let lines = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                if said.send(line).is_err() {
                    return;
                }
            }
        });
        let started = Self {
            child,
            out,
            err,
            events: Vec::new(),
            told: Vec::new(),
        };
        (started, read)
    }

    /// Waits for an event of this name, so many times from now on; whether it came, or the process ended before.
    pub(crate) fn until(&mut self, name: &str, times: usize) -> bool {
        let mut left = times;
        while left > 0 {
            match self.out.recv_timeout(HANGS) {
                Ok(event) => {
                    left -= usize::from(event["event"] == name);
                    self.events.push(event);
                }
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("{name} does not come; told: {:#?}", self.told)
                }
            }
        }
        true
    }

    /// Waits until it has told people a line with these words.
    pub(crate) fn until_told(&mut self, words: &str) -> &str {
        while self.told.last().is_none_or(|line| !line.contains(words)) {
            let line = self.err.recv_timeout(HANGS);
            let line = line.unwrap_or_else(|why| panic!("{words}: {why}; told: {:#?}", self.told));
            self.told.push(line);
        }
        &self.told[self.told.len() - 1]
    }

    /// The run that it has begun.
    pub(crate) fn run(&self) -> &str {
        let started = self.events.iter().find(|e| e["event"] == "run_started");
        started.unwrap()["run"].as_str().unwrap()
    }

    /// Stops it, and sees that it stands still.
    pub(crate) fn stop(&self) {
        self.send("-STOP");
        let began = Instant::now();
        while !self.stands_still() {
            assert!(began.elapsed() < HANGS, "it does not stop");
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn stands_still(&self) -> bool {
        let ps = Command::new("ps")
            .args(["-o", "state=", "-p", &self.child.id().to_string()])
            .output()
            .unwrap();
        ps.stdout.starts_with(b"T")
    }

    /// Lets it go on after a stop.
    pub(crate) fn go_on(&self) {
        self.send("-CONT");
    }

    /// Presses Ctrl-C.
    pub(crate) fn press(&self) {
        self.send("-INT");
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn send(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        let began = Instant::now();
        while !self.has_ended() {
            if began.elapsed() > HANGS {
                self.told.extend(self.err.try_iter());
                panic!("it does not end; told: {:#?}", self.told);
            }
            thread::sleep(Duration::from_millis(5));
        }
        // Until its end, which has come.
        let told: Vec<String> = self.told.drain(..).chain(self.err.iter()).collect();
        Ended {
            code: self.child.wait().unwrap().code(),
            told,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// It came to its end, with everything done, and nothing went wrong on the way.
    pub(crate) fn is_done(&self) {
        assert_eq!(self.code, Some(0), "{:#?}", self.told);
        let failed = self.told.iter().any(|line| line.starts_with("error"));
        assert!(!failed, "{:#?}", self.told);
    }

    /// The one line that says why it failed.
    pub(crate) fn why(&self) -> &str {
        assert_eq!(self.code, Some(1), "{:#?}", self.told);
        let errors: Vec<_> = self
            .told
            .iter()
            .filter(|l| l.starts_with("error: "))
            .collect();
        let [why] = errors.as_slice() else {
            panic!("{:#?}", self.told);
        };
        assert_eq!(Some(*why), self.told.last(), "{:#?}", self.told);
        why
    }
}
