//! Whether a template compiles, and where it does not. Nothing is rendered here.
//!
//! The compiler descends into expressions, and its own limits let one of a few kilobytes exhaust the stack. So what is
//! nested deeper than people write is refused before it sees it.

use minijinja::{Environment, UndefinedBehavior};

/// Why a template does not compile.
#[derive(Debug, PartialEq)]
pub(super) struct Error {
    /// What is wrong.
    pub(super) message: String,
    /// The line, from 1.
    pub(super) line: usize,
    /// The column in characters, from 1.
    pub(super) column: usize,
    /// The byte of the text at which it was noticed.
    pub(super) byte: usize,
}

/// Compiles the text.
pub(super) fn compile(text: &str) -> Result<(), Error> {
    if let Some(byte) = too_deep(text) {
        let message = format!("it is nested too deeply, the limits are {LIMITS}");
        return Err(at(text, byte, message));
    }
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let error = match environment.template_from_str(text) {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    let message = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    let line_start = |line: usize| {
        let before = text.split_inclusive('\n').take(line.saturating_sub(1));
        before.map(str::len).sum()
    };
    let byte = match error.range() {
        Some(range) => range.start.min(text.len()),
        None => line_start(error.line().unwrap_or(1)),
    };
    Err(at(text, byte, message))
}

fn at(text: &str, byte: usize, message: String) -> Error {
    let before = text.get(..byte).unwrap_or(text);
    Error {
        message,
        line: before.matches('\n').count() + 1,
        column: before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1,
        byte: before.len(),
    }
}

const LIMITS: &str = "16 brackets, 500 words and signs in one tag, and 100 times elif";
const MOST_BRACKETS: isize = 16;
const MOST_WORDS: usize = 500;
const MOST_ELIF: usize = 100;

/// The byte of the first tag that would make the compiler descend too deep.
fn too_deep(text: &str) -> Option<usize> {
    let mut elif = 0;
    let mut from = 0;
    loop {
        let opens = |pair: &[u8]| pair[0] == b'{' && matches!(pair[1], b'{' | b'%' | b'#');
        let open = from + text.as_bytes().get(from..)?.windows(2).position(opens)?;
        let inside = &text[open + 2..];
        let (length, deep) = match text.as_bytes()[open + 1] {
            b'#' => (inside.find("#}")? + 2, false),
            b'{' => tag(inside, "}}"),
            _ => tag(inside, "%}"),
        };
        let around = |c: char| c.is_ascii_whitespace() || matches!(c, '%' | '}' | '-' | '+');
        let words = inside[..length].trim_matches(around);
        elif += usize::from(words.starts_with("elif"));
        if deep || elif > MOST_ELIF {
            return Some(open);
        }
        from = open + 2 + length;
        if words == "raw" {
            from += text[from..].find("endraw")?;
        }
    }
}

/// How long a tag is, its end included, and whether it is nested too deeply. It ends where no bracket is open, as the
/// compiler has it.
fn tag(inside: &str, end: &str) -> (usize, bool) {
    let bytes = inside.as_bytes();
    let (mut brackets, mut words, mut n) = (0_isize, 0, 0);
    while n < bytes.len() {
        if brackets == 0 && bytes[n..].starts_with(end.as_bytes()) {
            return (n + 2, false);
        }
        let first = n;
        n += 1;
        match bytes[first] {
            b'(' | b'[' | b'{' => brackets += 1,
            b')' | b']' | b'}' => brackets -= 1,
            quote @ (b'\'' | b'"') => {
                while n < bytes.len() && bytes[n] != quote {
                    n += 1 + usize::from(bytes[n] == b'\\');
                }
                n += 1;
            }
            byte if in_word(byte) => {
                while n < bytes.len() && in_word(bytes[n]) {
                    n += 1;
                }
            }
            _ => {}
        }
        words += usize::from(!bytes[first].is_ascii_whitespace() && bytes[first] != b',');
        if brackets > MOST_BRACKETS || words > MOST_WORDS {
            return (inside.len(), true);
        }
    }
    (inside.len(), false)
}

fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_know_their_place() {
        let error = compile("one\nzwei ü {{ a b }}\n").unwrap_err();
        assert_eq!((error.line, error.column), (2, 13), "{error:?}");
        assert_eq!(
            compile("{% for a in b %}{{ a }}{% endfor %}{# c #}"),
            Ok(())
        );
    }

    #[test]
    fn what_does_not_compile_is_told() {
        for text in [
            "{{",
            "{%",
            "{#",
            "{{ 'a }}",
            "{% if %}",
            "{% endfor %}",
            "{{ a.",
            "\u{feff}{{ }}",
            "{% raw %}",
            "{{ 'é\\",
        ] {
            let error = compile(text).unwrap_err();
            assert!(
                error.byte <= text.len() && !error.message.is_empty(),
                "{error:?}"
            );
        }
    }

    #[test]
    fn what_would_exhaust_the_stack_is_refused() {
        let repeated = [
            "(",
            "[",
            "{a: ",
            "a(",
            "a[",
            "a|b(",
            "{{a(",
            "-",
            "not ",
            "a if b else ",
            "a + ",
            "a ** ",
            "a~",
            ".a",
            "|a",
            " is a",
            " and a",
            "{'a}}': (",
        ];
        for (part, times) in repeated
            .iter()
            .flat_map(|p| [17, 50, 400, 3_000, 20_000].map(|n| (p, n)))
        {
            let expression = part.repeat(times);
            for text in [
                format!("{{{{ a{expression}"),
                format!("{{{{ {expression}"),
                format!("{{% if {expression}"),
                format!("{{# {{{{ #}}{{% raw %}}{{{{ (((({{% endraw %}}{{{{ {expression}"),
            ] {
                assert!(compile(&text).is_err(), "{part} {times}");
            }
        }
        for part in [
            "{% if a %}",
            "{% if a %}b{% else %}",
            "{% for a in b %}",
            "{{ 'a' }}{%- elif b %}",
        ] {
            let text = "{% if a %}".to_owned() + &part.repeat(20_000);
            assert!(compile(&text).is_err(), "{part}");
        }
        let refused = compile(&format!("a\nb {{{{ {} }}}}", "(".repeat(17))).unwrap_err();
        assert_eq!((refused.line, refused.column), (2, 3));
    }

    #[test]
    fn what_people_write_is_not_refused() {
        let entries: Vec<String> = (0..40)
            .map(|n| format!("'k{n}': [{n}, {{'a': (1, 2)}}]"))
            .collect();
        let large = format!("{{{{ {{{}}}.k1 }}}}", entries[..20].join(", "));
        assert_eq!(compile(&large), Ok(()));
        let many = "{% if a %}x{% elif b %}y{% endif %}{{ ':(' }} :( :( {# (((( #}".repeat(90);
        assert_eq!(compile(&many), Ok(()));
        let raw = "{% raw %}{{ (((((((((((((((((((( }}{% endraw %}{{ a }}";
        assert_eq!(compile(raw), Ok(()));
    }
}
