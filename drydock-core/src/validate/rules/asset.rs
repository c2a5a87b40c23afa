//! DD4003: an asset is complete: a type, content from one place, a path to go to; its steps are known, and its template
//! compiles.

use super::{
    pipeline::{self, Fault},
    template,
};
use crate::{
    diagnostic::{Code, Diagnostic, did_you_mean, quote},
    field::FieldPath,
    names::Kind,
    resolve::ResolvedDesign,
    source::{Document, Value},
    span::Span,
    validate::{DocumentRule, Report},
};

#[derive(Debug)]
pub(super) struct Asset;

impl DocumentRule for Asset {
    fn codes(&self) -> &'static [Code] {
        &[Code::ASSET]
    }

    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>) {
        if document.id.kind != Kind::BootAction {
            return;
        }
        let assets = document.spec.field("assets").and_then(Value::as_list);
        for (n, asset) in assets.unwrap_or_default().iter().enumerate() {
            let mut checking = Checking {
                field: FieldPath::of(["assets", &n.to_string()]),
                asset,
                document,
                design,
                report: &mut *report,
            };
            checking.check();
        }
    }
}

struct Checking<'a, 'r> {
    field: FieldPath,
    asset: &'a Value,
    document: &'a Document,
    design: &'a ResolvedDesign,
    report: &'a mut Report<'r>,
}

impl<'a> Checking<'a, '_> {
    fn check(&mut self) {
        let kind = self.text("type");
        let (path, data, location) = (
            self.text("path"),
            self.written("data"),
            self.written("location"),
        );
        let Some(kind) = kind else {
            let help = "write type: unit, file or pkg_list";
            return self.missing("type", "an asset has no type".to_owned(), help);
        };
        let is_text = kind != "pkg_list";
        match (data, location) {
            (None, None) => {
                let help = match is_text {
                    true => "write its content as data, or where it is fetched as location",
                    false => {
                        "write its packages as data, such as {chrony: null}, or where they are fetched as location"
                    }
                };
                if !self.in_doubt("location") {
                    self.missing(
                        "data",
                        format!("a {kind} has neither data nor location"),
                        help,
                    );
                }
            }
            (Some(data), Some(location)) => {
                let message = format!("a {kind} has both data and location");
                let found = self.found("location", location.span, message);
                self.push(
                    found
                        .also(data.span, "its data")
                        .help("remove one of the two"),
                );
            }
            _ => {}
        }
        match path {
            _ if !is_text => {}
            None => self.missing(
                "path",
                format!("a {kind} has no path"),
                "write where it goes, from / on",
            ),
            Some(path) if !path.starts_with('/') => {
                let message = format!("path {} is not absolute", quote(path));
                let found = self.found("path", self.span("path"), message);
                self.push(found.help("write the whole path, from / on"));
            }
            Some(_) => {}
        }
        self.permissions();
        let steps = self.steps("data_pipeline", pipeline::DATA);
        if let Some(data) = data.filter(|_| is_text) {
            match data.as_text() {
                Some(text) => self.carry("data", data, text, &steps),
                None => {
                    let message = format!("data of a {kind} is a text, this is {}", data.what());
                    let found = self.found("data", data.span, message);
                    self.push(
                        found.help(
                            "write a block of text: `data: |` and the lines below it, indented",
                        ),
                    );
                }
            }
        }
        let steps = self.steps("location_pipeline", pipeline::LOCATION);
        if let Some((value, text)) = location.and_then(|value| Some((value, value.as_text()?))) {
            self.carry("location", value, text, &steps);
        }
    }

    fn permissions(&mut self) {
        let Some(text) = self.text("permissions") else {
            return;
        };
        let octal = !text.is_empty() && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
        let number = u32::from_str_radix(text, 8)
            .ok()
            .filter(|&bits| bits <= 0o7777);
        if !octal || number.is_none() {
            let message = format!(
                "permissions {} are no octal number from 0 to 7777",
                quote(text)
            );
            let found = self.found("permissions", self.span("permissions"), message);
            self.push(found.help("write them as chmod takes them, such as '0644'"));
        }
    }

    /// The steps of a pipeline, up to the first that is not known; that is reported.
    fn steps(&mut self, key: &str, known: &[&str]) -> Vec<&'a str> {
        let asset = self.asset;
        let items = asset
            .field(key)
            .and_then(Value::as_list)
            .unwrap_or_default();
        let mut steps = Vec::new();
        let mut all_known = true;
        for (value, step) in items
            .iter()
            .filter_map(|item| Some((item, item.as_text()?)))
        {
            if known.contains(&step) {
                steps.extend(all_known.then_some(step));
                continue;
            }
            all_known = false;
            let found = self.found(
                key,
                value.span,
                format!("{key} has no step {}", quote(step)),
            );
            let unused = known.iter().copied();
            let unused =
                unused.filter(|known| items.iter().all(|item| item.as_text() != Some(known)));
            self.push(match did_you_mean(step, unused) {
                Some(meant) => found
                    .help(format!("did you mean `{meant}`?"))
                    .edit(value.span, meant),
                None => found.help(format!("its steps are {}", known.join(", "))),
            });
        }
        steps
    }

    fn carry(&mut self, key: &str, value: &Value, text: &str, steps: &[&str]) {
        let Some((step, fault)) = pipeline::carry(text, steps.iter().copied()) else {
            return;
        };
        let found = match fault {
            Fault::NotBase64 => {
                let found = self.found(
                    key,
                    value.span,
                    format!("what reaches {step} is not base64"),
                );
                found.help("write base64 with its padding (RFC 4648), or leave the step out")
            }
            Fault::NotUtf8 => {
                let found =
                    self.found(key, value.span, format!("what reaches {step} is not UTF-8"));
                found.help("leave the step out")
            }
            Fault::Template { error, as_written } => {
                let template::Error {
                    message,
                    line,
                    column,
                    byte,
                } = error;
                let decoded = if as_written { "" } else { "decoded " };
                let message = format!(
                    "the {decoded}template does not compile at line {line}, column {column}: {}",
                    crate::secret::mask_urls(&message)
                );
                let place = as_written.then(|| place(self.design, value.span, text, line, byte));
                let found = self.found(key, place.flatten().unwrap_or(value.span), message);
                found.help("correct it, or leave the step `template` out if it is none")
            }
        };
        self.push(found);
    }

    fn missing(&mut self, key: &str, message: String, help: &str) {
        if !self.in_doubt(key) {
            let kind = self.asset.field("type");
            let span = kind.map_or(self.asset.span, |value| value.span);
            let found = Diagnostic::new(Code::ASSET, message).field(self.field.clone());
            self.push(found.at(span, "").help(help));
        }
    }

    fn in_doubt(&self, key: &str) -> bool {
        let id = std::slice::from_ref(&self.document.id);
        self.design.in_doubt(id, &self.field.join(key))
    }

    fn found(&self, key: &str, span: Span, message: String) -> Diagnostic {
        let found = Diagnostic::new(Code::ASSET, message);
        found.field(self.field.join(key)).at(span, "")
    }

    fn push(&mut self, found: Diagnostic) {
        self.report.push(found.about(&self.document.id));
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.written(key)?.as_text()
    }

    fn span(&self, key: &str) -> Span {
        self.asset
            .field(key)
            .map_or(self.asset.span, |value| value.span)
    }

    /// The value of a key that says something.
    fn written(&self, key: &str) -> Option<&'a Value> {
        let nothing = |value: &&Value| {
            let scalar = value.as_scalar();
            scalar.is_some_and(|s| s.is_null_word() || s.is_empty_plain())
        };
        self.asset.field(key).filter(|value| !nothing(value))
    }
}

/// Where a byte of a text stands in its file: behind the quote or, in a block, in its line of the block. Nothing where the text is not written as it reads.
fn place(
    design: &ResolvedDesign,
    span: Span,
    text: &str,
    line: usize,
    byte: usize,
) -> Option<Span> {
    let file = design.files.file(span)?;
    let length = text.get(byte..)?.chars().next().filter(|c| *c != '\n');
    let length = length.map_or(0, char::len_utf8) as u32;
    let at = |lo: usize| {
        let lo = u32::try_from(lo).ok()?;
        Some(Span::new(span.file, lo, lo + length))
    };
    let written = file.masked().get(span.lo as usize..span.hi as usize)?;
    let quote = usize::from(written.starts_with(['\'', '"']));
    if written
        .get(quote..)
        .is_some_and(|rest| rest.starts_with(text))
    {
        return at(span.lo as usize + quote + byte);
    }
    let start = text[..byte].rfind('\n').map_or(0, |at| at + 1);
    let content = text[start..]
        .lines()
        .next()
        .filter(|line| !line.is_empty())?;
    let (source, begins) = file.line(file.position(span.lo).line + u32::try_from(line).ok()? - 1);
    let indent = source.strip_suffix(content)?;
    let is_indent = indent.bytes().all(|b| b == b' ');
    is_indent
        .then(|| at(begins as usize + indent.len() + byte - start))
        .flatten()
}
