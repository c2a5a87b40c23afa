//! One way to damage a text, chosen at random.

use super::{Corpus, random::Random};

/// What a text may not contain, or contains only in its place.
const INJECTED: &[&[u8]] = &[
    b"---\n",
    b"...\n",
    b"---",
    b"%YAML 1.2\n---\n",
    b"%TAG ! x\n",
    b"!",
    b"!x ",
    b"!!map ",
    b"!<tag:a> ",
    b"&a ",
    b"*a",
    b"<<: *a\n",
    b"? ",
    b": ",
    b"- ",
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b"'",
    b"\"",
    b"\\",
    b"|",
    b">-",
    b"|9\n",
    b"#",
    b"@",
    b"`",
    b"\t",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\0",
    b"\x07",
    b"\x7f",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x80\xa8",
    b"\xc2\x85",
    b"~",
    b"null",
    b"yes",
    b"0o17",
    b"1e999",
    b"-0",
    b".inf",
    b"18446744073709551616",
    b"'!'",
    b"!x\n",
    b"'!x': {}\n",
    b"https://u:p@h",
    b"secret: ",
    b"password: ",
    b"00:00:00:00:00:00",
    b"::",
    b"0.0.0.0/0",
    b"::/0",
    b"::ffff:0:0/0",
    b"255.255.255.255",
    b"999999999999999t",
];

type Mutation = fn(&mut Vec<u8>, &Corpus, &mut Random);

const MUTATIONS: &[Mutation] = &[
    flip,
    flip,
    splice,
    inject,
    inject,
    move_line,
    indent,
    double_block,
    cut,
    drop_line,
    swap_words,
    line_ends,
    mark_order,
    double_document,
    nest,
    nest_blocks,
    long_word,
    alias_bomb,
    merge_bomb,
    many_keys,
    many_documents,
    profile_chain,
    wide_range,
];

/// The text, damaged once.
pub(crate) fn mutated(mut text: Vec<u8>, corpus: &Corpus, random: &mut Random) -> Vec<u8> {
    random.one_of(MUTATIONS)(&mut text, corpus, random);
    text
}

// Every mutation has one form, whatever it needs of the text.
#[allow(clippy::ptr_arg)]
fn flip(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = random.below(text.len());
        if let Some(byte) = text.get_mut(at) {
            *byte ^= 1 << random.below(8);
        }
    }
}

fn insert(text: &mut Vec<u8>, at: usize, what: impl IntoIterator<Item = u8>) {
    text.splice(at..at, what);
}

fn inject(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    for _ in 0..=random.below(6) {
        let what = random.one_of(INJECTED);
        let at = random.below(text.len() + 1);
        // At the end of a word as often as anywhere.
        let ends = text.iter().skip(at).position(u8::is_ascii_whitespace);
        let at = at
            + if random.below(2) == 0 {
                ends.unwrap_or(0)
            } else {
                0
            };
        insert(text, at, what.iter().copied());
    }
}

/// A piece of another text.
fn splice(text: &mut Vec<u8>, corpus: &Corpus, random: &mut Random) {
    let other = corpus.text(random).as_bytes();
    let from = random.below(other.len());
    let length = random.below(2_000).min(other.len() - from);
    let at = random.below(text.len() + 1);
    let gone = random.below(200).min(text.len() - at);
    text.splice(at..at + gone, other[from..from + length].iter().copied());
}

/// The bytes of a line, its end included.
fn line(text: &[u8], random: &mut Random) -> std::ops::Range<usize> {
    let at = random.below(text.len());
    let start = text[..at]
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |n| n + 1);
    let end = text[at..]
        .iter()
        .position(|&b| b == b'\n')
        .map_or(text.len(), |n| at + n + 1);
    start..end
}

/// A line and up to 20 after it.
fn block(text: &[u8], random: &mut Random) -> std::ops::Range<usize> {
    let first = line(text, random);
    let mut end = first.end;
    for _ in 0..random.below(20) {
        let next = text[end..].iter().position(|&b| b == b'\n');
        end = next.map_or(text.len(), |n| end + n + 1);
    }
    first.start..end
}

fn move_line(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let from = block(text, random);
    let moved: Vec<u8> = text.drain(from).collect();
    let to = if text.is_empty() {
        0
    } else {
        line(text, random).start
    };
    insert(text, to, moved);
}

fn drop_line(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    text.drain(line(text, random));
}

fn indent(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let at = line(text, random);
    let blanks = text[at.clone()].iter().take_while(|&&b| b == b' ').count();
    let new = random.one_of(&[0, 1, blanks + 1, blanks + 2, blanks.saturating_sub(2), 60]);
    text.splice(at.start..at.start + blanks, std::iter::repeat_n(b' ', new));
}

fn double_block(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let at = block(text, random);
    let doubled = text[at.clone()].repeat(random.one_of(&[1, 2, 50, 300]));
    insert(text, at.end, doubled);
}

fn double_document(text: &mut Vec<u8>, _: &Corpus, _: &mut Random) {
    let again = text.clone();
    text.extend(b"\n---\n");
    text.extend(again);
}

fn cut(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    text.truncate(random.below(text.len()));
}

/// Two words, wherever they stand.
fn swap_words(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let words: Vec<&[u8]> = text
        .split(|b| b" \n".contains(b))
        .filter(|w| !w.is_empty())
        .collect();
    if words.is_empty() {
        return;
    }
    let word = words[random.below(words.len())].to_vec();
    let at = random.below(text.len());
    let end = text[at..]
        .iter()
        .position(|b| b" \n".contains(b))
        .map_or(text.len(), |n| at + n);
    text.splice(at..end, word);
}

fn line_ends(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let end = random.one_of(&[&b"\r\n"[..], b"\r", b"\xc2\x85", b"\xe2\x80\xa9"]);
    *text = text.split(|&b| b == b'\n').collect::<Vec<_>>().join(end);
}

fn mark_order(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    match random.below(3) {
        0 => insert(text, 0, *b"\xef\xbb\xbf"),
        1 => *text = text.iter().flat_map(|&b| [b, 0]).collect(),
        _ => *text = text.iter().flat_map(|&b| [0, b]).collect(),
    }
}

fn nest(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let depth = random.one_of(&[10, 100, 127, 128, 129, 1_000, 50_000]);
    let (open, close) = random.one_of(&[
        (&b"["[..], &b"]"[..]),
        (b"{a: ", b"}"),
        (b"[{a: ", b"}]"),
        (b"- ", b""),
        (b"? ", b""),
    ]);
    let closed = if random.below(2) == 0 {
        depth
    } else {
        random.below(depth)
    };
    let value = [b": ".to_vec(), open.repeat(depth), close.repeat(closed)].concat();
    let at = line(text_or_blank(text), random).end.saturating_sub(1);
    insert(text, at, value);
}

fn nest_blocks(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let depth = random.one_of(&[10, 120, 130, 600]);
    text.push(b'\n');
    for level in 0..depth {
        text.extend(std::iter::repeat_n(b' ', level));
        text.extend(random.one_of(&[&b"a:\n"[..], b"a:\n", b"- b:\n"]));
    }
}

fn long_word(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let length = random.one_of(&[1_000, 30_000, 300_000]);
    let word = random.one_of(&[
        &b"x"[..],
        b"a:",
        b"http://u:p@",
        b"\\",
        b"&a",
        b"*a ",
        b"%",
        b"token: ",
        b"x, ",
        b"0",
        b"\xc3\xa4",
    ]);
    let at = random.below(text.len() + 1);
    insert(text, at, word.repeat(length / word.len()));
}

fn alias_bomb(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let (width, levels) = random.one_of(&[(2, 30), (10, 9), (100, 4), (1, 126)]);
    let mut bomb = b"\nz0: &z0 [x]\n".to_vec();
    for level in 1..levels {
        let aliases = vec![format!("*z{}", level - 1); width].join(", ");
        bomb.extend(format!("z{level}: &z{level} [{aliases}]\n").bytes());
    }
    match random.below(2) {
        0 => text.extend(bomb),
        _ => insert(text, 0, bomb),
    }
}

fn merge_bomb(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let (keys, merges) = random.one_of(&[(100, 100), (1_000, 1_000), (10, 5_000)]);
    let keys: String = (0..keys).map(|n| format!("k{n}: 1, ")).collect();
    text.extend(format!("\nmm: &mm {{{keys}}}\n").bytes());
    (0..merges).for_each(|n| text.extend(format!("m{n}: {{<<: *mm}}\n").bytes()));
}

fn many_keys(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let indent = " ".repeat(random.one_of(&[0, 2, 4, 6]));
    let same = random.below(3) == 0;
    let keys = (0..random.one_of(&[100, 3_000, 20_000]))
        .map(|n| format!("{indent}k{}: 1\n", if same { 0 } else { n }));
    let keys: String = keys.collect();
    let at = line(text_or_blank(text), random).start.min(text.len());
    insert(text, at, keys.into_bytes());
}

fn many_documents(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let kind = random.one_of(&[
        "Network",
        "NetworkLink",
        "HostProfile",
        "BaremetalNode",
        "Rack",
        "Nope",
    ]);
    for n in 0..random.one_of(&[50, 1_000]) {
        let name = if random.below(10) == 0 { 0 } else { n };
        let spec = random.one_of(&[
            "{}",
            "{host_profile: p0}",
            "{cidr: 10.0.0.0/8, vlan: 1, allowed_networks: [n0, n1]}",
            "{host_profile: [p0, n1], interfaces: {e: {networks: [n0, n1]}}, addressing: [{network: n0, address: auto}]}",
        ]);
        text.extend(format!("\n---\napiVersion: drydock/v1\nkind: {kind}\nmetadata: {{name: n{name}}}\nspec: {spec}\n").bytes());
    }
}

/// Profiles that each inherit from the one before, some in a ring.
fn profile_chain(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    // Resolving keeps the fold of every profile, so the length costs its square in time and memory.
    let length = random.one_of(&[5, 20, 60]);
    let ring = random.below(3) == 0;
    for n in 0..length {
        let parent = match (n, ring) {
            (0, true) => length - 1,
            (0, false) => length + 1,
            _ => n - 1,
        };
        text.extend(
            format!("\n---\napiVersion: drydock/v1\nkind: HostProfile\nmetadata: {{name: c{n}}}\nspec: {{host_profile: c{parent}, metadata: {{tags: [t{n}], labels: {{l{n}: x}}}}}}\n").bytes(),
        );
    }
    text.extend(format!("\n---\napiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {{name: end}}\nspec: {{host_profile: c{}}}\n", length - 1).bytes());
}

/// Ranges as wide as an address family, and nodes that want an address in them.
fn wide_range(text: &mut Vec<u8>, _: &Corpus, random: &mut Random) {
    let (cidr, start, end) = random.one_of(&[
        ("0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
        ("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("10.0.0.0/31", "10.0.0.0", "10.0.0.1"),
        ("10.0.0.0/32", "10.0.0.9", "10.0.0.0"),
    ]);
    text.extend(format!("\n---\napiVersion: drydock/v1\nkind: Network\nmetadata: {{name: wide}}\nspec: {{cidr: '{cidr}', ranges: [{{type: static, start: '{start}', end: '{end}'}}, {{type: reserved, start: '{start}', end: '{end}'}}]}}\n").bytes());
    for n in 0..random.one_of(&[3, 300]) {
        text.extend(format!("\n---\napiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {{name: w{n}}}\nspec: {{interfaces: {{e: {{networks: [wide]}}}}, addressing: [{{network: wide, address: auto}}]}}\n").bytes());
    }
}

/// Something in which a line can be looked for.
fn text_or_blank(text: &[u8]) -> &[u8] {
    if text.is_empty() { b"\n" } else { text }
}
