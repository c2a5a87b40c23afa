//! Whether a path can lead to a field at all: for queries and selectors, in which a slip would else choose nothing and
//! say nothing.

use super::{
    shape::{RecordShape, Shape},
    shape_of,
};
use crate::{diagnostic::did_you_mean, field::FieldPath, names::Kind};
use smol_str::SmolStr;
use std::fmt;

/// Why a path leads to no field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownField {
    /// How far the path is right.
    pub parent: FieldPath,
    /// The key that does not stand there.
    pub key: SmolStr,
    /// The path with the key that was likely meant.
    pub meant: Option<FieldPath>,
    /// The keys that may stand there; empty below a single value.
    pub known: Vec<&'static str>,
}

/// What to write instead.
impl fmt::Display for UnknownField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.meant, self.known.is_empty()) {
            (Some(meant), _) => write!(f, "did you mean `{meant}`?"),
            (None, true) => write!(f, "`{}` is a single value", self.parent),
            (None, false) => write!(f, "known there: {}", self.known.join(", ")),
        }
    }
}

/// The path below the `spec` of a kind, old spellings brought up to date. Of a configuration item any path can be one.
///
/// # Errors
/// Says which key cannot stand where it does.
pub fn known_field(kind: &Kind, path: &FieldPath) -> Result<FieldPath, UnknownField> {
    let Some(record) = shape_of(kind) else {
        return Ok(path.clone());
    };
    let mut shape = Shape::Record(record);
    let mut known = FieldPath::root();
    for (n, key) in path.keys().iter().enumerate() {
        let (inside, key) = below(shape, key).map_err(|keys| {
            let meant = did_you_mean(key, keys.iter().copied());
            let corrected = |meant: &str| {
                let rest = path.keys()[n + 1..].iter().cloned();
                FieldPath::of(
                    known
                        .keys()
                        .iter()
                        .cloned()
                        .chain([meant.into()])
                        .chain(rest),
                )
            };
            UnknownField {
                parent: known.clone(),
                key: key.clone(),
                meant: meant.map(corrected),
                known: keys,
            }
        })?;
        shape = inside;
        known.push(key);
    }
    Ok(known)
}

/// The form of what stands under a key, and the key as it is written now; else the keys that may stand there.
fn below(shape: Shape, key: &SmolStr) -> Result<(Shape, SmolStr), Vec<&'static str>> {
    match shape {
        Shape::Record(record) | Shape::WordOrRecord(_, record) => in_record(record, key),
        Shape::Keyed(record) => Ok((Shape::Record(record), key.clone())),
        Shape::List(inside) => Ok((*inside, key.clone())),
        Shape::Set(word) => Ok((Shape::Word(word), key.clone())),
        Shape::Free(_) | Shape::Any => Ok((Shape::Any, key.clone())),
        Shape::Secret if key == "secret" => Ok((Shape::Any, key.clone())),
        Shape::Secret => Err(vec!["secret"]),
        Shape::Word(_) => Err(Vec::new()),
    }
}

fn in_record(
    record: &'static RecordShape,
    key: &SmolStr,
) -> Result<(Shape, SmolStr), Vec<&'static str>> {
    if let Some(field) = record.field(key) {
        return Ok((field.shape, field.name.into()));
    }
    let names: Vec<&str> = record.fields.iter().map(|field| field.name).collect();
    match record.rest {
        // Where other keys are free, one that nearly is a known one is a slip all the same.
        Some(rest) if did_you_mean(key, names.iter().copied()).is_none() => Ok((rest, key.clone())),
        _ => Err(names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(kind: Kind, path: &str) -> Result<String, String> {
        let path = path.parse().unwrap();
        known_field(&kind, &path)
            .map(|path| path.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_kind_of_place_has_its_fields() {
        for path in [
            "interfaces.bond0.sriov.vf_count",
            "storage.physical_devices.sda.partitions.root.filesystem.mountpoint",
            "platform.kernel_params[\"ipv6.disable\"]",
            "metadata.tags.edge",
            "oob.credential.secret",
            "oob.bmc_vendor",
            "addressing.mgmt.address",
        ] {
            assert_eq!(known(Kind::BaremetalNode, path), Ok(path.to_owned()));
        }
        assert_eq!(
            known(Kind::Network, "ranges.0.start"),
            Ok("ranges.0.start".into())
        );
        assert_eq!(
            known(Kind::Rack, "location.hall.row"),
            Ok("location.hall.row".into())
        );
        assert_eq!(
            known(Kind::BootAction, "node_filter.filter_set.0.node_names"),
            Ok("node_filter.filter_set.0.node_names".into())
        );
        assert_eq!(known(Kind::Other("X".into()), "a.b"), Ok("a.b".into()));
    }

    #[test]
    fn old_spellings_are_brought_up_to_date() {
        let path = "interfaces.eth0.network_link";
        assert_eq!(
            known(Kind::HostProfile, path),
            Ok("interfaces.eth0.device_link".into())
        );
    }

    #[test]
    fn slips_are_told_with_what_was_meant() {
        for (path, why) in [
            ("platfrom.image", "did you mean `platform.image`?"),
            ("interfaces.e.mtuu", "did you mean `interfaces.e.mtu`?"),
            ("platform.image.name", "`platform.image` is a single value"),
            (
                "platform.colour",
                "known there: image, kernel, kernel_params",
            ),
            ("oob.acount", "did you mean `oob.account`?"),
        ] {
            assert_eq!(known(Kind::BaremetalNode, path), Err(why.to_owned()));
        }
    }
}
