//! Everything that can be printed of a design.

use drydock_core::{
    Design,
    diagnostic::{Color, render_all},
    driver::Drivers,
    field::FieldPath,
    model::Selector,
    plan::{self, Goal, Observations},
    resolve::{Allocations, Explanation, resolve},
    source::{Value, to_yaml, yaml},
    testing::fixture,
    validate::RuleSet,
};
use serde::Serialize;
use std::{fmt::Debug, sync::Arc};

/// Each with what it is.
pub(crate) fn outputs(files: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let mut out = Outputs(Vec::new());
    for (name, text) in files {
        let read = yaml::read(name, text.as_bytes());
        out.debug("what was read", &read);
        out.text("the masked text", read.file.masked().to_owned());
        for document in &read.documents {
            out.debug("document", document);
            out.value("spec", &document.spec);
            document
                .metadata
                .iter()
                .for_each(|value| out.value("metadata", value));
        }
        let raw = yaml::read_values(name, text.as_bytes());
        out.debug("values", &raw);
        out.text("the masked text", raw.file.masked().to_owned());
        raw.values
            .iter()
            .for_each(|value| out.value("value", value));
    }
    let snapshot = fixture::snapshot(files);
    out.debug("snapshot", &snapshot);
    out.debug("resolved", &resolve(&snapshot, &Allocations::default()));
    let design = Design::of(&snapshot, &RuleSet::standard(), &Allocations::default());
    out.debug("design", &design);
    out.diagnostics(&design.diagnostics, &design);
    out.design(&design);
    let drivers = Drivers::new();
    let everything = Selector::everything();
    let seen = Observations::default();
    let planned = plan::plan(&design.resolved, &drivers, &seen, Goal::Deploy, &everything);
    out.debug("plan", &planned);
    out.diagnostics(&planned.diagnostics, &design);
    out.0
}

struct Outputs(Vec<(&'static str, String)>);

impl Outputs {
    fn text(&mut self, what: &'static str, text: String) {
        self.0.push((what, text));
    }

    fn debug(&mut self, what: &'static str, value: &impl Debug) {
        self.text(what, format!("{value:?}"));
        self.text(what, format!("{value:#?}"));
    }

    fn both(&mut self, what: &'static str, value: &(impl Debug + Serialize)) {
        self.debug(what, value);
        self.text(what, serde_json::to_string(value).unwrap());
    }

    fn value(&mut self, what: &'static str, value: &Value) {
        self.both(what, value);
        self.text(what, to_yaml(value));
    }

    fn diagnostics(&mut self, found: &drydock_core::Diagnostics, design: &Design) {
        let files = &design.resolved.files;
        self.debug("diagnostics", found);
        self.text(
            "diagnostics as lines",
            fixture::lines(found, &design.resolved),
        );
        self.text(
            "diagnostics as drawn",
            render_all(found, files, Color::Never),
        );
        let json = serde_json::to_string(&found.to_json(files)).unwrap();
        self.text("diagnostics as JSON", json);
    }

    fn design(&mut self, design: &Design) {
        let resolved = &design.resolved;
        self.debug("files", &resolved.files);
        resolved
            .regions
            .values()
            .for_each(|region| self.both("region", region));
        resolved
            .racks
            .values()
            .for_each(|rack| self.both("rack", rack));
        resolved
            .links
            .values()
            .for_each(|link| self.both("link", link));
        resolved
            .hardware
            .values()
            .for_each(|hardware| self.both("hardware", hardware));
        resolved
            .boot_actions
            .values()
            .for_each(|action| self.both("boot action", action));
        for network in resolved.networks.values() {
            self.debug("network", network);
            self.both("network", &network.spec);
            self.value("network", &network.value);
            self.both("network", &network.routes);
        }
        for profile in resolved.profiles.values() {
            self.debug("profile", profile);
            self.value("profile", &profile.value);
        }
        for document in resolved.documents.values() {
            self.debug("document", document);
            self.value("document", &document.spec);
        }
        for node in resolved.nodes.values() {
            self.debug("node", node);
            self.both("node", &node.spec);
            self.value("node", &node.value);
            self.both("node", &node.interfaces);
            self.both("node", &node.disks);
            self.both("node", &node.volume_groups);
            self.both("node", &node.labels);
            self.both("node", &node.kernel_params);
            self.both("node", &node.fqdn);
            self.debug("node", &(&node.dns_servers, node.oob_address, &node.chain));
            self.text("node", node.kernel_params.to_string());
        }
        let names: Vec<_> = resolved.nodes.keys().map(ToString::to_string).collect();
        for name in names {
            let explained = Explanation::of(&Arc::clone(resolved), &name, &FieldPath::root());
            if let Ok(explanation) = &explained {
                self.text("explanation", explanation.to_string());
            }
            self.debug("explanation", &explained);
        }
        self.both("allocations", &design.allocations);
    }
}
