//! The values of a document, by name.

use super::draft::Draft;

/// Writes a value; `count` is its size where it has one, and a bound for a number.
pub(super) fn write(draft: &mut Draft, name: &str, count: usize) {
    if let Some(alphabet) = alphabet(name) {
        let mut text = draft.chance.string(&alphabet, count);
        // No leading zero: it would be no number in JSON.
        if let (b'0', "digits") = (text[0], name) {
            text[0] = b'1';
        }
        draft.text.extend(text);
        return;
    }
    if let Some(template) = composed(name) {
        for _ in 0..count {
            draft.fill(template);
        }
        return;
    }
    match name {
        "" => {}
        "num" => {
            let number = draft.chance.below(count);
            draft.text.extend(number.to_string().bytes());
        }
        "bytes" => {
            let bytes: Vec<u8> = (0..count).map(|_| draft.chance.below(256) as u8).collect();
            draft.text.extend(bytes);
        }
        "floats" => floats(draft, count),
        "vlq" => source_map(draft, count),
        "two" => {
            let number = draft.chance.between(1, count);
            draft.text.extend(format!("{number:02}").bytes());
        }
        _ => words(draft, name, count),
    }
}

fn alphabet(name: &str) -> Option<Vec<u8>> {
    let (digit, lower, upper) = (b'0'..=b'9', b'a'..=b'z', b'A'..=b'Z');
    Some(match name {
        "digits" => digit.collect(),
        "hex" => digit.chain(b'a'..=b'f').collect(),
        "HEX" => digit.chain(b'A'..=b'F').collect(),
        "lower" => lower.collect(),
        "slug" => digit.chain(lower).collect(),
        "upper" => digit.chain(upper).collect(),
        "alnum" => digit.chain(lower).chain(upper).collect(),
        "b64" => digit.chain(lower).chain(upper).chain(*b"+/").collect(),
        "url" => digit.chain(lower).chain(upper).chain(*b"-_").collect(),
        "b32" => upper.chain(b'2'..=b'7').collect(),
        // Crockford's base32, of ULIDs.
        "ulid" => digit.chain(upper).filter(|byte| !b"ILOU".contains(byte)).collect(),
        _ => return None,
    })
}

/// Values that are made of others.
fn composed(name: &str) -> Option<&'static str> {
    Some(match name {
        "uuid" => "~(hex 8)-~(hex 4)-4~(hex 3)-~{8~|9~|a~|b~}~(hex 3)-~(hex 12)",
        "UUID" => "~(HEX 8)-~(HEX 4)-4~(HEX 3)-~{8~|9~|A~|B~}~(HEX 3)-~(HEX 12)",
        "ip" => "10.~(num 256).~(num 256).~(num 256)",
        "ipv6" => "2001:db8:~(hex 4):~(hex 4)::~(hex 4):~(hex 1)",
        "mac" => "~(hex 2):~(hex 2):~(hex 2):~(hex 2):~(hex 2):~(hex 2)",
        "date" => "202~(num 6)-~(two 12)-~(two 28)",
        "clock" => "~(two 23):~(two 59):~(two 59)",
        "stamp" => "~(date)T~(clock)Z",
        "epoch" => "17~(digits 8)",
        "version" => "~(num 20).~(num 30).~(num 12)",
        "bool" => "~{true~|false~}",
        "name" => "~(first) ~(last)",
        "email" => "~(first).~(last)@~(host)",
        "host" => {
            "~{www~|api~|app~|eu~|cdn~|static~}.~{example.com~|example.org~|example.net~|shop.example~}"
        }
        "path" => "~(word)/~(word)-~(word)",
        "kebab" => "~(word)-~(word)-~(word)",
        "snake" => "~(word)_~(word)_~(word)",
        "camel" => "~(word)~(Word)~(Word)",
        "sentence" => "~(Word) ~(words 5-14)~{.~|, ~(words 3-8).~|; ~(words 4).~}",
        "agent" => {
            "Mozilla/5.0 ~{(X11; Linux x86_64; rv:1~(num 40).0) Gecko/20100101 Firefox/1~(num 40).0~|(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1~(two 40).0.0.0 Safari/537.36~|(iPhone; CPU iPhone OS 17_~(num 7) like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.~(num 7) Mobile/15E148 Safari/604.1~}"
        }
        "path-d" => {
            "M~(num 24).~(digits 2) ~(num 24).~(digits 2)c-.~(digits 2)-.~(digits 3)-~(num 9).~(digits 2) ~(num 9)-~(num 9).~(digits 2) ~(num 9).~(digits 2)v~(num 9).~(digits 2)h-~(num 9)z"
        }
        _ => return None,
    })
}

fn words(draft: &mut Draft, name: &str, count: usize) {
    let list = match name {
        "word" | "words" | "Word" => WORDS,
        "first" => FIRST,
        "last" => LAST,
        _ => panic!("no value {name:?}"),
    };
    for number in 0..count {
        if number > 0 {
            draft.text.push(b' ');
        }
        let start = draft.text.len();
        let word = draft.chance.of(list);
        draft.text.extend(word.bytes());
        if name == "Word" {
            draft.text[start].make_ascii_uppercase();
        }
    }
}

/// The coordinates of a mesh: few different numbers, many of them 0.
fn floats(draft: &mut Draft, count: usize) {
    for _ in 0..count {
        let number = [0.0, 0.0, 0.0, 1.0, -1.0, 0.5_f32][draft.chance.below(6)];
        draft.text.extend(number.to_le_bytes());
    }
}

/// Segments of a source map's `mappings` (ECMA-426): one to five numbers in base64 digits each.
fn source_map(draft: &mut Draft, count: usize) {
    let digits = alphabet("b64").unwrap_or_default();
    for _ in 0..count {
        let len = draft.chance.between(1, 7);
        let segment = draft.chance.string(&digits, len);
        draft.text.extend(segment);
        let between = draft.chance.of(&[",", ",", ",", ";", "AAAA,", ";;AACA,", "GAAG,EAAA,"]);
        draft.text.extend(between.bytes());
    }
}

const FIRST: &[&str] = &[
    "ada", "bruno", "chiara", "dmitri", "esra", "farah", "gwen", "hana", "ines", "jonas", "kofi",
    "lena", "marek", "nadia", "oskar", "priya",
];

const LAST: &[&str] = &[
    "abbott", "becker", "costa", "dubois", "eriksen", "fischer", "garcia", "haas", "ito", "jansen",
    "kowalski", "lind", "moreau", "novak", "okafor", "petrov",
];

/// Words of services and documents, a good many of those that stand beside credentials.
const WORDS: &[&str] = &[
    "account",
    "audit",
    "auth",
    "basket",
    "billing",
    "branch",
    "buffer",
    "cache",
    "catalogue",
    "channel",
    "client",
    "cluster",
    "column",
    "config",
    "cursor",
    "customer",
    "dashboard",
    "delivery",
    "device",
    "document",
    "domain",
    "editor",
    "event",
    "export",
    "feature",
    "filter",
    "folder",
    "gateway",
    "handler",
    "history",
    "import",
    "index",
    "invoice",
    "journal",
    "key",
    "label",
    "ledger",
    "limit",
    "login",
    "market",
    "member",
    "message",
    "metric",
    "module",
    "network",
    "notice",
    "object",
    "offer",
    "order",
    "package",
    "password",
    "payment",
    "policy",
    "project",
    "public",
    "queue",
    "record",
    "region",
    "release",
    "report",
    "request",
    "review",
    "route",
    "schema",
    "search",
    "secret",
    "section",
    "service",
    "session",
    "shipment",
    "signal",
    "source",
    "status",
    "storage",
    "stream",
    "summary",
    "system",
    "table",
    "target",
    "template",
    "ticket",
    "token",
    "topic",
    "update",
    "upload",
    "user",
    "value",
    "vendor",
    "version",
    "view",
    "volume",
    "webhook",
    "window",
    "worker",
];
