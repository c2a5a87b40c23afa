//! Tests of selectors by themselves.

use super::*;
use proptest::{collection::vec, prelude::*};

/// Labels by their keys, fields by their paths; a field is a list.
struct Things {
    labels: Vec<(&'static str, &'static str)>,
    fields: Vec<(&'static str, Vec<&'static str>)>,
}

impl Selectable for Things {
    fn label(&self, key: &str) -> Option<&str> {
        let label = self.labels.iter().find(|(k, _)| *k == key);
        label.map(|(_, text)| *text)
    }
    fn has(&self, field: &FieldPath) -> bool {
        self.fields.iter().any(|(f, _)| *f == field.to_string())
    }
    fn is(&self, field: &FieldPath, text: &str) -> bool {
        let mut fields = self.fields.iter();
        fields.any(|(f, items)| *f == field.to_string() && items.contains(&text))
    }
}

fn selects(selector: &str) -> bool {
    let things = Things {
        labels: vec![
            ("role", "compute"),
            ("rack", "r1"),
            ("spec.x", "label"),
            ("a b", "c d"),
        ],
        fields: vec![
            ("spec.metadata.tags", vec!["t1", "t2"]),
            ("spec.platform.kernel_params[\"ipv6.disable\"]", vec!["1"]),
        ],
    };
    let selector: Selector = selector.parse().unwrap();
    selector.matches(&things)
}

#[test]
fn every_term_must_hold() {
    assert!(selects("role=compute,rack in (r1, r2),!gpu"));
    assert!(selects("role!=storage, gpu notin (a)") && selects(""));
    assert!(!selects("role==storage") && !selects("gpu") && !selects("!role"));
}

#[test]
fn fields_stand_beside_labels() {
    assert!(selects("role=compute,spec.metadata.tags=t2"));
    assert!(selects(
        "spec.metadata.tags in (a,t1),spec.metadata.tags!=t3"
    ));
    assert!(!selects("spec.metadata.tags=t3") && !selects("spec.metadata.tags notin (t1)"));
    assert!(selects("spec.platform.kernel_params[\"ipv6.disable\"]=1"));
    assert!(selects(
        "spec.metadata.tags,!spec.hold,metadata.region!=north"
    ));
    assert!(!selects("metadata.region"));
}

#[test]
fn quotes_make_words_of_anything() {
    assert!(
        selects("'a b'='c d'") && selects("\"a b\"==\"c d\"") && selects("'a b' in ('x','c d')")
    );
    // A quoted key is a label's, whatever it looks like.
    assert!(selects("'spec.x'=label") && !selects("spec.x=label"));
    let doubled: Selector = "a='it''s',b=\"say \"\"x\"\"\"".parse().unwrap();
    assert_eq!(doubled.to_string(), "a='it''s',b='say \"x\"'");
}

#[test]
fn broken_selectors_say_why() {
    for (text, why) in [
        ("a=", "a word is missing at the end"),
        ("a in r1", "a list in parentheses follows `in` and `notin`"),
        ("a in (b", "a `(` is not closed"),
        (
            "a in ()",
            "a word is missing before `)`; what is no word is written in quotes",
        ),
        ("a,", "nothing follows the last comma"),
        (
            ",a",
            "a word is missing before `,a`; what is no word is written in quotes",
        ),
        ("a b", "`b` is none of `=`, `!=`, `in` and `notin`"),
        (
            "a)",
            "there should be a comma before `)`; what is no word is written in quotes",
        ),
        ("a='b", "a quote is not closed"),
        ("''=b", "a key is empty"),
        (
            "a=80%",
            "there should be a comma before `%`; what is no word is written in quotes",
        ),
        (
            "spec.a[\"b=c",
            "a key in brackets is not closed: write [\"KEY\"]",
        ),
        (
            "spec.a[0]=c",
            "there should be a comma before `[0]=c`; what is no word is written in quotes",
        ),
    ] {
        assert_eq!(text.parse::<Selector>().unwrap_err(), why, "{text}");
    }
    for text in ["spec.", "spec..a=b", "metadata.a."] {
        let error = text.parse::<Selector>().unwrap_err();
        assert!(error.contains("is not a field path"), "{error}");
    }
}

#[test]
fn what_is_printed_is_read_back() {
    for text in [
        "role=compute,rack in (r1,r2),!gpu",
        "a!=b,c notin (d,e),f",
        "spec.platform.kernel_params[\"ipv6.disable\"]=1,!spec.hold",
        "in in (in,notin),notin,'spec.x','a b'=''",
    ] {
        assert_eq!(text.parse::<Selector>().unwrap().to_string(), text);
    }
}

fn key() -> impl Strategy<Value = Key> {
    let label = prop_oneof!["[a-z.]{1,8}", "spec\\.[a-z]{1,3}", ".{1,6}"];
    let first = prop_oneof![Just("spec"), Just("metadata")];
    let keys = vec(prop_oneof!["[a-z]{1,5}", ".{0,5}"], 1..4);
    prop_oneof![
        label.prop_map(|text: String| Key::Label(text.into())),
        (first, keys).prop_map(|(first, keys)| {
            let keys = keys.into_iter().map(SmolStr::from);
            Key::Field(FieldPath::of(std::iter::once(first.into()).chain(keys)))
        }),
    ]
}

fn term() -> impl Strategy<Value = Term> {
    let texts = || vec(prop_oneof!["[a-z0-9]{1,5}", ".{0,5}"], 1..4);
    let texts =
        move || texts().prop_map(|texts| texts.into_iter().map(SmolStr::from).collect::<Vec<_>>());
    prop_oneof![
        (key(), texts()).prop_map(|(key, texts)| Term::In(key, texts)),
        (key(), texts()).prop_map(|(key, texts)| Term::NotIn(key, texts)),
        key().prop_map(Term::Exists),
        key().prop_map(Term::Missing),
    ]
}

proptest! {
    #[test]
    fn any_selector_is_read_back_from_its_text(terms in vec(term(), 0..5)) {
        let selector = Selector { terms };
        let text = selector.to_string();
        prop_assert_eq!(text.parse::<Selector>(), Ok(selector), "{}", text);
    }

    #[test]
    fn no_text_makes_reading_panic(text in "(.|[a-z]|=|!|,|'|\"|\\(|\\)|\\[|\\]|\\\\|spec\\.| in ){0,24}") {
        if let Ok(selector) = text.parse::<Selector>() {
            prop_assert_eq!(selector.to_string().parse::<Selector>(), Ok(selector));
        }
    }
}
