//! Writes the picture, from the ground up: bands, lines, boxes, text.

use super::{
    fold::{Row, Sheet},
    header,
    layout::{ACTION, HEADING, LABEL, Layout, MARGIN, NOTE, Rect, label_room},
    lines::Lines,
    measure,
    pen::{self, CRITICAL, FAINT, INK, PAPER, Style, xml},
    route::Routes,
};
use crate::plan::{Plan, timing::Timing};
use std::fmt::Write;

pub(super) fn draw(
    plan: &Plan,
    timing: &Timing,
    sheet: &Sheet,
    routes: &Routes,
    layout: &Layout,
) -> String {
    let mut svg = String::new();
    // Writing to a String cannot fail.
    let _ = Picture {
        sheet,
        routes,
        layout,
    }
    .write(&mut svg, plan, timing);
    svg
}

struct Picture<'a> {
    sheet: &'a Sheet,
    routes: &'a Routes,
    layout: &'a Layout,
}

impl Picture<'_> {
    fn write(&self, svg: &mut String, plan: &Plan, timing: &Timing) -> std::fmt::Result {
        let Layout { width, height, .. } = *self.layout;
        writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\">"
        )?;
        writeln!(svg, "<title>{}</title>", xml(&header::title(plan)))?;
        writeln!(svg, "<desc>{}</desc>", xml(&header::totals(plan, timing)))?;
        writeln!(
            svg,
            "<rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{PAPER}\"/>"
        )?;
        header::draw(svg, plan, timing, self.sheet);
        self.bands(svg)?;
        Lines {
            sheet: self.sheet,
            routes: self.routes,
            layout: self.layout,
        }
        .write(svg)?;
        for cell in 0..self.sheet.cells.len() {
            self.cell(svg, cell)?;
        }
        self.labels(svg)?;
        svg.push_str("</svg>\n");
        Ok(())
    }

    /// The heading of each section, and a ground under every other lane.
    fn bands(&self, svg: &mut String) -> std::fmt::Result {
        let (x, w) = (MARGIN - 8, self.layout.width - 2 * MARGIN + 16);
        let mut rows = self.layout.rows.iter();
        for (section, top) in self.sheet.sections.iter().zip(&self.layout.headings) {
            if let Some(heading) = &section.heading {
                let h = HEADING + 9;
                writeln!(
                    svg,
                    "<rect x=\"{x}\" y=\"{top}\" width=\"{w}\" height=\"{h}\" rx=\"3\" fill=\"#dfe5eb\"/>"
                )?;
                let room = label_room(self.layout.labels);
                let shown = measure::elided(heading, HEADING, true, room);
                let style = Style::left(HEADING, true, INK);
                pen::text(svg, MARGIN, top + HEADING + 3, style, &shown);
            }
            for (n, (top, h)) in rows.by_ref().take(section.rows).enumerate() {
                if n % 2 == 1 {
                    writeln!(
                        svg,
                        "<rect x=\"{x}\" y=\"{top}\" width=\"{w}\" height=\"{h}\" fill=\"#f4f6f8\"/>"
                    )?;
                }
            }
        }
        Ok(())
    }

    fn cell(&self, svg: &mut String, n: usize) -> std::fmt::Result {
        let (cell, rect) = (&self.sheet.cells[n], self.layout.boxes[n]);
        writeln!(svg, "<g><title>{}</title>", xml(&cell.tooltip))?;
        if cell.is_critical {
            let Rect { x, y, w, h } = rect;
            writeln!(
                svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{PAPER}\" stroke=\"{CRITICAL}\" stroke-width=\"3\"/>",
                x - 4,
                y - 4,
                w + 8,
                h + 8
            )?;
        }
        if self.sheet.rows[cell.row].is_folded && !cell.is_critical {
            let behind = Rect {
                x: rect.x + 4,
                y: rect.y - 4,
                ..rect
            };
            pen::shape(svg, behind, cell.risk);
        }
        pen::shape(svg, rect, cell.risk);
        let (_, _, ink) = pen::colors(cell.risk);
        let actions = &self.layout.actions[n];
        let high = actions.len() as i32 * (ACTION + 2) + NOTE;
        let (middle, mut y) = (rect.x + rect.w / 2, rect.y + (rect.h - high) / 2 - 1);
        for line in actions {
            y += ACTION + 2;
            pen::text(svg, middle, y, Style::centered(ACTION, ink), line);
        }
        y += NOTE + 2;
        pen::text(svg, middle, y, Style::centered(NOTE, ink), &cell.note);
        svg.push_str("</g>\n");
        Ok(())
    }

    fn labels(&self, svg: &mut String) -> std::fmt::Result {
        for (row, &(top, height)) in self.sheet.rows.iter().zip(&self.layout.rows) {
            writeln!(svg, "<g><title>{}</title>", xml(&row.tooltip))?;
            self.label(svg, row, top + height / 2);
            svg.push_str("</g>\n");
        }
        Ok(())
    }

    fn label(&self, svg: &mut String, row: &Row, middle: i32) {
        let room = label_room(self.layout.labels);
        let fill = if row.is_critical { CRITICAL } else { INK };
        let bold = row.is_critical || row.is_folded;
        let label = measure::elided(&row.label, LABEL, bold, room);
        let style = Style::left(LABEL, bold, fill);
        match &row.note {
            None => pen::text(svg, MARGIN, middle + 4, style, &label),
            Some(note) => {
                pen::text(svg, MARGIN, middle - 3, style, &label);
                let note = measure::elided(note, NOTE, false, room);
                pen::text(
                    svg,
                    MARGIN,
                    middle + 12,
                    Style::left(NOTE, false, FAINT),
                    &note,
                );
            }
        }
    }
}
