//! Drives the YAML parser. This is the only file that knows it.

use super::{MAX_DEPTH, broken, locate, removal, tree::Tree};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, quote},
    source::{Form, Value},
    span::{FileId, Span},
};
use granit_parser::{
    BorrowedInput, ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as Place, Tag, options,
};
use smol_str::SmolStr;

/// What a text holds.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) values: Vec<Value>,
    pub(super) secrets: Vec<Span>,
    pub(super) diagnostics: Diagnostics,
    /// Where keys stand that look like unquoted removals.
    pub(super) removals: Vec<u32>,
    /// Which of the given removals are none, because they are part of a longer text; in their order.
    pub(super) not_removals: Vec<u32>,
}

/// Reads all values of a text. `removals` are the places of keys whose `!` the text has a letter for, in their order.
pub(super) fn load(file: FileId, text: &str, removals: &[u32]) -> Loaded {
    let options = options! {
        emit_unresolved_aliases: true,
        emit_comments: false,
        // As libyaml and PyYAML read the last line of a file that has no end.
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: MAX_DEPTH as usize,
        block_nesting_limit: MAX_DEPTH as usize,
    };
    let parser = Parser::new_from_str_with_options(text, options);
    let tree = Tree::new(file, text.len());
    let (found, refuted) = (Vec::new(), Vec::new());
    let mut load = Load {
        file,
        text,
        tree,
        removals,
        found,
        refuted,
        begins: 0,
        broken: None,
    };
    load.run(parser);
    let Load {
        tree,
        found,
        refuted,
        ..
    } = load;
    Loaded {
        values: tree.values,
        secrets: tree.secrets,
        diagnostics: tree.found.diagnostics,
        removals: found,
        not_removals: refuted,
    }
}

struct Load<'t> {
    file: FileId,
    text: &'t str,
    tree: Tree,
    removals: &'t [u32],
    found: Vec<u32>,
    refuted: Vec<u32>,
    /// Where the document begins that is read.
    begins: u32,
    /// Whether a document is broken, and from where on it must not be printed at all.
    broken: Option<Option<u32>>,
}

impl<'t> Load<'t> {
    fn run<I: BorrowedInput<'t>>(&mut self, mut parser: Parser<'t, I>) {
        let mut last = None;
        while let Some(next) = parser.next_event() {
            // An event and its place are over 200 bytes: they are looked at where they are.
            let goes_on = match &next {
                Ok((event, place)) => self.event(event, place),
                Err(error) => {
                    self.error(error);
                    // The parser promises to go forward; should it not, the rest is lost rather than the process.
                    let at = error.marker().byte_offset();
                    if last.is_some() && at <= last {
                        break;
                    }
                    last = at;
                    false
                }
            };
            if !goes_on {
                let secret = self.tree.abandon();
                self.broken = Some(self.broken.flatten().or(secret));
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
        self.begin(self.text.len() as u32);
    }

    /// Takes one event in; false when its document is to be left.
    fn event(&mut self, event: &Event<'t>, place: &Place) -> bool {
        let span = self.span(place);
        match event {
            Event::DocumentStart(..) => self.begin(span.lo),
            Event::DocumentEnd => {
                self.tree.finish();
                self.begins = span.hi;
            }
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref().map(|tag| (tag, self.tag_span(place)));
                self.scalar(text, *style, span, *anchor, tag);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tag_of_container(tag.as_deref(), place);
                return self.tree.open_list(span, *anchor) || self.too_deep(span);
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tag_of_container(tag.as_deref(), place);
                return self.tree.open_map(span, *anchor) || self.too_deep(span);
            }
            // A block ends where the next thing begins, which says nothing of where its last value ended.
            Event::SequenceEnd | Event::MappingEnd => {
                self.tree.close((span.hi > span.lo).then_some(span.hi));
            }
            Event::Alias(anchor) => self.tree.alias(*anchor, span),
            Event::UnresolvedAlias(name) => self.tree.unknown_alias(name, span),
            _ => {}
        }
        true
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        span: Span,
        anchor: usize,
        tag: Option<(&Tag, Span)>,
    ) {
        let plain = style == ScalarStyle::Plain;
        // The parser says `~` where nothing is written.
        let text = if plain && span.lo == span.hi {
            ""
        } else {
            text
        };
        let form = if plain { Form::Plain } else { Form::Quoted };
        if let Some(restored) = self.restore(text, plain, span) {
            return self.tree.scalar(restored, Form::Tagged, span, anchor);
        }
        self.hide_urls(text, span);
        let (text, form, span) = match tag {
            None => (text.into(), form, span),
            Some((tag, at)) => self.tagged(tag, at, text, form, span),
        };
        self.tree.scalar(text, form, span, anchor);
    }

    /// The key as it was meant, if its `!` is one that was replaced.
    fn restore(&mut self, text: &str, plain: bool, span: Span) -> Option<SmolStr> {
        let first = self.removals.partition_point(|&place| place < span.lo);
        let inside = self.removals.get(first..)?;
        let inside = &inside[..inside.partition_point(|&place| place < span.hi)];
        match inside {
            [] => None,
            [place] if plain && *place == span.lo => {
                Some(format!("!{}", text.get(1..).unwrap_or_default()).into())
            }
            _ => {
                self.refuted.extend(inside);
                None
            }
        }
    }

    /// Masking by the text alone finds the user information of URLs unless it is written with escapes or over several
    /// lines; then nothing of the scalar is shown.
    fn hide_urls(&mut self, text: &str, span: Span) {
        let may_be = text.contains('@') && text.contains("://");
        if may_be && !self.source(span).contains(text) {
            self.tree.hide(span.lo, span.hi);
        }
    }

    /// What a tag makes of a scalar.
    fn tagged(
        &mut self,
        tag: &Tag,
        at: Span,
        text: &str,
        form: Form,
        span: Span,
    ) -> (SmolStr, Form, Span) {
        match tag.core_suffix() {
            Some("str") => return (text.into(), Form::Quoted, span),
            Some(_) => return (text.into(), form, span),
            None => {}
        }
        let alone = text.is_empty() && form == Form::Plain;
        let local = tag.original_handle() == "!" || tag.parts() == ("", "!");
        if self.removal_at(at) {
            return (text.into(), form, span);
        }
        if !(alone && local) {
            self.meaningless_tag(at);
            return (text.into(), form, span);
        }
        let written: SmolStr = self.source(at).into();
        if self.tree.at_secret() && written != "!" {
            self.meaningless_tag(at);
            return (written, Form::Secret, at);
        }
        (written, Form::Tagged, at)
    }

    fn tag_of_container(&mut self, tag: Option<&Tag>, place: &Place) {
        if tag.is_some_and(|tag| tag.core_suffix().is_none()) {
            let at = self.tag_span(place);
            if !self.removal_at(at) {
                self.meaningless_tag(at);
            }
        }
    }

    fn meaningless_tag(&mut self, at: Span) {
        let message = if self.tree.in_secret() {
            self.tree.hide(at.lo, at.hi);
            "a tag has no meaning here".to_owned()
        } else {
            format!("the tag {} has no meaning here", quote(self.source(at)))
        };
        let found = Diagnostic::new(Code::WRONG_VALUE, message).at(at, "");
        self.tree
            .report(found.help("quote a text that begins with `!`, such as a removal"));
    }

    /// Whether this tag is the key of an unquoted removal; the text is then read again.
    fn removal_at(&mut self, at: Span) -> bool {
        let removal = removal::is_key(self.text, at.lo as usize);
        if removal {
            self.found.push(at.lo);
        }
        removal
    }

    fn too_deep(&mut self, span: Span) -> bool {
        let message = format!("lists and maps are nested more than {MAX_DEPTH} deep");
        let found = Diagnostic::new(Code::ALIAS_BUDGET, message).at(span, "");
        self.tree
            .report(found.help("no design needs that: is a bracket not closed?"));
        false
    }

    fn error(&mut self, error: &ScanError) {
        let lo = error
            .marker()
            .byte_offset()
            .unwrap_or_default()
            .min(self.text.len());
        let lo = place(self.text, error.kind(), lo);
        let first = self.text.get(lo..).and_then(|rest| rest.chars().next());
        let hi = lo + first.filter(|c| !c.is_control()).map_or(0, char::len_utf8);
        let span = Span::new(self.file, lo as u32, hi as u32);
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            self.too_deep(span);
            return;
        }
        if removal::is_key(self.text, lo) {
            self.found.push(lo as u32);
        }
        let (message, help) = explain(error.kind());
        let found = Diagnostic::new(Code::SYNTAX, message).at(span, "");
        self.tree.report(if help.is_empty() {
            found
        } else {
            found.help(help)
        });
    }

    /// A document begins here; if the one before is broken, its secrets are hidden by what its text looks like.
    fn begin(&mut self, at: u32) {
        if let Some(secret) = self.broken.take() {
            let from = self.begins as usize;
            let text = self.text.get(from..at as usize).unwrap_or_default();
            for range in broken::hidden(text) {
                self.tree
                    .hide((from + range.start) as u32, (from + range.end) as u32);
            }
            if let Some(secret) = secret {
                self.tree.hide(secret, at);
            }
        }
        self.begins = at;
    }

    fn source(&self, span: Span) -> &'t str {
        self.text
            .get(span.lo as usize..span.hi as usize)
            .unwrap_or_default()
    }

    fn span(&self, place: &Place) -> Span {
        let bytes = place.byte_range().unwrap_or_default();
        Span::new(self.file, bytes.start as u32, bytes.end as u32)
    }

    fn tag_span(&self, place: &Place) -> Span {
        place
            .tag_span()
            .map_or_else(|| self.span(place), |tag| self.span(&tag))
    }
}

/// The byte that an error is about, where the parser only says in which value it is.
fn place(text: &str, kind: &ErrorKind, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let further = match kind {
        ErrorKind::TabInBlockIndentation => return locate::tab_before(text, at),
        ErrorKind::TabInPlainScalar | ErrorKind::TabAtBlockScalarStart => locate::tab_below(rest),
        ErrorKind::UnexpectedCharacter { character } => rest.find(*character),
        ErrorKind::UnknownQuotedScalarEscape => locate::unknown_escape(rest),
        ErrorKind::InvalidQuotedScalarHexEscape => locate::short_escape(rest),
        _ => None,
    };
    at + further.unwrap_or(0)
}

/// An error in our words, and what to do. Nothing of the text is quoted: it may be a secret.
fn explain(kind: &ErrorKind) -> (String, &'static str) {
    use ErrorKind as E;
    const INDENT: &str = "compare the indentation of this line with that of the lines above";
    const BRACKET: &str =
        "is a bracket above not closed, or a text with brackets or `: ` not quoted?";
    const QUOTE: &str = "quote the text";
    const ESCAPE: &str = "write `\\\\` for a backslash, or use single quotes";
    const DIRECTIVE: &str = "a directive is `%YAML 1.2`, and a line `---` follows it";
    let (message, help) = match kind {
        E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabInPlainScalar
        | E::TabAtBlockScalarStart
        | E::TabNotAllowed
        | E::InvalidBlockEntryWhitespace
        | E::InvalidMappingValueWhitespace => ("a tab indents this line", "indent with spaces"),
        E::MappingValueNotAllowed => (
            "`:` cannot stand here",
            "compare the indentation of this line with that of the line above, or quote a text with `: `",
        ),
        E::InvalidColonPlacement | E::FlowMappingValueAdjacentCollection => {
            ("`:` cannot stand here", BRACKET)
        }
        E::SimpleKeyExpected | E::ExpectedBlockMappingKey => {
            ("a key with `:` is expected here", INDENT)
        }
        E::InvalidSimpleKey => (
            "a key ends on its line, with `:`, within 1024 characters",
            INDENT,
        ),
        E::MappingKeyNotAllowed => ("a key cannot stand here", INDENT),
        E::ExpectedBlockSequenceEntry => ("a list item with `- ` is expected here", INDENT),
        E::BlockSequenceEntryNotAllowed => (
            "a list cannot begin here",
            "begin it on a line of its own below its key",
        ),
        E::BlockEntryInFlowCollection | E::PlainScalarStartsWithDashFlowIndicator => (
            "`-` cannot stand inside brackets",
            "separate the items with commas",
        ),
        E::InvalidIndentation
        | E::InvalidBlockScalarIndent
        | E::InvalidFlowScalarIndent
        | E::InvalidQuotedScalarIndent => ("this line is not indented as it should be", INDENT),
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => (
            "this quote is not closed",
            "close it; inside single quotes, a quote is written twice",
        ),
        E::UnclosedFlowCollection { open } => {
            return (
                format!("this `{open}` is not closed"),
                "close it before the next document",
            );
        }
        E::MismatchedFlowCollectionEnd { open, close } => {
            return (format!("this `{open}` is closed by `{close}`"), "");
        }
        E::MisplacedFlowCollectionEnd => ("this bracket closes nothing", QUOTE),
        E::UnexpectedEofFlowSequence | E::UnexpectedEofFlowMapping => {
            ("a bracket is not closed", BRACKET)
        }
        E::UnexpectedEofImplicitFlowMapping => ("an item is missing here", BRACKET),
        E::ExpectedFlowMappingSeparator => ("`,` or `}` is expected here", BRACKET),
        E::ExpectedFlowSequenceSeparator => ("`,` or `]` is expected here", BRACKET),
        E::ExpectedNodeContent => ("a value is expected here", ""),
        E::UnexpectedCharacter { character } if character.is_control() => {
            let message = format!(
                "the control character U+{:04X} stands here",
                *character as u32
            );
            return (
                message,
                "remove it, or write it as an escape in double quotes",
            );
        }
        E::UnexpectedCharacter { .. } => ("a text without quotes cannot begin like this", QUOTE),
        E::UnexpectedEndOfPlainScalar => ("a text without quotes cannot end like this", QUOTE),
        E::BomInsideDocument => (
            "a byte order mark stands inside the text",
            "remove this character, which editors do not show",
        ),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => (
            "something follows a closing quote",
            "quote the text from its beginning to its end",
        ),
        E::UnknownQuotedScalarEscape => ("YAML does not know this escape", ESCAPE),
        E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => ("an escape does not name a character", ESCAPE),
        E::CommentNotSeparated => (
            "a comment begins without a space before its `#`",
            "add the space, or quote the text",
        ),
        E::CommentInterceptedScalar => ("a comment stands inside a text of several lines", QUOTE),
        E::ZeroBlockScalarIndent | E::InvalidBlockScalarHeader => (
            "only a comment can follow `|` or `>` here",
            "begin the text on the next line",
        ),
        E::MissingAnchorOrAliasName => ("a name is missing after `&` or `*`", QUOTE),
        E::UndeclaredTagHandle
        | E::MissingTagUri
        | E::UnclosedVerbatimTag
        | E::InvalidGlobalTagCharacter
        | E::InvalidTagEscape
        | E::InvalidTagTerminator
        | E::InvalidTagUtf8
        | E::InvalidTagUtf8LeadingByte
        | E::InvalidTagUtf8TrailingByte => (
            "this is not a tag",
            "quote a text that begins with `!`, such as a removal",
        ),
        E::UnsupportedYamlMajorVersion => ("this version of YAML is not known", DIRECTIVE),
        E::ExpectedDocumentStart => ("`---` is expected here", DIRECTIVE),
        E::InvalidDocumentEnd => ("something follows `...` on its line", "remove it"),
        E::MissingDocumentEndBeforeDirective => {
            ("`...` is missing before this directive", DIRECTIVE)
        }
        E::DuplicateVersionDirective
        | E::DuplicateTagDirective
        | E::InvalidDirectiveName
        | E::InvalidDirectiveTerminator
        | E::MissingDirectiveName
        | E::MissingYamlVersion
        | E::MissingYamlVersionSeparator
        | E::DirectiveByteLimitExceeded { .. }
        | E::TooManyReservedDirectiveParams { .. }
        | E::YamlVersionTooLong => ("this is not a directive", DIRECTIVE),
        other => return (other.to_string(), ""),
    };
    (message.to_owned(), help)
}
