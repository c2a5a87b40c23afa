//! Programs that end with the test, in whichever way it ends.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// A program that ends when its standard input does, and is waited for when this is dropped.
#[derive(Debug)]
pub(crate) struct Piped(pub(crate) Child);

impl Drop for Piped {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A new folder, and a shell that runs programs in it: when the pipe closes that only this process holds, it ends them
/// and removes the folder.
#[derive(Debug)]
pub(crate) struct Keeper {
    folder: PathBuf,
    _shell: Piped,
}

impl Keeper {
    /// A new folder for what the programs need.
    pub(crate) fn folder() -> PathBuf {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("drydock-peers-{}-{number}", std::process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder).expect("a new folder");
        folder
    }

    /// Runs the programs, one command line of the shell each.
    pub(crate) fn start(folder: PathBuf, programs: &[String]) -> Self {
        let mut script = String::from("trap '' INT TERM HUP\nids=\n");
        for program in programs {
            script.push_str(program);
            script.push_str(" </dev/null & ids=\"$ids $!\"\n");
        }
        // A program that forks leaves nothing behind that would matter.
        script.push_str("read -r _\nkill -9 $ids\nwait\ncd /\nrm -rf \"$1\"\n");
        fs::write(folder.join("keeper.sh"), script).expect("a script");
        let shell = Command::new("sh")
            .arg("keeper.sh")
            .arg(&folder)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let _shell = Piped(shell);
        Self { folder, _shell }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }
}
