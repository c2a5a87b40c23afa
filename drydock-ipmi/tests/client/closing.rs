//! No slot of a BMC stays taken, whatever happens.

use super::*;
use drydock_ipmi::{client::ErrorKind, command::Raw, wire::NetFn};
use tokio::time::{sleep, timeout};

#[tokio::test(start_paused = true)]
async fn a_session_is_kept_warm_and_then_closed() {
    let pair = Pair::new(settings()).await;
    pair.status().await.unwrap();
    sleep(Duration::from_secs(19)).await;
    assert_eq!(pair.slots(), 1);
    let before = pair.client.counters();
    pair.status().await.unwrap();
    let after = pair.client.counters();
    assert_eq!(
        (after.sent - before.sent, after.received - before.received),
        (1, 1)
    );
    sleep(Duration::from_secs(19)).await;
    assert_eq!((pair.slots(), pair.opened()), (1, 1));
    sleep(Duration::from_secs(2)).await;
    assert_eq!(pair.slots(), 0);
    assert_eq!(pair.client.counters().sessions, 0);
}

#[tokio::test(start_paused = true)]
async fn a_handle_that_is_dropped_closes_and_a_clone_keeps_it_open() {
    let pair = Pair::new(settings()).await;
    pair.status().await.unwrap();
    let Pair {
        server,
        client,
        bmc,
    } = pair;
    let clone = bmc.clone();
    drop(bmc);
    settle().await;
    assert_eq!(server.bmc(0).unwrap().slots_taken(), 1);
    drop(clone);
    settle().await;
    assert_eq!(server.bmc(0).unwrap().slots_taken(), 0);
    assert_eq!(client.counters().sessions, 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_dropped_closes_all() {
    let Pair {
        server,
        client,
        bmc,
    } = Pair::new(settings()).await;
    bmc.power_status(WITHIN).await.unwrap();
    drop(client);
    drop(bmc);
    settle().await;
    assert_eq!(server.bmc(0).unwrap().slots_taken(), 0);
}

#[tokio::test(start_paused = true)]
async fn close_waits_until_the_slots_are_free() {
    let pair = Pair::new(settings()).await;
    pair.status().await.unwrap();
    pair.bmc.close().await;
    assert_eq!(pair.slots(), 0);
    pair.status().await.unwrap();
    pair.client.close().await;
    assert_eq!(pair.slots(), 0);
    let closed = pair.status().await.unwrap_err();
    assert_eq!(closed.kind(), ErrorKind::Closed);
    assert_eq!(pair.opened(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_error_leaves_no_slot() {
    let pair = Pair::new(settings()).await;
    let wrong = pair.client.bmc(pair.bmc.address(), account("wrong"));
    let error = wrong.power_status(WITHIN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    settle().await;
    assert_eq!(pair.slots(), 0, "it was told that the login is over");
    let unknown = Raw::new(NetFn::APP, 0x7f, []);
    let error = pair.bmc.run(&unknown, WITHIN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    drop((wrong, pair.bmc));
    settle().await;
    assert_eq!(pair.server.bmc(0).unwrap().slots_taken(), 0);
}

/// At every point of the login and of the request the future is dropped, and the handle with it.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_cancelled_leaves_no_slot_wherever_it_was() {
    for milliseconds in (0..700).step_by(20) {
        let mut settings = settings();
        settings.faults.delay = Duration::from_millis(100);
        let Pair {
            server,
            client,
            bmc,
        } = Pair::new(settings).await;
        let cancelled = timeout(
            Duration::from_millis(milliseconds),
            bmc.power_status(WITHIN),
        );
        let is_cancelled = cancelled.await.is_err();
        assert!(is_cancelled || milliseconds >= 500, "{milliseconds}");
        assert!(!is_cancelled || milliseconds < 600, "{milliseconds}");
        drop(bmc);
        sleep(Duration::from_secs(3)).await;
        assert_eq!(server.bmc(0).unwrap().slots_taken(), 0, "{milliseconds}");
        assert_eq!(client.counters().sessions, 0, "{milliseconds}");
    }
}

/// The same with a deadline that comes too early, the handle being kept: then the session is warm, and closed after that.
#[tokio::test(start_paused = true)]
async fn a_call_that_runs_out_of_time_leaves_no_slot_wherever_it_was() {
    for milliseconds in (0..700).step_by(50) {
        let mut settings = settings();
        settings.faults.delay = Duration::from_millis(100);
        let pair = Pair::new(settings).await;
        let outcome = pair
            .bmc
            .power_status(Duration::from_millis(milliseconds))
            .await;
        match outcome {
            Ok(_) => assert!(milliseconds >= 500),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}"),
        }
        sleep(Duration::from_secs(25)).await;
        assert_eq!(
            (pair.slots(), pair.client.counters().sessions),
            (0, 0),
            "{milliseconds}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn close_ends_although_the_bmc_is_gone() {
    let pair = Pair::new(settings()).await;
    pair.status().await.unwrap();
    pair.server.bmc(0).unwrap().faults_mut().dead = true;
    timeout(Duration::from_secs(15), pair.client.close())
        .await
        .unwrap();
}
