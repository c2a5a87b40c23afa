//! The examples' programs, never older than what they are made of.
//!
//! `cargo test` builds them beside these tests, but `cargo test --test commands` and other selections do not, and would
//! run those of yesterday. Cargo has written beside each program which files it was made from: where one of them is
//! younger, the programs are built again, with the same profile into the same folder.

use drydock_examples::together::WITHOUT;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::SystemTime,
};

/// What is older than a program although its sources are not: how it is put together.
const MANIFESTS: &[&str] = &[
    "../Cargo.toml",
    "../Cargo.lock",
    "Cargo.toml",
    "../drydock-core/Cargo.toml",
    "../drydock-ipmi/Cargo.toml",
    "../drydock-noop/Cargo.toml",
    "../drydock-store/Cargo.toml",
];

/// The program of this example.
pub(crate) fn program(example: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let name = format!("{example}{}", std::env::consts::EXE_SUFFIX);
    FOLDER.get_or_init(up_to_date).join(name)
}

/// The folder of the programs, after a build if one was needed.
fn up_to_date() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    // TARGET/PROFILE/deps/commands-HASH
    let profile = tests.ancestors().nth(2).unwrap();
    let folder = profile.join("examples");
    if examples()
        .iter()
        .all(|example| is_current(&folder.join(example)))
        && speaks_to_databases(&folder) == cfg!(feature = "postgres")
    {
        return folder;
    }
    let name = match profile.file_name().and_then(|name| name.to_str()).unwrap() {
        "debug" => "dev",
        other => other,
    };
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "build",
            "--quiet",
            "--offline",
            "--examples",
            "--profile",
            name,
        ])
        .args(["--features", features()])
        .arg("--target-dir")
        .arg(profile.parent().unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "the examples do not build:\n{said}"
    );
    folder
}

/// The features of these tests that change what the programs do.
fn features() -> &'static str {
    match cfg!(feature = "postgres") {
        true => "postgres",
        false => "",
    }
}

/// Whether the programs were built with the feature `postgres`, which cargo does not write down.
fn speaks_to_databases(folder: &Path) -> bool {
    let output = Command::new(folder.join(format!("deploy{}", std::env::consts::EXE_SUFFIX)))
        .args(["--site", "none", "--postgres", "none"])
        .output()
        .unwrap();
    !String::from_utf8_lossy(&output.stderr).contains(WITHOUT)
}

/// The examples that there are, but for those that need a feature.
fn examples() -> Vec<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let sections = manifest
        .split("\n[")
        .filter(|s| s.starts_with("[example]]"));
    let sections = sections.filter(|section| !section.contains("required-features"));
    let names = sections.map(|section| {
        let name = section.split("name = \"").nth(1).unwrap();
        let name = name.split('"').next().unwrap();
        format!("{name}{}", std::env::consts::EXE_SUFFIX)
    });
    let names: Vec<String> = names.collect();
    assert!(names.len() >= 5, "{names:?}");
    names
}

/// Whether a program is there and younger than everything it was made from.
fn is_current(program: &Path) -> bool {
    let made_from = fs::read_to_string(program.with_extension("d")).ok();
    let (Some(built), Some(made_from)) = (changed(program), made_from) else {
        return false;
    };
    let Some((_, files)) = made_from.split_once(": ") else {
        return false;
    };
    // A blank inside a name is escaped.
    let files = files.trim_end().replace("\\ ", "\0");
    let mut files = files
        .split(' ')
        .map(|file| PathBuf::from(file.replace('\0', " ")));
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut manifests = MANIFESTS.iter().map(|manifest| here.join(manifest));
    let is_older = |file: PathBuf| changed(&file).is_some_and(|changed| changed <= built);
    files.all(is_older) && manifests.all(is_older)
}

fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file)
        .and_then(|metadata| metadata.modified())
        .ok()
}

#[test]
fn a_program_older_than_a_file_it_is_made_from_is_not_current() {
    let folder = crate::Folder::new("programs");
    let source = folder.write("a b.rs", "");
    let program = PathBuf::from(folder.write("program", ""));
    let other = folder.write("c.rs", "");
    let list = format!(
        "{}: {} {other}\n",
        program.display(),
        source.replace(' ', "\\ ")
    );
    assert!(!is_current(&program), "nobody knows what it was made from");
    folder.write("program.d", &list);
    let set = |file: &str, seconds: u64| {
        // The workspace's manifests are younger than the beginning of time.
        let now = SystemTime::now() + std::time::Duration::from_secs(seconds);
        fs::File::options()
            .append(true)
            .open(file)
            .unwrap()
            .set_modified(now)
            .unwrap();
    };
    set(&source, 10);
    set(&other, 20);
    set(program.to_str().unwrap(), 20);
    assert!(is_current(&program));
    set(&source, 30);
    assert!(!is_current(&program));
    set(&source, 10);
    fs::remove_file(&other).unwrap();
    assert!(!is_current(&program), "a source is gone");
}
