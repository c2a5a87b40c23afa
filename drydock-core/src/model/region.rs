//! Region: one site.

use super::{Free, Keyed, Set, Text, shape::record};
use smol_str::SmolStr;

record! {
    /// The spec of a Region.
    pub struct Region {
        /// Tags that the server driver computes from a machine's hardware.
        tag_definitions: Keyed<TagDefinition>,
        /// SSH public keys for the default user of every node.
        authorized_keys: Set<SmolStr>,
        /// Package repositories.
        repositories: Repositories,
    }
}

record! {
    /// A tag that follows from hardware.
    pub struct TagDefinition key "tag" {
        /// How the definition is written, such as `lshw_xpath`.
        definition_type: Option<Text>,
        /// The condition.
        definition: Option<Text>,
    }
}

record! {
    /// Package repositories by name.
    pub struct Repositories {
        /// Whether repositories that are not listed here are removed. Default false.
        remove_unlisted: Option<bool>,
    }
    rest listed: Repository;
}

record! {
    /// One package repository.
    pub struct Repository {
        /// `apt` or `rpm`.
        repo_type: Option<Text>,
        /// Where it is.
        url: Option<Text>,
        /// Distributions, such as `noble`.
        distributions: Set<SmolStr>,
        /// Pockets, such as `updates`.
        subrepos: Set<SmolStr>,
        /// Components, such as `main`.
        components: Set<SmolStr>,
        /// The public key that signs it.
        gpgkey: Option<Text>,
        /// Architectures. Default amd64.
        arches: Set<SmolStr>,
        /// Further options of the package manager.
        options: Free,
    }
}
