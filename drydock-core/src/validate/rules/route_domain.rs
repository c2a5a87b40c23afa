//! DD2011: a route domain that a route leads to has networks.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    names::Kind,
    resolve::ResolvedDesign,
    source::Document,
    validate::{DocumentRule, Report},
};

#[derive(Debug)]
pub(super) struct RouteDomain;

impl DocumentRule for RouteDomain {
    fn codes(&self) -> &'static [Code] {
        &[Code::ROUTE_DOMAIN]
    }

    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>) {
        if document.id.kind != Kind::Network {
            return;
        }
        let Some(network) = design.networks.get(document.id.name.as_str()) else {
            return;
        };
        for (n, route) in network.spec.routes.iter().enumerate() {
            let Some(domain) = &route.routedomain else {
                continue;
            };
            if !design.has_route_domain(domain) {
                let networks = design.networks.values();
                let known = networks.filter_map(|n| n.spec.routedomain.as_deref());
                let known: Vec<&str> = known.collect();
                let field = FieldPath::of(["routes", &n.to_string(), "routedomain"]);
                let message = format!("no network belongs to route domain {}", quote(domain));
                let help = "give the networks it leads to this routedomain";
                report
                    .document(Code::ROUTE_DOMAIN, document, field, message)
                    .meant(domain, &known, help);
            }
        }
    }
}
