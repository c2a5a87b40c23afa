//! Contests that are conflicts, as diagnostics: one a field, with the place of each source's value and no secret.

use super::{Candidate, Contest, Part, Says, Why};
use crate::{
    diagnostic::{Code, Diagnostic, quote},
    names::DocumentId,
    secret::{MASK, is_secret_key, mask_urls},
    source::{Value, ValueData},
};

/// The conflict, unless a precedence has settled it.
pub(super) fn diagnostic(id: &DocumentId, contest: &Contest<'_>) -> Option<Diagnostic> {
    let secret = contest
        .path
        .keys()
        .last()
        .is_some_and(|key| is_secret_key(key));
    let said = |candidate: &Candidate| {
        let source = format!("source {}", quote(&candidate.source));
        said(source, candidate, secret)
    };
    let field = field(contest);
    let found = match contest.why {
        Why::Outweighed => return None,
        Why::Disagree => {
            let mut all: Vec<&Candidate> = contest.kept.iter().chain(&contest.lost).collect();
            all.sort_by_key(|candidate| &candidate.source);
            let message = format!("{} disagree about {field}", named(&all));
            let mut found = Diagnostic::new(Code::SOURCE_CONFLICT, message);
            for (n, candidate) in contest.kept.iter().chain(&contest.lost).enumerate() {
                found = match n {
                    0 => found.at(candidate.span, said(candidate)),
                    _ => found.also(candidate.span, said(candidate)),
                };
            }
            found.help("let one of them say it, name the owner of this field, or state a precedence of sources")
        }
        Why::Owned(owner) => {
            let lost: Vec<&Candidate> = contest.lost.iter().collect();
            let verb = if lost.len() == 1 { "says" } else { "say" };
            let owned = match owner.path == contest.path {
                true => String::new(),
                false => format!("{} of ", quote(&owner.path.to_string())),
            };
            let message = format!(
                "{} {verb} something of {field}, but {owned}{} belongs to source {}",
                named(&lost),
                if owned.is_empty() { "that" } else { "it" },
                quote(&owner.source)
            );
            let mut found = Diagnostic::new(Code::SOURCE_CONFLICT, message);
            for candidate in contest.lost.iter().rev() {
                found = found.at(candidate.span, said(candidate));
            }
            for candidate in &contest.kept {
                let source = format!("the owner, source {},", quote(&candidate.source));
                found = found.also(candidate.span, self::said(source, candidate, secret));
            }
            found.help(format!(
                "leave it to source {}, or let it own less",
                quote(&owner.source)
            ))
        }
    };
    let found = found.about(id);
    Some(match contest.part {
        Part::Spec => found.field(contest.path.clone()),
        Part::Metadata => found,
    })
}

fn field(contest: &Contest<'_>) -> String {
    match (contest.part, contest.path.is_root()) {
        (Part::Spec, true) => "this document".to_owned(),
        (Part::Spec, false) => quote(&contest.path.to_string()),
        (Part::Metadata, _) => format!("{} of its metadata", quote(&contest.path.to_string())),
    }
}

/// `sources `a`, `b` and `c``
fn named(candidates: &[&Candidate]) -> String {
    let mut names: Vec<String> = candidates.iter().map(|c| quote(&c.source)).collect();
    match names.pop() {
        None => "nobody".to_owned(),
        Some(only) if names.is_empty() => format!("source {only}"),
        Some(last) => format!("sources {} and {last}", names.join(", ")),
    }
}

fn said(source: String, candidate: &Candidate, secret: bool) -> String {
    match &candidate.says {
        Says::Removed => format!("{source} removes it"),
        Says::Value(value) if removes(value) => format!("{source} clears it"),
        Says::Value(Value {
            data: ValueData::Map(_),
            ..
        }) => format!("{source} says it here"),
        Says::Value(_) if secret => format!("{source} says {MASK}"),
        Says::Value(value) => format!("{source} says {}", quote(&flow(value))),
    }
}

fn removes(value: &Value) -> bool {
    let clears = |value: &Value| value.as_text() == Some("!");
    clears(value) || matches!(value.as_list(), Some([only]) if clears(only))
}

/// The value on one line, secrets struck out.
pub(in super::super) fn flow(value: &Value) -> String {
    match &value.data {
        ValueData::Scalar(scalar) => scalar.shown().to_string(),
        ValueData::List(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        ValueData::Map(entries) => {
            let entry = |entry: &crate::source::Entry| {
                let key = mask_urls(&entry.key);
                match is_secret_key(&entry.key) {
                    true => format!("{key}: {MASK}"),
                    false => format!("{key}: {}", flow(&entry.value)),
                }
            };
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}
