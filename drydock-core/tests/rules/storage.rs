//! DD1001: a root file system, and room for it.

use super::{HOSTS, R1, help, site, sites, small};

const ROOT: &str =
    "          - name: root\n            size: 40g\n            filesystem: {mountpoint: /}\n";

#[test]
fn nodes_without_a_root_file_system_are_one_finding_at_the_storage_they_share() {
    // Where `storage` was overridden by a profile of their own, that profile is to blame.
    sites(
        &[
            (HOSTS, ROOT, ""),
            (
                HOSTS,
                "  storage:\n    physical_devices:\n      boot_disk",
                "  ①storage:\n    physical_devices:\n      boot_disk",
            ),
            (
                HOSTS,
                "  storage:\n    physical_devices:\n      # Joins",
                "  ②storage:\n    physical_devices:\n      # Joins",
            ),
        ],
        &[
            "error[DD1001] ① BaremetalNode compute-1: no file system is mounted at `/` (and 9 more with the same cause)",
            "error[DD1001] ② BaremetalNode storage-1: no file system is mounted at `/` (and 1 more with the same cause)",
        ],
    );
}

#[test]
fn a_node_without_storage_is_told_at_its_name() {
    small(
        "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: ①n}\nspec: {}\n",
        &["error[DD1001] ① BaremetalNode n: no file system is mounted at `/`"],
    );
    sites(
        &[
            (R1, "name: gateway-1,", "name: ①gateway-1,"),
            (
                R1,
                "  host_profile: gateway\n",
                "  host_profile: gateway\n  storage: '!'\n",
            ),
        ],
        // Its name, for nobody says anything of its storage any more.
        &["error[DD1001] ① BaremetalNode gateway-1: no file system is mounted at `/`"],
    );
}

#[test]
fn a_root_that_a_node_removes_is_told_at_the_node() {
    site(
        R1,
        "  host_profile: gateway\n",
        "  host_profile: gateway\n  ①storage: {physical_devices: {boot_disk: {partitions: {'!root': {}}}}}\n",
        &["error[DD1001] ① BaremetalNode gateway-1: no file system is mounted at `/`"],
    );
}

#[test]
fn a_root_may_be_on_a_logical_volume() {
    sites(
        &[
            (HOSTS, ROOT, ""),
            (HOSTS, "mountpoint: /srv", "mountpoint: /"),
        ],
        &[],
    );
}

#[test]
fn a_root_or_boot_that_is_too_small_is_told_at_its_size() {
    for (size, shown) in [
        ("19g", "19g"),
        ("'>19999m'", ">19999m"),
        ("18gi", "18gi"),
        ("1k", "1k"),
    ] {
        let line = format!(
            "error[DD1001] ① BaremetalNode compute-1: {shown} is too small for `/` (and 11 more with the same cause)"
        );
        site(HOSTS, "size: 40g", &format!("size: ①{size}"), &[&line]);
    }
    for size in ["20g", "20000m", "19gi", "'>20g'", "10%"] {
        site(HOSTS, "size: 40g", &format!("size: {size}"), &[]);
    }
    site(
        HOSTS,
        "size: 2g",
        "size: ①900m",
        &[
            "error[DD1001] ① BaremetalNode compute-1: 900m is too small for `/boot` (and 11 more with the same cause)",
        ],
    );
    help(HOSTS, "size: 2g", "size: 900m", "give it at least 1 GB");
    site(HOSTS, "size: 2g", "size: 1g", &[]);
}

#[test]
fn a_root_without_a_size_is_told_at_its_name() {
    site(
        HOSTS,
        ROOT,
        "          - name: ①root\n            filesystem: {mountpoint: /}\n",
        &[
            "error[DD1003] ① BaremetalNode compute-1: `root` has no size (and 11 more with the same cause)",
        ],
    );
}

#[test]
fn a_node_that_makes_the_inherited_root_too_small_is_told_at_the_node() {
    site(
        R1,
        "  host_profile: storage\n",
        "  host_profile: storage\n  storage: {physical_devices: {boot_disk: {partitions: {root: {size: ①5g}}}}}\n",
        &["error[DD1001] ① BaremetalNode storage-1: 5g is too small for `/`"],
    );
}

const LAB: &str = "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: n}\nspec:\n  storage: {physical_devices: {sda: {partitions: PARTITIONS}}}\n";
const ROOT_OF_LAB: &str = "root: {size: 40g, filesystem: {mountpoint: /}}";

#[test]
fn swap_space_is_mounted_nowhere_however_much_there_is() {
    let swap = |name, place| {
        format!("{name}: {{size: 1g, filesystem: {{fstype: swap, mountpoint: {place}}}}}")
    };
    let partitions = [
        ROOT_OF_LAB.to_owned(),
        swap("a", "none"),
        swap("b", "none"),
        swap("c", "swap"),
        swap("d", "swap"),
    ];
    let partitions = format!("{{{}}}", partitions.join(", "));
    small(&LAB.replace("PARTITIONS", &partitions), &[]);
}

// DD1008

#[test]
fn each_size_of_huge_pages_has_a_number() {
    let lab = LAB.replace("PARTITIONS", &format!("{{{ROOT_OF_LAB}}}"));
    let params = "  platform: {kernel_params: {hugepagesz: [1G, 2M], ①hugepages: ['4']}}\n";
    small(
        &(lab.clone() + params),
        &["error[DD1008] ① BaremetalNode n: 1 of `hugepages` stand beside 2 of `hugepagesz`"],
    );
    small(
        &(lab + &params.replace("①hugepages: ['4']", "hugepages: ['4', '512']")),
        &[],
    );
}

// DD1011

#[test]
fn a_serial_number_is_none_of_the_macs() {
    site(R1, "serial: HC32-4014", "serial: '02:d0:c0:00:01:13'", &[]);
}
