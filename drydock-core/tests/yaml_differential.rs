//! The reader against `serde_yaml`, on whatever both accept, and against noise.
#![allow(clippy::unwrap_used, clippy::panic)]

use drydock_core::{
    diagnostic::Diagnostics,
    source::{Form, Value, yaml},
    span::{SourceFile, Span},
};
use proptest::prelude::*;
use serde_yaml::Value as Theirs;

/// What both make of a text of one document, if both accept it.
fn both(text: &str) -> Option<(Value, Theirs)> {
    // Line ends for them, as in YAML 1.1; ordinary characters in YAML 1.2 (§5.4).
    let lines = text.contains(['\u{85}', '\u{2028}', '\u{2029}']);
    // They merge under a quoted `<<` too; for us it is a key like others.
    let quoted_merge = ["'<<", "\"<<", "!!str <<"]
        .iter()
        .any(|quoted| text.contains(quoted));
    // They take a `---` after a mark for text, and a second mark for a character; YAML 1.2 (§9.1.1) lets documents
    // begin with marks.
    if lines || quoted_merge || text.contains('\u{feff}') {
        return None;
    }
    let read = yaml::read_values("random.yaml", text.as_bytes());
    let [ours] = &read.values[..] else {
        return None;
    };
    let mut theirs: Theirs = serde_yaml::from_str(text).ok()?;
    theirs.apply_merge().ok()?;
    // They leave a merge inside of what is merged as it is.
    if serde_yaml::to_string(&theirs).is_ok_and(|text| text.contains("<<:")) {
        return None;
    }
    // A block text that is the whole document may stand at the margin in YAML 1.2 (§8.1.1.1), not there.
    let block = ours
        .as_scalar()
        .is_some_and(|scalar| scalar.form == Form::Quoted);
    if block && text.contains(['|', '>']) {
        return None;
    }
    read.diagnostics.is_empty().then(|| (ours.clone(), theirs))
}

/// Whether two values are the same but for the known differences.
fn same(ours: &Value, theirs: &Theirs) -> bool {
    match theirs {
        // They keep a tag and what it stands before; we keep it where it stands alone, as a removal does.
        Theirs::Tagged(tagged) => {
            let alone = ours
                .as_scalar()
                .is_some_and(|scalar| scalar.form == Form::Tagged);
            (alone && tagged.value == Theirs::Null) || same(ours, &tagged.value)
        }
        Theirs::Sequence(items) => ours.as_list().is_some_and(|list| {
            list.len() == items.len() && list.iter().zip(items).all(|(a, b)| same(a, b))
        }),
        Theirs::Mapping(map) => ours.as_map().is_some_and(|entries| {
            // Merged keys stand at the place of `<<` here and at the end there, so the order is not compared.
            let find = |key: &str| map.iter().find(|(other, _)| same_key(key, other));
            entries.len() == map.len()
                && entries
                    .iter()
                    .all(|e| find(&e.key).is_some_and(|(_, value)| same(&e.value, value)))
        }),
        _ => same_scalar(ours, theirs),
    }
}

/// Our keys are texts as they were written; theirs are numbers, booleans and null as well.
fn same_key(ours: &str, theirs: &Theirs) -> bool {
    match theirs {
        Theirs::String(text) => ours == text,
        other => serde_yaml::from_str::<Theirs>(ours)
            .is_ok_and(|ours| ours == *other || both_nan(&ours, other)),
    }
}

fn both_nan(a: &Theirs, b: &Theirs) -> bool {
    let nan = |value: &Theirs| value.as_f64().is_some_and(f64::is_nan);
    nan(a) && nan(b)
}

fn same_scalar(ours: &Value, theirs: &Theirs) -> bool {
    let Some(scalar) = ours.as_scalar() else {
        return false;
    };
    let (a, b) = (
        serde_json::to_value(ours).unwrap(),
        serde_json::to_value(theirs).unwrap(),
    );
    // What is struck out cannot be compared.
    if a == b || scalar.shown() != scalar.text {
        return true;
    }
    // They read numbers to the base 2, and signs before a base, which YAML 1.2 (§10.3.2) does not know; for us these
    // are texts.
    let text = &*scalar.text;
    let digits = text.trim_start_matches(['+', '-']);
    let based = digits.starts_with("0b") || (digits != text && digits.starts_with('0'));
    // A number too large for a float is a text for them.
    let large = text.parse().is_ok_and(f64::is_infinite) && b == text;
    (b.is_number() && a.is_string() && based) || large
}

#[track_caller]
fn compare(text: &str) {
    if let Some((ours, theirs)) = both(text) {
        assert!(
            same(&ours, &theirs),
            "{text:?}\nours:   {ours:?}\ntheirs: {theirs:?}"
        );
    }
}

/// Every place that is named lies in the text, on borders of characters.
fn places_are_in_the_text(file: &SourceFile, values: &[Value], diagnostics: &Diagnostics) {
    let text = file.masked();
    assert_eq!(text.len(), file.size());
    // Masking keeps bytes, not characters, so borders are asked of positions: the byte they name is the one asked for.
    let check = |span: Span| {
        if span.is_known() {
            assert!(
                span.file == file.id() && span.lo <= span.hi && span.hi as usize <= text.len(),
                "{span:?}"
            );
            assert_eq!(
                (file.position(span.lo).byte, file.position(span.hi).byte),
                (span.lo, span.hi)
            );
        }
    };
    for value in values {
        value.walk(&mut |value| {
            check(value.span);
            value
                .as_map()
                .unwrap_or_default()
                .iter()
                .for_each(|entry| check(entry.key_span));
        });
    }
    for diagnostic in diagnostics {
        assert!(!diagnostic.labels.is_empty(), "{diagnostic:?}");
        diagnostic.labels.iter().for_each(|label| check(label.span));
        diagnostic.edit.iter().for_each(|edit| check(edit.span));
    }
}

fn survives(bytes: &[u8]) {
    let raw = yaml::read_values("noise.yaml", bytes);
    places_are_in_the_text(&raw.file, &raw.values, &raw.diagnostics);
    let read = yaml::read("noise.yaml", bytes);
    let specs: Vec<Value> = read
        .documents
        .into_iter()
        .map(|document| document.spec)
        .collect();
    places_are_in_the_text(&read.file, &specs, &read.diagnostics);
}

/// Words that are more than letters to some reader of YAML.
const WORDS: &[&str] = &[
    "a",
    "b",
    "~",
    "null",
    "true",
    "False",
    "yes",
    "on",
    "0",
    "1",
    "-1",
    "+1",
    "017",
    "0x1F",
    "0o17",
    "0b11",
    "-0x1",
    "1_000",
    "1.5",
    "-1.5e3",
    "1e3",
    ".5",
    "5.",
    "+.5",
    ".inf",
    "-.inf",
    ".nan",
    "12:30:45",
    "2026-01-01",
    "<<",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "1.2.3",
    "=",
    "ä",
    "\u{1f6a2}",
    "x y",
    "a:b",
    "a#b",
    "-",
    "--",
    "---a",
    "?a",
    "'",
    "\"",
    "%",
    "0.1",
    "1E5",
    "00",
    "0x",
    "+",
    ".",
    "..",
    "1e400",
    "-0",
    "-0.0",
];

/// Pieces that texts are put together from: words and everything that means something.
const PIECES: &[&str] = &[
    "\n",
    "\n  ",
    "\n    ",
    "\n- ",
    "\n  - ",
    ": ",
    ":",
    "- ",
    "? ",
    ", ",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "*a ",
    "!x",
    "!x ",
    "!x: ",
    "!!str ",
    "| \n  ",
    "|\n  ",
    ">-\n  ",
    "|+\n\n",
    "# c",
    " # c\n",
    "'",
    "\"",
    "\\n",
    "\\x41",
    "\\",
    "''",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "\t",
    " ",
    "  ",
    "\r\n",
    "\r",
    "\0",
    "\u{7}",
    "\u{feff}",
    "<<: ",
    "a: ",
    "b: ",
    "credential: ",
    "x",
    "ä",
    "\u{2028}",
    "\u{85}",
    "apiVersion: drydock/v1\n",
    "kind: Rack\n",
    "metadata: {name: r}\n",
    "spec: {}\n",
    "spec:\n  ",
];

fn leaf() -> impl Strategy<Value = Theirs> {
    prop_oneof![
        Just(Theirs::Null),
        any::<bool>().prop_map(Theirs::from),
        any::<i64>().prop_map(Theirs::from),
        any::<u64>().prop_map(Theirs::from),
        any::<f64>().prop_map(Theirs::from),
        prop::sample::select(WORDS).prop_map(Theirs::from),
        "[ -~\\n\\täöü€]{0,40}".prop_map(Theirs::from),
        any::<String>().prop_map(Theirs::from),
    ]
}

fn tree() -> impl Strategy<Value = Theirs> {
    leaf().prop_recursive(4, 40, 6, |inner| {
        let key = prop_oneof![
            prop::sample::select(WORDS).prop_map(str::to_owned),
            "[ -~]{0,12}"
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Theirs::Sequence),
            prop::collection::vec((key, inner), 0..6).prop_map(|entries| {
                Theirs::Mapping(
                    entries
                        .into_iter()
                        .map(|(key, value)| (key.into(), value))
                        .collect(),
                )
            }),
        ]
    })
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![3 => prop::sample::select(PIECES), 2 => prop::sample::select(WORDS)];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// A text, with some of its bytes cut out, doubled or replaced.
fn damaged(text: &str, damage: &[(usize, usize, usize)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for &(at, length, piece) in damage {
        let at = at % (bytes.len() + 1);
        let end = (at + length % 8).min(bytes.len());
        bytes.splice(at..end, PIECES[piece % PIECES.len()].bytes());
    }
    bytes
}

const SITE: &str = "\
# A site in miniature, for breaking.
apiVersion: drydock/v1
kind: HostProfile
metadata: {name: 'base', labels: {a: b}}
spec: &spec
  oob: {type: ipmi, credential: hunter2}
  interfaces:
    bond0: &bond
      slaves: [eth0, '!eth1']
      mtu: 9000
    bond1: {<<: *bond, mtu: 1500}
  platform:
    kernel_params: {console: \"ttyS0,115200\", quiet: true}
  notes: |
    several
      lines
---
schema: drydock/BaremetalNode/v1
metadata:
  schema: metadata/Document/v1
  name: n1
data:
  addressing:
    - network: mgmt
      address: 10.0.0.1
  text: >-
    folded
    text
...
";

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

#[test]
fn words_mean_what_they_mean_there() {
    for word in WORDS {
        for text in [
            format!("{word}\n"),
            format!("- {word}\n"),
            format!("{word}: {word}\n"),
            format!("a: '{word}'\n"),
            format!("{{a: {word}, {word}: b}}\n"),
        ] {
            compare(&text);
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn values_they_write_are_read_as_they_read_them(value in tree()) {
        let text = serde_yaml::to_string(&value).unwrap();
        let read = yaml::read_values("random.yaml", text.as_bytes());
        places_are_in_the_text(&read.file, &read.values, &read.diagnostics);
        prop_assert!(read.diagnostics.is_empty() || text.contains("<<"), "{text:?} {:?}", read.diagnostics);
        compare(&text);
    }

    #[test]
    fn texts_put_together_at_random_are_read_as_they_read_them(text in pieces()) {
        compare(&text);
        survives(text.as_bytes());
    }

    #[test]
    fn a_damaged_site_is_read_as_they_read_it(
        damage in prop::collection::vec(any::<(usize, usize, usize)>(), 1..4),
    ) {
        let bytes = damaged(SITE, &damage);
        survives(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        text.split("---\n").for_each(compare);
    }

    #[test]
    fn noise_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
        survives(&bytes);
        survives(text.as_bytes());
    }
}
