//! A network that falls silent or breaks, at the worst moments.

use crate::{
    HANGS,
    lab::{Lab, until},
};
use drydock_core::state::{Batch, StateError, StateStore};
use drydock_store::{PostgresOptions, PostgresStore};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UnixStream},
    time::timeout,
};

/// Passes bytes on between clients and the database, until its answers are held back.
struct Wire {
    port: u16,
    /// How many connections were made.
    made: Arc<AtomicUsize>,
    /// This many of the first connections are silent.
    silent: Arc<AtomicUsize>,
}

impl Wire {
    async fn to(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Self {
            port: listener.local_addr().unwrap().port(),
            made: Arc::default(),
            silent: Arc::default(),
        };
        let (made, silent) = (wire.made.clone(), wire.silent.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = made.fetch_add(1, Ordering::Relaxed);
                let silent = silent.clone();
                let database = UnixStream::connect(&socket).await.unwrap();
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_database, mut to_database) = database.into_split();
                tokio::spawn(
                    async move { tokio::io::copy(&mut from_client, &mut to_database).await },
                );
                tokio::spawn(async move {
                    let mut bytes = vec![0; 65536];
                    while let Ok(length @ 1..) = from_database.read(&mut bytes).await {
                        while number < silent.load(Ordering::Relaxed) {
                            tokio::time::sleep(Duration::from_millis(10)).await;
                        }
                        if to_client.write_all(&bytes[..length]).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        wire
    }

    /// Holds back what the database answers on the connections there are, and on new ones not.
    fn silence_these(&self) {
        let made = self.made.load(Ordering::Relaxed);
        self.silent.store(made, Ordering::Relaxed);
    }

    fn silence_all(&self) {
        self.silent.store(usize::MAX, Ordering::Relaxed);
    }

    fn silence_none(&self) {
        self.silent.store(0, Ordering::Relaxed);
    }

    async fn store(&self, options: PostgresOptions) -> PostgresStore {
        let url = format!("postgres://drydock@127.0.0.1:{}/postgres", self.port);
        PostgresStore::connect_with(&url, options).await.unwrap()
    }
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_may_have_been() {
    let Some(lab) = Lab::new().await else { return };
    let wire = Wire::to(lab.cluster.socket()).await;
    let store = wire
        .store(lab.options().patience(Duration::from_millis(300)))
        .await;
    store.commit(Batch::new().put("k", "1")).await.unwrap();
    wire.silence_all();
    let began = Instant::now();
    match store.commit(Batch::new().put("k", "2")).await {
        Err(StateError::Unavailable(reason)) => {
            assert!(
                reason.contains("may have been: read what is there"),
                "{reason}"
            );
        }
        other => panic!("{other:?}"),
    }
    let gone = store.get("k").await;
    assert!(matches!(gone, Err(StateError::Unavailable(_))), "{gone:?}");
    assert!(began.elapsed() < HANGS);
    wire.silence_none();
    // It did happen, once.
    assert_eq!(store.get("k").await.unwrap().unwrap().value, b"2");
    store.commit(Batch::new().put("k", "3")).await.unwrap();
    assert_eq!(
        lab.store()
            .await
            .changes(Default::default())
            .await
            .unwrap()
            .len(),
        3
    );
}

/// Whoever gives up a question leaves a connection behind on which its answer may still come: nobody else is lent it.
#[tokio::test]
async fn a_connection_with_a_question_under_way_is_not_lent_again() {
    let Some(lab) = Lab::new().await else { return };
    let wire = Wire::to(lab.cluster.socket()).await;
    let options = lab.options().connections(1).patience(HANGS / 4);
    let store = wire.store(options).await;
    store.commit(Batch::new().put("k", "v")).await.unwrap();
    wire.silence_these();
    // Soon enough that the connection counts as fresh and is not asked for a sign of life.
    let given_up = timeout(Duration::from_millis(100), store.get("k")).await;
    assert!(given_up.is_err(), "{given_up:?}");
    assert_eq!(store.get("k").await.unwrap().unwrap().value, b"v");
}

#[tokio::test]
async fn a_place_that_accepts_and_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "postgres://u@127.0.0.1:{}/d",
        listener.local_addr().unwrap().port()
    );
    let options = PostgresOptions::default().patience(Duration::from_millis(300));
    let began = Instant::now();
    let error = PostgresStore::connect_with(&url, options)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("no connection within 300ms"),
        "{error}"
    );
    assert!(began.elapsed() < HANGS);
}

/// An administrator ends all connections: reads go on at once, and so do commits that were not under way.
#[tokio::test]
async fn connections_that_were_ended_are_replaced() {
    let Some(lab) = Lab::new().await else { return };
    let name = format!("store of {}", lab.schema);
    let url = format!(
        "{}?application_name={}",
        lab.cluster.url(),
        name.replace(' ', "%20")
    );
    let store = PostgresStore::connect_with(&url, lab.options())
        .await
        .unwrap();
    store.commit(Batch::new().put("k", "v")).await.unwrap();
    let count = format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}'");
    for _ in 0..5 {
        assert_eq!(store.get("k").await.unwrap().unwrap().value, b"v");
        assert!(lab.number(&count).await > 0);
        lab.sql(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'"))
            .await;
        assert_eq!(store.get("k").await.unwrap().unwrap().value, b"v");
    }
    // With the store they end for good.
    drop(store);
    until("the connections end", async || {
        lab.number(&count).await == 0
    })
    .await;
}
