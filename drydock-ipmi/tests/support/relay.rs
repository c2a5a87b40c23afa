//! What stands between a client and a BMC and harms, loses or counts what passes; and the UDP relay that does it.

use super::dice::Dice;
use std::{
    collections::HashMap,
    io::ErrorKind,
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// What happens to a datagram on its way: it arrives as it is, otherwise, several times, or not at all.
pub(crate) trait Way: Send + 'static {
    fn to_bmc(&mut self, datagram: &[u8]) -> Vec<Vec<u8>>;
    fn to_client(&mut self, datagram: &[u8]) -> Vec<Vec<u8>>;
}

/// Nothing happens.
#[derive(Debug)]
pub(crate) struct Clear;

impl Way for Clear {
    fn to_bmc(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        vec![datagram.to_vec()]
    }

    fn to_client(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        vec![datagram.to_vec()]
    }
}

/// Both ways, so many in a hundred are lost.
#[derive(Debug)]
pub(crate) struct Loss {
    dice: Dice,
    percent: usize,
}

impl Loss {
    pub(crate) fn new(percent: usize, seed: u64) -> Self {
        let dice = Dice::new(seed);
        Self { dice, percent }
    }

    fn pass(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        let lost = self.dice.percent(self.percent);
        (!lost).then(|| datagram.to_vec()).into_iter().collect()
    }
}

impl Way for Loss {
    fn to_bmc(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        self.pass(datagram)
    }

    fn to_client(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        self.pass(datagram)
    }
}

/// Of the replies, so many in a hundred are flipped, cut, extended, repeated, replaced by noise, preceded by older ones or
/// changed where it matters most: lengths, ids, status, algorithms.
#[derive(Debug)]
pub(crate) struct Harm {
    dice: Dice,
    percent: usize,
    old: Vec<Vec<u8>>,
    /// How many replies were not passed on as they were.
    pub(crate) harmed: usize,
}

impl Harm {
    pub(crate) fn new(percent: usize, seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            percent,
            old: Vec::new(),
            harmed: 0,
        }
    }

    /// Where a reply's fields are that decide what it means, as offsets: wrapper (authentication type, payload type, ids,
    /// sequence, length) and the first of the payload (tag, status, ids, algorithms, completion code).
    const FIELDS: [usize; 20] = [
        0, 3, 4, 5, 6, 9, 10, 13, 14, 15, 16, 17, 18, 20, 24, 28, 32, 36, 40, 48,
    ];

    fn changed(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        let mut harmed = datagram.to_vec();
        let length = harmed.len();
        match self.dice.below(9) {
            0 | 1 => {
                for _ in 0..=self.dice.below(3) {
                    let at = self.dice.below(length);
                    if let Some(octet) = harmed.get_mut(at) {
                        *octet ^= 1 << self.dice.below(8);
                    }
                }
            }
            2 => {
                let at = self.dice.below(length);
                if let Some(octet) = harmed.get_mut(at) {
                    *octet = self.dice.octet();
                }
            }
            3 => {
                let at = Self::FIELDS[self.dice.below(Self::FIELDS.len())];
                let values = [0, 1, 2, 7, 0x10, 0x11, 0x13, 0x15, 0x80, 0xc0, 0xff];
                if let Some(octet) = harmed.get_mut(at) {
                    *octet = values[self.dice.below(values.len())];
                }
            }
            4 => harmed.truncate(self.dice.below(length + 1)),
            5 => {
                let more = self.dice.below(64) + 1;
                harmed.extend(self.dice.octets(more));
            }
            6 => return vec![harmed.clone(), harmed],
            7 => {
                let old = self.old[self.dice.below(self.old.len())].clone();
                return if self.dice.percent(50) {
                    vec![old, harmed]
                } else {
                    vec![harmed, old]
                };
            }
            _ => {
                let count = self.dice.below(80);
                harmed = [b"\x06\x00\xff\x07".to_vec(), self.dice.octets(count)].concat();
                if self.dice.percent(50) {
                    return vec![harmed, datagram.to_vec()];
                }
            }
        }
        vec![harmed]
    }
}

impl Way for Harm {
    fn to_bmc(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        vec![datagram.to_vec()]
    }

    fn to_client(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        if self.old.len() < 50 {
            self.old.push(datagram.to_vec());
        } else {
            let at = self.dice.below(50);
            self.old[at] = datagram.to_vec();
        }
        if !self.dice.percent(self.percent) {
            return vec![datagram.to_vec()];
        }
        self.harmed += 1;
        self.changed(datagram)
    }
}

/// How many datagrams came to the relay, and how many octets of UDP payload.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) from_client: AtomicUsize,
    pub(crate) from_bmc: AtomicUsize,
}

impl Counts {
    pub(crate) fn packets(&self) -> usize {
        self.from_client.load(Ordering::Relaxed) + self.from_bmc.load(Ordering::Relaxed)
    }
}

/// A UDP relay before one BMC. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    pub(crate) counts: Arc<Counts>,
    ended: Arc<AtomicBool>,
}

impl Relay {
    pub(crate) fn start(bmc: SocketAddr, way: impl Way) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let relay = Self {
            address: socket.local_addr().expect("its address"),
            counts: Arc::default(),
            ended: Arc::default(),
        };
        let line = Line {
            client: patient(socket),
            way: Arc::new(Mutex::new(way)),
            counts: relay.counts.clone(),
            ended: relay.ended.clone(),
        };
        thread::spawn(move || line.run(bmc));
        relay
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

/// What the threads of a relay share.
#[derive(Debug)]
struct Line<W> {
    client: Arc<UdpSocket>,
    way: Arc<Mutex<W>>,
    counts: Arc<Counts>,
    ended: Arc<AtomicBool>,
}

impl<W: Way> Line<W> {
    /// From clients to the BMC. Each client has a socket of its own there, and a thread for what comes back.
    fn run(&self, bmc: SocketAddr) {
        let mut sockets: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
        self.each(&self.client, |datagram, client| {
            self.counts.from_client.fetch_add(1, Ordering::Relaxed);
            let socket = sockets.entry(client).or_insert_with(|| {
                let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
                socket.connect(bmc).expect("the BMC's address");
                let socket = patient(socket);
                let (line, own) = (self.share(), socket.clone());
                thread::spawn(move || line.back(&own, client));
                socket
            });
            let arriving = self.way.lock().expect("the way").to_bmc(datagram);
            for datagram in arriving {
                let _ = socket.send(&datagram);
            }
        });
    }

    fn back(&self, socket: &UdpSocket, client: SocketAddr) {
        self.each(socket, |datagram, _| {
            self.counts.from_bmc.fetch_add(1, Ordering::Relaxed);
            let arriving = self.way.lock().expect("the way").to_client(datagram);
            for datagram in arriving {
                let _ = self.client.send_to(&datagram, client);
            }
        });
    }

    fn each(&self, socket: &UdpSocket, mut then: impl FnMut(&[u8], SocketAddr)) {
        let mut datagram = [0; 2048];
        while !self.ended.load(Ordering::Relaxed) {
            match socket.recv_from(&mut datagram) {
                Ok((length, from)) => then(&datagram[..length], from),
                // Refused: what was sent before met nobody.
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::ConnectionRefused
                    ) => {}
                Err(_) => return,
            }
        }
    }

    fn share(&self) -> Self {
        Self {
            client: self.client.clone(),
            way: self.way.clone(),
            counts: self.counts.clone(),
            ended: self.ended.clone(),
        }
    }
}

/// A socket whose reader looks up now and then.
fn patient(socket: UdpSocket) -> Arc<UdpSocket> {
    let short = Duration::from_millis(100);
    socket.set_read_timeout(Some(short)).expect("a time limit");
    Arc::new(socket)
}
