//! The texts that cases are made from: the bundled site, a generated one, small documents that go to the edges of the
//! language, and the designs of others where they lie beside the checkout.

use super::random::Random;
use crate::SiteSpec;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Small documents that go to the edges of the language.
const SNIPPETS: &[&str] = &[
    "a: &a [1, *a]\nb: {<<: *a, c: !!str d}\n? [x]\n: |2-\n   y\n",
    "schema: drydock/Rack/v1\nmetadata: {name: r, labels: {a: b}}\ndata: {location: {a: [1, {b: ~}], c: !x }}\n",
    "apiVersion: drydock/v1\nkind: HostProfile\nmetadata: {name: p}\nspec:\n  host_profile: [p, q]\n  interfaces: {'!': {}}\n  \
     metadata: {tags: ['!', '!a', a], labels: {'!x': ''}}\n---\napiVersion: drydock/v1\nkind: HostProfile\nmetadata: {name: q}\nspec: \
     {host_profile: p, oob: {type: ipmi, credential: &c hunter2, account: *c}}\n",
    "apiVersion: drydock/v1\nkind: Network\nmetadata: {name: n}\nspec:\n  cidr: 2001:db8::/32\n  ranges:\n  - {type: static, start: \
     2001:db8::1, end: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff}\n  routes: [{routedomain: d, gateway: '2001:db8::1'}]\n---\napiVersion: \
     drydock/v1\nkind: BaremetalNode\nmetadata: {name: m}\nspec: {interfaces: [{device_name: e, networks: [n]}], addressing: \
     [{network: n, address: auto}]}\n",
    "apiVersion: drydock/v1\nkind: BootAction\nmetadata: {name: b}\nspec:\n  assets:\n  - {type: file, path: /a, data: |\n      x}\n  \
     node_filter: {filter_set: [{node_labels: {a: b}}]}\n",
    "kind: Region\napiVersion: v1\nmetadata: {name: r}\nspec: {tag_definitions: [{tag: t}], repositories: {remove_unlisted: true, m: {url: \
     'https://u:p@h/'}}}\n",
];

/// Texts to damage.
#[derive(Debug)]
pub struct Corpus {
    texts: Vec<String>,
}

impl Corpus {
    /// All that are to be had; a folder that is not there adds nothing.
    pub fn load() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts: Vec<String> = SNIPPETS.iter().map(|&text| text.to_owned()).collect();
        texts.extend(SiteSpec::new(12).files().into_iter().map(|(_, text)| text));
        let whole: Vec<String> = ["profiles", "formation"]
            .into_iter()
            .flat_map(|part| files(&here.join("../examples/site").join(part)))
            .collect();
        // What refers to other files says little alone.
        texts.push(whole.join("---\n"));
        texts.extend(whole);
        texts.extend(files(&here.join("../../shared/sites")));
        Self { texts }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.texts.len()
    }

    /// One of them.
    pub(crate) fn text(&self, random: &mut Random) -> &str {
        self.texts
            .get(random.below(self.texts.len()))
            .map_or("", String::as_str)
    }
}

/// The texts of a folder's YAML files, in the order of their names.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    paths.sort();
    let texts = paths
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok());
    texts.collect()
}
