//! Clean traffic, made by rule: realistic, seeded, the same bytes on every platform.
//!
//! It is full of what looks like a credential and is none (UUIDs, page cursors, integrity hashes,
//! git ids, inlined pictures, hashed class names), and holds no credential.

mod html;
mod js;
mod json;
mod logs;
mod pen;
mod rng;
mod words;

pub use pen::Pen;
pub use rng::Rng;

/// What each kind of corpus is measured at: 16 MiB, so 64 MiB for the four.
pub const CORPUS_BYTES: usize = 16 << 20;

/// A kind of clean traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Answers of JSON services.
    Json,
    /// HTML pages.
    Html,
    /// Log lines.
    Logs,
    /// Minified JavaScript.
    Js,
}

impl Kind {
    /// Every kind, in the order of the tables.
    pub const ALL: [Self; 4] = [Self::Json, Self::Html, Self::Logs, Self::Js];

    /// The word for it in tables and on command lines.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Logs => "logs",
            Self::Js => "js",
        }
    }

    fn write_document(self, pen: &mut Pen) {
        match self {
            Self::Json => json::document(pen, 120),
            Self::Html => html::document(pen),
            Self::Logs => logs::document(pen),
            Self::Js => js::document(pen),
        }
    }
}

/// Makes `len` bytes of `kind`: whole documents one after another, the last one cut.
///
/// A shorter corpus is the beginning of a longer one.
#[must_use]
pub fn generate(kind: Kind, len: usize) -> Vec<u8> {
    let mut pen = Pen::new(SEED ^ kind as u64);
    pen.out.reserve(len + len / 16);
    while pen.out.len() < len {
        kind.write_document(&mut pen);
    }
    pen.out.truncate(len);
    pen.out
}

/// Makes one valid JSON document of exactly `len` bytes (16 at least).
#[must_use]
pub fn json_document(len: usize) -> Vec<u8> {
    let mut pen = Pen::new(SEED);
    json::document_of(&mut pen, len);
    pen.out
}

/// FNV-1a over 64 bits: the fingerprint that pins a corpus.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

const SEED: u64 = 0x0068_7573_6867_6174;

#[cfg(test)]
mod tests {
    use super::{Kind, fingerprint, generate, json_document};

    /// The bytes that figures were published for. A change here is a new corpus: measure again.
    const PINNED: [(Kind, u64); 4] = [
        (Kind::Json, 0xFBB1_F531_A6B2_21F6),
        (Kind::Html, 0xFE4C_69F4_9B1B_5BC2),
        (Kind::Logs, 0xA453_0828_89AC_ABDB),
        (Kind::Js, 0xB366_0ED4_8FBD_BF43),
    ];

    #[test]
    fn every_kind_is_the_pinned_bytes() {
        let made = PINNED.map(|(kind, _)| (kind, fingerprint(&generate(kind, 1 << 20))));
        assert_eq!(made, PINNED, "made {made:x?}");
    }

    #[test]
    fn a_shorter_corpus_begins_a_longer_one() {
        for kind in Kind::ALL {
            let long = generate(kind, 300_000);
            assert!(long.starts_with(&generate(kind, 100_001)), "{}", kind.name());
        }
    }

    #[test]
    fn a_json_document_has_the_length_asked_for() {
        for len in [16, 1000, 4096, 65_536, 1 << 20] {
            let document = json_document(len);
            assert_eq!(document.len(), len);
            assert!(document.starts_with(b"{") && document.ends_with(b"]}"));
        }
    }
}
