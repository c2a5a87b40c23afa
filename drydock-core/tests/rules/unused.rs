//! DD0509: profiles that nobody uses, and what is held against them all the same.

use super::{HARDWARE, HOSTS, help, site, sites, small};

const EXTRA: &str = "---\napiVersion: drydock/v1\nkind: HostProfile\nmetadata: {name: ①extra}\nspec: {host_profile: server}\n";

#[test]
fn a_profile_that_nobody_inherits_from_is_a_note() {
    let line = ["note[DD0509] ① HostProfile extra: nothing inherits from host profile `extra`"];
    site(HOSTS, "", EXTRA, &line);
    help(
        HOSTS,
        "",
        EXTRA,
        "inherit from it in a node or profile, or remove it",
    );
    // Of several that inherit from each other, the last is unused.
    let parent = EXTRA.replace("①extra", "parent");
    let heir = EXTRA.replace("host_profile: server", "host_profile: parent");
    site(HOSTS, "", &(parent + &heir), &line);
}

#[test]
fn a_hardware_profile_that_nobody_names_is_a_note() {
    let text = "---\napiVersion: drydock/v1\nkind: HardwareProfile\nmetadata: {name: ①extra}\nspec: {vendor: X}\n";
    site(
        HARDWARE,
        "",
        text,
        &["note[DD0509] ① HardwareProfile extra: nothing names hardware profile `extra`"],
    );
}

#[test]
fn a_slip_in_a_name_does_not_make_what_was_meant_unused() {
    sites(
        &[
            (HOSTS, "[server, edge-access]", "[server, ①egde-access]"),
            (
                HOSTS,
                "hardware_profile: halyard-s12",
                "hardware_profile: ②halyard-s21",
            ),
        ],
        &[
            "error[DD0503] ② BaremetalNode storage-1: there is no hardware profile `halyard-s21` (and 1 more with the same cause)",
            "error[DD0501] ① HostProfile gateway: there is no host profile `egde-access`",
        ],
    );
}

#[test]
fn profiles_without_nodes_are_a_library() {
    let text = "apiVersion: drydock/v1\nkind: HostProfile\nmetadata: {name: p}\nspec: {interfaces: {e: {networks: [n]}}}\n";
    small(text, &[]);
}

#[test]
fn networks_of_a_profile_that_nobody_inherits_from_are_held_against_the_design() {
    let extra = EXTRA.replace(
        "spec: {host_profile: server}",
        "spec: {host_profile: edge-access, interfaces: {edge: {networks: [②storge]}, pxe: {networks: [④public, ③public2]}, e3: {networks: [storage, mgmt]}, e4: {networks: [⑤mgmt]}}}",
    );
    sites(
        &[(HOSTS, "", &extra)],
        &[
            "note[DD0509] ① HostProfile extra: nothing inherits from host profile `extra`",
            "error[DD2001] ② HostProfile extra: there is no network `storge`",
            "error[DD2001] ④ HostProfile extra: network `public` is carried by two interfaces",
            "error[DD2001] ③ HostProfile extra: there is no network `public2`",
            "error[DD2001] ⑤ HostProfile extra: network `mgmt` is carried by two interfaces",
        ],
    );
}

#[test]
fn networks_of_a_profile_that_is_used_are_told_once() {
    // By the nodes alone, and the profiles between are not counted.
    site(
        HOSTS,
        "networks: [pxe]",
        "networks: [①pxxe]",
        &[
            "error[DD2001] ① BaremetalNode compute-1: there is no network `pxxe` (and 11 more with the same cause)",
        ],
    );
}
