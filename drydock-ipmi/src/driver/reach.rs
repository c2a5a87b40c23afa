//! Where a node's BMC is reached and as whom, as the design says it. Pure, and without secrets: those are looked up when a
//! call needs them.

use crate::{
    account::{Account, Kg, NAME_LIMIT},
    wire::Privilege,
};
use drydock_core::{
    driver::{Context, DriverError, ErrorKind, Unsupported},
    model::Text,
    names::NetworkName,
    resolve::{ResolvedDesign, ResolvedNetwork, ResolvedNode},
    secret::{Secret, SecretValue},
};
use smol_str::SmolStr;
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

/// The UDP port of BMCs (IPMI 2.0 §13.1.2).
const PORT: u16 = 623;

/// The cipher suites with authentication, integrity and confidentiality that are not broken (IPMI 2.0 table 22-20).
const SUITES: [u8; 2] = [3, 17];

/// How a BMC is reached.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    /// Its address by the design.
    pub(super) address: SocketAddr,
    pub(super) account: SmolStr,
    pub(super) credential: SecretValue,
    pub(super) k_g: Option<SecretValue>,
    /// The suite that the design names; without one 17, and then 3.
    pub(super) suite: Option<u8>,
    pub(super) privilege: Privilege,
}

/// The networks of a design: where BMCs may be spoken to.
#[derive(Debug, Clone, Default)]
pub(super) struct Networks(BTreeMap<NetworkName, Arc<ResolvedNetwork>>);

impl Networks {
    pub(super) fn of(design: &ResolvedDesign) -> Self {
        Self(design.networks.clone())
    }

    /// How the node's BMC is reached.
    ///
    /// Only inside the network that the design names for it is anything sent to it: whoever answers a handshake learns what
    /// passwords can be tried against (CVE-2013-4786), and an address outside is a slip or a trap.
    pub(super) fn reach(&self, node: &ResolvedNode) -> Result<Reach, Unsupported> {
        let reach = self.by_design(node);
        reach.map_err(|reason| Unsupported::new(format!("{}: {reason}", node.name)))
    }

    fn by_design(&self, node: &ResolvedNode) -> Result<Reach, String> {
        let oob = &node.spec.oob;
        let account = oob.account.as_ref().ok_or_else(|| {
            "oob.account is missing; write the name of the account on the BMC".to_owned()
        })?;
        if account.as_str().len() > NAME_LIMIT {
            let reason = "oob.account is longer than the 16 bytes that IPMI has for a name";
            return Err(format!(
                "{reason}; give the BMC an account with a shorter one"
            ));
        }
        let credential = oob.credential.clone().ok_or_else(|| {
            "oob.credential is missing; write the password's name, {secret: NAME}".to_owned()
        })?;
        let suite = match oob.cipher_suite {
            Some(other) if !SUITES.contains(&other) => {
                return Err(format!(
                    "oob.cipher_suite {other} is not 3 or 17: others lack integrity or encryption, or are broken; \
                     leave it out for 17, then 3"
                ));
            }
            suite => suite,
        };
        Ok(Reach {
            address: self.address(node)?,
            account: account.as_str().into(),
            credential,
            k_g: oob.k_g.clone(),
            suite,
            privilege: privilege(oob.privilege.as_ref())?,
        })
    }

    fn address(&self, node: &ResolvedNode) -> Result<SocketAddr, String> {
        let oob = &node.spec.oob;
        let name = oob.network.as_ref().ok_or_else(|| {
            "oob.network is missing; write the name of the network that its BMC is on".to_owned()
        })?;
        let address = node.oob_address.ok_or_else(|| {
            format!(
                "its BMC has no address on network {name}; write addressing: \
                 [{{network: {name}, address: ...}}]"
            )
        })?;
        let network = self.0.get(name).and_then(|network| network.spec.cidr);
        let Some(network) = network else {
            return Err(format!(
                "network {name} of its BMC has no cidr in the design that this driver was given, so that nothing is \
                 sent there; declare it"
            ));
        };
        if !network.contains(&address) {
            return Err(format!(
                "the address {address} of its BMC is outside network {name}, {network}: nothing is sent there; \
                 correct the address or the network"
            ));
        }
        match oob.port {
            Some(0) => Err("oob.port 0 is no port; leave it out for 623".to_owned()),
            port => Ok(SocketAddr::new(address, port.unwrap_or(PORT))),
        }
    }
}

impl Reach {
    /// The account, with what its secrets are now.
    pub(super) async fn account(
        &self,
        cx: &Context,
        node: &ResolvedNode,
    ) -> Result<Account, DriverError> {
        let secret = async |value: &SecretValue| match value {
            SecretValue::Inline(secret) => Ok(secret.clone()),
            SecretValue::Named(name) => cx.secret(name).await.map_err(|error| {
                // What is not there will not be there again; a place that does not answer may.
                let kind = match error.is_absent() {
                    true => ErrorKind::Unauthorized,
                    false => ErrorKind::Unavailable,
                };
                DriverError::new(kind, format!("{}: {error}", node.name))
            }),
            _ => {
                let message = format!("{}: a secret of a kind that is not known", node.name);
                Err(DriverError::new(ErrorKind::Unsupported, message))
            }
        };
        let refused = |what: &str, error: &dyn std::fmt::Display| {
            let message = format!("{}: {what}: {error}", node.name);
            DriverError::new(ErrorKind::Unauthorized, message)
        };
        let password: Secret = secret(&self.credential).await?;
        let account = Account::new(&self.account, password.expose());
        let account = account.map_err(|error| refused("oob.credential", &error))?;
        let account = account.with_privilege(self.privilege);
        let Some(k_g) = &self.k_g else {
            return Ok(account);
        };
        let k_g = Kg::new(secret(k_g).await?.expose());
        let k_g = k_g.map_err(|error| refused("oob.k_g", &error))?;
        Ok(account.with_k_g(k_g))
    }
}

fn privilege(written: Option<&Text>) -> Result<Privilege, String> {
    let Some(written) = written.map(Text::as_str) else {
        return Ok(Privilege::Operator);
    };
    let levels = [
        ("user", Privilege::User),
        ("operator", Privilege::Operator),
        ("administrator", Privilege::Administrator),
        ("admin", Privilege::Administrator),
    ];
    let named = |(name, _): &&(&str, Privilege)| written.eq_ignore_ascii_case(name);
    let named = levels.iter().find(named).map(|(_, level)| *level);
    named.ok_or_else(|| "oob.privilege is not user, operator or administrator".to_owned())
}
