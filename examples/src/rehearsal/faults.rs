//! The faults that can be named on the command line: those around the orchestrator, and those of the simulated site.

use drydock_core::{diagnostic::did_you_mean, resolve::ResolvedDesign, testing::simulator};
use drydock_noop::{Faults, simulated};
use std::collections::BTreeSet;

/// Words for more or less than one fault, each with its meaning.
const WORDS: [(&str, &str); 3] = [
    (
        "machines",
        "Busy and slow machines, lost answers, BMCs that lie; every seventh seed breaks a node for good.",
    ),
    ("none", "Nothing goes wrong."),
    ("list", "Lists these names and ends."),
];

/// What goes wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Around the orchestrator, in every run.
    around: BTreeSet<simulator::Fault>,
    /// At the site, where the seed lets it fall.
    site: Vec<simulated::Fault>,
    machines: bool,
    /// Nothing was chosen: each fault around the orchestrator comes in every second run or so.
    is_by_default: bool,
}

/// What is meant by these names; a name that is a fault of both kinds means both.
///
/// # Errors
/// A name that nothing has, with what was meant.
pub fn chosen(names: &[String]) -> Result<Chosen, String> {
    let mut chosen = Chosen {
        is_by_default: names.is_empty(),
        machines: names.is_empty(),
        ..Chosen::default()
    };
    for name in names {
        let around = simulator::Fault::ALL
            .into_iter()
            .find(|it| it.name() == name);
        let at_site = simulated::Fault::ALL.iter().find(|it| it.name() == name);
        let is_word = WORDS.iter().any(|(word, _)| word == name);
        if around.is_none() && at_site.is_none() && !is_word {
            return Err(match did_you_mean(name, all_names()) {
                Some(meant) => format!("there is no fault `{name}`; did you mean `{meant}`?"),
                None => format!("there is no fault `{name}`; `--faults list` lists them"),
            });
        }
        chosen.around.extend(around);
        chosen.site.extend(at_site);
        chosen.machines |= name == "machines";
    }
    Ok(chosen)
}

fn all_names() -> impl Iterator<Item = &'static str> {
    let around = simulator::Fault::ALL.into_iter().map(|it| it.name());
    let at_site = simulated::Fault::ALL.iter().map(|it| it.name());
    around.chain(at_site).chain(WORDS.map(|(word, _)| word))
}

impl Chosen {
    /// What goes wrong around the orchestrator in the run of this seed.
    pub fn around(&self, seed: u64) -> BTreeSet<simulator::Fault> {
        match self.is_by_default {
            true => simulator::Fault::some(seed),
            false => self.around.clone(),
        }
    }

    /// What goes wrong at the site in the run of this seed.
    pub fn at_site(&self, seed: u64, design: &ResolvedDesign) -> Faults {
        let faults = match self.machines {
            true => Faults::from_seed(seed, design),
            false => Faults::none(),
        };
        match self.site.is_empty() {
            true => faults,
            false => faults.and_seeded(seed, &self.site, design),
        }
    }
}

/// Every name, a line each with its meaning.
pub fn list() -> String {
    let around = simulator::Fault::ALL.map(|it| (it.name(), it.meaning()));
    let of = |calls: bool| {
        let faults = simulated::Fault::ALL.iter();
        let faults = faults.filter(move |it| it.is_of_calls() == calls);
        faults.map(|it| (it.name(), it.meaning())).collect()
    };
    let groups: [(&str, Vec<_>); 4] = [
        ("Around the orchestrator", around.to_vec()),
        ("At the site, with calls", of(true)),
        ("At the site, with machines", of(false)),
        ("Words", WORDS.to_vec()),
    ];
    let mut text = String::from(
        "Without `--faults` each fault around the orchestrator comes in about every second run, and `machines` in all.\n\
         A name that stands twice means both.\n",
    );
    for (title, names) in groups {
        text.push_str(&format!("\n{title}:\n"));
        for (name, meaning) in names {
            text.push_str(&format!("  {name:<25} {meaning}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn named(names: &[&str]) -> Result<Chosen, String> {
        chosen(&names.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn every_name_is_listed_and_means_something() {
        let (list, nothing) = (list(), named(&["none"]).unwrap());
        for name in all_names().filter(|name| !["none", "list"].contains(name)) {
            assert!(list.contains(&format!("\n  {name} ")), "{name}");
            assert_ne!(named(&[name]).unwrap(), nothing, "{name}");
        }
        let both = named(&["busy"]).unwrap();
        assert_eq!((both.around.len(), both.site.len()), (1, 1));
    }

    #[test]
    fn a_name_that_nothing_has_is_told_with_what_was_meant() {
        assert_eq!(
            named(&["crash", "disk-fail"]).unwrap_err(),
            "there is no fault `disk-fail`; did you mean `disk-fails`?"
        );
        assert_eq!(
            named(&["gremlins"]).unwrap_err(),
            "there is no fault `gremlins`; `--faults list` lists them"
        );
    }

    #[test]
    fn without_names_each_comes_in_some_runs_and_not_in_others() {
        let chosen = named(&[]).unwrap();
        for fault in simulator::Fault::ALL {
            let runs = (0..40).filter(|seed| chosen.around(*seed).contains(&fault));
            assert!((8..32).contains(&runs.count()), "{fault}");
        }
    }
}
