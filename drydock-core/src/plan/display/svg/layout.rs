//! Where everything stands: rows from the top, columns from the left, a gutter before each column as wide as its trunks
//! need.

use super::{fold::Sheet, header, measure, route::Routes};
use std::collections::BTreeMap;

pub(super) const MARGIN: i32 = 20;
pub(super) const LABEL: i32 = 13;
pub(super) const NOTE: i32 = 11;
pub(super) const ACTION: i32 = 12;
pub(super) const HEADING: i32 = 13;
/// The widest text of a label and of a box.
const LABEL_MOST: i32 = 190;
const ACTION_MOST: i32 = 100;
/// Between the text of a box and its outline.
const PADDING: i32 = 11;
/// Between two lines of a gutter.
const TRACK: i32 = 8;
/// From a box to the first line of the gutter right of it, and from the last to the next box.
const BEFORE_TRACKS: i32 = 14;
const AFTER_TRACKS: i32 = 16;

#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    /// Of each section, the top of its heading; its rows follow.
    pub(super) headings: Vec<i32>,
    /// Of each row, its top and its height.
    pub(super) rows: Vec<(i32, i32)>,
    pub(super) labels: i32,
    pub(super) boxes: Vec<Rect>,
    /// For each box, the lines of its action.
    pub(super) actions: Vec<Vec<String>>,
    /// For each box that leads into a trunk, the height at which it does.
    pub(super) lead: BTreeMap<usize, i32>,
    /// For each trunk, its place from the left.
    pub(super) trunks: Vec<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) w: i32,
    pub(super) h: i32,
}

impl Rect {
    pub(super) fn right(self) -> i32 {
        self.x + self.w
    }

    pub(super) fn middle(self) -> i32 {
        self.y + self.h / 2
    }
}

pub(super) fn layout(sheet: &Sheet, routes: &Routes) -> Layout {
    let actions: Vec<Vec<String>> = sheet
        .cells
        .iter()
        .map(|cell| measure::wrapped(&cell.action, ACTION, false, ACTION_MOST))
        .collect();
    let header = header::header(sheet);
    let labels = label_width(sheet);
    let mut top = MARGIN + header.height;
    let (mut headings, mut rows) = (Vec::new(), Vec::new());
    let heights = row_heights(sheet, routes, &actions);
    for section in &sheet.sections {
        headings.push(top);
        if section.heading.is_some() {
            top += HEADING + 13;
        }
        for _ in 0..section.rows {
            let height = heights[rows.len()].1;
            rows.push((top, height));
            top += height;
        }
        top += 10;
    }
    // Boxes first know their height; the columns' places follow from the trunks, and these from the heights.
    let mut boxes: Vec<Rect> = Vec::with_capacity(sheet.cells.len());
    for (n, cell) in sheet.cells.iter().enumerate() {
        let (line, h) = (routes.line[n] as i32, heights[cell.row].0);
        let y = rows[cell.row].0 + 8 + line * (h + 8);
        boxes.push(Rect { x: 0, y, w: 0, h });
    }
    let lead = leads(sheet, routes, &rows, &boxes);
    let (tracks, widths) = (
        tracks(sheet, routes, &boxes, &lead),
        widths(sheet, &actions),
    );
    let mut x = MARGIN + labels;
    let mut gutters = Vec::with_capacity(sheet.ranks);
    let mut columns = Vec::with_capacity(sheet.ranks);
    for (rank, width) in widths.iter().enumerate() {
        gutters.push(x);
        let used = tracks.iter().zip(&routes.trunks);
        let used = used.filter(|(_, trunk)| trunk.rank == rank);
        let used = used.map(|(track, _)| track + 1).max().unwrap_or_default();
        x += match rank {
            0 => 0,
            _ => BEFORE_TRACKS + used * TRACK + AFTER_TRACKS,
        };
        columns.push(x);
        x += width;
    }
    for (rect, cell) in boxes.iter_mut().zip(&sheet.cells) {
        (rect.x, rect.w) = (columns[cell.rank], widths[cell.rank]);
    }
    let trunks = tracks.iter().zip(&routes.trunks);
    let trunks = trunks.map(|(track, trunk)| gutters[trunk.rank] + BEFORE_TRACKS + track * TRACK);
    Layout {
        trunks: trunks.collect(),
        width: (x + MARGIN).max(header.width + 2 * MARGIN),
        height: top + MARGIN - 10,

        headings,
        rows,
        labels,
        boxes,
        actions,
        lead,
    }
}

fn label_width(sheet: &Sheet) -> i32 {
    let widths = sheet.rows.iter().map(|row| {
        let note = row.note.as_deref().unwrap_or_default();
        measure::width(&row.label, LABEL, true).max(measure::width(note, NOTE, false))
    });
    let headings = sheet
        .sections
        .iter()
        .filter_map(|section| section.heading.as_deref());
    let headings = headings.map(|heading| measure::width(heading, HEADING, true));
    widths
        .chain(headings)
        .max()
        .unwrap_or_default()
        .min(LABEL_MOST)
        + 22
}

/// How much of a label can be shown.
pub(super) fn label_room(labels: i32) -> i32 {
    labels - 18
}

/// For each row, how high its boxes are and how high it is itself.
fn row_heights(sheet: &Sheet, routes: &Routes, actions: &[Vec<String>]) -> Vec<(i32, i32)> {
    let mut boxes = vec![0; sheet.rows.len()];
    for (cell, action) in sheet.cells.iter().zip(actions) {
        let height = 14 + action.len() as i32 * (ACTION + 2) + NOTE;
        boxes[cell.row] = boxes[cell.row].max(height);
    }
    let mut below = vec![0; sheet.rows.len()];
    for cell in &routes.below {
        below[sheet.cells[*cell].row] += 1;
    }
    let rows = boxes.iter().zip(&routes.lines).zip(&below);
    rows.map(|((&h, &lines), &below)| {
        let strip = if below > 0 { 2 + below * 6 } else { 0 };
        (h, 8 + lines as i32 * (h + 8) + strip)
    })
    .collect()
}

/// At which height each box leads into its trunks: its own where nothing stands right of it, else below its lane, each
/// box of the lane at a height of its own.
fn leads(
    sheet: &Sheet,
    routes: &Routes,
    rows: &[(i32, i32)],
    boxes: &[Rect],
) -> BTreeMap<usize, i32> {
    let from = routes.trunks.iter().flat_map(|trunk| &trunk.from);
    let mut lead: BTreeMap<usize, i32> = from.map(|&n| (n, boxes[n].middle())).collect();
    let mut used: BTreeMap<usize, i32> = BTreeMap::new();
    for &n in &routes.below {
        let row = sheet.cells[n].row;
        let used = used.entry(row).or_default();
        *used += 1;
        let (top, height) = rows[row];
        lead.insert(n, top + height + 1 - *used * 6);
    }
    lead
}

/// For each trunk its line in its gutter: the first that nothing else occupies from its top to its bottom.
fn tracks(sheet: &Sheet, routes: &Routes, boxes: &[Rect], lead: &BTreeMap<usize, i32>) -> Vec<i32> {
    let spans: Vec<(i32, i32)> = routes
        .trunks
        .iter()
        .map(|trunk| {
            let from = trunk.from.iter().filter_map(|n| lead.get(n).copied());
            let to = trunk.to.iter().map(|&n| boxes[n].middle());
            let (low, high) = from.chain(to).fold((i32::MAX, i32::MIN), |(low, high), y| {
                (low.min(y), high.max(y))
            });
            (low - 12, high + 12)
        })
        .collect();
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|&n| (routes.trunks[n].rank, spans[n], n));
    let mut ends: Vec<Vec<i32>> = vec![Vec::new(); sheet.ranks];
    let mut tracks = vec![0; spans.len()];
    for n in order {
        let ends = &mut ends[routes.trunks[n].rank];
        let free = ends.iter().position(|end| *end < spans[n].0);
        let track = free.unwrap_or(ends.len());
        match ends.get_mut(track) {
            Some(end) => *end = spans[n].1,
            None => ends.push(spans[n].1),
        }
        tracks[n] = track as i32;
    }
    tracks
}

/// For each column, how wide its boxes are.
fn widths(sheet: &Sheet, actions: &[Vec<String>]) -> Vec<i32> {
    let mut widths = vec![64; sheet.ranks];
    for (cell, action) in sheet.cells.iter().zip(actions) {
        let lines = action
            .iter()
            .map(|line| measure::width(line, ACTION, false));
        let text = lines.max().unwrap_or_default();
        let text = text.max(measure::width(&cell.note, NOTE, false));
        widths[cell.rank] = widths[cell.rank].max(text + 2 * PADDING);
    }
    widths
}
