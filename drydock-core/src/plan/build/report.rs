//! What stands against planning a target, told at the place that caused it.

use super::{Build, Draft};
use crate::{
    diagnostic::{Code, Diagnostic, quote},
    driver::{NoDriver, Risk, ServerDriver, ServerObservation},
    field::FieldPath,
    names::DocumentId,
    plan::{Action, Held},
    resolve::{ResolvedDesign, ResolvedNode},
    span::Span,
};

impl Build<'_, '_> {
    pub(super) fn report(&mut self, code: Code, id: &DocumentId, message: String, help: &str) {
        let span = self.name_of(id);
        let diagnostic = Diagnostic::new(code, message).about(id).at(span, "");
        self.diagnostics.push(diagnostic.help(help));
    }

    /// The same about a field of a node.
    pub(super) fn report_at(
        &mut self,
        code: Code,
        node: &ResolvedNode,
        field: FieldPath,
        message: String,
        help: &str,
    ) {
        let keys = field.keys().iter().map(|key| key.as_str());
        let written = node.value.at(keys).map(|value| value.span);
        let span = written.unwrap_or_else(|| self.name_of(&node.id()));
        let diagnostic = Diagnostic::new(code, message)
            .about(&node.id())
            .field(field);
        self.diagnostics.push(diagnostic.at(span, "").help(help));
    }

    fn name_of(&self, id: &DocumentId) -> Span {
        let document = self.design.documents.get(id);
        document.map_or(Span::NONE, |document| document.name_span)
    }

    pub(super) fn no_driver(&mut self, id: &DocumentId, what: &str, why: NoDriver) {
        match why {
            NoDriver::None => {
                let message = format!("no {what} driver serves it");
                let help = "register a driver whose selector chooses it";
                self.report(Code::NO_DRIVER, id, message, help);
            }
            NoDriver::Several(names) => {
                let message = format!("several {what} drivers serve it: {}", names.join(", "));
                let help = "narrow the drivers' selectors so that one is left";
                self.report(Code::SEVERAL_DRIVERS, id, message, help);
            }
        }
    }

    /// The driver of a BMC is chosen by its type, so the type is what is marked.
    pub(super) fn no_oob_driver(&mut self, node: &ResolvedNode, why: NoDriver) {
        let oob_type = node.spec.oob.kind.as_deref().unwrap_or_default();
        let (code, message, help) = match why {
            NoDriver::None => (
                Code::NO_DRIVER,
                format!("no OOB driver is for the type {}", quote(oob_type)),
                "register an OOB driver for this oob.type, or correct it",
            ),
            NoDriver::Several(names) => (
                Code::SEVERAL_DRIVERS,
                format!(
                    "several OOB drivers are for the type {}: {}",
                    quote(oob_type),
                    names.join(", ")
                ),
                "register one OOB driver for each type",
            ),
        };
        let written = node.value.at(["oob", "type"]).map(|value| value.span);
        self.diagnostics.push(
            Diagnostic::new(code, message)
                .about(&node.id())
                .field(FieldPath::of(["oob", "type"]))
                .at(written.unwrap_or_default(), "")
                .help(help),
        );
    }

    /// The driver of a switch port is that of its networks, so the attachment is what is marked.
    pub(super) fn no_port_driver(&mut self, node: &ResolvedNode, slave: &str, why: NoDriver) {
        let field = FieldPath::of(["attachments", slave]);
        let (code, message, help) = match why {
            NoDriver::None => (
                Code::NO_DRIVER,
                format!(
                    "no network driver serves the networks of {slave}, and so none its switch port"
                ),
                "register a driver whose selector chooses these networks",
            ),
            NoDriver::Several(names) => (
                Code::SEVERAL_DRIVERS,
                format!(
                    "several network drivers serve the switch port of {slave}: {}",
                    names.join(", ")
                ),
                "let one driver serve all networks that this port carries",
            ),
        };
        self.report_at(code, node, field, message, help);
    }

    /// What the design keeps from being touched is not planned, and who looks for it is told why.
    pub(super) fn held(&mut self, node: &ResolvedNode, draft: &Draft, held: &Held) {
        let diagnostic = left_out(node, &draft.action, draft.risk, held);
        self.diagnostics.push(diagnostic);
    }

    /// A deployed node is never changed by a plan to deploy; how it differs is said.
    pub(super) fn drift(
        &mut self,
        node: &ResolvedNode,
        server: &dyn ServerDriver,
        seen: &ServerObservation,
    ) {
        for change in server.differences(node, seen) {
            let observed = change.observed.as_deref().unwrap_or("nothing");
            let message = format!(
                "{} is {observed} on the node, {} by design",
                change.field, change.designed
            );
            let help = "nothing is changed on a deployed node; release and deploy it to have it as designed";
            self.report_at(Code::DRIFT, node, change.field.clone(), message, help);
        }
    }
}

/// That a step is not planned, and why.
pub(in crate::plan) fn left_out(
    node: &ResolvedNode,
    action: &Action,
    risk: Risk,
    held: &Held,
) -> Diagnostic {
    let message = format!("nothing is planned for it: {held}, and `{action}` is {risk}");
    let field = match held.subject == node.id() {
        true => held.field.clone(),
        false => FieldPath::root(),
    };
    Diagnostic::new(Code::HELD, message)
        .about(&node.id())
        .field(field)
        .at(held.span, "")
        .help("take this back where it is written when the node may be touched again")
}

/// That a step that destroys is not planned, because the design does not say which machine the node is.
pub(in crate::plan) fn without_identity(
    design: &ResolvedDesign,
    node: &ResolvedNode,
    draft: &Draft,
) -> Diagnostic {
    let message = format!(
        "nothing says which machine it is, by serial number or boot MAC; `{}` is {} and left out, with all that needs it",
        draft.action, draft.risk
    );
    let document = design.documents.get(&node.id());
    let name = document.map_or(Span::NONE, |document| document.name_span);
    let written = node.value.field("serial").map(|value| value.span);
    Diagnostic::new(Code::NO_IDENTITY, message)
        .about(&node.id())
        .field(FieldPath::of(["serial"]))
        .at(written.unwrap_or(name), "")
        .help(
            "write the machine's serial number as `spec.serial`, or the MAC of the NIC it boots from as \
             `spec.metadata.boot_mac`",
        )
}
