//! BootAction: what a node loads and runs when it first boots.

use super::{
    Any, Listed, NodeFilter, Set, Text,
    shape::{record, words},
};
use smol_str::SmolStr;

record! {
    /// The spec of a BootAction.
    pub struct BootAction {
        /// Whether the node reports how it went. Default false.
        signaling: Option<bool>,
        /// What is loaded.
        assets: Listed<Asset>,
        /// Which nodes; all when it is absent.
        node_filter: NodeFilter,
    }
}

record! {
    /// One thing to load.
    pub struct Asset {
        /// What it is.
        kind as "type": Option<AssetType>,
        /// Where it goes.
        path: Option<Text>,
        /// Permissions in octal.
        permissions: Option<Text>,
        /// The content; for a package list, package to version.
        data: Any,
        /// Where the content is fetched.
        location: Option<Text>,
        /// What is done to the content, in this order.
        data_pipeline: Set<SmolStr>,
        /// What is done to the location, in this order.
        location_pipeline: Set<SmolStr>,
    }
}

words! {
    /// What an asset is.
    pub enum AssetType, "unit, file or pkg_list" {
        /// A systemd unit.
        Unit = "unit",
        /// A file.
        File = "file",
        /// Packages.
        PkgList = "pkg_list",
    }
}
