//! What must not be done twice is done once.

use super::*;
use drydock_ipmi::{client::ErrorKind, command::chassis::ChassisControl};

const LONG: Duration = Duration::from_secs(60);

/// The BMC does what it is asked and its answers come too late to be of use, until that is mended.
async fn deaf(is_on: bool) -> Pair {
    let mut settings = settings();
    settings.is_on = is_on;
    let pair = Pair::new(settings).await;
    pair.status().await.unwrap();
    pair.server.bmc(0).unwrap().faults_mut().delay = Duration::from_secs(3600);
    pair
}

/// How often the machine was told so.
fn told(pair: &Pair, wanted: ChassisControl) -> usize {
    pair.count(|effect| matches!(effect, Effect::PowerAsked { action, .. } if *action == wanted))
}

/// Does it, while the BMC hears again after a while.
async fn act(pair: &Pair, action: ChassisControl) -> Result<(), Error> {
    let mend = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        pair.server.bmc(0).unwrap().faults_mut().delay = Duration::ZERO;
    };
    tokio::join!(pair.bmc.power(action, LONG), mend).0
}

#[tokio::test(start_paused = true)]
async fn a_power_state_that_tells_is_believed() {
    let pair = deaf(false).await;
    act(&pair, ChassisControl::On).await.unwrap();
    assert_eq!(told(&pair, ChassisControl::On), 1);
    assert!(pair.server.bmc(0).unwrap().is_on());
}

#[tokio::test(start_paused = true)]
async fn a_reset_without_an_answer_is_indeterminate_and_never_doubled() {
    for action in [
        ChassisControl::Reset,
        ChassisControl::Cycle,
        ChassisControl::Diagnostic,
    ] {
        let pair = deaf(true).await;
        let error = act(&pair, action).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Indeterminate);
        assert!(
            error.to_string().contains("it may have happened or not"),
            "{error}"
        );
        assert_eq!(told(&pair, action), 1);
        tokio::time::sleep(LONG).await;
        assert_eq!(told(&pair, action), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_lost_on_its_way_is_sent_once_more() {
    let pair = Pair::new(settings()).await;
    pair.status().await.unwrap();
    pair.server.bmc(0).unwrap().faults_mut().dead = true;
    let mend = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        pair.server.bmc(0).unwrap().faults_mut().dead = false;
    };
    let on = pair.bmc.power(ChassisControl::On, LONG);
    tokio::join!(on, mend).0.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(told(&pair, ChassisControl::On), 1);
    assert!(pair.server.bmc(0).unwrap().is_on());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_in_between_is_indeterminate() {
    let pair = deaf(true).await;
    let reset = pair
        .bmc
        .power(ChassisControl::Reset, Duration::from_secs(2));
    assert_eq!(reset.await.unwrap_err().kind(), ErrorKind::Indeterminate);
    assert_eq!(told(&pair, ChassisControl::Reset), 1);
}

#[tokio::test(start_paused = true)]
async fn a_log_is_cleared_once() {
    let pair = deaf(true).await;
    let mend = async {
        // The reading before, the reservation, and then the answer to the erasure is lost.
        pair.server.bmc(0).unwrap().faults_mut().delay = Duration::ZERO;
        while pair.count(|effect| matches!(effect, Effect::SelCleared)) == 0 {
            pair.server.bmc(0).unwrap().faults_mut().delay = Duration::from_millis(50);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        pair.server.bmc(0).unwrap().faults_mut().dead = true;
        tokio::time::sleep(Duration::from_secs(9)).await;
        pair.server.bmc(0).unwrap().faults_mut().dead = false;
    };
    let (cleared, ()) = tokio::join!(pair.bmc.clear_sel(LONG), mend);
    cleared.unwrap();
    assert_eq!(pair.count(|effect| matches!(effect, Effect::SelCleared)), 1);
}

#[tokio::test(start_paused = true)]
async fn a_busy_bmc_is_asked_again() {
    let pair = Pair::new(settings()).await;
    pair.status().await.unwrap();
    pair.server.bmc(0).unwrap().faults_mut().busy = 3;
    pair.bmc.power(ChassisControl::On, WITHIN).await.unwrap();
    assert_eq!(told(&pair, ChassisControl::On), 1);
    pair.server.bmc(0).unwrap().faults_mut().busy = 1000;
    let error = pair.status().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(error.to_string().contains("0xc0"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_bmc_that_lies_is_found_out() {
    let mut settings = settings();
    settings.faults.power_lies = true;
    settings.faults.boot_lies = true;
    let pair = Pair::new(settings).await;
    let error = pair.bmc.ensure_power(true, WITHIN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(
        error.to_string().contains("the power is still off"),
        "{error}"
    );
    assert_eq!(told(&pair, ChassisControl::On), 1);
    use drydock_ipmi::command::boot::{BootDevice, BootFlags};
    let flags = BootFlags::once(BootDevice::Pxe);
    let error = pair.bmc.set_boot_device(flags, WITHIN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(
        error.to_string().contains("the boot device is none"),
        "{error}"
    );
}
