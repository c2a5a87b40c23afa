//! Get Channel Cipher Suites (IPMI 2.0 §22.15): which suites a BMC says it has. Sixteen octets come at a time.

use super::Channel;
use crate::{
    command::{
        Command, Conversation, Malformed, Question, Refused, Repeat, Request, Response, Turn,
    },
    octets::Octets,
    wire::NetFn,
};

/// Asks for sixteen octets of the list of cipher suites. [`ReadCipherSuites`] reads all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetCipherSuites {
    /// The channel.
    pub channel: Channel,
    /// Which sixteen, 0 to 63.
    pub index: u8,
}

impl Command for GetCipherSuites {
    /// At most sixteen octets.
    type Answer = Vec<u8>;

    fn name(&self) -> &'static str {
        "Get Channel Cipher Suites"
    }

    fn request(&self) -> Request {
        const IPMI: u8 = 0;
        const BY_SUITE: u8 = 0x80;
        let index = BY_SUITE | (self.index & 0x3f);
        Request::new(NetFn::APP, 0x54, [self.channel.number(), IPMI, index])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<Self::Answer, Malformed> {
        let mut octets = Octets::new(data);
        octets.u8()?;
        Ok(octets.rest().iter().take(CHUNK).copied().collect())
    }
}

const CHUNK: usize = 16;
const CHUNKS: u8 = 64;

/// A cipher suite as a BMC lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CipherSuiteRecord {
    /// Its number.
    pub number: u8,
    /// Who made it, if not the specification: an IANA enterprise number.
    pub manufacturer: Option<u32>,
    /// Its authentication algorithm.
    pub authentication: u8,
    /// Its integrity algorithms.
    pub integrity: Vec<u8>,
    /// Its confidentiality algorithms.
    pub confidentiality: Vec<u8>,
}

impl CipherSuiteRecord {
    /// The records of a list (table 22-18). What is no record is skipped.
    pub fn parse_all(list: &[u8]) -> Vec<Self> {
        let mut octets = Octets::new(list);
        let mut records = Vec::new();
        while let Ok(start) = octets.u8() {
            let record = match start {
                0xc0 => octets.u8().map(|number| (number, None)),
                0xc1 => octets.array().map(|[number, low, middle, high]| {
                    (number, Some(u32::from_le_bytes([low, middle, high, 0])))
                }),
                algorithm => {
                    if let Some(record) = records.last_mut() {
                        Self::add(record, algorithm);
                    }
                    continue;
                }
            };
            let Ok((number, manufacturer)) = record else {
                break;
            };
            records.push(Self {
                number,
                manufacturer,
                authentication: 0,
                integrity: Vec::new(),
                confidentiality: Vec::new(),
            });
        }
        records
    }

    fn add(record: &mut Self, algorithm: u8) {
        let number = algorithm & 0x3f;
        match algorithm >> 6 {
            0 => record.authentication = number,
            1 => record.integrity.push(number),
            2 => record.confidentiality.push(number),
            _ => {}
        }
    }

    /// As in a list.
    pub fn emit(&self) -> Vec<u8> {
        let mut list = match self.manufacturer.map(u32::to_le_bytes) {
            None => vec![0xc0, self.number],
            Some([low, middle, high, _]) => vec![0xc1, self.number, low, middle, high],
        };
        list.push(self.authentication & 0x3f);
        list.extend(self.integrity.iter().map(|number| 0x40 | (number & 0x3f)));
        list.extend(
            self.confidentiality
                .iter()
                .map(|number| 0x80 | (number & 0x3f)),
        );
        list
    }
}

/// Reads the list of cipher suites.
#[derive(Debug, Clone)]
pub struct ReadCipherSuites {
    next: GetCipherSuites,
    list: Vec<u8>,
}

impl ReadCipherSuites {
    /// Those of this channel.
    pub fn new(channel: Channel) -> Self {
        Self {
            next: GetCipherSuites { channel, index: 0 },
            list: Vec::new(),
        }
    }
}

impl Conversation for ReadCipherSuites {
    type Outcome = Vec<CipherSuiteRecord>;

    fn name(&self) -> &'static str {
        "read the cipher suites"
    }

    fn begin(&mut self) -> Question {
        self.next.index = 0;
        self.list.clear();
        Question::of(&self.next)
    }

    fn answered(&mut self, response: &Response) -> Result<Turn<Self::Outcome>, Refused> {
        let chunk = self.next.outcome(response)?;
        self.list.extend(&chunk);
        self.next.index = self.next.index.saturating_add(1);
        if chunk.len() < CHUNK || self.next.index >= CHUNKS {
            return Ok(Turn::Done(CipherSuiteRecord::parse_all(&self.list)));
        }
        Ok(Turn::ask(&self.next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::conversation::tests::drive;
    use proptest::prelude::*;

    fn list() -> Vec<u8> {
        let mut list = Vec::new();
        list.extend([0xc0, 0x03, 0x01, 0x41, 0x81]);
        list.extend([0xc0, 0x11, 0x03, 0x44, 0x81]);
        list.extend([0xc1, 0x80, 0xa2, 0x02, 0x00, 0x01, 0x41, 0x42, 0x81, 0x82]);
        list
    }

    /// A BMC that has this list.
    fn bmc(list: &[u8], request: &Request) -> Response {
        let index = usize::from(request.data.last().unwrap() & 0x3f);
        let chunk = list.chunks(16).nth(index).unwrap_or_default();
        Response::done([&[1], chunk].concat())
    }

    #[test]
    fn records_have_their_algorithms() {
        let records = CipherSuiteRecord::parse_all(&list());
        assert_eq!(records.len(), 3);
        let [three, seventeen, own] = &*records else {
            panic!()
        };
        assert_eq!((three.number, three.authentication), (3, 1));
        assert_eq!((seventeen.number, &*seventeen.integrity), (17, &[4][..]));
        assert_eq!(own.manufacturer, Some(674));
        assert_eq!(own.confidentiality, [1, 2]);
        let again: Vec<u8> = records.iter().flat_map(CipherSuiteRecord::emit).collect();
        assert_eq!(again, list());
    }

    #[test]
    fn a_list_is_read_to_its_end() {
        let mut read = ReadCipherSuites::new(Channel::THIS);
        assert_eq!(read.begin().request.data, [0x0e, 0x00, 0x80]);
        let long = list().repeat(4);
        let records = drive(&mut read, 64, |request| bmc(&long, request)).unwrap();
        assert_eq!(records.len(), 12);
        // Five times sixteen octets: a sixth question shows that there are no more.
        let mut asked = 0;
        let even = [0xc0, 0x03, 0x01, 0x41].repeat(20);
        let records = drive(&mut read, 64, |request| {
            asked += 1;
            bmc(&even, request)
        });
        assert_eq!((records.unwrap().len(), asked), (20, 6));
    }

    #[test]
    fn a_list_without_end_ends() {
        let mut read = ReadCipherSuites::new(Channel::THIS);
        let endless = drive(&mut read, 64, |_| Response::done([0x40; 17]));
        assert_eq!(endless, Ok(vec![]));
    }

    proptest! {
        #[test]
        fn any_octets_are_a_list(list: Vec<u8>) {
            prop_assert!(CipherSuiteRecord::parse_all(&list).len() <= list.len());
        }
    }
}
