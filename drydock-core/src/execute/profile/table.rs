//! A profile as lines for people.

use super::{ActionTimes, Profile};
use crate::plan::timing::spoken;
use std::{
    fmt::{Result, Write},
    time::Duration,
};

pub(super) fn text(profile: &Profile) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_profile(&mut text, profile);
    text
}

fn write_profile(text: &mut String, profile: &Profile) -> Result {
    let left = profile
        .steps
        .saturating_sub(profile.done + profile.failed + profile.skipped);
    let verb = if profile.is_finished {
        "took"
    } else {
        "has taken"
    };
    write!(
        text,
        "Plan {} {verb} {}: {} of {} steps done",
        profile.plan,
        spoken(profile.total),
        profile.done,
        profile.steps
    )?;
    let parts = [
        (profile.failed, "failed"),
        (profile.skipped, "skipped"),
        (left, "left"),
    ];
    for (n, what) in parts.into_iter().filter(|(n, _)| *n > 0) {
        write!(text, ", {n} {what}")?;
    }
    if profile.retries > 0 {
        write!(text, ", {}", again(profile.retries))?;
    }
    text.push('\n');
    if profile.actions.is_empty() {
        return Ok(());
    }
    text.push_str("\nBy action, all nodes together:\n");
    text.push_str(&actions(&profile.actions));
    text.push_str("\nWhat decided the end, one step after the other:\n");
    text.push_str(&critical_path(profile));
    text.push_str("\nThe slowest, from their first step to their last:\n");
    let rows = profile.slowest.iter().map(|times| {
        let longest = format!("{} {}", times.longest, spoken(times.took));
        vec![
            times.target.clone(),
            spoken(times.total),
            longest,
            again(times.retries),
        ]
    });
    text.push_str(&aligned("target|>took|longest step|", rows.collect()));
    Ok(())
}

fn actions(actions: &[ActionTimes]) -> String {
    let rows = actions.iter().map(|times| {
        vec![
            times.action.clone(),
            times.count.to_string(),
            spoken(times.total),
            spoken(times.median),
            spoken(times.expected),
            spoken(times.longest),
            times.longest_on.clone(),
            some(times.spent.queued),
            some(times.spent.calling),
            some(times.spent.waiting),
            some(times.spent.retrying),
        ]
    });
    let heads =
        "action|>steps|>in all|>median|>expected|>longest|on|>queued|>calling|>waiting|>retrying";
    aligned(heads, rows.collect())
}

fn critical_path(profile: &Profile) -> String {
    let mut rows = Vec::new();
    let mut sum = Duration::ZERO;
    for link in &profile.critical_path {
        sum += link.queued + link.took;
        rows.push(vec![
            link.target.clone(),
            link.action.clone(),
            spoken(link.took),
            match link.queued.as_millis() == 0 {
                true => String::new(),
                false => format!("after {} for its turn", spoken(link.queued)),
            },
        ]);
    }
    let all = vec![
        String::new(),
        "together".to_owned(),
        spoken(sum),
        String::new(),
    ];
    rows.push(all);
    aligned("target|action|>took|", rows)
}

/// A time, or nothing where there is none.
fn some(time: Duration) -> String {
    match time.as_millis() {
        0 => "-".to_owned(),
        _ => spoken(time),
    }
}

fn again(retries: u32) -> String {
    match retries {
        0 => String::new(),
        1 => "1 call made again".to_owned(),
        n => format!("{n} calls made again"),
    }
}

/// Rows under heads, which `|` parts; a column whose head begins with `>` ends flush.
fn aligned(heads: &str, rows: Vec<Vec<String>>) -> String {
    let heads: Vec<&str> = heads.split('|').collect();
    let first: Vec<String> = heads
        .iter()
        .map(|head| head.trim_start_matches('>').to_owned())
        .collect();
    let all: Vec<Vec<String>> = std::iter::once(first).chain(rows).collect();
    let width = |n: usize| {
        all.iter()
            .filter_map(|row| row.get(n))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..heads.len())
        .map(|n| width(n).unwrap_or_default())
        .collect();
    let mut text = String::new();
    for row in &all {
        let mut line = String::new();
        for ((cell, head), &width) in row.iter().zip(&heads).zip(&widths) {
            let cell = match head.starts_with('>') {
                true => format!("{cell:>width$}"),
                false => format!("{cell:<width$}"),
            };
            line.push_str("  ");
            line.push_str(&cell);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
