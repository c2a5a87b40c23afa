//! `[io]` The simulated site as a process of its own: a lab. It outlives the orchestrator that works on it, so that one can be
//! killed, stopped or fenced out while the world goes on, as with real machines.
//!
//! [`serve`] answers drivers and people over a Unix socket; [`Site::connect`] gives drivers that ask there. What is pure
//! (names, `supports`, `differences`) the clients answer themselves, as the simulated drivers do. Both sides load the
//! same design: machines are named over the socket, not sent, and a call for a machine that another design describes is
//! refused.
//!
//! A connection is lines of JSON. The lab greets with `{"drydock-lab":1,...}`; the first line of the client is
//! `{"drydock-lab":1}`, and each line after it a call, answered by one line, `{"ok":...}` or `{"error":...}`, before the
//! next one is taken. A client that goes away in the middle of a call no longer waits for its answer; what the call asks
//! for is done all the same. With a shell:
//!
//! ```text
//! { echo '{"drydock-lab":1}'; echo '{"call":"nodes"}'; sleep 1; } | socat - UNIX-CONNECT:lab.sock
//! ```
//!
//! ```
//! use drydock_core::resolve::ResolvedDesign;
//! use drydock_noop::{SimulatedSite, lab::{self, Site, Socket}};
//! use std::sync::Arc;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let path = std::env::temp_dir().join(format!("lab-doc-{}.sock", std::process::id()));
//! let design = Arc::new(ResolvedDesign::default());
//! let socket = Socket::bind(&path).unwrap();
//! tokio::spawn(lab::serve(SimulatedSite::new(&design), design, socket));
//!
//! let site = Site::connect(&path).await.unwrap();
//! assert_eq!(site.server_driver().name(), "simulated-server");
//! assert!(site.nodes().await.unwrap().is_empty() && site.violations().await.unwrap().is_empty());
//! # });
//! ```

mod calls;
mod conversation;
mod drivers;
mod lines;
mod link;
mod server;
mod site;
mod socket;
mod wire;

pub use server::{Lab, serve};
pub use site::Site;
pub use socket::Socket;
pub use wire::{Counts, VERSION};
