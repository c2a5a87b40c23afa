//! Much of what chooses nodes, and of what boot actions do with them.

use super::{Shape, document, documents, lines, networks::node};

pub(super) const SHAPES: &[Shape] = &[
    Shape {
        name: "selectors of a node",
        text: |n| {
            documents(n, |n| node(n + 1, ""))
                + &node(
                    0,
                    &format!(
                        "depends_on: [{}]",
                        lines(n, |n| format!("name=node-{}", n + 1))
                    ),
                )
        },
    },
    Shape {
        name: "selectors that choose nothing",
        text: |n| {
            node(
                0,
                &format!("depends_on: [{}]", lines(n, |n| format!("role=r{n}"))),
            )
        },
    },
    Shape {
        name: "nodes with a selector each",
        text: |n| {
            documents(n, |n| {
                node(n, &format!("depends_on: ['name=node-{}']", n + 1))
            })
        },
    },
    Shape {
        name: "nodes with a selector each that chooses by a label",
        text: |n| {
            documents(n, |n| {
                node(
                    n,
                    &format!(
                        "metadata: {{labels: {{role: r{n}}}}}, depends_on: ['role=r{}']",
                        n + 1
                    ),
                )
            })
        },
    },
    Shape {
        name: "nodes with a selector each that chooses by a field",
        text: |n| {
            documents(n, |n| {
                node(
                    n,
                    &format!("serial: s{n}, depends_on: ['spec.serial=s{}']", n + 1),
                )
            })
        },
    },
    Shape {
        name: "boot actions that choose by name",
        text: |n| {
            documents(n, |n| node(n, ""))
                + &documents(n, |n| {
                    document(
                        "BootAction",
                        &format!("b{n}"),
                        &format!("{{node_filter: {{filter_set: [{{node_names: [node-{n}]}}]}}}}"),
                    )
                })
        },
    },
    Shape {
        name: "boot actions that choose by a label",
        text: |n| {
            documents(n, |n| {
                node(n, &format!("metadata: {{labels: {{role: r{n}}}}}"))
            }) + &documents(n, |n| {
                document(
                    "BootAction",
                    &format!("b{n}"),
                    &format!("{{node_filter: {{filter_set: [{{node_labels: {{role: r{n}}}}}]}}}}"),
                )
            })
        },
    },
    Shape {
        name: "boot actions that choose nothing",
        text: |n| {
            documents(n, |n| node(n, ""))
                + &documents(n, |n| {
                    document("BootAction", &format!("b{n}"), "{node_filter: 'role=x'}")
                })
        },
    },
    Shape {
        name: "criteria of a boot action",
        text: |n| {
            documents(n, |n| node(n, ""))
                + &document(
                    "BootAction",
                    "b",
                    &format!(
                        "{{node_filter: {{filter_set_type: union, filter_set: [{}]}}}}",
                        lines(n, |n| format!("{{node_names: [node-{n}]}}"))
                    ),
                )
        },
    },
    Shape {
        name: "names of a criterion",
        text: |n| {
            documents(n, |n| node(n, ""))
                + &document(
                    "BootAction",
                    "b",
                    &format!(
                        "{{node_filter: {{filter_set: [{{node_names: [{}]}}]}}}}",
                        lines(n, |n| format!("node-{n}"))
                    ),
                )
        },
    },
    Shape {
        name: "assets of a boot action",
        text: |n| {
            document(
                "BootAction",
                "b",
                &format!(
                    "{{assets: [{}]}}",
                    lines(n, |_| "{type: file, path: x, data: '{{'}".to_owned())
                ),
            )
        },
    },
    Shape {
        name: "packages",
        text: |n| {
            document(
                "BootAction",
                "b",
                &format!(
                    "{{assets: [{{type: pkg_list, data: {{{}}}}}]}}",
                    lines(n, |n| format!("P{n}: 1_0"))
                ),
            )
        },
    },
];
