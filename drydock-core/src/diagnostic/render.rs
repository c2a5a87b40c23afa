//! Diagnostics drawn over the masked source text, as rustc draws them. Feature `render`.

use super::{Diagnostic, Diagnostics, Label, Severity};
use crate::{
    secret::mask_urls,
    span::{Origin, SourceFile, SourceMap},
};
use annotate_snippets::{Annotation, AnnotationKind, Element, Level, Renderer, Snippet};
use std::{ops::Range, sync::Arc};

/// Longest excerpt and longest line that is drawn, in bytes: an excerpt is for reading.
const EXCERPT: usize = 16 << 10;
const LINE: usize = 240;

/// Whether to write ANSI colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// For terminals.
    Always,
    /// For files, pipes and `NO_COLOR`.
    Never,
}

/// All diagnostics, a blank line after each, and a last line that counts them; empty when there are none.
pub fn render_all(diagnostics: &Diagnostics, sources: &SourceMap, color: Color) -> String {
    let mut text: String = diagnostics
        .iter()
        .map(|d| render(d, sources, color) + "\n\n")
        .collect();
    let count = |severity| {
        diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    let named = |severity, name: &str| match count(severity) {
        0 => None,
        1 => Some(format!("1 {name}")),
        n => Some(format!("{n} {name}s")),
    };
    let parts = [
        named(Severity::Error, "error"),
        named(Severity::Warning, "warning"),
        named(Severity::Note, "note"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        text += &format!("{}\n", parts.join(", "));
    }
    text
}

/// One diagnostic, without a line end.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, color: Color) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = match &diagnostic.subject {
        Some(subject) => format!("{subject}: {}", diagnostic.full_message()),
        None => diagnostic.full_message(),
    };
    let mut elements: Vec<Element<'_>> = Vec::new();
    for (file, labels) in by_file(diagnostic, sources) {
        match file {
            Some(file) => elements.extend(excerpts(&file, &labels).into_iter().map(Element::from)),
            None => elements.extend(labels.iter().map(|label| {
                let place = format!("at {} {}", sources.origin(label.span), label.text);
                Level::NOTE
                    .message(mask_urls(place.trim_end()).into_owned())
                    .into()
            })),
        }
    }
    if let Some(help) = &diagnostic.help {
        elements.push(Level::HELP.message(mask_urls(help).into_owned()).into());
    }
    let report = [level
        .primary_title(mask_urls(&title).into_owned())
        .id(diagnostic.code.to_string())
        .elements(elements)];
    let renderer = match color {
        Color::Always => Renderer::styled(),
        Color::Never => Renderer::plain(),
    };
    renderer.render(&report)
}

/// The labels of each file, in the order in which the files are first named; no file for places without text.
fn by_file<'a>(
    diagnostic: &'a Diagnostic,
    sources: &SourceMap,
) -> Vec<(Option<Arc<SourceFile>>, Vec<&'a Label>)> {
    let mut groups: Vec<(Option<Arc<SourceFile>>, Vec<&'a Label>)> = Vec::new();
    for label in &diagnostic.labels {
        let has_text = matches!(sources.origin(label.span), Origin::Text { .. });
        let file = sources.file(label.span).filter(|_| has_text).cloned();
        let same = |f: &Option<Arc<SourceFile>>| {
            f.as_ref().map(|f| f.id()) == file.as_ref().map(|f| f.id())
        };
        match groups.iter_mut().find(|(f, _)| same(f)) {
            Some((_, labels)) => labels.push(label),
            None => groups.push((file, vec![label])),
        }
    }
    groups
}

/// One excerpt for all labels of a file, or one each where they are too far apart to be drawn together.
fn excerpts(file: &SourceFile, labels: &[&Label]) -> Vec<Snippet<'static, Annotation<'static>>> {
    let lines = labels.iter().map(|label| file.position(label.span.lo).line);
    let (first, last) = (lines.clone().min().unwrap_or(1), lines.max().unwrap_or(1));
    let (start, (last_text, last_start)) = (file.line(first).1, file.line(last));
    let end = last_start as usize + last_text.len();
    let text = file.masked().get(start as usize..end).unwrap_or("");
    if text.len() <= EXCERPT && text.lines().all(|line| line.len() <= LINE) {
        let marks = labels
            .iter()
            .map(|label| (mark(file, label, start), *label));
        return vec![snippet(file, text, first, marks)];
    }
    labels.iter().map(|label| window(file, label)).collect()
}

/// The part of the label's line that surrounds it.
fn window(file: &SourceFile, label: &Label) -> Snippet<'static, Annotation<'static>> {
    let line = file.position(label.span.lo).line;
    let (text, start) = file.line(line);
    let mark = mark(file, label, start);
    let mut lo = mark.start.saturating_sub(LINE / 2);
    while !text.is_char_boundary(lo) {
        lo -= 1;
    }
    let mut hi = (lo + LINE).min(text.len());
    while !text.is_char_boundary(hi) {
        hi -= 1;
    }
    let mark = mark.start - lo..mark.end.min(hi).max(mark.start) - lo;
    snippet(file, &text[lo..hi], line, std::iter::once((mark, label)))
}

/// The label's bytes counted from `start`, cut at the end of their first line.
fn mark(file: &SourceFile, label: &Label, start: u32) -> Range<usize> {
    let (text, line_start) = file.line(file.position(label.span.lo).line);
    let end = line_start as usize + text.len();
    let lo = (label.span.lo as usize).min(end);
    let hi = (label.span.hi as usize).clamp(lo, end);
    lo.saturating_sub(start as usize)..hi.saturating_sub(start as usize)
}

fn snippet<'a>(
    file: &SourceFile,
    text: &str,
    line: u32,
    marks: impl Iterator<Item = (Range<usize>, &'a Label)>,
) -> Snippet<'static, Annotation<'static>> {
    let annotations = marks.map(|(range, label)| {
        let kind = if label.primary {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let text = (!label.text.is_empty()).then(|| mask_urls(&label.text).into_owned());
        kind.span(range).label(text)
    });
    Snippet::source(text.to_owned())
        .line_start(line as usize)
        .path(file.name().to_owned())
        .annotations(annotations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diagnostic::Code, span::Span};

    fn sources(text: &str) -> (SourceMap, crate::span::FileId) {
        let file = Arc::new(SourceFile::text("site.yaml", text));
        let mut sources = SourceMap::default();
        sources.insert(file.clone());
        (sources, file.id())
    }

    #[test]
    fn it_looks_like_rustc() {
        let (sources, file) = sources("a: 1\nb: 2\nc: 3\nd: 4\na: 5\n");
        let diagnostic = Diagnostic::new(Code::DUPLICATE_KEY, "key `a` stands twice")
            .at(Span::new(file, 20, 21), "again here")
            .also(Span::new(file, 0, 1), "first here")
            .help("keep one");
        let expected = "\
error[DD0008]: key `a` stands twice
 --> site.yaml:5:1
  |
1 | a: 1
  | - first here
...
5 | a: 5
  | ^ again here
  |
  = help: keep one";
        assert_eq!(render(&diagnostic, &sources, Color::Never), expected);
    }

    #[test]
    fn long_lines_are_cut_and_secrets_struck_out() {
        let (sources, file) = sources(&format!(
            "x: {}\ncredential: hunter2\n",
            "y".repeat(1 << 20)
        ));
        let long =
            Diagnostic::new(Code::WRONG_VALUE, "too long").at(Span::new(file, 3, 1 << 20), "");
        assert!(render(&long, &sources, Color::Never).len() < 2_000);
        let secret = Diagnostic::new(Code::WRONG_VALUE, "wrong")
            .at(Span::new(file, (1 << 20) + 4, (1 << 20) + 14), "");
        let text = render(&secret, &sources, Color::Never);
        assert!(
            text.contains("credential:") && !text.contains("hunter2"),
            "{text}"
        );
        let url = "https://user:hunter2@host/";
        let told = Diagnostic::new(Code::WRONG_VALUE, url)
            .at(Span::new(file, 0, 1), url)
            .help(url);
        let text = render(&told, &sources, Color::Never);
        assert!(!text.contains("hunter2"), "{text}");
    }
}
