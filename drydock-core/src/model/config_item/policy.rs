//! How each field of a registered kind is inherited: a tree of what the host said of paths.

use crate::field::FieldPath;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// How what stands at a path is inherited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ItemMerge {
    /// Objects with this primary key, entry by entry.
    Keyed(SmolStr),
    /// A list of single values, without duplicates.
    Unite,
    /// Whole.
    Replace,
}

/// What was said of a path and of those below it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ItemPolicy {
    merge: Option<ItemMerge>,
    keys: BTreeMap<SmolStr, ItemPolicy>,
    any_key: Option<Box<ItemPolicy>>,
}

/// What holds where nothing was said.
static SILENT: ItemPolicy = ItemPolicy {
    merge: None,
    keys: BTreeMap::new(),
    any_key: None,
};

impl ItemPolicy {
    /// What was said of the path itself.
    pub(crate) fn merge(&self) -> Option<&ItemMerge> {
        self.merge.as_ref()
    }

    /// What was said of the path one key deeper; a key by its name goes before `*`.
    pub(crate) fn below(&self, key: &str) -> &ItemPolicy {
        let named = self.keys.get(key);
        named.or(self.any_key.as_deref()).unwrap_or(&SILENT)
    }

    /// Adds what is said of a path.
    ///
    /// # Errors
    /// When it contradicts what was said before, or can have no effect; the reason says what to do.
    pub(super) fn add(&mut self, path: &[SmolStr], merge: ItemMerge) -> Result<(), String> {
        let mut policy = self;
        for key in path {
            if matches!(policy.merge, Some(ItemMerge::Unite | ItemMerge::Replace)) {
                return Err(INSIDE.into());
            }
            policy = match &**key {
                "*" => policy.any_key.get_or_insert_default(),
                _ => policy.keys.entry(key.clone()).or_default(),
            };
        }
        if policy.merge.is_some() {
            return Err("it has two merge policies; give it one".into());
        }
        let has_below = !policy.keys.is_empty() || policy.any_key.is_some();
        if has_below && !matches!(merge, ItemMerge::Keyed(_)) {
            return Err(INSIDE.into());
        }
        if matches!(&merge, ItemMerge::Keyed(key) if key.is_empty() || key.starts_with('!')) {
            return Err("the primary key is the name of a field, such as `name`".into());
        }
        policy.merge = Some(merge);
        Ok(())
    }
}

const INSIDE: &str = "it, or one above it, is replaced or united whole, so nothing below that is inherited by itself; leave one of them out";

/// The keys of a path, at least one.
pub(super) fn keys(path: &str) -> Result<Vec<SmolStr>, String> {
    let parsed: FieldPath = path.parse().map_err(|error| format!("{error}"))?;
    match parsed.keys() {
        [] => Err("it is the path of the whole spec; name a field of it".into()),
        keys if keys.iter().any(|key| key.starts_with('!')) => {
            Err("a key cannot begin with `!`, which removes".into())
        }
        keys => Ok(keys.to_vec()),
    }
}
