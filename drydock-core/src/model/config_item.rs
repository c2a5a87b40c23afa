//! Configuration items: documents of kinds that are not built in, and the registry of those that a host knows.
//!
//! A host says of a kind what it may look like (a JSON Schema), how it is inherited, and where its secrets stand. What a
//! definition says is made sure of when it is registered, so that resolving never fails on it.

mod policy;
mod schema;
mod secrets;
#[cfg(feature = "jsonschema")]
mod violation;

pub(crate) use policy::{ItemMerge, ItemPolicy};
pub(crate) use schema::{ItemSchema, Violation, Wrong};
pub(crate) use secrets::{Marks, SecretMarks};

use crate::names::Kind;
use smol_str::{SmolStr, ToSmolStr, format_smolstr};
use std::{collections::BTreeMap, sync::Arc};

/// The kinds that a host registers, beside those that are built in. Cheap to clone.
///
/// ```
/// use drydock_core::model::{KindDefinition, Kinds};
///
/// let licence = KindDefinition::new("acme/v1", "License")
///     .inherits("based_on")
///     .keyed("pools", "name")
///     .unite("pools.*.users")
///     .secret("activation_key");
/// let kinds = Kinds::new().with(licence)?;
/// assert!(kinds.names().eq(["acme/v1/License"]));
/// # Ok::<(), drydock_core::model::KindError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Kinds(Arc<BTreeMap<SmolStr, RegisteredKind>>);

impl Kinds {
    /// No kinds but those that are built in.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a kind.
    ///
    /// # Errors
    /// When the definition cannot be used; the error says why and what to do.
    pub fn with(mut self, definition: KindDefinition) -> Result<Self, KindError> {
        let registered = RegisteredKind::of(definition)?;
        let name: SmolStr = registered.kind.as_str().into();
        if self.0.contains_key(&name) {
            return Err(KindError::Twice(name));
        }
        Arc::make_mut(&mut self.0).insert(name, registered);
        Ok(self)
    }

    /// The kinds by their names, such as `acme/v1/License`, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(SmolStr::as_str)
    }

    /// What is registered of this kind.
    pub(crate) fn find(&self, kind: &Kind) -> Option<&RegisteredKind> {
        match kind {
            Kind::Other(name) => self.0.get(name),
            _ => None,
        }
    }

    /// The keys that their secrets may stand under, for text that does not parse.
    pub(crate) fn secret_keys(&self) -> Vec<SmolStr> {
        self.iter().flat_map(|kind| kind.secrets.keys()).collect()
    }

    /// The registered kinds, ordered by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &RegisteredKind> {
        self.0.values()
    }
}

/// What a host says of a kind of its own.
///
/// Paths are those of fields, `pools.main.users`; `*` stands for any key. Unless something else is said, a kind that
/// inherits is inherited like this: maps key by key, single values are replaced, lists are replaced whole.
#[derive(Debug, Clone)]
pub struct KindDefinition {
    api_version: SmolStr,
    name: SmolStr,
    schema: Option<serde_json::Value>,
    parents: Option<SmolStr>,
    merges: Vec<(SmolStr, ItemMerge)>,
    secrets: Vec<SmolStr>,
}

impl KindDefinition {
    /// A kind whose documents say `apiVersion: acme/v1` and `kind: License`, or `schema: acme/License/v1`.
    pub fn new(api_version: impl Into<SmolStr>, name: impl Into<SmolStr>) -> Self {
        Self {
            api_version: api_version.into(),
            name: name.into(),
            schema: None,
            parents: None,
            merges: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// The JSON Schema of its `spec`, draft 2020-12 unless it says another; needs the feature `jsonschema`.
    ///
    /// It is held against what a document comes to after inheritance; of a document that others inherit from nothing is
    /// demanded that they may add. A property with `secret: true` is a secret position: a text, or `{secret: NAME}`.
    /// Nothing is fetched: every `$ref` begins with `#`.
    #[must_use]
    pub fn schema(mut self, schema: serde_json::Value) -> Self {
        self.schema = Some(schema);
        self
    }

    /// Documents of the kind inherit: this field of their `spec` names the parents, one name or a list of names, all of
    /// the same kind. The field itself is not inherited, and the schema need not mention it.
    #[must_use]
    pub fn inherits(mut self, field: impl Into<SmolStr>) -> Self {
        self.parents = Some(field.into());
        self
    }

    /// What stands at the path is objects with a primary key, written as a map (key outside) or as a list (key inside)
    /// and inherited entry by entry. Resolved, and for the schema, it is a map.
    #[must_use]
    pub fn keyed(self, path: impl Into<SmolStr>, key: impl Into<SmolStr>) -> Self {
        self.merge(path, ItemMerge::Keyed(key.into()))
    }

    /// The list of single values at the path has no duplicates; an heir's items come first, then what it inherits.
    #[must_use]
    pub fn unite(self, path: impl Into<SmolStr>) -> Self {
        self.merge(path, ItemMerge::Unite)
    }

    /// What stands at the path is replaced whole, also a map. Inside it nothing removes, so a text may begin with `!`.
    #[must_use]
    pub fn replace(self, path: impl Into<SmolStr>) -> Self {
        self.merge(path, ItemMerge::Replace)
    }

    /// What stands at the path is a secret: masked in all that is printed, and possibly `{secret: NAME}`.
    #[must_use]
    pub fn secret(mut self, path: impl Into<SmolStr>) -> Self {
        self.secrets.push(path.into());
        self
    }

    fn merge(mut self, path: impl Into<SmolStr>, merge: ItemMerge) -> Self {
        self.merges.push((path.into(), merge));
        self
    }
}

/// Why a kind cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KindError {
    /// Another kind has this name already.
    #[error(
        "the kind {0} is registered twice; register it once, with all that is to be said of it"
    )]
    Twice(SmolStr),
    /// The apiVersion belongs to Drydock, or to a system whose documents are skipped.
    #[error(
        "apiVersion `{0}` is not free: drydock, v1, 1.0, deckhand, metadata and pegleg have a meaning of their own; use a group of your own, such as acme/v1"
    )]
    Taken(SmolStr),
    /// The apiVersion or the name of the kind is not of the form that documents write.
    #[error(
        "`{0}` is no kind: an apiVersion has the form GROUP/VERSION and the name of a kind has no `/`, such as acme/v1 and License"
    )]
    Name(SmolStr),
    /// A path cannot be used.
    #[error("kind {kind}: the path `{path}` cannot be used: {reason}")]
    Path {
        /// The kind.
        kind: SmolStr,
        /// The path.
        path: SmolStr,
        /// Why, and what to write instead.
        reason: String,
    },
    /// A merge policy was given to a kind that does not inherit.
    #[error(
        "kind {0} has a merge policy but does not inherit; say by which field it does, with `inherits`"
    )]
    InheritsNothing(SmolStr),
    /// The schema cannot be used.
    #[error("kind {kind}: its schema cannot be used: {reason}")]
    Schema {
        /// The kind.
        kind: SmolStr,
        /// Why, and what to write instead.
        reason: String,
    },
    /// Schemas are not compiled in.
    #[error(
        "kind {0} has a schema, but drydock-core was built without its feature `jsonschema`; switch it on, or register the kind without a schema"
    )]
    SchemaFeature(SmolStr),
}

/// A kind as it was registered, everything in it made sure of.
#[derive(Debug, Clone)]
pub(crate) struct RegisteredKind {
    pub(crate) kind: Kind,
    /// The field that names the parents, where the kind inherits.
    pub(crate) parents: Option<SmolStr>,
    pub(crate) policy: ItemPolicy,
    pub(crate) secrets: SecretMarks,
    pub(crate) schema: Option<ItemSchema>,
}

/// What the first word of an apiVersion may not be.
const TAKEN: [&str; 6] = ["drydock", "v1", "1.0", "deckhand", "metadata", "pegleg"];

impl RegisteredKind {
    fn of(definition: KindDefinition) -> Result<Self, KindError> {
        let version = &definition.api_version;
        let name = format_smolstr!("{version}/{}", definition.name);
        if TAKEN.contains(&version.split('/').next().unwrap_or_default()) {
            return Err(KindError::Taken(version.clone()));
        }
        let parts: Vec<&str> = name.split('/').collect();
        let odd = |part: &&str| part.is_empty() || part.contains(char::is_whitespace);
        if parts.len() != 3 || parts.iter().any(odd) {
            return Err(KindError::Name(name));
        }
        let path_error = |path: &SmolStr, reason: String| KindError::Path {
            kind: name.clone(),
            path: path.clone(),
            reason,
        };
        let mut policy = ItemPolicy::default();
        if let Some(field) = &definition.parents {
            if field.is_empty() || field.starts_with('!') || field == "*" {
                let reason = "the parents are named by one field of the spec; give its key";
                return Err(path_error(field, reason.into()));
            }
        } else if !definition.merges.is_empty() {
            return Err(KindError::InheritsNothing(name));
        }
        for (path, merge) in &definition.merges {
            let keys = policy::keys(path).map_err(|reason| path_error(path, reason))?;
            if definition.parents.as_ref() == keys.first() {
                let reason = "the field that names the parents is not inherited; leave it out";
                return Err(path_error(path, reason.into()));
            }
            let added = policy.add(&keys, merge.clone());
            added.map_err(|reason| path_error(path, reason))?;
        }
        let schema = definition
            .schema
            .map(|schema| ItemSchema::of(&name, schema));
        let schema = schema.transpose()?;
        let document = schema.as_ref().map(ItemSchema::document);
        let mut secrets = SecretMarks::of(document.cloned());
        for path in &definition.secrets {
            let keys = policy::keys(path).map_err(|reason| path_error(path, reason))?;
            secrets.add(keys);
        }
        Ok(Self {
            kind: Kind::Other(name.to_smolstr()),
            parents: definition.parents,
            policy,
            secrets,
            schema,
        })
    }
}
