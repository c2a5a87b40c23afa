//! Which names the database can keep.

use drydock_core::state::{Batch, StateError};

/// The longest name, in bytes: an index takes 2,704, those of the row included.
const LONGEST: usize = 2_000;

/// Whether there can be something under this name.
pub(super) fn can_be(name: &str) -> bool {
    !name.contains('\0')
}

/// Refuses a name that cannot be kept.
pub(super) fn check(name: &str) -> Result<(), StateError> {
    if name.len() > LONGEST {
        let start: String = name.chars().take(40).collect();
        return Err(StateError::Unavailable(format!(
            "the name {start:?}... has {} bytes, and PostgreSQL keeps names of at most {LONGEST}: nothing was written",
            name.len()
        )));
    }
    if !can_be(name) {
        return Err(StateError::Unavailable(format!(
            "the name {name:?} holds the character NUL, which PostgreSQL cannot keep: nothing was written"
        )));
    }
    Ok(())
}

/// Refuses a batch that writes under a name that cannot be kept.
pub(super) fn check_batch(batch: &Batch) -> Result<(), StateError> {
    let keys = batch.put.iter().map(|(key, _)| key);
    let journals = batch.append.iter().map(|(journal, _)| journal);
    let read = batch.expect.iter().map(|(key, _)| key).chain(&batch.delete);
    let lease = batch
        .lease
        .iter()
        .flat_map(|lease| [&lease.name, &lease.owner]);
    keys.chain(journals)
        .chain(read)
        .chain(lease)
        .try_for_each(|name| check(name))
}

/// The first name after all that begin with this, where there is one.
pub(super) fn after_prefix(prefix: &str) -> Option<String> {
    let mut name = prefix.to_owned();
    while let Some(last) = name.pop() {
        // Numbers of characters have one gap, and the range steps over it.
        let next = (last..=char::MAX).nth(1);
        if let Some(next) = next {
            name.push(next);
            return Some(name);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_after_a_prefix_is_the_first_that_does_not_have_it() {
        for (prefix, after) in [
            ("", None),
            ("a", Some("b")),
            ("a/", Some("a0")),
            ("á", Some("â")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
        ] {
            assert_eq!(after_prefix(prefix).as_deref(), after);
            if let Some(after) = after {
                assert!(!after.starts_with(prefix) && *after > *prefix);
                assert!(*format!("{prefix}\u{10ffff}") < *after);
            }
        }
    }

    #[test]
    fn names_that_cannot_be_kept_are_refused_wherever_they_stand() {
        let long = "k".repeat(LONGEST + 1);
        check(&long[1..]).unwrap();
        for (name, says) in [("a\0b", "NUL"), (long.as_str(), "2001 bytes")] {
            let lease = drydock_core::state::Lease::new(name, "o", 1);
            for batch in [
                Batch::new().put(name, "v"),
                Batch::new().delete(name),
                Batch::new().append(name, "v"),
                Batch::new().expect(name, Default::default()),
                Batch::new().under(&lease),
            ] {
                let error = check_batch(&batch).unwrap_err().to_string();
                assert!(error.contains(says), "{error}");
            }
        }
    }
}
