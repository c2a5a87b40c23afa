//! The serial console: activation, take-over, acknowledgements, repeats and NACKs.

use crate::desk::{Desk, seconds, settings};
use drydock_ipmi::{
    session::Event,
    testing::{BmcSettings, Effect},
    wire::{CompletionCode, NetFn, PayloadType, SolPacket},
};

const ACTIVATE: [u8; 6] = [1, 1, 0xc6, 0, 0, 0];

fn on() -> BmcSettings {
    let mut settings = settings();
    settings.is_on = true;
    settings
}

fn activated(settings: BmcSettings) -> Desk {
    let mut desk = Desk::in_session(settings);
    let answer = desk.ok(NetFn::APP, 0x48, &ACTIVATE);
    assert_eq!(answer[4..10], [255, 0, 255, 0, 0x6f, 0x02]);
    desk.events.clear();
    desk
}

fn send(desk: &mut Desk, sequence: u8, acknowledged: (u8, u8, u8), characters: &[u8]) {
    let mut payload = Vec::new();
    let (acknowledged, accepted, bits) = acknowledged;
    SolPacket {
        sequence,
        acknowledged,
        accepted,
        bits,
        characters,
    }
    .emit(&mut payload);
    desk.session
        .send_payload(desk.now, PayloadType::Sol, &payload);
    desk.wait(seconds(0));
}

/// What the BMC sent since it was asked last: number, acknowledgement, accepted, status, characters.
fn received(desk: &mut Desk) -> Vec<(u8, u8, u8, u8, String)> {
    let payloads = std::mem::take(&mut desk.events);
    payloads
        .iter()
        .filter_map(|event| match event {
            Event::Payload { data, .. } => SolPacket::parse(data).ok(),
            _ => None,
        })
        .map(|packet| {
            let characters = String::from_utf8_lossy(packet.characters).into_owned();
            (
                packet.sequence,
                packet.acknowledged,
                packet.accepted,
                packet.bits,
                characters,
            )
        })
        .collect()
}

#[test]
fn characters_go_both_ways_once_each() {
    let mut desk = activated(on());
    send(&mut desk, 1, (0, 0, 0), b"ls");
    assert_eq!(
        received(&mut desk),
        [(0, 1, 2, 0, String::new()), (1, 0, 0, 0, "ls".into())]
    );
    // The acknowledgement was lost: it is given again, and nothing is typed again.
    send(&mut desk, 1, (0, 0, 0), b"ls");
    assert_eq!(received(&mut desk), [(0, 1, 2, 0, String::new())]);
    // What the console does not acknowledge comes again; what it accepts in part goes on from there.
    desk.wait(seconds(1));
    assert_eq!(received(&mut desk), [(1, 0, 0, 0, "ls".into())]);
    send(&mut desk, 0, (1, 1, 0), b"");
    assert_eq!(received(&mut desk), [(2, 0, 0, 0, "s".into())]);
    send(&mut desk, 0, (2, 1, 0), b"");
    desk.wait(seconds(5));
    assert_eq!(received(&mut desk), []);
}

#[test]
fn what_is_never_acknowledged_is_given_up() {
    let mut desk = activated(on());
    send(&mut desk, 1, (0, 0, 0), b"x");
    let mut tries = 0;
    for _ in 0..20 {
        desk.wait(seconds(1));
        tries += received(&mut desk)
            .iter()
            .filter(|packet| packet.0 == 1)
            .count();
    }
    assert_eq!(tries, 8, "once, and seven times again");
}

#[test]
fn a_nack_takes_nothing_and_says_when_to_go_on() {
    let mut settings = on();
    settings.faults.sol_nacks = 1;
    let mut desk = activated(settings);
    send(&mut desk, 1, (0, 0, 0), b"no");
    assert_eq!(
        received(&mut desk),
        [(0, 1, 0, SolPacket::NACK, String::new())]
    );
    desk.wait(seconds(1));
    assert_eq!(received(&mut desk), [(0, 1, 0, 0, String::new())]);
    send(&mut desk, 2, (0, 0, 0), b"no");
    assert_eq!(received(&mut desk)[1].4, "no");
}

#[test]
fn the_console_is_one_and_can_be_taken() {
    let mut desk = activated(on());
    assert_eq!(
        desk.refused(NetFn::APP, 0x48, &ACTIVATE),
        CompletionCode(0x80)
    );
    desk.events.clear();
    desk.ok(NetFn::APP, 0x49, &[1, 1, 0, 0, 0, 0]);
    assert_eq!(received(&mut desk), [(0, 0, 0, 0x10, String::new())]);
    assert_eq!(
        desk.refused(NetFn::APP, 0x49, &[1, 1, 0, 0, 0, 0]),
        CompletionCode(0x80)
    );
    desk.ok(NetFn::APP, 0x48, &ACTIVATE);
    // Its session ends, and so does its hold of the console.
    desk.session.close(desk.now);
    desk.wait(seconds(1));
    let given = |(_, effect): &&(_, Effect)| matches!(effect, Effect::ConsoleDeactivated { .. });
    assert_eq!(desk.bmc.log().filter(given).count(), 2);
}
