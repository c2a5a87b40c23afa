//! DD0507: networks that a rack calls its own exist.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    names::Kind,
    resolve::ResolvedDesign,
    source::Document,
    validate::{DocumentRule, Report, report::names},
};

#[derive(Debug)]
pub(super) struct LocalNetworks;

impl DocumentRule for LocalNetworks {
    fn codes(&self) -> &'static [Code] {
        &[Code::BAD_REFERENCE]
    }

    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>) {
        let rack = design
            .racks
            .get(document.id.name.as_str())
            .filter(|_| document.id.kind == Kind::Rack);
        let local = rack.into_iter().flat_map(|rack| rack.local_networks.iter());
        for name in local.filter(|name| !design.networks.contains_key(*name)) {
            let message = format!("there is no network {}", quote(name));
            let help = "write a Network of this name, or name one that exists";
            report
                .document(
                    Code::BAD_REFERENCE,
                    document,
                    FieldPath::of(["local_networks", name]),
                    message,
                )
                .meant(name, &names(design.networks.keys()), help);
        }
    }
}
