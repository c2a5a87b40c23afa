//! The limit of calls in flight under many threads: reached, and never passed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use drydock_core::{
    Approval, DriverError, Drivers, Goal, Orchestrator, Policy, Progress, Selector, ServerDriver,
    async_trait,
    driver::{Change, Context, ServerAction, ServerObservation, UnclaimedServer, Unsupported},
    model::Catalog,
    names::RunId,
    resolve::ResolvedNode,
    testing::fixture,
};
use drydock_noop::NoopServerDriver;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Counts how many of its calls are under way at once. None ends before as many as the limit have been.
#[derive(Debug, Default)]
struct Counting {
    noop: NoopServerDriver,
    limit: usize,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Counting {
    async fn busy(&self, calls: usize) {
        let now = self.now.fetch_add(calls, Ordering::SeqCst) + calls;
        self.most.fetch_max(now, Ordering::SeqCst);
        let reached = async {
            while self.most.load(Ordering::SeqCst) < self.limit {
                tokio::task::yield_now().await;
            }
        };
        // Whoever never gets there is told so by what was counted, and does not hang.
        let _ = tokio::time::timeout(Duration::from_secs(60), reached).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.now.fetch_sub(calls, Ordering::SeqCst);
    }
}

#[async_trait]
impl ServerDriver for Counting {
    fn name(&self) -> &str {
        self.noop.name()
    }

    async fn catalog(&self, cx: &Context) -> Result<Catalog, DriverError> {
        self.noop.catalog(cx).await
    }

    fn supports(&self, node: &ResolvedNode, action: ServerAction) -> Result<(), Unsupported> {
        self.noop.supports(node, action)
    }

    async fn observe(
        &self,
        cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<ServerObservation, DriverError>> {
        // Planning asks for all of them at once, outside any run.
        if cx.operation() != "plan" && cx.operation() != "apply" {
            self.busy(nodes.len()).await;
        }
        self.noop.observe(cx, nodes).await
    }

    async fn unclaimed(
        &self,
        _: &Context,
        _: &[Arc<ResolvedNode>],
    ) -> Result<Vec<UnclaimedServer>, DriverError> {
        Ok(Vec::new())
    }

    fn differences(&self, node: &ResolvedNode, seen: &ServerObservation) -> Vec<Change> {
        self.noop.differences(node, seen)
    }

    async fn apply(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: ServerAction,
        seen: &ServerObservation,
    ) -> Result<Progress, DriverError> {
        self.busy(1).await;
        self.noop.apply(cx, node, action, seen).await
    }
}

#[test]
fn sixty_four_threads_reach_the_limit_and_do_not_pass_it() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(64)
        .enable_time()
        .build()
        .unwrap();
    let mut text = String::from(
        "apiVersion: drydock/v1\nkind: NetworkLink\nmetadata: {name: boot}\nspec: {allowed_networks: [pxe]}\n---\n\
         apiVersion: drydock/v1\nkind: Network\nmetadata: {name: pxe}\nspec: {cidr: 10.0.0.0/16}\n---\n\
         apiVersion: drydock/v1\nkind: HostProfile\nmetadata: {name: server}\nspec:\n  primary_network: pxe\n  \
         interfaces: {eth0: {device_link: boot, slaves: [eth0], networks: [pxe]}}\n  \
         storage: {physical_devices: {sda: {partitions: [{name: root, size: 40g, filesystem: {mountpoint: /}}]}}}\n  \
         platform: {image: noble}\n  oob: {type: manual}\n",
    );
    for n in 0..200 {
        text.push_str(&format!(
            "---\napiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {{name: n{n}}}\nspec: {{host_profile: server, serial: S-{n}}}\n"
        ));
    }
    let design = fixture::load(&[("site.yaml", &text)]);
    for limit in [1, 17, 64] {
        let driver = Arc::new(Counting {
            limit,
            ..Counting::default()
        });
        let mut policy = Policy::default();
        (policy.in_flight, policy.endpoint) = (limit, limit + 100);
        if limit == 17 {
            // The same, were it the endpoint that bears no more.
            (policy.in_flight, policy.endpoint) = (1000, limit);
        }
        let drivers = Drivers::new().server(Selector::everything(), driver.clone());
        let orchestrator = Orchestrator::new(drivers).policy(policy);
        let outcome = runtime.block_on(async {
            let planned = orchestrator
                .plan(&design, Goal::Deploy, &Selector::everything())
                .await;
            assert!(planned.plan.steps.len() >= 200);
            orchestrator
                .apply(
                    &design,
                    &planned.plan,
                    RunId::from("r"),
                    &Approval::All,
                    None,
                )
                .await
                .unwrap()
        });
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(driver.most.load(Ordering::SeqCst), limit);
    }
}
