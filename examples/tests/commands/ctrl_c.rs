//! `deploy` and Ctrl-C: the first ends the run in order, the second ends it where it is.

use crate::programs;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Lines, Read},
    process::{Child, ChildStderr, ChildStdout, Command, Stdio},
    sync::mpsc::{Sender, channel},
    thread,
    time::Duration,
};

/// Far more than any of it takes, and less than a call may: who waits for the call in flight is too late.
const HANGS: Duration = Duration::from_secs(90);

/// `deploy` as it runs. What hangs is killed, and then has no exit code.
struct Running {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    err: BufReader<ChildStderr>,
    _ended: Sender<()>,
}

impl Running {
    fn deploy(arguments: &[&str]) -> Self {
        let mut child = Command::new(programs::program("deploy"))
            .args(["--format", "json"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (id, (ended, has_ended)) = (child.id(), channel::<()>());
        thread::spawn(move || {
            if has_ended.recv_timeout(HANGS) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                send(id, "-KILL");
            }
        });
        Self {
            out: BufReader::new(child.stdout.take().unwrap()).lines(),
            err: BufReader::new(child.stderr.take().unwrap()),
            child,
            _ended: ended,
        }
    }

    /// The events up to the first of this name, which is among them.
    fn until(&mut self, name: &str) -> Vec<Value> {
        let mut events: Vec<Value> = Vec::new();
        while events.last().is_none_or(|event| event["event"] != name) {
            let line = self.out.next();
            let line = line
                .unwrap_or_else(|| panic!("ended after {} events, before {name}", events.len()));
            events.push(serde_json::from_str(&line.unwrap()).unwrap());
        }
        events
    }

    fn press(&self) {
        send(self.child.id(), "-INT");
    }

    /// The next line that it tells people.
    fn told(&mut self) -> String {
        let mut line = String::new();
        self.err.read_line(&mut line).unwrap();
        line
    }

    /// Its exit code, its further events, and what else it told people.
    fn end(mut self) -> (Option<i32>, Vec<Value>, String) {
        let events = self.out.by_ref();
        let events = events.map(|line| serde_json::from_str(&line.unwrap()).unwrap());
        let events = events.collect();
        let mut told = String::new();
        self.err.read_to_string(&mut told).unwrap();
        (self.child.wait().unwrap().code(), events, told)
    }
}

fn send(id: u32, signal: &str) {
    let sent = Command::new("kill")
        .args([signal, &id.to_string()])
        .status();
    assert!(sent.unwrap().success());
}

fn named<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events
        .iter()
        .filter(|event| event["event"] == name)
        .collect()
}

#[test]
fn the_first_ends_the_run_in_order() {
    let mut deploy = Running::deploy(&["--call-seconds", "1"]);
    let mut events = deploy.until("step_started");
    deploy.press();
    let told = deploy.told();
    assert!(
        told.starts_with("cancelled: calls in flight are let end"),
        "{told}"
    );
    let (code, more, rest) = deploy.end();
    assert_eq!((code, rest.as_str()), (Some(1), ""));
    events.extend(more);

    let ends = ["step_done", "step_failed", "step_skipped"];
    for begun in named(&events, "step_started") {
        let is_its_end = |event: &&Value| {
            event["step"] == begun["step"] && ends.iter().any(|end| event["event"] == *end)
        };
        assert_eq!(events.iter().filter(is_its_end).count(), 1, "{begun}");
    }
    let skipped = named(&events, "step_skipped");
    let is_told = |event: &&&Value| event["reason"] == "the run was cancelled";
    assert!(
        !skipped.is_empty() && skipped.iter().all(|event| is_told(&event)),
        "{skipped:?}"
    );
    let settled: usize = ends.iter().map(|end| named(&events, end).len()).sum();
    assert_eq!(
        settled,
        events[0]["plan"]["steps"].as_array().unwrap().len()
    );
    assert_eq!(named(&events, "run_finished").len(), 1);
    let world = events.last().unwrap();
    assert_eq!(
        (&world["event"], &world["violations"]),
        (&"world".into(), &Value::Array(vec![]))
    );
    let nodes = world["nodes"].as_array().unwrap();
    assert!(
        nodes.iter().all(|node| node["state"] != "deployed"),
        "{world}"
    );
}

#[test]
fn the_second_waits_for_nothing() {
    // No call of this run is answered before it is given up after two minutes.
    let mut deploy = Running::deploy(&["--call-seconds", "3600"]);
    deploy.until("run_started");
    deploy.press();
    let told = deploy.told();
    assert!(told.starts_with("cancelled: "), "{told}");
    assert_eq!(
        deploy.child.try_wait().unwrap(),
        None,
        "it waits for the calls in flight"
    );
    deploy.press();
    let (code, events, rest) = deploy.end();
    assert_eq!(code, Some(1));
    assert!(rest.starts_with("ended at once: "), "{rest}");
    assert!(named(&events, "run_finished").is_empty(), "{events:?}");
}
