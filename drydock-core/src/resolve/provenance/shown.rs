//! An explanation as people read it.

use super::{Explanation, History, HistoryStep, LosingCandidate, Premise, What, WhyLost};
use crate::names::SourceName;
use std::fmt::{self, Write};

/// `, source inventory`; nothing where the design has one source.
fn by(source: Option<&SourceName>) -> String {
    source.map_or(String::new(), |source| format!(", source {source}"))
}

impl fmt::Display for Explanation {
    /// One line a leaf: value, place and rule; below it, indented, what it refers to and every earlier step, and what other
    /// sources say of it. Then, a line each, what follows from other values, and from which.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.is_root() {
            true => writeln!(f, "{}", self.document.name)?,
            false => writeln!(f, "{} {}", self.document.name, self.field)?,
        }
        let mut losing: Vec<&LosingCandidate> = self.losing.iter().collect();
        for (n, history) in self.leaves.iter().enumerate() {
            self.leaf(f, history)?;
            // After the last leaf that it is about.
            let about =
                |one: &LosingCandidate, history: &History| history.field.starts_with(&one.field);
            let next = &self.leaves[n + 1..];
            let (here, later): (Vec<_>, Vec<_>) = losing.into_iter().partition(|one| {
                about(one, history) && !next.iter().any(|history| about(one, history))
            });
            losing = later;
            for one in here {
                self.loser(f, one, false)?;
            }
        }
        for one in losing {
            self.loser(f, one, true)?;
        }
        for one in &self.derived {
            writeln!(f, "  {} = {}  {}", one.field, one.value, one.rule)?;
            for premise in &one.premises {
                self.premise(f, "from", premise)?;
            }
        }
        Ok(())
    }
}

impl Explanation {
    fn leaf(&self, f: &mut fmt::Formatter<'_>, history: &History) -> fmt::Result {
        let Some((last, before)) = history.steps.split_last() else {
            return Ok(());
        };
        let mut line = format!("  {}", history.field);
        if let Some(value) = &last.value {
            write!(line, " = {value}")?;
        }
        let place = self.design.files.origin(last.span);
        let source = by(last.source.as_ref());
        writeln!(f, "{line}  {place}  {}{source}", self.rule(last, before))?;
        if let Some(premise) = &history.reference {
            self.premise(f, "leads to", premise)?;
        }
        for step in before.iter().rev() {
            let place = self.design.files.origin(step.span);
            let (document, source) = (&step.document, by(step.source.as_ref()));
            match &step.value {
                Some(value) => writeln!(
                    f,
                    "      before: {value}  {place}  set by {document}{source}"
                )?,
                None => writeln!(f, "      before: removed  {place}  by {document}{source}")?,
            }
        }
        Ok(())
    }

    fn rule(&self, last: &HistoryStep, before: &[HistoryStep]) -> String {
        let inherited = before.last().filter(|step| step.what == What::Set);
        match (last.what, inherited) {
            (What::Removed, Some(step)) => format!(
                "inherited from {}, removed by {}",
                step.document, last.document
            ),
            (What::Removed, None) => format!("removed by {}", last.document),
            (What::Set, _) if last.document != self.document => {
                format!("inherited from {}", last.document)
            }
            (What::Set, Some(step)) => format!("set, overrides {}", step.document),
            (What::Set, None) => "set".to_owned(),
        }
    }

    fn premise(&self, f: &mut fmt::Formatter<'_>, word: &str, premise: &Premise) -> fmt::Result {
        let place = self.design.files.origin(premise.span);
        let Premise {
            document,
            field,
            value,
            ..
        } = premise;
        let source = by(premise.source.as_ref());
        writeln!(
            f,
            "      {word}: {value}  {place}  {field} of {document}{source}"
        )
    }

    fn loser(&self, f: &mut fmt::Formatter<'_>, one: &LosingCandidate, named: bool) -> fmt::Result {
        let word = match one.why {
            WhyLost::Outweighed => "outweighed",
            WhyLost::Conflict => "conflict",
            WhyLost::NotOwner => "not its own",
        };
        let indent = if named { "  " } else { "      " };
        let field = match named {
            true => format!("{} ", one.field),
            false => String::new(),
        };
        let value = one.value.as_deref().unwrap_or("removed");
        let place = self.design.files.origin(one.span);
        let LosingCandidate {
            document, source, ..
        } = one;
        writeln!(
            f,
            "{indent}{field}{word}: {value}  {place}  by {document}, source {source}"
        )
    }
}
