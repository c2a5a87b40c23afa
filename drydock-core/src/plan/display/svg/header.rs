//! The top of the picture: what the plan is, what it puts at risk, and how to read the shapes.

use super::{
    fold::Sheet,
    layout::{MARGIN, Rect},
    measure,
    pen::{self, CRITICAL, FAINT, INK, Style},
};
use crate::{
    driver::Risk,
    plan::{
        Plan,
        display::words,
        timing::{Timing, spoken},
    },
};
use std::fmt::Write;

const TITLE: i32 = 19;
const LINE: i32 = 13;
/// The legend breaks into lines of this width.
const WIDTH: i32 = 1_000;
const SAMPLE: i32 = 30;

/// How much room it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) width: i32,
    pub(super) height: i32,
}

/// What the legend explains.
#[derive(Debug, Clone, Copy)]
enum Entry {
    Risk(Risk),
    Critical,
    Folded,
    Trunk,
}

impl Entry {
    fn words(self) -> String {
        match self {
            Entry::Risk(risk) => format!("{risk}: {}", words::meaning(risk)),
            Entry::Critical => "critical path".to_owned(),
            Entry::Folded => "several nodes with the same steps".to_owned(),
            Entry::Trunk => "arrows that leave a line wait for every dot on it".to_owned(),
        }
    }
}

/// Each entry with its place from the top left of the legend, and the legend's height.
fn legend(is_folded: bool) -> (Vec<(Entry, i32, i32)>, i32) {
    let risks = words::RISKS.into_iter().map(Entry::Risk);
    let mut entries: Vec<Entry> = risks.chain([Entry::Critical, Entry::Trunk]).collect();
    if is_folded {
        entries.push(Entry::Folded);
    }
    let (mut x, mut y) = (0, 0);
    let mut placed = Vec::new();
    for entry in entries {
        let width = SAMPLE + 8 + measure::width(&entry.words(), LINE, false) + 22;
        if x > 0 && x + width > WIDTH {
            (x, y) = (0, y + 27);
        }
        placed.push((entry, x, y));
        x += width;
    }
    (placed, y + 27)
}

pub(super) fn header(sheet: &Sheet) -> Header {
    let (_, legend) = legend(is_folded(sheet));
    Header {
        width: WIDTH,
        height: TITLE + 9 + LINE + 13 + legend + 8,
    }
}

fn is_folded(sheet: &Sheet) -> bool {
    sheet.rows.iter().any(|row| row.is_folded)
}

/// What the plan is.
pub(super) fn title(plan: &Plan) -> String {
    match plan.is_empty() {
        true => format!("Plan {}: nothing to {}", plan.id, plan.goal),
        false => format!("Plan {}: {}", plan.id, words::extent(plan)),
    }
}

/// What it puts at risk and how long it takes.
pub(super) fn totals(plan: &Plan, timing: &Timing) -> String {
    if plan.is_empty() {
        return "Everything is as designed.".to_owned();
    }
    let mut parts: Vec<String> = words::RISKS
        .into_iter()
        .map(|risk| {
            (
                plan.steps.iter().filter(|step| step.risk == risk).count(),
                risk,
            )
        })
        .filter(|(n, _)| *n > 0)
        .map(|(n, risk)| format!("{n} {risk}"))
        .collect();
    if plan.destroyed_nodes() > 0 {
        let nodes = words::count(plan.destroyed_nodes(), "node");
        parts.push(format!("what is on {nodes} is lost"));
    }
    parts.push(format!("expected to take {}", spoken(timing.total)));
    parts.join(" · ")
}

pub(super) fn draw(svg: &mut String, plan: &Plan, timing: &Timing, sheet: &Sheet) {
    let mut y = MARGIN + TITLE;
    let line = |text: String, size, bold| measure::elided(&text, size, bold, WIDTH);
    pen::text(
        svg,
        MARGIN,
        y,
        Style::left(TITLE, true, INK),
        &line(title(plan), TITLE, true),
    );
    y += 9 + LINE;
    let said = line(totals(plan, timing), LINE, false);
    pen::text(svg, MARGIN, y, Style::left(LINE, false, INK), &said);
    y += 13;
    for (entry, dx, dy) in legend(is_folded(sheet)).0 {
        let (x, top) = (MARGIN + dx, y + dy);
        sample(svg, entry, x, top);
        let style = Style::left(LINE, false, FAINT);
        pen::text(svg, x + SAMPLE + 8, top + 14, style, &entry.words());
    }
}

fn sample(svg: &mut String, entry: Entry, x: i32, y: i32) {
    let rect = Rect {
        x,
        y,
        w: SAMPLE,
        h: 18,
    };
    // Writing to a String cannot fail.
    let _ = match entry {
        Entry::Risk(risk) => {
            pen::shape(svg, rect, risk);
            Ok(())
        }
        Entry::Critical => writeln!(
            svg,
            "<path d=\"M{x} {0}H{1}\" stroke=\"{CRITICAL}\" stroke-width=\"4\"/>",
            y + 9,
            x + SAMPLE
        ),
        Entry::Trunk => writeln!(
            svg,
            "<path d=\"M{x} {top}H{middle}V{bottom}H{end}\" fill=\"none\" stroke=\"{FAINT}\" stroke-width=\"1.5\"/>\
             <circle cx=\"{middle}\" cy=\"{top}\" r=\"3\" fill=\"{FAINT}\"/>\
             <path d=\"M{right} {bottom}l-7 -4v8z\" fill=\"{FAINT}\"/>",
            top = y + 4,
            middle = x + 12,
            bottom = y + 15,
            end = x + SAMPLE - 5,
            right = x + SAMPLE
        ),
        Entry::Folded => {
            let back = Rect {
                x: x + 4,
                y: y - 2,
                w: SAMPLE - 4,
                h: 14,
            };
            pen::shape(svg, back, Risk::Reversible);
            let front = Rect {
                x,
                y: y + 3,
                ..back
            };
            pen::shape(svg, front, Risk::Reversible);
            Ok(())
        }
    };
}
