//! DD3004: labels that say two things.

use super::{HOSTS, R1, RACKS, help, site, sites};

const NODE: &str = "metadata: {name: storage-1, region: quayside}";

#[test]
fn a_label_of_the_metadata_that_the_profile_says_otherwise_is_told() {
    let to = NODE.replace('}', ", labels: {team: ①network}}");
    let profile = (
        "metadata:\n    labels: {role: storage}",
        "metadata:\n    labels: {role: storage, team: disks}",
    );
    let line = "warning[DD3004] ① BaremetalNode storage-1: label `team` is `network` in metadata and `disks` in spec.metadata";
    sites(&[(R1, NODE, &to), (HOSTS, profile.0, profile.1)], &[line]);
}

#[test]
fn the_same_label_in_both_places_is_no_clash() {
    site(
        R1,
        NODE,
        &NODE.replace("}", ", labels: {role: storage, rack: r1, name: storage-1}}"),
        &[],
    );
}

#[test]
fn labels_that_name_another_rack_or_node_are_told() {
    site(
        R1,
        NODE,
        &NODE.replace("}", ", labels: {rack: ①r2, name: ②store}}"),
        &[
            "warning[DD3004] ① BaremetalNode storage-1: label `rack` is `r2`, but selectors see `r1`",
            "warning[DD3004] ② BaremetalNode storage-1: label `name` is `store`, but selectors see `storage-1`",
        ],
    );
    // In a profile it is one finding, told at the profile.
    let (from, to) = (
        "labels: {role: storage}",
        "labels: {role: storage, rack: ①r1}",
    );
    let line =
        "warning[DD3004] ① BaremetalNode storage-2: label `rack` is `r1`, but selectors see `r2`";
    site(HOSTS, from, to, &[line]);
    help(HOSTS, from, to, "remove the label");
}

#[test]
fn labels_of_racks_are_looked_at_as_well() {
    sites(
        &[(
            RACKS,
            "metadata: {name: r1, region: quayside}",
            "metadata: {name: r1, region: quayside, labels: {power-feed: ①none, row: '4'}}",
        )],
        &["warning[DD3004] ① Rack r1: label `power-feed` is `none` in metadata and `left` in spec"],
    );
}
