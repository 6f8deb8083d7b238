//! Replacements: as long as what they replace, so that no length, frame or encoding around them changes.
//!
//! Whatever is written is valid wherever the secret was: inside a JSON string, a header's value and HTML, and, of the
//! styles for them, in a URL. Only a [`Template`] may have another length, and only where nothing counts bytes.

mod template;

pub use self::template::Template;
use crate::{finding::Finding, fingerprint::Fingerprint};

/// How a finding is rewritten. Every style keeps the length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `[REDACTED:github.pat]******`; `*` alone where the secret is shorter than the label.
    Label,
    /// The same of bytes that are valid anywhere in a URL: `*REDACTED*github.pat*******`.
    UrlLabel,
    /// The vendor's public prefix, then `*`: `ghp_************`.
    Prefix,
    /// The label with the secret's fingerprint: `[REDACTED:github.pat:0123456789abcdef]`; without it, where it is too
    /// long, and `*` alone, where that is too.
    Hash(Fingerprint),
    /// The same of bytes that are valid anywhere in a URL: `*REDACTED*github.pat*0123456789abcdef*`.
    UrlHash(Fingerprint),
}

impl Style {
    /// The style with a fingerprint that belongs to this one: a secret that has none is labelled without it.
    pub(crate) fn hashed(self, fingerprint: Option<Fingerprint>) -> Style {
        match (self, fingerprint) {
            (Style::Label, Some(fingerprint)) => Style::Hash(fingerprint),
            (Style::UrlLabel, Some(fingerprint)) => Style::UrlHash(fingerprint),
            _ => self,
        }
    }

    /// The labels that may be written, best first.
    fn labels(self, id: &str) -> Vec<String> {
        let label = || format!("[REDACTED:{id}]");
        let url_label = || format!("*REDACTED*{id}*");
        match self {
            Style::Label => vec![label()],
            Style::UrlLabel => vec![url_label()],
            Style::Prefix => Vec::new(),
            Style::Hash(hash) => vec![format!("[REDACTED:{id}:{hash}]"), label()],
            Style::UrlHash(hash) => vec![format!("*REDACTED*{id}*{hash}*"), url_label()],
        }
    }
}

/// The byte that fills a replacement up.
pub const FILL: u8 = b'*';

/// How much of a vendor's prefix is kept: a longer one would itself look like a bearer token.
const PREFIX_BYTES_MAX: usize = 16;

/// Writes one finding's replacement, in as many pieces as the finding comes in.
#[derive(Clone)]
pub(crate) struct Masker {
    label: Vec<u8>,
    /// How many bytes of the label have been written.
    written: usize,
    /// How many bytes are still passed as they are: the vendor's prefix.
    prefix: usize,
}

/// How many bytes are written at once.
const PIECE_BYTES: usize = 64;

impl Masker {
    pub(crate) fn new(finding: &Finding<'_>, style: Style) -> Masker {
        let labels = if finding.label { style.labels(finding.rule.id) } else { Vec::new() };
        let label = labels.into_iter().find(|label| label.len() <= finding.len_min);
        let prefix = if style == Style::Prefix { finding.prefix.min(PREFIX_BYTES_MAX) } else { 0 };
        Masker { label: label.unwrap_or_default().into_bytes(), written: 0, prefix }
    }

    /// Writes the replacement of the next bytes of the finding, in pieces.
    pub(crate) fn write(&mut self, original: &[u8], mut put: impl FnMut(&[u8])) {
        let mut piece = [0; PIECE_BYTES];
        for bytes in original.chunks(PIECE_BYTES) {
            for (to, from) in piece.iter_mut().zip(bytes) {
                *to = self.of(*from);
            }
            put(piece.get(..bytes.len()).unwrap_or_default());
        }
    }

    fn of(&mut self, byte: u8) -> u8 {
        if self.prefix > 0 {
            self.prefix -= 1;
            return byte;
        }
        self.next()
    }

    fn next(&mut self) -> u8 {
        let byte = self.label.get(self.written).copied().unwrap_or(FILL);
        self.written = self.written.saturating_add(1);
        byte
    }
}

#[cfg(test)]
mod tests;
