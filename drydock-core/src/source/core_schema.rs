//! What a plain word means by YAML 1.2's core schema (§10.3.2), for values whose field does not decide their type.

/// The meaning of a plain word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Plain {
    /// Nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number above `i64::MAX`.
    Unsigned(u64),
    /// A number with a fraction or exponent.
    Float(f64),
    /// A text.
    Text,
}

/// What the plain word means. A leading zero makes a text of a number (`017`), as the field of a text would want.
pub(crate) fn plain(word: &str) -> Plain {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Plain::Float(f64::INFINITY);
        }
        "-.inf" | "-.Inf" | "-.INF" => return Plain::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Plain::Float(f64::NAN),
        _ => {}
    }
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Plain::Text;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(number) = word.strip_prefix(prefix) {
            let clean = !number.starts_with(['+', '-']);
            let number = u64::from_str_radix(number, radix).ok().filter(|_| clean);
            return number.map_or(Plain::Text, |n| {
                i64::try_from(n).map_or(Plain::Unsigned(n), Plain::Int)
            });
        }
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        if digits.len() > 1 && digits.starts_with('0') {
            return Plain::Text;
        }
        if let Ok(number) = word.parse() {
            return Plain::Int(number);
        }
        if let Ok(number) = word.parse() {
            return Plain::Unsigned(number);
        }
    }
    let allowed = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
    if digits.bytes().all(allowed) && digits.bytes().any(|b| b.is_ascii_digit()) {
        // A number that no float can hold would come out as infinity.
        let number = word.parse().ok().filter(|number: &f64| number.is_finite());
        return number.map_or(Plain::Text, Plain::Float);
    }
    Plain::Text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_yaml_1_1_are_texts() {
        for word in [
            "yes", "no", "on", "off", "017", "1_000", "12:30:45", "0b11", "1.2.3", "-", "+", ".",
            "0x", "0o9", "1e400",
        ] {
            assert_eq!(plain(word), Plain::Text, "{word}");
        }
    }

    #[test]
    fn numbers_are_numbers() {
        assert_eq!(plain("0xff"), Plain::Int(255));
        assert_eq!(plain("-12"), Plain::Int(-12));
        assert_eq!(plain("18446744073709551615"), Plain::Unsigned(u64::MAX));
        assert_eq!(plain("1e3"), Plain::Float(1000.0));
        assert_eq!(plain("22.10"), Plain::Float(22.1));
    }
}
