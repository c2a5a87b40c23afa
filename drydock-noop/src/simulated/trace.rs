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
            digest: Digest(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d),
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
        format!("{:032x}", self.digest.0)
    }
}

/// FNV-1a of 128 bits: it tells accidents apart, not forgeries.
#[derive(Debug)]
struct Digest(u128);

impl Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 =
                (self.0 ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_fnv_1a() {
        assert_eq!(
            Trace::default().digest(),
            "6c62272e07bb014262b821756295c58d"
        );
        let mut digest = Trace::default().digest;
        digest.write_str("foobar").unwrap();
        assert_eq!(
            format!("{:032x}", digest.0),
            "343e1662793c64bf6f0d3597ba446f18"
        );
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
