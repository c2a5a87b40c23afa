//! Diagnostics as SARIF 2.1.0 (OASIS), for code hosts and editors. The same findings give the same log, byte for byte;
//! secrets are left out.

mod log;

use super::{Code, Diagnostic, Diagnostics, Edit, Label, Severity};
use crate::{
    secret::mask_urls,
    span::{Origin, SourceFile, SourceMap, Span},
};
use log::{
    ArtifactChange, ArtifactLocation, Configuration, Driver, Finding, Fix, Location,
    LogicalLocation, Message, PhysicalLocation, Properties, Region, Replacement, Rule, Run, Told,
    Tool,
};
use serde::Serialize;
use std::collections::BTreeSet;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Where a code's documentation is; SARIF wants an absolute URI (§3.49.12).
const HELP: &str = concat!(
    env!("CARGO_PKG_REPOSITORY"),
    "/blob/main/docs/diagnostics.md#"
);

/// A log in the form of SARIF 2.1.0, made by [`Diagnostics::to_sarif`]; serialize it to have the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SarifLog {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

impl Diagnostics {
    /// All diagnostics as one run of a SARIF 2.1.0 log, in their order, with the rules of the codes that were found.
    ///
    /// Lines and columns are from 1, columns in Unicode code points; regions have bytes besides. An edit becomes a fix.
    pub fn to_sarif(&self, sources: &SourceMap) -> SarifLog {
        let codes: BTreeSet<Code> = self.iter().map(|found| found.code).collect();
        let rules: Vec<Code> = codes.into_iter().collect();
        let result = |found: &Diagnostic| {
            let rule_index = rules.binary_search(&found.code).unwrap_or_default();
            self::result(found, rule_index, sources)
        };
        let run = Run {
            results: self.iter().map(result).collect(),
            tool: Tool {
                driver: Driver {
                    name: "Drydock",
                    version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules: rules.iter().map(|code| Rule::of(*code)).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            default_encoding: "utf-8",
            newline_sequences: ["\r\n", "\n", "\r"],
        };
        SarifLog {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [run],
        }
    }
}

impl Rule {
    fn of(code: Code) -> Self {
        let text = |text: &str| Message { text: text.into() };
        let told = (!code.title().is_empty()).then(|| Told {
            short_description: text(code.title()),
            full_description: text(code.why()),
            help: text(code.mend()),
            help_uri: format!("{HELP}{}", code.to_string().to_lowercase()),
        });
        let level = level(code.severity());
        Self {
            id: code,
            told,
            default_configuration: Configuration { level },
        }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(found: &Diagnostic, rule_index: usize, sources: &SourceMap) -> Finding {
    let subject = found.subject.as_ref();
    let subject = subject.map_or(String::new(), |id| format!("{id}: "));
    let help = found.help.as_deref();
    let help = help.map_or(String::new(), |help| format!("\nhelp: {help}"));
    let message = format!("{subject}{}{help}", found.full_message());
    let (primary, related): (Vec<&Label>, Vec<&Label>) =
        found.labels.iter().partition(|label| label.primary);
    let mut locations: Vec<Location> = primary
        .into_iter()
        .map(|label| location(label, sources))
        .collect();
    // What it is about stands at the first place, and where there is none by itself.
    if let Some(logical) = logical(found) {
        match locations.first_mut() {
            Some(first) => first.logical_locations.insert(0, logical),
            None => locations.push(Location {
                logical_locations: vec![logical],
                ..Location::default()
            }),
        }
    }
    let related = related.into_iter().enumerate().map(|(n, label)| Location {
        id: Some(n + 1),
        ..location(label, sources)
    });
    let fix = found
        .edit
        .as_ref()
        .and_then(|edit| fix(edit, found, sources));
    Finding {
        rule_id: found.code,
        rule_index,
        level: level(found.severity),
        message: Message::new(&message),
        locations,
        related_locations: related.collect(),
        fixes: fix.into_iter().collect(),
        properties: Properties {
            touches: found.touches,
        },
    }
}

/// `BaremetalNode/compute-1/interfaces.bond0.mtu`
fn logical(found: &Diagnostic) -> Option<LogicalLocation> {
    let subject = found.subject.as_ref()?;
    let document = format!("{}/{}", subject.kind, subject.name);
    let location = match found.field.keys().last() {
        None => (subject.name.to_string(), document, "object"),
        Some(key) => (
            key.to_string(),
            format!("{document}/{}", found.field),
            "property",
        ),
    };
    let (name, fully_qualified_name, kind) = location;
    Some(LogicalLocation {
        name: mask_urls(&name).into_owned(),
        fully_qualified_name: mask_urls(&fully_qualified_name).into_owned(),
        kind,
    })
}

fn location(label: &Label, sources: &SourceMap) -> Location {
    let mut location = Location {
        message: (!label.text.is_empty()).then(|| Message::new(&label.text)),
        ..Location::default()
    };
    match (sources.origin(label.span), sources.file(label.span)) {
        (Origin::Text { .. }, Some(file)) => {
            location.physical_location = Some(PhysicalLocation {
                artifact_location: artifact(file),
                region: region(file, label.span),
            });
        }
        (origin @ Origin::External { locator, .. }, _) => {
            location.logical_locations.push(LogicalLocation {
                name: mask_urls(locator).into_owned(),
                fully_qualified_name: mask_urls(&origin.to_string()).into_owned(),
                kind: "resource",
            });
        }
        _ => {}
    }
    location
}

/// An edit whose text holds a secret is not given away: struck out, it would no longer be the repair.
fn fix(edit: &Edit, found: &Diagnostic, sources: &SourceMap) -> Option<Fix> {
    let inserted_content = Message::new(&edit.text);
    let is_text = matches!(sources.origin(edit.span), Origin::Text { .. });
    let file = sources
        .file(edit.span)
        .filter(|_| is_text && inserted_content.text == edit.text)?;
    let replacement = Replacement {
        deleted_region: region_with_chars(file, edit.span),
        inserted_content,
    };
    Some(Fix {
        description: found.help.as_deref().map(Message::new),
        artifact_changes: [ArtifactChange {
            artifact_location: artifact(file),
            replacements: [replacement],
        }],
    })
}

fn region(file: &SourceFile, span: Span) -> Region {
    let (start, end) = (file.position(span.lo), file.position(span.hi));
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
        char_offset: None,
        char_length: None,
        byte_offset: start.byte,
        byte_length: end.byte.saturating_sub(start.byte),
    }
}

/// What an edit deletes is given in every way in which an editor may count.
fn region_with_chars(file: &SourceFile, span: Span) -> Region {
    let region = region(file, span);
    let chars = |from: u32, to: u32| {
        let text = file.raw().get(from as usize..to as usize).unwrap_or("");
        text.chars().filter(|&c| c != '\u{feff}').count()
    };
    let (from, to) = (region.byte_offset, region.byte_offset + region.byte_length);
    Region {
        char_offset: Some(chars(0, from)),
        char_length: Some(chars(from, to)),
        ..region
    }
}

/// A file's name as a URI (RFC 3986): relative as it was given, or of the scheme `file` where it is absolute.
fn artifact(file: &SourceFile) -> ArtifactLocation {
    let masked = mask_urls(file.name());
    let mut uri = String::with_capacity(masked.len());
    if masked.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in masked.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    ArtifactLocation { uri }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{field::FieldPath, names::DocumentId, names::Kind};
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn log(name: &str, text: &str, found: impl Fn(Span) -> Diagnostic) -> Value {
        let file = Arc::new(SourceFile::text(name, text));
        let mut sources = SourceMap::default();
        sources.insert(file.clone());
        let mut all = Diagnostics::new();
        all.push(found(Span::new(file.id(), 0, text.len() as u32)));
        serde_json::to_value(all.to_sarif(&sources)).unwrap()["runs"][0].take()
    }

    #[test]
    fn names_of_files_are_uris_and_characters_are_code_points() {
        let run = log("a b/ä:1.yaml", "\u{feff}ä\u{1f6a2}\r\nx", |all| {
            let at = Span::new(all.file, 3, 9);
            let found = Diagnostic::new(Code::WRONG_VALUE, "wrong").at(all, "");
            found.edit(at, "y")
        });
        let result = &run["results"][0];
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b/%C3%A4%3A1.yaml");
        let deleted = &result["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"];
        let expected = json!({
            "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 3,
            "charOffset": 0, "charLength": 2, "byteOffset": 3, "byteLength": 6,
        });
        assert_eq!(*deleted, expected);
        assert_eq!(run["columnKind"], "unicodeCodePoints");
    }

    #[test]
    fn an_absolute_name_is_a_file() {
        let run = log("/etc/site.yaml", "x", |all| {
            Diagnostic::new(Code::SYNTAX, "wrong").at(all, "")
        });
        let place = &run["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "file:///etc/site.yaml");
    }

    #[test]
    fn a_finding_without_a_place_says_what_it_is_about() {
        let id = DocumentId::new(Kind::Network, "mgmt");
        let run = log("a.yaml", "x", |_| {
            let found = Diagnostic::new(Code::host(9001).unwrap(), "wrong");
            found.about(&id).field(FieldPath::of(["dns", "domain"]))
        });
        let logical = json!([{"logicalLocations": [
            {"name": "domain", "fullyQualifiedName": "Network/mgmt/dns.domain", "kind": "property"},
        ]}]);
        assert_eq!(run["results"][0]["locations"], logical);
        let rule = json!({"id": "DD9001", "defaultConfiguration": {"level": "error"}});
        assert_eq!(run["tool"]["driver"]["rules"], json!([rule]));
    }

    #[test]
    fn a_place_without_lines_is_named_by_its_source() {
        let inventory = Arc::new(SourceFile::external("netbox", vec!["devices/7".into()]));
        let mut sources = SourceMap::default();
        sources.insert(inventory.clone());
        let place = Span::new(inventory.id(), 0, 0);
        let mut all = Diagnostics::new();
        let found = Diagnostic::new(Code::WRONG_VALUE, "wrong").at(place, "");
        all.push(found.edit(place, "x"));
        let run = serde_json::to_value(all.to_sarif(&sources)).unwrap();
        let result = &run["runs"][0]["results"][0];
        let logical = json!([{"logicalLocations": [
            {"name": "devices/7", "fullyQualifiedName": "netbox:devices/7", "kind": "resource"},
        ]}]);
        assert_eq!(result["locations"], logical);
        assert!(result.get("fixes").is_none(), "there is no text to edit");
    }

    #[test]
    fn what_users_put_into_urls_is_nowhere_in_it() {
        let secret = "https://user:hunter2@host/";
        let id = DocumentId::new(Kind::Network, secret);
        let run = log(secret, secret, |all| {
            let found = Diagnostic::new(Code::WRONG_VALUE, secret).at(all, secret);
            let found = found.also(all, secret).help(secret).edit(all, secret);
            found.about(&id).field(FieldPath::of([secret]))
        });
        assert!(!run.to_string().contains("hunter2"), "{run}");
    }
}
