//! A design as one text, to be compared.

use drydock_core::{
    Design,
    resolve::ResolvedDesign,
    source::{Value, ValueData},
};
use std::fmt::Write;

/// Everything a design says, with the place of every value; file ids, which differ from load to load, are left out.
pub(crate) fn shown(design: &Design) -> String {
    let Design {
        resolved,
        diagnostics,
        allocations,
        ..
    } = design;
    let mut text = String::new();
    for diagnostic in diagnostics.to_json(&resolved.files) {
        writeln!(text, "{}", serde_json::to_string(&diagnostic).unwrap()).unwrap();
    }
    writeln!(text, "{allocations:?}").unwrap();
    for (id, document) in &resolved.documents {
        place(&mut text, resolved, &id.to_string(), &document.spec);
    }
    for (id, fragments) in &resolved.fragments {
        let sources: Vec<&str> = fragments.iter().map(|f| f.source.as_str()).collect();
        writeln!(text, "{id} of {sources:?}").unwrap();
    }
    for (name, profile) in &resolved.profiles {
        writeln!(text, "profile {name} {:?}", profile.chain).unwrap();
        place(&mut text, resolved, name, &profile.value);
    }
    for (name, network) in &resolved.networks {
        let spec = serde_json::to_string(&network.spec).unwrap();
        let (link, mtu, routes) = (&network.link, network.mtu, &network.routes);
        writeln!(text, "network {name} {spec} {link:?} {mtu} {routes:?}").unwrap();
    }
    for (name, node) in &resolved.nodes {
        writeln!(text, "node {name} {:?} {:?}", node.chain, node.fqdn).unwrap();
        writeln!(text, "{}", serde_json::to_string(&node.spec).unwrap()).unwrap();
        writeln!(text, "{:?} {:?}", node.interfaces, node.disks).unwrap();
        writeln!(text, "{:?} {:?}", node.labels, node.hardware).unwrap();
        writeln!(text, "{:?} {}", node.oob_address, node.kernel_params).unwrap();
        place(&mut text, resolved, name, &node.value);
    }
    let others = (&resolved.racks, &resolved.links, &resolved.regions);
    writeln!(
        text,
        "{others:?} {:?} {:?}",
        resolved.hardware, resolved.boot_actions
    )
    .unwrap();
    text
}

fn place(text: &mut String, design: &ResolvedDesign, path: &str, value: &Value) {
    writeln!(text, "{path} {}", design.files.origin(value.span)).unwrap();
    match &value.data {
        ValueData::Scalar(scalar) => writeln!(text, "{path} = {scalar:?}").unwrap(),
        ValueData::List(items) => {
            for (n, item) in items.iter().enumerate() {
                place(text, design, &format!("{path}.{n}"), item);
            }
        }
        ValueData::Map(entries) => {
            for entry in entries.iter() {
                let key = design.files.origin(entry.key_span);
                writeln!(text, "{path}.{} {key}", entry.key).unwrap();
                place(text, design, &format!("{path}.{}", entry.key), &entry.value);
            }
        }
    }
}
