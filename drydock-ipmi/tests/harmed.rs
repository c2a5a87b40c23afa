//! Logins while somebody harms the BMC's replies: nothing panics, no wrong answer is believed, everything ends in time.
//!
//! `DRYDOCK_RELAY_LOGINS` says how many logins there are.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "harmed/line.rs"]
mod line;
mod support;

use drydock_ipmi::{
    account::Account,
    command::{
        Command as _, Repeat, Request, Response,
        app::{GetDeviceId, GetSystemGuid},
        chassis::GetChassisStatus,
    },
    crypto::Suite,
    session::{Event, Session, SessionOptions},
    testing::{BmcSettings, Privilege, SimulatedBmc},
};
use line::{Line, Seeded};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use support::{
    dice::Dice,
    peer,
    relay::{Clear, Harm, Loss, Way},
};

/// Whatever happens, a login with three requests and its end take no longer, by the session's own times.
const LONGEST: Duration = Duration::from_secs(120);

fn bmc(seed: u64) -> SimulatedBmc {
    let mut settings = BmcSettings::default().user("admin", "secret", Privilege::Administrator);
    settings.seed = seed;
    settings.is_on = seed.is_multiple_of(2);
    SimulatedBmc::new(settings)
}

fn questions() -> [(Request, Repeat); 3] {
    [
        (GetSystemGuid.request(), GetSystemGuid.repeat()),
        (GetDeviceId.request(), GetDeviceId.repeat()),
        (GetChassisStatus.request(), GetChassisStatus.repeat()),
    ]
}

/// How a login ended.
#[derive(Debug, PartialEq)]
enum End {
    /// All three were answered.
    Answered(Vec<Response>),
    /// There was a session, and not all were answered.
    Lost,
    /// There was none.
    Failed(String),
}

/// Logs in, asks, and closes.
fn login(seed: u64, suite: Suite, way: &mut impl Way) -> (End, usize) {
    let mut bmc = bmc(seed);
    let account = Arc::new(Account::new("admin", "secret").unwrap());
    let id = Dice::new(seed).next() as u32 | 1;
    let options = SessionOptions::new(account, suite, id);
    let entropy = Box::new(Seeded(Dice::new(seed ^ 0xffff)));
    let session = Session::begin(options, entropy, Duration::ZERO);
    let mut line = Line::new(Duration::ZERO, session, &mut bmc, way);
    let mut answers = BTreeMap::new();
    let (mut lost, mut failed) = (false, None);
    let mut asked = 0;
    loop {
        let Some(event) = line.event(LONGEST) else {
            panic!("the login of seed {seed} has not ended after {LONGEST:?}");
        };
        match event {
            Event::Established { .. } => {
                assert_eq!(
                    line.bmc.open_sessions().len(),
                    1,
                    "seed {seed}: a session that the BMC does not have"
                );
                for (request, repeat) in questions() {
                    line.session.request(line.now, &request, repeat).unwrap();
                    asked += 1;
                }
            }
            Event::Answered { ticket, response } => {
                let before = answers.insert(ticket, response);
                assert_eq!(before, None, "seed {seed}: answered twice");
                if answers.len() == asked {
                    line.session.close(line.now);
                }
            }
            Event::Unanswered { .. } => {
                lost = true;
                line.session.close(line.now);
            }
            Event::Failed(failure) => failed = Some(failure.to_string()),
            Event::Closed => break,
            other => panic!("seed {seed}: {other:?}"),
        }
    }
    let packets = line.packets;
    let end = match failed {
        Some(failure) if asked == 0 => End::Failed(failure),
        Some(_) => End::Lost,
        None if lost || answers.len() < 3 => End::Lost,
        None => End::Answered(answers.into_values().collect()),
    };
    (end, packets)
}

fn suite_of(seed: u64) -> Suite {
    match seed % 2 {
        0 => Suite::SEVENTEEN,
        _ => Suite::THREE,
    }
}

#[test]
fn a_login_is_ten_packets_and_a_request_two() {
    for suite in [Suite::THREE, Suite::SEVENTEEN] {
        let (end, packets) = login(1, suite, &mut Clear);
        assert!(matches!(end, End::Answered(_)), "{end:?}");
        // Open Session, RAKP 1 and 3, Set Session Privilege Level; three requests; Close Session.
        assert_eq!(packets, 2 * (4 + 3 + 1));
    }
}

#[test]
fn harmed_replies_are_never_believed() {
    let logins = peer::number("DRYDOCK_RELAY_LOGINS", 1_000) as u64;
    let (mut answered, mut harmed) = (0, 0);
    let mut failures = BTreeMap::<String, usize>::new();
    for seed in 1..=logins {
        let suite = suite_of(seed);
        let (End::Answered(truth), _) = login(seed, suite, &mut Clear) else {
            panic!("seed {seed}: no answer, though nobody harms it");
        };
        let mut harm = Harm::new(25, seed);
        match login(seed, suite, &mut harm).0 {
            End::Answered(answers) => {
                assert_eq!(answers, truth, "seed {seed}: a wrong answer");
                answered += 1;
            }
            End::Lost => *failures.entry("lost".to_owned()).or_default() += 1,
            End::Failed(failure) => *failures.entry(failure).or_default() += 1,
        }
        harmed += harm.harmed;
    }
    println!("{harmed} replies harmed, {answered} of {logins} logins answered; {failures:#?}");
    assert!(harmed as u64 > logins);
    // One attempt each: a forged status before there are keys ends one, as it must.
    assert!(
        answered * 2 > logins,
        "{answered} of {logins}: {failures:#?}"
    );
}

#[test]
fn most_logins_need_no_second_attempt_where_a_tenth_is_lost() {
    let logins = 400;
    let (mut answered, mut failures) = (0, BTreeMap::<String, usize>::new());
    for seed in 1..=logins {
        let mut loss = Loss::new(10, seed);
        match login(seed, suite_of(seed), &mut loss).0 {
            End::Answered(_) => answered += 1,
            End::Lost => *failures.entry("lost".to_owned()).or_default() += 1,
            End::Failed(failure) => *failures.entry(failure).or_default() += 1,
        }
    }
    // RAKP Message 3 is not always answered twice: then only a new login helps, which is not tried here.
    assert!(
        answered * 10 >= logins * 8,
        "{answered} of {logins}: {failures:#?}"
    );
}

#[test]
fn noise_alone_is_no_login() {
    for seed in 1..=50 {
        // All replies are harmed: what comes through is chance, and no wrong answer.
        let mut harm = Harm::new(100, seed);
        let (end, _) = login(seed, suite_of(seed), &mut harm);
        if let End::Answered(answers) = end {
            let (End::Answered(truth), _) = login(seed, suite_of(seed), &mut Clear) else {
                panic!("seed {seed}");
            };
            assert_eq!(answers, truth, "seed {seed}");
        }
    }
}
