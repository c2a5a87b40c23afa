//! Logs of all cases hold to what SARIF 2.1.0 demands of them (the sections of §3 are named), the fixes in them mend the
//! design, and one log is kept as golden text.

use crate::{
    case::{self, Case},
    golden,
};
use drydock_core::diagnostic::Code;
use serde_json::Value;

fn log(case: &Case) -> Value {
    serde_json::to_value(case.found.to_sarif(&case.design.files)).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn one_log_is_kept_as_golden_text() {
    let mut cases = case::all().iter();
    let case = cases.find(|case| case.name == "DD0005/several").unwrap();
    let log = case.found.to_sarif(&case.design.files);
    let log = serde_json::to_string_pretty(&log).unwrap() + "\n";
    assert!(!log.contains("not-for-a-design"), "a secret is in the log");
    golden::file("drydock-core/tests/diagnostics/several.sarif", &log);
}

#[test]
fn the_log_is_the_same_whenever_it_is_written() {
    for case in case::all() {
        // Read anew, the files have other identities.
        let again = case.again();
        let text = |case: &Case| serde_json::to_string(&case.found.to_sarif(&case.design.files));
        assert_eq!(text(case).unwrap(), text(&again).unwrap(), "{}", case.name);
    }
}

#[test]
fn every_log_holds_to_the_standard() {
    for case in case::all() {
        let log = log(case);
        let name = &case.name;
        // §3.13
        assert_eq!(log["version"], "2.1.0", "{name}");
        assert!(
            log["$schema"].as_str().unwrap().starts_with("https://"),
            "{name}"
        );
        let [run] = list(&log["runs"]) else {
            panic!("{name}: one run")
        };
        let driver = &run["tool"]["driver"];
        let rules = list(&driver["rules"]);
        rules.iter().for_each(|rule| rule_is_whole(name, rule));
        let ids: Vec<&str> = rules
            .iter()
            .map(|rule| rule["id"].as_str().unwrap())
            .collect();
        assert!(
            ids.windows(2).all(|pair| pair[0] < pair[1]),
            "{name}: §3.19.23, each once"
        );
        let results = list(&run["results"]);
        assert_eq!(results.len(), case.found.len(), "{name}");
        for (result, found) in results.iter().zip(&case.found) {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(result["ruleId"], ids[index], "{name}: §3.27.6");
            assert_eq!(
                result["level"],
                found.severity.to_string(),
                "{name}: §3.27.10"
            );
            let text = result["message"]["text"].as_str().unwrap();
            assert!(text.contains(&found.message), "{name}: §3.27.11");
            result_is_placed(case, result);
        }
    }
}

/// §3.49
fn rule_is_whole(name: &str, rule: &Value) {
    let code = Code::parse(rule["id"].as_str().unwrap()).unwrap();
    for (key, text) in [
        ("shortDescription", code.title()),
        ("fullDescription", code.why()),
        ("help", code.mend()),
    ] {
        assert_eq!(rule[key]["text"], text, "{name}: {key}");
    }
    let uri = rule["helpUri"].as_str().unwrap();
    let anchor = code.to_string().to_lowercase();
    assert!(uri.starts_with("https://") && uri.ends_with(&format!("docs/diagnostics.md#{anchor}")));
    assert_eq!(
        rule["defaultConfiguration"]["level"],
        code.severity().to_string()
    );
}

/// §3.28 to §3.33: every place has a file that is there and a region inside of it; related places have ids of their own.
fn result_is_placed(case: &Case, result: &Value) {
    let (primary, related) = (&result["locations"], &result["relatedLocations"]);
    for location in list(primary).iter().chain(list(related)) {
        let physical = &location["physicalLocation"];
        assert_eq!(physical["region"]["charOffset"], Value::Null);
        let text = text_of(case, &physical["artifactLocation"]);
        region_is_inside(&case.name, &text, &physical["region"]);
    }
    // Only what is about a source as a whole has no place.
    let placeless = case.found.iter().any(|found| found.labels.is_empty());
    assert!(
        placeless || !list(primary).is_empty(),
        "{}: §3.27.12",
        case.name
    );
    let ids: Vec<u64> = list(related)
        .iter()
        .map(|place| place["id"].as_u64().unwrap())
        .collect();
    assert_eq!(
        ids,
        (1..=ids.len() as u64).collect::<Vec<_>>(),
        "{}: §3.28.2",
        case.name
    );
    for logical in list(&primary[0]["logicalLocations"]) {
        let full = logical["fullyQualifiedName"].as_str().unwrap();
        assert!(
            full.contains(logical["name"].as_str().unwrap()),
            "{full}: §3.33.5"
        );
        let kind = logical["kind"].as_str().unwrap();
        assert!(
            ["object", "property", "resource"].contains(&kind),
            "{kind}: §3.33.7"
        );
    }
}

/// §3.30: in order, inside the text, and saying the same in lines as in bytes.
fn region_is_inside(name: &str, text: &str, region: &Value) {
    let number = |key: &str| region[key].as_u64().unwrap() as usize;
    let (line, column) = (number("startLine"), number("startColumn"));
    assert!(line >= 1 && column >= 1, "{name}: §3.30.5");
    let end = (number("endLine"), number("endColumn"));
    assert!((line, column) <= end, "{name}: §3.30.7");
    // A file that is no text is shown as far as it is one.
    if text.contains('\u{fffd}') {
        return;
    }
    let (from, to) = (
        number("byteOffset"),
        number("byteOffset") + number("byteLength"),
    );
    assert!(text.get(from..to).is_some(), "{name}: §3.30.11");
    assert_eq!(byte_at(text, (line, column)), from, "{name}");
    assert_eq!(byte_at(text, end), to, "{name}");
}

/// The byte of a line and column, both from 1, columns in code points.
fn byte_at(text: &str, (line, column): (usize, usize)) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let rest = text[start..].chars().take(column - 1);
    start + rest.map(char::len_utf8).sum::<usize>()
}

fn text_of(case: &Case, artifact: &Value) -> String {
    let uri = artifact["uri"].as_str().unwrap();
    let file = case.files.iter().find(|(name, _)| name == uri);
    let (_, bytes) = file.unwrap_or_else(|| panic!("{}: no file is {uri}", case.name));
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_fixes_of_a_log_mend_the_design_however_the_region_is_read() {
    let mut made = 0;
    for case in case::all().iter().filter(|case| !case.is_planned()) {
        let log = log(case);
        let fixed = |result: &&Value| !list(&result["fixes"]).is_empty();
        for result in list(&log["runs"][0]["results"]).iter().filter(fixed) {
            // §3.55.3, §3.56
            let change = &result["fixes"][0]["artifactChanges"][0];
            let replacement = &change["replacements"][0];
            let (region, new) = (
                &replacement["deletedRegion"],
                &replacement["insertedContent"],
            );
            let (text, new) = (
                text_of(case, &change["artifactLocation"]),
                new["text"].as_str(),
            );
            region_is_inside(&case.name, &text, region);
            let mended = by_bytes(&text, region, new.unwrap());
            assert_eq!(
                mended,
                by_characters(&text, region, new.unwrap()),
                "{}",
                case.name
            );
            let uri = change["artifactLocation"]["uri"].as_str().unwrap();
            let left = case.with(uri, mended.into_bytes()).found.len();
            assert_eq!(left, case.found.len() - 1, "{}: {result}", case.name);
            made += 1;
        }
    }
    assert!(made >= 12, "{made} fixes were made");
}

fn by_bytes(text: &str, region: &Value, new: &str) -> String {
    let number = |key: &str| region[key].as_u64().unwrap() as usize;
    let (from, to) = (
        number("byteOffset"),
        number("byteOffset") + number("byteLength"),
    );
    [&text[..from], new, &text[to..]].concat()
}

fn by_characters(text: &str, region: &Value, new: &str) -> String {
    let number = |key: &str| region[key].as_u64().unwrap() as usize;
    let (from, length) = (number("charOffset"), number("charLength"));
    let (before, after) = (text.chars().take(from), text.chars().skip(from + length));
    before.chain(new.chars()).chain(after).collect()
}
