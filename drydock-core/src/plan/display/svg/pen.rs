//! Writing SVG: escaped text, shapes of risks. It knows nothing of plans' places.

use super::layout::Rect;
use crate::{driver::Risk, plan::display::words};
use std::fmt::Write;

/// Paper and ink. The picture has a ground of its own, so it reads the same on a light and on a dark page.
pub(super) const PAPER: &str = "#ffffff";
pub(super) const INK: &str = "#1b2430";
pub(super) const FAINT: &str = "#566270";
pub(super) const CRITICAL: &str = "#7b2d8b";

/// Fill, outline and text of a risk: told apart by their brightness too, and by the shape.
pub(super) fn colors(risk: Risk) -> (&'static str, &'static str, &'static str) {
    match risk {
        Risk::Read => ("#ffffff", "#5b6770", INK),
        Risk::Reversible => ("#d7ebf9", "#2b6ca3", INK),
        Risk::Disruptive => ("#ffd58a", "#8f5b00", INK),
        Risk::Destructive => ("#9c1c1c", "#5c0f0f", "#ffffff"),
    }
}

/// The text as XML: nothing in it can end an element or an attribute, and no character is one that XML forbids.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in words::plain(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) size: i32,
    pub(super) bold: bool,
    pub(super) fill: &'static str,
    pub(super) centered: bool,
}

impl Style {
    pub(super) fn left(size: i32, bold: bool, fill: &'static str) -> Self {
        Self {
            size,
            bold,
            fill,
            centered: false,
        }
    }

    pub(super) fn centered(size: i32, fill: &'static str) -> Self {
        Self {
            size,
            bold: false,
            fill,
            centered: true,
        }
    }
}

/// Writes a line of text with its base at `y`.
pub(super) fn text(svg: &mut String, x: i32, y: i32, style: Style, text: &str) {
    let Style { size, fill, .. } = style;
    let bold = if style.bold {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let anchor = if style.centered {
        " text-anchor=\"middle\""
    } else {
        ""
    };
    // Writing to a String cannot fail.
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{fill}\"{bold}{anchor}>{}</text>",
        xml(text)
    );
}

/// Writes the shape of a risk: a pill, a box with round corners, a hexagon, an octagon with two outlines.
pub(super) fn shape(svg: &mut String, rect: Rect, risk: Risk) {
    let (fill, stroke, _) = colors(risk);
    let Rect { x, y, w, h } = rect;
    let (right, bottom) = (x + w, y + h);
    // Writing to a String cannot fail.
    let _ = match risk {
        Risk::Read => writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{}\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"/>",
            h / 2
        ),
        Risk::Reversible => writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"5\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.5\"/>"
        ),
        Risk::Disruptive => writeln!(
            svg,
            "<path d=\"M{} {y}H{}L{right} {}L{} {bottom}H{}L{x} {}Z\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.5\"/>",
            x + 7,
            right - 7,
            y + h / 2,
            right - 7,
            x + 7,
            y + h / 2
        ),
        Risk::Destructive => {
            octagon(svg, rect, fill, stroke);
            let inner = Rect {
                x: x + 3,
                y: y + 3,
                w: w - 6,
                h: h - 6,
            };
            octagon(svg, inner, "none", "#ffffff");
            Ok(())
        }
    };
}

fn octagon(svg: &mut String, rect: Rect, fill: &str, stroke: &str) {
    let Rect { x, y, w, h } = rect;
    let (right, bottom, cut) = (x + w, y + h, 7);
    // Writing to a String cannot fail.
    let _ = writeln!(
        svg,
        "<path d=\"M{} {y}H{}L{right} {}V{}L{} {bottom}H{}L{x} {}V{}Z\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.5\"/>",
        x + cut,
        right - cut,
        y + cut,
        bottom - cut,
        right - cut,
        x + cut,
        bottom - cut,
        y + cut
    );
}
