//! This test binary as a process of its own, that does one thing to a file.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

/// What a child does with which file; set, the test of that name is the child.
const FILE: &str = "DRYDOCK_STORE_CHILD";

/// The file that this process was started for, if it is a child.
pub(crate) fn file() -> Option<String> {
    std::env::var(FILE).ok()
}

/// A process that runs this test, after what the shell does first: limits, another user.
pub(crate) struct Process {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Process {
    pub(crate) fn start(test: &str, path: &Path, shell: &str) -> Self {
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(format!("{shell} exec \"$0\" --exact {test} --nocapture"))
            .arg(std::env::current_exe().unwrap())
            .env(FILE, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// The next line that the child says, without the `said: ` before it; nothing at the end.
    pub(crate) fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        while self.lines.read_line(&mut line).unwrap() > 0 {
            // The harness writes into the same line.
            if let Some((_, said)) = line.split_once("said: ")
                && line.ends_with('\n')
            {
                return Some(said.trim_end().into());
            }
            line.clear();
        }
        None
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says it to who started this process.
pub(crate) fn say(text: &str) {
    println!("said: {text}");
}
