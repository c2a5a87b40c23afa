//! OOB drivers that are broken in one way each.

use crate::{found_out, no_time, nodes, rule, site};
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
    let all = [
        (Broken::AnswersInReverse, rule::IN_ORDER),
        (Broken::DoneTooEarly, rule::SEEN),
        (Broken::NeverDone, rule::ENDS),
        (Broken::NotIdempotent, rule::SEEN),
        (Broken::DoesWhatItDoesNotSupport, rule::REFUSED),
    ];
    found_out(&all, async |broken| {
        let inner = NoopOobDriver::new();
        let driver = Careless { broken, inner };
        conformance::oob(&driver, &nodes(&design), no_time).await
    })
    .await;
}
