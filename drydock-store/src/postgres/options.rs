//! How a PostgreSQL store is connected.

use drydock_core::state::StateError;
use std::time::Duration;

/// How a [`PostgresStore`](super::PostgresStore) is connected.
///
/// ```
/// use drydock_store::PostgresOptions;
/// use std::time::Duration;
///
/// let options = PostgresOptions::default()
///     .schema("drydock_lab")
///     .patience(Duration::from_secs(5));
/// assert_eq!(options.connections, 8);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostgresOptions {
    /// The schema that holds the tables; made where it is missing. Stores in different schemas know nothing of each other.
    /// At most 40 lower-case letters, digits and underscores, a letter first. `drydock` by default.
    pub schema: String,
    /// The most connections at once, beside the one that listens for changes. 8 by default.
    pub connections: usize,
    /// How long after a commit `changed` notices it at the latest where the database does not say so. 1 s by default.
    pub poll_pause: Duration,
    /// How long the database may take for one call before it is given up. 30 s by default.
    pub patience: Duration,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            schema: "drydock".into(),
            connections: 8,
            poll_pause: Duration::from_secs(1),
            patience: Duration::from_secs(30),
        }
    }
}

impl PostgresOptions {
    /// Keeps the tables in this schema.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = schema.into();
        self
    }

    /// Opens at most this many connections.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// Looks for changes this often.
    #[must_use]
    pub fn poll_pause(mut self, poll_pause: Duration) -> Self {
        self.poll_pause = poll_pause;
        self
    }

    /// Gives a call up after this long.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    pub(super) fn check(&self) -> Result<(), StateError> {
        let mut letters = self.schema.chars();
        let first = letters.next().is_some_and(|c| c.is_ascii_lowercase());
        let plain = letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let ours = !self.schema.starts_with("pg_") && self.schema != "information_schema";
        if !(first && plain && ours && self.schema.len() <= 40) {
            return refuse(format!(
                "{:?} cannot be the schema: it takes at most 40 of a-z, 0-9 and _, a letter first, and none of \
                 PostgreSQL's own names",
                self.schema
            ));
        }
        if self.connections == 0 {
            return refuse("at least 1 connection is needed".into());
        }
        // The database counts milliseconds in 31 bits, and takes 0 for without end.
        let most = Duration::from_secs(24 * 60 * 60);
        let least = Duration::from_millis(1);
        for (name, time) in [("patience", self.patience), ("poll_pause", self.poll_pause)] {
            if time < least || time > most {
                return refuse(format!(
                    "{name} is {time:?}: it has to be between 1 ms and a day"
                ));
            }
        }
        Ok(())
    }
}

fn refuse(reason: String) -> Result<(), StateError> {
    Err(StateError::Unavailable(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_work_is_refused_before_connecting() {
        let options = PostgresOptions::default;
        options().check().unwrap();
        options().schema("a_1").check().unwrap();
        let long = "a".repeat(41);
        for schema in [
            "",
            "1a",
            "A",
            "a-b",
            "a\"b",
            "pg_x",
            "é",
            &long,
            "information_schema",
            "a b",
        ] {
            let error = options().schema(schema).check().unwrap_err().to_string();
            assert!(error.contains("cannot be the schema"), "{error}");
        }
        let error = options().connections(0).check().unwrap_err();
        assert!(error.to_string().contains("at least 1 connection"));
        for time in [Duration::ZERO, Duration::MAX] {
            let error = options().patience(time).check().unwrap_err();
            assert!(error.to_string().contains("patience is"), "{error}");
            let error = options().poll_pause(time).check().unwrap_err();
            assert!(error.to_string().contains("poll_pause is"), "{error}");
        }
    }
}
