//! Names and values joined by `&`: a query, or a form's body.

use super::path::encoded;

/// The bytes that `application/x-www-form-urlencoded` text stands for. A percent sign that encodes nothing stays.
pub(crate) fn decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        out.push(match byte {
            b'+' => b' ',
            b'%' => match encoded(tail) {
                Some(byte) => {
                    rest = tail.get(2..).unwrap_or_default();
                    byte
                }
                None => b'%',
            },
            byte => *byte,
        });
    }
    out
}

/// A value as it stands in any part of a URL: all but unreserved bytes (RFC 3986 §2.3) encoded.
pub(crate) fn percent_encoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for byte in value {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    out
}

/// The decoded values of a name.
pub(crate) fn values(text: &[u8], name: &[u8]) -> Vec<Vec<u8>> {
    let pairs = text.split(|byte| *byte == b'&').filter(|pair| is_of(pair, name));
    pairs.map(|pair| decoded(split(pair).1)).collect()
}

/// The text without the pairs whose name is one of these, after decoding.
///
/// `None` where there are none: then the text is left as it came.
pub(crate) fn without<'a>(
    text: &[u8],
    names: impl Iterator<Item = &'a [u8]> + Clone,
) -> Option<Vec<u8>> {
    let is_kept = |pair: &&[u8]| !names.clone().any(|name| is_of(pair, name));
    let all = text.split(|byte| *byte == b'&');
    if all.clone().all(|pair| is_kept(&pair)) {
        return None;
    }
    Some(all.filter(is_kept).collect::<Vec<_>>().join(&b'&'))
}

/// The text with this as the only value of the name, where its first one stood, or at the end.
pub(crate) fn with(text: &[u8], name: &[u8], value: &[u8]) -> Vec<u8> {
    let new = [&percent_encoded(name)[..], b"=", &percent_encoded(value)].concat();
    let mut pairs: Vec<&[u8]> =
        if text.is_empty() { Vec::new() } else { text.split(|byte| *byte == b'&').collect() };
    let at = pairs.iter().position(|pair| is_of(pair, name)).unwrap_or(pairs.len());
    pairs.retain(|pair| !is_of(pair, name));
    pairs.insert(at.min(pairs.len()), &new);
    pairs.join(&b'&')
}

/// Whether a pair is of that name for any upstream: decoded, in any case, and as an element of a list of that name.
fn is_of(pair: &[u8], name: &[u8]) -> bool {
    let decoded = decoded(split(pair).0);
    let base = decoded.split(|byte| *byte == b'[').next().unwrap_or_default();
    base.trim_ascii().eq_ignore_ascii_case(name)
}

fn split(pair: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = pair.splitn(2, |byte| *byte == b'=');
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for text in [
            "key=1", "KEY=1", "%6bey=1", "k%65y=1", "key[]=1", "key[0]=1", "key", "+key=1",
            "%20key=1",
        ] {
            let text = format!("a=1&{text}&b=2");
            let left = without(text.as_bytes(), [&b"key"[..]].into_iter());
            assert_eq!(left.as_deref(), Some(&b"a=1&b=2"[..]), "{text}");
        }
        for text in ["a=1&b=2", "", "keys=1", "monkey=1", "a=key"] {
            assert_eq!(without(text.as_bytes(), [&b"key"[..]].into_iter()), None, "{text}");
        }
    }

    #[test]
    fn setting_is_idempotent() {
        let once = with(b"a=1&key=old&b=2&k%65y=older", b"key", b"n w+&%");
        assert_eq!(once, b"a=1&key=n%20w%2B%26%25&b=2");
        assert_eq!(with(&once, b"key", b"n w+&%"), once);
        assert_eq!(values(&once, b"key"), [b"n w+&%".to_vec()]);
        assert_eq!(with(b"", b"key", b"1"), b"key=1");
        assert_eq!(with(b"a=1", b"key", b"1"), b"a=1&key=1");
    }

    #[test]
    fn text_is_decoded_as_forms_are() {
        assert_eq!(decoded(b"a+b%2Bc%zz%2"), b"a b+c%zz%2");
    }
}
