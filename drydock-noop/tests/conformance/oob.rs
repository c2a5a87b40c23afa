//! OOB drivers that are broken in one way each.

use crate::{no_time, nodes, site};
use drydock_core::{
    async_trait,
    driver::{
        BootDevice, Context, DriverError, ErrorKind, OobAction, OobDriver, OobObservation,
        PowerAction, Unsupported,
    },
    resolve::ResolvedNode,
    testing::conformance,
};
use drydock_noop::NoopOobDriver;
use std::sync::Arc;

/// In which way a driver is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    AnswersInReverse,
    DoneTooEarly,
    NeverDone,
    NotIdempotent,
    DoesWhatItDoesNotSupport,
}

#[derive(Debug)]
struct Careless {
    broken: Broken,
    inner: NoopOobDriver,
}

#[async_trait]
impl OobDriver for Careless {
    fn name(&self) -> &str {
        "careless"
    }

    fn supports(&self, _: &ResolvedNode, _: OobAction) -> Result<(), Unsupported> {
        match self.broken {
            Broken::DoesWhatItDoesNotSupport => Err(Unsupported::new("not by this driver")),
            _ => Ok(()),
        }
    }

    async fn observe(
        &self,
        cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<OobObservation, DriverError>> {
        let mut seen = self.inner.observe(cx, nodes).await;
        if self.broken == Broken::AnswersInReverse {
            seen.reverse();
        }
        seen
    }

    async fn set_power(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: PowerAction,
    ) -> Result<(), DriverError> {
        match self.broken {
            Broken::DoneTooEarly => Ok(()),
            Broken::NeverDone => Err(DriverError::new(
                ErrorKind::Busy,
                format!("{}: busy", node.name),
            )),
            Broken::NotIdempotent => self.inner.set_power(cx, node, PowerAction::Cycle).await,
            _ => self.inner.set_power(cx, node, action).await,
        }
    }

    async fn set_next_boot(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        device: BootDevice,
    ) -> Result<(), DriverError> {
        self.inner.set_next_boot(cx, node, device).await
    }
}

#[tokio::test]
async fn every_broken_oob_driver_is_found_out() {
    let design = site::design();
    for (broken, rule) in [
        (
            Broken::AnswersInReverse,
            "observe answers in the order of its targets, and changes nothing",
        ),
        (Broken::DoneTooEarly, "what was accepted can be seen"),
        (Broken::NeverDone, "an action comes to its end"),
        (Broken::NotIdempotent, "what was accepted can be seen"),
        (
            Broken::DoesWhatItDoesNotSupport,
            "what supports refuses, the call answers with Unsupported",
        ),
    ] {
        let driver = Careless {
            broken,
            inner: NoopOobDriver::new(),
        };
        let found = conformance::oob(&driver, &nodes(&design), no_time).await;
        assert!(
            found.iter().any(|violation| violation.rule == rule),
            "{broken:?}: {found:#?}"
        );
    }
}
