//! A console over what goes wrong.

use super::*;
use drydock_ipmi::client::{Console, ConsoleOptions, ErrorKind};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

fn taken(pair: &Pair) -> (usize, usize) {
    let on = pair.count(|effect| matches!(effect, Effect::ConsoleActivated { .. }));
    let off = pair.count(|effect| matches!(effect, Effect::ConsoleDeactivated { .. }));
    (on, off)
}

async fn open(pair: &Pair) -> Console {
    pair.bmc
        .console(ConsoleOptions::default(), WITHIN)
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_console_is_given_back_when_it_is_shut_down_or_dropped() {
    let pair = Pair::new(settings()).await;
    let mut console = open(&pair).await;
    assert_eq!(taken(&pair), (1, 0));
    let second = pair.bmc.console(ConsoleOptions::default(), WITHIN).await;
    assert_eq!(second.unwrap_err().kind(), ErrorKind::Busy);
    console.shutdown().await.unwrap();
    assert_eq!(taken(&pair), (1, 1));
    drop(console);
    drop(open(&pair).await);
    settle().await;
    assert_eq!(taken(&pair), (2, 2));
    assert_eq!(pair.opened(), 1, "all of it in one session");
}

#[tokio::test(start_paused = true)]
async fn an_idle_console_keeps_its_session() {
    let pair = Pair::new(settings()).await;
    let mut console = open(&pair).await;
    let mut octets = [0; 100];
    let silence = timeout(Duration::from_secs(600), async {
        while console.read(&mut octets).await.unwrap() > 0 {}
    });
    assert!(silence.await.is_err());
    assert_eq!((pair.slots(), pair.opened(), taken(&pair)), (1, 1, (1, 0)));
}

#[tokio::test(start_paused = true)]
async fn a_console_that_another_takes_ends() {
    let pair = Pair::new(settings()).await;
    let mut console = open(&pair).await;
    let other = Client::builder().build().unwrap();
    let bmc = other.bmc(pair.bmc.address(), account("right"));
    let options = ConsoleOptions::default().take_over();
    let _second = bmc.console(options, WITHIN).await.unwrap();
    let ended = timeout(Duration::from_secs(60), async {
        loop {
            if let Err(error) = console.write_all(b"x").await {
                break error;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let ended = ended.await.unwrap().to_string();
    assert!(ended.contains("the console is lost"), "{ended}");
}

#[tokio::test(start_paused = true)]
async fn refusals_delay_what_is_typed_and_silence_ends_it() {
    let pair = Pair::new(settings()).await;
    let mut console = open(&pair).await;
    pair.server.bmc(0).unwrap().faults_mut().sol_nacks = 5;
    console.write_all(b"hello").await.unwrap();
    console.flush().await.unwrap();
    assert_eq!(pair.server.bmc(0).unwrap().faults().sol_nacks, 0);
    pair.server
        .bmc(0)
        .unwrap()
        .faults_mut()
        .sol_never_acknowledges = true;
    console.write_all(b"hello").await.unwrap();
    let error = timeout(Duration::from_secs(60), console.flush())
        .await
        .unwrap()
        .unwrap_err();
    assert!(
        error.to_string().contains("does not acknowledge"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_console_comes_back_if_it_is_to() {
    let pair = Pair::new(settings()).await;
    let options = ConsoleOptions::default().reconnect(Duration::from_secs(300));
    let mut console = pair.bmc.console(options, WITHIN).await.unwrap();
    pair.server.bmc(0).unwrap().faults_mut().dead = true;
    console.write_all(b"a").await.unwrap();
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(taken(&pair).0, 1);
    pair.server.bmc(0).unwrap().faults_mut().dead = false;
    timeout(Duration::from_secs(120), async {
        while taken(&pair).0 == 1 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        console.write_all(b"b").await.unwrap();
        console.flush().await.unwrap();
    })
    .await
    .unwrap();
    let Pair {
        server,
        client,
        bmc,
    } = pair;
    drop((console, bmc));
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(server.bmc(0).unwrap().slots_taken(), 0);
    assert_eq!(client.counters().sessions, 0);
}
