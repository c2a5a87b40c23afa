//! DD2006: the address of a network, and of a subnet that a route leads to, has no host bits.

use crate::{
    diagnostic::Code,
    field::FieldPath,
    names::Kind,
    resolve::ResolvedDesign,
    source::Document,
    validate::{DocumentRule, Report},
};

#[derive(Debug)]
pub(super) struct HostBits;

impl DocumentRule for HostBits {
    fn codes(&self) -> &'static [Code] {
        &[Code::HOST_BITS]
    }

    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>) {
        if document.id.kind != Kind::Network {
            return;
        }
        let Some(network) = design.networks.get(document.id.name.as_str()) else {
            return;
        };
        if let Some(cidr) = network.spec.cidr.filter(|cidr| *cidr != cidr.trunc()) {
            let message = format!("{cidr} is an address inside of network {}", cidr.trunc());
            report
                .document(Code::HOST_BITS, document, FieldPath::of(["cidr"]), message)
                .help(format!("write {}", cidr.trunc()));
        }
        let routes = network.spec.routes.iter().enumerate();
        for (n, subnet) in routes.filter_map(|(n, route)| Some((n, route.subnet?))) {
            if subnet != subnet.trunc() {
                let field = FieldPath::of(["routes", &n.to_string(), "subnet"]);
                let message = format!("{subnet} is an address inside of subnet {}", subnet.trunc());
                report
                    .document(Code::HOST_BITS, document, field, message)
                    .help(format!("write {}", subnet.trunc()));
            }
        }
    }
}
