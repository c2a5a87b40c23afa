//! DD0501 to DD0508: profiles, aliases and references. What many nodes inherit is one finding that counts them.

use super::{HARDWARE, HOSTS, R1, R2, help, site, sites, small};

// DD0501

#[test]
fn an_unknown_parent_is_one_finding_whatever_it_would_have_brought() {
    // Storage, BMC and addresses of all twelve nodes are in `base`.
    site(
        HOSTS,
        "host_profile: base",
        "host_profile: ①bas",
        &["error[DD0501] ① HostProfile server: there is no host profile `bas`"],
    );
    site(
        HOSTS,
        "[server, edge-access]",
        "[server, ①egde-access]",
        &["error[DD0501] ① HostProfile gateway: there is no host profile `egde-access`"],
    );
    help(
        HOSTS,
        "[server, edge-access]",
        "[server, egde-access]",
        "did you mean `edge-access`?",
    );
}

#[test]
fn an_unknown_parent_of_a_node_is_told_at_the_node() {
    let (from, to) = (
        "host_profile: storage\n",
        "host_profile: ①nothing-like-it\n",
    );
    site(
        R1,
        from,
        to,
        &["error[DD0501] ① BaremetalNode storage-1: there is no host profile `nothing-like-it`"],
    );
    help(
        R1,
        from,
        to,
        "write a HostProfile of this name, or name one that exists",
    );
}

// DD0502

#[test]
fn a_cycle_is_one_finding_however_many_nodes_are_in_it() {
    site(
        HOSTS,
        "spec:\n  oob:\n    type: ipmi",
        "spec:\n  host_profile: ①control\n  oob:\n    type: ipmi",
        &[
            "error[DD0502] ① HostProfile base: host profiles `base`, `control`, `server` inherit from each other",
        ],
    );
}

#[test]
fn a_cycle_of_one_is_told() {
    site(
        HOSTS,
        "host_profile: base",
        "host_profile: [base, ①server]",
        &["error[DD0502] ① HostProfile server: host profile `server` inherits from itself"],
    );
}

// DD0503

#[test]
fn an_unknown_hardware_profile_is_one_finding_that_counts() {
    // Its aliases, and the references of kernel parameters to it, are not told as well.
    sites(
        &[
            (HARDWARE, "name: halyard-c32", "name: halyard-c33"),
            (
                HOSTS,
                "metadata:\n  name: control\nspec:\n  host_profile: server\n  hardware_profile: halyard-c32",
                "metadata:\n  name: control\nspec:\n  host_profile: server\n  hardware_profile: ①halyard-c32",
            ),
            (
                HOSTS,
                "metadata:\n  name: compute\nspec:\n  host_profile: server\n  hardware_profile: halyard-c32",
                "metadata:\n  name: compute\nspec:\n  host_profile: server\n  hardware_profile: ②halyard-c32",
            ),
        ],
        &[
            "error[DD0503] ① BaremetalNode control-1: there is no hardware profile `halyard-c32` (and 1 more with the same cause)",
            "error[DD0503] ② BaremetalNode compute-1: there is no hardware profile `halyard-c32` (and 5 more with the same cause)",
        ],
    );
}

#[test]
fn a_node_may_name_its_own_hardware() {
    site(
        R1,
        "host_profile: gateway\n",
        "host_profile: gateway\n  hardware_profile: ①windlass-e88\n",
        &["error[DD0503] ① BaremetalNode gateway-1: there is no hardware profile `windlass-e88`"],
    );
}

// DD0504

#[test]
fn a_slave_that_is_no_alias_is_told_where_it_is_written() {
    site(
        HOSTS,
        "slaves: [data_nic1, data_nic2]",
        "slaves: [data_nic1, ①data_nic3]",
        &[
            "error[DD0504] ① BaremetalNode compute-1: there is no device alias `data_nic3` (and 11 more with the same cause)",
        ],
    );
}

#[test]
fn a_disk_that_is_no_alias_is_told_at_its_key() {
    site(
        HOSTS,
        "      data_disk3: {volume_group: vg_srv}",
        "      ①the_third_disk: {volume_group: vg_srv}",
        &[
            "error[DD0504] ① BaremetalNode storage-1: there is no device alias `the_third_disk` (and 1 more with the same cause)",
        ],
    );
    help(
        HOSTS,
        "      data_disk3: {volume_group: vg_srv}",
        "      the_third_disk: {volume_group: vg_srv}",
        "add it to device_aliases of hardware profile halyard-s12, or name one of its aliases",
    );
}

#[test]
fn an_alias_that_one_of_two_models_lacks_counts_that_ones_nodes() {
    sites(
        &[
            (HOSTS, "slaves: [pxe_nic]", "slaves: [①pxe_nic]"),
            (
                HARDWARE,
                "    pxe_nic:    {address: '0000:01:00.0', dev_type: 1G Ethernet, bus_type: pci}\n",
                "",
            ),
        ],
        &[
            "error[DD0504] ① BaremetalNode gateway-1: there is no device alias `pxe_nic` (and 1 more with the same cause)",
        ],
    );
}

#[test]
fn names_of_the_operating_system_need_no_alias() {
    site(
        HOSTS,
        "slaves: [data_nic1, data_nic2]",
        "slaves: [enp3s0f0, eth1]",
        &[],
    );
}

#[test]
fn without_hardware_an_alias_is_told_with_what_to_do() {
    let node = "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: n}\nspec:\n  storage: {physical_devices: {sda: {partitions: [{name: r, size: 40g, filesystem: {mountpoint: /}}]}}}\n";
    small(
        &format!("{node}  interfaces: {{e: {{slaves: [①nic1]}}}}\n"),
        &["error[DD0504] ① BaremetalNode n: there is no device alias `nic1`"],
    );
}

// DD0505

#[test]
fn a_removal_of_nothing_is_a_warning() {
    site(
        HOSTS,
        "tags: ['!unattended-upgrades']",
        "tags: ['!unattended-upgrades', ①'!attended-upgrades']",
        &["warning[DD0505] ① HostProfile gateway: there is no `attended-upgrades` here to remove"],
    );
    site(
        R2,
        "boot_mac: '02:d0:c0:00:02:21'",
        "boot_mac: '02:d0:c0:00:02:21'\n    owner_data: {①'!taem': ''}",
        &["warning[DD0505] ① BaremetalNode control-2: there is no `taem` here to remove"],
    );
}

#[test]
fn adding_and_removing_the_same_is_a_warning() {
    site(
        HOSTS,
        "tags: [edge-facing]",
        "tags: [edge-facing, ①'!edge-facing']",
        &["warning[DD0505] ① HostProfile edge-access: there is no `edge-facing` here to remove"],
    );
}

// DD0507

#[test]
fn a_reference_that_leads_nowhere_is_one_finding_that_counts() {
    for (from, to) in [
        (
            "hardwareprofile:cpuset.guests",
            "hardwareprofile:cpuset.guest",
        ),
        (
            "hardwareprofile:hugepages.guests.size",
            "hardwareprofile:hugepages.guests.sise",
        ),
        (
            "hardwareprofile:hugepages.guests.count",
            "hardwareprofile.hugepages.none.count",
        ),
        ("hardwareprofile:cpuset.guests", "hardwareprofile:firmware"),
    ] {
        let line = format!(
            "error[DD0507] ① BaremetalNode compute-1: `{to}` leads nowhere (and 5 more with the same cause)"
        );
        site(HOSTS, from, &format!("①{to}"), &[&line]);
    }
}

#[test]
fn what_the_hardware_profile_lacks_is_told_at_the_reference() {
    sites(
        &[
            (
                HARDWARE,
                "  cpu_sets:\n    guests: '4-31,36-63'",
                "  cpu_sets: {}",
            ),
            (
                HOSTS,
                "hardwareprofile:cpuset.guests",
                "①hardwareprofile:cpuset.guests",
            ),
        ],
        &[
            "error[DD0507] ① BaremetalNode compute-1: `hardwareprofile:cpuset.guests` leads nowhere (and 5 more with the same cause)",
        ],
    );
}

// DD0508

#[test]
fn what_belongs_to_a_node_cannot_be_inherited() {
    site(
        HOSTS,
        "primary_network: mgmt",
        "primary_network: mgmt\n  ①serial: S1\n  ②addressing: [{network: mgmt, address: dhcp}]",
        &[
            "error[DD0508] ① HostProfile server: `serial` belongs to a node alone",
            "error[DD0508] ② HostProfile server: `addressing` belongs to a node alone",
        ],
    );
    help(
        HOSTS,
        "tags: [edge-facing]",
        "tags: [edge-facing]\n    boot_mac: '02:00:00:00:00:01'",
        "write it in the BaremetalNode it is about",
    );
}

#[test]
fn two_things_that_are_wrong_in_one_field_are_counted_apart() {
    let node = |name: &str| {
        format!(
            "---\napiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {{name: {name}}}\nspec: {{host_profile: p}}\n"
        )
    };
    let profile = "apiVersion: drydock/v1\nkind: HardwareProfile\nmetadata: {name: h}\nspec: {}\n---\n\
                   apiVersion: drydock/v1\nkind: HostProfile\nmetadata: {name: p}\nspec:\n  hardware_profile: h\n  \
                   storage: {physical_devices: {sda: {partitions: [{name: r, size: 40g, filesystem: {mountpoint: /}}]}}}\n  \
                   platform: {kernel_params: {isolcpus: [①'hardwareprofile:cpuset.a', ②'hardwareprofile:cpuset.b']}}\n";
    small(
        &(profile.to_owned() + &node("n1") + &node("n2") + &node("n3")),
        &[
            "error[DD0507] ① BaremetalNode n1: `hardwareprofile:cpuset.a` leads nowhere (and 2 more with the same cause)",
            "error[DD0507] ② BaremetalNode n1: `hardwareprofile:cpuset.b` leads nowhere (and 2 more with the same cause)",
        ],
    );
}
