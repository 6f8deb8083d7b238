//! What tests of encodings share.

use base64::Engine as _;

use super::{Kind, UNTAKEN_BYTES_MAX, View};
use crate::stream::{
    Limits, Redactor,
    testing::{Kept, strict},
};

/// A small generator of even quality (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// Writes one byte of a text in a document.
pub(crate) type Escape = fn(u8, &mut Random) -> Vec<u8>;

/// Ways of writing a text, each behind one or more layers.
pub(crate) const ESCAPES: &[(&str, Escape)] =
    &[
        ("json, all", |byte, _| format!("\\u{byte:04x}").into_bytes()),
        ("json, some", |byte, random| {
            if random.below(4) == 0 { format!("\\u{byte:04X}").into() } else { json(byte) }
        }),
        ("json", |byte, _| json(byte)),
        ("json in json", |byte, _| json(byte).into_iter().flat_map(json).collect()),
        ("json in json, all", |byte, _| format!("\\\\u{byte:04x}").into_bytes()),
        ("percent, all", |byte, _| format!("%{byte:02X}").into_bytes()),
        ("percent, some", |byte, random| {
            if random.below(4) == 0 { format!("%{byte:02x}").into() } else { percent(byte) }
        }),
        ("percent", |byte, _| percent(byte)),
        ("percent twice", |byte, _| percent(byte).into_iter().flat_map(percent).collect()),
        ("percent twice, all", |byte, _| format!("%25{byte:02X}").into_bytes()),
        ("html, all", |byte, _| format!("&#{byte};").into_bytes()),
        ("html, hexadecimal", |byte, _| format!("&#x{byte:02X};").into_bytes()),
        ("html", |byte, _| html(byte)),
        ("html twice", |byte, _| html(byte).into_iter().flat_map(html).collect()),
        ("html in json", |byte, _| html(byte).into_iter().flat_map(json_html).collect()),
        ("json in percent", |byte, _| json(byte).into_iter().flat_map(percent).collect()),
        ("json in percent, all", |byte, _| format!("%5Cu{byte:04x}").into_bytes()),
        ("percent in json", |byte, _| format!("\\u0025{byte:02X}").into_bytes()),
        ("html in percent", |byte, _| html(byte).into_iter().flat_map(percent).collect()),
        ("script in html", |byte, random| match random.below(3) {
            0 => format!("\\x{byte:02x}").into(),
            1 => format!("&#{byte:04};").into(),
            _ => json(byte).into_iter().flat_map(html).collect(),
        }),
    ];

fn json(byte: u8) -> Vec<u8> {
    match byte {
        b'"' | b'\\' | b'/' => vec![b'\\', byte],
        b'\n' => b"\\n".to_vec(),
        b'\r' => b"\\r".to_vec(),
        b'\t' => b"\\t".to_vec(),
        _ => vec![byte],
    }
}

/// As serialisers write JSON that may stand in HTML.
fn json_html(byte: u8) -> Vec<u8> {
    match byte {
        b'&' | b'<' | b'>' => format!("\\u{byte:04x}").into(),
        _ => json(byte),
    }
}

fn percent(byte: u8) -> Vec<u8> {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
        vec![byte]
    } else {
        format!("%{byte:02X}").into()
    }
}

fn html(byte: u8) -> Vec<u8> {
    match byte {
        b'"' => b"&quot;".to_vec(),
        b'\'' => b"&#x27;".to_vec(),
        b'&' => b"&amp;".to_vec(),
        b'<' => b"&lt;".to_vec(),
        b'>' => b"&gt;".to_vec(),
        b'=' => b"&equals;".to_vec(),
        b'/' => b"&#x2F;".to_vec(),
        _ => vec![byte],
    }
}

/// A text in an encoding, as others write it.
pub(crate) fn encode(kind: Kind, text: &[u8]) -> Vec<u8> {
    match kind {
        Kind::Base64 { phase } => {
            let run = base64::prelude::BASE64_STANDARD.encode(text);
            [&b"xyz"[..phase.into()], run.as_bytes()].concat()
        }
        Kind::Hex => text.iter().flat_map(|b| format!("{b:02x}").into_bytes()).collect(),
        Kind::Utf16Le => text.iter().flat_map(|byte| [*byte, 0]).collect(),
        Kind::Utf16Be => text.iter().flat_map(|byte| [0, *byte]).collect(),
    }
}

/// What [`encode`] has encoded.
pub(crate) fn decode(kind: Kind, raw: &[u8]) -> Vec<u8> {
    match kind {
        Kind::Base64 { phase } => {
            base64::prelude::BASE64_STANDARD.decode(&raw[phase.into()..]).unwrap()
        }
        Kind::Hex => {
            raw.chunks(2).map(|pair| super::hex::byte_of([pair[0], pair[1]]).unwrap()).collect()
        }
        Kind::Utf16Le => raw.chunks(2).map(|unit| unit[0]).collect(),
        Kind::Utf16Be => raw.chunks(2).map(|unit| unit[1]).collect(),
    }
}

/// Redacts a region as a caller would: what is not taken is shown again. Says how long the region was; what follows it
/// passes.
pub(crate) fn view_chunks(kind: Kind, raw: &[u8], cuts: &[usize]) -> (Kept, usize) {
    let mut kept = Kept::default();
    let mut view = View::new(kind, 0, Redactor::with(Limits::default(), strict()));
    let mut taken = 0;
    for cut in cuts.iter().copied().chain([raw.len()]) {
        let seen = view.write(&raw[taken..cut], cut == raw.len(), &mut kept);
        taken += seen.len;
        assert_eq!(kept.out.len() + view.tail_len(), taken);
        if seen.is_over {
            break;
        }
        assert!(cut - taken <= UNTAKEN_BYTES_MAX, "{cut} {taken}");
    }
    view.finish(&mut kept);
    assert_eq!(kept.out.len(), taken);
    (kept, taken)
}
