//! What happened at a simulated site, call by call in its order, and a digest of it: two rehearsals are the same if and
//! only if their digests are. No secret is in it: what the world keeps and says is struck out before it comes here.

use std::fmt::{self, Write};

/// The calls so far.
#[derive(Debug)]
pub(super) struct Trace {
    lines: Option<Vec<String>>,
    digest: Digest,
}

impl Default for Trace {
    fn default() -> Self {
        Self {
            lines: None,
            digest: Digest(0xcbf2_9ce4_8422_2325),
        }
    }
}

impl Trace {
    /// Keeps the lines from now on, not only their digest.
    pub(super) fn keep(&mut self) {
        self.lines.get_or_insert_default();
    }

    pub(super) fn line(&mut self, line: fmt::Arguments<'_>) {
        // Neither can fail: nothing is written anywhere.
        let _infallible = writeln!(self.digest, "{line}");
        if let Some(lines) = &mut self.lines {
            lines.push(line.to_string());
        }
    }

    pub(super) fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }

    pub(super) fn digest(&self) -> String {
        format!("{:016x}", self.digest.0)
    }
}

/// FNV-1a of 64 bits: it tells accidents apart, not forgeries.
#[derive(Debug)]
struct Digest(u64);

impl Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_fnv_1a() {
        assert_eq!(Trace::default().digest(), "cbf29ce484222325");
        let mut digest = Trace::default().digest;
        digest.write_str("foobar").unwrap();
        assert_eq!(digest.0, 0x8594_4171_f739_67e8);
    }

    #[test]
    fn lines_are_kept_only_when_asked_for_and_the_digest_is_the_same() {
        let (mut kept, mut not) = (Trace::default(), Trace::default());
        kept.keep();
        for trace in [&mut kept, &mut not] {
            trace.line(format_args!("{} {}", 1, "a"));
        }
        assert_eq!((kept.lines().len(), not.lines().len()), (1, 0));
        assert_eq!(kept.digest(), not.digest());
    }
}
