//! `lab`, and `deploy` and `plan` on it: two processes, of which one may be killed.

use crate::{Folder, programs, run, site};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read},
    os::unix::{net::UnixStream, process::ExitStatusExt},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

const SIGKILL: i32 = 9;

/// A lab that is ready; killed at the end of its test.
pub(crate) struct Lab {
    child: Child,
    pub(crate) socket: String,
    out: BufReader<ChildStdout>,
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Lab {
    pub(crate) fn start(folder: &Folder, more: &[&str]) -> Self {
        let socket = folder.path("lab.sock");
        let mut child = Command::new(programs::program("lab"))
            .args(["--socket", &socket])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert_eq!(line, format!("ready: 12 machines at {socket}\n"));
        Self { child, socket, out }
    }

    /// Sends it a signal and waits for its end: its exit code, and what else it printed.
    fn ended_by(&mut self, signal: &str) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        let kill = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(kill.success());
        let code = self.child.wait().unwrap().code();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (code, rest)
    }

    /// What it answers to a call.
    fn ask(&self, call: &str) -> Value {
        use std::io::Write;
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        let lines = format!("{{\"drydock-lab\":1}}\n{call}\n");
        stream.write_all(lines.as_bytes()).unwrap();
        let mut answers = BufReader::new(stream).lines().map(Result::unwrap);
        assert!(answers.next().unwrap().starts_with("{\"drydock-lab\":1"));
        let answer: Value = serde_json::from_str(&answers.next().unwrap()).unwrap();
        assert!(answer.get("ok").is_some(), "{call}: {answer}");
        answer["ok"].clone()
    }
}

/// The last line of a deployment as JSON: the world as it is then.
fn world(arguments: &[&str]) -> Value {
    let ran = run("deploy", &[arguments, &["--format", "json"]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.json_lines().pop().unwrap()
}

#[test]
fn a_lab_ends_when_it_is_told_to_and_leaves_no_socket() {
    let folder = Folder::new("lab-ends");
    for signal in ["-TERM", "-INT"] {
        let mut lab = Lab::start(&folder, &[]);
        assert!(Path::new(&lab.socket).exists());
        assert_eq!(lab.ended_by(signal), (Some(0), String::new()));
        assert!(!Path::new(&lab.socket).exists());
    }
}

#[test]
fn one_lab_serves_at_a_socket_and_a_dead_one_is_replaced() {
    let folder = Folder::new("lab-second");
    let mut lab = Lab::start(&folder, &[]);
    let second = run("lab", &["--socket", &lab.socket]);
    assert_eq!((second.code, second.out.as_str()), (2, ""));
    let why = "another lab serves here; end it, or name another file";
    assert!(second.err.contains(why), "{}", second.err);
    assert_eq!(lab.ask(r#"{"call":"nodes"}"#).as_array().unwrap().len(), 12);

    assert_eq!(lab.ended_by("-KILL").0, None);
    assert!(
        Path::new(&lab.socket).exists(),
        "a killed one cannot remove it"
    );
    drop(lab);
    let lab = Lab::start(&folder, &[]);
    assert_eq!(lab.ask(r#"{"call":"nodes"}"#).as_array().unwrap().len(), 12);

    let absent = run("lab", &["--socket", &folder.path("absent/lab.sock")]);
    assert_eq!(absent.code, 2);
    assert!(
        absent.err.contains("a lab cannot listen here"),
        "{}",
        absent.err
    );
    assert_eq!(run::<&str>("lab", &[]).code, 2);
}

#[test]
fn a_deployment_on_a_lab_leaves_the_same_world_as_one_on_its_own_site() {
    let folder = Folder::new("lab-same");
    let lab = Lab::start(&folder, &[]);
    let site = site();
    let plan = |more: &[&str]| run("plan", &[&[site.as_str()], more].concat());
    let (own, there) = (plan(&[]), plan(&["--site", &lab.socket]));
    assert_eq!((there.code, there.err.as_str()), (0, ""));
    let approve = format!(" --site {} --approve ", lab.socket);
    assert_eq!(there.out.replace(&approve, " --approve "), own.out);

    assert_eq!(world(&["--site", &lab.socket]), world(&[]));
    let after = plan(&["--site", &lab.socket, "--format", "json"]).json();
    assert_eq!(after["steps"], Value::Array(Vec::new()));
    // What it says of itself is what `deploy` told of it.
    assert_eq!(
        lab.ask(r#"{"call":"violations"}"#),
        Value::Array(Vec::new())
    );
    let counts = lab.ask(r#"{"call":"counts"}"#);
    assert_eq!(counts["not_understood"], 0);
    assert_ne!(counts["calls"]["ensure"], Value::Null);
}

#[test]
fn no_lab_and_a_lab_of_another_design_are_told_before_anything_is_done() {
    let folder = Folder::new("lab-other");
    let absent = folder.path("absent.sock");
    for example in ["deploy", "plan"] {
        let ran = run(example, &[site().as_str(), "--site", &absent]);
        assert_eq!(ran.code, 2);
        let why = format!("the lab: no lab answers at {absent}: ");
        assert!(ran.err.contains(&why), "{}", ran.err);
    }
    let both = run("deploy", &["--site", &absent, "--seed", "3"]);
    assert_eq!(both.code, 2);
    let lab = Lab::start(&folder, &[]);
    let other = folder.write(
        "site.yaml",
        "apiVersion: drydock/v1\nkind: Network\nmetadata: {name: elsewhere}\nspec: {cidr: 10.0.0.0/24}\n",
    );
    let ran = run("deploy", &[other.as_str(), "--site", &lab.socket]);
    assert_eq!(ran.code, 2);
    let why =
        "the lab serves another design; it differs in elsewhere; start the lab with the same files";
    assert!(ran.err.contains(why), "{}", ran.err);
}

/// Starts a deployment and kills it when it begins a step of this action for the nth time; whether it came so far.
fn killed_at(lab: &Lab, action: &str, nth: usize) -> bool {
    let mut child = Command::new(programs::program("deploy"))
        .args(["--site", &lab.socket, "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let begun = |line: &Value| line["event"] == "step_started" && line["action"] == action;
    let events = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap());
    let came = events.filter(begun).nth(nth - 1).is_some();
    let _ = child.kill();
    let signal = child.wait().unwrap().signal();
    came && signal == Some(SIGKILL)
}

/// Without a journal that outlives it, a deployment that is started again plans anew from what it sees. It may switch a
/// machine off and on again that was not commissioned yet; what cannot be undone it does once.
#[test]
fn a_deployment_killed_again_and_again_is_finished_and_does_nothing_twice() {
    let folder = Folder::new("lab-killed");
    // Slow, so that calls are under way when it is killed.
    let lab = Lab::start(&folder, &["--slow", "20"]);
    let moments = [
        ("ensure", 2),
        ("boot from pxe next", 3),
        ("power on", 4),
        ("commission", 5),
        ("commission", 12),
        ("configure network", 3),
        ("deploy", 2),
    ];
    let kills = moments.map(|(action, nth)| killed_at(&lab, action, nth));
    let killed = kills.iter().filter(|killed| **killed).count();
    assert!(killed >= 4, "{kills:?}");
    assert_ne!(
        lab.ask(r#"{"call":"counts"}"#)["abandoned"],
        0,
        "none was killed in a call"
    );
    // What is under way in the world ends without anybody.
    lab.ask(r#"{"call":"advance","ms":10000}"#);
    let world = world(&["--site", &lab.socket]);
    assert_eq!(world["deviations"], Value::Array(Vec::new()));
    assert_eq!(world["violations"], Value::Array(Vec::new()));
    let nodes = world["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 12);
    for node in nodes {
        let counted = &node["counters"];
        assert_eq!(counted["commissioned"], 1, "{node}");
        assert_eq!(counted["deployed"], 1, "{node}");
        assert_eq!(counted["released"], 0, "{node}");
    }
}
