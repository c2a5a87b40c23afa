//! Labs that break, are of another version or are none: what drivers make of it.

use crate::{nodes, path, site};
use drydock_core::driver::{
    Context, ErrorKind, NetworkAction, NetworkObservation, NetworkTarget, PowerAction,
    ServerAction, ServerObservation,
};
use drydock_noop::lab::Site;
use std::path::{Path, PathBuf};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::UnixListener,
    task::JoinHandle,
};

/// What listens at a socket: it says this at once, hears so many lines, says that, and hangs up.
fn listens(
    greeting: &'static str,
    lines: usize,
    answer: &'static str,
) -> (PathBuf, JoinHandle<()>) {
    let path = path();
    let listener = UnixListener::bind(&path).unwrap();
    let task = tokio::spawn(async move {
        let mut is_first = true;
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            // The first one is that of `Site::connect`.
            let greeting = if is_first { GREETING } else { greeting };
            is_first = false;
            let _ = stream.write_all(greeting.as_bytes()).await;
            let mut line = String::new();
            for _ in 0..lines {
                let _ = stream.read_line(&mut line).await;
            }
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (path, task)
}

const GREETING: &str = "{\"drydock-lab\":1}\n";

/// The errors of each kind of call: of those that look, then of those that change something.
async fn errors(path: &Path) -> (Vec<(ErrorKind, String)>, Vec<(ErrorKind, String)>) {
    let design = site::design();
    let site = Site::connect(path).await.unwrap();
    let (cx, nodes) = (Context::detached("r/1"), nodes(&design));
    let network = NetworkTarget::Network(design.networks["pxe"].clone());
    let (server, networks, oob) = (
        site.server_driver(),
        site.network_driver(),
        site.oob_driver(),
    );
    let mut looks = vec![
        server.catalog(&cx).await.unwrap_err(),
        server.unclaimed(&cx, &nodes).await.unwrap_err(),
    ];
    let seen = server.observe(&cx, &nodes).await;
    assert_eq!(seen.len(), nodes.len());
    for (node, seen) in nodes.iter().zip(seen) {
        let error = seen.unwrap_err();
        assert!(error.to_string().starts_with(&format!("{}: ", node.name)));
        looks.push(error);
    }
    looks.extend(
        oob.observe(&cx, &nodes)
            .await
            .into_iter()
            .filter_map(Result::err),
    );
    let seen = networks.observe(&cx, std::slice::from_ref(&network)).await;
    looks.extend(seen.into_iter().filter_map(Result::err));
    assert_eq!(looks.len(), 2 + 3 + 3 + 1);
    let (node, nothing) = (&nodes[0], ServerObservation::default());
    let ensure = NetworkAction::Ensure;
    let of_network = NetworkObservation::default();
    let changes = vec![
        server
            .apply(&cx, node, ServerAction::Deploy, &nothing)
            .await
            .unwrap_err(),
        networks
            .apply(&cx, &network, ensure, &of_network)
            .await
            .unwrap_err(),
        oob.set_power(&cx, node, PowerAction::On).await.unwrap_err(),
    ];
    for (error, target) in changes.iter().zip(["control", "pxe", "control"]) {
        assert!(
            error.to_string().starts_with(&format!("{target}: ")),
            "{error}"
        );
    }
    let told = |errors: Vec<drydock_core::DriverError>| {
        let told = errors
            .into_iter()
            .map(|error| (error.kind(), error.to_string()));
        told.collect()
    };
    (told(looks), told(changes))
}

async fn are(path: &Path, look: ErrorKind, change: ErrorKind, words: &str) {
    let (looks, changes) = errors(path).await;
    for (errors, expected) in [(looks, look), (changes, change)] {
        for (kind, message) in errors {
            assert_eq!(kind, expected, "{message}");
            assert!(message.contains(words), "{message}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_call_leaves_open_what_happened() {
    let (path, _task) = listens(GREETING, 2, "");
    let (look, change) = (ErrorKind::Unavailable, ErrorKind::Indeterminate);
    are(&path, look, change, "broke").await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_is_none_leaves_it_open_as_well() {
    let (look, change) = (ErrorKind::Unavailable, ErrorKind::Indeterminate);
    for answer in [
        "{\"ok\":\"don",
        "{}\n",
        "\n",
        "[1, 2\n",
        "{\"ok\":{\"x\":1}}\n",
        "\u{0}\n",
    ] {
        let (path, _task) = listens(GREETING, 2, answer);
        are(&path, look, change, "broke").await;
    }
}

#[tokio::test]
async fn a_lab_that_goes_away_before_it_greets_has_heard_nothing() {
    let (path, _task) = listens("", 0, "");
    let none = ErrorKind::Unavailable;
    are(&path, none, none, "no lab answers at").await;
}

#[tokio::test]
async fn no_lab_at_all_is_unavailable() {
    let (path, task) = listens(GREETING, 0, "");
    let design = site::design();
    let site = Site::connect(&path).await.unwrap();
    task.abort();
    let _ = task.await;
    let cx = Context::detached("r/1");
    let call = site.oob_driver();
    let call = call.set_power(&cx, &design.nodes["control"], PowerAction::On);
    let error = call.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let there = path.display();
    let begins = format!("control: no lab answers at {there}: ");
    assert!(error.to_string().starts_with(&begins), "{error}");
    std::fs::remove_file(&path).unwrap();
    let error = Site::connect(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
}

#[tokio::test]
async fn another_version_and_what_is_no_lab_are_refused_before_anything_is_asked() {
    for (greeting, words) in [
        (
            "{\"drydock-lab\":2}\n",
            "it speaks version 2, and this program 1",
        ),
        (
            "220 mail.example.org ESMTP\n",
            "what listens there is no lab",
        ),
        ("{}\n", "what listens there is no lab"),
    ] {
        let (path, _task) = listens(greeting, 0, "");
        are(&path, ErrorKind::Rejected, ErrorKind::Rejected, words).await;
    }
    // So that nothing is asked of what never says anything but fills the memory.
    let path = path();
    let listener = UnixListener::bind(&path).unwrap();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard).await;
        heard
    });
    let error = Site::connect(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(task.await.unwrap(), [] as [u8; 0]);
}
