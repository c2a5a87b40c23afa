//! DD2006: the address of a network has no host bits.

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
        let network = design.networks.get(document.id.name.as_str());
        let Some(cidr) = network.and_then(|network| network.spec.cidr) else {
            return;
        };
        if cidr != cidr.trunc() {
            let message = format!("{cidr} is an address inside of network {}", cidr.trunc());
            report
                .document(Code::HOST_BITS, document, FieldPath::of(["cidr"]), message)
                .help(format!("write {}", cidr.trunc()));
        }
    }
}
