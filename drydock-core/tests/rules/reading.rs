//! DD0003 to DD0014: what is wrong with a document by itself.

use super::{HARDWARE, HOSTS, NETWORKS, R1, RACKS, help, site, sites, small};

// DD0003

#[test]
fn a_document_without_a_name_is_told() {
    site(
        RACKS,
        "",
        "---\napiVersion: drydock/v1\nkind: Rack\n①metadata: {region: quayside}\nspec: {}\n",
        &["error[DD0003] ① metadata has no name"],
    );
}

#[test]
fn a_document_without_an_envelope_is_told() {
    site(
        RACKS,
        "",
        "---\n①metadata: {name: r3}\nspec: {}\n",
        &["error[DD0003] ① a document is missing its apiVersion, kind"],
    );
}

#[test]
fn a_schema_of_another_form_is_told() {
    site(
        RACKS,
        "",
        "---\nschema: ①drydock/Rack\nmetadata: {name: r3}\ndata: {}\n",
        &["error[DD0003] ① schema `drydock/Rack` is not of the form GROUP/Kind/VERSION"],
    );
}

// DD0004

#[test]
fn an_unknown_kind_is_told() {
    let rak = "---\napiVersion: drydock/v1\nkind: ①Rak\nmetadata: {name: r3}\nspec: {}\n";
    site(RACKS, "", rak, &["error[DD0004] ① there is no kind `Rak`"]);
    help(RACKS, "", rak, "did you mean `Rack`?");
}

// DD0005

#[test]
fn an_unknown_key_is_told_at_any_depth() {
    site(
        HOSTS,
        "mount_options: noatime",
        "①mount_option: noatime",
        &["error[DD0005] ① HostProfile base: unknown key `mount_option`"],
    );
    site(
        NETWORKS,
        "mtu: 9000\n  ranges",
        "①mtuu: 9000\n  ranges",
        &["error[DD0005] ① Network storage: unknown key `mtuu`"],
    );
    site(
        R1,
        "{switch: r1-tor-a, port: ge-1}",
        "{①switsch: r1-tor-a, port: ge-1}",
        &["error[DD0005] ① BaremetalNode control-1: unknown key `switsch`"],
    );
    site(
        R1,
        "serial: HC32-4011",
        "①seral: HC32-4011",
        &["error[DD0005] ① BaremetalNode control-1: unknown key `seral`"],
    );
}

#[test]
fn an_unknown_key_that_is_near_none_names_those_that_are_known() {
    help(
        HOSTS,
        "slaves: [edge_nic]",
        "slaves: [edge_nic]\n      colour: red",
        "known here: device_link, slaves, networks, mtu, labels, sriov",
    );
}

#[test]
fn the_repair_of_an_unknown_removal_still_removes() {
    let to = "'!panic': ''\n    ①'!kernl': ''";
    site(
        HOSTS,
        "'!panic': ''",
        to,
        &["error[DD0005] ① HostProfile storage: unknown key `!kernl`"],
    );
    help(HOSTS, "'!panic': ''", to, "did you mean `!kernel`?");
}

#[test]
fn an_unknown_key_of_metadata_is_told() {
    site(
        RACKS,
        "{name: r2, region: quayside}",
        "{name: r2, ①regoin: quayside}",
        &["error[DD0005] ① Rack r2: metadata has no key `regoin`"],
    );
}

// DD0006

#[test]
fn a_size_of_no_known_form_is_one_finding() {
    for (size, found) in [
        ("2gg", "`2gg`"),
        ("2", "`2`: its unit is missing"),
        ("g", "`g`"),
        ("-2g", "`-2g`"),
        ("2.5g", "`2.5g`"),
        ("'2 g'", "`2 g`"),
        ("[2g]", "a list"),
        ("101%", "`101%`: no disk has more than 100%"),
        ("99999999999t", "`99999999999t`: no disk is that large"),
    ] {
        let line = format!(
            "error[DD0006] ① HostProfile base: expected a size such as 20g, >512mi or 80%, found {found}"
        );
        site(HOSTS, "size: 2g", &format!("size: ①{size}"), &[&line]);
    }
}

#[test]
fn a_value_of_the_wrong_type_is_told_where_it_stands() {
    for (file, from, to, line) in [
        (
            NETWORKS,
            "mtu: 9000\n  ranges",
            "mtu: ①jumbo\n  ranges",
            "error[DD0006] ① Network storage: expected a whole number, found `jumbo`",
        ),
        (
            NETWORKS,
            "cidr: 10.40.30.0/24",
            "cidr: ①10.40.30.0/33",
            "error[DD0006] ① Network storage: expected a network such as 10.0.0.0/24 or 2001:db8::/64, found `10.40.30.0/33`",
        ),
        (
            NETWORKS,
            "mode: 802.3ad",
            "mode: ①lacp",
            "error[DD0006] ① NetworkLink data: expected disabled, 802.3ad, balance-rr or active-backup, found `lacp`",
        ),
        (
            HOSTS,
            "bootable: true",
            "bootable: ①yes",
            "error[DD0006] ① HostProfile base: expected true or false, found `yes`",
        ),
        (
            HOSTS,
            "depends_on: ['role=control']",
            "depends_on: [①'role=']",
            "error[DD0006] ① HostProfile compute: expected a selector such as role=compute,rack in (r1,r2),!gpu, found `role=`: a word is missing at the end",
        ),
        (
            R1,
            "boot_mac: '02:d0:c0:00:01:11'",
            "boot_mac: ①'02:d0:c0:00:01'",
            "error[DD0006] ① BaremetalNode control-1: expected a hardware address such as 02:00:00:00:00:01, found `02:d0:c0:00:01`",
        ),
        (
            R1,
            "{network: mgmt, address: 10.40.20.11}",
            "{network: mgmt, address: ①10.40.20.256}",
            "error[DD0006] ① BaremetalNode control-1: expected an IP address, dhcp, slaac or auto, found `10.40.20.256`",
        ),
        (
            HOSTS,
            "tags: [edge-facing]",
            "tags: ①edge-facing",
            "error[DD0006] ① HostProfile edge-access: expected a list, found a single value",
        ),
        (
            HARDWARE,
            "count: 96",
            "count: ①many",
            "error[DD0006] ① HardwareProfile halyard-c32: expected a whole number, found `many`",
        ),
        (
            HOSTS,
            "srv: {size: 95%}",
            "srv: {name: ①data, size: 95%}",
            "error[DD0006] ① HostProfile storage: `name` differs from the key `srv`",
        ),
    ] {
        site(file, from, to, &[line]);
    }
}

#[test]
fn what_a_wrong_value_would_have_said_is_not_missed_elsewhere() {
    // Each would leave nodes without a root file system, a network or a device, were it taken as not written.
    for (from, to, line) in [
        (
            "      boot_disk:\n        partitions:",
            "      boot_disk:\n        ①partitons:",
            "error[DD0005] ① HostProfile base: unknown key `partitons`",
        ),
        (
            "filesystem: {mountpoint: /}",
            "filesystem: ①/",
            "error[DD0006] ① HostProfile base: expected a map, found a single value",
        ),
        (
            "networks: [mgmt, mgmt6, storage]",
            "networks: ①mgmt",
            "error[DD0006] ① HostProfile server: expected a list, found a single value",
        ),
        (
            "networks: [mgmt, mgmt6, storage]",
            "①netwerks: [mgmt, mgmt6, storage]",
            "error[DD0005] ① HostProfile server: unknown key `netwerks`",
        ),
        (
            "    network: oob\n",
            "    network: ①[oob]\n",
            "error[DD0006] ① HostProfile base: expected a text, found a list",
        ),
        (
            "hugepagesz: hardwareprofile:hugepages.guests.size",
            "hugepagesz①:",
            "error[DD0006] ① HostProfile compute: expected a text, found nothing",
        ),
        (
            "    account: drydock\n",
            "    account: ①{name: drydock}\n",
            "error[DD0006] ① HostProfile base: expected a text, found a map",
        ),
        (
            "        logical_volumes:\n          # Not all",
            "        ①logical_volume:\n          # Not all",
            "error[DD0005] ① HostProfile base: unknown key `logical_volume`",
        ),
        (
            "      data_disk1:\n        volume_group: vg_srv",
            "      data_disk1:\n        volume_group: ①[vg_srv]",
            "error[DD0006] ① HostProfile base: expected a text, found a list",
        ),
        (
            "    volume_groups:\n      vg_srv:\n        logical_volumes:\n          # Not all",
            "    ①volume_group:\n      vg_srv:\n        logical_volumes:\n          # Not all",
            "error[DD0005] ① HostProfile base: unknown key `volume_group`",
        ),
        (
            "hardware_profile: windlass-e8",
            "①hardware_profil: windlass-e8",
            "error[DD0005] ① HostProfile gateway: unknown key `hardware_profil`",
        ),
    ] {
        site(HOSTS, from, to, &[line]);
    }
    site(
        HARDWARE,
        "cpu_sets:\n    guests: '4-31,36-63'",
        "cpu_sets: ①guests",
        &["error[DD0006] ① HardwareProfile halyard-c32: expected a map, found a single value"],
    );
    site(
        R1,
        "{network: oob, address: 10.40.0.11}",
        "{network: oob, address: ①10.40.0}",
        &[
            "error[DD0006] ① BaremetalNode control-1: expected an IP address, dhcp, slaac or auto, found `10.40.0`",
        ],
    );
    site(
        NETWORKS,
        "{type: dhcp, start: 10.40.10.100",
        "{type: ①dhpc, start: 10.40.10.100",
        &["error[DD0006] ① Network pxe: expected static, dhcp or reserved, found `dhpc`"],
    );
}

#[test]
fn what_a_whole_document_would_have_said_is_not_missed_elsewhere() {
    let node = "---\napiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: n}\nspec: {host_profile: p}\n";
    let profile = "apiVersion: drydock/v1\nkind: HostProfile\nmetadata: {name: p}\n";
    for (spec, said) in [
        (
            "①spec: [storage]\n",
            "error[DD0006] ① HostProfile p: spec must be a map, this is a list",
        ),
        (
            "①spec:\n",
            "error[DD0006] ① HostProfile p: spec is nothing; write {} for an empty one",
        ),
    ] {
        small(&format!("{profile}{spec}{node}"), &[said]);
    }
    small(
        &format!("①{profile}{node}"),
        &["error[DD0003] ① HostProfile p: a document is missing its spec"],
    );
}

#[test]
fn a_quoted_boolean_is_a_warning_and_is_understood() {
    site(
        HOSTS,
        "bootable: true",
        "bootable: ①'true'",
        &["warning[DD0006] ① HostProfile base: a boolean is written without quotes"],
    );
}

// DD0007

#[test]
fn a_second_document_of_one_identity_is_told() {
    let rack = |name: &str| {
        format!("---\napiVersion: drydock/v1\nkind: Rack\nmetadata: {{name: {name}}}\nspec: {{}}\n")
    };
    let line = ["error[DD0007] ① Rack r3: there is another Rack `r3`"];
    site(RACKS, "", &(rack("r3") + &rack("①r3")), &line);
    // The first by file name and place counts, whichever was meant.
    sites(&[(RACKS, "", &rack("①r3")), (R1, "", &rack("r3"))], &line);
    sites(
        &[(RACKS, "", &rack("r3")), (HOSTS, "", &rack("①r3"))],
        &line,
    );
}

#[test]
fn one_name_may_stand_for_documents_of_two_kinds() {
    let region = "---\napiVersion: drydock/v1\nkind: Region\nmetadata: {name: r1}\nspec: {}\n";
    site(RACKS, "", region, &[]);
}

// DD0008

#[test]
fn a_key_that_stands_twice_is_told() {
    site(
        RACKS,
        "{power-feed: left}",
        "{power-feed: left, ①power-feed: right}",
        &["error[DD0008] ① the key `power-feed` stands twice"],
    );
}

#[test]
fn an_entry_that_stands_twice_is_told() {
    for (file, from, to, line) in [
        (
            HOSTS,
            "slaves: [data_nic1, data_nic2]",
            "slaves: [data_nic1, ①data_nic1]",
            "error[DD0008] ① HostProfile server: `data_nic1` stands twice",
        ),
        (
            R1,
            "- {network: mgmt, address: 10.40.20.11}",
            "- {network: mgmt, address: 10.40.20.11}\n    - {network: ①mgmt, address: 10.40.20.91}",
            "error[DD0008] ① BaremetalNode control-1: `mgmt` stands twice",
        ),
        (
            HOSTS,
            "device_link: edge",
            "device_link: edge\n      ①network_link: data",
            "error[DD0008] ① HostProfile edge-access: `device_link` stands twice",
        ),
    ] {
        site(file, from, to, &[line]);
    }
}

// DD0011

#[test]
fn an_unquoted_removal_is_told_and_understood() {
    site(
        HOSTS,
        "['!unattended-upgrades']",
        "[①!unattended-upgrades]",
        &["error[DD0011] ① HostProfile gateway: a removal must be quoted"],
    );
    site(
        HOSTS,
        "'!panic': ''",
        "①!panic: ''",
        &["error[DD0011] ① a removal must be quoted"],
    );
}

// DD0013

#[test]
fn a_key_without_successor_says_what_to_write() {
    let roles = "①roles: [os_ctl]\n    boot_mac: '02:d0:c0:00:01:11'";
    site(
        R1,
        "boot_mac: '02:d0:c0:00:01:11'",
        roles,
        &["error[DD0013] ① BaremetalNode control-1: `roles` is no longer part of the language"],
    );
    let successor = "write labels: {role: ...}";
    help(R1, "boot_mac: '02:d0:c0:00:01:11'", roles, successor);
    site(
        NETWORKS,
        "  cidr: 10.40.30.0/24",
        "  cidr: 10.40.30.0/24\n  ①allocation: static",
        &["error[DD0013] ① Network storage: `allocation` is no longer part of the language"],
    );
}

#[test]
fn storage_of_old_designs_is_one_finding() {
    for old in [
        "layout: lvm",
        "bootdisk: {device: sda}",
        "partitions: [{name: root}]",
    ] {
        let key = old.split(':').next().unwrap();
        let node = "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: n}\n";
        small(
            &format!("{node}spec: {{storage: {{①{old}}}}}\n"),
            &[&format!(
                "error[DD0013] ① BaremetalNode n: `{key}` is no longer part of the language"
            )],
        );
    }
}

// DD0014

#[test]
fn what_is_kept_as_written_is_noted() {
    site(
        HARDWARE,
        "hw_version: '4'",
        "hw_version: '4'\n  ①firmware: [{component: bios, version: 2}]\n  ②raid: {}",
        &[
            "note[DD0014] ① HardwareProfile windlass-e8: `firmware` is kept as written; nothing acts on it in this release",
            "note[DD0014] ② HardwareProfile windlass-e8: `raid` is kept as written; nothing acts on it in this release",
        ],
    );
}
