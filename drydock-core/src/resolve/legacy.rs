//! Forms of old designs whose shape has changed, not only their spelling.

use crate::{
    model::shape::RecordShape,
    source::{Entry, Form, Value, ValueData},
};

/// A list item that names what it stands for, `{name: mgmt}`, was how networks of an interface were written.
pub(crate) fn named_item(item: &Value) -> Option<&Value> {
    match item.as_map()? {
        [entry] if entry.key == "name" => Some(&entry.value),
        _ => None,
    }
}

/// Device aliases were lists under their bus, `{pci: [{alias, address, type}]}`; now each alias says its bus.
pub(crate) fn alias_lists(entries: &[Entry], record: &RecordShape) -> Option<Vec<Entry>> {
    let is_old =
        record.key == "alias" && entries.iter().any(|entry| entry.value.as_list().is_some());
    is_old.then(|| entries.iter().flat_map(of_bus).collect())
}

fn of_bus(bus: &Entry) -> Vec<Entry> {
    let Some(items) = bus.value.as_list() else {
        return vec![bus.clone()];
    };
    items
        .iter()
        .enumerate()
        .map(|(n, item)| alias(bus, n, item))
        .collect()
}

fn alias(bus: &Entry, number: usize, item: &Value) -> Entry {
    let fields = item.as_map().unwrap_or_default();
    let name = fields.iter().find(|field| field.key == "alias");
    let mut kept: Vec<Entry> = fields
        .iter()
        .filter(|field| field.key != "alias")
        .cloned()
        .collect();
    for field in &mut kept {
        // The bus stood before the address: `pci@0000:00:03.0`.
        if let (true, ValueData::Scalar(scalar)) = (field.key == "address", &mut field.value.data)
            && let Some((_, address)) = scalar.text.split_once('@')
        {
            scalar.text = address.into();
        }
    }
    let bus_type = Value::scalar(bus.key.clone(), Form::Quoted, bus.key_span);
    kept.push(Entry {
        key: "bus_type".into(),
        key_span: bus.key_span,
        value: bus_type,
    });
    let named = name.and_then(|field| Some((field.value.as_text()?.into(), field.value.span)));
    let (key, key_span) =
        named.unwrap_or_else(|| (format!("{}[{number}]", bus.key).into(), item.span));
    Entry {
        key,
        key_span,
        value: Value::map(kept, item.span),
    }
}
