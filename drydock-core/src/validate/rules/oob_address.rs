//! DD5003: no two BMCs are reached at one address and port. Several may stand behind one address with a port for each.

use super::duplicate_address::key;
use crate::{
    diagnostic::Code,
    field::FieldPath,
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{Claim, IndexRule, Report, Subject},
};
use smol_str::{SmolStr, format_smolstr};

#[derive(Debug)]
pub(super) struct OobAddressTwice;

impl IndexRule for OobAddressTwice {
    fn codes(&self) -> &'static [Code] {
        &[Code::OOB_ADDRESS]
    }

    fn keys(&self, subject: Subject<'_>, _design: &ResolvedDesign, keys: &mut Vec<SmolStr>) {
        if let Subject::Node(node) = subject {
            keys.extend(of_bmc(node).map(|(key, _)| key));
        }
    }

    fn claims(&self, subject: Subject<'_>, _design: &ResolvedDesign) -> Vec<Claim> {
        let Subject::Node(node) = subject else {
            return Vec::new();
        };
        let claim = |(key, network): (SmolStr, &str)| {
            let field = FieldPath::of(["addressing", network, "address"]);
            Claim::by_field(subject, key, field, format!("the BMC of {}", node.name))
        };
        of_bmc(node).map(claim).into_iter().collect()
    }

    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>) {
        let [first, others @ ..] = claims else { return };
        for claim in others {
            let message = format!("two BMCs are reached at {key}");
            let finding = report.clash(Code::OOB_ADDRESS, claim, first, message);
            finding.help("give one of them another address, or another oob.port");
        }
    }
}

/// Where a BMC is reached, and the network that its address is on.
fn of_bmc(node: &ResolvedNode) -> Option<(SmolStr, &str)> {
    let (oob, address) = (&node.spec.oob, key(node.oob_address?));
    let port = oob
        .port
        .filter(|port| Some(*port) != usual(oob.kind.as_deref()));
    let key = match port {
        Some(port) => format_smolstr!("{address} port {port}"),
        None => address,
    };
    Some((key, oob.network.as_deref()?))
}

/// The port that is meant where none is written (IPMI 2.0 §13.1.2, RFC 9110 §4.2.2).
fn usual(oob_type: Option<&str>) -> Option<u16> {
    match oob_type {
        Some("ipmi") => Some(623),
        Some("redfish") => Some(443),
        _ => None,
    }
}
