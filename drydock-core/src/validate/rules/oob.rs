//! DD5001: IPMI needs an account, a credential, a network and an address on it. DD5002: other types need what they are
//! reached by. DD5004: secrets are named, not written.

use crate::{
    diagnostic::{Code, Diagnostic},
    field::FieldPath,
    names::Kind,
    resolve::{ResolvedDesign, ResolvedNode},
    secret::SecretValue,
    source::Document,
    validate::{DocumentRule, NodeRule, Report},
};

#[derive(Debug)]
pub(super) struct OobParameters;

impl NodeRule for OobParameters {
    fn codes(&self) -> &'static [Code] {
        &[Code::OOB_IPMI, Code::OOB_PARAMETERS]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let oob = &node.spec.oob;
        let mut missing = |code: Code, needed: &[(&str, bool)]| {
            let absent = needed.iter().filter(|(key, is_there)| {
                !is_there && !design.in_doubt(&node.chain, &FieldPath::of(["oob", key]))
            });
            let absent: Vec<String> = absent.map(|(key, _)| format!("`{key}`")).collect();
            let are = match absent.as_slice() {
                [] => return,
                [_] => "is",
                _ => "are",
            };
            let kind = oob.kind.as_deref().unwrap_or_default();
            let message = format!(
                "out of band by {kind}, but {} {are} missing",
                absent.join(", ")
            );
            report
                .node(code, node, design, FieldPath::of(["oob"]), message)
                .help("write it under oob, in the node or a profile of it");
        };
        match oob.kind.as_deref() {
            Some("ipmi") => {
                let needed = [
                    ("account", oob.account.is_some()),
                    ("credential", oob.credential.is_some()),
                    ("network", oob.network.is_some()),
                ];
                missing(Code::OOB_IPMI, &needed);
                let Some(network) = &oob.network else { return };
                let field = FieldPath::of(["addressing", network]);
                if node.oob_address.is_none() && !design.in_doubt(&node.chain, &field) {
                    let message = format!("the BMC has no address on network {network}");
                    let named = node.value.at(["oob", "network"]).map(|value| value.span);
                    report
                        .node(Code::OOB_IPMI, node, design, field, message)
                        .also(named.unwrap_or_default(), "the BMC is on this network")
                        .help(format!(
                            "write addressing: [{{network: {network}, address: ...}}]"
                        ));
                }
            }
            Some("libvirt") => {
                let needed = [("libvirt_uri", oob.libvirt_uri.is_some())];
                missing(Code::OOB_PARAMETERS, &needed);
                if let Some(SecretValue::Inline(uri)) = &oob.libvirt_uri
                    && !is_libvirt(uri.expose())
                {
                    let field = FieldPath::of(["oob", "libvirt_uri"]);
                    let message = "`libvirt_uri` names no driver of libvirt".to_owned();
                    report
                        .node(Code::OOB_PARAMETERS, node, design, field, message)
                        .help("write it like qemu+ssh://HOST/system");
                }
            }
            _ => {}
        }
    }
}

/// Whether a URI begins with a driver of libvirt and perhaps a transport, `qemu+ssh://` (libvirt.org/uri.html).
fn is_libvirt(uri: &str) -> bool {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    let driver = scheme.split('+').next().unwrap_or_default();
    let drivers = [
        "bhyve",
        "ch",
        "esx",
        "gsx",
        "hyperv",
        "lxc",
        "openvz",
        "qemu",
        "test",
        "vbox",
        "vmwarefusion",
        "vmwareplayer",
        "vmwarews",
        "vpx",
        "vz",
        "xen",
    ];
    drivers.contains(&driver)
}

#[derive(Debug)]
pub(super) struct InlineSecret;

impl DocumentRule for InlineSecret {
    fn codes(&self) -> &'static [Code] {
        &[Code::INLINE_SECRET]
    }

    fn check(&self, document: &Document, _design: &ResolvedDesign, report: &mut Report<'_>) {
        if !matches!(document.id.kind, Kind::HostProfile | Kind::BaremetalNode) {
            return;
        }
        let entries = document.spec.field("oob").and_then(|oob| oob.as_map());
        for entry in entries.unwrap_or_default() {
            let written = crate::resolve::decode::<SecretValue>(&entry.value);
            let is_secret = crate::secret::is_secret_key(&entry.key);
            if is_secret && matches!(written, Ok(SecretValue::Inline(_))) {
                let message = format!("`{}` holds a secret", entry.key);
                let field = FieldPath::of(["oob"]).join(entry.key.clone());
                let diagnostic = Diagnostic::new(Code::INLINE_SECRET, message).about(&document.id);
                let help = "name a secret that the host keeps: {secret: NAME}";
                report.push(diagnostic.field(field).at(entry.value.span, "").help(help));
            }
        }
    }
}
