//! What happened in a simulation, in order, as text and as a digest.

use std::{fmt::Write, time::Duration};

/// What happened, in order.
#[derive(Clone)]
pub(super) struct Trace {
    hash: hmac_sha256::Hash,
    lines: Option<Vec<String>>,
    line: String,
}

impl Trace {
    pub(super) fn new(keeps: bool) -> Self {
        Self {
            hash: hmac_sha256::Hash::new(),
            lines: keeps.then(Vec::new),
            line: String::new(),
        }
    }

    pub(super) fn tell(&mut self, at: Duration, who: &str, what: impl std::fmt::Display) {
        self.line.clear();
        // Writing to a text does not fail.
        let _ = writeln!(self.line, "{:.6} {who}: {what}", at.as_secs_f64());
        self.hash.update(self.line.as_bytes());
        if let Some(lines) = &mut self.lines {
            lines.push(self.line.trim_end().to_owned());
        }
    }

    pub(super) fn end(self) -> (String, Vec<String>) {
        let digest = self.hash.finalize();
        let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        (digest, self.lines.unwrap_or_default())
    }
}

impl std::fmt::Debug for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Trace")
    }
}
