//! BMCs as people write them: `H`, `H:PORT`, and files of them, one a line.

use crate::Failure;
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::Path,
    str::FromStr,
};

/// The UDP port of BMCs.
const PORT: u16 = 623;

/// A BMC by its name or address. Shown as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    written: String,
    name: String,
    port: u16,
}

impl FromStr for Host {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let wrong = || format!("`{written}` is no BMC; write a name or an address, HOST[:PORT]");
        let (name, port) = match written.strip_prefix('[') {
            Some(rest) => {
                let (name, port) = rest.split_once(']').ok_or_else(wrong)?;
                let port = match port {
                    "" => None,
                    port => Some(port.strip_prefix(':').ok_or_else(wrong)?),
                };
                (name, port)
            }
            // An address of IPv6 has more colons than one, and then no port.
            None if written.matches(':').count() > 1 => (written, None),
            None => match written.split_once(':') {
                Some((name, port)) => (name, Some(port)),
                None => (written, None),
            },
        };
        let port = match port {
            Some(port) => port
                .parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(wrong)?,
            None => PORT,
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.:%".contains(c);
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(wrong());
        }
        Ok(Self {
            written: written.to_owned(),
            name: name.to_owned(),
            port,
        })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.written)
    }
}

impl Host {
    /// Its address; a name is looked up.
    ///
    /// # Errors
    /// Says why there is none.
    pub async fn address(&self) -> Result<SocketAddr, String> {
        if let Ok(address) = self.name.parse::<IpAddr>() {
            return Ok(SocketAddr::new(address, self.port));
        }
        let found = tokio::net::lookup_host((self.name.as_str(), self.port)).await;
        let mut found = found.map_err(|error| format!("{self}: its name is not known: {error}"))?;
        found
            .next()
            .ok_or_else(|| format!("{self}: its name has no address"))
    }
}

/// The BMCs of a file: one a line; empty lines and what follows `#` do not count.
///
/// # Errors
/// When the file cannot be read, a line names no BMC, or none does.
pub fn listed(file: &Path) -> Result<Vec<Host>, Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::unusable(format!("{shown} cannot be read: {error}")))?;
    let mut hosts = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let host = line.split('#').next().unwrap_or_default().trim();
        if !host.is_empty() {
            let wrong = |why| Failure::unusable(format!("{shown}:{number}: {why}"));
            hosts.push(host.parse().map_err(wrong)?);
        }
    }
    match hosts.is_empty() {
        true => Err(Failure::unusable(format!("{shown} names no BMC"))),
        false => Ok(hosts),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_bmc_is_a_name_or_an_address_and_perhaps_a_port() {
        let host = |text: &str| text.parse::<Host>().map(|host| (host.name, host.port));
        for (text, name, port) in [
            ("bmc-1", "bmc-1", 623),
            ("bmc-1.oob.example:6230", "bmc-1.oob.example", 6230),
            ("10.40.0.11", "10.40.0.11", 623),
            ("127.0.0.1:9001", "127.0.0.1", 9001),
            ("fd00::11", "fd00::11", 623),
            ("[fd00::11]", "fd00::11", 623),
            ("[fd00::11]:6230", "fd00::11", 6230),
        ] {
            assert_eq!(host(text), Ok((name.to_owned(), port)));
        }
        for wrong in [
            "", ":623", "a:", "a:0", "a:70000", "[::1", "[::1]6", "a b", "a/24",
        ] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }
}
