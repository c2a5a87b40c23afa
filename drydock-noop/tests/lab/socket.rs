//! The socket's file: one lab a file, and what is left of the dead is no hindrance.

use crate::{path, serve, site};
use drydock_noop::{
    SimulatedSite,
    lab::{Site, Socket},
};
use std::{fs, io::ErrorKind, os::unix::net::UnixListener};

#[tokio::test]
async fn a_second_lab_at_the_same_socket_is_refused_and_the_first_goes_on() {
    let design = site::design();
    let lab = serve(SimulatedSite::new(&design), &design).await;
    let error = Socket::bind(&lab.path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert_eq!(
        error.to_string(),
        format!(
            "{}: another lab serves here; end it, or name another file",
            lab.path.display()
        )
    );
    assert_eq!(lab.site.nodes().await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_file_of_a_dead_lab_is_replaced_and_ones_own_removed() {
    let path = path();
    // Nobody removes it: that is how a killed one leaves it.
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let socket = Socket::bind(&path).unwrap();
    assert_eq!(socket.path(), path);
    drop(socket);
    assert!(!path.exists());
}

#[tokio::test]
async fn the_file_of_a_successor_is_left_alone() {
    let path = path();
    let first = Socket::bind(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let second = Socket::bind(&path).unwrap();
    drop(first);
    assert!(path.exists());
    drop(second);
    assert!(!path.exists());
}

#[tokio::test]
async fn what_is_no_socket_is_left_alone() {
    let path = path();
    fs::write(&path, "precious").unwrap();
    let error = Socket::bind(&path).unwrap_err();
    assert!(
        error.to_string().contains("something else than a socket"),
        "{error}"
    );
    let error = Site::connect(&path).await.unwrap_err();
    assert!(error.to_string().contains("no lab answers at"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    fs::remove_file(&path).unwrap();
    let error = Socket::bind("/absent/lab.sock").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("/absent/lab.sock: a lab cannot listen here: "),
        "{error}"
    );
    let long = std::env::temp_dir().join("x".repeat(200));
    let error = Socket::bind(&long).unwrap_err();
    assert!(
        error.to_string().contains("a lab cannot listen here"),
        "{error}"
    );
}

/// Of labs that start at once on what a dead one has left, one listens.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_labs_that_start_at_once_one_listens() {
    for _ in 0..50 {
        let path = path();
        drop(UnixListener::bind(&path).unwrap());
        let starts: Vec<_> = (0..4)
            .map(|_| {
                let path = path.clone();
                tokio::spawn(async move { Socket::bind(path) })
            })
            .collect();
        let mut sockets = Vec::new();
        for start in starts {
            sockets.extend(start.await.unwrap());
        }
        assert_eq!(sockets.len(), 1);
        assert!(path.exists());
    }
}
