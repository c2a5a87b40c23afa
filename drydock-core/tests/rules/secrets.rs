//! Secrets at places where none may stand: names and keys are printed everywhere, and typed models know of seals only by
//! the key.

use super::{load, said, unmarked};

const NODE: &str = "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: n}\nspec:\n";

/// What DD0006 says of a text, at ①; nothing printed holds the secret.
#[track_caller]
fn refused(text: &str, messages: &[&str]) {
    let (files, places) = unmarked(&vec![("site.yaml".to_owned(), text.to_owned())]);
    let design = load(&files);
    let wrong: Vec<String> = said(&design)
        .into_iter()
        .filter(|line| line.contains("DD0006"))
        .collect();
    let expected = messages.iter().map(|message| {
        let place = &places[0].1;
        format!("error[DD0006] {place} {message}")
    });
    assert_eq!(wrong, expected.collect::<Vec<_>>(), "{text}");
    let printed = format!(
        "{design:?}{:?}",
        design
            .resolved
            .nodes
            .values()
            .map(|n| &n.spec)
            .collect::<Vec<_>>()
    );
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[test]
fn an_alias_brings_no_secret_to_another_field() {
    for spec in [
        "  oob: {type: manual, credential: ①&c hunter2, account: *c}\n",
        "  metadata: {owner_data: {a: ①&c hunter2}}\n  oob: {type: manual, credential: *c}\n",
        "  platform: {kernel_params: {a: [b, ①&c hunter2]}}\n  oob: {type: manual, credential: *c}\n",
        "  interfaces: {e: {slaves: [①&c hunter2]}}\n  oob: {type: manual, k_g: *c}\n",
        "  interfaces: [{device_name: ①&c hunter2}]\n  oob: {type: manual, k_g: *c}\n",
    ] {
        // A value's place begins after its anchor.
        let text = format!("{NODE}{}", spec.replace("①&c ", "&c ①"));
        let message = "BaremetalNode n: an alias brings a secret to where none may stand";
        refused(&text, &[message]);
    }
}

#[test]
fn an_alias_from_one_secret_to_another_is_right() {
    let text = "  metadata: {owner_data: {token: &c hunter2, password: *c}}\n";
    refused(&format!("{NODE}{text}"), &[]);
}

#[test]
fn a_url_with_user_information_is_no_name_and_no_key() {
    let url = "'https://u:hunter2@h'";
    let name = "expected a text, found `https://***@h`: no secret may stand here";
    let key = "a key must not hold a secret, such as the user information of a URL";
    for (spec, message) in [
        (format!("  platform: {{image: ①{url}}}\n"), name),
        (format!("  metadata: {{tags: [①{url}]}}\n"), name),
        (format!("  metadata: {{owner_data: {{①{url}: x}}}}\n"), key),
        (
            format!("  metadata: {{labels: {{①'!{}: ''}}}}\n", &url[1..]),
            key,
        ),
        (
            format!("  platform: {{kernel_params: {{①{url}: x}}}}\n"),
            key,
        ),
        (format!("  oob: {{type: manual, ①{url}: x}}\n"), key),
        (format!("  interfaces: {{①{url}: {{}}}}\n"), key),
        (format!("  interfaces: [{{device_name: ①{url}}}]\n"), key),
        (format!("  interfaces: [①'!{}]\n", &url[1..]), key),
        (format!("  metadata: {{tags: [①'!{}]}}\n", &url[1..]), key),
    ] {
        refused(
            &format!("{NODE}{spec}"),
            &[&format!("BaremetalNode n: {message}")],
        );
    }
    let rack = "apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: r}\n";
    let text = format!("{rack}spec: {{location: {{a: [{{①{url}: 1}}]}}}}\n");
    refused(&text, &[&format!("Rack r: {key}")]);
}
