//! What a removal of nothing was likely meant to remove: something of a near name that is inherited at its place.

use super::merge_policy::{Policy, SpecPolicy};
use crate::{
    diagnostic::did_you_mean,
    field::FieldPath,
    source::{Form, Value, ValueData},
};
use smol_str::SmolStr;

/// Names that are compared with one removal. Where more is inherited a near one says little, and each removal of a
/// hostile design would cost as much as all that it inherits.
const MOST: usize = 256;

/// The name that is inherited where this removal stands and nearly has its name, and that the document itself does not
/// speak of. Names are as they were written: whoever prints one masks it.
pub(super) fn meant<'v>(
    inherited: Option<&'v Value>,
    own: &Value,
    spec: SpecPolicy<'_>,
    removal: &FieldPath,
) -> Option<&'v str> {
    let (written, around) = removal.keys().split_last()?;
    let keys = || around.iter().map(SmolStr::as_str);
    let policy = keys().try_fold(spec.policy(), Policy::below)?;
    // A field that is known is no slip of the hand for another one.
    if matches!(policy, Policy::Fields(_)) {
        return None;
    }
    let own = own.at(keys());
    let names = inherited?.at(keys())?;
    let known: Vec<&str> = names_in(names).take(MOST + 1).collect();
    let known = Some(known).filter(|known| known.len() <= MOST)?;
    let spoken_of = |name: &str| {
        let mut own = own.into_iter().flat_map(names_in);
        own.any(|own| own.strip_prefix('!').unwrap_or(own) == name)
    };
    let meant = did_you_mean(written, known)?;
    (!spoken_of(meant)).then_some(meant)
}

/// The keys of a map, the texts of a list.
fn names_in(value: &Value) -> impl Iterator<Item = &str> {
    let (entries, items) = match &value.data {
        ValueData::Map(entries) => (&entries[..], &[][..]),
        ValueData::List(items) => (&[][..], &items[..]),
        ValueData::Scalar(_) => (&[][..], &[][..]),
    };
    let texts = items.iter().filter_map(Value::as_scalar);
    let texts = texts.filter(|scalar| scalar.form != Form::Secret);
    let keys = entries.iter().map(|entry| &*entry.key);
    keys.chain(texts.map(|scalar| &*scalar.text))
}
