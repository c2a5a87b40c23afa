//! DD3003: a node's name is one DNS label (RFC 1123 §2.1), a network's domain consists of such labels, a full name has 253
//! characters at most, and no two nodes share one.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    names::Kind,
    resolve::{ResolvedDesign, ResolvedNode},
    source::Document,
    validate::{Claim, DocumentRule, IndexRule, NodeRule, Report, Subject, report::span_of_node},
};
use smol_str::SmolStr;

/// What remains of the 255 bytes of RFC 1035 §2.3.4 when a name is written with dots.
const LONGEST: usize = 253;

#[derive(Debug)]
pub(super) struct HostName;

impl NodeRule for HostName {
    fn codes(&self) -> &'static [Code] {
        &[Code::HOST_NAME]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let label = node.name.as_str();
        let wrong = wrong_label(label).or_else(|| {
            let full = without_root(node.fqdn.as_deref()?);
            // Of a domain that is too long by itself its network is told.
            let domain = full.len().saturating_sub(label.len() + 1);
            let too_long = full.len() > LONGEST && domain <= LONGEST;
            too_long.then_some("makes a full name longer than 253 characters")
        });
        if let Some(wrong) = wrong {
            let message = format!("the name {} {wrong}", quote(label));
            report
                .node(Code::HOST_NAME, node, design, FieldPath::root(), message)
                .help("a node's name is its host name: one label, without dots");
        }
    }
}

#[derive(Debug)]
pub(super) struct DomainName;

impl DocumentRule for DomainName {
    fn codes(&self) -> &'static [Code] {
        &[Code::HOST_NAME]
    }

    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>) {
        let network = design.networks.get(document.id.name.as_str());
        let network = network.filter(|_| document.id.kind == Kind::Network);
        let Some(domain) = network.and_then(|network| network.spec.dns.domain.as_deref()) else {
            return;
        };
        let mut labels = without_root(domain).split('.');
        let wrong = labels.find_map(|label| Some((label, wrong_label(label)?)));
        let message = match wrong {
            Some(("", _)) => format!("a label of the domain {} is empty", quote(domain)),
            Some((label, wrong)) => format!("the label {} of the domain {wrong}", quote(label)),
            None if without_root(domain).len() > LONGEST => {
                "the domain is longer than 253 characters".to_owned()
            }
            None => return,
        };
        let field = FieldPath::of(["dns", "domain"]);
        report
            .document(Code::HOST_NAME, document, field, message)
            .help("a domain is labels with dots between them, 253 characters at most; its nodes' names stand before it");
    }
}

/// What is wrong with a label of a host name. An empty one has no letter that could be.
fn wrong_label(label: &str) -> Option<&'static str> {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if !label.bytes().all(is_letter) || label.is_empty() {
        Some("has characters other than letters, digits and hyphens")
    } else if label.starts_with('-') || label.ends_with('-') {
        Some("begins or ends with a hyphen")
    } else if label.len() > 63 {
        Some("is longer than 63 characters")
    } else {
        None
    }
}

/// A name without the dot of the root, which may be written and says nothing.
fn without_root(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[derive(Debug)]
pub(super) struct HostNameTwice;

impl IndexRule for HostNameTwice {
    fn codes(&self) -> &'static [Code] {
        &[Code::HOST_NAME]
    }

    fn keys(&self, subject: Subject<'_>, _design: &ResolvedDesign, keys: &mut Vec<SmolStr>) {
        if let Subject::Node(node) = subject {
            keys.extend(key(node));
        }
    }

    fn claims(&self, subject: Subject<'_>, design: &ResolvedDesign) -> Vec<Claim> {
        let Subject::Node(node) = subject else {
            return Vec::new();
        };
        let field = FieldPath::root();
        let span = span_of_node(node, design, &field);
        let claim = |key| Claim::new(key, node.id(), field.clone(), span, node.name.as_str());
        key(node).map(claim).into_iter().collect()
    }

    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>) {
        let [first, others @ ..] = claims else { return };
        for claim in others {
            let message = format!("two nodes are {}", quote(key));
            let finding = report.clash(Code::HOST_NAME, claim, first, message);
            finding.help("give one of them another name or primary network");
        }
    }
}

/// DNS does not tell upper from lower case (RFC 4343).
fn key(node: &ResolvedNode) -> Option<SmolStr> {
    Some(
        without_root(node.fqdn.as_ref()?)
            .to_ascii_lowercase()
            .into(),
    )
}
