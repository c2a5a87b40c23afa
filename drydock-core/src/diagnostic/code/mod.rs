//! The one table of diagnostic codes, a file for each range. A code never changes its meaning and is never used again
//! for another.
//!
//! Each row says what the code is about, why that is a problem and how it is mended; `docs/diagnostics.md` is made of it.

mod boot_actions;
mod inheritance;
mod network;
mod oob;
mod planning;
mod platform;
mod reading;
mod storage;

use super::Severity;
use serde::{Serialize, Serializer};
use std::fmt;

/// A diagnostic's stable code, printed as `DD0001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

impl Code {
    /// Every built-in code, in order.
    pub const ALL: &'static [Code] = &all();

    /// The first number that hosts may use for rules of their own.
    pub const HOST_FIRST: u16 = 9000;

    /// A host's own code; `number` is from 9000 to 9999.
    ///
    /// Returns nothing for a number outside that range, which belongs to Drydock.
    pub const fn host(number: u16) -> Option<Code> {
        match number {
            Self::HOST_FIRST..=9999 => Some(Code(number)),
            _ => None,
        }
    }

    /// The code that is printed like this, `DD0001`: a built-in one or one that hosts may use.
    pub fn parse(text: &str) -> Option<Code> {
        let digits = text.strip_prefix("DD").filter(|digits| digits.len() == 4)?;
        let is_number = digits.bytes().all(|b| b.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| is_number)?;
        Self::host(number).or(Some(Code(number)).filter(|code| code.row().is_some()))
    }

    /// What the code is about, in a few words; empty for a host's own code.
    pub fn title(self) -> &'static str {
        self.row().map_or("", |row| row.title)
    }

    /// Why it is a problem, in plain sentences; empty for a host's own code.
    pub fn why(self) -> &'static str {
        self.row().map_or("", |row| row.why)
    }

    /// How it is mended, in plain sentences; empty for a host's own code.
    pub fn mend(self) -> &'static str {
        self.row().map_or("", |row| row.mend)
    }

    /// How severe a finding of this code is.
    pub fn severity(self) -> Severity {
        self.row().map_or(Severity::Error, |row| row.severity)
    }

    /// What the codes of its range have in common; empty for a host's own code.
    pub fn area(self) -> &'static str {
        self.range().map_or("", |(area, _)| area)
    }

    fn row(self) -> Option<&'static Row> {
        let (_, rows) = self.range()?;
        rows.iter().find(|row| row.code == self)
    }

    fn range(self) -> Option<&'static (&'static str, &'static [Row])> {
        let ends = |rows: &[Row]| Some((rows.first()?.code, rows.last()?.code));
        let holds = |rows| ends(rows).is_some_and(|(first, last)| (first..=last).contains(&self));
        RANGES.iter().find(|(_, rows)| holds(rows))
    }
}

/// What is said of a code.
struct Row {
    code: Code,
    severity: Severity,
    title: &'static str,
    why: &'static str,
    mend: &'static str,
}

/// Every range, in order.
const RANGES: &[(&str, &[Row])] = &[
    ("Reading", reading::ROWS),
    ("Inheritance, references and sources", inheritance::ROWS),
    ("Storage and hardware", storage::ROWS),
    ("Networks and places", network::ROWS),
    ("Platform", platform::ROWS),
    ("Boot actions", boot_actions::ROWS),
    ("Out of band", oob::ROWS),
    ("Planning", planning::ROWS),
];

const fn count() -> usize {
    let (mut sum, mut range) = (0, 0);
    while range < RANGES.len() {
        sum += RANGES[range].1.len();
        range += 1;
    }
    sum
}

const fn all() -> [Code; count()] {
    let mut all = [Code(0); count()];
    let (mut at, mut range) = (0, 0);
    while range < RANGES.len() {
        let mut row = 0;
        while row < RANGES[range].1.len() {
            all[at] = RANGES[range].1[row].code;
            at += 1;
            row += 1;
        }
        range += 1;
    }
    all
}

/// Declares the codes of a range.
macro_rules! codes {
    ($($name:ident = $number:literal, $severity:ident, $title:literal, why $why:literal, mend $mend:literal;)*) => {
        impl Code {
            $(#[doc = $title] pub const $name: Code = Code($number);)*
        }

        /// The rows of this range, in order.
        pub(super) const ROWS: &[Row] = &[$(Row {
            code: Code::$name,
            severity: Severity::$severity,
            title: $title,
            why: $why,
            mend: $mend,
        }),*];
    };
}
use codes;

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DD{:04}", self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(Code::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(Code::SYNTAX.to_string(), "DD0001");
        assert_eq!(Code::host(9000).unwrap().to_string(), "DD9000");
        assert!(Code::host(500).is_none());
    }

    #[test]
    fn no_code_lacks_what_people_are_told_of_it() {
        let sentences = |text: &str| {
            let begins =
                text.starts_with(|c: char| c.is_uppercase() || c == '`' || c.is_ascii_digit());
            let clean = !text.contains("  ") && text.trim() == text;
            begins && clean && text.ends_with('.') && (20..=420).contains(&text.len())
        };
        for code in Code::ALL {
            let title = code.title();
            let is_title = !title.is_empty() && !title.ends_with('.');
            assert!(is_title && !code.area().is_empty(), "{code}: {title:?}");
            assert!(sentences(code.why()), "{code}: {:?}", code.why());
            assert!(sentences(code.mend()), "{code}: {:?}", code.mend());
            assert_ne!(code.why(), code.mend());
        }
    }

    #[test]
    fn what_is_printed_is_parsed_and_nothing_else() {
        for code in Code::ALL {
            assert_eq!(Code::parse(&code.to_string()), Some(*code));
        }
        assert_eq!(Code::parse("DD9001"), Code::host(9001));
        for text in [
            "", "DD", "DD1", "DD00001", "dd0001", "DD0000", "DD0018", "DD+001", "0001",
        ] {
            assert_eq!(Code::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_code_of_a_host_is_an_error_that_the_host_explains() {
        let code = Code::host(9999).unwrap();
        assert_eq!(code.severity(), Severity::Error);
        let said = [code.title(), code.why(), code.mend(), code.area()];
        assert_eq!(said, [""; 4]);
    }
}
