//! Values that lead somewhere or follow from others, and documents that are no nodes.

use drydock_core::{
    field::FieldPath,
    names::{DocumentId, Kind},
    resolve::{Explanation, ResolvedDesign},
    testing::fixture,
};
use std::sync::Arc;

const SITE: &str = include_str!("derived.yaml");

fn design() -> Arc<ResolvedDesign> {
    super::design_of(SITE)
}

fn node(field: &str) -> String {
    let explained = Explanation::of(&design(), "n", &field.parse().unwrap());
    explained.unwrap().to_string()
}

fn document(kind: Kind, name: &str, field: &str) -> String {
    let id = DocumentId::new(kind, name);
    match Explanation::of_document(&design(), &id, &field.parse().unwrap()) {
        Ok(explanation) => explanation.to_string(),
        Err(error) => format!("error: {error}\n"),
    }
}

#[test]
fn a_kernel_parameter_shows_where_the_hardware_profile_says_it() {
    assert_eq!(
        node("platform.kernel_params"),
        "\
n platform.kernel_params
  platform.kernel_params.isolcpus = hardwareprofile:cpuset.kvm  site.yaml:27:17  inherited from HostProfile base
      leads to: 4-31  site.yaml:9:19  cpu_sets.kvm of HardwareProfile hw
  platform.kernel_params.hugepages = hardwareprofile.hugepages.dpdk.count  site.yaml:28:18  inherited from HostProfile base
      leads to: 12  site.yaml:10:39  hugepages.dpdk.count of HardwareProfile hw
  platform.kernel_params.console.0 = tty0  site.yaml:29:17  inherited from HostProfile base
  platform.kernel_params.console.1 = ttyS1  site.yaml:29:23  inherited from HostProfile base
"
    );
}

#[test]
fn a_device_shows_where_its_alias_is_defined() {
    assert_eq!(
        node("interfaces.bond0.slaves"),
        "\
n interfaces.bond0.slaves
  interfaces.bond0.slaves.nic1 = nic1  site.yaml:20:41  inherited from HostProfile base
      leads to: 0000:01:00.0  site.yaml:7:21  device_aliases.nic1.address of HardwareProfile hw
"
    );
    assert_eq!(
        node("storage"),
        "\
n storage
  storage.physical_devices.disk1.labels.bootdrive = true  site.yaml:24:60  inherited from HostProfile base
  storage.physical_devices.disk1 = 2:0.0.0  the device that its hardware profile calls so
      from: 2:0.0.0  site.yaml:8:22  device_aliases.disk1.address of HardwareProfile hw
"
    );
}

#[test]
fn an_mtu_says_whose_it_is() {
    assert_eq!(
        node("interfaces.bond0.mtu"),
        "\
n interfaces.bond0.mtu
  interfaces.bond0.mtu = 1400  the MTU of the network that has it to itself
      from: mgmt  site.yaml:20:59  interfaces.bond0.networks.mgmt of HostProfile base
      from: 1400  site.yaml:51:8  mtu of Network mgmt
"
    );
    assert_eq!(
        node("interfaces.eth1.mtu"),
        "\
n interfaces.eth1.mtu
  interfaces.eth1.mtu = 9000  the MTU of its link
      from: wide  site.yaml:21:25  interfaces.eth1.device_link of HostProfile base
      from: 9000  site.yaml:44:13  mtu of NetworkLink wide
"
    );
    assert_eq!(
        node("interfaces.eth2.mtu"),
        "\
n interfaces.eth2.mtu
  interfaces.eth2.mtu = 1500  the MTU where neither interface, nor network, nor link says one
"
    );
    assert_eq!(
        node("interfaces.eth3.mtu"),
        "\
n interfaces.eth3.mtu
  interfaces.eth3.mtu = 9000  site.yaml:23:33  inherited from HostProfile base
"
    );
}

#[test]
fn what_the_primary_network_gives_is_traced_to_it() {
    assert_eq!(
        [node("fqdn"), node("dns_servers"), node("default_gateway")].concat(),
        "\
n fqdn
  fqdn = n.example.org  its name and the domain of its primary network
      from: mgmt  site.yaml:17:20  primary_network of HostProfile base
      from: example.org  site.yaml:54:17  dns.domain of Network mgmt
n dns_servers
  dns_servers = 10.0.0.3, 10.0.0.4  the DNS servers of its primary network
      from: mgmt  site.yaml:17:20  primary_network of HostProfile base
      from: [10.0.0.3, 10.0.0.4]  site.yaml:54:39  dns.servers of Network mgmt
n default_gateway
  default_gateway = 10.0.0.1  the gateway of its primary network's default route
      from: mgmt  site.yaml:17:20  primary_network of HostProfile base
      from: 10.0.0.1  site.yaml:53:83  routes.1.gateway of Network mgmt
"
    );
}

#[test]
fn addresses_that_were_given_show_their_range() {
    assert_eq!(
        [node("addressing.mgmt"), node("oob_address")].concat(),
        "\
n addressing.mgmt
  addressing.mgmt.address = auto  site.yaml:71:41  set
  addressing.mgmt.address = 10.0.0.10  allocated: the lowest address that was free in the static ranges when it was first asked for
      from: auto  site.yaml:71:41  addressing.mgmt.address of BaremetalNode n
      from: {type: static, start: 10.0.0.10, end: 10.0.0.20}  site.yaml:52:62  ranges.1 of Network mgmt
n oob_address
  oob_address = 10.0.2.9  its address on the network of its BMC
      from: oob  site.yaml:18:30  oob.network of HostProfile base
      from: 10.0.2.9  site.yaml:71:72  addressing.oob.address of BaremetalNode n
"
    );
}

#[test]
fn what_follows_is_what_was_resolved() {
    let design = design();
    let node = &design.nodes["n"];
    let derived = |field: &str| {
        let explained = Explanation::of(&design, "n", &field.parse().unwrap()).unwrap();
        explained.derived[0].value.to_string()
    };
    for interface in node.interfaces.iter().filter(|i| i.name != "eth3") {
        assert_eq!(
            derived(&format!("interfaces.{}.mtu", interface.name)),
            interface.mtu.to_string()
        );
    }
    assert_eq!(
        Some(derived("fqdn")),
        node.fqdn.as_ref().map(ToString::to_string)
    );
    assert_eq!(
        Some(derived("default_gateway")),
        node.default_gateway.map(|a| a.to_string())
    );
    assert_eq!(
        Some(derived("oob_address")),
        node.oob_address.map(|a| a.to_string())
    );
}

#[test]
fn what_follows_is_what_was_resolved_on_the_bundled_site_too() {
    let files = crate::support::bundled_site();
    let design = Arc::new(fixture::design(&crate::support::borrowed(&files)));
    let mut explained = 0;
    for (name, node) in &design.nodes {
        let of = |field: &str| {
            let explanation = Explanation::of(&design, name, &field.parse().unwrap());
            let derived = explanation.unwrap().derived.remove(0);
            for premise in &derived.premises {
                assert!(premise.span.is_known(), "{name}: {premise:?}");
            }
            (derived.value.to_string(), derived.premises.len())
        };
        for interface in &node.interfaces {
            let mtu = of(&format!("interfaces.{}.mtu", interface.name));
            assert_eq!(
                mtu,
                (interface.mtu.to_string(), 2),
                "{name} {}",
                interface.name
            );
            explained += 1;
        }
        let two = |value: Option<String>| (value.unwrap(), 2);
        assert_eq!(of("fqdn"), two(node.fqdn.as_ref().map(ToString::to_string)));
        assert_eq!(
            of("default_gateway"),
            two(node.default_gateway.map(|a| a.to_string()))
        );
        assert_eq!(
            of("oob_address"),
            two(node.oob_address.map(|a| a.to_string()))
        );
    }
    assert!(explained > 20, "{explained} interfaces");
}

#[test]
fn profiles_and_documents_that_do_not_inherit_are_explained_as_well() {
    assert_eq!(
        document(Kind::HostProfile, "derived", "interfaces.bond0.slaves"),
        "\
derived interfaces.bond0.slaves
  interfaces.bond0.slaves.nic1 = nic1  site.yaml:20:41  inherited from HostProfile base
      leads to: 0000:01:00.0  site.yaml:7:21  device_aliases.nic1.address of HardwareProfile hw
"
    );
    assert_eq!(
        document(Kind::HostProfile, "derived", "metadata"),
        "derived metadata\n  metadata.tags.x = x  site.yaml:34:46  set\n"
    );
    assert_eq!(
        document(Kind::Network, "mgmt", "routes.1"),
        "\
mgmt routes.1
  routes.1.subnet = 0.0.0.0/0  site.yaml:53:63  set
  routes.1.gateway = 10.0.0.1  site.yaml:53:83  set
"
    );
    assert_eq!(
        document(Kind::NetworkLink, "data", "allowed_networks"),
        "data allowed_networks\n  allowed_networks.mgmt = mgmt  site.yaml:39:38  set\n"
    );
    assert_eq!(
        document(Kind::Network, "gone", ""),
        "error: there is no Network gone\n"
    );
    assert_eq!(
        document(Kind::Network, "oob", "mtu"),
        "error: no document that Network oob consists of says anything of `mtu`\n"
    );
    let root = FieldPath::root();
    let all = Explanation::of(&design(), "n", &root).unwrap();
    assert!(all.derived.is_empty(), "the root explains what was written");
}
