//! Input that is broken, or made to break its reader: each case with exactly what is said of it, and with what is read
//! all the same.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "hostile/canary.rs"]
mod canary;
#[path = "hostile/envelope.rs"]
mod envelope;
#[path = "hostile/seed.rs"]
mod seed;
#[path = "hostile/syntax.rs"]
mod syntax;

use drydock_core::{
    diagnostic::{Diagnostic, Diagnostics},
    names::DocumentId,
    source::{Value, yaml},
    span::{Origin, SourceFile, SourceMap},
};
use std::sync::Arc;

/// `CODE line:column message`, one finding a line, in the order of the text.
fn listed(diagnostics: &Diagnostics, file: &Arc<SourceFile>) -> String {
    let mut sources = SourceMap::default();
    sources.insert(file.clone());
    let line = |d: &Diagnostic| match sources.origin(d.span()) {
        Origin::Text { position, .. } => {
            format!(
                "{} {}:{} {}",
                d.code,
                position.line,
                position.column,
                d.full_message()
            )
        }
        other => panic!("{d:?} is at {other}"),
    };
    let lines: Vec<String> = diagnostics
        .clone()
        .sorted(&sources)
        .iter()
        .map(line)
        .collect();
    lines.join("\n")
}

/// What is said of a text, and the values that are in it.
#[track_caller]
fn values(text: impl AsRef<[u8]>, said: &str) -> Vec<Value> {
    let read = yaml::read_values("hostile.yaml", text.as_ref());
    assert_eq!(listed(&read.diagnostics, &read.file), said);
    read.values
}

/// What is said of a text, and the values in it as YAML's flow style.
#[track_caller]
fn flow(text: impl AsRef<[u8]>, said: &str, expected: &[&str]) {
    let values = values(text, said);
    assert_eq!(
        values
            .iter()
            .map(|value| format!("{value:?}"))
            .collect::<Vec<_>>(),
        expected
    );
}

/// What is said of documents, and which are read.
#[track_caller]
fn documents(text: &str, said: &str, expected: &[&str]) {
    let read = yaml::read("hostile.yaml", text.as_bytes());
    assert_eq!(listed(&read.diagnostics, &read.file), said);
    let ids: Vec<DocumentId> = read
        .documents
        .into_iter()
        .map(|document| document.id)
        .collect();
    assert_eq!(
        ids.iter().map(ToString::to_string).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn byte_order_marks() {
    flow("\u{feff}a: 1\n", "", &[r#"{"a": 1}"#]);
    flow(
        "a: 1\n---\n\u{feff}b: 1\n",
        "DD0001 3:1 a byte order mark stands inside the text",
        &[r#"{"a": 1}"#],
    );
}

#[test]
fn utf_16() {
    let text = |mark: &str| {
        format!("{mark}kind: Rack\n")
            .encode_utf16()
            .collect::<Vec<u16>>()
    };
    for mark in ["", "\u{feff}"] {
        let little: Vec<u8> = text(mark).into_iter().flat_map(u16::to_le_bytes).collect();
        flow(
            little,
            "DD0002 1:1 this is UTF-16 (little endian), not UTF-8",
            &[],
        );
        let big: Vec<u8> = text(mark).into_iter().flat_map(u16::to_be_bytes).collect();
        flow(
            big,
            "DD0002 1:1 this is UTF-16 (big endian), not UTF-8",
            &[],
        );
    }
}

#[test]
fn not_utf_8() {
    flow(
        b"a: 1\nb: \xe4h\n",
        "DD0002 2:4 the byte at offset 8 is not UTF-8",
        &[],
    );
    flow(b"\xff", "DD0002 1:1 the byte at offset 0 is not UTF-8", &[]);
    flow(
        "a: \u{e4}".as_bytes().split_last().unwrap().1,
        "DD0002 1:4 the byte at offset 3 is not UTF-8",
        &[],
    );
}

#[test]
fn deep_nesting() {
    const MANY: usize = 100_000;
    let said = "DD0009 1:129 lists and maps are nested more than 128 deep";
    flow("[".repeat(MANY), said, &[]);
    flow("[".repeat(MANY) + &"]".repeat(MANY), said, &[]);
    flow(
        "{a: ".repeat(MANY),
        "DD0009 1:513 lists and maps are nested more than 128 deep",
        &[],
    );
    flow(
        "- ".repeat(MANY),
        "DD0009 1:257 lists and maps are nested more than 128 deep",
        &[],
    );
    let block: String = (0..1_000).map(|depth| " ".repeat(depth) + "a:\n").collect();
    flow(
        block + "---\nb: 1\n",
        "DD0009 129:129 lists and maps are nested more than 128 deep",
        &[r#"{"b": 1}"#],
    );
    // The parser counts brackets and blocks apart; we do not.
    let mixed = "- ".repeat(100) + &"[".repeat(100) + &"]".repeat(100);
    flow(
        mixed,
        "DD0009 1:229 lists and maps are nested more than 128 deep",
        &[],
    );
    assert_eq!(values("[".repeat(128) + &"]".repeat(128), "").len(), 1);
}

#[test]
fn aliases_that_multiply() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    let bomb_values = values(
        &bomb,
        "DD0009 6:45 the aliases of this file stand for too many values",
    );
    let mut count = 0;
    bomb_values[0].walk(&mut |_| count += 1);
    assert!(count < 3_000_000, "{count}");

    let mut merges = String::from("b: &b {");
    (0..1_000).for_each(|n| merges += &format!("k{n}: 1, "));
    merges += "}\n";
    (0..1_000).for_each(|n| merges += &format!("m{n}: {{<<: *b}}\n"));
    values(
        &merges,
        "DD0009 125:8 the aliases of this file stand for too many values",
    );

    let mut chain = "a0: &a0 [x]\n".to_owned();
    (1..=127).for_each(|n| chain += &format!("a{n}: &a{n} [*a{}]\n", n - 1));
    values(
        &chain,
        "DD0009 128:14 an alias nests values more than 128 deep",
    );
}

#[test]
fn long_scalars() {
    const LONG: usize = 10_000_000;
    let word = "x".repeat(LONG);
    for text in [
        format!("a: {word}\n"),
        format!("a: '{word}'\n"),
        format!("a: |\n  {word}\n"),
    ] {
        let values = values(text, "");
        assert!(values[0].field("a").unwrap().as_text().unwrap().len() >= LONG);
    }
    let said = "DD0001 3:10000001 `:` cannot stand here";
    flow(format!("? a\n---\n{word}: 1\n"), said, &[r#"{"a": }"#]);
}

#[test]
fn many_keys() {
    let keys: String = (0..100_000).map(|n| format!("k{n}: {n}\n")).collect();
    let values = values(
        keys + "k99999: again\n",
        "DD0008 100001:1 the key `k99999` stands twice",
    );
    assert_eq!(values[0].as_map().unwrap().len(), 100_000);
    assert_eq!(values[0].field("k99999").unwrap().as_text(), Some("99999"));
}

#[test]
fn many_keys_that_nobody_knows() {
    // Looking through all of them for each of them takes minutes.
    for place in ["spec:\n  ", "spec:\n  oob:\n    type: x\n    "] {
        let indent = " ".repeat(place.len() - place.trim_end_matches(' ').len());
        let keys: String = (0..5_000)
            .map(|n| format!("unheard_{n}: 1\n{indent}"))
            .collect();
        let head = "apiVersion: drydock/v1\nkind: HostProfile\nmetadata: {name: p}\n";
        let text = format!("{head}{place}{keys}");
        let snapshot = drydock_core::testing::fixture::snapshot(&[("p.yaml", &text)]);
        let resolved = drydock_core::resolve::resolve(&snapshot, &Default::default());
        let unknown = if place.contains("oob") { 0 } else { 5_000 };
        assert_eq!(resolved.diagnostics.errors(), unknown);
    }
}

#[test]
fn keys_that_are_none() {
    let said = "DD0008 2:1 the key `a` stands twice";
    flow("a: 1\na: 2\n", said, &[r#"{"a": 1}"#]);
    let said = "\
DD0006 1:1 a key must be a single word, this is a list
DD0006 2:3 a key must be a single word, this is a map
DD0006 4:1 a key is missing before this `:`
DD0006 5:1 a key must be a word, this is null";
    flow(
        "[a]: 1\n? {b: 1}\n: 2\n: 3\nnull: 4\n'': 5\n",
        said,
        &[r#"{"null": 4, "": 5}"#],
    );
}

#[test]
fn merges() {
    let text = "\
a: &a {x: 1, y: 1}
b: &b {y: 2, z: 2}
c: {z: 3, <<: [*a, *b]}
d:
  <<: *a
  x: 4
e: {'<<': 1}
";
    let tree = r#"{"a": {"x": 1, "y": 1}, "b": {"y": 2, "z": 2}, "c": {"z": 3, "x": 1, "y": 1}, "d": {"y": 1, "x": 4}, "e": {"<<": 1}}"#;
    flow(text, "", &[tree]);
    let said = "\
DD0006 1:8 `<<` takes a map or a list of maps, this is a single value
DD0006 2:13 `<<` takes a map or a list of maps, this is a list
DD0008 3:16 the key `<<` stands twice";
    flow(
        "- {<<: 1}\n- {<<: [{}, []]}\n- {<<: {a: 1}, <<: {b: 1}}\n",
        said,
        &["[{}, {}, {\"a\": 1}]"],
    );
}

#[test]
fn anchors_that_lead_nowhere() {
    flow(
        "a: *b\nb: &b 1\n",
        "DD0001 1:4 the alias `*b` has no anchor before it in this document",
        &[r#"{"a": , "b": 1}"#],
    );
    flow(
        "a: &b 1\n---\na: *b\n",
        "DD0001 3:4 the alias `*b` has no anchor before it in this document",
        &[r#"{"a": 1}"#, r#"{"a": }"#],
    );
    flow(
        "a: &a [1, *a]\n",
        "DD0001 1:11 an alias stands inside the value it stands for",
        &[r#"{"a": [1, ]}"#],
    );
    flow(
        "&a {b: *a}\n",
        "DD0001 1:8 an alias stands inside the value it stands for",
        &[r#"{"b": }"#],
    );
    // A name given twice means the later value from there on.
    flow("[&a 1, *a, &a 2, *a]\n", "", &["[1, 1, 2, 2]"]);
}

#[test]
fn unquoted_removals() {
    let removal = |place| format!("DD0011 {place} a removal must be quoted");
    flow(
        "a: [!x, y]\nb: !z\nc: {name: !x}\n",
        "",
        &[r#"{"a": [!x, y], "b": !z, "c": {"name": !x}}"#],
    );
    flow("a:\n  !x: {}\n", &removal("2:3"), &[r#"{"a": {"!x": {}}}"#]);
    flow(
        "a:\n  b: 1\n  !x:\n    d: 1\n  c: 2\n",
        &removal("3:3"),
        &[r#"{"a": {"b": 1, "!x": {"d": 1}, "c": 2}}"#],
    );
    flow(
        "{a: 1, !x: {}, !y : 2, !z}\n",
        &[removal("1:8"), removal("1:16"), removal("1:24")].join("\n"),
        &[r#"{"a": 1, "!x": {}, "!y": 2, "!z": }"#],
    );
    flow(
        "- !x: 1\n- ? !y\n  : 2\n- !:\n",
        &[removal("1:3"), removal("2:5"), removal("4:3")].join("\n"),
        &[r#"[{"!x": 1}, {"!y": 2}, {"!": }]"#],
    );
    // What only looks like one stays a text.
    flow(
        "a: 'x\n\n  !y: {}'\nb: |\n  !z: {}\n!x: {}\n",
        &removal("6:1"),
        &[r#"{"a": "x\n!y: {}", "b": "!z: {}\n", "!x": {}}"#],
    );
    let read = yaml::read_values("hostile.yaml", b"!x: {}\n");
    let edit = read
        .diagnostics
        .iter()
        .next()
        .unwrap()
        .edit
        .clone()
        .unwrap();
    assert_eq!((edit.span.lo, edit.span.hi, &*edit.text), (0, 2, "'!x'"));
}

#[test]
fn tags() {
    flow(
        "[!!str 1, !!int '2', !!map {}, !!str , !!null ]\n",
        "",
        &[r#"["1", "2", {}, "", ]"#],
    );
    let said = "\
DD0006 1:2 the tag `!x` has no meaning here
DD0006 1:8 the tag `!!set` has no meaning here
DD0006 1:18 the tag `!y` has no meaning here
DD0006 1:26 the tag `!<z>` has no meaning here";
    flow(
        "[!x 1, !!set {a},!y [2], !<z> ]\n",
        said,
        &[r#"[1, {"a": }, [2], ]"#],
    );
    flow(
        "a: !x!y\n---\na: !ä\n",
        "DD0001 1:4 this is not a tag\nDD0001 3:4 this is not a tag",
        &[],
    );
}
