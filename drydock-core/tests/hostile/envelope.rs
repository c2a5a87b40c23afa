//! Documents that are YAML and no documents.

use super::documents;

#[test]
fn nothing_where_a_map_is_wanted() {
    let rack = |rest: &str| format!("apiVersion: drydock/v1\nkind: Rack\n{rest}\n");
    documents(
        &rack("metadata: ~\nspec: {}"),
        "DD0003 3:1 metadata must be a map with a name, this is null",
        &[],
    );
    documents(
        &rack("metadata:\nspec: {}"),
        "DD0003 3:1 metadata must be a map with a name, this is nothing",
        &[],
    );
    documents(
        &rack("metadata: [r]\nspec: {}"),
        "DD0003 3:1 metadata must be a map with a name, this is a list",
        &[],
    );
    documents(
        &rack("metadata: {}\nspec: {}"),
        "DD0003 3:1 metadata has no name",
        &[],
    );
    documents(
        &rack("metadata: {name: ''}\nspec: {}"),
        "DD0003 3:12 name must be a single value, this is nothing",
        &[],
    );
    let named = |rest: &str| rack(&format!("metadata: {{name: r}}\n{rest}"));
    let nothing = "DD0006 4:1 spec is nothing; write {} for an empty one";
    documents(&named("spec:"), nothing, &["Rack r"]);
    documents(&named("spec: null"), nothing, &["Rack r"]);
    documents(
        &named("spec: [a]"),
        "DD0006 4:1 spec must be a map, this is a list",
        &["Rack r"],
    );
    documents(
        &named(""),
        "DD0003 1:1 a document is missing its spec",
        &["Rack r"],
    );
    let said = "DD0003 1:1 a document is missing its apiVersion, kind, metadata";
    documents("spec: {}\n", said, &[]);
}

#[test]
fn envelopes() {
    let body = "metadata: {name: n}\nspec: {}\n";
    let with = |head: &str| format!("{head}\n{body}");
    documents(
        &with("kind: Rack"),
        "DD0003 1:1 a document is missing its apiVersion",
        &["Rack n"],
    );
    documents(
        &with("apiVersion: drydock/v1\nkind: BaremetalNod"),
        "DD0004 2:7 there is no kind `BaremetalNod`",
        &[],
    );
    documents(
        &with("apiVersion: v1\nkind: Rack"),
        "DD0016 1:13 apiVersion `v1` is read as drydock/v1",
        &["Rack n"],
    );
    documents(
        &with("apiVersion: drydock/v2\nkind: Rack"),
        "DD0003 1:13 this version of Drydock does not know `drydock/v2`",
        &[],
    );
    // Whether somebody registered it, resolving tells.
    documents(
        &with("apiVersion: example.com/v1\nkind: Cage"),
        "",
        &["example.com/v1/Cage n"],
    );
    documents(
        &with("apiVersion: drydock/v1\nkind: Rack\nstatus: 1"),
        "DD0005 3:1 a document has no key `status`",
        &["Rack n"],
    );
    let schema = |schema: &str, rest: &str| {
        format!("schema: {schema}\nmetadata: {{name: n{rest}}}\ndata: {{a: {{b: TOKEN}}}}\n")
    };
    documents(
        &schema("drydock/Rack/v1", ", storagePolicy: cleartext"),
        "",
        &["Rack n"],
    );
    documents(
        &schema("example.com/Cage/v1", ""),
        "",
        &["example.com/v1/Cage n"],
    );
    documents(
        &schema("deckhand/Passphrase/v1", ""),
        "DD0015 1:9 a document of `deckhand/Passphrase/v1` is skipped",
        &[],
    );
    documents(
        &schema("drydock/Rack", ""),
        "DD0003 1:9 schema `drydock/Rack` is not of the form GROUP/Kind/VERSION",
        &[],
    );
    documents(
        &schema("drydock/Rack/v1", ", layeringDefinition: {abstract: true}"),
        "",
        &[],
    );
    documents(
        &schema("drydock/Rack/v1", ", lables: {}"),
        "DD0005 2:21 metadata has no key `lables`",
        &["Rack n"],
    );
    let waits =
        |place: &str, path: &str| format!("DD0012 {place} `{path}` has not received its value yet");
    let rendered = |dest: &str| {
        schema(
            "drydock/Rack/v1",
            &format!(", substitutions: [{{dest: {dest}}}]"),
        )
    };
    documents(&rendered("{path: .a.b}"), "", &["Rack n"]);
    documents(
        &rendered("{path: .a.c}"),
        &waits("2:51", ".a.c"),
        &["Rack n"],
    );
    documents(
        &rendered("[{path: .a.b, pattern: TOKEN}]"),
        &waits("2:52", ".a.b"),
        &["Rack n"],
    );
    for (dest, place) in [
        // Keys in quotes, and wherever the placeholder is below.
        ("{path: \".a['b']\", pattern: TOKEN}", Some("2:51")),
        (
            "{path: '.', pattern: TOKEN, recurse: {depth: -1}}",
            Some("2:51"),
        ),
        ("{path: $.a.d}", Some("2:51")),
        ("{path: '.a.e[1]'}", Some("2:51")),
        // What may well be rendered: a path with wildcards, a pattern that is an expression.
        ("{path: '.a.e[*]'}", None),
        ("{path: .a.b, pattern: '.*'}", None),
        ("{path: .a.b, pattern: ''}", None),
        ("{path: '.a[b'}", None),
        ("{path: [x]}", None),
        ("{pattern: TOKEN}", None),
    ] {
        let text = rendered(dest).replace("{a: {b: TOKEN}}", "{a: {b: a-TOKEN, d: null, e: [x]}}");
        let path = dest.split("path: ").nth(1).unwrap_or_default();
        let path = path
            .split([',', '}'])
            .next()
            .unwrap_or_default()
            .trim_matches(['\'', '"']);
        let found = place.map_or_else(String::new, |place| {
            waits(place, &path.replace('\'', "\\'"))
        });
        documents(&text, &found, &["Rack n"]);
    }
    let mixed = "DD0003 5:1 `data` belongs to the other kind of envelope";
    documents(
        &(with("apiVersion: drydock/v1\nkind: Rack") + "data: {}\n"),
        mixed,
        &["Rack n"],
    );
}

#[test]
fn empty_files_and_documents() {
    for text in [
        "",
        " \n\n",
        "# nothing\n",
        "---\n",
        "---\n---\n",
        "...\n",
        "---\n...\n---\n# nothing\n",
    ] {
        documents(text, "", &[]);
    }
    documents(
        "--- ~\n",
        "DD0003 1:5 a document is a map of apiVersion, kind, metadata and spec, this is null",
        &[],
    );
    documents(
        "{}\n",
        "DD0003 1:1 a document is a map of apiVersion, kind, metadata and spec, this is a map",
        &[],
    );
}
