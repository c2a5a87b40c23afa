//! What plain sites share: one network to boot from, and machines with one disk, one NIC and a BMC.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// All but the racks and the nodes, whose profile is `server`.
pub(crate) const PLAIN: &str = "
apiVersion: drydock/v1
kind: NetworkLink
metadata: {name: boot}
spec: {allowed_networks: [pxe]}
---
apiVersion: drydock/v1
kind: Network
metadata: {name: pxe}
spec: {cidr: 10.0.0.0/16}
---
apiVersion: drydock/v1
kind: HostProfile
metadata: {name: server}
spec:
  primary_network: pxe
  interfaces: {eth0: {device_link: boot, slaves: [eth0], networks: [pxe]}}
  storage:
    physical_devices:
      sda: {partitions: [{name: root, size: 40g, filesystem: {mountpoint: /}}]}
  platform: {image: noble}
  oob: {type: redfish}
";

/// The value of a future that never waits.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a simulated call waits"),
    }
}
