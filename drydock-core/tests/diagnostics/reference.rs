//! `docs/diagnostics.md`: the table of codes with an example of each, made of the cases.

use crate::case::Case;
use drydock_core::diagnostic::{Code, Severity};
use std::fmt::Write;

const HEAD: &str = "\
# Diagnostics

<!-- Made of the table in drydock-core/src/diagnostic/code/ and the cases in drydock-core/tests/diagnostics/.
     Change those, then run: DRYDOCK_BLESS=1 cargo test -p drydock-core --test diagnostics -->

Everything that Drydock finds in a design has a code that never changes its meaning. Findings come all at once, each
cause once: a slip in a profile that a hundred nodes inherit is one finding that counts them.

Only an **error** keeps a design from being planned and applied. A **warning** is most likely not meant; a **note** is
good to know. Where a finding can be mended without thinking, it offers the **edit**: editors and programs get it in
`validate --format json` and `--format sarif`. The numbers from DD9000 on belong to rules of the program that embeds
Drydock.
";

/// The whole reference.
pub(crate) fn text(cases: &[Case]) -> String {
    let mut text = HEAD.to_owned();
    text += "\n| code | | |\n|---|---|---|\n";
    for code in Code::ALL {
        let (anchor, severity) = (code.to_string().to_lowercase(), code.severity());
        writeln!(
            text,
            "| [{code}](#{anchor}) | {severity} | {} |",
            code.title()
        )
        .unwrap();
    }
    let mut area = "";
    for code in Code::ALL {
        if code.area() != area {
            area = code.area();
            write!(text, "\n## {area}\n").unwrap();
        }
        let cases: Vec<&Case> = cases.iter().filter(|case| case.code == *code).collect();
        entry(&mut text, *code, &cases);
    }
    text
}

fn entry(text: &mut String, code: Code, cases: &[&Case]) {
    let (title, why, mend) = (code.title(), code.why(), code.mend());
    let (first, rest) = title.split_at(1);
    let title = first.to_uppercase() + rest;
    let severity = code.severity();
    write!(
        text,
        "\n### {code}\n\n**{title}** ({severity}). {why}\n\n*To mend it:* {mend}"
    )
    .unwrap();
    let of_code = || {
        cases
            .iter()
            .flat_map(|case| &case.found)
            .filter(|found| found.code == code)
    };
    if of_code().any(|found| found.edit.is_some()) {
        *text += " Where what was meant is clear, the edit is offered.";
    }
    *text += "\n";
    if severity == Severity::Error && of_code().any(|found| found.severity == Severity::Warning) {
        *text += "\nIn milder cases it is a warning.\n";
    }
    let example = cases.iter().find(|case| case.name.ends_with("/example"));
    if let Some(case) = example.or(cases.first()) {
        shown(text, case);
    }
}

/// The files of a case and what is said of them.
fn shown(text: &mut String, case: &Case) {
    for (name, bytes) in &case.files {
        let (lines, block) = (String::from_utf8_lossy(bytes), fence(bytes));
        write!(
            text,
            "\n`{name}`\n\n{block}yaml\n{}\n{block}\n",
            lines.trim_end()
        )
        .unwrap();
    }
    if let Some(plan) = &case.plan {
        write!(
            text,
            "\nPlanned with\n\n```text\n{}\n```\n",
            plan.trim_end()
        )
        .unwrap();
    }
    write!(
        text,
        "\nis told as\n\n```text\n{}\n```\n",
        case.text().trim_end()
    )
    .unwrap();
}

/// A fence longer than any in the text.
fn fence(bytes: &[u8]) -> &'static str {
    match bytes.windows(3).any(|window| window == b"```") {
        true => "~~~~",
        false => "```",
    }
}
