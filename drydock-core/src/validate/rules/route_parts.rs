//! DD2011: a route says where it leads, to a subnet or a route domain, and over which gateway.

use crate::{
    diagnostic::Code,
    field::FieldPath,
    model::Route,
    names::Kind,
    resolve::ResolvedDesign,
    source::Document,
    validate::{DocumentRule, Report},
};
use ipnet::IpNet;

#[derive(Debug)]
pub(super) struct RouteParts;

impl DocumentRule for RouteParts {
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
            let Some((wrong, help)) = wrong(route, network.spec.cidr) else {
                continue;
            };
            let field = FieldPath::of(["routes", &n.to_string()]);
            if !design.in_doubt(std::slice::from_ref(&document.id), &field) {
                report
                    .document(Code::ROUTE_DOMAIN, document, field, wrong.to_owned())
                    .help(help);
            }
        }
    }
}

/// What is wrong with the parts of a route, and what to do.
fn wrong(route: &Route, cidr: Option<IpNet>) -> Option<(&'static str, &'static str)> {
    match (&route.subnet, &route.routedomain, route.gateway) {
        (None, None, _) => Some((
            "a route without a `subnet` or `routedomain`",
            "write where it leads, such as subnet: 0.0.0.0/0 for everything else",
        )),
        (Some(_), Some(_), _) => Some((
            "a route to a `subnet` and a `routedomain`",
            "write two routes: the one to the domain leads to each of its networks",
        )),
        (_, _, None) => Some((
            "a route without a `gateway`",
            "write the router's address on this network; what is on the network itself needs no route",
        )),
        // A gateway outside of the network is reported as that.
        (Some(subnet), _, Some(gateway))
            if subnet.addr().is_ipv4() != gateway.is_ipv4()
                && cidr.is_none_or(|cidr| cidr.contains(&gateway)) =>
        {
            Some((
                "a route whose `subnet` and `gateway` are not of one address family",
                "write both as IPv4 or both as IPv6",
            ))
        }
        _ => None,
    }
}
