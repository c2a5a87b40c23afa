//! Text that is kept: compared, or with `DRYDOCK_BLESS=1` written, but never where `CI` is set.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// How to write what is kept anew.
pub(crate) const COMMAND: &str = "DRYDOCK_BLESS=1 cargo test -p drydock-core --test diagnostics";

/// A path below the workspace.
pub(crate) fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// How the text differs from what is kept, if it does; written instead when blessing.
pub(crate) fn differs(path: &Path, text: &str) -> Option<String> {
    let kept = fs::read_to_string(path).unwrap_or_default();
    if kept == text {
        return None;
    }
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("DRYDOCK_BLESS") && !set("CI") {
        fs::write(path, text).unwrap();
        return None;
    }
    let shown = path.strip_prefix(workspace("")).unwrap_or(path).display();
    Some(format!(
        "{shown} is not what is said now (- kept, + now):\n{}",
        difference(&kept, text)
    ))
}

/// Demands that a file of the workspace is this text.
#[track_caller]
pub(crate) fn file(path: &str, text: &str) {
    if let Some(difference) = differs(&workspace(path), text) {
        panic!("{difference}\nWrite it anew with: {COMMAND}");
    }
}

/// The lines that differ, with three lines around them.
fn difference(kept: &str, now: &str) -> String {
    let (kept, now): (Vec<&str>, Vec<&str>) = (kept.lines().collect(), now.lines().collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = kept.iter().zip(&now).take_while(same).count();
    let tail = kept[head..]
        .iter()
        .rev()
        .zip(now[head..].iter().rev())
        .take_while(same)
        .count();
    let marked = |mark: &str, lines: &[&str]| -> String {
        lines
            .iter()
            .map(|line| format!("{mark} {line}\n"))
            .collect()
    };
    let (kept_end, now_end) = (kept.len() - tail, now.len() - tail);
    [
        marked(" ", &kept[head.saturating_sub(3)..head]),
        marked("-", &kept[head..kept_end]),
        marked("+", &now[head..now_end]),
        marked(" ", &now[now_end..(now_end + 3).min(now.len())]),
    ]
    .concat()
}

#[test]
fn a_difference_shows_what_differs_and_a_little_around_it() {
    let kept = "1\n2\n3\n4\nold\n5\n6\n7\n8\n";
    let now = "1\n2\n3\n4\nnew\nmore\n5\n6\n7\n8\n";
    let expected = "  2\n  3\n  4\n- old\n+ new\n+ more\n  5\n  6\n  7\n";
    assert_eq!(difference(kept, now), expected);
    assert_eq!(difference("", "a\n"), "+ a\n");
}
