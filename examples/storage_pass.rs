//! Steps of a host's own: before a control node is installed, a storage array exports its volume to it.

#[rustfmt::skip]
use drydock_core::{
    Approval, Context, DriverError, Goal, Orchestrator, PlanPass, Progress, Selector, StepDriver, async_trait,
    driver::{CustomAction, CustomObservation, CustomStep, Risk, ServerAction, Unsupported},
    names::RunId, plan::{Additions, Observations}, resolve::ResolvedDesign,
};
use drydock_examples::{FAILED, Failure, OK, demo, load, print, tables};
use std::{collections::BTreeSet, process::ExitCode, sync::Arc, sync::Mutex, sync::PoisonError};

/// Stands for a storage array: the nodes it exports to. Twice is once, so it can be asked again after a crash.
#[derive(Debug, Default)]
pub(crate) struct Array(Mutex<BTreeSet<String>>);
#[rustfmt::skip]
#[async_trait]
impl StepDriver for Array {
    fn name(&self) -> &str { "array" }
    fn supports(&self, _: &CustomStep) -> Result<(), Unsupported> { Ok(()) }
    async fn observe(&self, _: &Context, steps: &[CustomStep]) -> Vec<Result<CustomObservation, DriverError>> {
        let exports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        steps.iter().map(|step| Ok(CustomObservation::new(exports.contains(&*step.node.name)))).collect()
    }
    async fn apply(&self, _: &Context, step: &CustomStep, _: &CustomObservation) -> Result<Progress, DriverError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(step.node.name.to_string());
        Ok(Progress::Done)
    }
}

/// Adds the export before each deployment of a node with the label `role=control`.
#[derive(Debug)]
pub(crate) struct StoragePass;
#[rustfmt::skip]
impl PlanPass for StoragePass {
    fn name(&self) -> &str { "storage" }
    fn add(&self, design: &ResolvedDesign, _seen: &Observations, plan: &mut Additions<'_>) {
        for (deploy, target) in plan.all(ServerAction::Deploy) {
            let Some(node) = design.nodes.get(target.name()).filter(|node| node.label("role") == Some("control")) else { continue };
            let volume = CustomAction::new("array", "export volume").with("gigabytes", "200");
            let export = plan.add(&node.name, volume, Risk::Reversible, "it keeps its data there");
            plan.order(export, deploy);
        }
    }
}

#[rustfmt::skip]
fn main() -> ExitCode { drydock_examples::main(run()) }
#[rustfmt::skip]
async fn run() -> Result<u8, Failure> {
    let design = load(&demo::bundled()).await?;
    let drivers = demo::drivers(&demo::site(&design, 0)).step(Arc::new(Array::default()));
    let host = Orchestrator::new(drivers).pass(StoragePass);
    let plan = host.plan(&design, Goal::Deploy, &Selector::everything()).await.plan;
    print(&plan.display().text());
    let run = host.apply(&design, &plan, RunId::from("storage"), &Approval::All, None);
    let outcome = run.await.map_err(|why| Failure::new(FAILED, why))?;
    print(&tables::outcome(&plan, &outcome));
    Ok(if outcome.is_success() { OK } else { FAILED })
}
