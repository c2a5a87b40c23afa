//! `deploy --state`: what it keeps, what it refuses, and what it says where the state file cannot be used.

use crate::{Folder, Ran, lab::Lab, programs, run, site};
use drydock_core::state::{Batch, StateStore};
use drydock_store::RedbStore;
use std::{
    fs::{self, Permissions},
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
};

/// A lab and a state file.
struct Rig {
    folder: Folder,
    lab: Lab,
    state: String,
}

impl Rig {
    fn new(name: &str) -> Self {
        Self::of(Folder::new(name), &[])
    }

    /// With a lab of these files.
    fn of(folder: Folder, paths: &[&str]) -> Self {
        let (lab, state) = (Lab::start(&folder, paths), folder.path("state.redb"));
        Self { folder, lab, state }
    }

    fn arguments<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        [&["--site", &self.lab.socket, "--state", &self.state], more].concat()
    }

    fn deploy(&self, more: &[&str]) -> Ran {
        run("deploy", &self.arguments(more))
    }

    /// One that has told nothing but this error, in one line.
    fn refused(&self, more: &[&str], code: i32, why: &[&str]) {
        is_refused(
            &self.deploy(more),
            code,
            &[&[self.state.as_str()], why].concat(),
        );
    }

    /// A shell that does this first, and is then the deployment.
    fn shell(&self, first: &str, more: &[&str]) -> Ran {
        let output = Command::new("sh")
            .args(["-c", &format!("{first} exec \"$0\" \"$@\"")])
            .arg(programs::program("deploy"))
            .args(self.arguments(more))
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Begins a run and kills it after so many lines; its id.
    fn killed(&self, lines: usize) -> String {
        let mut child = Command::new(programs::program("deploy"))
            .args(self.arguments(&["--format", "json"]))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let read = BufReader::new(child.stdout.take().unwrap()).lines();
        let read: Vec<String> = read.take(lines).map(Result::unwrap).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(read.len(), lines);
        let event: serde_json::Value = serde_json::from_str(&read[1]).unwrap();
        assert_eq!(event["event"], "run_started");
        event["run"].as_str().unwrap().to_owned()
    }

    /// Goes on with the run, and nothing was lost or done twice.
    fn is_gone_on_with(&self, more: &[&str]) {
        let ran = self.deploy(&[&["--resume", "--format", "json"], more].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        let world = ran.json_lines().pop().unwrap();
        let none = serde_json::json!([]);
        assert_eq!((&world["deviations"], &world["violations"]), (&none, &none));
        for node in world["nodes"].as_array().unwrap() {
            let counters = &node["counters"];
            let counted = ["commissioned", "deployed"].map(|what| &counters[what]);
            assert_eq!(counted, [1, 1], "{node}");
        }
    }
}

fn is_refused(ran: &Ran, code: i32, why: &[&str]) {
    assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{}", ran.err);
    assert!(ran.err.starts_with("error: "), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    for part in why {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
}

#[test]
fn a_run_is_begun_once_and_gone_on_with_by_name_or_without() {
    let rig = Rig::new("state-once");
    rig.refused(
        &["--resume"],
        2,
        &["has no run that has not ended: it has none"],
    );
    let begun = rig.killed(30);
    assert!(
        begun.starts_with("deploy-") && begun.ends_with("-1"),
        "{begun}"
    );
    rig.refused(&[], 2, &[&begun, "go on with it by --resume"]);
    rig.refused(&["--resume", "other"], 2, &["no run other", &begun]);
    rig.is_gone_on_with(&[]);
    rig.refused(&["--resume"], 2, &["no run that has not ended", &begun]);
    let again = rig.deploy(&["--resume", &begun]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(
        again
            .out
            .starts_with(&format!("Going on with run {begun}.\n"))
    );
    assert!(!again.err.contains("started"), "{}", again.err);
    // What it takes to begin a run, again and again: nothing is to be done, and every run has an id of its own.
    let ids: Vec<String> = (0..2)
        .map(|_| {
            let ran = rig.deploy(&[]);
            assert_eq!(ran.code, 0, "{}", ran.err);
            let line = ran.out.lines().find(|line| line.starts_with("Kept in "));
            line.unwrap().to_owned()
        })
        .collect();
    assert!(
        ids[0].ends_with("-1.") && ids[1].ends_with("-2."),
        "{ids:?}"
    );
}

#[test]
fn arguments_that_make_no_sense_together_are_refused() {
    let state = ["--state", "state.redb"];
    let with_site = [&state[..], &["--site", "lab.sock"]].concat();
    let site = site();
    for (arguments, why) in [
        (state.to_vec(), "--site"),
        (vec!["--resume"], "--state"),
        (vec!["--key", "key"], "--state"),
        ([&with_site[..], &["--resume", "r", &site]].concat(), "PATH"),
        (
            [&with_site[..], &["--resume", "--nodes", "role=x"]].concat(),
            "--nodes",
        ),
        (
            [&with_site[..], &["--resume", "--max-destructive", "3"]].concat(),
            "--max-destructive",
        ),
        (
            [&with_site[..], &["--postgres", "postgres://h/d"]].concat(),
            "--postgres",
        ),
        (vec!["--postgres", "postgres://h/d"], "--site"),
        (
            [&with_site[..], &["--lease-seconds", "9"]].concat(),
            "--state",
        ),
        (
            vec!["--site=s", "--postgres=postgres://h/d", "--lease-seconds=2"],
            "2 is not in 3..",
        ),
    ] {
        let ran = run("deploy", &arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.err.contains(why), "{}", ran.err);
    }
}

/// Without the feature it is still in the help, and what is to be done is said in one line that has nothing of the URL.
#[cfg(not(feature = "postgres"))]
#[test]
fn a_database_needs_a_program_that_was_built_for_it() {
    let help = run("deploy", &["--help"]);
    assert!(help.out.contains("--postgres <URL>"), "{}", help.out);
    let url = "postgres://me:cAnArY7-aBcD42x@localhost/drydock";
    let ran = run("deploy", &["--site", "lab.sock", "--postgres", url]);
    let how = "cargo run --release --features postgres --example deploy -- ";
    is_refused(&ran, 2, &["built without PostgreSQL", how]);
    assert!(!ran.err.contains("cAnArY7"), "{}", ran.err);
}

#[test]
fn what_was_not_approved_is_not_begun() {
    let rig = Rig::new("state-approve");
    let site = site();
    assert_eq!(rig.deploy(&[&site]).code, 3);
    rig.refused(&["--resume"], 2, &["it has none"]);
    assert_eq!(rig.deploy(&[&site, "--approve", "all"]).code, 0);
}

#[test]
fn secrets_in_a_design_need_a_key_and_the_same_one_later() {
    let folder = Folder::new("state-key");
    let copied = folder.path("site");
    let copy = Command::new("cp").args(["-r", &site(), &copied]).status();
    assert!(copy.unwrap().success());
    let hosts = format!("{copied}/profiles/hosts.yaml");
    let named = fs::read_to_string(&hosts).unwrap();
    let inline = named.replace("{secret: bmc-password}", "canary-9f3");
    assert_ne!(named, inline);
    fs::write(&hosts, inline).unwrap();
    let rig = Rig::of(folder, &[&copied]);
    let folder = &rig.folder;

    let all = [copied.as_str(), "--approve", "all"];
    let ran = rig.deploy(&all);
    is_refused(
        &ran,
        2,
        &["the store keeps no secret that is not sealed", "--key FILE"],
    );
    let short = folder.write("short", "07");
    let ran = rig.deploy(&[&all[..], &["--key", &short]].concat());
    is_refused(&ran, 2, &[short.as_str(), "64 hexadecimal digits"]);
    let absent = folder.path("absent");
    is_refused(
        &rig.deploy(&[&all[..], &["--key", &absent]].concat()),
        2,
        &[absent.as_str()],
    );

    let key = folder.write("key", &format!("{}\n", "07".repeat(32)));
    let ran = rig.deploy(&[&all[..], &["--key", &key]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let kept = fs::read(&rig.state).unwrap();
    assert!(
        !kept.windows(10).any(|part| part == b"canary-9f3"),
        "it is in the file"
    );
    let line = ran
        .out
        .lines()
        .find(|line| line.starts_with("Kept in "))
        .unwrap();
    let id = line.rsplit(' ').next().unwrap().trim_end_matches('.');
    let again = rig.deploy(&["--resume", id, "--key", &key]);
    assert_eq!(again.code, 0, "{}", again.err);
    let other = folder.write("other", &"08".repeat(32));
    let ran = rig.deploy(&["--resume", id, "--key", &other]);
    is_refused(&ran, 1, &["sealed with another key"]);
    assert_eq!(rig.deploy(&["--resume", id]).code, 1);
}

#[test]
fn a_folder_that_is_not_there_and_a_file_that_is_none_are_told() {
    let mut rig = Rig::new("state-absent");
    rig.state = rig.folder.path("absent/state.redb");
    rig.refused(&[], 1, &["make the folder first"]);
    rig.state = rig.folder.write("notes.txt", "no store\n");
    rig.refused(&[], 1, &["damaged"]);
    assert_eq!(fs::read(&rig.state).unwrap(), b"no store\n");
}

#[test]
fn a_truncated_file_is_told_and_its_copy_gone_on_with() {
    let rig = Rig::new("state-truncated");
    rig.killed(60);
    let whole = fs::read(&rig.state).unwrap();
    fs::write(&rig.state, &whole[..whole.len() / 2]).unwrap();
    rig.refused(&["--resume"], 1, &["damaged", "Put a copy in its place"]);
    rig.refused(&[], 1, &["damaged"]);
    assert_eq!(fs::read(&rig.state).unwrap(), &whole[..whole.len() / 2]);
    fs::write(&rig.state, whole).unwrap();
    rig.is_gone_on_with(&[]);
}

#[test]
fn a_file_for_reading_only_is_told_and_gone_on_with_when_it_is_writable() {
    let rig = Rig::new("state-read-only");
    rig.killed(60);
    fs::set_permissions(&rig.state, Permissions::from_mode(0o444)).unwrap();
    // Root may write everything, so another user tries.
    let id = Command::new("id").arg("-u").output().unwrap();
    let ran = if id.stdout == b"0\n" {
        let able = Command::new("setpriv")
            .args(["--reuid", "65534", "--clear-groups", "test", "-x"])
            .arg(programs::program("deploy"))
            .status();
        if !able.is_ok_and(|able| able.success()) {
            eprintln!("SKIPPED: another user cannot run programs of this one");
            return;
        }
        let first = "set -- setpriv --reuid 65534 --clear-groups \"$0\" \"$@\"; exec \"$@\";";
        rig.shell(first, &["--resume"])
    } else {
        rig.deploy(&["--resume"])
    };
    is_refused(
        &ran,
        1,
        &[&rig.state, "this user may not read and write it"],
    );
    fs::set_permissions(&rig.state, Permissions::from_mode(0o600)).unwrap();
    rig.is_gone_on_with(&[]);
}

#[test]
fn a_second_process_on_the_file_is_told_and_the_first_goes_on() {
    let rig = Rig::new("state-two");
    let mut first = Command::new(programs::program("deploy"))
        .args(rig.arguments(&["--format", "json"]))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(first.stdout.take().unwrap()).lines();
    assert!(lines.by_ref().take(10).all(|line| line.is_ok()));
    rig.refused(&[], 1, &["is open in another process"]);
    rig.refused(&["--resume"], 1, &["is open in another process"]);
    let last = lines.map(Result::unwrap).last().unwrap();
    assert!(first.wait().unwrap().success());
    assert!(
        last.contains("\"deviations\":[]") && last.contains("\"violations\":[]"),
        "{last}"
    );
}

/// Writes so much into a store, in pieces of a few pages, but no more than makes the file grow; how many pieces.
fn filled(state: &str, most: usize) -> usize {
    let size = || fs::metadata(state).unwrap().len();
    let store = RedbStore::open(state).unwrap();
    let before = size();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut pieces = 0;
    while pieces < most && size() == before {
        let piece = Batch::new().put(format!("filler/{pieces}"), vec![b'x'; 2 << 10]);
        runtime.block_on(store.commit(piece)).unwrap();
        pieces += 1;
    }
    pieces
}

/// The file has some room and may not grow, so that the disk is full in the middle of the run.
#[test]
fn a_full_disk_is_told_and_the_run_gone_on_with_when_there_is_room() {
    let rig = Rig::new("state-full");
    rig.killed(3);
    let copy = rig.folder.path("copy.redb");
    fs::copy(&rig.state, &copy).unwrap();
    let until_it_grows = filled(&copy, usize::MAX);
    filled(&rig.state, until_it_grows - 2);
    // In units of 512 bytes; without the signal, writing fails as it does on a full disk.
    let blocks = fs::metadata(&rig.state).unwrap().len().div_ceil(512);
    let limit = format!("trap '' XFSZ; ulimit -f {blocks};");
    let ran = rig.shell(&limit, &["--resume"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.err.contains("done     "),
        "it was full at once: {}",
        ran.err
    );
    let told = ran.err.lines().filter(|line| line.starts_with("error: "));
    let told: Vec<&str> = told.collect();
    assert_eq!(told.len(), 1, "{}", ran.err);
    for part in [&rig.state, "raise the limit of its size"] {
        assert!(told[0].contains(part), "{told:?}");
    }
    rig.is_gone_on_with(&[]);
}
