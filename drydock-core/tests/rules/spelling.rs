//! DD0010: spellings that YAML 1.1 reads otherwise.

use super::{HARDWARE, HOSTS, R1, RACKS, help, site, small};

#[test]
fn what_no_field_decides_is_looked_at() {
    site(
        RACKS,
        "location: {hall: north, row: 4, bay: 1}",
        "location: {hall: ①no, row: ②017, bay: [③12:30, {since: ④2026-11-22}], door: ⑤1_000, lock: ⑥0o17, key: ⑦1e3}",
        &[
            "warning[DD0010] ① Rack r1: `no` is a text here, and false to YAML 1.1 readers",
            "warning[DD0010] ② Rack r1: `017` is a text here, and the number 15 to YAML 1.1 readers",
            "warning[DD0010] ③ Rack r1: `12:30` is a text here, and a number to YAML 1.1 readers",
            "warning[DD0010] ④ Rack r1: `2026-11-22` is a text here, and a date to YAML 1.1 readers",
            "warning[DD0010] ⑤ Rack r1: `1_000` is a text here, and a number to YAML 1.1 readers",
            "warning[DD0010] ⑥ Rack r1: `0o17` is a number here, and a text to YAML 1.1 readers",
            "warning[DD0010] ⑦ Rack r1: `1e3` is a number here, and a text to YAML 1.1 readers",
        ],
    );
    help(
        RACKS,
        "location: {hall: north, row: 4, bay: 1}",
        "location: {hall: no}",
        "quote it: 'no'",
    );
}

#[test]
fn what_is_quoted_or_decided_by_its_field_is_not() {
    let location = "location: {hall: 'no', row: \"017\", bay: north, on: 5, more: [true, null, 1.5, 0xff, .5]}";
    site(
        RACKS,
        "location: {hall: north, row: 4, bay: 1}",
        location,
        &[],
    );
    site(
        HOSTS,
        "intel_iommu: 'on'",
        "intel_iommu: on\n      other: 017",
        &[],
    );
    site(R1, "serial: HC32-4011", "serial: 1_000", &[]);
}

#[test]
fn parts_that_are_kept_as_written_and_items_of_other_kinds_are_looked_at() {
    site(
        HARDWARE,
        "  generation: '1'",
        "  generation: '1'\n  ①firmware: {secure: ②yes}",
        &[
            "note[DD0014] ① HardwareProfile windlass-e8: `firmware` is kept as written; nothing acts on it in this release",
            "warning[DD0010] ② HardwareProfile windlass-e8: `yes` is a text here, and true to YAML 1.1 readers",
        ],
    );
    small(
        "①apiVersion: example.com/v1\nkind: Cage\nmetadata: {name: c}\nspec: {locked: ②off, doors: [{open: ③08:30:00}, 'on']}\n",
        &[
            "warning[DD0017] ① example.com/v1/Cage c: nobody registered the kind `example.com/v1/Cage`; it is kept as written",
            "warning[DD0010] ② example.com/v1/Cage c: `off` is a text here, and false to YAML 1.1 readers",
        ],
    );
}

#[test]
fn an_anchor_is_told_once() {
    site(
        RACKS,
        "location: {hall: north, row: 4, bay: 1}",
        "location: {hall: &hall ①off, row: *hall}",
        &["warning[DD0010] ① Rack r1: `off` is a text here, and false to YAML 1.1 readers"],
    );
}
