//! What the forms of a plan share: how things are said, and text made harmless.

use crate::{
    driver::Risk,
    plan::{Plan, Target},
};
use std::{borrow::Cow, collections::BTreeSet, fmt::Write};

/// The risks, the worst first.
pub(super) const RISKS: [Risk; 4] = [
    Risk::Destructive,
    Risk::Disruptive,
    Risk::Reversible,
    Risk::Read,
];

/// What a risk means to whoever approves.
pub(super) fn meaning(risk: Risk) -> &'static str {
    match risk {
        Risk::Read => "nothing is changed",
        Risk::Reversible => "can be undone, nobody notices",
        Risk::Disruptive => "service is interrupted",
        Risk::Destructive => "what is there is lost for good",
    }
}

/// `1 step`, `2 steps`.
pub(super) fn count(n: usize, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {what}{s}")
}

/// What a plan is for and how big it is: `deploy 12 nodes and 6 networks in 90 steps`.
pub(super) fn extent(plan: &Plan) -> String {
    let targets: BTreeSet<&Target> = plan.steps.iter().map(|step| &step.target).collect();
    let nodes = targets.iter().filter(|t| matches!(t, Target::Node(_)));
    let networks = targets.iter().filter(|t| matches!(t, Target::Network(_)));
    let (nodes, networks) = (nodes.count(), networks.count());
    let others = targets.len() - nodes - networks;
    let parts = [(nodes, "node"), (networks, "network"), (others, "port")];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| count(n, what))
        .collect();
    let parts = match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    };
    format!(
        "{} {parts} in {}",
        plan.goal,
        count(plan.steps.len(), "step")
    )
}

/// Text of a design or a driver without what could move the cursor, hide text or turn its direction: such characters are
/// shown by their number.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let hides = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
            // What is no character in XML.
            || (c as u32) & 0xfffe == 0xfffe
    };
    if !text.contains(hides) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match hides(c) {
            // Writing to a String cannot fail.
            true => drop(write!(shown, "{}", c.escape_unicode())),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_shown_and_what_is_read_stays() {
        assert_eq!(plain("rack 1: é漢 <\"&\\>"), "rack 1: é漢 <\"&\\>");
        assert_eq!(plain("a\u{1b}[2K\nb"), r"a\u{1b}[2K\u{a}b");
        assert_eq!(
            plain("x\u{202e}y\u{200b}\u{fffe}"),
            r"x\u{202e}y\u{200b}\u{fffe}"
        );
    }
}
