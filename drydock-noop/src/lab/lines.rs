//! `[io]` Lines of bounded length, so that nobody fills the memory of the other side.

use serde::Serialize;
use std::io;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// A line as it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Whole, without its end.
    Whole(Vec<u8>),
    /// Longer than the bound. What follows cannot be told apart any more.
    TooLong,
    /// There is none; what was left over without an end is no line.
    Ended,
}

/// The next line of at most so many bytes.
pub(super) async fn next(from: &mut (impl AsyncBufRead + Unpin), most: usize) -> io::Result<Line> {
    let mut line = Vec::new();
    let bound = most as u64 + 1;
    from.take(bound).read_until(b'\n', &mut line).await?;
    Ok(match line.pop() {
        Some(b'\n') => Line::Whole(line),
        Some(_) if line.len() >= most => Line::TooLong,
        _ => Line::Ended,
    })
}

/// Writes a value as a line.
pub(super) async fn write(
    to: &mut (impl AsyncWrite + Unpin),
    value: &impl Serialize,
) -> io::Result<()> {
    write_text(to, serde_json::to_string(value)?).await
}

/// Writes a text without line breaks as a line.
pub(super) async fn write_text(
    to: &mut (impl AsyncWrite + Unpin),
    mut text: String,
) -> io::Result<()> {
    text.push('\n');
    to.write_all(text.as_bytes()).await?;
    to.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_line_has_an_end_and_a_bound() {
        let mut from: &[u8] = b"one\n\nthree\n123456789";
        let whole = |text: &str| Line::Whole(text.into());
        assert_eq!(next(&mut from, 8).await.unwrap(), whole("one"));
        assert_eq!(next(&mut from, 8).await.unwrap(), whole(""));
        assert_eq!(next(&mut from, 5).await.unwrap(), whole("three"));
        assert_eq!(next(&mut from, 8).await.unwrap(), Line::TooLong);
        let mut from: &[u8] = b"left over";
        assert_eq!(next(&mut from, 80).await.unwrap(), Line::Ended);
        assert_eq!(next(&mut from, 80).await.unwrap(), Line::Ended);
    }
}
