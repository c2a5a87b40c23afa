//! Every stage alone, at 100, 1,000 and 10,000 nodes; beside `read` the parser's bare events of the same bytes.
//!
//! `cargo bench -p drydock-benches`, or `cargo bench -p drydock-benches -- --test` to see that each runs.
#![allow(missing_docs)] // The macros of criterion make functions.

use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group,
    criterion_main, measurement::WallTime,
};
use drydock_benches::{SiteFile, SiteSpec, stages};
use drydock_core::{
    field::FieldPath,
    resolve::{Changes, Explanation, ResolvedDesign},
    source::Snapshot,
    validate::RuleSet,
};
use std::{hint::black_box, sync::Arc, time::Duration};

/// A site with what each stage leaves to the next.
struct Site {
    nodes: usize,
    files: Vec<SiteFile>,
    snapshot: Snapshot,
    design: Arc<ResolvedDesign>,
}

impl Site {
    fn new(nodes: usize) -> Self {
        let files = SiteSpec::new(nodes).files();
        let snapshot = stages::read(&files);
        let design = Arc::new(stages::resolve(&snapshot).design);
        Self {
            nodes,
            files,
            snapshot,
            design,
        }
    }
}

fn pipeline(criterion: &mut Criterion) {
    let sites = [100, 1_000, 10_000].map(Site::new);
    read(quick(criterion, "read"), &sites);
    resolve(quick(criterion, "resolve"), &sites);
    explain(quick(criterion, "explain"), &sites);
    validate(quick(criterion, "validate"), &sites);
    edit(quick(criterion, "edit"), &sites);
    plan(quick(criterion, "plan"), &sites);
}

/// One leaf of one node of a site that is kept.
fn edit(mut group: Group<'_>, sites: &[Site]) {
    for site in sites {
        let mut kept = drydock_core::Site::new(RuleSet::standard());
        kept.update(Changes::all(site.snapshot.clone()));
        let mut serial = 0;
        group.bench_function(BenchmarkId::from_parameter(site.nodes), |b| {
            b.iter(|| {
                serial += 1;
                let serial = serial.to_string();
                let document = stages::edited(&site.design, "compute-000003", &serial);
                document.map(|document| kept.update(Changes::new().put(document)))
            });
        });
    }
}

fn read(mut group: Group<'_>, sites: &[Site]) {
    for site in sites {
        group.throughput(Throughput::Bytes(stages::bytes(&site.files)));
        group.bench_function(BenchmarkId::new("events", site.nodes), |b| {
            b.iter(|| stages::events(black_box(&site.files)));
        });
        group.bench_function(BenchmarkId::new("documents", site.nodes), |b| {
            b.iter_with_large_drop(|| stages::read(black_box(&site.files)));
        });
    }
}

fn resolve(mut group: Group<'_>, sites: &[Site]) {
    for site in sites {
        group.throughput(Throughput::Elements(site.nodes as u64));
        group.bench_function(BenchmarkId::from_parameter(site.nodes), |b| {
            b.iter_with_large_drop(|| stages::resolve(black_box(&site.snapshot)));
        });
    }
}

/// Resolving writes no history down; it is worked out again for what somebody asks about, here all of one node.
fn explain(mut group: Group<'_>, sites: &[Site]) {
    for site in sites {
        let field = FieldPath::root();
        let node = || Explanation::of(&site.design, black_box("compute-000003"), &field);
        assert!(node().is_ok(), "a node of every site has fields");
        group.bench_function(BenchmarkId::from_parameter(site.nodes), |b| b.iter(node));
    }
}

fn validate(mut group: Group<'_>, sites: &[Site]) {
    let rules = RuleSet::standard();
    for site in sites {
        group.throughput(Throughput::Elements(site.nodes as u64));
        group.bench_function(BenchmarkId::from_parameter(site.nodes), |b| {
            b.iter(|| rules.validate(black_box(&site.design)));
        });
    }
}

fn plan(mut group: Group<'_>, sites: &[Site]) {
    let drivers = stages::drivers();
    for site in sites {
        // Without a runtime there is nothing to plan on.
        let Ok(seen) = stages::observe(&site.design, &drivers) else {
            return;
        };
        group.throughput(Throughput::Elements(site.nodes as u64));
        group.bench_function(BenchmarkId::from_parameter(site.nodes), |b| {
            b.iter_with_large_drop(|| stages::plan(black_box(&site.design), &drivers, &seen));
        });
    }
}

type Group<'c> = BenchmarkGroup<'c, WallTime>;

/// Few samples, so that all of it ends in less than three minutes.
fn quick<'c>(criterion: &'c mut Criterion, name: &str) -> Group<'c> {
    let mut group = criterion.benchmark_group(name);
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    group
}

criterion_group!(benches, pipeline);
criterion_main!(benches);
