//! `[io]` Several sources as one: loads each, stamps its documents with its name, and keeps the last good state of those
//! that may fail.
//!
//! It composes nothing; resolving does, by the [`Federation`] that the snapshot carries.

use super::{
    DesignSource, Federation, FederationError, Load, Owner, Revision, Snapshot, SourceError,
    directory,
};
use crate::{
    diagnostic::{Code, Diagnostic, quote},
    names::{Kind, SourceName},
    secret::mask_urls,
};
use async_trait::async_trait;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// What a federation does about a source that cannot be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WhenUnavailable {
    /// Nothing is loaded.
    #[default]
    Fail,
    /// Its last good state is used, with a warning (DD0511) that says how old it is. While there is none, nothing is
    /// loaded.
    UseLastGood,
}

/// One source of a federation.
#[derive(Debug, Clone)]
struct Member {
    source: Arc<dyn DesignSource>,
    when_unavailable: WhenUnavailable,
}

/// The last state of a source that was loaded.
#[derive(Debug, Clone)]
struct Good {
    revision: Revision,
    snapshot: Arc<Snapshot>,
    /// When the source last said that this is its state.
    at: Instant,
}

/// A source of several sources, whose documents of equal identity are composed when they are resolved.
///
/// Guarantees beside those of every source: neither the order in which sources are added nor that of owners changes the
/// result; a source whose revision has not changed is not read again.
///
/// ```
/// use drydock_core::{names::Kind, source::{FederatedSource, FederationError, MemorySource, WhenUnavailable}};
///
/// # fn main() -> Result<(), FederationError> {
/// let design = FederatedSource::new("design")
///     .source(MemorySource::new("site"))?
///     .member(MemorySource::new("inventory"), WhenUnavailable::UseLastGood)?
///     .owner("inventory", Kind::BaremetalNode, "addressing")?;
/// # drop(design);
/// # Ok(())
/// # }
/// ```
pub struct FederatedSource {
    name: SourceName,
    members: BTreeMap<SourceName, Member>,
    owners: Vec<Owner>,
    precedence: Vec<SourceName>,
    federation: Arc<Federation>,
    clock: Arc<dyn Fn() -> Instant + Send + Sync>,
    good: Mutex<BTreeMap<SourceName, Good>>,
}

impl fmt::Debug for FederatedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FederatedSource")
            .field("name", &self.name)
            .field("federation", &self.federation)
            .finish_non_exhaustive()
    }
}

impl FederatedSource {
    /// A federation of this name, without sources yet.
    pub fn new(name: impl Into<SourceName>) -> Self {
        Self {
            name: name.into(),
            members: BTreeMap::new(),
            owners: Vec::new(),
            precedence: Vec::new(),
            federation: Arc::default(),
            clock: Arc::new(Instant::now),
            good: Mutex::default(),
        }
    }

    /// Adds a source without which nothing is loaded.
    ///
    /// # Errors
    /// When it has no name, or the name of another.
    pub fn source(self, source: impl DesignSource) -> Result<Self, FederationError> {
        self.member(source, WhenUnavailable::Fail)
    }

    /// Adds a source, and says what to do when it cannot be loaded.
    ///
    /// # Errors
    /// When it has no name, or the name of another.
    pub fn member(
        self,
        source: impl DesignSource,
        when_unavailable: WhenUnavailable,
    ) -> Result<Self, FederationError> {
        self.shared(Arc::new(source), when_unavailable)
    }

    /// Adds a source that others use as well.
    ///
    /// # Errors
    /// When it has no name, or the name of another.
    pub fn shared(
        mut self,
        source: Arc<dyn DesignSource>,
        when_unavailable: WhenUnavailable,
    ) -> Result<Self, FederationError> {
        let name = source.name().clone();
        let member = Member {
            source,
            when_unavailable,
        };
        if self.members.insert(name.clone(), member).is_some() {
            return Err(FederationError::TwiceNamed(name));
        }
        self.agreed()
    }

    /// Makes a source that was added before the owner of a field of a kind: `addressing`, `metadata.rack`; `""` is whole
    /// documents. What another source writes there is a conflict.
    ///
    /// # Errors
    /// When there is no such source or field, or another source owns it.
    pub fn owner(
        mut self,
        source: impl Into<SourceName>,
        kind: Kind,
        path: &str,
    ) -> Result<Self, FederationError> {
        self.owners.push(Owner::new(source, kind, path.parse()?));
        self.agreed()
    }

    /// States whose word counts where sources differ: that of the first most, and of those not named least.
    ///
    /// # Errors
    /// When there is no such source, or one is named twice.
    pub fn precedence<I>(mut self, sources: I) -> Result<Self, FederationError>
    where
        I: IntoIterator,
        I::Item: Into<SourceName>,
    {
        self.precedence = sources.into_iter().map(Into::into).collect();
        self.agreed()
    }

    /// Replaces the clock by which the age of a last good state is told.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(now);
        self
    }

    fn agreed(mut self) -> Result<Self, FederationError> {
        let (owners, precedence) = (self.owners.clone(), self.precedence.clone());
        let federation = Federation::new(self.members.keys().cloned(), owners, precedence)?;
        self.federation = Arc::new(federation);
        Ok(self)
    }

    fn last_good(&self, name: &SourceName) -> Option<Good> {
        let good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        good.get(name).cloned()
    }

    fn keep(&self, name: &SourceName, good: &Good) {
        let mut all = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(name.clone(), good.clone());
    }

    /// The member's present state, or its last good one and why it is not the present one.
    async fn load_member(
        &self,
        name: &SourceName,
        member: &Member,
    ) -> Result<(Good, Option<SourceError>), SourceError> {
        let known = self.last_good(name);
        let loaded = member
            .source
            .load(known.as_ref().map(|good| &good.revision));
        let wrong = |message: &str| SourceError {
            source_name: name.clone(),
            message: message.to_owned(),
            cause: None,
        };
        let loaded = match loaded.await {
            Ok(Load::Loaded { snapshot, .. }) if !snapshot.federation.sources().is_empty() => Err(
                wrong("it is a federation itself; add its sources one by one"),
            ),
            Ok(Load::Loaded { revision, snapshot }) => Ok((revision, snapshot)),
            Ok(Load::Unchanged) => match &known {
                Some(good) => Ok((good.revision.clone(), good.snapshot.clone())),
                None => Err(wrong(
                    "it says that nothing has changed, to one who knows nothing of it",
                )),
            },
            Err(error) => Err(error),
        };
        match (loaded, known) {
            (Ok((revision, snapshot)), _) => {
                let at = (self.clock)();
                let good = Good {
                    revision,
                    snapshot,
                    at,
                };
                self.keep(name, &good);
                Ok((good, None))
            }
            (Err(error), Some(good)) if member.when_unavailable == WhenUnavailable::UseLastGood => {
                Ok((good, Some(error)))
            }
            (Err(error), _) => Err(error),
        }
    }

    /// The warning about a source whose last good state is used.
    fn stale(&self, name: &SourceName, error: &SourceError, age: &str) -> Diagnostic {
        let message = format!(
            "source {} cannot be loaded, so its state of {age} ago is used: {}",
            quote(name),
            mask_urls(&error.message)
        );
        Diagnostic::new(Code::STALE_SOURCE, message)
            .help("what has changed in it since then is not seen; make it available and load again")
    }
}

#[async_trait]
impl DesignSource for FederatedSource {
    fn name(&self) -> &SourceName {
        &self.name
    }

    async fn load(&self, known: Option<&Revision>) -> Result<Load, SourceError> {
        let (mut states, mut errors) = (Vec::with_capacity(self.members.len()), Vec::new());
        for (name, member) in &self.members {
            match self.load_member(name, member).await {
                Ok((good, error)) => {
                    let error = error.map(|error| {
                        let age = (self.clock)().saturating_duration_since(good.at);
                        (error, shown(age))
                    });
                    states.push((name, good, error));
                }
                Err(error) => errors.push(error),
            }
        }
        if let Some(error) = all_of(&self.name, errors) {
            return Err(error);
        }
        // The warning is part of the snapshot, so its age is part of the revision.
        let mut parts = vec![(String::new(), format!("{:?}", self.federation))];
        for (name, good, error) in &states {
            let age = error.as_ref().map_or("", |(_, age)| age);
            parts.push((format!("{name}\n{age}"), good.revision.0.to_string()));
            parts.extend(
                error
                    .iter()
                    .map(|(e, _)| (String::new(), e.message.clone())),
            );
        }
        let revision = directory::revision(parts.iter().map(|(a, b)| (a.as_str(), b.as_bytes())));
        if known == Some(&revision) {
            return Ok(Load::Unchanged);
        }
        let mut all = Snapshot {
            federation: self.federation.clone(),
            ..Snapshot::default()
        };
        for (name, good, error) in states {
            let documents = good.snapshot.documents.iter().cloned();
            all.documents.extend(documents.map(|mut document| {
                document.source = name.clone();
                document
            }));
            all.diagnostics
                .extend(good.snapshot.diagnostics.iter().cloned());
            all.files.extend(&good.snapshot.files);
            let stale = error.map(|(error, age)| self.stale(name, &error, &age));
            all.diagnostics.extend(stale);
        }
        Ok(Load::Loaded {
            revision,
            snapshot: Arc::new(all),
        })
    }
}

/// All errors as one; a single one as it is.
fn all_of(federation: &SourceName, mut errors: Vec<SourceError>) -> Option<SourceError> {
    match errors.len() {
        0 | 1 => errors.pop(),
        _ => {
            let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
            let cause = errors.into_iter().next();
            Some(SourceError {
                source_name: federation.clone(),
                message: all.join("; "),
                cause: cause.map(|error| error.into()),
            })
        }
    }
}

/// An age as people say it, no finer than they need: `under a minute`, `12 min`, `3 h 5 min`, `2 d 4 h`.
fn shown(age: Duration) -> String {
    let minutes = age.as_secs() / 60;
    let (days, hours) = (minutes / (24 * 60), minutes / 60 % 24);
    match (days, hours, minutes % 60) {
        (0, 0, 0) => "under a minute".to_owned(),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}
