//! DD2011: a route domain that a route leads to has networks. DD0009: route domains add no more routes than a design may have.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    names::Kind,
    resolve::{MOST_ROUTES, ResolvedDesign},
    source::Document,
    validate::{DesignRule, DocumentRule, Report},
};
use smol_str::SmolStr;
use std::collections::BTreeSet;

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
        let known = design.route_domains();
        for (n, route) in network.spec.routes.iter().enumerate() {
            let Some(domain) = &route.routedomain else {
                continue;
            };
            if !known.contains(domain.as_str()) {
                let field = FieldPath::of(["routes", &n.to_string(), "routedomain"]);
                let message = format!("no network belongs to route domain {}", quote(domain));
                let help = "give the networks it leads to this routedomain";
                report
                    .document(Code::ROUTE_DOMAIN, document, field, message)
                    .meant_among(domain, known, help);
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct TooManyRoutes;

impl DesignRule for TooManyRoutes {
    fn codes(&self) -> &'static [Code] {
        &[Code::ALIAS_BUDGET]
    }

    fn check(&self, design: &ResolvedDesign, report: &mut Report<'_>) {
        let left_out = design.route_domains_left_out();
        if left_out.is_empty() {
            return;
        }
        // One finding a domain, at the first network by name that leads to it.
        let mut told: BTreeSet<&SmolStr> = BTreeSet::new();
        for (name, network) in &design.networks {
            let Some(document) = design.document(Kind::Network, name) else {
                continue;
            };
            for (n, route) in network.spec.routes.iter().enumerate() {
                let domain = route.routedomain.as_ref();
                let domain = domain.filter(|domain| left_out.contains(*domain));
                let Some(domain) = domain.filter(|domain| told.insert(domain)) else {
                    continue;
                };
                let message = format!(
                    "with those to route domain {}, route domains would add more than {MOST_ROUTES} routes",
                    quote(domain)
                );
                let field = FieldPath::of(["routes", &n.to_string(), "routedomain"]);
                report
                    .document(Code::ALIAS_BUDGET, document, field, message)
                    .help(
                        "write routes to subnets that hold many of its networks; until then nothing leads to the domain",
                    );
            }
        }
    }
}
