//! How a node is reached beside its operating system.

use super::{Text, shape::record};
use crate::{names::NetworkName, secret::SecretValue};
use smol_str::SmolStr;

record! {
    /// Out-of-band access; which fields mean something depends on the type.
    pub struct Oob {
        /// `ipmi`, `libvirt`, `redfish`, `manual` or a type of the host's own; it chooses the OOB driver.
        kind as "type": Option<SmolStr>,
        /// The network that the BMC is on.
        network: Option<NetworkName>,
        /// The account on the BMC.
        account: Option<Text>,
        /// The account's credential.
        credential: Option<SecretValue>,
        /// IPMI: the cipher suite (IPMI 2.0 table 22-20), 17 or 3. Default: 17, then 3.
        cipher_suite: Option<u8>,
        /// IPMI: the BMC's key K_g, where it has one.
        k_g: Option<SecretValue>,
        /// IPMI: the UDP port. Default 623.
        port: Option<u16>,
        /// IPMI: the privilege level: user (may only look), operator or administrator. Default operator.
        privilege: Option<Text>,
        /// libvirt: the connection URI.
        libvirt_uri: Option<SecretValue>,
    }
    rest parameters: Option<Text>;
}
