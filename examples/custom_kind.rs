//! A kind of one's own: a licence inventory, with inheritance, a schema and a secret.
//!
//! `custom_kind`: exit 0 when every licence is as its schema asks, else 1.

use drydock_core::{
    Drivers, MemorySource, Orchestrator,
    model::{KindDefinition, KindError, Kinds},
    source::Value,
};
use drydock_examples::{Failure, findings, print, verdict};
use serde_json::json;
use std::process::ExitCode;

const INVENTORY: &str = "\
apiVersion: acme/v1
kind: License
metadata: {name: vendor-default}
spec:
  vendor: Example Tools
  regions: [eu, us]
  support: {level: gold, hours: [8, 18]}
---
apiVersion: acme/v1
kind: License
metadata: {name: compiler}
spec:
  based_on: vendor-default
  activation_key: 4F7A-11C0
  regions: ['!us', asia]
  support: {hours: [0, 24]}
  pools:
    - {name: build-farm, seats: 40}
    - {name: desks, seats: 12}
";

/// What the host says of its kind.
fn kinds() -> Result<Kinds, KindError> {
    let schema = json!({
        "type": "object",
        "required": ["vendor", "activation_key", "pools"],
        "properties": {
            "vendor": {"type": "string"},
            "activation_key": {"type": "string", "secret": true},
            "regions": {"type": "array", "items": {"enum": ["eu", "us", "asia"]}},
            "support": {"type": "object"},
            "pools": {"type": "object", "additionalProperties": {"$ref": "#/$defs/pool"}},
        },
        "additionalProperties": false,
        "$defs": {
            "pool": {"type": "object", "properties": {"seats": {"type": "integer", "minimum": 1}}},
        },
    });
    let license = KindDefinition::new("acme/v1", "License")
        .schema(schema)
        .inherits("based_on")
        .keyed("pools", "name")
        .unite("regions");
    Kinds::new().with(license)
}

fn main() -> ExitCode {
    drydock_examples::main(run())
}

async fn run() -> Result<u8, Failure> {
    let source = MemorySource::new("inventory").text("licences.yaml", INVENTORY);
    let orchestrator = Orchestrator::new(Drivers::new()).kinds(kinds().map_err(Failure::unusable)?);
    let design = orchestrator
        .source(source)
        .load()
        .await
        .map_err(Failure::unusable)?;
    print(&findings(&design));
    for (id, item) in &design.resolved.items {
        let seats = |pool: &Value| pool.field("seats")?.as_text()?.parse::<u32>().ok();
        let pools = item.value.field("pools").and_then(Value::as_map);
        let seats = pools
            .into_iter()
            .flatten()
            .filter_map(|pool| seats(&pool.value));
        print(&format!(
            "{}: {} seats\n  {:?}\n",
            id.name,
            seats.sum::<u32>(),
            item.value
        ));
    }
    Ok(verdict(&design))
}
