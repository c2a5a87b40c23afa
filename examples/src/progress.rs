//! Progress of a run: a bar for each node on a terminal, a plain line for each event elsewhere.

use drydock_core::{
    Plan,
    event::{Event, EventKind, EventSink, StepName},
};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::{collections::BTreeMap, io::IsTerminal};

/// Bars where standard error is a terminal, else lines.
pub fn sink(plan: &Plan) -> Box<dyn EventSink> {
    if std::io::stderr().is_terminal() {
        Box::new(Bars::new(plan))
    } else {
        Box::new(Lines)
    }
}

struct Bars {
    _all: MultiProgress,
    bars: BTreeMap<String, ProgressBar>,
}

impl Bars {
    fn new(plan: &Plan) -> Self {
        let all = MultiProgress::new();
        let style = ProgressStyle::with_template("{prefix:>18} [{bar:20}] {pos}/{len} {msg}");
        let style = style
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
        let mut steps: BTreeMap<String, u64> = BTreeMap::new();
        plan.steps
            .iter()
            .for_each(|step| *steps.entry(step.target.to_string()).or_default() += 1);
        let bar = |(target, steps): (String, u64)| {
            let bar = all.add(
                ProgressBar::new(steps)
                    .with_style(style.clone())
                    .with_prefix(target.clone()),
            );
            bar.tick();
            (target, bar)
        };
        let bars = steps.into_iter().map(bar).collect();
        Self { _all: all, bars }
    }

    fn show(&self, name: &StepName, message: String, done: bool) {
        if let Some(bar) = self.bars.get(&*name.target) {
            bar.set_message(message);
            if done {
                bar.inc(1);
            }
        }
    }
}

impl EventSink for Bars {
    fn emit(&self, event: &Event) {
        match &event.kind {
            EventKind::StepStarted { name, .. } => self.show(name, name.action.to_string(), false),
            EventKind::StepWaiting { name, note } => self.show(name, note.clone(), false),
            EventKind::StepRetried { name, reason, .. } => {
                self.show(name, format!("{}, again: {reason}", name.action), false);
            }
            EventKind::StepDone { name } => self.show(name, format!("{} done", name.action), true),
            EventKind::StepFailed { name, reason } => {
                self.show(name, format!("FAILED {}: {reason}", name.action), false)
            }
            EventKind::StepSkipped { name, .. } => {
                self.show(name, format!("skipped {}", name.action), false)
            }
            EventKind::RunFinished { .. } => self.bars.values().for_each(ProgressBar::abandon),
            _ => {}
        }
    }
}

struct Lines;

impl EventSink for Lines {
    fn emit(&self, event: &Event) {
        let what = match &event.kind {
            EventKind::RunStarted { steps, done } => format!(
                "run {}: {steps} steps, {done} of them done before",
                event.run
            ),
            EventKind::StepStarted { name, .. } => format!("started  {name}"),
            EventKind::StepRetried {
                name,
                reason,
                failures,
            } => format!("retry {failures}  {name}: {reason}"),
            EventKind::StepDone { name } => format!("done     {name}"),
            EventKind::StepFailed { name, reason } => format!("FAILED   {name}: {reason}"),
            EventKind::StepSkipped { name, reason, .. } => format!("skipped  {name}: {reason}"),
            EventKind::RunFinished {
                done,
                failed,
                skipped,
            } => {
                format!("finished: {done} done, {failed} failed, {skipped} skipped")
            }
            _ => return,
        };
        crate::say(&format!("{:>9.3}s  {what}\n", event.at.as_secs_f64()));
    }
}
