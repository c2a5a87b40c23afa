//! Queries: which documents or resolved nodes of a design, and which of their fields. Asks, changes nothing.

use super::resolved::ResolvedDesign;
use crate::{
    field::FieldPath,
    model::{Selector, known_field},
    names::{DocumentId, Kind},
    source::{METADATA, Parts, Value},
};
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};
use smol_str::SmolStr;

/// What to list of a design: documents of one kind that a selector chooses, and the fields that are asked for.
///
/// ```
/// use drydock_core::{names::Kind, resolve::Query};
///
/// let fields = ["platform.image".parse()?, "metadata.rack".parse()?];
/// let query = Query::new(Kind::BaremetalNode, "role=compute".parse()?, fields)?;
/// let typo = Query::new(Kind::BaremetalNode, "spec.platfrom.image=noble".parse()?, []).unwrap_err();
/// assert_eq!(
///     typo.to_string(),
///     "a BaremetalNode has no field `spec.platfrom.image`: did you mean `spec.platform.image`?"
/// );
/// # let _ = query;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    kind: Kind,
    selector: Selector,
    fields: Vec<Asked>,
    as_written: bool,
}

/// A field as it was asked for, and where it stands: a path that begins with `spec` or `metadata`.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    asked: FieldPath,
    path: FieldPath,
}

/// A field that no document of the kind can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a {kind} has no field `{field}`: {instead}")]
#[non_exhaustive]
pub struct QueryError {
    /// The kind that was asked for.
    pub kind: Kind,
    /// The field as it was asked for.
    pub field: FieldPath,
    /// What to write instead.
    pub instead: String,
}

/// One document or node that a query found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// Which.
    pub id: DocumentId,
    /// The fields that were asked for, in their order, each with its value and the place where that was written; nothing
    /// where nobody wrote it.
    pub fields: Vec<(FieldPath, Option<Value>)>,
}

impl Query {
    /// Everything of a kind that the selector chooses, with these fields.
    ///
    /// A field is one of the spec, written as in findings: `interfaces.bond0.mtu`. `metadata.region` is the document's
    /// where the spec has no such field, and `spec.` may stand before any. Nodes and host profiles are asked for with
    /// what they inherit, see [`Query::as_written`].
    ///
    /// # Errors
    /// When a field, also one that the selector asks for, is one that no document of this kind can have.
    pub fn new(
        kind: Kind,
        selector: Selector,
        fields: impl IntoIterator<Item = FieldPath>,
    ) -> Result<Self, QueryError> {
        for path in selector.fields() {
            known(&kind, path).map_err(|instead| wrong(&kind, path, instead))?;
        }
        let asked = |asked: FieldPath| match place(&kind, &asked) {
            Ok(path) => Ok(Asked { path, asked }),
            Err(instead) => Err(wrong(&kind, &asked, instead)),
        };
        let fields = fields.into_iter().map(asked).collect::<Result<_, _>>()?;
        Ok(Self {
            kind,
            selector,
            fields,
            as_written: false,
        })
    }

    /// Asks for documents as they were written, without what they inherit.
    #[must_use]
    pub fn as_written(mut self) -> Self {
        self.as_written = true;
        self
    }

    fn row(&self, id: DocumentId, parts: Parts<'_>) -> Row {
        let field = |asked: &Asked| (asked.asked.clone(), parts.at(&asked.path).cloned());
        Row {
            id,
            fields: self.fields.iter().map(field).collect(),
        }
    }
}

impl ResolvedDesign {
    /// What the query asks for, ordered by name.
    pub fn query(&self, query: &Query) -> Vec<Row> {
        let id = |name: &str| DocumentId::new(query.kind.clone(), name);
        match query.kind {
            Kind::BaremetalNode if !query.as_written => {
                let chosen = self
                    .nodes
                    .values()
                    .filter(|node| query.selector.matches(&***node));
                chosen
                    .map(|node| query.row(node.id(), node.parts()))
                    .collect()
            }
            Kind::HostProfile if !query.as_written => {
                let profiles = self.profiles.iter();
                let chosen = profiles.filter(|(_, profile)| query.selector.matches(&***profile));
                chosen
                    .map(|(name, profile)| query.row(id(name), profile.parts()))
                    .collect()
            }
            _ => {
                let of_kind = self.documents.values().filter(|d| d.id.kind == query.kind);
                let chosen = of_kind.filter(|document| query.selector.matches(&***document));
                chosen
                    .map(|document| query.row(document.id.clone(), document.parts()))
                    .collect()
            }
        }
    }
}

fn wrong(kind: &Kind, field: &FieldPath, instead: String) -> QueryError {
    QueryError {
        kind: kind.clone(),
        field: field.clone(),
        instead,
    }
}

/// Where a field that was asked for stands.
fn place(kind: &Kind, asked: &FieldPath) -> Result<FieldPath, String> {
    let in_spec = FieldPath::of(
        ["spec".into()]
            .into_iter()
            .chain(asked.keys().iter().cloned()),
    );
    let first = asked.keys().first().map_or("", SmolStr::as_str);
    let item = matches!(kind, Kind::Other(_));
    match known(kind, &in_spec) {
        Ok(path) if !(item && matches!(first, "spec" | "metadata")) => Ok(path),
        // What the spec has under this name comes first: `metadata.rack` of a node.
        _ if first == "spec" => known(kind, asked),
        Err(instead) if first == "metadata" => known(kind, asked).map_err(|_| instead),
        Ok(_) => known(kind, asked),
        Err(instead) => Err(instead),
    }
}

/// The path, which begins with `spec` or `metadata`, in its present spelling; else what to write instead.
pub(crate) fn known(kind: &Kind, path: &FieldPath) -> Result<FieldPath, String> {
    let Some((first, rest)) = path.keys().split_first() else {
        return Ok(path.clone());
    };
    let rest = FieldPath::of(rest.iter().cloned());
    if first == "metadata" {
        let key = rest.keys().first().map_or("", SmolStr::as_str);
        return match METADATA.contains(&key) || matches!(kind, Kind::Other(_)) {
            true => Ok(path.clone()),
            false => Err(match crate::diagnostic::did_you_mean(key, METADATA) {
                Some(meant) => format!("did you mean `metadata.{meant}`?"),
                None => format!("known there: {}", METADATA[..7].join(", ")),
            }),
        };
    }
    let prefixed = |path: &FieldPath| {
        FieldPath::of(
            ["spec".into()]
                .into_iter()
                .chain(path.keys().iter().cloned()),
        )
    };
    match known_field(kind, &rest) {
        Ok(rest) => Ok(prefixed(&rest)),
        Err(mut error) => {
            error.meant = error.meant.as_ref().map(prefixed);
            error.parent = prefixed(&error.parent);
            Err(error.to_string())
        }
    }
}

/// `{kind, name, fields: {path: value}}`, secrets struck out.
impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Fields<'a>(&'a [(FieldPath, Option<Value>)]);
        impl Serialize for Fields<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(self.0.len()))?;
                for (field, value) in self.0 {
                    map.serialize_entry(field, value)?;
                }
                map.end()
            }
        }
        let mut row = serializer.serialize_struct("Row", 3)?;
        row.serialize_field("kind", &self.id.kind)?;
        row.serialize_field("name", &self.id.name)?;
        row.serialize_field("fields", &Fields(&self.fields))?;
        row.end()
    }
}
