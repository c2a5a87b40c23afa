//! A lab: the simulated site over a socket behaves as the one in memory does, whatever its clients do.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod broken;
mod conformance;
mod hostile;
mod runs;
#[path = "../site/mod.rs"]
mod site;
mod socket;
mod vanishing;

use drydock_core::resolve::{ResolvedDesign, ResolvedNode};
use drydock_noop::{
    SimulatedSite,
    lab::{Lab, Site, Socket},
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use tokio::task::JoinHandle;

/// A path for a socket that no other test has.
pub(crate) fn path() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("drydock-lab-{}-{n}.sock", std::process::id()))
}

/// A lab in this process, ended with this.
pub(crate) struct Served {
    /// The world, behind the lab's back.
    pub(crate) world: SimulatedSite,
    pub(crate) path: PathBuf,
    pub(crate) site: Site,
    task: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) async fn serve(world: SimulatedSite, design: &ResolvedDesign) -> Served {
    serve_as(world, design, |lab| lab).await
}

pub(crate) async fn serve_as(
    world: SimulatedSite,
    design: &ResolvedDesign,
    set_up: impl FnOnce(Lab) -> Lab,
) -> Served {
    let path = path();
    let socket = Socket::bind(&path).unwrap();
    let lab = set_up(Lab::new(world.clone(), Arc::new(design.clone())));
    let task = tokio::spawn(async move { match lab.serve(socket).await {} });
    let site = Site::connect(&path).await.unwrap();
    Served {
        world,
        path,
        site,
        task,
    }
}

/// The nodes of the small site, each after those it depends on.
pub(crate) fn nodes(design: &ResolvedDesign) -> Vec<Arc<ResolvedNode>> {
    ["control", "compute1", "compute2"]
        .map(|name| design.nodes[name].clone())
        .to_vec()
}
