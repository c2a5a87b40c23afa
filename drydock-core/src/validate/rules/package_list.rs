//! DD4002: a package list is a map of package names (Debian policy §5.6.1) and versions (§5.6.12); null is any version.

use crate::{
    diagnostic::{Code, Diagnostic, quote},
    field::FieldPath,
    names::Kind,
    resolve::ResolvedDesign,
    source::{Document, Entry, Form, Value, ValueData},
    validate::{DocumentRule, Report},
};

#[derive(Debug)]
pub(super) struct PackageList;

impl DocumentRule for PackageList {
    fn codes(&self) -> &'static [Code] {
        &[Code::PACKAGE_LIST]
    }

    fn check(&self, document: &Document, _design: &ResolvedDesign, report: &mut Report<'_>) {
        if document.id.kind != Kind::BootAction {
            return;
        }
        let assets = document.spec.field("assets").and_then(Value::as_list);
        for (n, asset) in assets.unwrap_or_default().iter().enumerate() {
            let is_list = asset.field("type").and_then(Value::as_text) == Some("pkg_list");
            let Some(data) = asset.field("data").filter(|_| is_list) else {
                continue;
            };
            let field = FieldPath::of(["assets", &n.to_string(), "data"]);
            for (key, found) in faults(data) {
                let field = key.map_or_else(|| field.clone(), |key| field.join(key));
                report.push(found.about(&document.id).field(field));
            }
        }
    }
}

/// What is wrong with a list, each with the package it is about.
fn faults(data: &Value) -> Vec<(Option<&str>, Diagnostic)> {
    let wrong = |message: String| Diagnostic::new(Code::PACKAGE_LIST, message);
    let entries = match &data.data {
        ValueData::Map(entries) => entries,
        // An asset without data is another rule's.
        ValueData::Scalar(s) if s.is_null_word() || s.is_empty_plain() => return Vec::new(),
        ValueData::Scalar(_) | ValueData::List(_) => {
            let message = format!("a package list is a map, this is {}", data.what());
            let help = format!(
                "write each package with its version, null for any: {}",
                as_map(data)
            );
            return vec![(None, wrong(message).at(data.span, "").help(help))];
        }
    };
    let mut faults = Vec::new();
    for entry in entries.iter() {
        if let Some(why) = no_name(&entry.key) {
            let message = format!("{} is no package name: {why}", quote(&entry.key));
            let found = wrong(message).at(entry.key_span, "");
            let lower = entry.key.to_ascii_lowercase();
            let free = entries.iter().all(|other| other.key != lower);
            faults.push((
                Some(&*entry.key),
                match no_name(&lower).is_none() && free {
                    true => found
                        .help(format!("did you mean `{lower}`?"))
                        .edit(entry.key_span, lower),
                    false => found.help("write the name as `apt-cache show` prints it"),
                },
            ));
        }
        if let Some(message) = wrong_version(entry) {
            let help =
                "write one version as Debian does, such as '1:2.30-1ubuntu2', or null for any";
            faults.push((
                Some(&*entry.key),
                wrong(message).at(entry.value.span, "").help(help),
            ));
        }
    }
    faults
}

/// What a list of names would be as a map, its first three.
fn as_map(data: &Value) -> String {
    let names = data.as_list().unwrap_or_default().iter();
    let names = names
        .filter_map(Value::as_text)
        .filter(|name| no_name(name).is_none());
    let mut entries: Vec<String> = names.map(|name| format!("{name}: null")).collect();
    match entries.len() {
        0 => entries.push("chrony: null".into()),
        1..=3 => {}
        _ => {
            entries.truncate(3);
            entries.push("...".into());
        }
    }
    format!("{{{}}}", entries.join(", "))
}

/// Why a text is no package name.
fn no_name(name: &str) -> Option<&'static str> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b);
    if !name.bytes().all(allowed) {
        Some("it has characters other than lower-case letters, digits and `+-.`")
    } else if name.len() < 2 {
        Some("it is shorter than two characters")
    } else if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        Some("it begins with neither a letter nor a digit")
    } else {
        None
    }
}

fn wrong_version(entry: &Entry) -> Option<String> {
    let Some(scalar) = entry.value.as_scalar() else {
        let what = entry.value.what();
        return Some(format!("expected a version or null, found {what}"));
    };
    if scalar.is_null_word() || scalar.is_empty_plain() {
        return None;
    }
    let why = match scalar.form {
        Form::Tagged => Some("it is a tag"),
        _ => no_version(&scalar.text),
    };
    why.map(|why| format!("{} is no version: {why}", quote(&scalar.shown())))
}

/// Why a text is no version.
fn no_version(version: &str) -> Option<&'static str> {
    let rest = match version.split_once(':') {
        // What compares versions keeps the epoch in 31 bits.
        Some((epoch, _)) if epoch.parse::<u32>().is_err() || epoch.starts_with('+') => {
            return Some("its epoch, before the colon, is no whole number");
        }
        Some((_, rest)) => rest,
        None => version,
    };
    let (upstream, revision) = match rest.rsplit_once('-') {
        Some((upstream, revision)) => (upstream, Some(revision)),
        None => (rest, None),
    };
    let upstream_byte = |b: u8| b.is_ascii_alphanumeric() || b".+-~".contains(&b);
    let revision_byte = |b: u8| b.is_ascii_alphanumeric() || b".+~".contains(&b);
    if upstream.is_empty() {
        Some("it has no upstream version")
    } else if !upstream.bytes().all(upstream_byte) {
        Some("it has characters other than letters, digits and `.+-~`")
    } else if !upstream.starts_with(|c: char| c.is_ascii_digit()) {
        Some("it does not begin with a digit")
    } else if revision.is_some_and(|text| text.is_empty() || !text.bytes().all(revision_byte)) {
        Some("its revision, after the last hyphen, is not letters, digits and `.+~`")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_debian_policy() {
        for version in [
            "1",
            "1.0",
            "4.5-1",
            "1:2.30-1ubuntu2",
            "0~rc1-1+b2",
            "5.15.0-91-generic",
            "2024.02.02",
            "1.2+dfsg~1",
        ] {
            assert_eq!(no_version(version), None, "{version}");
        }
        for version in [
            "",
            ":1",
            "a:1",
            "1:",
            "-1",
            "1.0-",
            "1.0_2",
            "v1.0",
            "= 1.0",
            ">=1.0",
            "1:2:3",
            "+1:2",
            "-1:2",
            "1.0-é",
            "99999999999:1",
        ] {
            assert!(no_version(version).is_some(), "{version}");
        }
    }

    #[test]
    fn names_are_those_of_debian_policy() {
        for name in ["g++", "libc6", "0ad", "python3.12", "a2"] {
            assert_eq!(no_name(name), None, "{name}");
        }
        for name in [
            "",
            "a",
            "Chrony",
            "-a",
            "+a",
            "lib_c",
            "libc6:i386",
            "chrony=4",
            "ärger",
        ] {
            assert!(no_name(name).is_some(), "{name}");
        }
    }
}
