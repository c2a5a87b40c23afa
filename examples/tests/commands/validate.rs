//! `validate`: exit codes, and diagnostics for people and for programs.

use crate::{Folder, run, site};

#[test]
fn the_bundled_site_is_clean() {
    let ran = run("validate", &[site()]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "37 documents, 12 nodes: nothing is wrong\n")
    );
    assert_eq!(
        run("validate", &[site(), "--format".into(), "json".into()]).json()["diagnostics"],
        serde_json::json!([])
    );
}

#[test]
fn errors_are_drawn_over_the_source_and_end_with_1() {
    let folder = Folder::new("validate");
    let file = folder.write(
        "site.yaml",
        "apiVersion: drydock/v1\nkind: Network\nmetadata: {name: a}\nspec: {vlna: 7}\n",
    );
    let ran = run("validate", &[&file]);
    assert_eq!(ran.code, 1);
    let expected = format!(
        "error[DD0005]: Network a: unknown key `vlna`
 --> {file}:4:8
  |
4 | spec: {{vlna: 7}}
  |        ^^^^
  |
  = help: did you mean `vlan`?

1 error
"
    );
    assert_eq!(ran.out, expected);
    let json = run("validate", &[&file, "--format", "json"]).json();
    let expected = serde_json::json!([{
        "code": "DD0005", "severity": "error", "message": "unknown key `vlna`", "help": "did you mean `vlan`?",
        "kind": "Network", "name": "a", "field": null, "touches": 1,
        "labels": [{
            "file": file, "line": 4, "column": 8, "byte": 64, "end": {"line": 4, "column": 12, "byte": 68},
            "source": null, "locator": null, "text": "", "primary": true,
        }],
        "edit": {
            "file": file, "line": 4, "column": 8, "byte": 64, "end": {"line": 4, "column": 12, "byte": 68},
            "text": "vlan",
        },
    }]);
    assert_eq!(json["diagnostics"], expected);
}

#[test]
fn arguments_that_cannot_be_used_end_with_2() {
    for arguments in [vec![], vec!["--nope"], vec!["/nowhere/at/all"]] {
        let ran = run("validate", &arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains("error:"), "{}", ran.err);
    }
}

#[test]
fn sarif_is_one_run_with_a_result_for_each_finding() {
    let folder = Folder::new("validate-sarif");
    let text = "apiVersion: drydock/v1\nkind: Network\nmetadata: {name: a}\nspec: {vlna: 7}\n";
    let file = folder.write("site.yaml", text);
    let ran = run("validate", &[&file, "--format", "sarif"]);
    let log = ran.json();
    let [result] = log["runs"][0]["results"].as_array().unwrap().as_slice() else {
        panic!("{log}")
    };
    let place = &result["locations"][0]["physicalLocation"];
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(
        uri.starts_with("file:///") && uri.ends_with("/site.yaml"),
        "{uri}"
    );
    assert_eq!(
        (
            &place["region"]["startLine"],
            &place["region"]["startColumn"]
        ),
        (&4.into(), &8.into())
    );
    assert_eq!((ran.code, &result["ruleId"]), (1, &"DD0005".into()));
    let clean = run("validate", &[site(), "--format".into(), "sarif".into()]);
    assert_eq!(clean.json()["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(clean.code, 0);
}

#[test]
fn a_code_is_explained() {
    let ran = run("validate", &["--explain", "DD0501"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.out
            .starts_with("error[DD0501]: a host profile does not exist\n\nA profile or node"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("\n\nTo mend it: Correct the name"),
        "{}",
        ran.out
    );
    for code in ["DD0000", "501", "DD9001"] {
        let ran = run("validate", &["--explain", code]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{code}");
        assert!(ran.err.contains("there is no code"), "{}", ran.err);
    }
}
