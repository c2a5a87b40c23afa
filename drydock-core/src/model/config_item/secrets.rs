//! Where the secrets of a registered kind stand: at marks in its schema, and at paths that the host named.
//!
//! The schema is read loosely: where one of several forms may apply, a mark in any of them counts, so that too much is
//! masked rather than too little.

use serde_json::Value as Json;
use smol_str::SmolStr;
use std::{collections::BTreeMap, sync::Arc};

/// The marks of a kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct SecretMarks {
    schema: Option<Arc<Json>>,
    paths: Marked,
}

/// The paths that the host named, as a tree.
#[derive(Debug, Clone, Default)]
struct Marked {
    secret: bool,
    keys: BTreeMap<SmolStr, Marked>,
}

/// One place of a document, as the marks see it.
#[derive(Debug, Clone)]
pub(crate) struct Marks<'m> {
    root: Option<&'m Json>,
    schemas: Vec<&'m Json>,
    paths: Vec<&'m Marked>,
}

impl SecretMarks {
    /// The marks of a schema.
    pub(super) fn of(schema: Option<Arc<Json>>) -> Self {
        let marked = schema.filter(|schema| schema.to_string().contains("\"secret\":true"));
        Self {
            schema: marked,
            paths: Marked::default(),
        }
    }

    /// Adds a path.
    pub(super) fn add(&mut self, path: Vec<SmolStr>) {
        let deepest = path.into_iter().fold(&mut self.paths, |marked, key| {
            marked.keys.entry(key).or_default()
        });
        deepest.secret = true;
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.schema.is_none() && self.paths.keys.is_empty()
    }

    /// The keys that a secret may stand under, for text that does not parse.
    pub(super) fn keys(&self) -> Vec<SmolStr> {
        let mut keys = Vec::new();
        let mut open = vec![&self.paths];
        while let Some(marked) = open.pop() {
            let secret = marked.keys.iter().filter(|(_, below)| below.secret);
            keys.extend(secret.map(|(key, _)| key.clone()));
            open.extend(marked.keys.values());
        }
        let root = self.root();
        for schema in self
            .schema
            .iter()
            .flat_map(|schema| super::schema::everything(schema))
        {
            let properties = schema.get("properties").and_then(Json::as_object);
            for (key, property) in properties.into_iter().flatten() {
                let place = Marks {
                    schemas: vec![property],
                    paths: Vec::new(),
                    ..root
                };
                if place.is_secret() {
                    keys.push(key.into());
                }
            }
        }
        keys.retain(|key| key != "*");
        keys
    }

    /// The place of the whole `spec`.
    pub(crate) fn root(&self) -> Marks<'_> {
        let root = self.schema.as_deref();
        Marks {
            root,
            schemas: root.into_iter().collect(),
            paths: vec![&self.paths],
        }
    }
}

impl<'m> Marks<'m> {
    /// Whether what stands here is a secret.
    pub(crate) fn is_secret(&self) -> bool {
        let marked = |schema: &&Json| schema.get("secret").and_then(Json::as_bool) == Some(true);
        self.paths.iter().any(|path| path.secret) || self.applying().iter().any(marked)
    }

    /// The place of the value under a key.
    pub(crate) fn key(&self, key: &str) -> Marks<'m> {
        let mut schemas = Vec::new();
        for schema in self.applying() {
            let named = schema.get("properties").and_then(|all| all.get(key));
            let patterns = schema.get("patternProperties").and_then(Json::as_object);
            schemas.extend(named);
            schemas.extend(patterns.into_iter().flat_map(|all| all.values()));
            if named.is_none() {
                let others = ["additionalProperties", "unevaluatedProperties"];
                schemas.extend(others.iter().filter_map(|other| schema.get(other)));
            }
        }
        self.at(schemas, key)
    }

    /// The place of an item of a list.
    pub(crate) fn item(&self, number: usize) -> Marks<'m> {
        let mut schemas = Vec::new();
        for schema in self.applying() {
            for keyword in ["prefixItems", "items"] {
                match schema.get(keyword) {
                    Some(Json::Array(items)) => schemas.extend(items.get(number)),
                    other => schemas.extend(other),
                }
            }
            let others = ["additionalItems", "unevaluatedItems", "contains"];
            schemas.extend(others.iter().filter_map(|other| schema.get(other)));
        }
        self.at(schemas, &number.to_string())
    }

    fn at(&self, schemas: Vec<&'m Json>, key: &str) -> Marks<'m> {
        let below = self
            .paths
            .iter()
            .flat_map(|path| [path.keys.get(key), path.keys.get("*")]);
        Marks {
            root: self.root,
            schemas,
            paths: below.flatten().collect(),
        }
    }

    /// Every schema that may apply here: those of the place, what they refer to and what they consist of.
    fn applying(&self) -> Vec<&'m Json> {
        let mut found: Vec<&'m Json> = Vec::new();
        let mut open = self.schemas.clone();
        while let Some(schema) = open.pop() {
            if found.iter().any(|known| std::ptr::eq(*known, schema)) {
                continue;
            }
            found.push(schema);
            if let Some(root) = self.root {
                open.extend(super::schema::in_place(root, schema));
            }
        }
        found
    }
}
