//! What stands around a spec: the two envelopes of the language, and documents that are not ours.

use crate::names::Kind;
use serde_json::{Value, json};

/// A whole document of this kind with this spec.
pub(super) fn document(kind: &Kind, spec: Value) -> Value {
    let schema = format!("drydock/{kind}/v1");
    let metadata = metadata();
    json!({
        "anyOf": [
            {
                "type": "object",
                "properties": {
                    "apiVersion": api_version(),
                    "kind": {"const": kind},
                    "metadata": metadata,
                    "spec": spec,
                },
                "required": ["apiVersion", "kind", "metadata", "spec"],
                "additionalProperties": false,
            },
            {
                "type": "object",
                "description": "Deckhand's envelope, which means the same.",
                "properties": {"schema": {"const": schema}, "metadata": metadata, "data": spec},
                "required": ["schema", "metadata", "data"],
                "additionalProperties": false,
            },
            {
                "type": "object",
                "description": "A document that Deckhand only inherits from; it is skipped.",
                "properties": {"metadata": {"anyOf": [
                    abstract_mark(),
                    {
                        "type": "object",
                        "properties": {"layeringDefinition": abstract_mark()},
                        "required": ["layeringDefinition"],
                    },
                ]}},
                "required": ["metadata"],
                "anyOf": [
                    {
                        "properties": {"apiVersion": api_version(), "kind": {"const": kind}},
                        "required": ["apiVersion", "kind"],
                    },
                    {
                        "properties": {"schema": {"const": schema}, "apiVersion": false, "kind": false},
                        "required": ["schema"],
                    },
                ],
            },
        ],
    })
}

fn abstract_mark() -> Value {
    json!({
        "type": "object",
        "properties": {"abstract": {"const": true}},
        "required": ["abstract"],
    })
}

fn api_version() -> Value {
    json!({"anyOf": [
        {"const": "drydock/v1"},
        {"enum": ["v1", "1.0", 1.0], "deprecated": true, "description": "Write drydock/v1."},
    ]})
}

/// Documents that say of themselves that they are not of drydock/v1: configuration items, and those of other systems.
pub(super) fn of_others() -> Value {
    json!({
        "type": "object",
        "description": "A configuration item, or a document of another system.",
        "anyOf": [
            {
                "properties": {"apiVersion": {
                    "type": ["string", "number", "boolean"],
                    "not": {"anyOf": [{"enum": ["v1", "1.0", 1.0]}, {"type": "string", "pattern": "^drydock(/|$)"}]},
                }},
                "required": ["apiVersion"],
            },
            {
                "properties": {
                    "schema": {"type": "string", "not": {"pattern": "^drydock/"}},
                    "apiVersion": false,
                    "kind": false,
                },
                "required": ["schema"],
            },
        ],
    })
}

fn metadata() -> Value {
    let deckhand =
        |key: &str| json!({"description": format!("Deckhand's {key}; accepted, and ignored.")});
    json!({
        "type": "object",
        "description": "What the document is called, and what is known about it.",
        "properties": {
            "name": {
                "type": ["string", "number", "boolean"],
                "minLength": 1,
                "description": "Its name, unique among the documents of its kind.",
            },
            "labels": {"description": "What selectors choose by."},
            "annotations": {"description": "Free remarks for other programs."},
            "region": {"description": "The Region it belongs to."},
            "date": {"description": "When it was written."},
            "author": {"description": "Who wrote it."},
            "description": {"description": "What it is for."},
            "schema": deckhand("schema"),
            "storagePolicy": deckhand("storagePolicy"),
            "replacement": deckhand("replacement"),
            "layeringDefinition": deckhand("layeringDefinition"),
            "substitutions": deckhand("substitutions"),
            "abstract": {"description": "Whether Deckhand only inherits from it; then it is skipped."},
        },
        "required": ["name"],
        "additionalProperties": false,
    })
}
