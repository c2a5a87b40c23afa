//! Cases of several sources: a folder `source-NAME` for each, and perhaps a `federation.txt` with lines
//! `own SOURCE KIND PATH`, `precedence SOURCE...` and `stale SOURCE`. A stale source was loaded once and fails an hour and a
//! half later, when everything is loaded again.

use async_trait::async_trait;
use drydock_core::{
    names::{Kind, SourceName},
    source::{
        DesignSource, FederatedSource, Load, MemorySource, Revision, Snapshot, SourceError,
        WhenUnavailable,
    },
};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// What the sources of a case give together.
pub(crate) fn snapshot(name: &str, files: &[(String, Vec<u8>)], folder: &Path) -> Snapshot {
    let mut texts: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (path, bytes) in files {
        let source = path.strip_prefix("source-").and_then(|p| p.split_once('/'));
        let (source, _) = source.unwrap_or_else(|| panic!("{name}: {path} is of no source"));
        let text = std::str::from_utf8(bytes).unwrap();
        texts.entry(source).or_default().push((path, text));
    }
    let away: BTreeMap<&str, Arc<AtomicBool>> = texts
        .keys()
        .map(|source| (*source, Arc::default()))
        .collect();
    let mut all = FederatedSource::new("design");
    for (source, files) in texts {
        let memory = files
            .into_iter()
            .fold(MemorySource::new(source), |m, (name, text)| {
                m.text(name, text)
            });
        let member = Away(memory, away[source].clone());
        all = all.member(member, WhenUnavailable::UseLastGood).unwrap();
    }
    let rules = fs::read_to_string(folder.join("federation.txt")).unwrap_or_default();
    let mut stale = Vec::new();
    for rule in rules.lines() {
        let words: Vec<&str> = rule.split_whitespace().collect();
        all = match words.as_slice() {
            ["own", source, kind, path] => {
                let kind = Kind::built_in(kind).unwrap_or_else(|| panic!("{kind} is no kind"));
                all.owner(*source, kind, path).unwrap()
            }
            ["precedence", sources @ ..] => all.precedence(sources.iter().copied()).unwrap(),
            ["stale", source] => {
                stale.push(*source);
                all
            }
            [] => all,
            other => panic!("{name}: no rule {other:?}"),
        };
    }
    let (start, passed) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let now = passed.clone();
    let all = all.clock(move || start + Duration::from_secs(now.load(Ordering::Relaxed)));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(all.load(None)).unwrap();
    passed.store(5400, Ordering::Relaxed);
    stale
        .into_iter()
        .for_each(|source| away[source].store(true, Ordering::Relaxed));
    match runtime.block_on(all.load(None)).unwrap() {
        Load::Loaded { snapshot, .. } => Arc::unwrap_or_clone(snapshot),
        other => panic!("{name}: {other:?}"),
    }
}

/// A source that may be away.
#[derive(Debug)]
struct Away(MemorySource, Arc<AtomicBool>);

#[async_trait]
impl DesignSource for Away {
    fn name(&self) -> &SourceName {
        self.0.name()
    }

    async fn load(&self, known: Option<&Revision>) -> Result<Load, SourceError> {
        if !self.1.load(Ordering::Relaxed) {
            return self.0.load(known).await;
        }
        Err(SourceError {
            source_name: self.name().clone(),
            message: format!("https://me:canary@{}.example does not answer", self.name()),
            cause: None,
        })
    }
}
