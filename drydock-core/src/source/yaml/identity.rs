//! Which kind of document an envelope speaks of.

use super::envelope::Reading;
use crate::{
    diagnostic::{Code, Diagnostic, did_you_mean, quote},
    names::Kind,
    source::Value,
    span::Span,
};
use smol_str::format_smolstr;

/// The one version that this release reads.
const GROUP: &str = "drydock";
const VERSION: &str = "v1";
const API_VERSION: &str = "drydock/v1";

/// The same version under the names of the first designs.
const OLD_VERSIONS: [&str; 2] = ["v1", "1.0"];

/// Documents of these systems travel in the same streams and are not ours.
const FOREIGN: [&str; 3] = ["metadata", "deckhand", "pegleg"];

/// What a document is, as far as its envelope says.
#[derive(Debug)]
pub(super) enum Identity {
    Kind(Kind),
    /// Another system's; nothing else is asked of it.
    Foreign,
    /// Not to be told; what is wrong was reported.
    Unknown,
}

impl<'v> Reading<'v> {
    /// What apiVersion and kind say.
    pub(super) fn versioned(&mut self, value: &'v Value) -> Identity {
        let version = self.single(value, "apiVersion");
        let text = version.and_then(Value::as_text).unwrap_or(API_VERSION);
        let (group, number) = text.split_once('/').unwrap_or((text, ""));
        let Some(place) = version.map(|version| version.span) else {
            let kind = self
                .single(value, "kind")
                .and_then(Value::as_text)
                .and_then(Kind::built_in);
            return kind.map_or(Identity::Unknown, Identity::Kind);
        };
        if FOREIGN.contains(&group) {
            return self.foreign(text, place);
        }
        let kind = self.single(value, "kind");
        if OLD_VERSIONS.contains(&text) {
            let message = format!("apiVersion {} is read as {API_VERSION}", quote(text));
            let note = Diagnostic::new(Code::OLD_VERSION, message).at(place, "");
            self.push(
                note.help(format!("write {API_VERSION}"))
                    .edit(place, API_VERSION),
            );
        } else if group == GROUP && number != VERSION {
            return self.unknown_version(text, place);
        }
        let Some((kind_text, kind_place)) =
            kind.and_then(|kind| Some((kind.as_text()?, kind.span)))
        else {
            return Identity::Unknown;
        };
        match group == GROUP || OLD_VERSIONS.contains(&text) {
            true => self.built_in(kind_text, kind_place, str::to_owned),
            // Whether anybody registered it, resolving tells.
            false => Identity::Kind(Kind::Other(format_smolstr!("{text}/{kind_text}"))),
        }
    }

    /// What schema says.
    pub(super) fn schema(&mut self, value: &'v Value) -> Identity {
        let Some(schema) = self.single(value, "schema") else {
            return Identity::Unknown;
        };
        let (text, place) = (schema.as_text().unwrap_or_default(), schema.span);
        let mut parts = text.split('/');
        let (group, kind, version) = (parts.next(), parts.next(), parts.next());
        if group.is_some_and(|group| FOREIGN.contains(&group)) {
            return self.foreign(text, place);
        }
        let (Some(group), Some(kind), Some(version), None) = (group, kind, version, parts.next())
        else {
            let message = format!(
                "schema {} is not of the form GROUP/Kind/VERSION",
                quote(text)
            );
            let help = format!("write it like {GROUP}/BaremetalNode/{VERSION}");
            self.push(
                Diagnostic::new(Code::ENVELOPE, message)
                    .at(place, "")
                    .help(help),
            );
            return Identity::Unknown;
        };
        match (group, version) {
            (GROUP, VERSION) => {
                self.built_in(kind, place, |near| format!("{GROUP}/{near}/{VERSION}"))
            }
            (GROUP, _) => self.unknown_version(text, place),
            _ => Identity::Kind(Kind::Other(format_smolstr!("{group}/{version}/{kind}"))),
        }
    }

    fn foreign(&mut self, text: &str, place: Span) -> Identity {
        let message = format!("a document of {} is skipped", quote(text));
        self.push(Diagnostic::new(Code::SKIPPED_DOCUMENT, message).at(place, ""));
        Identity::Foreign
    }

    fn unknown_version(&mut self, text: &str, place: Span) -> Identity {
        let message = format!("this version of Drydock does not know {}", quote(text));
        let found = Diagnostic::new(Code::ENVELOPE, message).at(place, "");
        self.push(found.help(format!("it reads {API_VERSION}")));
        Identity::Unknown
    }

    /// `written` is how a kind is written at this place.
    fn built_in(
        &mut self,
        text: &str,
        place: Span,
        written: impl FnOnce(&str) -> String,
    ) -> Identity {
        if let Some(kind) = Kind::built_in(text) {
            return Identity::Kind(kind);
        }
        let found = Diagnostic::new(
            Code::UNKNOWN_KIND,
            format!("there is no kind {}", quote(text)),
        )
        .at(place, "");
        self.push(
            match did_you_mean(text, Kind::ALL.iter().map(Kind::as_str)) {
                Some(near) => found
                    .help(format!("did you mean `{near}`?"))
                    .edit(place, written(near)),
                None => {
                    let kinds: Vec<&str> = Kind::ALL.iter().map(Kind::as_str).collect();
                    found.help(format!("the kinds are {}", kinds.join(", ")))
                }
            },
        );
        Identity::Unknown
    }
}
