//! Network drivers that are broken in one way each.

use crate::{found_out, networks, no_time, rule, site};
use drydock_core::{
    async_trait,
    driver::{
        Change, Context, DriverError, ErrorKind, NetworkAction, NetworkDriver, NetworkObservation,
        NetworkState, NetworkTarget, Progress, Unsupported,
    },
    testing::conformance,
};
use drydock_noop::NoopNetworkDriver;
use std::time::Duration;

/// In which way a driver is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    AnswersInReverse,
    ErrorInsteadOfAbsent,
    DoneTooEarly,
    NeverDone,
    DoesWhatItDoesNotSupport,
}

#[derive(Debug)]
struct Careless {
    broken: Broken,
    inner: NoopNetworkDriver,
}

#[async_trait]
impl NetworkDriver for Careless {
    fn name(&self) -> &str {
        "careless"
    }

    fn supports(&self, _: &NetworkTarget, _: NetworkAction) -> Result<(), Unsupported> {
        match self.broken {
            Broken::DoesWhatItDoesNotSupport => Err(Unsupported::new("not by this driver")),
            _ => Ok(()),
        }
    }

    async fn observe(
        &self,
        cx: &Context,
        targets: &[NetworkTarget],
    ) -> Vec<Result<NetworkObservation, DriverError>> {
        let mut seen = self.inner.observe(cx, targets).await;
        match self.broken {
            Broken::AnswersInReverse => seen.reverse(),
            Broken::ErrorInsteadOfAbsent => seen.iter_mut().for_each(|seen| {
                if seen
                    .as_ref()
                    .is_ok_and(|seen| seen.state == NetworkState::Absent)
                {
                    *seen = Err(DriverError::new(ErrorKind::NotFound, "it is not there"));
                }
            }),
            _ => {}
        }
        seen
    }

    fn differences(&self, target: &NetworkTarget, seen: &NetworkObservation) -> Vec<Change> {
        self.inner.differences(target, seen)
    }

    async fn apply(
        &self,
        cx: &Context,
        target: &NetworkTarget,
        action: NetworkAction,
        seen: &NetworkObservation,
    ) -> Result<Progress, DriverError> {
        match self.broken {
            Broken::DoneTooEarly => Ok(Progress::Done),
            Broken::NeverDone => Ok(Progress::waiting("a network", Duration::from_secs(1))),
            _ => self.inner.apply(cx, target, action, seen).await,
        }
    }
}

#[tokio::test]
async fn every_broken_network_driver_is_found_out() {
    let design = site::design();
    let all = [
        (Broken::AnswersInReverse, rule::IN_ORDER),
        (Broken::ErrorInsteadOfAbsent, rule::ABSENT),
        (Broken::DoneTooEarly, rule::DONE),
        (Broken::NeverDone, rule::ENDS),
        (Broken::DoesWhatItDoesNotSupport, rule::REFUSED),
    ];
    found_out(&all, async |broken| {
        let inner = NoopNetworkDriver::new();
        let driver = Careless { broken, inner };
        conformance::network(&driver, &networks(&design), no_time).await
    })
    .await;
}
