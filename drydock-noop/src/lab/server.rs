//! `[io]` The lab's side: takes clients in, each in a task of its own.

use super::{Socket, conversation::converse};
use crate::simulated::SimulatedSite;
use drydock_core::resolve::ResolvedDesign;
use std::{
    convert::Infallible,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};
use tokio::task::JoinSet;

/// How long to leave the system alone that cannot take in one more client.
const PAUSE: Duration = Duration::from_millis(50);

/// A simulated site and how it is served.
#[derive(Debug)]
pub struct Lab {
    pub(super) site: SimulatedSite,
    pub(super) design: Arc<ResolvedDesign>,
    pub(super) slow: Duration,
    pub(super) under_way: AtomicU64,
    pub(super) abandoned: AtomicU64,
    pub(super) not_understood: AtomicU64,
}

impl Lab {
    /// The site of this design.
    pub fn new(site: SimulatedSite, design: Arc<ResolvedDesign>) -> Self {
        Self {
            site,
            design,
            slow: Duration::ZERO,
            under_way: AtomicU64::new(0),
            abandoned: AtomicU64::new(0),
            not_understood: AtomicU64::new(0),
        }
    }

    /// Every call of a driver takes so long: half of it before anything happens, half of it until the answer comes.
    #[must_use]
    pub fn slow(mut self, time: Duration) -> Self {
        self.slow = time;
        self
    }

    /// Answers clients until this is dropped, and with it every conversation.
    pub async fn serve(self, socket: Socket) -> Infallible {
        let lab = Arc::new(self);
        let mut conversations = JoinSet::new();
        loop {
            match socket.listener.accept().await {
                Ok((stream, _)) => {
                    conversations.spawn(converse(lab.clone(), stream));
                }
                // Such as too many open files: others end first.
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
            while conversations.try_join_next().is_some() {}
        }
    }
}

/// Serves a site at a socket until this is dropped: [`Lab::serve`] with everything as it is by default.
pub async fn serve(site: SimulatedSite, design: Arc<ResolvedDesign>, socket: Socket) -> Infallible {
    Lab::new(site, design).serve(socket).await
}
