//! Other people's clients, run as people run them: ipmitool and the programs of freeipmi.

use super::peer;
use std::{net::SocketAddr, path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    time::timeout,
};

/// No client needs so long unless it hangs.
pub(crate) const HANGS: Duration = Duration::from_secs(60);

/// A foreign client's program.
pub(crate) struct Client {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
}

/// What it said, and whether it was content.
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) content: bool,
}

impl Client {
    /// ipmitool as one of the users.
    pub(crate) fn ipmitool(
        bmc: SocketAddr,
        suite: &str,
        user: &str,
        password: &str,
    ) -> Option<Self> {
        Some(Self {
            program: peer::find("ipmitool", "ipmitool")?,
            arguments: [
                "-I",
                "lanplus",
                "-C",
                suite,
                "-H",
                &bmc.ip().to_string(),
                "-p",
                &bmc.port().to_string(),
                "-U",
                user,
                "-P",
                password,
            ]
            .map(str::to_owned)
            .to_vec(),
        })
    }

    /// A program of freeipmi as the administrator.
    pub(crate) fn freeipmi(program: &str, bmc: SocketAddr, suite: &str) -> Option<Self> {
        let mut arguments: Vec<String> = [
            "-h",
            &bmc.to_string(),
            "-u",
            "admin",
            "-p",
            "password",
            "-I",
            suite,
        ]
        .map(str::to_owned)
        .to_vec();
        if program != "ipmiconsole" {
            arguments.extend(["-D".to_owned(), "LAN_2_0".to_owned()]);
        }
        Some(Self {
            program: peer::find(program, "freeipmi-tools")?,
            arguments,
        })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .args(arguments)
            .env("HOME", std::env::temp_dir())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    pub(crate) async fn run(&self, arguments: &str) -> Said {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let done = timeout(HANGS, self.command(&arguments).output())
            .await
            .unwrap_or_else(|_| panic!("{:?} {arguments:?} hangs", self.program))
            .expect("it starts");
        Said {
            text: String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned(),
            content: done.status.success(),
        }
    }

    /// What it said, given that it was content.
    pub(crate) async fn says(&self, arguments: &str) -> String {
        let said = self.run(arguments).await;
        assert!(said.content, "{arguments}: {}", said.text);
        said.text
    }

    /// Types a word at the console and waits until it is echoed; then leaves as this client does.
    pub(crate) async fn converses(&self, arguments: &[&str], leave: &[u8]) -> String {
        // The clients want a terminal: `script` gives them one.
        let line: Vec<String> = std::iter::once(self.program.display().to_string())
            .chain(self.arguments.iter().cloned())
            .chain(arguments.iter().map(|&argument| argument.to_owned()))
            .collect();
        let mut child = Command::new("script")
            .args(["-qefc", &line.join(" "), "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("script of util-linux");
        let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut seen = String::new();
        let conversation = async {
            let mut wait_for = async |word: &str, seen: &mut String| {
                let mut buffer = [0; 1024];
                while !seen.contains(word) {
                    match output.read(&mut buffer).await.unwrap() {
                        0 => panic!("it ended: {seen}"),
                        many => seen.push_str(&String::from_utf8_lossy(&buffer[..many])),
                    }
                }
            };
            wait_for("login:", &mut seen).await;
            input.write_all(b"a-word-for-the-machine").await.unwrap();
            wait_for("a-word-for-the-machine", &mut seen).await;
            input.write_all(leave).await.unwrap();
            input.flush().await.unwrap();
            let mut rest = Vec::new();
            let _ = output.read_to_end(&mut rest).await;
            seen.push_str(&String::from_utf8_lossy(&rest));
            let _ = child.wait().await;
        };
        timeout(HANGS, conversation)
            .await
            .expect("the client hangs");
        seen
    }
}
