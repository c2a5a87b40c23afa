//! The picture of a plan for 1,000 nodes, kept in docs/: current, small enough to look at.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use drydock_benches::{SiteSpec, stages};
use std::{env, fs, path::Path};

#[test]
fn the_picture_of_a_thousand_nodes_is_current() {
    let design = stages::resolve(&stages::read(&SiteSpec::new(1_000).files())).design;
    let drivers = stages::drivers();
    let seen = stages::observe(&design, &drivers).unwrap();
    let plan = stages::plan(&design, &drivers, &seen).plan;
    let svg = plan.display().by_rack(&design).svg();
    assert_eq!(svg, plan.display().by_rack(&design).svg());

    let boxes = svg.matches("<g><title>").count();
    assert!(
        svg.len() < 1 << 20 && boxes < 2_000,
        "{boxes} boxes and lanes"
    );
    for rack in design.racks.keys() {
        assert!(svg.contains(&format!(">rack {rack} ·")), "{rack}");
    }
    keep("docs/pictures/plan-1000.svg", &svg);
}

/// Demands that a file of the workspace is this text; writes it instead with `DRYDOCK_BLESS=1`, but never where `CI` is set.
fn keep(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if fs::read_to_string(&file).unwrap_or_default() == text {
        return;
    }
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    assert!(
        set("DRYDOCK_BLESS") && !set("CI"),
        "{path} is not what is drawn now; draw it anew with \
         DRYDOCK_BLESS=1 cargo test -p drydock-benches --test pictures, and look at it"
    );
    fs::write(file, text).unwrap();
}
