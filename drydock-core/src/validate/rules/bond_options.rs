//! DD1006: the options of a link's bond fit its mode (Linux kernel, Documentation/networking/bonding.rst).

use crate::{
    diagnostic::Code,
    field::FieldPath,
    model::{BondMode, Bonding},
    names::Kind,
    resolve::ResolvedDesign,
    source::Document,
    validate::{DocumentRule, Report},
};

#[derive(Debug)]
pub(super) struct BondOptions;

impl DocumentRule for BondOptions {
    fn codes(&self) -> &'static [Code] {
        &[Code::BOND_OPTIONS]
    }

    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>) {
        if document.id.kind != Kind::NetworkLink {
            return;
        }
        let Some(link) = design.links.get(document.id.name.as_str()) else {
            return;
        };
        let in_doubt = |option: &str| {
            let field = FieldPath::of(["bonding", option]);
            design.in_doubt(std::slice::from_ref(&document.id), &field)
        };
        let written = |option: &str| {
            let value = document.spec.at(["bonding", option]);
            value.map(|value| value.span).unwrap_or_default()
        };
        let mode = link.bonding.mode.unwrap_or(BondMode::Disabled);
        for option in options(&link.bonding) {
            if !in_doubt("mode") && !fits(option, mode) {
                let field = FieldPath::of(["bonding", option]);
                let message = format!("`{option}` means nothing to a bond of mode {mode}");
                report
                    .document(Code::BOND_OPTIONS, document, field, message)
                    .also(written("mode"), "the mode")
                    .help("remove it, or choose the mode that it belongs to");
            }
        }
        let interval = link.bonding.mon_rate.unwrap_or(100);
        for (option, delay) in [
            ("up_delay", link.bonding.up_delay),
            ("down_delay", link.bonding.down_delay),
        ] {
            let missed = |delay: &u32| interval > 0 && !delay.is_multiple_of(interval);
            if let Some(delay) = delay.filter(missed).filter(|_| !in_doubt("mon_rate")) {
                let field = FieldPath::of(["bonding", option]);
                let message = format!("{option} {delay} is not a multiple of mon_rate {interval}");
                report
                    .document(Code::BOND_OPTIONS, document, field, message)
                    .also(written("mon_rate"), "the interval")
                    .help("the kernel rounds it down: write the multiple that is meant");
            }
        }
    }
}

/// The options that are written.
fn options(bonding: &Bonding) -> Vec<&'static str> {
    let written = [
        ("hash", bonding.hash.is_some()),
        ("peer_rate", bonding.peer_rate.is_some()),
        ("mon_rate", bonding.mon_rate.is_some()),
        ("up_delay", bonding.up_delay.is_some()),
        ("down_delay", bonding.down_delay.is_some()),
    ];
    written
        .into_iter()
        .filter(|(_, written)| *written)
        .map(|(option, _)| option)
        .collect()
}

fn fits(option: &str, mode: BondMode) -> bool {
    match mode {
        BondMode::Disabled => false,
        BondMode::Lacp => true,
        BondMode::BalanceRr | BondMode::ActiveBackup => !matches!(option, "hash" | "peer_rate"),
    }
}
