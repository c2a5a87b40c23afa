//! Writes what the version of today leaves.

use crate::{
    releases::{CANARY, OWNER, credential, seal, texts},
    world::{delivered, drivers},
};
use drydock_core::{
    Approval, Design, Drivers, Goal, MemorySource, Orchestrator, Outcome, Plan,
    driver::ServerState, names::RunId,
};
use drydock_noop::{SimulatedSite, simulated::Durations};
use drydock_store::{RedbStore, portable::export};
use std::{fs, path::Path, time::Duration};

/// 32 bytes that say what they are.
const KEY: &[u8; 32] = b"drydock test fixture, not a key!";

/// The run that is broken off, the last of them.
const BROKEN_OFF: &str = "4-deploy";

/// Writes the folder of this version, unless it is there: what a version left is never changed.
pub(crate) fn unless_there(releases: &Path) {
    let folder = releases.join(env!("CARGO_PKG_VERSION"));
    if folder.exists() {
        eprintln!("{} is there, and is left as it is", folder.display());
        return;
    }
    // Beside the folder first: by half it must not be there.
    let unfinished = releases.with_file_name("releases.unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    let place = unfinished.clone();
    // The caller's thread may have a runtime already.
    let writing = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(write(&place));
    });
    if writing.join().is_err() {
        let _ = fs::remove_dir_all(&unfinished);
        panic!("{} was not written", folder.display());
    }
    fs::create_dir_all(releases).unwrap();
    fs::rename(unfinished, folder).unwrap();
}

async fn write(folder: &Path) {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upgrade");
    fs::create_dir_all(folder.join("design")).unwrap();
    fs::create_dir_all(folder.join("draft")).unwrap();
    for file in fs::read_dir(ours.join("site")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.join("design").join(file.file_name())).unwrap();
    }
    fs::copy(ours.join("draft.yaml"), folder.join("draft/draft.yaml")).unwrap();
    let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(folder.join("key"), key + "\n").unwrap();

    let file = folder.join("state.redb");
    let plan = runs(folder, RedbStore::open(&file).unwrap()).await;
    fs::write(folder.join("plan.json"), plan).unwrap();
    let store = RedbStore::open(&file).unwrap();
    let lines = fs::File::create(folder.join("export.jsonl")).unwrap();
    export(&store, lines).await.unwrap();
    let exported = fs::read(folder.join("export.jsonl")).unwrap();
    fs::write(folder.join("database.sql"), database(&exported).await).unwrap();
}

#[cfg(feature = "postgres")]
async fn database(exported: &[u8]) -> String {
    crate::database::written(exported, &BROKEN_OFF.into()).await
}

#[cfg(not(feature = "postgres"))]
async fn database(_: &[u8]) -> String {
    panic!("what is left to databases is written with --features postgres")
}

/// Takes the design in, and begins one run after the other; gives the plan of the last one, which is broken off.
async fn runs(folder: &Path, store: RedbStore) -> String {
    let key = fs::read(folder.join("key")).unwrap();
    let orchestrator = |drivers| {
        let orchestrator = Orchestrator::new(drivers).store(store.clone());
        orchestrator.seal(seal(&key)).owner(OWNER)
    };
    let source = texts(MemorySource::new("site"), &folder.join("design"), "design");
    let design = orchestrator(Drivers::new()).source(source).ingest().await;
    let design = design.unwrap().design;
    let reader = orchestrator(Drivers::new());
    reader.activate(design.revision.unwrap()).await.unwrap();
    let source = texts(MemorySource::new("site"), &folder.join("design"), "design");
    let source = texts(source, &folder.join("draft"), "draft");
    let draft = reader.clone().source(source).ingest().await.unwrap();
    assert!(draft.revision.is_draft() && draft.is_new);

    let (node, credential) = credential();
    let kept = reader.set_credential(&node, Some(&credential)).await;
    kept.unwrap();

    let site = delivered(&design.resolved);
    let orchestrator = orchestrator(drivers(&site));
    // Nothing is there yet, so nothing is as designed.
    let outcome = ended(&orchestrator, &design, (Goal::Verify, "1-verify")).await;
    assert!(!outcome.is_success());
    // What was deployed is destroyed by the next one.
    for run in [(Goal::Deploy, "2-deploy"), (Goal::Redeploy, "3-redeploy")] {
        let outcome = ended(&orchestrator, &design, run).await;
        assert!(outcome.is_success(), "{run:?}: {outcome:?}");
    }
    let plan = broken_off(&orchestrator, &design, &site).await;
    plan.display().by_rack(&design.resolved).json() + "\n"
}

/// A run over the control node.
async fn ended(orchestrator: &Orchestrator, design: &Design, run: (Goal, &str)) -> Outcome {
    let control = "role=control".parse().unwrap();
    let plan = orchestrator.plan(design, run.0, &control).await.plan;
    apply(orchestrator, design, &plan, run.1).await
}

async fn apply(orchestrator: &Orchestrator, design: &Design, plan: &Plan, run: &str) -> Outcome {
    let approval = match plan.destroyed_nodes() {
        0 => Approval::None,
        _ => Approval::Plan(plan.id.clone()),
    };
    let applied = orchestrator.apply(design, plan, RunId::from(run), &approval, None);
    applied.await.unwrap()
}

/// A run over everything, broken off while the first node is installed.
async fn broken_off(orchestrator: &Orchestrator, design: &Design, site: &SimulatedSite) -> Plan {
    let mut slow = Durations::none();
    slow.deploy = Duration::from_secs(3600);
    let site = site.clone().durations(slow);
    let everything = drydock_core::Selector::everything();
    let plan = orchestrator
        .plan(design, Goal::Deploy, &everything)
        .await
        .plan;
    let installing = async {
        let is_installed = |node: &str| site.node(node).unwrap().state == ServerState::Deploying;
        while !is_installed("compute1") {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        outcome = apply(orchestrator, design, &plan, BROKEN_OFF) => panic!("{outcome:?}"),
        () = installing => {}
    }
    plan
}

/// What a file tells that it must not.
pub(crate) fn told(file: &[u8]) -> Vec<String> {
    let tells = |text: &&str| file.windows(text.len()).any(|part| part == text.as_bytes());
    let places = [
        CANARY,
        env!("CARGO_MANIFEST_DIR"),
        "/home/",
        "/tmp/",
        "/root/",
        "/Users/",
    ];
    places
        .iter()
        .filter(|text| tells(text))
        .map(|text| text.to_string())
        .collect()
}
