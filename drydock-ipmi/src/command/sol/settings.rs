//! Get SOL Configuration Parameters (IPMI 2.0 §26.3, table 26-5), and reading them all.

use crate::{
    command::{
        Command, Conversation, Malformed, Question, Refused, Repeat, Request, Response, Turn,
        app::Channel,
    },
    octets::Octets,
    wire::{NetFn, Privilege},
};
use std::time::Duration;

/// Asks for a parameter of a channel's Serial over LAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetSolParameter {
    /// The channel.
    pub channel: Channel,
    /// Which parameter.
    pub kind: SolParameterKind,
}

/// A parameter of Serial over LAN, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum SolParameterKind {
    /// Whether it can be had.
    Enabled = 1,
    /// Who may have it.
    Authentication = 2,
    /// How long characters are gathered, and how many.
    Accumulation = 3,
    /// How often packets are sent again.
    Retries = 4,
    /// The bit rate now.
    BitRate = 6,
    /// The port.
    Port = 8,
}

/// A parameter of Serial over LAN with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SolParameter {
    /// Whether it can be had.
    Enabled(bool),
    /// Who may have it: whether it must be encrypted and authenticated, and from which privilege on.
    Authentication(bool, bool, Option<Privilege>),
    /// How long characters are gathered, and at how many a packet is sent.
    Accumulation(Duration, u8),
    /// How often a packet is sent again, and after how long each.
    Retries(u8, Duration),
    /// Bits a second; none is that of the serial port.
    BitRate(Option<u32>),
    /// The UDP port.
    Port(u16),
}

impl Command for GetSolParameter {
    type Answer = SolParameter;

    fn name(&self) -> &'static str {
        "Get SOL Configuration Parameters"
    }

    fn request(&self) -> Request {
        let data = [self.channel.number(), self.kind as u8, 0, 0];
        Request::new(NetFn::TRANSPORT, 0x22, data)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<SolParameter, Malformed> {
        let mut octets = Octets::new(data);
        octets.u8()?;
        let times = |many: u8, milliseconds: u64| {
            Duration::from_millis(u64::from(many).saturating_mul(milliseconds))
        };
        Ok(match self.kind {
            SolParameterKind::Enabled => SolParameter::Enabled(octets.u8()? & 0x01 != 0),
            SolParameterKind::Authentication => {
                let octet = octets.u8()?;
                let (encrypted, authenticated) = (octet & 0x80 != 0, octet & 0x40 != 0);
                let from = Privilege::new(octet & 0x0f);
                SolParameter::Authentication(encrypted, authenticated, from)
            }
            SolParameterKind::Accumulation => {
                let [interval, threshold] = octets.array()?;
                SolParameter::Accumulation(times(interval, 5), threshold)
            }
            SolParameterKind::Retries => {
                let [count, interval] = octets.array()?;
                SolParameter::Retries(count & 0x07, times(interval, 10))
            }
            SolParameterKind::BitRate => SolParameter::BitRate(match octets.u8()? & 0x0f {
                6 => Some(9_600),
                7 => Some(19_200),
                8 => Some(38_400),
                9 => Some(57_600),
                10 => Some(115_200),
                _ => None,
            }),
            SolParameterKind::Port => SolParameter::Port(octets.u16()?),
        })
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[(0x80, "the parameter is not supported")]
    }
}

/// Reads how Serial over LAN is set up. Only whether it can be had must be told.
#[derive(Debug, Clone)]
pub struct ReadSol {
    channel: Channel,
    at: usize,
    read: SolConfiguration,
}

/// How Serial over LAN is set up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SolConfiguration {
    /// Whether it can be had.
    pub enabled: bool,
    /// Whether it must be encrypted.
    pub must_encrypt: bool,
    /// From which privilege on it can be had.
    pub privilege: Option<Privilege>,
    /// How long characters are gathered, and at how many a packet is sent.
    pub accumulation: Option<(Duration, u8)>,
    /// How often a packet is sent again, and after how long each.
    pub retries: Option<(u8, Duration)>,
    /// Bits a second.
    pub bit_rate: Option<u32>,
    /// The UDP port.
    pub port: Option<u16>,
}

const ORDER: [SolParameterKind; 6] = [
    SolParameterKind::Enabled,
    SolParameterKind::Authentication,
    SolParameterKind::Accumulation,
    SolParameterKind::Retries,
    SolParameterKind::BitRate,
    SolParameterKind::Port,
];

impl ReadSol {
    /// That of this channel.
    pub fn new(channel: Channel) -> Self {
        Self {
            channel,
            at: 0,
            read: SolConfiguration::default(),
        }
    }

    fn present(&self) -> Option<GetSolParameter> {
        let (channel, kind) = (self.channel, *ORDER.get(self.at)?);
        Some(GetSolParameter { channel, kind })
    }
}

impl Conversation for ReadSol {
    type Outcome = SolConfiguration;

    fn name(&self) -> &'static str {
        "read the SOL configuration"
    }

    fn begin(&mut self) -> Question {
        *self = Self::new(self.channel);
        let (channel, kind) = (self.channel, SolParameterKind::Enabled);
        Question::of(&GetSolParameter { channel, kind })
    }

    fn answered(&mut self, response: &Response) -> Result<Turn<SolConfiguration>, Refused> {
        if let Some(present) = self.present() {
            let read = &mut self.read;
            match present.outcome(response) {
                Ok(SolParameter::Enabled(enabled)) => read.enabled = enabled,
                Ok(SolParameter::Authentication(encrypted, _, from)) => {
                    (read.must_encrypt, read.privilege) = (encrypted, from);
                }
                Ok(SolParameter::Accumulation(interval, threshold)) => {
                    read.accumulation = Some((interval, threshold));
                }
                Ok(SolParameter::Retries(count, interval)) => {
                    read.retries = Some((count, interval));
                }
                Ok(SolParameter::BitRate(rate)) => read.bit_rate = rate,
                Ok(SolParameter::Port(port)) => read.port = Some(port),
                Err(refused) if self.at == 0 => return Err(refused),
                Err(_) => {}
            }
        }
        self.at = self.at.saturating_add(1);
        Ok(match self.present() {
            Some(next) => Turn::ask(&next),
            None => Turn::Done(self.read),
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
        let mut read = ReadSol::new(Channel::new(1).unwrap());
        let sol = drive(&mut read, 6, |request| {
            let value: &[u8] = match request.data.get(1) {
                Some(1) => &[1],
                Some(2) => &[0x83],
                Some(3) => &[12, 96],
                Some(4) => &[7, 50],
                Some(6) => &[10],
                _ => return Response::refused(CompletionCode(0x80)),
            };
            Response::done([&[0x11], value].concat())
        });
        let expected = SolConfiguration {
            enabled: true,
            must_encrypt: true,
            privilege: Some(Privilege::Operator),
            accumulation: Some((Duration::from_millis(60), 96)),
            retries: Some((7, Duration::from_millis(500))),
            bit_rate: Some(115_200),
            port: None,
        };
        assert_eq!(sol, Ok(expected));
        assert!(drive(&mut read, 1, |_| Response::refused(CompletionCode(0xc1))).is_err());
    }

    proptest! {
        #[test]
        fn ends_whatever_is_answered(answers: Vec<(u8, Vec<u8>)>) {
            let mut answers = answers.into_iter();
            let _ = drive(&mut ReadSol::new(Channel::THIS), 6, |_| {
                let (code, data) = answers.next().unwrap_or_default();
                Response { completion: CompletionCode(code & 0x80), data }
            });
        }
    }
}
