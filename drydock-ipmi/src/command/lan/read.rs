//! Reading how a BMC is on the network.

use super::{AddressSource, GetLanParameter, LanParameter, LanParameterKind, Vlan};
use crate::command::{Command, Conversation, Question, Refused, Response, Turn, app::Channel};
use std::net::Ipv4Addr;

/// Reads how a BMC is on the network. Only the address must be told; what else the BMC does not have is none.
#[derive(Debug, Clone)]
pub struct ReadLan {
    channel: Channel,
    at: usize,
    read: LanConfiguration,
}

/// How a BMC is on the network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LanConfiguration {
    /// The IPv4 address.
    pub address: Option<Ipv4Addr>,
    /// Where the address comes from.
    pub source: Option<AddressSource>,
    /// The MAC address.
    pub mac: Option<[u8; 6]>,
    /// The subnet mask.
    pub netmask: Option<Ipv4Addr>,
    /// The default gateway.
    pub gateway: Option<Ipv4Addr>,
    /// The VLAN, if there is one.
    pub vlan: Option<Vlan>,
    /// The cipher suites, as the configuration lists them. They may be fewer than the BMC can do.
    pub cipher_suites: Vec<u8>,
}

const ORDER: [LanParameterKind; 8] = [
    LanParameterKind::Address,
    LanParameterKind::Source,
    LanParameterKind::Mac,
    LanParameterKind::Netmask,
    LanParameterKind::Gateway,
    LanParameterKind::Vlan,
    LanParameterKind::CipherSuiteCount,
    LanParameterKind::CipherSuites,
];

impl ReadLan {
    /// That of this channel.
    pub fn new(channel: Channel) -> Self {
        Self {
            channel,
            at: 0,
            read: LanConfiguration::default(),
        }
    }

    fn present(&self) -> Option<GetLanParameter> {
        let (channel, kind) = (self.channel, *ORDER.get(self.at)?);
        Some(GetLanParameter { channel, kind })
    }

    fn take(&mut self, value: LanParameter) {
        let read = &mut self.read;
        match value {
            LanParameter::Address(address) => read.address = Some(address),
            LanParameter::Source(source) => read.source = Some(source),
            LanParameter::Mac(mac) => read.mac = Some(mac),
            LanParameter::Netmask(netmask) => read.netmask = Some(netmask),
            LanParameter::Gateway(gateway) => {
                read.gateway = (!gateway.is_unspecified()).then_some(gateway);
            }
            LanParameter::Vlan(vlan) => read.vlan = vlan.enabled.then_some(vlan),
            LanParameter::CipherSuiteCount(count) => {
                read.cipher_suites = vec![0; usize::from(count)];
            }
            LanParameter::CipherSuites(mut suites) => {
                // Sixteen come, whatever the count.
                suites.truncate(read.cipher_suites.len());
                read.cipher_suites = suites;
            }
        }
    }
}

impl Conversation for ReadLan {
    type Outcome = LanConfiguration;

    fn name(&self) -> &'static str {
        "read the LAN configuration"
    }

    fn begin(&mut self) -> Question {
        *self = Self::new(self.channel);
        let (channel, kind) = (self.channel, LanParameterKind::Address);
        Question::of(&GetLanParameter { channel, kind })
    }

    fn answered(&mut self, response: &Response) -> Result<Turn<LanConfiguration>, Refused> {
        if let Some(present) = self.present() {
            match present.outcome(response) {
                Ok(value) => self.take(value),
                Err(refused) if self.at == 0 => return Err(refused),
                Err(_) if present.kind == LanParameterKind::CipherSuites => {
                    self.read.cipher_suites.clear();
                }
                Err(_) => {}
            }
        }
        self.at = self.at.saturating_add(1);
        Ok(match self.present() {
            Some(next) => Turn::ask(&next),
            None => Turn::Done(std::mem::take(&mut self.read)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{command::conversation::tests::drive, wire::CompletionCode};
    use proptest::prelude::*;

    #[test]
    fn what_the_bmc_has_is_read() {
        let mut read = ReadLan::new(Channel::new(1).unwrap());
        let lan = drive(&mut read, 8, |request| {
            let value: &[u8] = match request.data.get(1) {
                Some(3) => &[10, 0, 0, 5],
                Some(4) => &[1],
                Some(5) => &[2, 0, 0, 0, 0, 9],
                Some(20) => &[7, 0],
                Some(22) => &[2],
                Some(23) => &[0, 3, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                _ => return Response::refused(CompletionCode(0x80)),
            };
            Response::done([&[0x11], value].concat())
        });
        let expected = LanConfiguration {
            address: Some(Ipv4Addr::new(10, 0, 0, 5)),
            source: Some(AddressSource::Static),
            mac: Some([2, 0, 0, 0, 0, 9]),
            cipher_suites: vec![3, 17],
            ..LanConfiguration::default()
        };
        assert_eq!(lan, Ok(expected));
        let refused = drive(&mut read, 1, |_| Response::refused(CompletionCode(0x80)));
        assert!(refused.is_err());
    }

    proptest! {
        #[test]
        fn ends_whatever_is_answered(answers: Vec<(u8, Vec<u8>)>) {
            let mut answers = answers.into_iter();
            let _ = drive(&mut ReadLan::new(Channel::THIS), 8, |_| {
                let (code, data) = answers.next().unwrap_or_default();
                Response { completion: CompletionCode(code & 0x80), data }
            });
        }
    }
}
