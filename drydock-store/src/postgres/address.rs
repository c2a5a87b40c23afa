//! Where the database is: reads a URL, and names the place in errors without the password.

use drydock_core::state::StateError;
use std::{fmt, time::Duration};
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};

/// What errors may say of a database: host, port, database and user; never the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address(String);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads a URL. What is wrong with it is told without a piece of it, for any piece could be of the password.
pub(super) fn read(url: &str, patience: Duration) -> Result<(Config, Address), StateError> {
    let mut config: Config = url.parse().map_err(|_| unreadable())?;
    // An @ in a password makes what follows it look like the host, or the database.
    let is_cut = |text: &str| text.contains('@');
    let hosts = config.get_hosts().iter();
    if hosts
        .into_iter()
        .any(|host| matches!(host, Host::Tcp(name) if is_cut(name)))
        || config.get_dbname().is_some_and(is_cut)
    {
        return Err(unreadable());
    }
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(StateError::Unavailable(
            "the URL of the PostgreSQL database names no host; a socket's folder is written as its host, such as \
             %2Frun%2Fpostgresql"
                .into(),
        ));
    }
    let address = Address(describe(&config));
    if config.get_ssl_mode() == SslMode::Require {
        return Err(StateError::Unavailable(format!(
            "{address}: the URL asks for TLS (sslmode=require), which this store does not speak: connect over a unix \
             socket, to localhost, or through a tunnel that encrypts"
        )));
    }
    if config.get_application_name().is_none() {
        config.application_name("drydock");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(patience);
    }
    // A database that is cut off without a word is noticed while bytes to it are on the way.
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(patience);
    }
    Ok((config, address))
}

fn unreadable() -> StateError {
    StateError::Unavailable(
            "the URL of the PostgreSQL database cannot be read; it has the form \
             postgres://user:password@host:5432/database, or \
             postgres://user@%2Frun%2Fpostgresql/database for a socket's folder; in a password, write every character \
             but letters and digits as % and two hexadecimal digits"
        .into(),
    )
}

fn describe(config: &Config) -> String {
    let ports = config.get_ports();
    let port = |n: usize| ports.get(n).or(ports.first()).copied().unwrap_or(5432);
    let named = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    });
    let mut hosts: Vec<String> = named.collect();
    if hosts.is_empty() {
        hosts = config
            .get_hostaddrs()
            .iter()
            .map(ToString::to_string)
            .collect();
    }
    let places: Vec<String> = hosts
        .iter()
        .enumerate()
        .map(|(n, host)| format!("{host}:{}", port(n)))
        .collect();
    let user = config.get_user().unwrap_or("of this process");
    let database = config.get_dbname().unwrap_or(user);
    format!(
        "PostgreSQL at {}, database {database}, user {user}",
        places.join(",")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(3);
    const CANARY: &str = "cAnArY7";

    #[test]
    fn an_address_has_everything_but_the_password() {
        for (url, says) in [
            (
                format!("postgres://u:{CANARY}@db.example:6000/d"),
                "PostgreSQL at db.example:6000, database d, user u",
            ),
            (
                format!("postgresql://u:{CANARY}@%2Frun%2Fpg/d"),
                "PostgreSQL at /run/pg:5432, database d, user u",
            ),
            (
                format!("postgres://u@a:1,b:2?password={CANARY}"),
                "PostgreSQL at a:1,b:2, database u, user u",
            ),
            (
                format!("host=h user=u password={CANARY}"),
                "PostgreSQL at h:5432, database u, user u",
            ),
        ] {
            let (config, address) = read(&url, PATIENCE).unwrap();
            assert_eq!(address.to_string(), says);
            assert_eq!(config.get_password(), Some(CANARY.as_bytes()));
            assert!(!format!("{config:?} {address:?}").contains(CANARY));
        }
    }

    #[test]
    fn what_is_wrong_with_a_url_is_told_without_a_piece_of_it() {
        for (url, says) in [
            (
                format!("postgres://u:{CANARY}@h:{CANARY}/d"),
                "cannot be read",
            ),
            (format!("postgres://u:p@h/d?{CANARY}=1"), "cannot be read"),
            (format!("postgres://u:x@{CANARY}@h/d"), "cannot be read"),
            (format!("postgres://u:x@h/{CANARY}@h/d"), "cannot be read"),
            (format!("mysql://u:{CANARY}@h/d"), "cannot be read"),
            (format!("host=h password='{CANARY}"), "cannot be read"),
            (format!("user=u password={CANARY}"), "names no host"),
            (String::new(), "names no host"),
            (
                format!("postgres://u:{CANARY}@h/d?sslmode=require"),
                "does not speak",
            ),
        ] {
            let error = read(&url, PATIENCE).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(says), "{text}");
            assert!(!text.contains(CANARY), "{text}");
        }
    }
}
