//! DD3003: a node's name is one DNS label (RFC 1123 §2.1), its full name has 253 characters at most, and no two nodes share
//! one.

use crate::{
    diagnostic::{Code, Diagnostic, quote},
    field::FieldPath,
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{Claim, IndexRule, NodeRule, Report, Subject, report::span_of_node},
};
use smol_str::SmolStr;

#[derive(Debug)]
pub(super) struct HostName;

impl NodeRule for HostName {
    fn codes(&self) -> &'static [Code] {
        &[Code::HOST_NAME]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let label = node.name.as_str();
        let letters = label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let hyphens = label.starts_with('-') || label.ends_with('-');
        let wrong = if !letters {
            Some("has characters other than letters, digits and hyphens")
        } else if hyphens {
            Some("begins or ends with a hyphen")
        } else if label.len() > 63 {
            Some("is longer than 63 characters")
        } else if node.fqdn.as_ref().is_some_and(|fqdn| fqdn.len() > 253) {
            Some("makes a full name longer than 253 characters")
        } else {
            None
        };
        if let Some(wrong) = wrong {
            let message = format!("the name {} {wrong}", quote(label));
            report
                .node(Code::HOST_NAME, node, design, FieldPath::root(), message)
                .help("a node's name is its host name: one label, without dots");
        }
    }
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
            let diagnostic =
                Diagnostic::new(Code::HOST_NAME, format!("two nodes are {}", quote(key)))
                    .about(&claim.subject)
                    .at(claim.span, claim.what.clone())
                    .also(first.span, first.what.clone());
            report.push(diagnostic.help("give one of them another name or primary network"));
        }
    }
}

/// DNS does not tell upper from lower case (RFC 4343).
fn key(node: &ResolvedNode) -> Option<SmolStr> {
    Some(node.fqdn.as_ref()?.to_ascii_lowercase().into())
}
