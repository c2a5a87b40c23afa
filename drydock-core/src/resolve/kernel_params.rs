//! Kernel parameters as the kernel's command line has them, references to the hardware profile replaced.

use crate::{
    diagnostic::{did_you_mean, nearest_among},
    model::{FreeLists, HardwareProfile, Text, Texts},
    secret::{MASK, is_secret_key, mask_text},
};
use serde::{Serialize, Serializer};
use smol_str::SmolStr;
use std::{borrow::Cow, collections::BTreeSet, fmt, ops::Deref};

/// Kernel parameters as the kernel's command line has them. `Debug`, `Display` and `Serialize` strike out the values
/// of keys that hold secrets and the user information of URLs; [`CommandLine::as_str`] is what the machine gets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CommandLine {
    raw: String,
    /// What is printed, where that differs.
    shown: Option<Box<str>>,
}

impl CommandLine {
    /// The whole line, for the machine; it is not to be printed.
    pub fn as_str(&self) -> &str {
        &self.raw
    }

    fn shown(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.raw)
    }

    fn of(words: &[(SmolStr, Option<Text>)]) -> Self {
        let line = |text: for<'t> fn(&str, &'t str) -> Cow<'t, str>| {
            let mut line = String::with_capacity(words.len() * 24);
            for (name, value) in words {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(name);
                if let Some(value) = value {
                    line.push('=');
                    line.push_str(&text(name, value));
                }
            }
            line
        };
        let mut raw = line(|_, value| Cow::Borrowed(value));
        raw.shrink_to_fit();
        let masked = |name: &str, value: &Text| {
            is_secret_key(name) || matches!(mask_text(value), Cow::Owned(_))
        };
        let secret = |(name, value): &(SmolStr, Option<Text>)| {
            value.as_ref().is_some_and(|value| masked(name, value))
        };
        let shown = words.iter().any(secret).then(|| {
            let shown = line(|name, value| match is_secret_key(name) {
                true => Cow::Borrowed(MASK),
                false => mask_text(value),
            });
            shown.into()
        });
        Self { raw, shown }
    }
}

impl Deref for CommandLine {
    type Target = str;
    fn deref(&self) -> &str {
        &self.raw
    }
}
impl fmt::Debug for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.shown(), f)
    }
}
impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.shown())
    }
}
impl Serialize for CommandLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.shown())
    }
}

/// The command line, and the parameters whose references lead nowhere, each with what it refers to.
pub(super) fn render(
    params: &FreeLists,
    hardware: Option<&HardwareProfile>,
) -> (CommandLine, Vec<(SmolStr, Text)>) {
    let (mut words, mut dangling) = (Vec::new(), Vec::new());
    let mut ordered: Vec<_> = params.0.iter().collect();
    // The kernel wants the size of huge pages before their number (kernel-parameters, hugepages=).
    ordered.sort_by_key(|(name, _)| match name.as_str() {
        "hugepagesz" => 0,
        "hugepages" => 1,
        _ => 2,
    });
    for (name, value) in ordered {
        let texts = match value {
            Texts::One(text) => std::slice::from_ref(text),
            Texts::Many(texts) => texts,
        };
        for text in texts {
            let text = match reference(text) {
                None => text.clone(),
                Some(reference) => match hardware.and_then(|hardware| look_up(reference, hardware))
                {
                    Some(found) => found,
                    None => {
                        dangling.push((name.clone(), text.clone()));
                        continue;
                    }
                },
            };
            match text.as_str() {
                "true" | "True" => words.push((name.clone(), None)),
                "false" | "False" => {}
                _ => words.push((name.clone(), Some(text))),
            }
        }
    }
    pair_huge_pages(&mut words);
    (CommandLine::of(&words), dangling)
}

/// Several sizes of huge pages: a number is that of the size before it (kernel-parameters, hugepagesz=).
fn pair_huge_pages(words: &mut [(SmolStr, Option<Text>)]) {
    let count = |key| words.iter().filter(|(name, _)| name == key).count();
    let sizes = count("hugepagesz");
    if sizes == count("hugepages") {
        // The sizes come first, then the numbers.
        let both = words[..sizes].iter().zip(&words[sizes..2 * sizes]);
        let paired: Vec<_> = both
            .flat_map(|(size, number)| [size.clone(), number.clone()])
            .collect();
        words[..2 * sizes].clone_from_slice(&paired);
    }
}

fn reference(text: &str) -> Option<&str> {
    text.strip_prefix("hardwareprofile")
        .and_then(|rest| rest.strip_prefix([':', '.']))
}

fn look_up(reference: &str, hardware: &HardwareProfile) -> Option<Text> {
    if let Some(name) = reference.strip_prefix("cpuset.") {
        return hardware.cpu_sets.find(name).map(Text::from);
    }
    let (name, part) = reference.strip_prefix("hugepages.")?.rsplit_once('.')?;
    let pages = hardware.hugepages.find(name)?;
    match part {
        "size" => pages.size.clone(),
        "count" => pages.count.map(|count| Text::from(count.to_string())),
        _ => None,
    }
}

/// The names that references to a hardware profile may be meant to lead to.
#[derive(Default)]
pub(super) struct References {
    cpu_sets: BTreeSet<SmolStr>,
    huge_pages: BTreeSet<SmolStr>,
}

impl References {
    pub(super) fn of(hardware: Option<&HardwareProfile>) -> Self {
        let Some(hardware) = hardware else {
            return Self::default();
        };
        let (sets, pages) = (hardware.cpu_sets.iter(), hardware.hugepages.iter());
        Self {
            cpu_sets: sets.map(|(name, _)| name.clone()).collect(),
            huge_pages: pages.map(|(name, _)| name.clone()).collect(),
        }
    }

    /// The reference that was likely meant by one that leads nowhere; it leads somewhere.
    pub(super) fn meant(&self, written: &str, hardware: &HardwareProfile) -> Option<String> {
        let reference = reference(written)?;
        let (section, name) = reference.split_once('.')?;
        let near = |name, names| nearest_among(name, names, |_| true);
        // What is written right is nearest to itself.
        let meant = match did_you_mean(section, ["cpuset", "hugepages"])? {
            "cpuset" => format!("cpuset.{}", near(name, &self.cpu_sets)?),
            _ => {
                let (name, part) = name.rsplit_once('.')?;
                let part = did_you_mean(part, ["size", "count"])?;
                format!("hugepages.{}.{part}", near(name, &self.huge_pages)?)
            }
        };
        look_up(&meant, hardware)?;
        let start = &written[..written.len() - reference.len()];
        Some(format!("{start}{meant}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_lists_and_order() {
        let one = |text: &str| Texts::One(text.into());
        let params = FreeLists(vec![
            ("quiet".into(), one("true")),
            ("splash".into(), one("false")),
            (
                "console".into(),
                Texts::Many(vec!["tty0".into(), "ttyS0,115200".into()]),
            ),
            ("hugepages".into(), one("8")),
            ("hugepagesz".into(), one("1G")),
            ("x".into(), one("hardwareprofile:cpuset.none")),
        ]);
        let (line, dangling) = render(&params, None);
        assert_eq!(
            line.as_str(),
            "hugepagesz=1G hugepages=8 quiet console=tty0 console=ttyS0,115200"
        );
        assert_eq!(
            dangling,
            [("x".into(), "hardwareprofile:cpuset.none".into())]
        );
    }

    #[test]
    fn each_size_of_huge_pages_stands_before_its_number() {
        let many = |texts: [&str; 2]| Texts::Many(texts.map(Text::from).to_vec());
        let params = FreeLists(vec![
            ("quiet".into(), Texts::One("true".into())),
            ("hugepages".into(), many(["4", "512"])),
            ("hugepagesz".into(), many(["1G", "2M"])),
        ]);
        let (line, _) = render(&params, None);
        assert_eq!(
            line.as_str(),
            "hugepagesz=1G hugepages=4 hugepagesz=2M hugepages=512 quiet"
        );
    }

    #[test]
    fn secrets_are_on_the_line_and_not_in_print() {
        let params = FreeLists(vec![
            ("ds".into(), Texts::One("https://u:hunter2@h/".into())),
            ("password".into(), Texts::One("hunter2 hunter2".into())),
        ]);
        let (line, _) = render(&params, None);
        assert_eq!(
            line.as_str(),
            "ds=https://u:hunter2@h/ password=hunter2 hunter2"
        );
        let shown = "ds=https://***@h/ password=(secret)";
        assert_eq!(line.to_string(), shown);
        assert_eq!(format!("{line:?}"), format!("{shown:?}"));
        assert_eq!(serde_json::json!(line), shown);
    }
}
