//! Builds values from what the parser meets, in one pass, and knows nothing of the parser itself.
//!
//! What a document can do wrong without being wrong YAML is found here and in [`map`]: keys that stand twice, keys that
//! are no words, aliases that lead nowhere or expand too far, merges of what is no map.

use super::{
    MAX_DEPTH,
    findings::Findings,
    map::{self, Key, Map, Merge},
    secrets::{self, Position},
};
use crate::{
    diagnostic::{Code, Diagnostic, quote},
    source::{Entry, Form, Value, ValueData},
    span::{FileId, Span},
};
use smol_str::SmolStr;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// What an entry costs that an alias has copied rather than shared.
const COPY_COST: u64 = 8;

/// The values of one text, while they are built.
#[derive(Debug)]
pub(super) struct Tree {
    file: FileId,
    root: Option<Value>,
    open: Vec<Open>,
    /// What the open lists hold, one after the other; a list takes its own away when it closes.
    items: Vec<Value>,
    /// What the open maps hold, likewise.
    entries: Vec<Entry>,
    anchors: HashMap<usize, Anchored>,
    /// How many values aliases may still stand for.
    budget: u64,
    overdrawn: bool,
    /// Whether a secret of this document is more than a scalar in its place.
    seals: bool,
    pub(super) values: Vec<Value>,
    pub(super) secrets: Vec<Span>,
    pub(super) found: Findings,
}

/// A list or map that is not closed yet.
#[derive(Debug)]
struct Open {
    span: Span,
    anchor: usize,
    nodes: u64,
    depth: u32,
    /// Whether it stands inside a secret.
    secret: bool,
    inside: Inside,
}

#[derive(Debug)]
enum Inside {
    /// Which items are its own: those from here on.
    List(usize),
    Map(Map),
}

/// A value that is complete, and what its container must know of it.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    /// The byte after it, in its own place.
    pub(super) end: u32,
    nodes: u64,
    depth: u32,
    /// Whether it may stand in several places.
    pub(super) shared: bool,
    /// Whether it only stands for something that was reported.
    pub(super) missing: bool,
}

#[derive(Debug)]
struct Anchored {
    value: Value,
    nodes: u64,
    depth: u32,
}

impl Tree {
    /// Nothing yet, of a text of so many bytes.
    pub(super) fn new(file: FileId, bytes: usize) -> Self {
        Self {
            file,
            root: None,
            open: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            anchors: HashMap::new(),
            budget: 1_000_000 + 10 * bytes as u64,
            overdrawn: false,
            seals: false,
            values: Vec::new(),
            secrets: Vec::new(),
            found: Findings::default(),
        }
    }

    /// Adds a finding.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Whether what comes next is, or belongs to, what may not be printed.
    pub(super) fn in_secret(&self) -> bool {
        let Some(open) = self.open.last() else {
            return false;
        };
        open.secret
            || self
                .awaited()
                .is_some_and(|key| key.position != Position::Open)
    }

    /// Whether what comes next is the value of a secret itself.
    pub(super) fn at_secret(&self) -> bool {
        self.awaited()
            .is_some_and(|key| key.position == Position::Secret)
    }

    /// The key whose value comes next.
    fn awaited(&self) -> Option<&Key> {
        match &self.open.last()?.inside {
            Inside::Map(map) => map.key.as_ref(),
            Inside::List(_) => None,
        }
    }

    /// A scalar. `anchor` is 0 where there is none.
    pub(super) fn scalar(&mut self, text: SmolStr, form: Form, span: Span, anchor: usize) {
        let value = Value::scalar(text, form, span);
        self.complete(Node::new(value, span.hi, 1, 0), anchor);
    }

    /// A list begins. Returns false, and begins nothing, where it would be too deep.
    pub(super) fn open_list(&mut self, span: Span, anchor: usize) -> bool {
        self.open(span, anchor, Inside::List(self.items.len()))
    }

    /// A map begins. Returns false, and begins nothing, where it would be too deep.
    pub(super) fn open_map(&mut self, span: Span, anchor: usize) -> bool {
        self.open(span, anchor, Inside::Map(Map::new(self.entries.len())))
    }

    fn open(&mut self, span: Span, anchor: usize, inside: Inside) -> bool {
        if self.open.len() >= MAX_DEPTH as usize {
            return false;
        }
        let secret = self.in_secret();
        self.open.push(Open {
            span,
            anchor,
            nodes: 1,
            depth: 0,
            secret,
            inside,
        });
        true
    }

    /// The innermost list or map ends; `end` is the byte after its bracket, if it has one.
    pub(super) fn close(&mut self, end: Option<u32>) {
        let Some(open) = self.open.pop() else { return };
        let span = Span::new(open.span.file, open.span.lo, end.unwrap_or(open.span.hi));
        let value = match open.inside {
            Inside::List(first) => {
                let items: Arc<[Value]> = self.items.drain(first..).collect();
                Value::list(items, span)
            }
            Inside::Map(map) => {
                let own = self.entries.drain(map.first..);
                match map.merge {
                    None => Value::map(own.collect::<Arc<[Entry]>>(), span),
                    Some(merge) => {
                        let mut entries = own.collect();
                        self.merge(&mut entries, *merge);
                        Value::map(entries, span)
                    }
                }
            }
        };
        self.complete(
            Node::new(value, span.hi, open.nodes, open.depth + 1),
            open.anchor,
        );
    }

    /// An alias of the anchor with this number.
    pub(super) fn alias(&mut self, anchor: usize, span: Span) {
        let Some(known) = self.anchors.get(&anchor) else {
            let found = Diagnostic::new(
                Code::SYNTAX,
                "an alias stands inside the value it stands for",
            );
            self.report(found.at(span, "").help("write the value out"));
            return self.missing(span);
        };
        let (nodes, depth, value) = (known.nodes, known.depth, known.value.clone());
        if self.open.len() as u32 + depth > MAX_DEPTH {
            let message = format!("an alias nests values more than {MAX_DEPTH} deep");
            self.report(Diagnostic::new(Code::ALIAS_BUDGET, message).at(span, ""));
            return self.missing(span);
        }
        if !self.spend(nodes, span) {
            return self.missing(span);
        }
        let node = Node {
            value,
            end: span.hi,
            nodes,
            depth,
            shared: true,
            missing: false,
        };
        self.attach(node);
    }

    /// An alias of an anchor that is not there.
    pub(super) fn unknown_alias(&mut self, name: &str, span: Span) {
        let message = match self.in_secret() {
            true => "an alias has no anchor before it in this document".to_owned(),
            false => format!(
                "the alias {} has no anchor before it in this document",
                quote(&format!("*{name}"))
            ),
        };
        let found = Diagnostic::new(Code::SYNTAX, message).at(span, "");
        self.report(found.help(
            "put `&` and the same name before the value, or quote a text that begins with `*`",
        ));
        self.missing(span);
    }

    /// Takes from the budget what an alias stands for; reports the first one of a document that is beyond it.
    fn spend(&mut self, nodes: u64, span: Span) -> bool {
        if let Some(left) = self.budget.checked_sub(nodes) {
            self.budget = left;
            return true;
        }
        if !std::mem::replace(&mut self.overdrawn, true) {
            let message = "the aliases of this file stand for too many values";
            let found = Diagnostic::new(Code::ALIAS_BUDGET, message)
                .at(span, "the first one beyond the limit");
            self.report(found.help("write out what differs, and share only what is equal"));
        }
        false
    }

    /// Stands for something that was reported.
    fn missing(&mut self, span: Span) {
        if self.in_secret() {
            self.secrets.push(span);
        }
        let value = Value::scalar("", Form::Plain, span);
        self.attach(Node {
            missing: true,
            ..Node::new(value, span.hi, 1, 0)
        });
    }

    /// A value is complete and may be named by an anchor.
    fn complete(&mut self, mut node: Node, anchor: usize) {
        if anchor != 0 {
            node.shared = true;
            let anchored = Anchored {
                value: node.value.clone(),
                nodes: node.nodes,
                depth: node.depth,
            };
            self.anchors.insert(anchor, anchored);
        }
        self.attach(node);
    }

    /// Puts a value where it belongs.
    fn attach(&mut self, node: Node) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node.value);
            return;
        };
        open.span.hi = open.span.hi.max(node.end);
        open.nodes = open.nodes.saturating_add(node.nodes);
        open.depth = open.depth.max(node.depth);
        let secret = open.secret;
        match &mut open.inside {
            Inside::List(_) => self.items.push(node.value),
            Inside::Map(map) => match map.key.take() {
                None => {
                    map.key = Some(map.key(&self.entries, node, secret, &mut self.found));
                }

                Some(key) => {
                    let value = map::hidden(&key, node, &mut self.secrets, &mut self.seals);
                    map.insert(&mut self.entries, key, value);
                }
            },
        }
    }

    /// Copies into a map what stands under its `<<`: its own keys win, then the earlier maps of a list.
    fn merge(&mut self, own: &mut Vec<Entry>, merge: Merge) {
        let Merge { place, key, node } = merge;
        if node.missing {
            return;
        }
        let maps = match &node.value.data {
            ValueData::List(items) => &items[..],
            _ => std::slice::from_ref(&node.value),
        };
        let mut known: HashSet<SmolStr> = own.iter().map(|entry| entry.key.clone()).collect();
        let mut merged = Vec::new();
        for source in maps {
            let Some(entries) = source.as_map() else {
                let message = format!(
                    "`<<` takes a map or a list of maps, this is {}",
                    source.what()
                );
                self.report(
                    Diagnostic::new(Code::WRONG_VALUE, message)
                        .at(source.span, "")
                        .also(key, ""),
                );
                continue;
            };
            if !self.spend(entries.len() as u64 * COPY_COST, key) {
                break;
            }
            merged.extend(
                entries
                    .iter()
                    .filter(|entry| known.insert(entry.key.clone()))
                    .cloned(),
            );
        }
        own.splice(place..place, merged);
    }

    /// A document ends.
    pub(super) fn finish(&mut self) {
        if let Some(mut root) = self.root.take() {
            if std::mem::take(&mut self.seals) {
                let mut places = secrets::Places::default();
                places.collect(&root, false);
                root = secrets::seal(&root, &places.spans);
                self.secrets.extend(places.spans);
            }
            self.values.push(root);
        }
        self.forget();
    }

    /// A document is broken: nothing of it is kept but the places of its secrets. Returns the byte from which on the
    /// rest of it must not be printed, because it broke inside a secret.
    pub(super) fn abandon(&mut self) -> Option<u32> {
        let unsafe_from = self.open.iter().find_map(|open| match &open.inside {
            Inside::Map(Map { key: Some(key), .. }) if key.position != Position::Open => {
                Some(key.end)
            }
            _ => None,
        });
        let mut places = secrets::Places::default();
        if let Some(root) = self.root.take() {
            places.collect(&root, false);
        }
        while let Some(open) = self.open.pop() {
            match open.inside {
                Inside::List(first) => {
                    self.items
                        .drain(first..)
                        .for_each(|item| places.collect(&item, open.secret));
                }
                Inside::Map(map) => {
                    self.entries
                        .drain(map.first..)
                        .for_each(|entry| places.entry(&entry, open.secret));
                }
            }
        }
        self.secrets.extend(places.spans);
        self.forget();
        unsafe_from
    }

    /// Marks bytes that must not be printed.
    pub(super) fn hide(&mut self, lo: u32, hi: u32) {
        self.secrets.push(Span::new(self.file, lo, hi));
    }

    fn forget(&mut self) {
        self.root = None;
        self.open.clear();
        self.items.clear();
        self.entries.clear();
        self.overdrawn = false;
        self.seals = false;
        // Clearing costs what the largest document so far has left behind; a new one is free.
        if !self.anchors.is_empty() {
            self.anchors = HashMap::new();
        }
    }
}

impl Node {
    fn new(value: Value, end: u32, nodes: u64, depth: u32) -> Self {
        Self {
            value,
            end,
            nodes,
            depth,
            shared: false,
            missing: false,
        }
    }
}
