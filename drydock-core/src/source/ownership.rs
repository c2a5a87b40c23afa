//! Who may say what in a design of several sources: owners of fields, and whose word counts most.
//!
//! It never looks at a document; resolving composes by it.

use crate::{
    diagnostic::{did_you_mean, quote},
    field::{FieldPath, FieldPathError},
    model::{
        self,
        shape::{RecordShape, Shape},
    },
    names::{Kind, SourceName},
};
use std::{collections::BTreeSet, fmt};

/// The right of one source to be the only one that writes a field of a kind, and whatever is below that field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Owner {
    /// The source that owns.
    pub source: SourceName,
    /// The kind of the documents.
    pub kind: Kind,
    /// The field of their spec; the root owns whole documents.
    pub path: FieldPath,
}

impl Owner {
    /// The right of `source` to `path` of every document of this kind.
    pub fn new(source: impl Into<SourceName>, kind: Kind, path: FieldPath) -> Self {
        Self {
            source: source.into(),
            kind,
            path,
        }
    }

    fn overlaps(&self, other: &Owner) -> bool {
        self.kind == other.kind
            && self.source != other.source
            && (self.path.starts_with(&other.path) || other.path.starts_with(&self.path))
    }
}

/// `inventory owns BaremetalNode: addressing`
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.is_root() {
            true => write!(f, "{} owns {}", self.source, self.kind),
            false => write!(f, "{} owns {}: {}", self.source, self.kind, self.path),
        }
    }
}

/// Why a federation cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FederationError {
    /// A source has no name.
    #[error("a source of a federation has no name; give it one")]
    NoName,
    /// Two sources have one name, or a precedence names one twice.
    #[error("the source {} is named twice; give each source a name of its own", quote(.0))]
    TwiceNamed(SourceName),
    /// An owner or a precedence names a source that there is not.
    #[error("there is no source {}; {help}", quote(.name))]
    UnknownSource {
        /// The name.
        name: SourceName,
        /// What to write instead.
        help: String,
    },
    /// Two sources own one field.
    #[error("{}, and {}; let only one of them own it", .0[0], .0[1])]
    Overlap(Box<[Owner; 2]>),
    /// A kind has no such field.
    #[error("{owner}, but {problem}")]
    NoField {
        /// The owner.
        owner: Box<Owner>,
        /// What is wrong with its path, and what to write instead.
        problem: String,
    },
    /// A text is no path of a field.
    #[error(transparent)]
    Path(#[from] FieldPathError),
}

/// The sources of a design, what each owns, and whose word counts most. Of a lone source it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Federation {
    /// By rank.
    sources: Vec<SourceName>,
    owners: Vec<Owner>,
    /// How many of the sources a precedence names.
    preceding: usize,
}

impl Federation {
    /// A federation of these sources, in no particular order. The precedence names those whose word counts where values
    /// differ, the first most, before all that it does not name; where it names none, differing values are conflicts.
    ///
    /// # Errors
    /// When a name stands twice or names no source, when a kind does not have the field that somebody owns, or when two
    /// sources own one field.
    pub fn new<I, P>(
        sources: I,
        owners: impl IntoIterator<Item = Owner>,
        precedence: P,
    ) -> Result<Self, FederationError>
    where
        I: IntoIterator,
        I::Item: Into<SourceName>,
        P: IntoIterator,
        P::Item: Into<SourceName>,
    {
        let mut names = BTreeSet::new();
        for name in sources.into_iter().map(Into::into) {
            if name.is_empty() {
                return Err(FederationError::NoName);
            }
            if !names.insert(name.clone()) {
                return Err(FederationError::TwiceNamed(name));
            }
        }
        let mut ranked: Vec<SourceName> = Vec::with_capacity(names.len());
        for name in precedence.into_iter().map(Into::into) {
            known(&name, &names)?;
            if ranked.contains(&name) {
                return Err(FederationError::TwiceNamed(name));
            }
            ranked.push(name);
        }
        let preceding = ranked.len();
        let others = names.iter().filter(|name| !ranked.contains(name)).cloned();
        let others: Vec<SourceName> = others.collect();
        ranked.extend(others);
        let mut federation = Self {
            sources: ranked,
            owners: Vec::new(),
            preceding,
        };
        for owner in owners {
            known(&owner.source, &names)?;
            let owner = in_present_spelling(owner)?;
            if let Some(other) = federation
                .owners
                .iter()
                .find(|other| other.overlaps(&owner))
            {
                return Err(FederationError::Overlap([other.clone(), owner].into()));
            }
            federation.owners.push(owner);
        }
        // The order in which owners were named says nothing.
        let key = |owner: &Owner| {
            let Owner { source, kind, path } = owner;
            (kind.clone(), path.clone(), source.clone())
        };
        federation.owners.sort_by_key(key);
        federation.owners.dedup();
        Ok(federation)
    }

    /// The sources by rank: those that the precedence names, then the others by name.
    pub fn sources(&self) -> &[SourceName] {
        &self.sources
    }

    /// The sources that a precedence names, the one whose word counts most first.
    pub fn precedence(&self) -> &[SourceName] {
        &self.sources[..self.preceding]
    }

    /// What each source owns.
    pub fn owners(&self) -> &[Owner] {
        &self.owners
    }

    /// Orders sources by rank; one that is not of this federation comes last.
    pub(crate) fn rank<'n>(&self, source: &'n SourceName) -> (usize, &'n SourceName) {
        let place = self.sources.iter().position(|name| name == source);
        (place.unwrap_or(self.sources.len()), source)
    }

    /// Whether this source's word counts before that of all that rank below it.
    pub(crate) fn precedes(&self, source: &SourceName) -> bool {
        self.precedence().contains(source)
    }

    /// Who owns exactly this field.
    pub(crate) fn owner_at(&self, kind: &Kind, path: &FieldPath) -> Option<&Owner> {
        self.owners
            .iter()
            .find(|owner| owner.kind == *kind && owner.path == *path)
    }

    /// What is owned at this field or below it by others than `source`.
    pub(crate) fn owned_by_others<'f, 's>(
        &'f self,
        kind: &'s Kind,
        path: &'s FieldPath,
        source: &'s SourceName,
    ) -> impl Iterator<Item = &'f Owner> + use<'f, 's> {
        self.owners.iter().filter(move |owner| {
            owner.kind == *kind && owner.source != *source && owner.path.starts_with(path)
        })
    }
}

fn known(name: &SourceName, names: &BTreeSet<SourceName>) -> Result<(), FederationError> {
    if names.contains(name) {
        return Ok(());
    }
    let candidates = || names.iter().map(SourceName::as_str);
    let help = match did_you_mean(name, candidates()) {
        Some(meant) => format!("did you mean {}?", quote(meant)),
        None => {
            let all: Vec<String> = candidates().map(quote).collect();
            format!("the sources are {}", all.join(", "))
        }
    };
    let name = name.clone();
    Err(FederationError::UnknownSource { name, help })
}

/// The owner with the keys of its path as documents are composed, which is after old keys were renamed.
fn in_present_spelling(owner: Owner) -> Result<Owner, FederationError> {
    let Some(record) = model::shape_of(&owner.kind) else {
        return Ok(owner);
    };
    let mut path = FieldPath::root();
    let mut shape = Shape::Record(record);
    for key in owner.path.keys() {
        let (key, inner) = match shape {
            Shape::Record(record) | Shape::WordOrRecord(_, record) => match record.field(key) {
                Some(field) => (field.name.into(), field.shape),
                None => match record.rest {
                    Some(rest) => (key.clone(), rest),
                    None => return Err(no_field(&owner, &path, key, record)),
                },
            },
            Shape::Keyed(record) => (key.clone(), Shape::Record(record)),
            // A free map's values are leaves, so nothing lies below them.
            Shape::Free(_) => (key.clone(), Shape::Secret),
            Shape::Any => (key.clone(), Shape::Any),
            Shape::Word(_) | Shape::Secret | Shape::Set(_) | Shape::List(_) => {
                let problem = format!("{path} is one value and has no parts to own; own it whole");
                let owner = owner.into();
                return Err(FederationError::NoField { owner, problem });
            }
        };
        path.push(key);
        shape = inner;
    }
    Ok(Owner { path, ..owner })
}

fn no_field(owner: &Owner, path: &FieldPath, key: &str, record: &RecordShape) -> FederationError {
    let names = || record.fields.iter().map(|field| field.name);
    let help = match did_you_mean(key, names()) {
        Some(meant) => format!("did you mean {}?", path.join(meant)),
        None => format!("known here: {}", names().collect::<Vec<_>>().join(", ")),
    };
    let problem = format!("there is no field {}; {help}", quote(key));
    FederationError::NoField {
        owner: owner.clone().into(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(source: &str, path: &str) -> Owner {
        Owner::new(source, Kind::BaremetalNode, path.parse().unwrap())
    }

    fn refused(owners: Vec<Owner>, precedence: &[&str]) -> String {
        let built = Federation::new(["inventory", "site"], owners, precedence.iter().copied());
        built.unwrap_err().to_string()
    }

    #[test]
    fn owners_that_overlap_are_both_named() {
        assert_eq!(
            refused(
                vec![
                    owner("site", "addressing.mgmt"),
                    owner("inventory", "addressing")
                ],
                &[]
            ),
            "site owns BaremetalNode: addressing.mgmt, and inventory owns BaremetalNode: addressing; let only one of them \
             own it"
        );
        let apart = [
            owner("site", "metadata.tags"),
            owner("inventory", "metadata.rack"),
        ];
        assert!(Federation::new(["inventory", "site"], apart, [""; 0]).is_ok());
    }

    #[test]
    fn names_and_fields_that_do_not_exist_are_refused() {
        assert_eq!(
            refused(vec![owner("sitee", "addressing")], &[]),
            "there is no source `sitee`; did you mean `site`?"
        );
        assert_eq!(
            refused(vec![], &["netbox"]),
            "there is no source `netbox`; the sources are `inventory`, `site`"
        );
        assert_eq!(
            refused(vec![owner("site", "metadata.rak")], &[]),
            "site owns BaremetalNode: metadata.rak, but there is no field `rak`; did you mean metadata.rack?"
        );
        assert_eq!(
            refused(vec![owner("site", "metadata.tags.edge")], &[]),
            "site owns BaremetalNode: metadata.tags.edge, but metadata.tags is one value and has no parts to own; own it \
             whole"
        );
        assert_eq!(
            refused(vec![], &["site", "site"]),
            "the source `site` is named twice; give each source a name of its own"
        );
        let none: [Owner; 0] = [];
        let twice = Federation::new(["site", "site"], none.clone(), [""; 0]);
        assert_eq!(twice, Err(FederationError::TwiceNamed("site".into())));
        let unnamed = Federation::new([""], none, [""; 0]);
        assert_eq!(unnamed, Err(FederationError::NoName));
    }

    #[test]
    fn an_owner_may_be_written_with_an_old_key() {
        let owners = [owner("site", "interfaces.e.network_link")];
        let federation = Federation::new(["site"], owners, ["site"]).unwrap();
        assert_eq!(
            federation.owners()[0].to_string(),
            "site owns BaremetalNode: interfaces.e.device_link"
        );
    }
}
