//! How a box is led to those that wait for it. Neighbours in a lane are joined by a straight arrow. Of the others, boxes
//! that wait for the same boxes share a trunk: a line down a gutter between two columns, into which lead all that are
//! waited for (a dot) and out of which go all that wait (an arrow). So every line of a trunk means the same: all of these
//! after all of those; and a hundred nodes that need five networks take one line, not five hundred.

use super::fold::Sheet;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug)]
pub(super) struct Routes {
    /// For each box, which line of its lane it is on: several boxes of one column stand below each other.
    pub(super) line: Vec<usize>,
    /// For each row, how many lines it has.
    pub(super) lines: Vec<usize>,
    pub(super) straight: BTreeSet<(usize, usize)>,
    pub(super) trunks: Vec<Trunk>,
    /// The boxes that lead into a trunk below their lane, for others stand right of them.
    pub(super) below: Vec<usize>,
}

/// A line down the gutter before a column.
#[derive(Debug)]
pub(super) struct Trunk {
    /// The column before which it stands.
    pub(super) rank: usize,
    pub(super) from: Vec<usize>,
    pub(super) to: Vec<usize>,
}

pub(super) fn routes(sheet: &Sheet) -> Routes {
    let mut line = vec![0; sheet.cells.len()];
    let mut lines = vec![1; sheet.rows.len()];
    // The next box on the same line of the same row.
    let mut next: Vec<Option<usize>> = vec![None; sheet.cells.len()];
    let mut last: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (n, cell) in sheet.cells.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|before| sheet.cells.get(before));
        if before.is_some_and(|before| (before.row, before.rank) == (cell.row, cell.rank)) {
            line[n] = line[n - 1] + 1;
        }
        lines[cell.row] = lines[cell.row].max(line[n] + 1);
        if let Some(before) = last.insert((cell.row, line[n]), n) {
            next[before] = Some(n);
        }
    }
    let is_next = |from: usize, to: usize| next[from] == Some(to);
    let straight: BTreeSet<(usize, usize)> = sheet
        .edges
        .iter()
        .copied()
        .filter(|&(from, to)| is_next(from, to))
        .collect();
    // What a chain of straight arrows says already is not drawn again.
    let is_said = |from: usize, to: usize| {
        let mut at = from;
        while let Some(after) = next[at].filter(|&after| straight.contains(&(at, after))) {
            if after == to {
                return true;
            }
            at = after;
        }
        false
    };
    let mut sources: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for &(from, to) in &sheet.edges {
        // Nodes of one lane may wait for each other; their boxes of one column cannot be told apart.
        let is_before = sheet.cells[from].rank < sheet.cells[to].rank;
        if is_before && !is_said(from, to) {
            sources.entry(to).or_default().insert(from);
        }
    }
    let mut shared: BTreeMap<(usize, BTreeSet<usize>), Vec<usize>> = BTreeMap::new();
    for (to, from) in sources {
        let rank = sheet.cells[to].rank;
        shared.entry((rank, from)).or_default().push(to);
    }
    let trunk = |((rank, from), to): ((usize, BTreeSet<usize>), Vec<usize>)| Trunk {
        rank,
        from: from.into_iter().collect(),
        to,
    };
    let trunks: Vec<Trunk> = shared.into_iter().map(trunk).collect();
    let leading: BTreeSet<usize> = trunks.iter().flat_map(|t| t.from.iter().copied()).collect();
    Routes {
        below: leading
            .into_iter()
            .filter(|&from| next[from].is_some())
            .collect(),
        line,
        lines,
        straight,
        trunks,
    }
}
