//! Replacements: as long as what they replace, so that no length, frame or encoding around them changes.

use crate::finding::Finding;

/// How a finding is rewritten. Every style keeps the length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `[REDACTED:github.pat]******`; `*` alone where the secret is shorter than the label.
    Label,
    /// The same of bytes that are valid anywhere in a URL: `*REDACTED*github.pat*******`.
    UrlLabel,
    /// The vendor's public prefix, then `*`: `ghp_************`.
    Prefix,
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
    /// Whether line breaks and escapes are kept, as in a PEM body.
    layout: Option<Escape>,
}

/// How far into an escape of the text the last byte was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    Backslash,
    /// So many hexadecimal digits of `\uXXXX` are left.
    Unicode(u8),
}

impl Masker {
    pub(crate) fn new(finding: &Finding<'_>, style: Style) -> Masker {
        let rule = finding.rule;
        let label = match style {
            Style::Label => format!("[REDACTED:{}]", rule.id),
            Style::UrlLabel => format!("*REDACTED*{}*", rule.id),
            Style::Prefix => String::new(),
        };
        let fits = finding.label && label.len() <= finding.len_min;
        let prefix = if style == Style::Prefix { finding.prefix.min(PREFIX_BYTES_MAX) } else { 0 };
        Masker {
            label: if fits { label.into_bytes() } else { Vec::new() },
            written: 0,
            prefix,
            layout: finding.keeps_layout().then_some(Escape::None),
        }
    }

    /// Appends the replacement of the next bytes of the finding.
    pub(crate) fn write(&mut self, original: &[u8], out: &mut Vec<u8>) {
        out.reserve(original.len());
        for byte in original {
            let kept = self.keeps(*byte);
            out.push(if kept { *byte } else { self.next() });
        }
    }

    fn keeps(&mut self, byte: u8) -> bool {
        if self.prefix > 0 {
            self.prefix -= 1;
            return true;
        }
        let Some(escape) = self.layout else {
            return false;
        };
        let (kept, next) = match (escape, byte) {
            (Escape::Backslash, b'u') => (true, Escape::Unicode(4)),
            (Escape::Backslash, _) => (true, Escape::None),
            (Escape::Unicode(left), _) if left > 1 => (true, Escape::Unicode(left - 1)),
            (Escape::Unicode(_), _) => (true, Escape::None),
            (Escape::None, b'\\') => (true, Escape::Backslash),
            (Escape::None, b'\r' | b'\n' | b'\t' | b' ') => (true, Escape::None),
            (Escape::None, _) => (false, Escape::None),
        };
        self.layout = Some(next);
        kept
    }

    fn next(&mut self) -> u8 {
        let byte = self.label.get(self.written).copied().unwrap_or(FILL);
        self.written = self.written.saturating_add(1);
        byte
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::rule;

    fn masked(id: &str, len: usize, prefix: usize, style: Style, text: &str) -> String {
        let rule = rule::find(id).unwrap();
        let finding = Finding {
            rule,
            confidence: rule::Confidence::Certain,
            offset: 0,
            len: (rule.kind != rule::Kind::PrivateKey).then_some(len),
            len_min: len,
            label: rule.label,
            prefix,
            before: b"",
        };
        let mut out = Vec::new();
        let mut masker = Masker::new(&finding, style);
        for byte in text.as_bytes() {
            masker.write(&[*byte], &mut out);
        }
        assert_eq!(out.len(), text.len());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_label_is_padded_to_the_length() {
        let text = "ghp_".to_owned() + &"0".repeat(36);
        assert_eq!(
            masked("github.pat", 40, 4, Style::Label, &text),
            "[REDACTED:github.pat]*******************"
        );
        assert_eq!(
            masked("github.pat", 40, 4, Style::UrlLabel, &text),
            "*REDACTED*github.pat********************"
        );
        assert_eq!(
            masked("github.pat", 40, 4, Style::Prefix, &text),
            "ghp_************************************"
        );
    }

    #[test]
    fn what_is_shorter_than_the_label_is_filled() {
        assert_eq!(
            masked("github.pat", 20, 4, Style::Label, "abcdefghijklmnopqrst"),
            "*".repeat(20)
        );
    }

    #[test]
    fn a_private_key_keeps_its_line_breaks_and_escapes() {
        assert_eq!(
            masked(
                "generic.private_key",
                39,
                0,
                Style::Label,
                "MIIE\nv+Bc\\nAAAA\\u000aBBBBBBBBBBBBBBBBBB"
            ),
            "[RED\nACTE\\nD:ge\\u000aneric.private_key]"
        );
    }
}
