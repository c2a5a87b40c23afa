//! Much of what text is made of, and many findings in one place.

use super::{Shape, document, documents, lines, networks::node};

pub(super) const SHAPES: &[Shape] = &[
    Shape {
        name: "unknown keys",
        text: |n| node(0, &lines(n, |n| format!("key-{n}: 1"))),
    },
    Shape {
        name: "unknown keys on one line",
        text: |n| node(0, &lines(n, |n| format!("key-{n}: 1")).replace('\n', "")),
    },
    Shape {
        name: "wrong values on one line",
        text: |n| {
            let nic = |n| format!("eth{n}: {{mtu: x}}");
            node(
                0,
                &format!("interfaces: {{{}}}", lines(n, nic).replace('\n', "")),
            )
        },
    },
    Shape {
        name: "wrong values",
        text: |n| {
            let nic = |n| format!("eth{n}: {{mtu: x}}");
            node(0, &format!("interfaces: {{{}}}", lines(n, nic)))
        },
    },
    Shape {
        name: "keys that stand twice",
        text: |n| node(0, &lines(n, |_| "serial: x".to_owned())),
    },
    Shape {
        name: "keys that each stand twice",
        text: |n| {
            node(
                0,
                &format!(
                    "metadata: {{owner_data: {{{}}}}}",
                    lines(n, |n| format!("k{}: x", n / 2))
                ),
            )
        },
    },
    Shape {
        name: "entries of a list that each stand twice",
        text: |n| {
            node(
                0,
                &format!(
                    "interfaces: [{}]",
                    lines(n, |n| format!("{{device_name: eth{}}}", n / 2))
                ),
            )
        },
    },
    Shape {
        name: "items of a list that each stand twice",
        text: |n| {
            node(
                0,
                &format!(
                    "metadata: {{tags: [{}]}}",
                    lines(n, |n| format!("t{}", n / 2))
                ),
            )
        },
    },
    Shape {
        name: "documents of one name",
        text: |n| documents(n, |_| node(0, "")),
    },
    Shape {
        name: "documents of unknown kinds",
        text: |n| documents(n, |n| document(&format!("Kind{n}"), "x", "{}")),
    },
    Shape {
        name: "documents without a name",
        text: |n| {
            documents(n, |_| {
                "apiVersion: drydock/v1\nkind: Rack\nspec: {}\n---\n".to_owned()
            })
        },
    },
    Shape {
        name: "documents without an envelope",
        text: |n| documents(n, |_| "a: b\n---\n".to_owned()),
    },
    Shape {
        name: "aliases of one value",
        text: |n| {
            node(
                0,
                &format!(
                    "metadata: {{owner_data: {{a: &a x, {}}}}}",
                    lines(n, |n| format!("k{n}: *a"))
                ),
            )
        },
    },
    Shape {
        name: "anchors",
        text: |n| {
            node(
                0,
                &format!(
                    "metadata: {{owner_data: {{{}}}}}",
                    lines(n, |n| format!("k{n}: &a{n} x"))
                ),
            )
        },
    },
    Shape {
        name: "merges of anchors",
        text: |n| {
            let nic = |n| {
                if n == 0 {
                    "eth0: &a0 {mtu: 1}".to_owned()
                } else {
                    format!("eth{n}: &a{n} {{<<: *a{}}}", n - 1)
                }
            };
            node(0, &format!("interfaces: {{{}}}", lines(n, nic)))
        },
    },
    Shape {
        name: "removals without quotes",
        text: |n| {
            node(
                0,
                &format!("metadata: {{tags: [{}]}}", lines(n, |n| format!("!t{n}"))),
            )
        },
    },
    Shape {
        name: "spellings of YAML 1.1",
        text: |n| {
            document(
                "Rack",
                "r",
                &format!("{{location: {{{}}}}}", lines(n, |n| format!("k{n}: yes"))),
            )
        },
    },
    Shape {
        name: "one long text",
        text: |n| {
            node(
                0,
                &format!(
                    "metadata: {{owner_data: {{k: '{}'}}}}",
                    "long text ".repeat(n)
                ),
            )
        },
    },
    Shape {
        name: "secrets",
        text: |n| {
            node(
                0,
                &format!(
                    "metadata: {{owner_data: {{{}}}}}",
                    lines(n, |n| format!("k{n}-password: hunter-{n}"))
                ),
            )
        },
    },
    Shape {
        name: "secrets in broken text",
        text: |n| {
            node(
                0,
                &format!(
                    "metadata: {{owner_data: {{{}}}}}",
                    lines(n, |n| format!("password-{n}: hunter-{n}"))
                ),
            ) + "kind: {\n"
        },
    },
    Shape {
        name: "links in a secret position",
        text: |n| {
            document(
                "Region",
                "r",
                &format!(
                    "{{repositories: {{{}}}}}",
                    lines(n, |n| format!("r{n}: {{url: 'http://u:p{n}@h/'}}"))
                ),
            )
        },
    },
    Shape {
        name: "configuration items of unknown kinds",
        text: |n| {
            documents(n, |n| {
                format!(
                    "apiVersion: acme/v1\nkind: Thing\nmetadata: {{name: t{n}}}\nspec: {{}}\n---\n"
                )
            })
        },
    },
];
