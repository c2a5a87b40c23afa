//! What happens between two things that each go well: a session that ends under a call, a console that is lost.

use super::*;
use drydock_ipmi::{
    client::{ConsoleOptions, ErrorKind},
    command::sel::EraseSel,
};
use std::{future::Future, pin::pin, task::Poll};
use tokio::{io::AsyncWriteExt, time::timeout};

/// Lets it begin, and no more.
async fn begin<F: Future + Unpin>(future: &mut F) {
    std::future::poll_fn(|cx| {
        assert!(std::pin::Pin::new(&mut *future).poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}

fn deactivated(pair: &Pair) -> usize {
    pair.count(|effect| matches!(effect, Effect::ConsoleDeactivated { .. }))
}

#[tokio::test(start_paused = true)]
async fn a_console_that_another_took_is_left_to_it() {
    for is_shut_down in [false, true] {
        let pair = Pair::new(settings()).await;
        let options = ConsoleOptions::default();
        let mut first = pair.bmc.console(options, WITHIN).await.unwrap();
        let other = Client::builder().build().unwrap();
        let bmc = other.bmc(pair.bmc.address(), account("right"));
        let _second = bmc.console(options.take_over(), WITHIN).await.unwrap();
        settle().await;
        assert_eq!(deactivated(&pair), 1, "taken over");
        if is_shut_down {
            first.shutdown().await.unwrap();
        }
        drop(first);
        settle().await;
        assert_eq!(deactivated(&pair), 1, "the second one stays");
    }
}

#[tokio::test(start_paused = true)]
async fn a_console_whose_session_was_closed_does_not_log_in_to_say_so() {
    let pair = Pair::new(settings()).await;
    let console = pair.bmc.console(ConsoleOptions::default(), WITHIN).await;
    let mut console = console.unwrap();
    pair.bmc.close().await;
    console.shutdown().await.unwrap();
    drop(console);
    settle().await;
    assert_eq!((pair.opened(), pair.slots()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_console_that_is_cancelled_while_it_opens_is_not_left_open() {
    for milliseconds in (0..800).step_by(20) {
        let mut settings = settings();
        settings.faults.delay = Duration::from_millis(100);
        let pair = Pair::new(settings).await;
        let options = ConsoleOptions::default();
        let opening = pair.bmc.console(options, WITHIN);
        drop(timeout(Duration::from_millis(milliseconds), opening).await);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let again = pair.bmc.console(options, WITHIN).await;
        assert!(again.is_ok(), "{milliseconds}: {again:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_console_whose_session_ends_as_it_opens_is_lost_and_says_so() {
    let pair = Pair::new(settings()).await;
    pair.status().await.unwrap();
    {
        let mut opening = pin!(pair.bmc.console(ConsoleOptions::default(), WITHIN * 10));
        begin(&mut opening).await;
        settle().await;
        pair.server.bmc(0).unwrap().faults_mut().dead = true;
        pair.status().await.unwrap_err();
        pair.server.bmc(0).unwrap().faults_mut().dead = false;
        let mut console = opening.await.unwrap();
        let flushed = timeout(Duration::from_secs(100), async {
            console.write_all(b"x").await?;
            console.flush().await
        });
        flushed.await.unwrap().unwrap_err();
    }
    pair.status().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_log_is_erased_once_although_its_session_ends_in_between() {
    let pair = Pair::new(settings()).await;
    pair.status().await.unwrap();
    let mut erase = EraseSel::new();
    let mut erasing = pin!(pair.bmc.hold(&mut erase, WITHIN));
    begin(&mut erasing).await;
    settle().await;
    pair.bmc.close().await;
    erasing.await.unwrap();
    assert_eq!(pair.count(|effect| matches!(effect, Effect::SelCleared)), 1);
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_login_met_with_is_not_told_of_a_later_one() {
    let pair = Pair::new(settings()).await;
    let wrong = pair.client.bmc(pair.bmc.address(), account("wrong"));
    let error = wrong.power_status(WITHIN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    pair.server.bmc(0).unwrap().faults_mut().dead = true;
    let short = Duration::from_millis(100);
    let error = wrong.power_status(short).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_bmc_that_was_quick_and_is_slow_now_is_logged_in_to() {
    let pair = Pair::new(settings()).await;
    pair.status().await.unwrap();
    pair.bmc.close().await;
    pair.server.bmc(0).unwrap().faults_mut().delay = Duration::from_millis(1_500);
    let status = pair.bmc.power_status(Duration::from_secs(30)).await;
    status.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_bmc_that_is_busy_during_the_login_is_logged_in_to_later() {
    let pair = Pair::new(settings()).await;
    pair.server.bmc(0).unwrap().faults_mut().busy = 2;
    pair.status().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_session_may_be_kept_for_ever() {
    let server = BmcServer::start([SimulatedBmc::new(settings())]).await;
    let server = server.unwrap();
    let client = Client::builder().warm(Duration::MAX).in_flight(1);
    let client = client.build().unwrap();
    let bmc = client.bmc(server.addresses()[0], account("right"));
    bmc.power_status(Duration::MAX).await.unwrap();
    // The clock only goes on when nobody is busy.
    tokio::time::sleep(Duration::from_secs(10)).await;
    bmc.power_status(Duration::MAX).await.unwrap();
    assert_eq!(client.counters().logins, 1);
}

#[test]
fn a_runtime_that_goes_closes_what_it_can() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).enable_all().build().unwrap()
    };
    let (far, near) = (runtime(), runtime());
    let server = far.block_on(BmcServer::start([SimulatedBmc::new(settings())]));
    let server = server.unwrap();
    let address = server.addresses()[0];
    let bmc = near.block_on(async {
        let client = Client::builder().build().unwrap();
        let bmc = client.bmc(address, account("right"));
        bmc.power_status(WITHIN).await.unwrap();
        bmc
    });
    assert_eq!(server.bmc(0).unwrap().slots_taken(), 1);
    drop(near);
    far.block_on(async {
        for _ in 0..500 {
            if server.bmc(0).unwrap().slots_taken() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the slot is still taken");
    });
    drop(bmc);
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_and_asks_again_does_not_heap_requests_up() {
    let pair = Pair::new(settings()).await;
    pair.status().await.unwrap();
    pair.server.bmc(0).unwrap().faults_mut().delay = Duration::from_secs(1);
    let before = pair.client.counters();
    for _ in 0..40 {
        let impatient = Duration::from_millis(20);
        drop(timeout(impatient, pair.status()).await);
        pair.bmc.power_status(impatient).await.unwrap_err();
    }
    let sent = pair.client.counters().sent - before.sent;
    assert!(sent <= 10, "{sent} in 1.6 s");
    pair.status().await.unwrap();
    assert_eq!(pair.opened(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_accounts_of_one_bmc_do_not_disturb_each_other() {
    let pair = Pair::new(settings().user("other", "two", Privilege::Operator)).await;
    pair.server.bmc(0).unwrap().faults_mut().delay = Duration::from_millis(20);
    let other = |password: &str| {
        let account = Account::new("other", password).unwrap();
        pair.client.bmc(pair.bmc.address(), Arc::new(account))
    };
    let (right, wrong) = (other("two"), other("three"));
    for _ in 0..10 {
        let (first, second, third) = tokio::join!(
            pair.status(),
            right.power_status(WITHIN),
            wrong.power_status(WITHIN)
        );
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(third.unwrap_err().kind(), ErrorKind::Unauthorized);
        tokio::join!(pair.bmc.close(), right.close());
    }
    settle().await;
    assert_eq!((pair.slots(), pair.client.counters().sessions), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn ipv6_is_as_good() {
    let anywhere = (std::net::Ipv6Addr::LOCALHOST, 0).into();
    // Some machines have none.
    let Ok(server) = BmcServer::start_at([(anywhere, SimulatedBmc::new(settings()))]).await else {
        return;
    };
    let client = Client::builder().build().unwrap();
    let bmc = client.bmc(server.addresses()[0], account("right"));
    bmc.power_status(WITHIN).await.unwrap();
    client.close().await;
    assert_eq!(server.bmc(0).unwrap().slots_taken(), 0);
}
