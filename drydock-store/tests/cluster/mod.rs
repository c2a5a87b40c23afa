//! A PostgreSQL cluster of the tests' own: in a new folder, on a unix socket, without TCP.
//!
//! It is stopped and its folder removed when it is dropped, and also when the process ends in any other way: a shell
//! waits for the end of a pipe that only this process holds.
#![allow(dead_code)]

use std::{
    env, fs,
    io::{self, Write},
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// Whether what was committed is on the disk; what is not is quicker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sync {
    On,
    Off,
}

#[derive(Debug)]
pub(crate) struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    /// What comes before a command that must not be root's.
    unprivileged: Vec<String>,
    keeper: Child,
}

/// The cluster that tests share which do not stop it.
pub(crate) fn shared() -> Option<&'static Cluster> {
    static SHARED: LazyLock<Option<Cluster>> = LazyLock::new(|| Cluster::start(Sync::Off));
    SHARED.as_ref()
}

impl Cluster {
    /// None where PostgreSQL is not installed, which is said loudly, and fails with `DRYDOCK_REQUIRE_PEERS=1`.
    pub(crate) fn start(sync: Sync) -> Option<Self> {
        let Some(programs) = find_programs() else {
            let missing = "initdb was not found in PATH or /usr/lib/postgresql: install postgresql";
            assert!(
                env::var_os("DRYDOCK_REQUIRE_PEERS").is_none_or(|value| value != "1"),
                "{missing}"
            );
            // Past the harness, which keeps what a passing test prints to itself.
            let _ = writeln!(io::stderr(), "SKIPPED, NOT TESTED: {missing}");
            return None;
        };
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // A socket's path has little room, so not below TMPDIR.
        let folder = PathBuf::from(format!("/tmp/drydock-pg-{}-{number}", std::process::id()));
        fs::create_dir(&folder).expect("a new folder");
        let is_root = said(Command::new("id").arg("-u")) == "0";
        let mut unprivileged = Vec::new();
        if is_root {
            let id = |what: &str| said(Command::new("id").args([what, "nobody"]));
            let (user, group) = (id("-u"), id("-g"));
            chown(&folder, user.parse().ok(), group.parse().ok())
                .expect("the folder is given away");
            unprivileged = [
                "setpriv",
                "--reuid",
                &user,
                "--regid",
                &group,
                "--clear-groups",
            ]
            .map(String::from)
            .to_vec();
        }
        // Shell words: nothing in them needs quoting.
        let (ours, place) = (programs.display(), folder.display());
        let stop = format!(
            "trap '' INT TERM HUP; read -r _; {} {ours}/pg_ctl -D {place}/data -m immediate -s stop; rm -rf {place}",
            unprivileged.join(" "),
        );
        let keeper = Command::new("sh")
            .args(["-c", &stop])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let cluster = Self {
            folder,
            programs,
            unprivileged,
            keeper,
        };
        cluster.make(sync);
        cluster.resume();
        Some(cluster)
    }

    fn make(&self, sync: Sync) {
        let mut initdb = self.command("initdb");
        initdb.arg("-D").arg(self.data());
        initdb.args([
            "-U",
            "drydock",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]);
        run(&mut initdb);
        let socket = self.folder.display();
        let durable = match sync {
            Sync::On => "",
            Sync::Off => "fsync = off\nfull_page_writes = off\n",
        };
        let settings = format!(
            "{durable}listen_addresses = ''\nunix_socket_directories = '{socket}'\nunix_socket_permissions = 0777\n\
             max_connections = 100\nshared_buffers = '32MB'\nlog_min_messages = warning\n"
        );
        let file = self.data().join("postgresql.conf");
        let before = fs::read_to_string(&file).expect("postgresql.conf");
        fs::write(file, before + &settings).expect("postgresql.conf");
        // One user who is asked for a password.
        let file = self.data().join("pg_hba.conf");
        fs::write(
            file,
            "local all guarded scram-sha-256\nlocal all all trust\n",
        )
        .expect("pg_hba.conf");
    }

    /// A URL of this cluster, of the superuser.
    pub(crate) fn url(&self) -> String {
        self.url_of("drydock")
    }

    /// A URL of this cluster, of `user` or `user:password`.
    pub(crate) fn url_of(&self, user: &str) -> String {
        let socket = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://{user}@{socket}/postgres")
    }

    /// A URL of a new database of this name.
    pub(crate) fn database(&self, name: &str) -> String {
        let mut createdb = self.command("createdb");
        createdb.arg("-h").arg(&self.folder);
        run(createdb.args(["-U", "drydock", "-T", "template0", name]));
        let socket = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://drydock@{socket}/{name}")
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }

    /// Ends it as a crash would.
    pub(crate) fn crash(&self) {
        run(self.control().args(["-m", "immediate", "stop"]));
    }

    /// Starts it again.
    pub(crate) fn resume(&self) {
        let log = self.folder.join("log");
        run(self.control().arg("-l").arg(log).arg("start"));
    }

    fn control(&self) -> Command {
        let mut control = self.command("pg_ctl");
        control.args(["-s", "-w"]).arg("-D").arg(self.data());
        control
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = match self.unprivileged.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
            None => Command::new(program),
        };
        // A server that outlives the command must not hold our output open.
        command.current_dir(&self.folder).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.env("LC_ALL", "C");
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn find_programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // Debian keeps them apart by version; the links into PATH that some have are followed to the whole folder.
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    let found = folders
        .iter()
        .map(|folder| folder.join("initdb"))
        .find(|file| file.exists())?;
    let found = fs::canonicalize(found).ok()?;
    found.parent().map(Path::to_path_buf)
}

fn run(command: &mut Command) {
    let status = command.status().expect("the command");
    assert!(status.success(), "{command:?}: {status}");
}

fn said(command: &mut Command) -> String {
    let output = command.output().expect("the command").stdout;
    String::from_utf8_lossy(&output).trim().to_owned()
}
