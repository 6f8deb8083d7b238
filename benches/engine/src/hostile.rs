//! Inputs built to hurt: much that begins like a credential, and escapes everywhere.
//!
//! Anything that would look like a secret in this repository is put together at run time.

use crate::corpus::Pen;

/// What each hostile input is measured at.
pub const HOSTILE_BYTES: usize = 4 << 20;

/// One hostile input: its name, and the piece that is repeated until it is full.
#[derive(Debug, Clone, Copy)]
pub struct Hostile {
    /// The word for it in tables and on command lines.
    pub name: &'static str,
    piece: Piece,
}

impl Hostile {
    /// Makes `len` bytes of it.
    #[must_use]
    pub fn generate(&self, len: usize) -> Vec<u8> {
        let mut pen = Pen::new(0x6875_7274);
        pen.out.reserve(len + 4096);
        while pen.out.len() < len {
            match self.piece {
                Piece::Text(text) => pen.text(text),
                Piece::Template(template) => pen.fill(template),
                Piece::NearMisses => near_misses(&mut pen),
                Piece::PrivateKey => private_key(&mut pen, len),
            }
        }
        pen.out.truncate(len);
        pen.out
    }
}

#[derive(Debug, Clone, Copy)]
enum Piece {
    Text(&'static str),
    Template(&'static str),
    NearMisses,
    PrivateKey,
}

/// Every hostile input, in the order of the tables.
pub const HOSTILE: &[Hostile] = &[
    text("all-A", "A"),
    text("all-AKIA", "AKIA"),
    text("ghp_", "ghp_"),
    text("eyJ", "eyJ"),
    text("eyJ-dots", "eyJhbGciOi."),
    text("pem-begin", "-----BEGIN "),
    text("pem-header-cut", "-----BEGIN RSA PRIVATE KEY----\n"),
    text("url-user", "https://aaaa:"),
    text("url-user-at", "://a:b"),
    text("named-keys", "password=\"a\" api_key: \"b\"\n"),
    text("dashes", "-"),
    text("base64-pad", "QUFB=QUFB="),
    text("json-escapes", r"\u0041\u004b\u0049\/\n"),
    text("json-escapes-nested", r"\\u0041\\\u004b"),
    text("percent-escapes", "%41%6b%49%2541"),
    text("html-entities", "&#65;&#x4b;&amp;#73;"),
    text("utf-16", "A\0K\0I\0A\0"),
    Hostile { name: "near-misses", piece: Piece::NearMisses },
    template("base64-run", "@{base64:1000}"),
    template("hex-run", "@{hex:1000}"),
    template("short-runs", "@{base62:16} "),
    template("base64-of-text", "@{cursor}\n"),
    // These two hold findings: what redaction itself costs.
    Hostile { name: "open-private-key", piece: Piece::PrivateKey },
    template("dense-findings", "\"ghp@{underscore}@{base62:36}\",\n"),
];

const fn text(name: &'static str, piece: &'static str) -> Hostile {
    Hostile { name, piece: Piece::Text(piece) }
}

const fn template(name: &'static str, piece: &'static str) -> Hostile {
    Hostile { name, piece: Piece::Template(piece) }
}

/// Prefixes of well-known tokens, their alphabet's place, and one byte too few behind them.
const SHORT_BY_ONE: &[&str] = &[
    "ghp@{underscore}@{base62:35}",
    "gho@{underscore}@{base62:35}",
    "github_pat@{underscore}@{base62:22}_@{base62:58}",
    "glpat-@{base64url:19}",
    "AKIA@{digits:15}",
    "AIza@{base64url:34}",
    "sk_live@{underscore}@{base62:9}",
    "sk-ant-api03-@{base64url:92}",
    "xoxb-@{digits:11}-@{digits:4}",
    "npm@{underscore}@{base62:35}",
    "pypi-AgEIcHlwaS5vcm@{base64url:20}",
    "SG.@{base64url:22}.@{base64url:42}",
    "dop_v1@{underscore}@{hex:63}",
    "hvs.@{base62:20}",
    "shpat@{underscore}@{hex:31}",
    "eyJ@{base64url:30}.eyJ@{base64url:40}",
    "https://hooks.slack.com/services/T@{digits:8}/B@{digits:8}/@{base62:20}",
    "postgres://@{word}:@{host}:5432/@{word}",
];

fn near_misses(pen: &mut Pen) {
    pen.fill_one(SHORT_BY_ONE);
    pen.fill_one(&["\n", " ", "\"", ",", ";", "&amp;", "\\n"]);
}

fn private_key(pen: &mut Pen, len: usize) {
    pen.text("-----BEGIN ");
    pen.text("PRIVATE KEY-----\n");
    while pen.out.len() < len {
        pen.fill("@{base64:64}\n");
    }
}

#[cfg(test)]
mod tests {
    use super::HOSTILE;
    use crate::corpus::fingerprint;

    /// The bytes that figures were published for, all inputs one after another.
    const PINNED: u64 = 0x741E_FF53_F491_B237;

    #[test]
    fn hostile_inputs_are_the_pinned_bytes() {
        let all: Vec<u8> = HOSTILE.iter().flat_map(|hostile| hostile.generate(20_000)).collect();
        assert_eq!(all.len(), HOSTILE.len() * 20_000);
        assert_eq!(fingerprint(&all), PINNED, "made {:#x}", fingerprint(&all));
    }

    #[test]
    fn names_are_distinct() {
        let mut names: Vec<_> = HOSTILE.iter().map(|hostile| hostile.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), HOSTILE.len());
    }
}
