//! All problems at once: many faults in one file, or all over the site, are as many findings.

use super::{HARDWARE, HOSTS, NETWORKS, R1, R2, RACKS, sites, small};

#[test]
fn a_file_with_ten_faults_gives_ten_findings() {
    let root = "storage: {physical_devices: {sda: {partitions: [{name: r, size: 40g, filesystem: {mountpoint: /}}]}}}";
    let head = |kind: &str, name: &str| {
        format!("---\napiVersion: drydock/v1\nkind: {kind}\nmetadata: {{name: {name}}}\n")
    };
    let text = [
        head("HostProfile", "base"),
        format!("spec:\n  {root}\n  metadata: {{tags: [a], ①tagz: [b]}}\n  hold: ②maybe\n"),
        head("HostProfile", "child"),
        "spec: {host_profile: [base, ③nobody]}\n".to_owned(),
        head("Network", "n"),
        "spec: {cidr: 10.0.0.0/24, routes: [{subnet: 0.0.0.0/0, gateway: ⑤10.0.1.1}]}\n".to_owned(),
        head("Switch", "s").replace("kind: ", "kind: ⑥"),
        "spec: {}\n".to_owned(),
        head("BaremetalNode", "n1"),
        "spec:\n  host_profile: base\n  interfaces: {e: {networks: [n, ⑦m], slaves: [⑧nic]}}\n  addressing: [{network: n, address: 10.0.0.5}]\n".to_owned(),
        head("BaremetalNode", "n2"),
        "spec:\n  host_profile: base\n  hardware_profile: ⑨none\n  metadata: {owner_data: {④'!zzz': ''}}\n  interfaces: {e: {networks: [n]}}\n  addressing: [{network: n, address: ⑩10.0.0.5}]\n".to_owned(),
    ]
    .concat();
    small(
        &text,
        &[
            "error[DD0005] ① HostProfile base: unknown key `tagz`",
            "error[DD0006] ② HostProfile base: expected true or false, found `maybe`",
            "error[DD0501] ③ HostProfile child: there is no host profile `nobody`",
            "error[DD2002] ⑤ Network n: gateway 10.0.1.1 is outside of 10.0.0.0/24",
            "error[DD0004] ⑥ there is no kind `Switch`",
            "error[DD2001] ⑦ BaremetalNode n1: there is no network `m`",
            "error[DD0504] ⑧ BaremetalNode n1: there is no device alias `nic`",
            "error[DD0503] ⑨ BaremetalNode n2: there is no hardware profile `none`",
            "warning[DD0505] ④ BaremetalNode n2: there is no `zzz` here to remove",
            "error[DD2005] ⑩ BaremetalNode n2: address 10.0.0.5 is used twice",
        ],
    );
}

#[test]
fn faults_all_over_the_site_are_told_in_the_order_of_files_and_places() {
    sites(
        &[
            (
                HOSTS,
                "filesystem: {mountpoint: /boot}",
                "filesystem: {mountpoint: /boot, ⑧fstyp: ext2}",
            ),
            (HOSTS, "size: 40g", "size: ⑨4g"),
            (HOSTS, "primary_network: mgmt", "primary_network: ⑩edge"),
            (HARDWARE, "count: 96", "count: ⑦-1"),
            (NETWORKS, "gateway: 10.40.0.1,", "gateway: ①10.40.1.1,"),
            (R1, "serial: HC32-4012", "②serial_number: HC32-4012"),
            (R1, "host_profile: storage\n", "host_profile: ③storag\n"),
            (
                R2,
                "{network: storage, address: 10.40.30.21}",
                "{network: storage, address: ④10.40.30.11}",
            ),
            (
                R2,
                "host_profile: gateway\n",
                "host_profile: gateway\n  platform: ⑤none\n",
            ),
            (
                RACKS,
                "{name: r2, region: quayside}",
                "{name: r2, ⑥regions: quayside}",
            ),
        ],
        &[
            "error[DD2002] ① Network oob: gateway 10.40.1.1 is outside of 10.40.0.0/24",
            "error[DD0005] ② BaremetalNode compute-1: unknown key `serial_number`",
            "error[DD0501] ③ BaremetalNode storage-1: there is no host profile `storag`",
            "error[DD2005] ④ BaremetalNode control-2: address 10.40.30.11 is used twice",
            "error[DD0006] ⑤ BaremetalNode gateway-2: expected a map, found a single value",
            "error[DD0005] ⑥ Rack r2: metadata has no key `regions`",
            "error[DD0006] ⑦ HardwareProfile halyard-c32: expected a whole number, found `-1`",
            "error[DD0005] ⑧ HostProfile base: unknown key `fstyp`",
            "error[DD1001] ⑨ BaremetalNode compute-1: 4g is too small for `/` (and 10 more with the same cause)",
            "error[DD2010] ⑩ BaremetalNode compute-1: primary network `edge` is not one of this node's (and 10 more with the same cause)",
        ],
    );
}
