//! Which suite is used, and what failures say.

use super::*;
use drydock_ipmi::{client::ErrorKind, crypto::Suite};
use tokio::time::sleep;

fn only(suite: Suite) -> BmcSettings {
    let mut settings = settings();
    settings.suites = vec![suite];
    settings
}

#[tokio::test(start_paused = true)]
async fn the_other_suite_is_tried_and_what_worked_is_remembered() {
    for no_resource in [false, true] {
        let mut settings = only(Suite::THREE);
        settings.faults.wrong_suite_is_no_resource = no_resource;
        let pair = Pair::new(settings).await;
        pair.status().await.unwrap();
        assert_eq!(pair.client.counters().logins, 2);
        assert_eq!(pair.bmc.memory().suite, Some(Suite::THREE));
        pair.bmc.close().await;
        pair.status().await.unwrap();
        assert_eq!(
            pair.client.counters().logins,
            3,
            "the first try is the right one"
        );
        pair.client.forget(pair.bmc.address());
        pair.bmc.close().await;
        pair.status().await.unwrap();
        assert_eq!(pair.client.counters().logins, 5);
    }
}

#[tokio::test(start_paused = true)]
async fn seventeen_comes_first() {
    let pair = Pair::new(settings()).await;
    pair.status().await.unwrap();
    assert_eq!(pair.bmc.memory().suite, Some(Suite::SEVENTEEN));
    assert_eq!(pair.client.counters().logins, 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_weaker_is_tried_than_what_worked() {
    let first = BmcServer::start([SimulatedBmc::new(settings())])
        .await
        .unwrap();
    let address = first.addresses()[0];
    let client = Client::builder().build().unwrap();
    let bmc = client.bmc(address, account("right"));
    bmc.power_status(WITHIN).await.unwrap();
    bmc.close().await;
    drop(first);
    settle().await;
    let weaker = SimulatedBmc::new(only(Suite::THREE));
    let _second = BmcServer::start_at([(address, weaker)]).await.unwrap();
    let error = bmc.power_status(WITHIN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(
        error.to_string().contains("refuses cipher suite 17"),
        "{error}"
    );
    client.forget(address);
    bmc.power_status(WITHIN).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_tried_once_and_with_one_suite() {
    let pair = Pair::new(settings()).await;
    let bmc = pair.client.bmc(pair.bmc.address(), account("wrong"));
    let error = bmc.power_status(WITHIN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    let expected = format!(
        "BMC {}: Get Chassis Status: RAKP 1/2: the password is wrong; check the password of this user (BMCs that hide their users say this of unknown ones, too)",
        bmc.address()
    );
    assert_eq!(error.to_string(), expected);
    sleep(Duration::from_secs(30)).await;
    assert_eq!(pair.client.counters().logins, 1);
}

#[tokio::test(start_paused = true)]
async fn a_downgrade_is_refused() {
    let mut settings = settings();
    settings.faults.answers_suite = Some(3);
    let pair = Pair::new(settings).await;
    let error = pair.status().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(
        error.to_string().contains("the BMC answered algorithms"),
        "{error}"
    );
    assert_eq!(pair.client.counters().logins, 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_slot_it_waits_for_one_and_then_says_so() {
    let mut settings = settings();
    settings.slots = 1;
    let pair = Pair::new(settings).await;
    pair.status().await.unwrap();
    let other = Client::builder().build().unwrap();
    let late = other.bmc(pair.bmc.address(), account("right"));
    let error = late.power_status(WITHIN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(
        error
            .to_string()
            .contains("Open Session: the BMC has no free session"),
        "{error}"
    );
    // The first one's session goes when it is no longer warm.
    late.power_status(Duration::from_secs(20)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn nobody_there_is_said_when_the_time_is_over() {
    let mut settings = settings();
    settings.faults.dead = true;
    let pair = Pair::new(settings).await;
    let error = pair.status().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(
        error
            .to_string()
            .contains("Open Session: no answer; check the address"),
        "{error}"
    );
    assert!(pair.client.counters().logins > 2, "it began anew");
    let other = Client::builder().build().unwrap();
    let bmc = other.bmc(pair.bmc.address(), account("right"));
    let error = bmc
        .power_status(Duration::from_millis(300))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the time was over before the login was"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bmc_that_restarts_is_logged_in_to_again() {
    let first = BmcServer::start([SimulatedBmc::new(settings())])
        .await
        .unwrap();
    let address = first.addresses()[0];
    let client = Client::builder().build().unwrap();
    let bmc = client.bmc(address, account("right"));
    bmc.power_status(WITHIN).await.unwrap();
    drop(first);
    settle().await;
    let _second = BmcServer::start_at([(address, SimulatedBmc::new(settings()))])
        .await
        .unwrap();
    bmc.power_status(Duration::from_secs(20)).await.unwrap();
    assert_eq!(client.counters().logins, 2);
}

#[tokio::test(start_paused = true)]
async fn with_ten_percent_lost_each_way_all_of_forty_log_in_within_ten_seconds() {
    let bmcs = (0..40).map(|seed| {
        let mut settings = settings();
        settings.seed = seed;
        settings.faults.loss = 0.1;
        settings.faults.silent_to_repeated_rakp3 = true;
        SimulatedBmc::new(settings)
    });
    let server = BmcServer::start(bmcs).await.unwrap();
    let client = Client::builder().build().unwrap();
    for address in server.addresses() {
        let bmc = client.bmc(*address, account("right"));
        bmc.power_status(WITHIN).await.unwrap();
    }
    client.close().await;
    for bmc in server.bmcs() {
        assert!(bmc.open_sessions().len() <= 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_privilege_that_the_user_does_not_have_is_said() {
    let pair = Pair::new(settings().user("reader", "right", Privilege::User)).await;
    let reader = Arc::new(Account::new("reader", "right").unwrap());
    let bmc = pair.client.bmc(pair.bmc.address(), reader);
    let error = bmc.power_status(WITHIN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    let text = error.to_string();
    assert!(text.contains("privilege"), "{text}");
}
