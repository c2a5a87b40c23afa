//! Packets of all sessions of a client, written to files as they come.

use crate::{FAILED, Failure};
use drydock_ipmi::{
    capture::Capture,
    client::Taps,
    session::{Direction, Tap},
};
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

/// The taps of a client's sessions; a clone writes to the same files.
#[derive(Debug)]
struct Shared(Arc<Captured>);

/// Two captures: of the packets as they were, and of them decrypted.
#[derive(Debug)]
pub struct Captured {
    raw: Option<Mutex<Written>>,
    plain: Option<Mutex<Written>>,
}

#[derive(Debug)]
struct Written {
    path: PathBuf,
    file: BufWriter<File>,
    capture: Capture,
    failed: Option<io::Error>,
}

impl Captured {
    /// Captures to these files, which are begun anew; none where there is no file.
    ///
    /// # Errors
    /// When one cannot be made.
    pub fn to(
        raw: &Option<PathBuf>,
        plain: &Option<PathBuf>,
    ) -> Result<Option<Arc<Self>>, Failure> {
        if raw.is_none() && plain.is_none() {
            return Ok(None);
        }
        let open = |path: &Option<PathBuf>| path.as_deref().map(Written::to).transpose();
        let (raw, plain) = (open(raw)?, open(plain)?);
        Ok(Some(Arc::new(Self { raw, plain })))
    }

    /// The taps that a client gives its sessions.
    pub fn taps(self: &Arc<Self>) -> Arc<dyn Taps> {
        Arc::new(Shared(Arc::clone(self)))
    }

    /// Writes what is left to be written.
    ///
    /// # Errors
    /// When a file could not be written to its end.
    pub fn end(&self) -> Result<(), Failure> {
        for written in self.raw.iter().chain(&self.plain) {
            let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
            let flushed = written.file.flush();
            if let Some(error) = written.failed.take().or(flushed.err()) {
                let shown = written.path.display();
                let why = format!("{shown} cannot be written: {error}");
                return Err(Failure::new(FAILED, why));
            }
        }
        Ok(())
    }
}

impl Written {
    fn to(path: &Path) -> Result<Mutex<Self>, Failure> {
        let file = File::create(path).map_err(|error| {
            Failure::unusable(format!("{} cannot be written: {error}", path.display()))
        })?;
        let mut written = Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
            capture: Capture::new(),
            failed: None,
        };
        written.drain();
        Ok(Mutex::new(written))
    }

    fn drain(&mut self) {
        let octets = self.capture.take();
        if let Err(error) = self.file.write_all(&octets) {
            self.failed.get_or_insert(error);
        }
    }
}

/// A session's part of them.
#[derive(Debug)]
struct Seen {
    captured: Arc<Captured>,
    local: SocketAddr,
    bmc: SocketAddr,
}

impl Taps for Shared {
    fn session(&self, local: SocketAddr, bmc: SocketAddr) -> Box<dyn Tap> {
        let captured = Arc::clone(&self.0);
        Box::new(Seen {
            captured,
            local,
            bmc,
        })
    }
}

impl Tap for Seen {
    fn packet(&mut self, _: Duration, direction: Direction, datagram: &[u8], plain: &[u8]) {
        let (from, to) = match direction {
            Direction::Sent => (self.local, self.bmc),
            Direction::Received => (self.bmc, self.local),
        };
        // The session's time has no date.
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let Captured {
            raw,
            plain: decrypted,
        } = &*self.captured;
        for (written, octets) in [(raw, datagram), (decrypted, plain)] {
            if let Some(written) = written {
                let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
                written.capture.packet(now, from, to, octets);
                written.drain();
            }
        }
    }
}
