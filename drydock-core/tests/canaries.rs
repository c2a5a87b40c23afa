//! No byte of a secret is printed, wherever it stands and whatever is wrong around it. The positions are not listed here:
//! they are found by walking the forms of all kinds, so a new field is tested from its first day.
//!
//! A position is a field of the form [`Shape::Secret`], a key of a secret in a map that is free, and the user information
//! of a URL in every text. What a run prints is searched in `drydock-noop/tests/run/canary.rs`, what the examples print in
//! `examples/tests/commands/canary.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "canaries/outputs.rs"]
mod outputs;
#[path = "canaries/site.rs"]
mod site;

use drydock_core::testing::canary::Canary;
use outputs::outputs;
use proptest::prelude::*;
use site::{Site, Style};

/// An invented secret: no words of ours, and no blank, which no URL could hold.
fn canary() -> impl Strategy<Value = String> {
    "[A-Z][A-Za-z0-9!$&'()*+;=._~-]{13,20}[A-Za-z0-9]"
}

#[track_caller]
fn silent(secret: &str, files: &[(&str, &str)]) {
    let canary = Canary::new(secret);
    for (what, text) in outputs(files) {
        if let Some(form) = canary.found_in(&text) {
            let chars: Vec<char> = text.chars().collect();
            let mut near = chars.chunks(200).zip(chars.chunks(200).skip(1));
            let near = near.find_map(|(a, b)| {
                let near: String = a.iter().chain(b).collect();
                canary.found_in(&near).is_some().then_some(near)
            });
            let near = near.unwrap_or(text);
            let files: String = files.iter().map(|(_, text)| *text).collect();
            panic!("{what} tells {secret}, {form}:\n{near}\nof\n{files}");
        }
    }
}

#[test]
fn every_kind_of_position_is_found() {
    let site = Site::new("Kanarienvogel77", Style::Quoted);
    let text = site.text();
    for expected in [
        "credential: 'Kanarienvogel77'",
        "k_g: 'Kanarienvogel77'",
        "libvirt_uri: 'Kanarienvogel77'",
        "token: 'Kanarienvogel77'",
        "url: 'https://user:Kanarienvogel77@host.example/x'",
        "sdn_api_uri: 'https://user:Kanarienvogel77@host.example/x'",
        "location: 'https://user:Kanarienvogel77@host.example/x'",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    assert!(site.positions() > 100, "{}", site.positions());
    // A site that is refused would show nothing: nearly everything in it has to be right.
    let outputs = outputs(&[("site.yaml", &text)]);
    let typed = |what: &str| {
        outputs
            .iter()
            .find(|(of, _)| *of == what)
            .map(|(_, text)| text)
    };
    for what in [
        "node",
        "region",
        "rack",
        "hardware",
        "network",
        "link",
        "boot action",
    ] {
        let text = typed(what).unwrap_or_else(|| panic!("no {what} in {outputs:#?}"));
        let struck = ["***@", "(secret)"].iter().any(|mark| text.contains(mark));
        assert!(
            struck || what == "link" || what == "network",
            "{what}: {text}"
        );
    }
}

/// How many cases; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES");
    asked.ok().and_then(|n| n.parse().ok()).unwrap_or(12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_site_with_a_secret_in_every_position_tells_none(secret in canary(), style in Style::any()) {
        let text = Site::new(&secret, style).text();
        silent(&secret, &[("site.yaml", &text)]);
    }

    /// The same site with lines cut out, doubled, moved, or filled with what cannot stand there, and cut off at any line.
    /// The lines of secrets stay as they are: one that has lost its key is no secret to anybody.
    #[test]
    fn a_broken_site_tells_none(
        secret in canary(),
        style in Style::any(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), 0..JUNK.len() + 4), 1..6),
        keep in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let text = Site::new(&secret, style).text();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if let Some(keep) = keep {
            lines.truncate(keep.index(lines.len()) + 1);
        }
        for (place, damage) in damages {
            let open: Vec<usize> = (0..lines.len()).filter(|&n| site::is_open(&lines[n])).collect();
            if open.is_empty() {
                continue;
            }
            let at = open[place.index(open.len())];
            match damage {
                0 => lines[at].insert_str(0, "   "),
                1 => lines[at] = lines[at].trim_start().to_owned(),
                2 => lines.insert(at, lines[at].clone()),
                3 => drop(lines.remove(at)),
                junk => lines.insert(at, JUNK[junk - 4].to_owned()),
            }
        }
        silent(&secret, &[("site.yaml", &lines.join("\n"))]);
    }

    /// An alias brings the secret to fields that hold none.
    #[test]
    fn a_secret_that_an_alias_brings_anywhere_is_not_told(
        secret in canary(),
        style in Style::any(),
        to in prop::collection::vec(any::<prop::sample::Index>(), 1..8),
    ) {
        let text = Site::new(&secret, style).aliased(&to);
        silent(&secret, &[("site.yaml", &text)]);
    }

    /// A URL with user information where a name or a key stands.
    #[test]
    fn a_url_as_a_name_or_key_tells_none(
        secret in canary(),
        names in prop::collection::vec(any::<prop::sample::Index>(), 1..8),
    ) {
        let text = Site::new(&secret, Style::Quoted).url_as_names(&names);
        silent(&secret, &[("site.yaml", &text)]);
    }

    /// Kinds that nobody registered are kept as written: the keys of secrets and URLs are known there as well.
    #[test]
    fn a_configuration_item_tells_none(secret in canary(), style in Style::any()) {
        let scalar = style.write(&secret, 6);
        let url = style.write(&site::url(&secret), 6);
        let text = format!(
            "apiVersion: example.org/v1\nkind: Vault\nmetadata:\n  name: v\n  annotations:\n    token: {}\n    at: {}\n\
             spec:\n  a:\n    - password: {scalar}\n    - {{b: {url_flow}, passwd: {flow}}}\n    - api_key: [{flow}, {{x: {flow}}}]\n    - {url}\n",
            style.write(&secret, 6),
            style.write(&site::url(&secret), 6),
            flow = Style::Quoted.write(&secret, 0),
            url_flow = Style::Double.write(&site::url(&secret), 0),
        );
        silent(&secret, &[("vault.yaml", &text)]);
        silent(&secret, &[("vault.yaml", &format!("{text}  c: [\n"))]);
    }
}

/// Lines that can stand nowhere, or change what follows.
const JUNK: &[&str] = &[
    "[",
    "]",
    "{",
    "'",
    "\"",
    "\t",
    "---",
    "...",
    "%YAML 9.9",
    "? x",
    ": y",
    "  - - -",
    "&a",
    "*a",
    "!x y: z",
    "x: |",
    "x: >9",
    "\u{0}",
    "nope: 1",
    "@",
    "`",
];
