//! A lab and a database: what the processes of a test share.

use super::process::{HANGS, Process};
use crate::{
    Folder,
    cluster::Cluster,
    lab::Lab,
    sound::{self, is_sound},
};
use drydock_noop::lab::{self, Counts};
use drydock_store::PostgresStore;
use serde_json::json;
use std::{
    sync::{LazyLock, mpsc::Sender},
    thread,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

/// How long leases hold, in seconds, the shortest that there are: every takeover takes half as long again and a second.
const LEASE: &str = "3";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// What is asked of a lab.
#[derive(Clone)]
pub(crate) struct Site(lab::Site, String);

impl Site {
    pub(crate) fn socket(&self) -> &str {
        &self.1
    }

    /// Lets time pass at the site; whether there still is one.
    pub(crate) fn pass(&self, time: Duration) -> bool {
        RUNTIME.block_on(self.0.advance(time)).is_ok()
    }

    pub(crate) fn counts(&self) -> Counts {
        RUNTIME.block_on(self.0.counts()).unwrap()
    }
}

/// A lab and a database of its own.
pub(crate) struct Shared {
    pub(crate) site: Site,
    pub(crate) url: String,
    // Ended before its folder goes.
    _lab: Lab,
    _folder: Folder,
}

impl Shared {
    /// Of this name, which no other has in the cluster.
    pub(crate) fn new(cluster: &Cluster, name: &str, lab: &[&str]) -> Self {
        let folder = Folder::new(name);
        let lab = Lab::start(&folder, lab);
        let socket = lab.socket.clone();
        let site = RUNTIME.block_on(lab::Site::connect(&socket)).unwrap();
        Self {
            site: Site(site, socket),
            url: cluster.database(&name.replace('-', "_")),
            _lab: lab,
            _folder: folder,
        }
    }

    /// A process of `deploy`.
    pub(crate) fn deploy(&self, more: &[&str]) -> Process {
        Process::start(&self.site, &[&self.arguments()[..], more].concat())
    }

    /// One that stands when it has planned, as nobody reads its plan until the sender is dropped.
    pub(crate) fn unread(&self) -> (Process, Sender<()>) {
        Process::read_later(&self.site, &self.arguments())
    }

    fn arguments(&self) -> [&str; 4] {
        ["--postgres", &self.url, "--lease-seconds", LEASE]
    }

    /// Waits until no call is under way, and gives what the lab has counted.
    pub(crate) fn quiet(&self) -> Counts {
        let began = Instant::now();
        loop {
            let counts = self.site.counts();
            if counts.under_way == 0 {
                return counts;
            }
            assert!(began.elapsed() < HANGS, "{counts:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The world is as designed, nobody did what should not be done, nothing was done twice, and the journal of the only
    /// run is that of a run which nobody disturbed.
    pub(crate) fn is_sound(&self) {
        RUNTIME.block_on(async {
            let Site(site, socket) = &self.site;
            let world = json!({
                "event": "world",
                "nodes": site.nodes().await.unwrap(),
                "deviations": site.as_designed().await.unwrap(),
                "violations": site.violations().await.unwrap(),
            });
            is_sound(socket, &world).await;
            let store = PostgresStore::connect(&self.url).await.unwrap();
            let left = sound::left(&store).await;
            let [left] = left.as_slice() else {
                panic!("{} runs", left.len());
            };
            left.is_in_order();
            assert_eq!(
                left.facts().len(),
                2 * left.plan.steps.len(),
                "each started and done"
            );
        });
    }
}
