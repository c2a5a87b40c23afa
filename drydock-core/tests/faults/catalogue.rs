//! Faults that one can make in the bundled site, each with the one finding that follows from it.

use drydock_core::diagnostic::Code;

/// A slip of the hand.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// The one finding that follows.
    pub(crate) code: Code,
    /// A file, a text that stands in it once, and what stands there instead; `①` marks the place of the finding. Nothing
    /// instead of the text: appended.
    pub(crate) changes: &'static [(&'static str, &'static str, &'static str)],
}

/// Faults that hide others for a good reason: the first ones, those that are then not found as well, and why.
pub(crate) const MASKED: &[(&[&str], &[&str], &str)] = &[
    (
        &["no YAML"],
        &["an unknown rack", "an unknown region"],
        "the document that was lost may be the one that is missing",
    ),
    (
        &["an unknown kind with the rack's name"],
        &["an unknown rack"],
        "the document that was lost is likely the one that is missing",
    ),
    (
        &["a rack twice"],
        &["an unknown switch"],
        "which of the two racks was meant is not known, and so not its switches",
    ),
    (
        &["an impossible MTU"],
        &["an MTU above its link's"],
        "it fits into what the link says, impossible as that is",
    ),
    (
        &["an unknown third parent", "one tag for a list"],
        &["a removal of nothing"],
        "what is removed may be what was not understood",
    ),
];

const HOSTS: &str = "profiles/hosts.yaml";
const HARDWARE: &str = "profiles/hardware.yaml";
const BOOT: &str = "profiles/bootactions.yaml";
const NETWORKS: &str = "formation/networks.yaml";
const RACKS: &str = "formation/racks.yaml";
const REGION: &str = "formation/region.yaml";
const R1: &str = "formation/nodes-r1.yaml";
const R2: &str = "formation/nodes-r2.yaml";

const fn fault(
    name: &'static str,
    code: Code,
    changes: &'static [(&'static str, &'static str, &'static str)],
) -> Fault {
    Fault {
        name,
        code,
        changes,
    }
}

#[rustfmt::skip]
pub(crate) const FAULTS: &[Fault] = &[
    // Profiles.
    fault("another volume group", Code::VOLUME_GROUP,
        &[(HOSTS, "      data_disk1:\n        volume_group: vg_srv", "      data_disk1:\n        volume_group: ①vg_other")]),
    fault("a file system in a group", Code::VOLUME_GROUP,
        &[(HOSTS, "          - name: boot\n", "          - name: ①boot\n            volume_group: vg_srv\n")]),
    fault("more than all of a group", Code::WRONG_VALUE, &[(HOSTS, "size: 80%", "size: ①101%")]),
    fault("one mount point twice", Code::MOUNTPOINT, &[(HOSTS, "mountpoint: /srv,", "mountpoint: ①/var/,")]),
    fault("no size", Code::SIZES, &[(HOSTS, "          - name: var\n            size: '>20g'\n", "          - name: ①var\n")]),
    fault("a small root", Code::ROOT_FILE_SYSTEM, &[(HOSTS, "size: 40g", "size: ①4g")]),
    fault("an unknown link", Code::LINK_NETWORKS, &[(HOSTS, "device_link: edge\n", "device_link: ①egde\n")]),
    fault("a NIC twice", Code::SLAVE_TWICE, &[(HOSTS, "slaves: [edge_nic]", "slaves: [edge_nic, ①pxe_nic]")]),
    fault("an unknown alias", Code::DANGLING_ALIAS, &[(HOSTS, "slaves: [data_nic1, data_nic2]", "slaves: [data_nic1, ①data_nic3]")]),
    fault("huge pages without their size", Code::HUGE_PAGES,
        &[(HOSTS, "      hugepagesz: hardwareprofile:hugepages.guests.size\n      hugepages: ", "      hugepages: ①")]),
    fault("no account", Code::OOB_IPMI,
        &[(HOSTS, "  oob:\n    type: ipmi\n    network: oob\n    account: drydock\n", "  ①oob:\n    type: ipmi\n    network: oob\n")]),
    fault("a written secret", Code::INLINE_SECRET, &[(HOSTS, "credential: {secret: bmc-password}", "credential: ①not-for-a-design")]),
    fault("an unknown key of a file system", Code::UNKNOWN_KEY, &[(HOSTS, "mount_options: noatime", "①mount_option: noatime")]),
    fault("an unknown set of processors", Code::BAD_REFERENCE, &[(HOSTS, "hardwareprofile:cpuset.guests", "①hardwareprofile:cpuset.guest")]),
    fault("a removal of nothing", Code::REMOVES_NOTHING,
        &[(HOSTS, "tags: ['!unattended-upgrades']", "tags: ['!unattended-upgrades', ①'!attended-upgrades']")]),
    fault("another primary network", Code::PRIMARY_NETWORK, &[(HOSTS, "primary_network: mgmt", "primary_network: ①mgnt")]),
    fault("an unknown third parent", Code::UNKNOWN_PARENT, &[(HOSTS, "[server, edge-access]", "[server, edge-access, ①nobody]")]),
    fault("an unknown network", Code::UNKNOWN_NETWORK, &[(HOSTS, "networks: [mgmt, mgmt6, storage]", "networks: [①mgmnt, mgmt6, storage]")]),
    fault("one tag for a list", Code::WRONG_VALUE, &[(HOSTS, "tags: [edge-facing]", "tags: ①edge-facing")]),
    fault("a serial number for many", Code::NOT_INHERITABLE, &[(HOSTS, "labels: {role: control}", "labels: {role: control}\n  ①serial: S1")]),
    fault("a removal with a value", Code::WRONG_VALUE, &[(HOSTS, "'!panic': ''", "'!panic': ①'60'")]),
    fault("half a selector", Code::WRONG_VALUE, &[(HOSTS, "depends_on: ['role=control']", "depends_on: [①'role=']")]),
    fault("a second name", Code::WRONG_VALUE, &[(HOSTS, "srv: {size: 95%}", "srv: {name: ①data, size: 95%}")]),
    fault("two boot drives", Code::BOOT_DRIVE, &[(HOSTS,
        "      data_disk2: {volume_group: vg_srv}\n      data_disk3: {volume_group: vg_srv}\n",
        "      data_disk2: {volume_group: vg_srv, labels: {bootdrive: 'true'}}\n      data_disk3: {volume_group: vg_srv, labels: {bootdrive: ①'true'}}\n")]),

    // Hardware.
    fault("a count in words", Code::WRONG_VALUE, &[(HARDWARE, "count: 96", "count: ①many")]),
    fault("firmware", Code::KEPT_AS_WRITTEN, &[(HARDWARE, "hw_version: '4'", "hw_version: '4'\n  ①firmware: {bios: 2}")]),
    fault("an unknown key of hardware", Code::UNKNOWN_KEY, &[(HARDWARE, "vendor: Windlass", "①vendr: Windlass")]),
    fault("a key twice", Code::DUPLICATE_KEY, &[(HARDWARE, "bios_version: '1.0.9'", "bios_version: '1.0.9'\n  ①bios_version: '1.0.8'")]),
    fault("a rack twice", Code::DUPLICATE_DOCUMENT,
        &[(HARDWARE, "", "---\napiVersion: drydock/v1\nkind: Rack\nmetadata: {name: ①r1}\nspec: {}\n")]),

    // Networks.
    fault("an impossible MTU", Code::MTU, &[(NETWORKS, "  mtu: 9000\n  linkspeed: auto\n  # No default", "  mtu: ①90000\n  linkspeed: auto\n  # No default")]),
    fault("an MTU above its link's", Code::MTU, &[(NETWORKS, "  mtu: 9000\n  ranges", "  mtu: ①9216\n  ranges")]),
    fault("a delay between", Code::BOND_OPTIONS, &[(NETWORKS, "    up_delay: 200\n", "    up_delay: ①250\n")]),
    fault("a delay in words", Code::WRONG_VALUE, &[(NETWORKS, "    down_delay: 200\n", "    down_delay: ①soon\n")]),
    fault("an unknown untagged network", Code::TRUNKING, &[(NETWORKS, "default_network: public}", "default_network: ①pbulic}")]),
    fault("host bits", Code::HOST_BITS, &[(NETWORKS, "cidr: 10.40.30.0/24", "cidr: ①10.40.30.1/24")]),
    fault("a range in reverse", Code::RANGES,
        &[(NETWORKS, "{type: dhcp, start: 10.40.10.100, end: 10.40.10.199}", "①{type: dhcp, start: 10.40.10.199, end: 10.40.10.100}")]),
    fault("ranges that overlap", Code::RANGES,
        &[(NETWORKS, "{type: static, start: '2001:db8:40:20::11',", "①{type: static, start: '2001:db8:40:20::9',")]),
    fault("no such VLAN", Code::VLAN, &[(NETWORKS, "vlan: 130", "vlan: ①4095")]),
    fault("a gateway far away", Code::OUTSIDE_CIDR, &[(NETWORKS, "gateway: 10.40.20.1,", "gateway: ①10.40.21.1,")]),
    fault("an unknown route domain", Code::ROUTE_DOMAIN,
        &[(NETWORKS, "{subnet: 0.0.0.0/0, gateway: 10.40.0.1,", "{routedomain: ①east, gateway: 10.40.0.1,")]),
    fault("an unknown key of DNS", Code::UNKNOWN_KEY, &[(NETWORKS, "servers: [198.51.100.2]", "①sevrers: [198.51.100.2]")]),
    fault("a label twice", Code::DUPLICATE_KEY, &[(NETWORKS, "allowed_networks: [pxe]", "allowed_networks: [pxe]\n  labels: {a: b, ①a: c}")]),
    fault("no YAML", Code::SYNTAX, &[(NETWORKS, "", "---\nkind: ①[\n")]),
    fault("a network that is no YAML", Code::SYNTAX,
        &[(NETWORKS, "", "---\napiVersion: drydock/v1\nkind: Network\nmetadata: {name: spare}\nspec: ①{\n")]),

    // Racks, region and boot actions.
    fault("an unknown local network", Code::BAD_REFERENCE,
        &[(RACKS, "labels: {power-feed: right}", "labels: {power-feed: right}\n  local_networks: [①strage]")]),
    fault("a network of one rack", Code::LOCATION, &[
        (RACKS, "labels: {power-feed: left}", "labels: {power-feed: left}\n  local_networks: [public]"),
        (HOSTS, "networks: [public]", "networks: [①public]")]),
    fault("half an address", Code::WRONG_VALUE, &[(RACKS, "{mgmt_ip: 10.40.0.5}", "{mgmt_ip: ①10.40.0}")]),
    fault("an unknown kind", Code::UNKNOWN_KIND,
        &[(RACKS, "", "---\napiVersion: drydock/v1\nkind: ①Rak\nmetadata: {name: r3}\nspec: {}\n")]),
    fault("an unknown kind with the rack's name", Code::UNKNOWN_KIND,
        &[(RACKS, "", "---\napiVersion: drydock/v1\nkind: ①Rak\nmetadata: {name: r7}\nspec: {}\n")]),
    fault("an old version", Code::OLD_VERSION, &[(REGION, "apiVersion: drydock/v1", "apiVersion: ①v1")]),
    fault("an unknown key of a repository", Code::UNKNOWN_KEY, &[(REGION, "repo_type: apt", "①repo_typ: apt")]),
    fault("an unknown key of a boot action", Code::UNKNOWN_KEY,
        &[(BOOT, "  name: gateway-entry\nspec:\n  signaling: false", "  name: gateway-entry\nspec:\n  ①signalling: false")]),
    fault("a document of Deckhand", Code::SKIPPED_DOCUMENT,
        &[(BOOT, "", "---\nschema: ①deckhand/LayeringPolicy/v1\nmetadata: {name: x}\ndata: {}\n")]),

    // Nodes.
    fault("an address far away", Code::OUTSIDE_CIDR, &[(R1, "address: '2001:db8:40:20::11'", "address: ①'2001:db8:40:21::11'")]),
    fault("an unknown key of a node", Code::UNKNOWN_KEY, &[(R1, "serial: HC32-4012", "①serial_number: HC32-4012")]),
    fault("an address twice", Code::DUPLICATE_ADDRESS, &[(R1, "address: 10.40.30.13", "address: ①10.40.30.12")]),
    fault("an address beside the ranges", Code::RANGES, &[(R1, "address: 10.40.20.14", "address: ①10.40.20.140")]),
    fault("an unknown rack", Code::LOCATION, &[(R1, "rack: r1\n    boot_mac: '02:d0:c0:00:01:15'", "rack: ①r7\n    boot_mac: '02:d0:c0:00:01:15'")]),
    fault("a port twice", Code::PORT_TWICE, &[(R1, "{switch: r1-tor-b, port: xe-26}", "{switch: r1-tor-b, port: ①xe-6}")]),
    fault("an unknown switch", Code::UNKNOWN_SWITCH, &[(R1, "{switch: r1-tor-a, port: ge-1}", "{switch: ①r1-tor-x, port: ge-1}")]),
    fault("an unknown switch beside half an address", Code::UNKNOWN_SWITCH, &[(R2, "{switch: r2-tor-a, port: ge-1}", "{switch: ①spine-7, port: ge-1}")]),
    fault("a serial number twice", Code::MACHINE_TWICE, &[(R1, "serial: HC32-4014", "serial: ①HC32-4013")]),
    fault("half a MAC", Code::WRONG_VALUE, &[(R1, "boot_mac: '02:d0:c0:00:01:13'", "boot_mac: ①'02:d0:c0:00:01'")]),
    fault("an unknown region", Code::LOCATION, &[(R1, "{name: compute-2, region: quayside}", "{name: compute-2, region: ①quaysied}")]),
    fault("no host name", Code::HOST_NAME, &[(R1, "{name: gateway-1,", "{name: ①gateway_1,")]),
    fault("a BMC without an address", Code::OOB_IPMI, &[
        (R2, "boot_mac: '02:d0:c0:00:02:24'\n  addressing:", "boot_mac: '02:d0:c0:00:02:24'\n  ①addressing:"),
        (R2, "    - {network: oob, address: 10.40.0.24}\n", "")]),
    fault("a boot MAC twice", Code::MACHINE_TWICE, &[(R2, "boot_mac: '02:d0:c0:00:02:22'", "boot_mac: ①'02-D0-C0-00-01-14'")]),
    fault("an unknown parent", Code::UNKNOWN_PARENT, &[(R2, "host_profile: storage\n", "host_profile: ①storag\n")]),
    fault("a key without successor", Code::NO_SUCCESSOR, &[(R2, "boot_mac: '02:d0:c0:00:02:21'", "boot_mac: '02:d0:c0:00:02:21'\n    ①roles: [os_ctl]")]),
    fault("an unquoted removal", Code::UNQUOTED_REMOVAL,
        &[(R2, "serial: HC32-4022", "serial: HC32-4022\n  platform: {kernel_params: {①!quiet: ''}}")]),
    fault("one word for a map", Code::WRONG_VALUE, &[(R2, "serial: HC32-4024", "serial: HC32-4024\n  platform: ①none")]),
    fault("a broken address", Code::WRONG_VALUE, &[(R2, "address: 198.51.100.26}", "address: ①198.51.100.266}")]),
    fault("an unknown hardware profile", Code::UNKNOWN_HARDWARE_PROFILE,
        &[(R2, "serial: HC32-4023", "serial: HC32-4023\n  hardware_profile: ①halyard-c23")]),
];
