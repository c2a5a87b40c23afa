//! `[io]` Asking drivers what there is, outside any run: what they can install, and what a plan may touch.

use super::Orchestrator;
use crate::{
    driver::{Context, ContextBuilder, DriverError, ErrorKind},
    execute::survey::looks,
    model::{Catalog, Selector},
    names::DriverName,
    plan::Observations,
    resolve::{ResolvedDesign, ResolvedNode},
    site::Design,
};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
    time::Duration,
};
use tokio::{task::JoinSet, time::timeout};

impl Orchestrator {
    /// Asks every server driver what it can install, all at once, each for as long as one call may take
    /// ([`Policy::call_limit`](crate::Policy)); each answers, or says why not. For
    /// [`RuleSet::with_catalogs`](crate::validate::RuleSet::with_catalogs): of a driver that is left
    /// out there, images are a note and not judged.
    pub async fn catalogs(&self) -> BTreeMap<DriverName, Result<Catalog, DriverError>> {
        let limit = self.policy.call_limit;
        let cx = self.context("catalog", limit);
        let mut answers = BTreeMap::new();
        // Dropped with this future, it ends the calls.
        let mut asked = JoinSet::new();
        for (_, driver) in self.drivers.servers() {
            let name = DriverName::from(driver.name());
            // One driver may be there for several selectors.
            if let Entry::Vacant(unanswered) = answers.entry(name.clone()) {
                // What never comes back has panicked.
                let panicked = "panicked; this is a bug in the driver";
                unanswered.insert(Err(no_catalog(&name, ErrorKind::Internal, panicked)));
                let (driver, cx) = (driver.clone(), cx.clone());
                asked.spawn(async move {
                    let answer = timeout(limit, driver.catalog(&cx)).await;
                    let late = format!("gave no answer within {} s", limit.as_secs());
                    let late = |_| Err(no_catalog(&name, ErrorKind::Unavailable, &late));
                    (name.clone(), answer.unwrap_or_else(late))
                });
            }
        }
        while let Some(answer) = asked.join_next().await {
            answers.extend(answer.ok());
        }
        answers
    }

    /// Observes what a plan for these nodes may touch: every driver at once, each with the orchestrator's secrets and for
    /// as long as the policy lets a call take. What has no answer by then could not be observed.
    pub async fn observe(&self, design: &Design, nodes: &Selector) -> Observations {
        let needed = |node: &&Arc<ResolvedNode>| {
            // What the chosen depend on is looked at as well.
            let chosen = |other: &ResolvedNode| nodes.matches(other);
            let waited_for = || {
                let dependent = design.resolved.nodes.values().filter(|other| chosen(other));
                let mut selectors = dependent.flat_map(|other| other.spec.depends_on.iter());
                selectors.any(|selector| selector.matches(&***node))
            };
            chosen(node) || waited_for()
        };
        let nodes: Vec<_> = design
            .resolved
            .nodes
            .values()
            .filter(needed)
            .cloned()
            .collect();
        self.look(&design.resolved, &nodes, "plan").await
    }

    /// Makes every call that observes these nodes, all at once, each for as long as the policy lets one look
    /// ([`Policy::look_limit`]); what a driver did not answer is known as such.
    ///
    /// [`Policy::look_limit`]: crate::execute::Policy::look_limit
    pub(super) async fn look(
        &self,
        design: &ResolvedDesign,
        nodes: &[Arc<ResolvedNode>],
        what_for: &'static str,
    ) -> Observations {
        let mut seen = Observations::default();
        // Dropped with this future, it ends the calls.
        let mut asked = JoinSet::new();
        for look in looks(design, &self.drivers, nodes) {
            let driver = look.driver();
            // What never comes back has panicked.
            seen.add(look.unanswered(&format!(
                "driver {driver} panicked; this is a bug in the driver"
            )));
            let limit = self.policy.look_limit(&driver);
            let cx = self.context(what_for, limit);
            asked.spawn(async move {
                let answer = timeout(limit, look.ask(&cx)).await;
                answer.unwrap_or_else(|_| {
                    let limit = limit.as_secs();
                    look.unanswered(&format!("driver {driver} gave no answer within {limit} s"))
                })
            });
        }
        while let Some(answer) = asked.join_next().await {
            if let Ok(answer) = answer {
                seen.add(answer);
            }
        }
        seen
    }

    /// What surrounds a call outside any run that has to end within this time.
    fn context(&self, what_for: &'static str, limit: Duration) -> Context {
        let cx = ContextBuilder::new(what_for).time(Duration::ZERO, limit);
        cx.secrets(self.secrets.clone()).build()
    }
}

fn no_catalog(driver: &DriverName, kind: ErrorKind, why: &str) -> DriverError {
    DriverError::new(
        kind,
        format!("driver {driver}, asked for its catalog, {why}"),
    )
}
