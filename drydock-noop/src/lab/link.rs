//! `[io]` The client's side of one call: a connection of its own, so that a caller who stops waiting is one that the lab sees
//! go away.

use super::{
    lines::{self, Line},
    wire::{Answer, Call, Greeting, Hello, VERSION},
};
use drydock_core::driver::{Context, DriverError, ErrorKind};
use serde::de::DeserializeOwned;
use std::{fmt::Display, io, path::Path, sync::Arc};
use tokio::{io::BufReader, net::UnixStream};

/// The longest line that a lab may write: what it sees of a hundred thousand machines is shorter.
const MOST: usize = 512 << 20;

/// The way to a lab.
#[derive(Debug, Clone)]
pub(super) struct Link(Arc<Path>);

impl Link {
    pub(super) fn to(path: &Path) -> Self {
        Self(path.into())
    }

    /// Sees that a lab is there with which this side can speak.
    pub(super) async fn greeted(&self) -> Result<(), DriverError> {
        self.connected("the lab").await.map(drop)
    }

    /// Asks and waits for the answer, without a limit of its own: whoever waits has one. Errors name the target.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        target: impl Display,
        call: &Call,
    ) -> Result<T, DriverError> {
        self.ask_unless(|| false, target, call).await
    }

    /// The same for a driver, which asks for nothing when its time is over.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        cx: &Context,
        target: impl Display,
        call: &Call,
    ) -> Result<T, DriverError> {
        self.ask_unless(|| cx.is_over(), target, call).await
    }

    async fn ask_unless<T: DeserializeOwned>(
        &self,
        is_over: impl Fn() -> bool,
        target: impl Display,
        call: &Call,
    ) -> Result<T, DriverError> {
        let mut stream = self.connected(&target).await?;
        // From here on it may have been heard.
        let broken = |error: io::Error| {
            let (kind, words) = match call.is_changing() {
                true => (ErrorKind::Indeterminate, "look before trying again"),
                false => (ErrorKind::Unavailable, "try again"),
            };
            let message = format!(
                "{target}: the connection to the lab at {} broke: {error}; {words}",
                self.0.display()
            );
            DriverError::new(kind, message).caused_by(error)
        };
        let asked = exchange(&mut stream, call, is_over).await.map_err(broken)?;
        let Some(line) = asked else {
            let message = format!("{target}: the time of the call was over before it was made");
            return Err(DriverError::new(ErrorKind::Unavailable, message));
        };
        match serde_json::from_slice::<Answer<T>>(&line) {
            Ok(answer) => answer.into(),
            Err(error) => Err(broken(io::Error::new(io::ErrorKind::InvalidData, error))),
        }
    }

    /// A connection to a lab that has greeted. Nothing has been asked yet, so nothing can have happened.
    async fn connected(&self, target: impl Display) -> Result<BufReader<UnixStream>, DriverError> {
        let path = self.0.display();
        let silent = |error: io::Error| {
            let message = format!(
                "{target}: no lab answers at {path}: {error}; start one there, or name the socket of one"
            );
            DriverError::new(ErrorKind::Unavailable, message).caused_by(error)
        };
        let stream = UnixStream::connect(&*self.0).await.map_err(silent)?;
        let mut stream = BufReader::new(stream);
        let greeting = match lines::next(&mut stream, 1 << 10).await.map_err(silent)? {
            Line::Whole(line) => line,
            Line::TooLong => Vec::new(),
            Line::Ended => return Err(silent(io::ErrorKind::UnexpectedEof.into())),
        };
        let why = match serde_json::from_slice(&greeting) {
            Ok(Greeting {
                version: VERSION, ..
            }) => return Ok(stream),
            Ok(Greeting { version, .. }) => format!(
                "it speaks version {version}, and this program {VERSION}; use programs of the same version"
            ),
            Err(_) => "what listens there is no lab; name the socket of one".to_owned(),
        };
        let message = format!("{target}: {path}: {why}");
        Err(DriverError::new(ErrorKind::Rejected, message))
    }
}

/// None when it was over before anything was asked.
async fn exchange(
    stream: &mut BufReader<UnixStream>,
    call: &Call,
    is_over: impl Fn() -> bool,
) -> io::Result<Option<Vec<u8>>> {
    let hello = serde_json::to_string(&Hello { version: VERSION })?;
    let call = serde_json::to_string(call)?;
    let text = format!("{hello}\n{call}\n");
    if !write(stream.get_ref(), text.as_bytes(), is_over).await? {
        return Ok(None);
    }
    match lines::next(stream, MOST).await? {
        Line::Whole(line) => Ok(Some(line)),
        Line::Ended => Err(io::ErrorKind::UnexpectedEof.into()),
        Line::TooLong => {
            let why = format!("its answer is longer than {MOST} bytes");
            Err(io::Error::new(io::ErrorKind::InvalidData, why))
        }
    }
}

/// Writes all of it, or nothing when it is over; whether it did. The time is looked at as late as can be; who is stopped
/// between that look and the write itself writes all the same, and machines know it by its fence.
async fn write(stream: &UnixStream, text: &[u8], is_over: impl Fn() -> bool) -> io::Result<bool> {
    let mut written = 0;
    while written < text.len() {
        stream.writable().await?;
        if written == 0 && is_over() {
            return Ok(false);
        }
        match stream.try_write(&text[written..]) {
            Ok(more) => written += more,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
