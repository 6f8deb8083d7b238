//! The codings that a document wraps a text in.

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};

/// The text in a coding of that name.
pub(super) fn encode(name: &str, plain: &[u8]) -> Vec<u8> {
    match name {
        "b64" => BASE64_STANDARD.encode(plain).into_bytes(),
        "url" => BASE64_URL_SAFE_NO_PAD.encode(plain).into_bytes(),
        // As in MIME (RFC 2045 §6.8) and in PEM (RFC 7468 §2).
        "b64/76" => lines(&BASE64_STANDARD.encode(plain), 76),
        "b64/64" => lines(&BASE64_STANDARD.encode(plain), 64),
        "hex" => plain.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect(),
        "percent" => each(plain, |byte| {
            let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            (!plain).then(|| format!("%{byte:02X}"))
        }),
        "html" => each(plain, |byte| {
            let entity = match byte {
                b'"' => "&quot;",
                b'&' => "&amp;",
                b'\'' => "&#39;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                _ => return None,
            };
            Some(entity.into())
        }),
        // A JSON string's inside, as an encoder for web pages writes it.
        "json" => each(plain, |byte| match byte {
            b'"' | b'\\' => Some(format!("\\{}", byte as char)),
            b'\n' => Some("\\n".into()),
            b'/' => Some("\\/".into()),
            b'<' | b'>' | b'&' | b'\'' | 0..0x20 => Some(format!("\\u{byte:04x}")),
            _ => None,
        }),
        "utf16" => {
            let text = std::str::from_utf8(plain).expect("a text");
            [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
        }
        "dump" => dump(plain),
        _ => panic!("no coding {name:?}"),
    }
}

fn each(plain: &[u8], escape: impl Fn(u8) -> Option<String>) -> Vec<u8> {
    let write = |byte: &u8| escape(*byte).map_or_else(|| vec![*byte], String::into_bytes);
    plain.iter().flat_map(write).collect()
}

fn lines(text: &str, len: usize) -> Vec<u8> {
    let lines: Vec<&[u8]> = text.as_bytes().chunks(len).collect();
    lines.join(&b'\n')
}

/// As `hexdump -C` prints it.
fn dump(plain: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    for (row, bytes) in plain.chunks(16).enumerate() {
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let text: String = bytes
            .iter()
            .map(|byte| if byte.is_ascii_graphic() { *byte as char } else { '.' })
            .collect();
        out += &format!("{:08x}  {:<48}  |{text}|\n", row * 16, hex.join(" "));
    }
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::encode;

    fn text(name: &str, plain: &str) -> String {
        String::from_utf8(encode(name, plain.as_bytes())).unwrap()
    }

    #[test]
    fn codings_are_those_of_their_standards() {
        assert_eq!(text("percent", "a b/é"), "a%20b%2F%C3%A9");
        assert_eq!(text("html", "<a \"b\">"), "&lt;a &quot;b&quot;&gt;");
        assert_eq!(text("json", "a\"/<\n"), r#"a\"\/\u003c\n"#);
        assert_eq!(encode("utf16", b"a"), [0xff, 0xfe, b'a', 0]);
        assert!(
            text("dump", "0123456789abcdefg").ends_with(&format!("00000010  67{:46}  |g|\n", ""))
        );
    }
}
