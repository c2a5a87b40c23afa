//! A serial console on TCP, as `ipmi_sim` wants it behind serial over LAN.
//!
//! It greets, sends back each line in brackets, and a burst of 64 KiB for `BIG`.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    thread,
};

/// What it says first.
pub(crate) const GREETING: &str = "\r\ndrydock-lab login: ";

/// Lines of the burst.
pub(crate) const BURST: usize = 1024;

/// Line `n` of the burst: 64 octets.
pub(crate) fn burst_line(n: usize) -> String {
    format!("{n:05} {}\r\n", "x".repeat(56))
}

/// It ends with the process.
#[derive(Debug)]
pub(crate) struct Console {
    port: u16,
}

impl Console {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("its address").port();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || serve(stream));
            }
        });
        Self { port }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(GREETING.as_bytes())?;
    let (mut octets, mut line) = ([0; 256], Vec::new());
    loop {
        let count = stream.read(&mut octets)?;
        if count == 0 {
            return Ok(());
        }
        for octet in &octets[..count] {
            if !matches!(octet, b'\r' | b'\n') {
                line.push(*octet);
                continue;
            }
            if line == b"BIG" {
                for n in 0..BURST {
                    stream.write_all(burst_line(n).as_bytes())?;
                }
            } else {
                stream.write_all(&[b"<", &*line, b">\r\n"].concat())?;
            }
            line.clear();
        }
    }
}
