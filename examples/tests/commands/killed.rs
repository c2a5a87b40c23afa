//! `deploy --state`, killed again and again and gone on with by `--resume`: world and journal are those of a run that
//! nobody disturbed.
//!
//! When it is killed is counted in lines of its output and drawn from a seed, so the machine's speed does not matter.

use crate::{
    Folder,
    lab::Lab,
    programs,
    sound::{Left, is_sound, left},
};
use drydock_noop::lab::Site;
use drydock_store::RedbStore;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
    time::Duration,
};
use tokio::runtime::Runtime;

/// How often it is killed, over all rounds.
const KILLS: usize = 100;

/// After how many lines at most.
const LINES: u64 = 60;

/// How much time of the site passes with every line that is read: machines need not be waited for.
const PER_LINE: Duration = Duration::from_millis(40);

/// A round takes few kills; so many rounds without reaching `KILLS` are an endless loop.
const ROUNDS: usize = 50;

/// How a life of `deploy` ended.
#[derive(Debug)]
enum Ended {
    Killed {
        /// Whether a step had been begun in this life and was not done.
        within: bool,
        /// The run, if it was seen to begin.
        run: Option<String>,
    },
    Itself {
        code: Option<i32>,
        last: Option<Value>,
        said: String,
    },
}

/// Lives of `deploy` on a site and a state file.
struct Rig {
    folder: Folder,
    runtime: Runtime,
    seed: u64,
}

impl Rig {
    fn new(name: &str) -> Self {
        Self {
            folder: Folder::new(name),
            runtime: Runtime::new().unwrap(),
            seed: 7,
        }
    }

    /// The next number of a fixed sequence (splitmix64).
    fn draw(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    /// One life, killed when it has printed so many lines.
    fn live(&self, lab: &Lab, more: &[String], lines: Option<u64>) -> Ended {
        let site = self.runtime.block_on(Site::connect(&lab.socket)).unwrap();
        let state = self.folder.path("state.redb");
        let mut child = Command::new(programs::program("deploy"))
            .args(["--site", &lab.socket, "--state", &state, "--format", "json"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut last = None;
        let (mut under_way, mut run) = (BTreeSet::new(), None);
        let mut read = 0;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
            match event["event"].as_str() {
                Some("run_started") => run = event["run"].as_str().map(str::to_owned),
                Some("step_started") => drop(under_way.insert(event["step"].as_u64())),
                Some("step_done") => drop(under_way.remove(&event["step"].as_u64())),
                _ => {}
            }
            last = Some(event);
            read += 1;
            if lines.is_some_and(|lines| read >= lines) {
                break;
            }
            self.runtime.block_on(site.advance(PER_LINE)).unwrap();
        }
        if lines.is_some_and(|lines| read >= lines) {
            child.kill().unwrap();
        }
        let code = child.wait().unwrap().code();
        let mut said = String::new();
        child.stderr.unwrap().read_to_string(&mut said).unwrap();
        match code {
            None => Ended::Killed {
                within: !under_way.is_empty(),
                run,
            },
            code => Ended::Itself { code, last, said },
        }
    }

    /// Deploys on a new site, killed up to so often; how often it was, how often of these within a step, and the last line
    /// of the last life.
    fn round(&mut self, lab: &Lab, most: usize) -> (usize, usize, Value) {
        let (mut kills, mut within_steps) = (0, 0);
        let mut more: Vec<String> = Vec::new();
        let mut begun: Option<String> = None;
        loop {
            let lines = (kills < most).then(|| 1 + self.draw(LINES));
            match self.live(lab, &more, lines) {
                Ended::Killed { within, run } => {
                    begun = begun.or(run);
                    kills += 1;
                    within_steps += usize::from(within);
                    more = vec!["--resume".into()];
                }
                // Killed before the run began, or when it had ended already and was still to be told.
                Ended::Itself { code, said, .. }
                    if code == Some(2) && said.contains("has no run that has not ended") =>
                {
                    assert_eq!(more, ["--resume"], "{said}");
                    let by_name = begun.iter().flat_map(|run| ["--resume", run]);
                    more = by_name.map(str::to_owned).collect();
                }
                Ended::Itself { code, last, said } => {
                    assert_eq!((code, said.as_str()), (Some(0), ""), "{last:?}");
                    return (kills, within_steps, last.unwrap());
                }
            }
        }
    }

    /// The runs in the state file.
    fn left(&self) -> Vec<Left> {
        let store = RedbStore::open(self.folder.path("state.redb")).unwrap();
        self.runtime.block_on(left(&store))
    }

    /// The world is as designed, and nothing in it was done twice.
    fn is_sound(&self, lab: &Lab, world: &Value) {
        self.runtime.block_on(is_sound(&lab.socket, world));
    }
}

/// The machines and networks that are not the same in two worlds, whichever run worked on them.
fn differing(one: &Value, other: &Value) -> Vec<String> {
    let parts = |world: &Value| -> Vec<Value> {
        let lists = ["nodes", "networks"].map(|list| world[list].as_array().unwrap().clone());
        let mut parts = lists.concat();
        for part in &mut parts {
            if let Some(operation) = part.get_mut("operation") {
                let step = operation.as_str().unwrap().rsplit('/').next();
                *operation = step.unwrap().into();
            }
        }
        parts
    };
    let (one, other) = (parts(one), parts(other));
    assert_eq!(one.len(), other.len());
    let pairs = one.iter().zip(&other).filter(|(one, other)| one != other);
    pairs
        .map(|(one, other)| format!("{one}\n{other}"))
        .collect()
}

#[test]
fn a_hundred_kills_leave_the_world_and_the_journal_of_an_undisturbed_run() {
    let mut rig = Rig::new("killed");
    let lab = Lab::start(&rig.folder, &[]);
    let (_, _, undisturbed) = rig.round(&lab, 0);
    rig.is_sound(&lab, &undisturbed);
    drop(lab);

    let (mut killed, mut within, mut rounds, mut abandoned) = (0, 0, 0, 0);
    while killed < KILLS {
        rounds += 1;
        assert!(rounds <= ROUNDS, "{killed} kills in {ROUNDS} rounds");
        // New machines, slow enough to be killed while they are called; the state file stays, so the same plan comes up
        // again as another run.
        let lab = Lab::start(&rig.folder, &["--slow", "10"]);
        let (kills, within_steps, world) = rig.round(&lab, KILLS - killed);
        killed += kills;
        within += within_steps;
        rig.is_sound(&lab, &world);
        assert_eq!(differing(&world, &undisturbed), [""; 0]);
        let counts = rig.runtime.block_on(async {
            let site = Site::connect(&lab.socket).await.unwrap();
            site.counts().await.unwrap()
        });
        abandoned += counts.abandoned;
    }
    assert_eq!(killed, KILLS);
    eprintln!(
        "{killed} kills in {rounds} rounds, {within} within a step; {abandoned} calls abandoned"
    );
    assert!(within >= KILLS / 4, "{within} kills within a step");
    assert!(abandoned > 0, "none was killed in a call");
    let left = rig.left();
    assert_eq!(left.len(), 1 + rounds);
    let first = left.iter().find(|left| left.run.ends_with("-1")).unwrap();
    let steps = first.plan.steps.len();
    assert_eq!(first.facts().len(), 2 * steps, "each started and done");
    for left in &left {
        left.is_in_order();
        assert_eq!(left.facts(), first.facts(), "{}", left.run);
    }
}
