//! No secret byte is printed: not in a diagnostic, not in its excerpt, not in `Debug` or JSON, wherever the secret
//! stands and however broken the text around it is.

use drydock_core::{
    diagnostic::{Color, render_all},
    source::{to_yaml, yaml},
    span::SourceMap,
};

const CANARY: &str = "hunter2";

/// Everything that can be printed of a text.
fn printed(text: &str) -> String {
    let read = yaml::read("canary.yaml", text.as_bytes());
    let raw = yaml::read_values("canary.yaml", text.as_bytes());
    let mut sources = SourceMap::default();
    sources.insert(read.file.clone());
    let diagnostics = read.diagnostics.clone().sorted(&sources);
    let mut all = render_all(&diagnostics, &sources, Color::Never);
    all += &serde_json::to_string(&diagnostics.to_json(&sources)).unwrap();
    all += &serde_json::to_string(&diagnostics.to_sarif(&sources)).unwrap();
    all += &format!("{read:?}{raw:?}{sources:?}");
    all += &serde_json::to_string(&raw.values).unwrap();
    raw.values.iter().for_each(|value| all += &to_yaml(value));
    all += read.file.masked();
    all + raw.file.masked()
}

/// Values at a secret position, `@` for the secret.
const VALUES: &[&str] = &[
    "@",
    "'@'",
    "\"@\"",
    "\"\\x68unter2@\"",
    "'@\n\n  @'",
    "|\n    @\n   @",
    "|\n    @\n\n      @\n    @\n",
    ">-\n    @\n    @",
    "@\n    @",
    "[@, '@', {a: @}]",
    "\n    - @\n    - {b: [@]}",
    "\n    a: @\n    b: |\n      @",
    "&anchor @",
    "&anchor [@, @]",
    "!!str @",
    "!@",
    "!@ @",
    "!@ [@]",
    "*@",
    "[*@]",
    "{<<: @, <<: @}",
    "{a: 1, a: @}",
    "{secret: @, other: @}",
    "{secret: [@]}",
    "[{secret: @}]",
    "&a {secret: *@}",
    // Broken from here on.
    "'@",
    "\"@",
    "'@\n@\n@",
    "[@, '@'",
    "{a: @, b: [@",
    "x: @",
    "'@' @",
    "\"@\\q\"",
    "\"@\\u12\"",
    "%@",
    "`@",
    "@\u{7}@",
    "'@\u{0}@'",
    "|@\n    @",
    "|\n\t@",
    "- @",
    "[@]]",
    "!@!@ x",
    "!ä@",
    "\n   @\n   @: [",
    "&@",
    "&anchor [@, *anchor, *@]",
];

/// Demands that nothing which is printed of this text shows the canary.
#[track_caller]
fn never_shown(text: &str) {
    let printed = printed(text);
    assert!(!printed.contains(CANARY), "{text}\n{printed}");
}

#[test]
fn values_at_secret_positions_are_never_printed() {
    for key in [
        "credential",
        "'k_g'",
        "PASSWORD",
        "? libvirt_uri\n  ",
        "apikey",
    ] {
        for value in VALUES {
            let value = value.replace('@', CANARY);
            for text in [
                format!("{key}: {value}\n"),
                format!("a: 1\nb: 2\n{key}: {value}\nc: [\n"),
                format!("spec:\n  {key}: {value}\n  {key}: {value}\n"),
                format!("- 1\n- a: 1\n  {key}: {value}\n"),
                format!("{{a: 1, {key}: {value}, b: 2}}\n"),
                format!("{{a: 1, {key}: {value}\n---\nb: {{{key}: {value}}}\n"),
                format!(
                    "apiVersion: drydock/v1\nkind: Rack\nmetadata: {{name: r}}\nspec:\n  {key}: {value}\n"
                ),
            ] {
                never_shown(&text);
            }
        }
    }
}

#[test]
fn a_secret_that_an_alias_brings_is_a_secret_at_its_anchor_too() {
    for text in [
        "x: &c @\noob: {credential: *c}\n",
        "x: &c '@'\noob: {credential: [*c, 1]}\ny: *c\nx: *c\n",
        "x: &c [@, {a: @}]\ny: *c\noob: {credential: *c}\n",
        "x: &c [@]\ny: &d {a: *c}\noob: {credential: {b: [*d]}}\nz: [*d]\n",
        "x: &c |\n  @\n  @\noob: {<<: {credential: *c}}\n",
        "d: &d {credential: @}\na: {<<: *d}\nb: {<<: [*d, {credential: @}]}\n",
        "d: &d {credential: &c @}\na: *c\nb: [*d, *c]\n",
        "x: &c @\n*c : 1\ncredential: *c\n",
        "&c @ : 1\ncredential: *c\n",
        // Broken after the alias, in the line of the anchor and elsewhere.
        "{x: &c @, credential: *c, b: [}\n",
        "x: &c @\ncredential: *c\nb: [\n",
        "{x: &c @, credential: [*c}\n",
    ] {
        never_shown(&text.replace('@', CANARY));
    }
}

#[test]
fn user_information_in_urls_is_never_printed() {
    for text in [
        "a: http://u:@p/\n",
        "a: [x, http://u:@p/y]\na: 1\n",
        "a: 'http://u:@p'\nb: [\n",
        "a: \"http://u:@\\x40h/\"\nb: [\n",
        "a: http://u:@p\na: http://u:@p\n",
        "http://u:@p/: 1\nhttp://u:@p/: 1\n",
        "a: !http://u:@p/ 1\n",
        "apiVersion: http://u:@p/v1\nkind: x\nmetadata: {name: y}\nspec: {}\n",
    ] {
        let text = text
            .replace("@p", &format!("{CANARY}@host"))
            .replace(":@\\", &format!(":{CANARY}\\"));
        never_shown(&text);
    }
}

#[test]
fn a_slip_of_the_hand_in_the_key_shows_no_excerpt() {
    for text in [
        "credentail: hunter2\ncredentail: x\n",
        "{pasword: hunter2, b: [\n",
        "passwrod: |\n  hunter2\npasswrod: [\n",
    ] {
        let read = yaml::read("canary.yaml", text.as_bytes());
        assert!(
            !read.file.masked().contains(CANARY),
            "{}",
            read.file.masked()
        );
    }
}

#[test]
fn a_key_inside_a_secret_keeps_its_text_but_shows_no_excerpt() {
    let text = "credential: {hunter2: 1, hunter2: 2}\ncredential: {hunter2: 1}\n";
    let read = yaml::read("canary.yaml", text.as_bytes());
    let mut sources = SourceMap::default();
    sources.insert(read.file.clone());
    let drawn = render_all(&read.diagnostics, &sources, Color::Never);
    assert!(
        !drawn.contains(CANARY) && drawn.contains("stands twice"),
        "{drawn}"
    );
}

#[test]
fn the_name_of_a_secret_is_shown() {
    let text = "credential: {secret: bmc}\npassword:\n  secret: other\n";
    let read = yaml::read_values("canary.yaml", text.as_bytes());
    assert_eq!(
        format!("{:?}", read.values[0]),
        r#"{"credential": {"secret": bmc}, "password": {"secret": other}}"#
    );
}

#[test]
fn the_data_of_a_skipped_secret_document_is_not_shown() {
    let text = "schema: deckhand/Passphrase/v1\nmetadata: {name: p}\ndata: hunter2\n";
    let read = yaml::read("canary.yaml", text.as_bytes());
    assert!(!read.file.masked().contains(CANARY));
}
