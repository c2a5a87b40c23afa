//! Serial over LAN: the machine's console in packets that are acknowledged, sent again and refused (IPMI 2.0 §15).

use super::{faults::strikes, log::Effect, state::State};
use crate::wire::{PayloadType, SolPacket};
use std::time::Duration;

/// The most characters in a packet of the BMC.
const MOST: usize = 200;
/// The status bit for "the console is taken away from you".
const DEACTIVATED: u8 = 0x10;

/// The console's connection to a session.
#[derive(Debug)]
pub(super) struct Sol {
    session: Option<u32>,
    /// The number of the packet that was sent last.
    last_out: u8,
    /// What is sent and not acknowledged.
    sent: Option<Sent>,
    /// The number of the console's packet that was taken last, and how many characters of it.
    last_in: (u8, u8),
    /// When the console is told that it may go on after a NACK of this packet.
    resumes: Option<(Duration, u8)>,
    /// Parameters 1 to 6, as on the wire (IPMI 2.0 §26.3).
    pub(super) parameters: Parameters,
}

/// The configuration.
#[derive(Debug)]
pub(super) struct Parameters {
    pub(super) enabled: u8,
    pub(super) authentication: u8,
    pub(super) accumulation: [u8; 2],
    pub(super) retry: [u8; 2],
    pub(super) bit_rates: [u8; 2],
}

#[derive(Debug)]
struct Sent {
    sequence: u8,
    characters: Vec<u8>,
    again_at: Duration,
    tries: u8,
}

impl Default for Sol {
    fn default() -> Self {
        Self {
            session: None,
            last_out: 0,
            sent: None,
            last_in: (0, 0),
            resumes: None,
            parameters: Parameters {
                enabled: 1,
                // Encrypted and authenticated, from USER up.
                authentication: 0xc2,
                accumulation: [1, 96],
                // 7 times, every 500 ms.
                retry: [7, 50],
                // 115,200 bit/s.
                bit_rates: [0x0a, 0x0a],
            },
        }
    }
}

impl Sol {
    pub(super) fn session(&self) -> Option<u32> {
        self.session
    }

    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        let again = self.sent.as_ref().map(|sent| sent.again_at);
        let resumes = self.resumes.map(|(due, _)| due);
        again.into_iter().chain(resumes).min()
    }

    fn next_sequence(&mut self) -> u8 {
        // 1 to 15; 0 is for packets that carry nothing.
        self.last_out = if self.last_out >= 15 {
            1
        } else {
            self.last_out.saturating_add(1)
        };
        self.last_out
    }

    fn retry_interval(&self) -> Duration {
        let [_, tens] = self.parameters.retry;
        Duration::from_millis(u64::from(tens.max(1)).saturating_mul(10))
    }
}

impl State {
    /// Gives the console to a session.
    pub(super) fn take_console(&mut self, now: Duration, id: u32) {
        let parameters = std::mem::take(&mut self.sol).parameters;
        self.sol = Sol {
            session: Some(id),
            parameters,
            ..Sol::default()
        };
        self.log.add(now, Effect::ConsoleActivated { id });
    }

    /// Takes the console back, and tells the session that had it.
    pub(super) fn release_console(&mut self, now: Duration) {
        let Some(id) = self.sol.session.take() else {
            return;
        };
        self.sol.sent = None;
        self.send_sol(id, (0, 0, 0, DEACTIVATED), &[]);
        self.log.add(now, Effect::ConsoleDeactivated { id });
    }

    /// A packet of the console, from an authenticated session.
    pub(super) fn handle_sol(&mut self, now: Duration, id: u32, payload: &[u8]) {
        let (Some(session), Ok(packet)) = (self.sol.session, SolPacket::parse(payload)) else {
            return;
        };
        if session != id {
            return;
        }
        self.acknowledged(now, &packet);
        if packet.sequence == 0 {
            return self.pump_console(now);
        }
        let (last, accepted) = self.sol.last_in;
        if packet.sequence == last {
            // Its acknowledgement was lost: it is not typed again.
            self.acknowledge(id, packet.sequence, accepted, 0);
        } else if strikes(&mut self.faults.sol_nacks) {
            self.acknowledge(id, packet.sequence, 0, SolPacket::NACK);
            let due = now.saturating_add(self.sol.retry_interval());
            self.sol.resumes = Some((due, packet.sequence));
        } else {
            self.sol.resumes = None;
            let accepted = u8::try_from(packet.characters.len()).unwrap_or(u8::MAX);
            let taken = packet.characters.iter().take(usize::from(accepted));
            self.machine.type_in(&taken.copied().collect::<Vec<u8>>());
            self.sol.last_in = (packet.sequence, accepted);
            self.acknowledge(id, packet.sequence, accepted, 0);
        }
        self.pump_console(now);
    }

    /// What the packet says of the one that was sent last.
    fn acknowledged(&mut self, now: Duration, packet: &SolPacket<'_>) {
        let (interval, sequence) = (self.sol.retry_interval(), packet.acknowledged);
        let Some(sent) = self
            .sol
            .sent
            .take_if(|sent| sequence != 0 && sent.sequence == sequence)
        else {
            return;
        };
        let rest: Vec<u8> = sent
            .characters
            .into_iter()
            .skip(usize::from(packet.accepted))
            .collect();
        if rest.is_empty() {
            return;
        }
        // What was not accepted goes into a packet of its own; after a NACK not before the console had time.
        let is_refused = packet.bits & SolPacket::NACK != 0;
        self.sol.sent = Some(Sent {
            sequence: self.sol.next_sequence(),
            characters: rest,
            again_at: if is_refused {
                now.saturating_add(interval)
            } else {
                now
            },
            tries: 0,
        });
    }

    fn acknowledge(&mut self, id: u32, sequence: u8, accepted: u8, status: u8) {
        if !self.faults.sol_never_acknowledges {
            self.send_sol(id, (0, sequence, accepted, status), &[]);
        }
    }

    /// Sends what the machine has written, or sends again what was not acknowledged.
    pub(super) fn pump_console(&mut self, now: Duration) {
        let Some(id) = self.sol.session else {
            return;
        };
        if let Some((_, sequence)) = self.sol.resumes.take_if(|(due, _)| *due <= now) {
            self.acknowledge(id, sequence, 0, 0);
        }
        let interval = self.sol.retry_interval();
        let [most_tries, _] = self.sol.parameters.retry;
        // What nobody acknowledges is given up (IPMI 2.0 §15.11).
        if let Some(sent) = &mut self.sol.sent
            && sent.again_at <= now
        {
            if sent.tries > most_tries & 0x07 {
                self.sol.sent = None;
            } else {
                sent.tries = sent.tries.saturating_add(1);
                sent.again_at = now.saturating_add(interval);
                let (sequence, characters) = (sent.sequence, sent.characters.clone());
                self.send_sol(id, (sequence, 0, 0, 0), &characters);
            }
        }
        if self.sol.sent.is_some() {
            return;
        }
        let characters = self.machine.print(MOST);
        if characters.is_empty() {
            return;
        }
        let sequence = self.sol.next_sequence();
        self.send_sol(id, (sequence, 0, 0, 0), &characters);
        self.sol.sent = Some(Sent {
            sequence,
            characters,
            again_at: now.saturating_add(interval),
            tries: 1,
        });
    }

    /// Sends a packet: number, acknowledged number, accepted characters, status.
    fn send_sol(&mut self, id: u32, head: (u8, u8, u8, u8), characters: &[u8]) {
        let (sequence, acknowledged, accepted, bits) = head;
        let mut payload = Vec::new();
        SolPacket {
            sequence,
            acknowledged,
            accepted,
            bits,
            characters,
        }
        .emit(&mut payload);
        let peer = self.sessions.find(id).map(|session| session.peer);
        if let (Some(peer), Some(datagram)) = (peer, self.seal(id, PayloadType::Sol, &payload)) {
            self.unasked.push((peer, datagram));
        }
    }
}
