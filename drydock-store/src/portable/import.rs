//! Lines to a store.

use super::{
    Counts, PortableError,
    line::{FORMAT, Line},
};
use drydock_core::state::{Batch, StateRevision, StateStore};
use std::io::{BufRead, Seek, SeekFrom};

/// How many bytes of values one commit holds, or just more,
const MOST_BYTES: usize = 1 << 20;
/// and how many of them.
const MOST: usize = 1024;

/// Reads what [`export`](super::export) wrote into a store in which there is nothing.
///
/// The lines are read twice: first to the end to see that all is in order, so that nothing is imported of an export that
/// was cut off or damaged; then into the store, in commits of about a megabyte. Reading blocks.
///
/// # Errors
/// When the lines make no sense to the last one, the store is not empty, or it fails; after
/// [`PortableError::Partial`] the store holds a part.
pub async fn import(
    store: &dyn StateStore,
    mut lines: impl BufRead + Seek + Send,
) -> Result<Counts, PortableError> {
    let first = store
        .scan("")
        .await?
        .into_iter()
        .next()
        .map(|stored| stored.key);
    let first = first.or(store.journals("").await?.into_iter().next());
    if let Some(found) = first {
        let found = found.to_string();
        return Err(PortableError::NotEmpty { found });
    }
    let begin = lines.stream_position()?;
    let mut checked = Lines::begin(&mut lines)?;
    while checked.next()?.is_some() {}
    let counts = checked.counts;

    lines.seek(SeekFrom::Start(begin))?;
    let mut read = Lines::begin(&mut lines)?;
    let (mut batch, mut bytes, mut count) = (Batch::new(), 0, 0);
    while let Some(line) = read.next()? {
        batch = match line {
            Line::Key(key, value) => {
                bytes += key.len() + value.len();
                batch.expect(&*key, StateRevision(0)).put(key, value)
            }
            Line::Entry(journal, entry) => {
                bytes += journal.len() + entry.len();
                batch.append(journal, entry)
            }
            Line::First { .. } | Line::End(_) => batch,
        };
        count += 1;
        if bytes >= MOST_BYTES || count >= MOST {
            let full = std::mem::take(&mut batch);
            store.commit(full).await.map_err(PortableError::Partial)?;
            (bytes, count) = (0, 0);
        }
    }
    if count > 0 {
        store.commit(batch).await.map_err(PortableError::Partial)?;
    }
    Ok(counts)
}

/// The lines between the first and the last, held against what an export has to be.
struct Lines<R> {
    lines: R,
    number: u64,
    last_key: Option<String>,
    last_journal: Option<String>,
    counts: Counts,
    text: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// After the first line.
    fn begin(lines: R) -> Result<Self, PortableError> {
        let mut read = Self {
            lines,
            number: 0,
            last_key: None,
            last_journal: None,
            counts: Counts::default(),
            text: Vec::new(),
        };
        if !read.advance()? {
            read.number = 1;
            return Err(read.wrong("there is none: the export is empty"));
        }
        match Line::read_first(&read.text).map_err(|reason| read.wrong(reason))? {
            Line::First { format, written_by } if format > FORMAT => {
                Err(PortableError::Newer { format, written_by })
            }
            _ => Ok(read),
        }
    }

    /// The next key or entry; nothing at the end, which must be told and be the last.
    fn next(&mut self) -> Result<Option<Line>, PortableError> {
        if !self.advance()? {
            let cut =
                "the lines end here without saying how many there were: the export was cut off";
            return Err(self.wrong(cut));
        }
        let line = Line::read(&self.text).map_err(|reason| self.wrong(reason))?;
        match &line {
            Line::Key(key, _) => {
                if self.last_journal.is_some() {
                    return Err(self.wrong("a key comes after the journals"));
                }
                if self.last_key.as_ref().is_some_and(|last| last >= key) {
                    return Err(self.wrong(format!("the key {key} is out of order or there twice")));
                }
                self.last_key = Some(key.clone());
                self.counts.keys += 1;
            }
            Line::Entry(journal, _) => {
                if self.last_journal.as_ref() != Some(journal) {
                    if self
                        .last_journal
                        .as_ref()
                        .is_some_and(|last| last > journal)
                    {
                        return Err(self.wrong(format!("the journal {journal} is out of order")));
                    }
                    self.last_journal = Some(journal.clone());
                    self.counts.journals += 1;
                }
                self.counts.entries += 1;
            }
            Line::End(told) => {
                if *told != self.counts {
                    return Err(self.wrong(format!(
                        "it tells of {told:?}, but there are {:?}",
                        self.counts
                    )));
                }
                if self.advance()? {
                    return Err(self.wrong("it comes after the end"));
                }
                return Ok(None);
            }
            Line::First { .. } => {}
        }
        Ok(Some(line))
    }

    fn advance(&mut self) -> Result<bool, PortableError> {
        self.text.clear();
        let some = self.lines.read_until(b'\n', &mut self.text)? > 0;
        while self
            .text
            .pop_if(|byte| matches!(byte, b'\n' | b'\r'))
            .is_some()
        {}
        self.number += u64::from(some);
        Ok(some)
    }

    fn wrong(&self, reason: impl Into<String>) -> PortableError {
        PortableError::Line {
            line: self.number,
            reason: reason.into(),
        }
    }
}
