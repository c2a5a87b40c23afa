//! A machine's serial console in lines: what is typed goes to it with each line's end, what it says is printed as it comes.
//!
//! It ends with `~.` at the beginning of a line, or when the input has ended and the machine has been silent for a while.

use crate::{FAILED, Failure, OK, print, say};
use drydock_ipmi::client::{Bmc, ConsoleOptions};
use std::{io::BufRead, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
    time::timeout,
};

/// How long it is listened to what a machine says after all has been typed.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Opens the console and stays until its end.
///
/// # Errors
/// When it cannot be opened, or is lost and does not come back.
pub async fn run(bmc: &Bmc, take_over: bool, within: Duration) -> Result<u8, Failure> {
    let mut options = ConsoleOptions::default().reconnect(Duration::from_secs(60));
    if take_over {
        options = options.take_over();
    }
    let failed = |error: &dyn std::fmt::Display| Failure::new(FAILED, error);
    let console = bmc.console(options, within).await;
    let mut console = console.map_err(|error| failed(&error))?;
    say("console open; ~. at the beginning of a line ends it\n");
    let mut typed = typed();
    let (mut octets, mut is_listening) = ([0; 1024], false);
    loop {
        let patience = if is_listening {
            LAST_WORDS
        } else {
            Duration::MAX
        };
        tokio::select! {
            line = typed.recv(), if !is_listening => match line {
                None => is_listening = true,
                Some(line) if line == "~." => break,
                Some(line) => {
                    let line = line + "\r";
                    let written = console.write_all(line.as_bytes()).await;
                    written.map_err(|error| failed(&error))?;
                }
            },
            read = timeout(patience, console.read(&mut octets)) => match read {
                Err(_) | Ok(Ok(0)) => break,
                Ok(Err(error)) => return Err(failed(&error)),
                Ok(Ok(many)) => {
                    let said = octets.get(..many).unwrap_or_default();
                    print(&String::from_utf8_lossy(said));
                }
            },
        }
    }
    let ended = console.shutdown().await;
    ended.map_err(|error| failed(&error))?;
    Ok(OK)
}

/// The lines of the standard input, read on a thread of their own: it cannot be waited for in any other way.
fn typed() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}
