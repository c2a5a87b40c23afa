//! Kernel parameters as the kernel's command line has them, references to the hardware profile replaced.

use crate::model::{FreeLists, HardwareProfile, Texts};
use smol_str::SmolStr;

/// The command line, and the parameters whose references lead nowhere, each with what it refers to.
pub(super) fn render(
    params: &FreeLists,
    hardware: Option<&HardwareProfile>,
) -> (String, Vec<(SmolStr, SmolStr)>) {
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
                "true" | "True" => words.push(name.to_string()),
                "false" | "False" => {}
                text => words.push(format!("{name}={text}")),
            }
        }
    }
    (words.join(" "), dangling)
}

fn reference(text: &str) -> Option<&str> {
    text.strip_prefix("hardwareprofile")
        .and_then(|rest| rest.strip_prefix([':', '.']))
}

fn look_up(reference: &str, hardware: &HardwareProfile) -> Option<SmolStr> {
    if let Some(name) = reference.strip_prefix("cpuset.") {
        return hardware.cpu_sets.find(name).map(SmolStr::from);
    }
    let (name, part) = reference.strip_prefix("hugepages.")?.rsplit_once('.')?;
    let pages = hardware.hugepages.find(name)?;
    match part {
        "size" => pages.size.clone(),
        "count" => pages.count.map(|count| SmolStr::from(count.to_string())),
        _ => None,
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
            line,
            "hugepagesz=1G hugepages=8 quiet console=tty0 console=ttyS0,115200"
        );
        assert_eq!(
            dangling,
            [("x".into(), "hardwareprofile:cpuset.none".into())]
        );
    }
}
