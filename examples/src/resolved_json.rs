//! The resolved design as JSON: `{"nodes": {...}, "networks": {...}, "diagnostics": [...]}`.

use drydock_core::{
    Design,
    resolve::{ResolvedNetwork, ResolvedNode},
};
use serde_json::{Map, Value, json};

/// The nodes that `chosen` chooses, every network, and everything that was found.
pub fn resolved(design: &Design, chosen: impl Fn(&ResolvedNode) -> bool) -> Value {
    let resolved = &design.resolved;
    let nodes = resolved.nodes.values().filter(|node| chosen(node));
    let nodes: Map<String, Value> = nodes.map(|n| (n.name.to_string(), node(n))).collect();
    let networks: Map<String, Value> = resolved
        .networks
        .values()
        .map(|n| (n.name.to_string(), network(n)))
        .collect();
    let diagnostics = design.diagnostics.to_json(&resolved.files);
    json!({"nodes": nodes, "networks": networks, "diagnostics": diagnostics})
}

fn node(node: &ResolvedNode) -> Value {
    let interfaces = node.interfaces.iter().map(|interface| {
        let mut fields = json!(interface);
        // Its name is its key.
        fields.as_object_mut().map(|fields| fields.remove("name"));
        (interface.name.to_string(), fields)
    });
    json!({
        "spec": node.value,
        "fqdn": node.fqdn,
        "kernel_params": node.kernel_params,
        "interfaces": interfaces.collect::<Map<_, _>>(),
    })
}

fn network(network: &ResolvedNetwork) -> Value {
    let mut value = json!(network.value);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("routes".into(), json!(network.routes));
        fields.insert("mtu".into(), json!(network.mtu));
        fields.insert("link".into(), json!(network.link));
    }
    value
}
