//! A site of any size as YAML: the same specification gives the same bytes, on every machine.
//!
//! It is written as people write: flow and block style, comments, quoted texts, profiles that override and remove what
//! they inherit. It is clean under every rule.

mod formation;
mod nodes;
mod profiles;

/// A file of the site: its name, with `/` between folders, and its text.
pub type SiteFile = (String, String);

/// How large a site to generate. Every number counts.
///
/// ```
/// use drydock_benches::SiteSpec;
///
/// let spec = SiteSpec { profile_depth: 6, ..SiteSpec::new(20) };
/// assert_eq!(spec.files(), spec.files());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteSpec {
    /// Servers: 1 to [`MAX_NODES`](Self::MAX_NODES). With fewer than ten, some profiles are unused.
    pub nodes: usize,
    /// Profiles above a node, one inheriting from the other, from `base` to its role: 2 to 99. Gateways have one more, as
    /// a second parent.
    pub profile_depth: usize,
    /// Networks: 5 to 120. One is of the BMCs, one is booted from, one is public, the others are VLANs of one trunk.
    pub networks: usize,
    /// Racks, of two switches each: 1 to 8,000. Nodes are spread over them evenly.
    pub racks: usize,
}

impl SiteSpec {
    /// The most nodes that the networks have addresses for.
    pub const MAX_NODES: usize = 110_000;

    /// A site of this many nodes: 40 in a rack, four profiles above each, eight networks.
    pub fn new(nodes: usize) -> Self {
        Self {
            nodes,
            profile_depth: 4,
            networks: 8,
            racks: nodes.div_ceil(40),
        }
    }

    /// Whether there is such a site.
    ///
    /// # Errors
    /// When a number is out of its bounds; the text names it.
    pub fn check(&self) -> Result<(), String> {
        let bounds = [
            ("nodes", self.nodes, 1..=Self::MAX_NODES),
            ("profile_depth", self.profile_depth, 2..=99),
            ("networks", self.networks, 5..=120),
            ("racks", self.racks, 1..=8_000),
        ];
        for (what, number, bounds) in bounds {
            if !bounds.contains(&number) {
                let (low, high) = bounds.into_inner();
                return Err(format!("{what} is {number}; write {low} to {high}"));
            }
        }
        Ok(())
    }

    /// The files, one after the other: what is general, then what is of this site, nodes last.
    ///
    /// # Panics
    /// When there is no such site, see [`check`](Self::check).
    pub fn each_file(self) -> impl Iterator<Item = SiteFile> {
        let checked = self.check();
        assert!(checked.is_ok(), "{checked:?}");
        let shared = [
            ("profiles/hardware.yaml", profiles::hardware()),
            ("profiles/hosts.yaml", profiles::hosts(&self)),
            ("profiles/bootactions.yaml", profiles::boot_actions()),
            ("formation/region.yaml", formation::region()),
            ("formation/networks.yaml", formation::networks(&self)),
            ("formation/racks.yaml", formation::racks(&self)),
        ];
        let shared = shared.map(|(name, text)| (name.to_owned(), text));
        let files = self.nodes.div_ceil(nodes::IN_A_FILE);
        let nodes = (0..files).map(move |n| nodes::file(&self, n));
        shared.into_iter().chain(nodes)
    }

    /// All files.
    ///
    /// # Panics
    /// When there is no such site, see [`check`](Self::check).
    pub fn files(self) -> Vec<SiteFile> {
        self.each_file().collect()
    }
}

/// Fills a text's `@name@` places.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(2 * template.len());
    for (n, part) in template.split('@').enumerate() {
        let value = values.iter().find(|(name, _)| n % 2 == 1 && *name == part);
        debug_assert_eq!(value.is_some(), n % 2 == 1, "no value for {part}");
        text += value.map_or(part, |(_, value)| value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use drydock_core::testing::fixture;

    /// FNV-1a of all names and texts.
    fn digest(files: &[SiteFile]) -> u64 {
        let bytes = files.iter().flat_map(|(name, text)| [name, text]);
        let bytes = bytes.flat_map(|text| text.bytes().chain([0xff]));
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    fn assert_clean(spec: SiteSpec) {
        let files = spec.files();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| (&**name, &**text))
            .collect();
        let design = fixture::load(&files);
        let found = fixture::lines(&design.diagnostics, &design.resolved);
        assert_eq!(found, "", "{spec:?}");
        assert_eq!(design.resolved.nodes.len(), spec.nodes);
        assert_eq!(design.resolved.networks.len(), spec.networks);
        assert_eq!(design.resolved.racks.len(), spec.racks);
        let node = &design.resolved.nodes["compute-000003"];
        assert_eq!(node.chain.len(), spec.profile_depth + 1);
        let gateway = &design.resolved.nodes["gateway-000009"];
        assert_eq!(gateway.chain.len(), spec.profile_depth + 2);
    }

    #[test]
    fn sites_of_any_size_are_clean() {
        assert_clean(SiteSpec::new(10));
        assert_clean(SiteSpec::new(1_000));
    }

    #[test]
    fn sites_of_any_form_are_clean() {
        let (nodes, racks) = (30, 7);
        for (profile_depth, networks) in [(2, 5), (20, 40), (99, 120)] {
            assert_clean(SiteSpec {
                nodes,
                profile_depth,
                networks,
                racks,
            });
        }
    }

    #[test]
    fn the_same_specification_gives_the_same_bytes() {
        assert_eq!(
            format!("{:016x}", digest(&SiteSpec::new(10).files())),
            "c2f38cf59f5f4481"
        );
    }

    #[test]
    fn a_node_is_as_long_as_people_write_them() {
        let files = SiteSpec::new(1_000).files();
        let nodes = files.iter().filter(|(name, _)| name.contains("nodes-"));
        let bytes: usize = nodes.map(|(_, text)| text.len()).sum();
        assert!(
            (1_200..1_600).contains(&(bytes / 1_000)),
            "{}",
            bytes / 1_000
        );
    }

    #[test]
    fn a_site_that_cannot_be_is_refused() {
        let refused = SiteSpec {
            networks: 4,
            ..SiteSpec::new(10)
        }
        .check();
        assert_eq!(refused, Err("networks is 4; write 5 to 120".to_owned()));
        assert!(SiteSpec::new(0).check().is_err() && SiteSpec::new(110_001).check().is_err());
        assert!(SiteSpec::new(SiteSpec::MAX_NODES).check().is_ok());
    }
}
