//! Documents that are no YAML, and the ones around them.

use super::{flow, listed};
use drydock_core::source::yaml;

#[test]
fn broken_documents_between_whole_ones() {
    for (broken, place, message) in [
        ("a: [1, 2\nb: 3\n", "4:2", "`:` cannot stand here"),
        ("a: [1, 2\n", "3:4", "this `[` is not closed"),
        ("a: [1, 2}\n", "3:4", "this `[` is closed by `}`"),
        ("a: {b: 1 c: 2}\n", "3:11", "`,` or `}` is expected here"),
        ("a: [b, , c]\n", "3:8", "an item is missing here"),
        ("a: \"b\n", "3:4", "this quote is not closed"),
        ("a: 'it's'\n", "3:8", "something follows a closing quote"),
        ("a: \"C:\\dir\"\n", "3:7", "YAML does not know this escape"),
        (
            "a: \"\\u12\"\n",
            "3:5",
            "an escape does not name a character",
        ),
        ("a: b: c\n", "3:5", "`:` cannot stand here"),
        ("a: 1\nb\nc: 2\n", "4:1", "a key with `:` is expected here"),
        (
            "a:\n  - b\n - c\n",
            "5:2",
            "a key with `:` is expected here",
        ),
        ("a: - b\n", "3:4", "a list cannot begin here"),
        (
            "a: @b\n",
            "3:4",
            "a text without quotes cannot begin like this",
        ),
        (
            "a: 'b'#c\n",
            "3:7",
            "a comment begins without a space before its `#`",
        ),
        (
            "a: |x\n  b\n",
            "3:4",
            "only a comment can follow `|` or `>` here",
        ),
        ("a: *\n", "3:4", "a name is missing after `&` or `*`"),
        (
            "a: 1\n... b\n",
            "4:5",
            "something follows `...` on its line",
        ),
        ("]\n", "3:1", "this bracket closes nothing"),
    ] {
        let text = format!("first: 1\n---\n{broken}---\nlast: 1\n");
        let found = yaml::read_values("hostile.yaml", text.as_bytes());
        assert_eq!(
            listed(&found.diagnostics, &found.file),
            format!("DD0001 {place} {message}"),
            "{broken}"
        );
        assert_eq!(
            format!("{:?}", found.values),
            r#"[{"first": 1}, {"last": 1}]"#,
            "{broken}"
        );
    }
}

#[test]
fn control_characters_cost_their_document_only() {
    let said = "DD0001 3:4 the control character U+0000 stands here";
    flow(
        "a: 1\n---\nb: \0\n---\nc: 1\n",
        said,
        &[r#"{"a": 1}"#, r#"{"c": 1}"#],
    );
    flow(
        "# \u{7}\n---\na: 1\n",
        "DD0001 1:3 the control character U+0007 stands here",
        &[r#"{"a": 1}"#],
    );
    flow(
        "a: |\n  x\u{1b}[31m\n",
        "DD0001 2:4 the control character U+001B stands here",
        &[],
    );
    flow(
        "a: \"\u{7f}\"\n",
        "DD0001 1:5 the control character U+007F stands here",
        &[],
    );
}

#[test]
fn tabs() {
    let said = "DD0001 2:1 a tab indents this line";
    flow("a:\n\tb: 1\n", said, &[]);
    flow(
        "a:\n- b\n\t- c\n",
        "DD0001 3:1 a tab indents this line",
        &[],
    );
    flow(
        "a:\n  b: 1\n\tc: 2\n",
        "DD0001 3:1 a tab indents this line",
        &[],
    );
    flow("a: |\n\tx\n", said, &[]);
    flow(
        "a:\t1\nb: [\t1,\t2 ]\t\n",
        "",
        &[r#"{"a": 1, "b": [1, 2]}"#],
    );
}

#[test]
fn line_ends() {
    for end in ["\n", "\r\n", "\r"] {
        let text = [
            "a: 1", "b:", "  - |", "    x", "    y", "c: 'd", "  e'", "a: 2", "",
        ]
        .join(end);
        flow(
            text,
            "DD0008 8:1 the key `a` stands twice",
            &[r#"{"a": 1, "b": ["x\ny\n"], "c": "d e"}"#],
        );
    }
}

#[test]
fn directives() {
    flow("%YAML 1.2\n---\na: 1\n", "", &[r#"{"a": 1}"#]);
    flow(
        "%YAML 1.1\n%TAG !e! tag:example.com:\n%OTHER x\n---\na: 1\n...\n%YAML 1.2\n---\nb: 1\n",
        "",
        &[r#"{"a": 1}"#, r#"{"b": 1}"#],
    );
    flow(
        "%YAML 3.0\n---\na: 1\n---\nb: 1\n",
        "DD0001 1:1 this version of YAML is not known",
        &[r#"{"b": 1}"#],
    );
    flow(
        "%YAML 1.2\na: 1\n",
        "DD0001 2:1 `---` is expected here",
        &[],
    );
    flow(
        "%YAML x\n---\na: 1\n",
        "DD0001 1:1 this is not a directive",
        &[],
    );
}
