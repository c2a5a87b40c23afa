//! Sources that are not YAML: a table of addresses, and the JSON that an inventory's web interface answers.
//!
//! Each value keeps its place: a line and column of the table; a URL and a JSON pointer, for an answer has no lines that
//! anybody could look at.

use drydock_core::{
    DesignSource, Diagnostic, async_trait,
    diagnostic::Code,
    names::{DocumentId, Kind, SourceName},
    secret::{is_secret_key, mask_urls},
    source::{Document, Entry, Form, Load, Revision, Snapshot, SourceError, Value, ValueData},
    span::{FileId, SourceFile, Span},
};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

/// What a file holds, or why it cannot be read as what it should be. Takes the source's name, the file's name and text.
type Reader = fn(&str, &str, &str) -> Result<Snapshot, String>;

/// A source of one file that is no YAML.
#[derive(Debug)]
pub struct Inventory {
    name: SourceName,
    path: PathBuf,
    read: Reader,
    /// How often it may still be read; without a number always.
    left: Option<AtomicUsize>,
}

impl Inventory {
    /// A CSV table with the columns node, rack, network and address, a row for each address.
    pub fn table(name: &str, path: PathBuf) -> Self {
        let name = name.into();
        Self {
            name,
            path,
            read: table,
            left: None,
        }
    }

    /// A JSON document `{"url": ..., "results": [{"name": ..., "serial": ..., "boot_mac": ..., "labels": {...}}]}`.
    pub fn devices(name: &str, path: PathBuf) -> Self {
        let name = name.into();
        Self {
            name,
            path,
            read: devices,
            left: None,
        }
    }

    /// It answers so many times and then no more, to show what becomes of a design whose source is away.
    #[must_use]
    pub fn until(mut self, times: usize) -> Self {
        self.left = Some(times.into());
        self
    }
}

#[async_trait]
impl DesignSource for Inventory {
    fn name(&self) -> &SourceName {
        &self.name
    }

    async fn load(&self, known: Option<&Revision>) -> Result<Load, SourceError> {
        let file = self.path.display().to_string();
        let error = |message: String| SourceError {
            source_name: self.name.clone(),
            message,
            cause: None,
        };
        let take = |left: usize| left.checked_sub(1);
        let left = self.left.as_ref();
        if left.is_some_and(|left| left.fetch_update(Relaxed, Relaxed, take).is_err()) {
            return Err(error("it does not answer; see whether it is up".to_owned()));
        }
        let text = std::fs::read_to_string(&self.path);
        let text =
            text.map_err(|e| error(format!("cannot read {file}: {e}; give a path that exists")))?;
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let revision = Revision(format!("{:016x}", hasher.finish()).into());
        if known == Some(&revision) {
            return Ok(Load::Unchanged);
        }
        let snapshot = (self.read)(&self.name, &file, &text).map_err(error)?;
        Ok(Load::Loaded {
            revision,
            snapshot: Arc::new(snapshot),
        })
    }
}

fn entry(key: &str, mut value: Value) -> Entry {
    // Whoever makes documents says what in them is a secret.
    if let (true, ValueData::Scalar(scalar)) = (is_secret_key(key), &mut value.data) {
        scalar.form = Form::Secret;
    }
    Entry {
        key: key.into(),
        key_span: value.span,
        value,
    }
}

fn word(text: &str, span: Span) -> Value {
    Value::scalar(text, Form::Plain, span)
}

fn node(name: &str, at: Span, fields: Vec<Entry>) -> Document {
    Document {
        id: DocumentId::new(Kind::BaremetalNode, name),
        source: SourceName::default(),
        span: at,
        name_span: at,
        metadata: None,
        spec: Value::map(fields, at),
    }
}

/// Rows that cannot be read are diagnostics and cost only themselves.
fn table(_source: &str, name: &str, text: &str) -> Result<Snapshot, String> {
    let file = SourceFile::text(name, text);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let head = reader
        .headers()
        .map_err(|error| format!("{name}: {error}"))?;
    if head != ["node", "rack", "network", "address"].as_slice() {
        return Err(format!(
            "{name} has not the columns node, rack, network, address; write them in its first line"
        ));
    }
    let mut snapshot = Snapshot::default();
    let mut nodes: BTreeMap<String, (Span, Value, Vec<Value>)> = BTreeMap::new();
    for row in reader.records() {
        let row = row.map_err(|error| format!("{name}: {error}"))?;
        let start = row
            .position()
            .map_or(0, |position| position.byte() as usize);
        let at = cells(file.id(), text, start, &row);
        let mut wrong = |at: Span, message: String, help: &str| {
            let diagnostic = Diagnostic::new(Code::WRONG_VALUE, message).at(at, "");
            snapshot.diagnostics.push(diagnostic.help(help));
        };
        let [node, rack, network, address] = [0, 1, 2, 3].map(|n| row.get(n).unwrap_or_default());
        if row.len() != 4 || [node, rack, network, address].contains(&"") {
            let message = format!(
                "a row with {} of 4 values",
                row.iter().filter(|c| !c.is_empty()).count()
            );
            wrong(at[0], message, "write node,rack,network,address");
            continue;
        }
        let (_, stands, addresses) = nodes
            .entry(node.to_owned())
            .or_insert_with(|| (at[0], word(rack, at[1]), Vec::new()));
        if stands.as_text() != Some(rack) {
            let message = format!("{node} stands in another rack further up");
            wrong(at[1], message, "write one rack in all rows of a node");
        }
        let fields = vec![
            entry("network", word(network, at[2])),
            entry("address", word(address, at[3])),
        ];
        addresses.push(Value::map(fields, at[2]));
    }
    for (name, (at, rack, addresses)) in nodes {
        let metadata = Value::map(vec![entry("rack", rack)], at);
        let addressing = entry("addressing", Value::list(addresses, at));
        let fields = vec![addressing, entry("metadata", metadata)];
        snapshot.documents.push(node(&name, at, fields));
    }
    snapshot.files.insert(Arc::new(file));
    Ok(snapshot)
}

/// The place of each cell of the row that begins at or after this byte; of cells in quotes that hold quotes, its start.
fn cells(file: FileId, text: &str, start: usize, row: &csv::StringRecord) -> Vec<Span> {
    let mut at = start + text[start..].len() - text[start..].trim_start().len();
    let mut spans: Vec<Span> = Vec::with_capacity(row.len().max(4));
    for cell in row {
        at += text[at..].find(cell).unwrap_or_default();
        spans.push(Span::new(file, at as u32, (at + cell.len()) as u32));
        at = (at + cell.len()).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
    }
    spans.resize(spans.len().max(4), Span::new(file, start as u32, at as u32));
    spans
}

/// Devices that have no name are diagnostics and cost only themselves.
fn devices(source: &str, name: &str, text: &str) -> Result<Snapshot, String> {
    let answer: Json =
        serde_json::from_str(text).map_err(|error| format!("{name} is not JSON: {error}"))?;
    let results = answer["results"].as_array();
    let results = results.ok_or_else(|| format!("{name} has no list `results`"))?;
    let url = mask_urls(answer["url"].as_str().unwrap_or(name)).into_owned();
    let mut places = Places::default();
    places.walk("/results".to_owned(), &answer["results"]);
    let locators = places
        .0
        .iter()
        .map(|pointer| format!("{url} {pointer}").into());
    let file = SourceFile::external(source, locators.collect());
    let mut snapshot = Snapshot::default();
    for (n, device) in results.iter().enumerate() {
        let at = |key: &str| places.span(file.id(), &format!("/results/{n}{key}"));
        let Some(name) = device["name"].as_str().filter(|name| !name.is_empty()) else {
            let diagnostic = Diagnostic::new(Code::ENVELOPE, "a device without a name");
            let diagnostic = diagnostic
                .at(at(""), "")
                .help("give it a name in the inventory");
            snapshot.diagnostics.push(diagnostic);
            continue;
        };
        let text = |key: &str| {
            Some(entry(
                key,
                word(device[key].as_str()?, at(&format!("/{key}"))),
            ))
        };
        let labels = device["labels"].as_object().into_iter().flatten();
        let labels = labels.map(|(key, label)| {
            let text = label
                .as_str()
                .map_or_else(|| label.to_string(), str::to_owned);
            entry(key, word(&text, at(&format!("/labels/{}", escaped(key)))))
        });
        let labels: Vec<Entry> = labels.collect();
        let labels =
            (!labels.is_empty()).then(|| entry("labels", Value::map(labels, at("/labels"))));
        let metadata: Vec<Entry> = text("boot_mac").into_iter().chain(labels).collect();
        let metadata = entry("metadata", Value::map(metadata, at("")));
        let fields = text("serial").into_iter().chain([metadata]).collect();
        snapshot.documents.push(node(name, at("/name"), fields));
    }
    snapshot.files.insert(Arc::new(file));
    Ok(snapshot)
}

/// JSON pointers (RFC 6901) of every value, by their numbers.
#[derive(Default)]
struct Places(Vec<String>);

impl Places {
    fn walk(&mut self, pointer: String, value: &Json) {
        match value {
            Json::Object(fields) => {
                for (key, value) in fields {
                    self.walk(format!("{pointer}/{}", escaped(key)), value);
                }
            }
            Json::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    self.walk(format!("{pointer}/{n}"), item);
                }
            }
            _ => {}
        }
        self.0.push(pointer);
    }

    fn span(&self, file: FileId, pointer: &str) -> Span {
        match self.0.iter().position(|known| known == pointer) {
            Some(number) => Span::new(file, number as u32, number as u32),
            None => Span::NONE,
        }
    }
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
