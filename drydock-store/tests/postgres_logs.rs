//! No log, of ours or of what we stand on, has the database's password. Everything is logged here, so this is a program
//! of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cluster;

use drydock_core::{
    state::{Batch, StateRevision, StateStore},
    testing::canary::Canary,
};
use drydock_store::{PostgresOptions, PostgresStore};
use std::{
    fmt::{Debug, Write},
    sync::Mutex,
    time::Duration,
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

const PASSWORD: &str = "KanarienvogelAchtzehn";

static LOGGED: Mutex<String> = Mutex::new(String::new());

/// Keeps all that is logged, by either way.
struct Everything;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let mut line = Line(attributes.metadata().name().into());
        attributes.record(&mut line);
        keep(&line.0);
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        keep(&line.0);
    }
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().target().into());
        event.record(&mut line);
        keep(&line.0);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

impl log::Log for Everything {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }
    fn log(&self, record: &log::Record<'_>) {
        keep(&format!("{} {}", record.target(), record.args()));
    }
    fn flush(&self) {}
}

fn keep(line: &str) {
    let mut logged = LOGGED.lock().unwrap();
    logged.push_str(line);
    logged.push('\n');
}

#[tokio::test]
async fn no_log_has_the_password() {
    let Some(cluster) = cluster::shared() else {
        return;
    };
    tracing::subscriber::set_global_default(Everything).unwrap();
    log::set_logger(&Everything).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let (admin, connection) = tokio_postgres::connect(&cluster.url(), tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    // The other password is set first, and the canary by the one statement that is not logged: it would be found there.
    let set = async |password: &str| {
        log::set_max_level(log::LevelFilter::Off);
        let sql = format!("ALTER ROLE guarded PASSWORD '{password}'");
        admin.batch_execute(&sql).await.unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    };
    admin
        .batch_execute("CREATE ROLE guarded LOGIN; GRANT CREATE ON DATABASE postgres TO guarded")
        .await
        .unwrap();
    set("another").await;
    let url = cluster.url_of(&format!("guarded:{PASSWORD}"));
    let options = PostgresOptions::default()
        .poll_pause(Duration::from_millis(50))
        .patience(Duration::from_secs(5));
    PostgresStore::connect_with(&url, options.clone())
        .await
        .unwrap_err();
    set(PASSWORD).await;
    let store = PostgresStore::connect_with(&url, options).await.unwrap();
    let last = store.commit(Batch::new().put("k", "v")).await.unwrap();
    store
        .changed(last, Duration::from_millis(200))
        .await
        .unwrap();
    // Every connection ends, and is made anew with the password.
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'guarded'";
    admin.batch_execute(end).await.unwrap();
    store
        .changed(last, Duration::from_millis(400))
        .await
        .unwrap();
    store.changes(StateRevision(0)).await.unwrap();
    set("another").await;
    admin.batch_execute(end).await.unwrap();
    store.get("k").await.unwrap_err();
    // Both ways of logging arrive here, so the search is in something.
    for said in ["executing statement", "not told of changes"] {
        let is_there = || LOGGED.lock().unwrap().contains(said);
        for _ in 0..400 {
            if is_there() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert!(is_there(), "{said} was not logged");
    }
    let logged = LOGGED.lock().unwrap();
    assert_eq!(Canary::new(PASSWORD).found_in(&logged), None);
}
