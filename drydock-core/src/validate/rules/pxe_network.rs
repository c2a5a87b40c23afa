//! DD2009: the network that a node boots from gives it an address: it has a dhcp range or a relay.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    model::RangeType,
    names::{DocumentId, Kind},
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{NodeRule, Report},
};

#[derive(Debug)]
pub(super) struct PxeNetwork;

impl NodeRule for PxeNetwork {
    fn codes(&self) -> &'static [Code] {
        &[Code::PXE_NETWORK]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let pxe = node
            .hardware
            .as_ref()
            .and_then(|hardware| hardware.pxe_interface.as_deref());
        let Some(pxe) = pxe else { return };
        // A number names a NIC of the firmware, not one of the design.
        let boots = node.interfaces.iter().find(|interface| {
            interface.name == pxe || interface.slaves.iter().any(|slave| slave.name == pxe)
        });
        let Some(interface) = boots else { return };
        let Some(untagged) = interface.networks.iter().find(|network| !network.tagged) else {
            return;
        };
        let Some(network) = design.networks.get(&untagged.name) else {
            return;
        };
        let has_dhcp = network
            .spec
            .ranges
            .iter()
            .any(|range| range.kind == Some(RangeType::Dhcp));
        let relay = &network.spec.dhcp_relay;
        let id = [DocumentId::new(Kind::Network, untagged.name.as_str())];
        let in_doubt = ["ranges", "dhcp_relay"]
            .iter()
            .any(|part| design.in_doubt(&id, &FieldPath::of([*part])));
        let has_relay = relay.self_ip.is_some() || relay.upstream_target.is_some();
        if !has_dhcp && !has_relay && !in_doubt {
            let keys = ["interfaces", &interface.name, "networks", &untagged.name];
            let message = format!(
                "nothing on network {} gives a booting node its address",
                quote(&untagged.name)
            );
            let written = design.document(Kind::Network, &untagged.name);
            report
                .node(
                    Code::PXE_NETWORK,
                    node,
                    design,
                    FieldPath::of(keys),
                    message,
                )
                .also(
                    written
                        .map(|document| document.name_span)
                        .unwrap_or_default(),
                    "the network",
                )
                .help("give the network a range of type dhcp, or a dhcp_relay");
        }
    }
}
