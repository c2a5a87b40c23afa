//! DD2013: one NIC is plugged into a switch port.

use crate::{
    diagnostic::{Code, Diagnostic},
    field::FieldPath,
    resolve::{ResolvedDesign, ResolvedNode},
    source::Document,
    validate::{Claim, IndexRule, Report, report::place},
};

#[derive(Debug)]
pub(super) struct PortTwice;

impl IndexRule for PortTwice {
    fn codes(&self) -> &'static [Code] {
        &[Code::PORT_TWICE]
    }

    fn claims_of_node(&self, node: &ResolvedNode, _design: &ResolvedDesign) -> Vec<Claim> {
        let attachments = node.spec.attachments.iter();
        let claims = attachments.filter_map(|(slave, attachment)| {
            let (switch, port) = (attachment.switch.as_ref()?, attachment.port.as_ref()?);
            let field = FieldPath::of(["attachments", slave, "port"]);
            let (subject, field, span) = place(node.id(), &node.value, field);
            let what = format!("{slave} of {}", node.name);
            Some(Claim::new(
                format!("port {port} of switch {switch}"),
                subject,
                field,
                span,
                what,
            ))
        });
        claims.collect()
    }

    fn claims_of_document(&self, _document: &Document, _design: &ResolvedDesign) -> Vec<Claim> {
        Vec::new()
    }

    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>) {
        let [first, others @ ..] = claims else { return };
        for claim in others {
            let diagnostic = Diagnostic::new(Code::PORT_TWICE, format!("{key} is used twice"))
                .about(&claim.subject)
                .field(claim.field.clone())
                .at(claim.span, claim.what.clone())
                .also(first.span, first.what.clone());
            report.push(diagnostic.help("correct the one that is wrong"));
        }
    }
}
