//! Writes the lines of the picture: from box to box in a lane, and along trunks.

use super::{
    fold::Sheet,
    layout::Layout,
    pen::{CRITICAL, FAINT, PAPER},
    route::{Routes, Trunk},
};
use std::{collections::BTreeMap, fmt::Write};

/// The colours of trunks, so that neighbours can be told apart where they cross.
const TRUNKS: [&str; 4] = ["#5b6770", "#1f7a8c", "#8a5a1f", "#4e5ba6"];

pub(super) struct Lines<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) routes: &'a Routes,
    pub(super) layout: &'a Layout,
}

impl Lines<'_> {
    /// Leads first, trunks over them, the critical path over both; dots and points last, so that nothing hides them.
    pub(super) fn write(&self, svg: &mut String) -> std::fmt::Result {
        let mut reach: BTreeMap<usize, i32> = BTreeMap::new();
        for (trunk, &x) in self.routes.trunks.iter().zip(&self.layout.trunks) {
            for &from in &trunk.from {
                let far = reach.entry(from).or_insert(x);
                *far = x.max(*far);
            }
        }
        for (&from, &x) in &reach {
            line(svg, &self.lead(from, x), FAINT)?;
        }
        for (n, trunk) in self.routes.trunks.iter().enumerate() {
            let (x, entries) = (self.layout.trunks[n], self.entries(trunk));
            let leads = trunk.from.iter().map(|&from| self.height_of(from));
            let heights = leads.chain(entries.iter().map(|(_, y)| *y));
            let (low, high) = heights.fold((i32::MAX, i32::MIN), |(low, high), y| {
                (low.min(y), high.max(y))
            });
            let mut path = format!("M{x} {low}V{high}");
            for (end, y) in &entries {
                write!(path, "M{x} {y}H{}", end - 6)?;
            }
            line(svg, &path, color(n))?;
        }
        for &(from, to) in &self.routes.straight {
            let (from, to) = (self.layout.boxes[from], self.end(to));
            line(
                svg,
                &format!("M{} {}H{}", from.right(), from.middle(), to - 6),
                FAINT,
            )?;
        }
        self.critical(svg)?;
        for &(from, to) in &self.routes.straight {
            let critical = self.sheet.critical.contains(&(from, to));
            let stroke = if critical { CRITICAL } else { FAINT };
            arrow(svg, self.end(to), self.layout.boxes[to].middle(), stroke)?;
        }
        for (n, trunk) in self.routes.trunks.iter().enumerate() {
            self.ends(svg, n, trunk)?;
        }
        Ok(())
    }

    /// The dots and points of a trunk.
    fn ends(&self, svg: &mut String, n: usize, trunk: &Trunk) -> std::fmt::Result {
        let is_critical = |from: &usize, to: &usize| self.sheet.critical.contains(&(*from, *to));
        let fill = |critical| if critical { CRITICAL } else { color(n) };
        for from in &trunk.from {
            let (x, y) = (self.layout.trunks[n], self.height_of(*from));
            let critical = trunk.to.iter().any(|to| is_critical(from, to));
            writeln!(
                svg,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"3.5\" fill=\"{}\"/>",
                fill(critical)
            )?;
        }
        for ((end, y), to) in self.entries(trunk).into_iter().zip(&trunk.to) {
            let critical = trunk.from.iter().any(|from| is_critical(from, to));
            arrow(svg, end, y, fill(critical))?;
        }
        Ok(())
    }

    fn entries(&self, trunk: &Trunk) -> Vec<(i32, i32)> {
        trunk.to.iter().map(|&to| self.entry(to)).collect()
    }

    /// Where an arrow to a box ends: before the ring around it, where it has one.
    fn end(&self, to: usize) -> i32 {
        let ring = if self.sheet.cells[to].is_critical {
            5
        } else {
            0
        };
        self.layout.boxes[to].x - ring
    }

    /// How a box leads to the line of a trunk.
    fn lead(&self, from: usize, x: i32) -> String {
        let (rect, y) = (self.layout.boxes[from], self.height_of(from));
        let right = rect.right();
        match y == rect.middle() {
            true => format!("M{right} {y}H{x}"),
            false => {
                let start = rect.middle() + 8 + 3 * self.routes.line[from] as i32;
                let turn = right + 5 + 2 * self.routes.line[from] as i32;
                format!("M{} {start}H{turn}V{y}H{x}", right - 6)
            }
        }
    }

    fn height_of(&self, from: usize) -> i32 {
        let own = self.layout.boxes[from].middle();
        self.layout.lead.get(&from).copied().unwrap_or(own)
    }

    /// Where a trunk's arrow meets a box: above the arrow of its own lane, where there is one.
    fn entry(&self, to: usize) -> (i32, i32) {
        let rect = self.layout.boxes[to];
        let mut arriving = self.routes.straight.iter().filter(|edge| edge.1 == to);
        match arriving.next() {
            Some(_) => (self.end(to) + 1, rect.middle() - 10),
            None => (self.end(to), rect.middle()),
        }
    }

    fn critical(&self, svg: &mut String) -> std::fmt::Result {
        let mut path = String::new();
        for &(from, to) in &self.routes.straight {
            if self.sheet.critical.contains(&(from, to)) {
                let rect = self.layout.boxes[from];
                write!(
                    path,
                    "M{} {}H{}",
                    rect.right(),
                    rect.middle(),
                    self.end(to) - 6
                )?;
            }
        }
        for (trunk, &x) in self.routes.trunks.iter().zip(&self.layout.trunks) {
            for &from in &trunk.from {
                for &to in &trunk.to {
                    if self.sheet.critical.contains(&(from, to)) {
                        let (lead, (end, y)) = (self.lead(from, x), self.entry(to));
                        write!(path, "{lead}V{y}H{}", end - 6)?;
                    }
                }
            }
        }
        if path.is_empty() {
            return Ok(());
        }
        writeln!(
            svg,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{CRITICAL}\" stroke-width=\"4\"/>"
        )
    }
}

fn color(trunk: usize) -> &'static str {
    TRUNKS[trunk % TRUNKS.len()]
}

/// A line with a rim of paper, which shows that it crosses the lines under it and does not meet them.
fn line(svg: &mut String, path: &str, color: &str) -> std::fmt::Result {
    writeln!(
        svg,
        "<path d=\"{path}\" fill=\"none\" stroke=\"{PAPER}\" stroke-width=\"4\"/>\
         <path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"/>"
    )
}

/// The head of an arrow whose point is here.
fn arrow(svg: &mut String, x: i32, y: i32, fill: &str) -> std::fmt::Result {
    writeln!(svg, "<path d=\"M{x} {y}l-8 -4v8z\" fill=\"{fill}\"/>")
}
