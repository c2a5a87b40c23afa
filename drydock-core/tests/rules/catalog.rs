//! DD3001: images and kernels, held against what drivers offer.

use super::{HOSTS, R1, damaged};
use crate::support;
use drydock_core::{
    Context, Design, DriverError, Drivers, ErrorKind, Orchestrator, Progress, Selector,
    ServerDriver, async_trait,
    driver::{Change, ServerAction, ServerObservation, UnclaimedServer, Unsupported},
    execute::Policy,
    model::Catalog,
    names::DriverName,
    resolve::{Allocations, Catalogs, ResolvedNode},
    testing::fixture,
    validate::RuleSet,
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Barrier, time::Instant};

/// A driver that has nothing but a name and an answer for who asks for its catalog.
#[derive(Debug)]
struct Offers(&'static str, Answer);

#[derive(Debug)]
enum Answer {
    Catalog(Catalog),
    /// When the others that wait for it are asked as well.
    Together(Arc<Barrier>, Catalog),
    Refusal,
    Silence,
    Panic,
}

#[async_trait]
impl ServerDriver for Offers {
    fn name(&self) -> &str {
        self.0
    }
    async fn catalog(&self, _: &Context) -> Result<Catalog, DriverError> {
        match &self.1 {
            Answer::Catalog(catalog) => Ok(catalog.clone()),
            Answer::Together(others, catalog) => {
                others.wait().await;
                Ok(catalog.clone())
            }
            Answer::Refusal => Err(DriverError::new(ErrorKind::Rejected, "not today")),
            Answer::Silence => std::future::pending().await,
            Answer::Panic => panic!("a driver's bug"),
        }
    }
    fn supports(&self, _: &ResolvedNode, _: ServerAction) -> Result<(), Unsupported> {
        Ok(())
    }
    async fn observe(
        &self,
        _: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<ServerObservation, DriverError>> {
        nodes
            .iter()
            .map(|_| Err(DriverError::new(ErrorKind::Rejected, "blind")))
            .collect()
    }
    async fn unclaimed(
        &self,
        _: &Context,
        _: &[Arc<ResolvedNode>],
    ) -> Result<Vec<UnclaimedServer>, DriverError> {
        Ok(Vec::new())
    }
    fn differences(&self, _: &ResolvedNode, _: &ServerObservation) -> Vec<Change> {
        Vec::new()
    }
    async fn apply(
        &self,
        _: &Context,
        _: &ResolvedNode,
        _: ServerAction,
        _: &ServerObservation,
    ) -> Result<Progress, DriverError> {
        Ok(Progress::Done)
    }
}

fn catalog(images: &[(&str, &[&str])]) -> Catalog {
    let kernels = |kernels: &[&str]| kernels.iter().map(|&kernel| kernel.into()).collect();
    Catalog::new(
        images
            .iter()
            .map(|(image, of_image)| ((*image).into(), kernels(of_image))),
    )
}

fn drivers(of: Vec<(&str, Offers)>) -> Drivers {
    of.into_iter()
        .fold(Drivers::new(), |drivers, (nodes, driver)| {
            drivers.server(nodes.parse::<Selector>().unwrap(), Arc::new(driver))
        })
}

/// What is found in the site with these changes, and each help.
fn found(changes: &[(&str, &str, &str)], drivers: &Drivers, catalogs: &Catalogs) -> Vec<String> {
    let files = damaged(changes);
    let snapshot = fixture::snapshot(&support::borrowed(&files));
    let rules = RuleSet::standard().with_catalogs(drivers.clone(), catalogs.clone());
    let design = Design::of(&snapshot, &rules, &Allocations::default());
    let lines = fixture::lines(&design.diagnostics, &design.resolved);
    let helps = design
        .diagnostics
        .iter()
        .map(|d| d.help.clone().unwrap_or_default());
    lines
        .lines()
        .zip(helps)
        .map(|(line, help)| format!("{line}: {help}"))
        .collect()
}

#[tokio::test]
async fn the_orchestrator_asks_every_driver_for_its_catalog() {
    let offered = catalog(&[("noble", &["ga-24.04"])]);
    let drivers = drivers(vec![
        (
            "role=gateway",
            Offers("rack", Answer::Catalog(offered.clone())),
        ),
        (
            "role=control",
            Offers("rack", Answer::Catalog(offered.clone())),
        ),
        ("role in (compute,storage)", Offers("down", Answer::Refusal)),
    ]);
    let answers = Orchestrator::new(drivers.clone()).catalogs().await;
    let names: Vec<&str> = answers.keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["down", "rack"]);
    let catalogs: Catalogs = answers
        .into_iter()
        .filter_map(|(name, answer)| Some((name, answer.ok()?)))
        .collect();
    assert_eq!(catalogs["rack"], offered);
    // One note for all nodes of the driver that did not answer.
    assert_eq!(
        found(&[], &drivers, &catalogs),
        [
            "note[DD3001] (not written) server driver `down` has given no catalog, so image and kernel of its 8 nodes are not checked: see that the driver can be asked, then validate again"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn drivers_are_asked_for_catalogs_at_once_and_not_for_ever() {
    let offered = catalog(&[("noble", &["ga-24.04"])]);
    let both = Arc::new(Barrier::new(2));
    let together = || Answer::Together(both.clone(), offered.clone());
    let drivers = drivers(vec![
        ("role=gateway", Offers("left", together())),
        ("role=control", Offers("right", together())),
        ("role=compute", Offers("silent", Answer::Silence)),
        ("role=storage", Offers("buggy", Answer::Panic)),
        ("role=edge", Offers("mute", Answer::Silence)),
    ]);
    let mut policy = Policy::default();
    policy.call_limit = Duration::from_secs(30);
    let begun = Instant::now();
    let answers = Orchestrator::new(drivers).policy(policy).catalogs().await;
    assert_eq!(begun.elapsed().as_secs(), 30);
    let said = |(name, answer): (&DriverName, &Result<Catalog, DriverError>)| match answer {
        Ok(catalog) => format!("{name}: {}", *catalog == offered),
        Err(error) => format!("{name}: {} ({error})", error.kind()),
    };
    assert_eq!(
        answers.iter().map(said).collect::<Vec<_>>(),
        [
            "buggy: internal error (driver buggy, asked for its catalog, panicked; this is a bug in the driver)",
            "left: true",
            "mute: unavailable (driver mute, asked for its catalog, gave no answer within 30 s)",
            "right: true",
            "silent: unavailable (driver silent, asked for its catalog, gave no answer within 30 s)",
        ]
    );
}

#[test]
fn an_image_that_is_not_offered_is_told_with_what_was_meant() {
    let drivers = drivers(vec![("", Offers("rack", Answer::Refusal))]);
    let catalogs = |images: &[(&str, &[&str])]| Catalogs::from([("rack".into(), catalog(images))]);
    let noble = catalogs(&[
        ("noble", &["ga-24.04", "hwe-24.04"]),
        ("jammy", &["ga-22.04"]),
    ]);
    assert_eq!(found(&[], &drivers, &noble), [""; 0]);
    // Through the profile that all nodes inherit: one finding.
    assert_eq!(
        found(&[(HOSTS, "image: noble", "image: nobel")], &drivers, &noble),
        [
            "error[DD3001] profiles/hosts.yaml:45:12 BaremetalNode compute-1: server driver `rack` has no image `nobel` (and 11 more with the same cause): did you mean `noble`?"
        ]
    );
    let own = "serial: HC32-4011\n  platform: {kernel: ga-22.04}";
    assert_eq!(
        found(&[(R1, "serial: HC32-4011", own)], &drivers, &noble),
        [
            "error[DD3001] formation/nodes-r1.yaml:11:22 BaremetalNode control-1: server driver `rack` has no kernel `ga-22.04` for image `noble`: did you mean `ga-24.04`?"
        ]
    );
    assert_eq!(
        found(
            &[(HOSTS, "kernel: ga-24.04", "kernel: lowlatency")],
            &drivers,
            &noble
        ),
        [
            "error[DD3001] profiles/hosts.yaml:46:13 BaremetalNode compute-1: server driver `rack` has no kernel `lowlatency` for image `noble` (and 11 more with the same cause): it offers ga-24.04, hwe-24.04"
        ]
    );
    assert_eq!(
        found(
            &[(HOSTS, "image: noble", "image: centos")],
            &drivers,
            &catalogs(&[])
        ),
        [
            "error[DD3001] profiles/hosts.yaml:45:12 BaremetalNode compute-1: server driver `rack` has no image `centos` (and 11 more with the same cause): it offers none"
        ]
    );
}

#[test]
fn what_is_not_written_or_not_understood_is_not_judged() {
    let drivers = drivers(vec![("", Offers("rack", Answer::Refusal))]);
    let none = Catalogs::from([("rack".into(), catalog(&[("noble", &["ga-24.04"])]))]);
    assert_eq!(
        found(&[(HOSTS, "    image: noble\n", "")], &drivers, &none),
        [""; 0]
    );
    let lines = found(
        &[(HOSTS, "image: noble", "image: [noble]")],
        &drivers,
        &none,
    );
    assert!(
        lines.len() == 1 && lines[0].starts_with("error[DD0006]"),
        "{lines:?}"
    );
}
