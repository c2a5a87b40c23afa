//! What the database or the schema does not allow: clear errors, none with the password, and nothing hangs.

use crate::{HANGS, cluster, lab::Lab};
use drydock_core::{
    state::{Batch, StateError, StateStore},
    testing::canary::Canary,
};
use drydock_store::{PostgresOptions, PostgresStore};
use std::time::{Duration, Instant};

const PASSWORD: &str = "KanarienvogelSiebzehn";

async fn refused(url: &str, options: PostgresOptions) -> String {
    let began = Instant::now();
    let error = PostgresStore::connect_with(url, options).await.unwrap_err();
    assert!(began.elapsed() < HANGS, "{error}");
    assert_eq!(
        Canary::new(PASSWORD).found_in(&format!("{error} {error:?}")),
        None
    );
    error.to_string()
}

#[track_caller]
fn says<T: std::fmt::Debug>(result: Result<T, StateError>, words: &[&str]) {
    let error = result.unwrap_err();
    let text = error.to_string();
    assert!(words.iter().all(|word| text.contains(word)), "{text}");
}

#[tokio::test]
async fn a_schema_of_somebody_else_is_left_alone() {
    let Some(lab) = Lab::new().await else { return };
    let schema = &lab.schema;
    let create = format!("CREATE SCHEMA {schema}; CREATE TABLE {schema}.history (id int)");
    lab.sql(&create).await;
    let error = refused(&lab.cluster.url(), lab.options()).await;
    let expected = format!(
        "schema {schema} holds tables that Drydock did not make (history): name another schema"
    );
    assert!(error.contains(&expected), "{error}");
    for format in [
        "format (id int)",
        "format (product text, version int, written_by text)",
    ] {
        lab.sql(&format!(
            "DROP TABLE IF EXISTS format; CREATE TABLE {format}"
        ))
        .await;
        let error = refused(&lab.cluster.url(), lab.options()).await;
        assert!(error.contains("did not make (format, history)"), "{error}");
    }
    lab.sql("INSERT INTO format VALUES ('other', 1, '1')").await;
    let error = refused(&lab.cluster.url(), lab.options()).await;
    assert!(error.contains("did not make"), "{error}");
    // Nothing was added to it.
    let tables = format!("SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}'");
    assert_eq!(lab.number(&tables).await, 2);
}

/// An empty schema that was made for us is as good as none.
#[tokio::test]
async fn a_user_who_may_make_no_schema_uses_one_that_was_made_for_it() {
    let Some(lab) = Lab::new().await else { return };
    lab.sql("CREATE ROLE tenant LOGIN").await;
    let url = lab.cluster.url_of("tenant");
    let error = refused(&url, lab.options()).await;
    assert!(
        error.contains("this user may not make it: have it made with CREATE SCHEMA"),
        "{error}"
    );
    lab.sql(&format!(
        "CREATE SCHEMA {} AUTHORIZATION tenant",
        lab.schema
    ))
    .await;
    let store = PostgresStore::connect_with(&url, lab.options())
        .await
        .unwrap();
    store.commit(Batch::new().put("k", "v")).await.unwrap();
}

#[tokio::test]
async fn a_newer_format_is_refused() {
    let Some(lab) = Lab::new().await else { return };
    lab.store().await;
    lab.sql("UPDATE format SET version = 99, written_by = '9.8.7'")
        .await;
    let error = refused(&lab.cluster.url(), lab.options()).await;
    assert!(
        error.contains("has format 99, made by Drydock 9.8.7; this one,"),
        "{error}"
    );
    assert!(
        error.contains("knows formats up to 1: use that version or a later one"),
        "{error}"
    );
}

#[tokio::test]
async fn missing_rights_are_told() {
    let Some(lab) = Lab::new().await else { return };
    lab.store()
        .await
        .commit(Batch::new().put("k", "v"))
        .await
        .unwrap();
    lab.sql("CREATE ROLE guest LOGIN").await;
    let url = lab.cluster.url_of("guest");
    let error = refused(&url, lab.options()).await;
    assert!(
        error.contains("may not be read: let this user own it"),
        "{error}"
    );
    let schema = &lab.schema;
    let grant = format!(
        "GRANT USAGE ON SCHEMA {schema} TO guest; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO guest"
    );
    lab.sql(&grant).await;
    let store = PostgresStore::connect_with(&url, lab.options())
        .await
        .unwrap();
    assert_eq!(store.get("k").await.unwrap().unwrap().value, b"v");
    let words = ["permission denied", "42501", "needs more rights"];
    says(
        store.commit(Batch::new()).await,
        &[&words[..], &["nothing was written"]].concat(),
    );
    says(
        store.acquire("l", "a", Duration::from_secs(1)).await,
        &words,
    );
}

#[tokio::test]
async fn a_database_that_is_read_only_is_read() {
    let Some(lab) = Lab::new().await else { return };
    lab.sql("CREATE ROLE reader LOGIN SUPERUSER; ALTER ROLE reader SET default_transaction_read_only = on").await;
    let url = lab.cluster.url_of("reader");
    let error = refused(&url, lab.options()).await;
    assert!(error.contains("read-only"), "{error}");
    lab.store()
        .await
        .commit(Batch::new().put("k", "v"))
        .await
        .unwrap();
    let store = PostgresStore::connect_with(&url, lab.options())
        .await
        .unwrap();
    assert_eq!(store.get("k").await.unwrap().unwrap().value, b"v");
    says(
        store.commit(Batch::new()).await,
        &[
            "25006",
            "connect to one that can be written",
            "nothing was written",
        ],
    );
    says(
        store.acquire("l", "a", Duration::from_secs(1)).await,
        &["read-only"],
    );
}

#[tokio::test]
async fn who_cannot_connect_is_told_why_without_the_password() {
    let Some(cluster) = cluster::shared() else {
        return;
    };
    let options = PostgresOptions::default().patience(Duration::from_secs(2));
    let lab = Lab::new().await.unwrap();
    lab.sql("CREATE ROLE guarded LOGIN PASSWORD 'another'")
        .await;
    let url = cluster.url_of(&format!("guarded:{PASSWORD}"));
    let error = refused(&url, options.clone()).await;
    assert!(
        error.contains("password authentication failed for user \"guarded\""),
        "{error}"
    );
    let user = format!("drydock:{PASSWORD}");
    let here = cluster.url_of(&user);
    for (url, words) in [
        (here.replace("/postgres", "/none"), "make it with createdb"),
        (
            cluster.url_of(&format!("nobody_here:{PASSWORD}")),
            "nobody_here",
        ),
        (
            format!("postgres://{user}@%2Ftmp%2Fdrydock-nowhere/d"),
            "is the database running there?",
        ),
        (
            format!("postgres://{user}@127.0.0.1:1/d"),
            "is the database running there?",
        ),
        (format!("{here}?sslmode=require"), "does not speak"),
        (format!("postgres://{user}:x:y@@/"), "cannot be read"),
    ] {
        let error = refused(&url, options.clone()).await;
        assert!(error.contains(words), "{url}: {error}");
    }
    let error = refused(&here, options.clone().schema("Robert'); --")).await;
    assert!(error.contains("cannot be the schema"), "{error}");
    // The right password, and what the store tells of itself.
    lab.sql(&format!(
        "ALTER ROLE guarded PASSWORD '{PASSWORD}'; GRANT CREATE ON DATABASE postgres TO guarded"
    ))
    .await;
    let url = cluster.url_of(&format!("guarded:{PASSWORD}"));
    let store = PostgresStore::connect_with(&url, lab.options())
        .await
        .unwrap();
    assert!(store.address().ends_with("database postgres, user guarded"));
    let shown = format!("{store:?} {store:#?} {}", store.address());
    assert!(shown.contains("user guarded"), "{shown}");
    assert_eq!(Canary::new(PASSWORD).found_in(&shown), None);
    lab.sql("DROP TABLE keys; DROP TABLE counter").await;
    for error in [
        store.get("k").await.unwrap_err(),
        store.commit(Batch::new()).await.unwrap_err(),
    ] {
        assert_eq!(
            Canary::new(PASSWORD).found_in(&format!("{error} {error:?}")),
            None
        );
    }
}

#[tokio::test]
async fn another_encoding_is_refused() {
    let Some(lab) = Lab::new().await else { return };
    lab.client
        .batch_execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        .await
        .unwrap();
    let url = lab.cluster.url().replace("/postgres", "/latin");
    let error = refused(&url, lab.options()).await;
    assert!(
        error.contains("encoded as LATIN1, and names need UTF8"),
        "{error}"
    );
}

/// Somebody holds a lock and goes for lunch.
#[tokio::test]
async fn a_lock_of_somebody_else_ends_in_an_error() {
    let Some(lab) = Lab::new().await else { return };
    let options = lab
        .options()
        .connections(1)
        .patience(Duration::from_millis(500));
    let store = PostgresStore::connect_with(&lab.cluster.url(), options)
        .await
        .unwrap();
    store.commit(Batch::new().put("k", "v")).await.unwrap();
    let schema = &lab.schema;
    lab.sql(&format!(
        "BEGIN; LOCK TABLE {schema}.counter, {schema}.keys, {schema}.leases"
    ))
    .await;
    let began = Instant::now();
    let (commit, get, again, lease) = tokio::join!(
        store.commit(Batch::new()),
        store.get("k"),
        store.get("k"),
        store.acquire("l", "a", Duration::from_secs(9)),
    );
    assert!(began.elapsed() < HANGS);
    says(commit, &["nothing was written"]);
    let texts: Vec<String> = [get.unwrap_err(), again.unwrap_err(), lease.unwrap_err()]
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        texts
            .iter()
            .any(|text| text.contains("all 1 connections have been busy")),
        "{texts:?}"
    );
    assert!(texts.iter().any(|text| text.contains("57014")), "{texts:?}");
    lab.client.batch_execute("ROLLBACK").await.unwrap();
    store.commit(Batch::new()).await.unwrap();
    assert_eq!(store.get("k").await.unwrap().unwrap().value, b"v");
    // While one is making the tables, another waits no longer than its patience either.
    let turn =
        format!("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('drydock/{schema}', 0))");
    lab.client.batch_execute(&turn).await.unwrap();
    let options = lab.options().patience(Duration::from_millis(300));
    let error = refused(&lab.cluster.url(), options).await;
    assert!(error.contains("57014"), "{error}");
    lab.client.batch_execute("ROLLBACK").await.unwrap();
}

#[tokio::test]
async fn a_database_without_a_free_connection_says_so() {
    let Some(lab) = Lab::new().await else { return };
    lab.sql("CREATE ROLE poor LOGIN CONNECTION LIMIT 1; GRANT CREATE ON DATABASE postgres TO poor")
        .await;
    let url = lab.cluster.url_of("poor");
    let first = PostgresStore::connect_with(&url, lab.options().connections(1))
        .await
        .unwrap();
    let error = refused(&url, lab.options()).await;
    assert!(
        error.contains("53300") && error.contains("fewer connections"),
        "{error}"
    );
    drop(first);
}

#[tokio::test]
async fn names_that_cannot_be_kept_are_refused_and_never_there() {
    let Some(lab) = Lab::new().await else { return };
    let store = lab.store().await;
    let nul = "a\0b";
    says(
        store.commit(Batch::new().put(nul, "v")).await,
        &["NUL", "nothing was written"],
    );
    says(
        store
            .commit(Batch::new().append("j".repeat(2001), "v"))
            .await,
        &["2001 bytes"],
    );
    says(
        store.acquire(nul, "o", Duration::from_secs(1)).await,
        &["NUL"],
    );
    assert_eq!(store.get(nul).await.unwrap(), None);
    assert_eq!(store.scan(nul).await.unwrap(), []);
    assert_eq!(store.journals(nul).await.unwrap(), [""; 0]);
    assert_eq!(store.read_journal(nul, 0).await.unwrap(), [b""; 0]);
    // The longest, of what does not compress, is kept in every index.
    let long: String = (0..2000_u32)
        .map(|n| char::from(b'!' + (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 90))
        .collect();
    let batch = Batch::new()
        .put(&*long, "v")
        .append(&*long, "e")
        .delete("none");
    store
        .commit(batch.expect(&*long, Default::default()))
        .await
        .unwrap();
    assert_eq!(store.scan(&long[..1999]).await.unwrap().len(), 1);
    assert_eq!(store.journals("").await.unwrap(), [long]);
}

#[tokio::test]
async fn large_values_come_back() {
    let Some(lab) = Lab::new().await else { return };
    let store = lab.store().await;
    let value: Vec<u8> = (0..20_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    store
        .commit(
            Batch::new()
                .put("k", value.clone())
                .append("j", &value[..5]),
        )
        .await
        .unwrap();
    assert!(store.get("k").await.unwrap().unwrap().value == value);
}
