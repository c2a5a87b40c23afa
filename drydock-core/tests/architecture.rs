//! Keeps ARCHITECTURE.md true: a module imports only those above it, only files marked `[io]` touch the world, and no
//! file grows past 500 lines. Every form in which a rule could be broken is planted below, and must be found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The crates whose modules stand in an order: each module may import those above it.
const LAYERED: &[(&str, &[&str])] = &[("drydock-core", LAYERS), ("drydock-ipmi", IPMI)];

/// The modules of drydock-ipmi: below the client nothing touches the world.
const IPMI: &[&str] = &[
    "octets", "wire", "account", "crypto", "command", "session", "client", "capture", "driver",
    "testing",
];

/// The modules of drydock-core in the order of the pipeline.
const LAYERS: &[&str] = &[
    "names",
    "parallel",
    "field",
    "span",
    "secret",
    "diagnostic",
    "model",
    "source",
    "resolve",
    "event",
    "driver",
    "validate",
    "site",
    "plan",
    "state",
    "revision",
    "execute",
    "orchestrator",
    "testing",
];

/// `span` masks the text it hands out, so it may look one line down.
const EXCEPTIONS: &[(&str, &str)] = &[("span", "secret")];

/// What touches the world: files, clocks, tasks, sockets, the environment.
const WORLD: &[&str] = &[
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "std::net::TcpStream",
    "std::net::TcpListener",
    "std::net::UdpSocket",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio::time",
    "tokio::task",
    "tokio::spawn",
    "tokio::fs",
    "tokio::net",
    "tokio::runtime",
];

const MAX_LINES: usize = 500;

#[test]
fn modules_import_only_the_layers_above() {
    let found: Vec<String> = layered_files().flat_map(|f| layer_violations(&f)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn only_marked_files_touch_the_world() {
    let found: Vec<String> = layered_files().flat_map(|f| world_violations(&f)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn files_stay_short() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files: Vec<File> = [
        "drydock-core",
        "drydock-noop",
        "drydock-ipmi",
        "drydock-store",
        "examples",
        "benches",
    ]
    .iter()
    .flat_map(|member| files_under(&workspace.join(member), member))
    .collect();
    assert!(files.len() > 50, "the files were not found");
    let found: Vec<String> = files.iter().filter_map(length_violation).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_module_has_its_place() {
    for (member, layers) in LAYERED {
        let files = src_files(member);
        let tops: BTreeSet<&str> = files
            .iter()
            .filter_map(|file| file.module.first().map(String::as_str))
            .collect();
        let placed: BTreeSet<&str> = layers.iter().copied().collect();
        assert_eq!(tops, placed, "exactly the modules of {member} are placed");
        let picture = picture_of(member);
        let mut from = 0;
        for layer in *layers {
            let at = picture[from..].find(&format!("\n    {layer}"));
            from += at.unwrap_or_else(|| panic!("ARCHITECTURE.md does not draw {layer} there")) + 1;
        }
    }
}

#[test]
fn every_file_is_drawn_with_its_module() {
    for (member, layers) in LAYERED {
        let picture = picture_of(member);
        let mut drawn: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut module = "";
        for line in picture.lines() {
            let starts = |layer: &&&str| line.starts_with(&format!("    {layer}"));
            if !line.starts_with("     ") {
                module = layers.iter().find(starts).unwrap_or(&"");
            }
            let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            drawn.entry(module).or_default().extend(words);
        }
        // Rules and ranges of codes are drawn as folders; tests are not drawn.
        let by_folder = |name: &String| matches!(name.as_str(), "rules" | "code" | "tests");
        let missing: Vec<String> = src_files(member)
            .into_iter()
            .filter(|file| file.module.len() > 1 && !file.module.iter().any(by_folder))
            .filter(|file| {
                let drawn = drawn.get(file.module[0].as_str());
                let name = file.module.last().map(String::as_str);
                !drawn.is_some_and(|drawn| name.is_some_and(|name| drawn.contains(name)))
            })
            .map(|file| file.path)
            .collect();
        assert_eq!(missing, Vec::<String>::new(), "ARCHITECTURE.md draws all");
    }
}

#[test]
fn every_test_of_an_invariant_exists() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    let invariants = page("## Invariants", "\u{0}");
    let named: Vec<&str> = invariants.split('`').skip(1).step_by(2).collect();
    assert!(named.len() > 14, "the tests were not found");
    for name in named {
        let there = core.join(name).exists() || core.join("..").join(name).exists();
        assert!(there, "ARCHITECTURE.md names {name}, which is not there");
    }
}

/// ARCHITECTURE.md from one heading to another, or to its end.
fn page(from: &str, to: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md");
    let text = fs::read_to_string(page).unwrap();
    let (_, text) = text.split_once(from).unwrap();
    text.split(to).next().unwrap().to_owned()
}

#[test]
fn planted_violations_are_found() {
    for planted in [
        "use crate::plan::Plan;",
        "use crate::{names::NodeName, plan::Plan};",
        "use crate::{\n    names,\n    execute::{Run, worker::Worker},\n};",
        "use super::super::plan::Plan;",
        "use super::{super::{plan::Plan}, chain};",
        "fn f() -> crate::plan::Plan { todo() }",
        "mod inner { use super::super::super::plan::Plan; }",
        "macro_rules! m { () => { $crate::plan::Plan } }",
        "use crate as root; ",
        "use crate::*;",
        "pub(in crate::plan) fn f() {}",
        "use crate::r#plan::Plan;",
    ] {
        let file = File::new(
            "drydock-core/src/resolve/merge.rs",
            &format!("//! Doc.\n{planted}\n"),
        );
        assert!(!layer_violations(&file).is_empty(), "not found: {planted}");
    }
    for allowed in [
        "use crate::{names::NodeName, model};",
        "use crate::{names::NodeName as Name, model as m};",
        "use super::{chain, resolved::ResolvedNode};",
        "use super::super::source::Value;",
        "// use crate::plan::Plan;",
        "/* crate::plan */ const S: &str = \"crate::plan\"; const C: char = '\"';",
        "mod tests { use super::*; use super::super::chain; }",
        "fn f<'a>(x: &'a str) -> &'a str { x }",
    ] {
        let file = File::new(
            "drydock-core/src/resolve/merge.rs",
            &format!("//! Doc.\n{allowed}\n"),
        );
        assert_eq!(layer_violations(&file), Vec::<String>::new(), "{allowed}");
    }
    for planted in [
        "use std::fs;",
        "use std::{fs, io};",
        "let t = std::time::Instant::now();",
        "use tokio::{sync, time::sleep};",
    ] {
        let file = File::new(
            "drydock-core/src/plan/mod.rs",
            &format!("//! Doc.\n{planted}\n"),
        );
        assert!(!world_violations(&file).is_empty(), "not found: {planted}");
        let marked = File::new(
            "drydock-core/src/plan/mod.rs",
            &format!("//! `[io]` Doc.\n{planted}\n"),
        );
        assert!(world_violations(&marked).is_empty(), "marked: {planted}");
    }
    let wire = File::new(
        "drydock-ipmi/src/wire/rakp.rs",
        "use crate::session::Session;",
    );
    assert!(!layer_violations(&wire).is_empty());
    let long = File::new("drydock-core/src/plan/mod.rs", &"\n".repeat(MAX_LINES + 1));
    assert!(length_violation(&long).is_some());
}

struct File {
    path: String,
    text: String,
    /// The module that the file is: `["resolve", "merge"]`.
    module: Vec<String>,
}

impl File {
    fn new(path: &str, text: &str) -> Self {
        let inside = path.split_once("src/").map_or("", |(_, inside)| inside);
        let names = inside
            .trim_end_matches(".rs")
            .split('/')
            .filter(|n| !matches!(*n, "mod" | "lib" | ""));
        Self {
            path: path.into(),
            text: text.into(),
            module: names.map(Into::into).collect(),
        }
    }
}

fn src_files(member: &str) -> Vec<File> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    files_under(
        &workspace.join(member).join("src"),
        &format!("{member}/src"),
    )
}

fn layered_files() -> impl Iterator<Item = File> {
    LAYERED.iter().flat_map(|(member, _)| src_files(member))
}

/// The part of ARCHITECTURE.md that draws a crate's modules.
fn picture_of(member: &str) -> String {
    page(&format!("## {member}/src"), "\n## ")
}

fn files_under(folder: &Path, shown: &str) -> Vec<File> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    let mut files = Vec::new();
    for path in entries {
        let name = format!("{shown}/{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() && !name.ends_with("/target") {
            files.extend(files_under(&path, &name));
        } else if name.ends_with(".rs") {
            files.push(File::new(&name, &fs::read_to_string(&path).unwrap()));
        }
    }
    files
}

fn length_violation(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > MAX_LINES).then(|| {
        format!(
            "{} has {lines} lines; split it (limit {MAX_LINES})",
            file.path
        )
    })
}

fn layer_violations(file: &File) -> Vec<String> {
    let Some(own) = file.module.first() else {
        return Vec::new();
    };
    let of_crate = |(member, _): &&(&str, _)| file.path.starts_with(member);
    let (_, layers) = LAYERED.iter().find(of_crate).expect("a layered crate");
    let rank = |name: &str| layers.iter().position(|layer| *layer == name);
    let may = |used: &str| {
        used == own
            || EXCEPTIONS.contains(&(own, used))
            || matches!((rank(used), rank(own)), (Some(used), Some(own)) if used < own)
    };
    let paths = paths(&file.text, &file.module);
    let inside = paths.iter().filter(|path| path[0] == "crate");
    let wrong = inside.filter(|path| !path.get(1).is_some_and(|used| may(used)));
    wrong
        .map(|path| format!("{}: {own} must not use {}", file.path, path.join("::")))
        .collect()
}

fn world_violations(file: &File) -> Vec<String> {
    let marked = file
        .text
        .lines()
        .next()
        .is_some_and(|line| line.starts_with("//! `[io]`"));
    if marked {
        return Vec::new();
    }
    let paths = paths(&file.text, &file.module);
    let touches = |path: &&Vec<String>| {
        let path = format!("{}::", path.join("::"));
        WORLD
            .iter()
            .any(|world| path.starts_with(&format!("{world}::")))
    };
    let wrong = paths.iter().filter(touches);
    wrong
        .map(|path| {
            format!(
                "{} uses {}; mark it [io] or move it",
                file.path,
                path.join("::")
            )
        })
        .collect()
}

/// Every path of the text that begins at the crate's root, at `std` or at another crate, in full.
fn paths(text: &str, module: &[String]) -> Vec<Vec<String>> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    // The inline modules around a token, each with the depth of its braces.
    let (mut inline, mut depth): (Vec<(String, usize)>, usize) = (Vec::new(), 0);
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                inline.retain(|(_, outer)| *outer < depth + 1);
            }
            "mod" if tokens.get(at + 2).is_some_and(|t| t == "{") => {
                inline.push((tokens[at + 1].clone(), depth + 1));
            }
            // The visibility `pub(crate)` is no path.
            "crate" if at > 0 && tokens[at - 1] == "(" && tokens[at + 1] == ")" => {}
            "crate" | "super" | "std" | "tokio" if at == 0 || tokens[at - 1] != "::" => {
                let here: Vec<String> = module
                    .iter()
                    .cloned()
                    .chain(inline.iter().map(|(name, _)| name.clone()))
                    .collect();
                at = tree(&tokens, at, &here, Vec::new(), &mut found);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Reads one path or tree of paths; gives the place after it.
fn tree(
    tokens: &[String],
    mut at: usize,
    here: &[String],
    mut prefix: Vec<String>,
    found: &mut Vec<Vec<String>>,
) -> usize {
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "{" if !prefix.is_empty() && tokens[at - 1] == "::" => {
                at += 1;
                while at < tokens.len() && tokens[at] != "}" {
                    if tokens[at] == "," {
                        at += 1;
                    } else if tokens[at] == "as" {
                        at += 2;
                    } else {
                        let next = tree(tokens, at, here, prefix.clone(), found);
                        at = next.max(at + 1);
                    }
                }
                return at + 1;
            }
            "super" => {
                if prefix.first().is_none_or(|first| first != "crate") {
                    prefix = std::iter::once("crate".to_owned())
                        .chain(here.iter().cloned())
                        .collect();
                }
                prefix.pop();
            }
            "self" => {}
            name if name == "*" || name.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                prefix.push(name.into())
            }
            _ => break,
        }
        at += 1;
        if tokens.get(at).is_some_and(|t| t == "::") {
            at += 1;
        } else {
            break;
        }
    }
    if !prefix.is_empty() {
        found.push(prefix);
    }
    at
}

/// Words, `::` and punctuation, without comments, strings and characters; raw names lose their `r#`.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    while at < chars.len() {
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        match chars[at] {
            '/' if next == '/' => {
                at = (at..chars.len())
                    .find(|&n| chars[n] == '\n')
                    .unwrap_or(chars.len())
            }
            '/' if next == '*' => {
                let end = (at + 2..chars.len()).find(|&n| chars[n - 1] == '*' && chars[n] == '/');
                at = end.map_or(chars.len(), |n| n + 1);
            }
            'r' if next == '#' && chars.get(at + 2).is_some_and(|c| is_word(*c)) => at += 2,
            'r' if matches!(next, '"' | '#') => at = raw_string(&chars, at),
            '"' => at = closing(&chars, at, '"'),
            // A character, not a lifetime.
            '\'' if next == '\\' || chars.get(at + 2) == Some(&'\'') => {
                at = closing(&chars, at, '\'')
            }
            ':' if next == ':' => {
                tokens.push("::".into());
                at += 2;
            }
            c if is_word(c) => {
                let end = (at..chars.len())
                    .find(|&n| !is_word(chars[n]))
                    .unwrap_or(chars.len());
                tokens.push(chars[at..end].iter().collect());
                at = end;
            }
            c => {
                if !c.is_whitespace() {
                    tokens.push(c.to_string());
                }
                at += 1;
            }
        }
    }
    tokens
}

fn closing(chars: &[char], open: usize, quote: char) -> usize {
    let mut at = open + 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn raw_string(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    let end: String = std::iter::once('"')
        .chain(std::iter::repeat_n('#', hashes))
        .collect();
    let rest: String = chars[at + 2 + hashes..].iter().collect();
    let inside = rest
        .find(&end)
        .map_or(rest.chars().count(), |n| rest[..n].chars().count());
    at + 2 + hashes + inside + end.chars().count()
}
