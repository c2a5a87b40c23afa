//! DD0006: a kernel parameter stays one parameter on the kernel's command line, which is cut at every space that stands in
//! no double quotes (admin-guide/kernel-parameters).

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    model::Texts,
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{NodeRule, Report},
};

#[derive(Debug)]
pub(super) struct KernelParams;

impl NodeRule for KernelParams {
    fn codes(&self) -> &'static [Code] {
        &[Code::WRONG_VALUE]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        for (name, value) in &node.spec.platform.kernel_params.0 {
            let texts = match value {
                Texts::One(text) => std::slice::from_ref(text),
                Texts::Many(texts) => texts,
            };
            let of_value = || texts.iter().find_map(|text| wrong_value(text));
            let Some((wrong, help)) = wrong_name(name).or_else(of_value) else {
                continue;
            };
            // Never the value: it may be a secret.
            let message = format!("the kernel parameter {} {wrong}", quote(name));
            let field = FieldPath::of(["platform", "kernel_params", name]);
            report
                .node(Code::WRONG_VALUE, node, design, field, message)
                .help(help);
        }
    }
}

type Wrong = (&'static str, &'static str);

fn wrong_name(name: &str) -> Option<Wrong> {
    let cut = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '=' | '"');
    (name.is_empty() || name.contains(cut)).then_some((
        "has no name that the kernel could read",
        "a name is one word, without `=` and quotes; what follows the `=` is the value",
    ))
}

fn wrong_value(text: &str) -> Option<Wrong> {
    // As good as always, and seen at a glance.
    if text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'"')
    {
        return None;
    }
    if text.contains(|c: char| c.is_control() && c != '\t') {
        let help = "write one line without control characters";
        return Some(("has a line end or another control character", help));
    }
    let (mut quoted, mut cut) = (false, false);
    for c in text.chars() {
        quoted ^= c == '"';
        cut |= c.is_whitespace() && !quoted;
    }
    if quoted {
        return Some((
            "begins a double quote and does not end it",
            "the kernel would read on to the end of its command line: write a second `\"`",
        ));
    }
    cut.then_some((
        "would be several parameters",
        "write each parameter under its own name, several values of one as a list, and a value with a space in double \
         quotes: '\"a b\"'",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_kernel_reads_as_one_parameter_is_right() {
        for text in [
            "",
            "ttyS0,115200n8",
            "a=b",
            "\"a b\"",
            "x=\"a  b\",c",
            "1-3,7",
        ] {
            assert_eq!(wrong_value(text), None, "{text:?}");
        }
        for text in [
            "a b", " a", "a\t", "\"a\" b", "a\nb", "\"a\nb\"", "a\0", "\"a", "a\u{a0}b",
        ] {
            assert!(wrong_value(text).is_some(), "{text:?}");
        }
        for name in ["", "a b", "a=b", "\"a\"", "a\n"] {
            assert!(wrong_name(name).is_some(), "{name:?}");
        }
        for name in ["quiet", "ipv6.disable", "intel_idle.max_cstate", "ümlaut"] {
            assert_eq!(wrong_name(name), None, "{name}");
        }
    }
}
