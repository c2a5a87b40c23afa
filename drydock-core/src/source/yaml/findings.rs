//! What is wrong with one text, up to a bound: a text of a few bytes a finding must not fill the memory with them.

use crate::diagnostic::{Diagnostic, Diagnostics};

/// As many as anybody would read. What comes after them waits until these are mended.
const MOST: usize = 1_000;

/// The findings so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) diagnostics: Diagnostics,
}

impl Findings {
    /// Adds a finding, or says in its place that there are more than are listed.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        match self.diagnostics.len() {
            0..MOST => self.diagnostics.push(diagnostic),
            MOST => {
                let more = Diagnostic::new(diagnostic.code, "from here on findings are not listed");
                let help = format!("mend the first {MOST}, then read the file again");
                self.diagnostics
                    .push(more.at(diagnostic.span(), "").help(help));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    #[test]
    fn what_is_left_out_is_said() {
        let mut findings = Findings::default();
        (0..5_000).for_each(|_| findings.push(Diagnostic::new(Code::SYNTAX, "wrong")));
        assert_eq!(findings.diagnostics.len(), MOST + 1);
        let last = findings.diagnostics.iter().last().unwrap();
        assert_eq!(last.message, "from here on findings are not listed");
    }
}
