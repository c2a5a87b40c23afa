//! DD3001: the image of a node, and its kernel with that image, are offered by the driver that serves the node.

use crate::{
    diagnostic::{Code, Diagnostic, Severity, quote},
    driver::Drivers,
    field::FieldPath,
    model::Catalog,
    resolve::{Catalogs, ResolvedDesign, ResolvedNode},
    validate::{DesignRule, Report},
};
use smol_str::SmolStr;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct Offered {
    pub(super) drivers: Drivers,
    pub(super) catalogs: Catalogs,
}

impl DesignRule for Offered {
    fn codes(&self) -> &'static [Code] {
        &[Code::CATALOG]
    }

    fn check(&self, design: &ResolvedDesign, report: &mut Report<'_>) {
        let mut unjudged: BTreeMap<&str, usize> = BTreeMap::new();
        for node in design.nodes.values() {
            // A node that no driver serves, or several, is told when it is planned.
            let Ok(driver) = self.drivers.server_of(node) else {
                continue;
            };
            match self.catalogs.get(driver.name()) {
                Some(catalog) => judge(catalog, driver.name(), node, design, report),
                None => *unjudged.entry(driver.name()).or_default() += 1,
            }
        }
        for (driver, nodes) in unjudged {
            let its = match nodes {
                1 => "its node".to_owned(),
                n => format!("its {n} nodes"),
            };
            let message = format!(
                "server driver {} has given no catalog, so image and kernel of {its} are not checked",
                quote(driver)
            );
            // No line of the design is the cause.
            let mut note = Diagnostic::new(Code::CATALOG, message);
            note.severity = Severity::Note;
            report.push(note.help("see that the driver can be asked, then validate again"));
        }
    }
}

fn judge(
    catalog: &Catalog,
    driver: &str,
    node: &ResolvedNode,
    design: &ResolvedDesign,
    report: &mut Report<'_>,
) {
    let platform = &node.spec.platform;
    let Some(image) = &platform.image else {
        return;
    };
    let offered = catalog.images.iter().find(|(name, _)| name == image);
    let (field, message, known) = match (offered, &platform.kernel) {
        (None, _) => {
            let known: Vec<&SmolStr> = catalog.images.iter().map(|(name, _)| name).collect();
            let message = format!(
                "server driver {} has no image {}",
                quote(driver),
                quote(image)
            );
            ("image", message, known)
        }
        (Some((_, kernels)), Some(kernel)) if !kernels.contains(kernel) => {
            let message = format!(
                "server driver {} has no kernel {} for image {}",
                quote(driver),
                quote(kernel),
                quote(image)
            );
            ("kernel", message, kernels.iter().collect())
        }
        _ => return,
    };
    let known: Vec<&str> = known.into_iter().map(SmolStr::as_str).collect();
    let help = match known.as_slice() {
        [] => "it offers none".to_owned(),
        few if few.len() <= 10 => format!("it offers {}", few.join(", ")),
        many => format!(
            "it offers {} and {} more",
            many[..10].join(", "),
            many.len() - 10
        ),
    };
    let written = node
        .value
        .at(["platform", field])
        .and_then(|value| value.as_text());
    report
        .node(
            Code::CATALOG,
            node,
            design,
            FieldPath::of(["platform", field]),
            message,
        )
        .meant(written.unwrap_or_default(), &known, &help);
}
