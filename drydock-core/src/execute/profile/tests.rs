//! Profiles of runs whose times are known.

use super::*;
use crate::{
    event::StepName,
    names::RunId,
    plan::tests::{any_plan, plan_of},
};
use proptest::prelude::*;

/// One event: at which second, of which step, and what.
fn event(plan: &Plan, at: u64, step: u32, what: &str) -> Event {
    let planned = plan.steps.get(step as usize);
    let (target, action) = match planned {
        Some(planned) => (planned.target.to_string(), planned.action.to_string()),
        None => ("nobody".to_owned(), "nothing".to_owned()),
    };
    let name = StepName::new(StepId(step), target, action);
    let kind = match what {
        "run" => EventKind::RunStarted {
            steps: plan.steps.len() as u32,
            done: step,
        },
        "start" => EventKind::StepStarted {
            name,
            needs: Vec::new(),
        },
        "wait" => EventKind::StepWaiting {
            name,
            note: String::new(),
        },
        "retry" => EventKind::StepRetried {
            name,
            reason: "busy".into(),
            failures: 1,
        },
        "done" => EventKind::StepDone { name },
        "fail" => EventKind::StepFailed {
            name,
            reason: "broken".into(),
        },
        "skip" => EventKind::StepSkipped {
            name,
            because: Some(StepId(0)),
            reason: "a step that it needs failed".to_owned(),
        },
        _ => EventKind::RunFinished {
            done: 0,
            failed: 0,
            skipped: 0,
        },
    };
    Event::new(Duration::from_secs(at), RunId::from("r"), kind)
}

fn events(plan: &Plan, all: &[(u64, u32, &str)]) -> Vec<Event> {
    all.iter()
        .map(|(at, step, what)| event(plan, *at, *step, what))
        .collect()
}

fn two_nodes() -> Plan {
    plan_of(&[
        ("@pxe", "ensure", &[]),
        ("a", "on", &[0]),
        ("a", "deploy", &[1]),
        ("b", "on", &[0]),
        ("b", "deploy", &[3]),
    ])
}

const RUN: &[(u64, u32, &str)] = &[
    (100, 0, "run"),
    (100, 0, "start"),
    (102, 0, "done"),
    (102, 1, "start"),
    (110, 3, "start"),
    (112, 1, "done"),
    (112, 2, "start"),
    (113, 2, "wait"),
    (115, 3, "retry"),
    (140, 3, "done"),
    (150, 4, "start"),
    (152, 4, "wait"),
    (213, 2, "done"),
    (252, 4, "wait"),
    (300, 4, "done"),
    (300, 0, "finish"),
];

#[test]
fn the_time_of_a_run_is_divided() {
    let plan = two_nodes();
    let profile = Profile::of(&plan, &events(&plan, RUN), &Durations::default());
    let kept = "\
Plan 0123456789abcdef took 3 min 20 s: 5 of 5 steps done, 1 call made again

By action, all nodes together:
  action    steps      in all      median  expected     longest  on           queued  calling     waiting  retrying
  deploy        2  4 min 11 s  1 min 41 s    12 min  2 min 30 s  b              10 s    3.0 s  4 min 8 s         -
  power on      2        40 s        10 s      30 s        30 s  b               8 s     15 s          -      25 s
  ensure        1         2 s         2 s      30 s         2 s  network pxe       -      2 s          -         -

What decided the end, one step after the other:
  target       action      took
  network pxe  ensure       2 s
  b            power on    30 s  after 8 s for its turn
  b            deploy    2 min 30 s  after 10 s for its turn
               together  3 min 20 s

The slowest, from their first step to their last:
  target           took  longest step
  b          3 min 10 s  deploy 2 min 30 s  1 call made again
  a          1 min 51 s  deploy 1 min 41 s
  network pxe       2 s  ensure 2 s
";
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(
        words(&profile.text()),
        words(&kept.replace("3.0 s", "3 s")),
        "{}",
        profile.text()
    );
    let json = serde_json::to_value(&profile).unwrap();
    assert_eq!(json["seconds"], 200.0);
    assert_eq!(json["actions"][0]["waiting_seconds"], 248.0);
    assert_eq!(json["critical_path"][1]["queued_seconds"], 8.0);
}

#[test]
fn a_run_that_is_not_over_or_crashed_has_a_profile_too() {
    let plan = two_nodes();
    let cut = Profile::of(&plan, &events(&plan, &RUN[..10]), &Durations::default());
    assert!(!cut.is_finished && cut.done == 3);
    let last = cut.critical_path.last().unwrap();
    assert_eq!(
        (last.step, last.took),
        (StepId(2), Duration::from_secs(28)),
        "it is still at work"
    );
    assert!(
        cut.text()
            .contains("has taken 40 s: 3 of 5 steps done, 2 left, 1 call "),
        "{}",
        cut.text()
    );

    // After a crash the clock begins anew.
    let crashed = [
        &RUN[..8],
        &[
            (5, 2, "run"),
            (7, 2, "start"),
            (9, 2, "done"),
            (9, 3, "fail"),
            (9, 4, "skip"),
        ],
    ]
    .concat();
    let profile = Profile::of(&plan, &events(&plan, &crashed), &Durations::default());
    assert_eq!(profile.total, Duration::from_secs(13 + 4));
    let deploy = profile
        .actions
        .iter()
        .find(|times| times.action == "deploy")
        .unwrap();
    assert_eq!(
        deploy.total,
        Duration::from_secs(5),
        "112 to 113, and 4 after the crash"
    );
    assert_eq!((profile.failed, profile.skipped), (1, 1));

    let nothing = Profile::of(&plan, &[], &Durations::default());
    assert!(
        nothing
            .text()
            .contains("has taken 0 s: 0 of 5 steps done, 5 left")
    );
}

#[test]
fn durations_learn_from_what_was_done() {
    let plan = two_nodes();
    let mut durations = Durations::default();
    durations.learn_from(&plan, &events(&plan, RUN));
    assert_eq!(durations.learnt("power on"), Some(Duration::from_secs(10)));
    assert_eq!(durations.learnt("deploy"), Some(Duration::from_secs(101)));
    durations.learn_from(&plan, &events(&plan, &RUN[..4]));
    assert_eq!(
        durations.learnt("power on"),
        Some(Duration::from_secs(10)),
        "what is not done teaches nothing"
    );
}

#[test]
fn what_was_skipped_with_a_cancelled_run_counts_when_the_next_one_does_it() {
    let plan = two_nodes();
    let told = [
        (0, 0, "run"),
        (0, 0, "start"),
        (2, 0, "skip"),
        (2, 1, "skip"),
        (2, 0, "finish"),
        (60, 0, "run"),
        (60, 0, "start"),
        (63, 0, "done"),
        (63, 1, "start"),
        (70, 1, "done"),
    ];
    let profile = Profile::of(&plan, &events(&plan, &told), &Durations::default());
    assert_eq!((profile.done, profile.skipped), (2, 0));
    let took = |action: &str| {
        let mut actions = profile.actions.iter();
        actions.find(|times| times.action == action).unwrap().total
    };
    assert_eq!(took("ensure"), Duration::from_secs(5), "2 s, and 3 s later");
    assert_eq!(took("power on"), Duration::from_secs(7));
}

const WORDS: [&str; 7] = ["start", "wait", "retry", "done", "fail", "skip", "run"];

proptest! {
    /// Whatever the events, nothing panics, and no time is longer than the whole.
    #[test]
    fn no_events_break_it(
        plan in any_plan(),
        told in proptest::collection::vec((0..50u64, 0..70u32, 0..WORDS.len()), 0..200),
    ) {
        let told: Vec<Event> = told.iter().map(|(at, step, what)| event(&plan, *at, *step, WORDS[*what])).collect();
        let profile = Profile::of(&plan, &told, &Durations::default());
        prop_assert!(profile.text().lines().count() >= 1);
        for times in &profile.actions {
            prop_assert!(times.longest <= profile.total);
            prop_assert_eq!(times.spent.calling + times.spent.waiting + times.spent.retrying, times.total);
        }
        for link in &profile.critical_path {
            prop_assert!(link.took + link.queued <= profile.total);
        }
    }

    /// A run without failures in which every step takes its time as soon as it can: the chain takes all of the time.
    #[test]
    fn the_chain_of_an_undisturbed_run_takes_all_of_its_time(plan in any_plan()) {
        let timing = crate::plan::timing::Timing::of(&plan, &Durations::default());
        let mut told: Vec<(Duration, u8, u32, &str)> = Vec::new();
        for step in &plan.steps {
            let (start, end) = timing.steps[step.id.index()];
            told.push((start, 1, step.id.0, "start"));
            told.push((end, 0, step.id.0, "done"));
        }
        told.sort_by_key(|(at, order, step, _)| (*at, *order, *step));
        let told: Vec<Event> = told
            .into_iter()
            .map(|(at, _, step, what)| Event { at, ..event(&plan, 0, step, what) })
            .collect();
        let profile = Profile::of(&plan, &told, &Durations::default());
        let sum: Duration = profile.critical_path.iter().map(|link| link.queued + link.took).sum();
        prop_assert_eq!(sum, timing.total);
        prop_assert_eq!(profile.total, timing.total);
    }
}
