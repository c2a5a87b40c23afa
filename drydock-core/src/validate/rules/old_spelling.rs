//! DD0010: what is plainly written, where no field decides what it is, means the same to readers of YAML 1.1 and of 1.2.

use crate::{
    diagnostic::{Code, Diagnostic, quote},
    field::Trail,
    model::{self, shape::Shape},
    names::Kind,
    resolve::ResolvedDesign,
    source::{
        Document, Form, Value, ValueData,
        core_schema::{Plain, plain},
    },
    validate::{DocumentRule, Report},
};
use std::{collections::BTreeSet, sync::LazyLock};

#[derive(Debug)]
pub(super) struct OldSpelling;

impl DocumentRule for OldSpelling {
    fn codes(&self) -> &'static [Code] {
        &[Code::OLD_SPELLING]
    }

    fn check(&self, document: &Document, _design: &ResolvedDesign, report: &mut Report<'_>) {
        let shape = model::shape_of(&document.id.kind);
        // What is loaded at boot is text and packages with their versions, whatever it looks like.
        if document.id.kind == Kind::BootAction {
            return;
        }
        let mut found = |trail: Trail<'_>, diagnostic: Diagnostic| {
            report.push(diagnostic.about(&document.id).field(trail.path()));
        };
        match shape {
            Some(_) if !LEFT_OPEN.contains(&document.id.kind) => {}
            Some(record) => below(
                &document.spec,
                Shape::Record(record),
                Trail::START,
                &mut found,
            ),
            None => anything(&document.spec, Trail::START, &mut found),
        }
    }
}

/// The kinds that have a place where no field decides; most documents need not be looked through.
static LEFT_OPEN: LazyLock<BTreeSet<Kind>> = LazyLock::new(|| {
    let kinds = Kind::ALL.into_iter();
    let is_open = |kind: &Kind| {
        model::shape_of(kind).is_some_and(|record| is_left_open(Shape::Record(record)))
    };
    kinds.filter(is_open).collect()
});

fn is_left_open(shape: Shape) -> bool {
    match shape {
        Shape::Any => true,
        Shape::Record(record) | Shape::WordOrRecord(_, record) | Shape::Keyed(record) => {
            let fields = record.fields.iter().map(|field| field.shape);
            fields.chain(record.rest).any(is_left_open)
        }
        Shape::List(item) => is_left_open(*item),
        Shape::Word(_) | Shape::Secret | Shape::Free(_) | Shape::Set(_) => false,
    }
}

type Found<'a> = &'a mut dyn FnMut(Trail<'_>, Diagnostic);

/// Looks for what no field decides.
fn below(value: &Value, shape: Shape, trail: Trail<'_>, found: Found<'_>) {
    match shape {
        Shape::Any => anything(value, trail, found),
        Shape::Record(record) | Shape::WordOrRecord(_, record) => {
            for entry in value.as_map().unwrap_or_default() {
                if let Some(shape) = record.shape_of(&entry.key) {
                    below(&entry.value, shape, trail.key(&entry.key), found);
                }
            }
        }
        Shape::Keyed(record) => {
            for entry in value.as_map().unwrap_or_default() {
                let trail = trail.key(&entry.key);
                below(&entry.value, Shape::Record(record), trail, found);
            }
        }
        Shape::List(item) => {
            for (n, value) in value.as_list().unwrap_or_default().iter().enumerate() {
                below(value, *item, trail.item(n), found);
            }
        }
        Shape::Word(_) | Shape::Secret | Shape::Free(_) | Shape::Set(_) => {}
    }
}

fn anything(value: &Value, trail: Trail<'_>, found: Found<'_>) {
    match &value.data {
        ValueData::Scalar(scalar) if scalar.form == Form::Plain => {
            if let Some(there) = differs(&scalar.text) {
                let (here, text) = (here(&scalar.text), &scalar.text);
                let message = format!(
                    "{} is {here} here, and {there} to YAML 1.1 readers",
                    quote(text)
                );
                let quoted = format!("'{text}'");
                let help = match plain(text) {
                    Plain::Text => format!("quote it: {quoted}"),
                    _ => format!(
                        "quote it if it is a text: {quoted}; a number is written plainly, such as 15 or 1500"
                    ),
                };
                let diagnostic = Diagnostic::new(Code::OLD_SPELLING, message).at(value.span, "");
                found(trail, diagnostic.help(help).edit(value.span, quoted));
            }
        }
        ValueData::Scalar(_) => {}
        ValueData::List(items) => {
            for (n, item) in items.iter().enumerate() {
                anything(item, trail.item(n), found);
            }
        }
        ValueData::Map(entries) => {
            for entry in entries.iter() {
                anything(&entry.value, trail.key(&entry.key), found);
            }
        }
    }
}

fn here(text: &str) -> &'static str {
    match plain(text) {
        Plain::Text => "a text",
        _ => "a number",
    }
}

/// What YAML 1.1 makes of a word (its types bool, int, float, timestamp and value), where that differs.
fn differs(word: &str) -> Option<String> {
    let is_text = plain(word) == Plain::Text;
    let number = || Some("a number".to_owned());
    match word {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Some("true".into()),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Some("false".into()),
        "=" => return Some("a default value".into()),
        _ => {}
    }
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if !is_text {
        let octal = unsigned.starts_with("0o");
        return (octal || !is_old_float(unsigned)).then(|| "a text".to_owned());
    }
    let radix = |prefix: &str, digits: &str| {
        let rest = unsigned.strip_prefix(prefix);
        rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| digits.contains(c)))
    };
    if radix("0", "01234567_") {
        let digits: String = unsigned.chars().filter(|c| *c != '_').collect();
        return match u64::from_str_radix(&digits, 8) {
            Ok(value) => Some(format!("the number {value}")),
            Err(_) => number(),
        };
    }
    if radix("0b", "01_") || radix("0x", "0123456789abcdefABCDEF_") {
        return number();
    }
    if is_date(word) {
        return Some("a date".into());
    }
    let plain_digits: String = unsigned.chars().filter(|c| *c != '_').collect();
    let separated = plain_digits.len() < unsigned.len() && unsigned.as_bytes()[0].is_ascii_digit();
    let decimal = plain_digits
        .bytes()
        .all(|b| b.is_ascii_digit() || b == b'.')
        && plain_digits.matches('.').count() <= 1;
    if separated && decimal {
        return number();
    }
    base_60(unsigned).then(number).flatten()
}

/// Whether a number of YAML 1.2 is one of 1.1 too, where an exponent needs a fraction before it and a sign.
fn is_old_float(unsigned: &str) -> bool {
    match unsigned.split_once(['e', 'E']) {
        Some(_) if unsigned.starts_with("0x") => true,
        Some((mantissa, exponent)) => mantissa.contains('.') && exponent.starts_with(['+', '-']),
        None => true,
    }
}

/// Digits and colons: `12:30:45` is 45045.
fn base_60(unsigned: &str) -> bool {
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let mut parts = whole.split(':');
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let first = parts.next().is_some_and(|first| {
        let leads = |b: &u8| b.is_ascii_digit() && (fraction.is_some() || *b != b'0');
        first.as_bytes().first().is_some_and(leads) && digits(first)
    });
    let sixtieth = |part: &str| part.len() <= 2 && part.parse::<u8>().is_ok_and(|n| n < 60);
    let mut rest = parts.peekable();
    first && rest.peek().is_some() && rest.all(sixtieth) && fraction.is_none_or(digits)
}

/// `2026-11-22`, also with a time behind it.
fn is_date(word: &str) -> bool {
    let (date, time) = match word.find(['T', 't', ' ', '\t']) {
        Some(at) => (&word[..at], Some(word[at + 1..].trim_start())),
        None => (word, None),
    };
    let parts: Vec<&str> = date.split('-').collect();
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let is_day = year.len() == 4 && digits(year, 4) && digits(month, 2) && digits(day, 2);
    match time {
        None => is_day && date.len() == 10,
        Some(time) => {
            let time: Vec<&str> = time.splitn(3, ':').collect();
            let [hour, minute, second] = time.as_slice() else {
                return false;
            };
            let seconds = second.get(..2).is_some_and(|second| digits(second, 2));
            is_day && digits(hour, 2) && minute.len() == 2 && digits(minute, 2) && seconds
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_differ_are_found() {
        for (word, there) in [
            ("yes", "true"),
            ("Off", "false"),
            ("y", "true"),
            ("N", "false"),
            ("017", "the number 15"),
            ("0o17", "a text"),
            ("1_000", "a number"),
            ("1_000.5", "a number"),
            ("0b101", "a number"),
            ("0x_ff", "a number"),
            ("-0x1F", "a number"),
            ("12:30:45", "a number"),
            ("-12:30", "a number"),
            ("190:20:30.15", "a number"),
            ("1e3", "a text"),
            ("1.5e3", "a text"),
            ("2026-11-22", "a date"),
            ("2026-11-22T20:05:00Z", "a date"),
            ("2026-1-2 20:05:00.5 +1", "a date"),
            ("=", "a default value"),
        ] {
            assert_eq!(differs(word).as_deref(), Some(there), "{word}");
        }
    }

    #[test]
    fn words_that_mean_one_thing_are_not() {
        for word in [
            "",
            "~",
            "null",
            "true",
            "False",
            "12",
            "-12",
            "0",
            ".5",
            "0.5",
            "1.5e+3",
            "0xff",
            "0xe1",
            ".inf",
            ".nan",
            "089",
            "1.2.3",
            "22.10",
            "yEs",
            "yess",
            "oN",
            "north",
            "12:60",
            "8080:80",
            "0:0.1.0",
            "01:23",
            "2026-11",
            "2026-1-2",
            "r1_2",
            "_1",
            "0o9",
            "0b",
            "0x",
            "1__é",
            "+",
            "-",
            ".",
            "02:d0:c0:00:01:11",
            "+y",
        ] {
            assert_eq!(differs(word), None, "{word}");
        }
    }
}
