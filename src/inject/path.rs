//! Paths: only those that everybody reads in one way, and patterns over them.

/// A request target's path and query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target<'a> {
    /// From the first `/` up to the query.
    pub(crate) path: &'a [u8],
    /// What follows the `?`.
    pub(crate) query: Option<&'a [u8]>,
}

/// Encoded bytes that some upstream turns into a separator or a dot before it looks at the path.
const AMBIGUOUS: &[u8] = b"./\\;";

/// Splits a target. `None` where its path could be read in two ways: then no pattern says what it means.
///
/// Refused are dot segments, an encoded dot, slash, backslash, semicolon or control byte (also encoded twice), empty
/// segments, `;`, a backslash, a fragment, and what is no path at all.
pub(crate) fn canonical(target: &[u8]) -> Option<Target<'_>> {
    let mut parts = target.splitn(2, |byte| *byte == b'?');
    let path = parts.next()?;
    let query = parts.next();
    let is_plain = path.iter().all(|byte| byte.is_ascii_graphic() && !b";\\#".contains(byte));
    let is_query = query.unwrap_or_default().iter().all(|b| b.is_ascii_graphic() && *b != b'#');
    let segments = path.strip_prefix(b"/")?;
    if !is_plain || !is_query || !is_unambiguous(path) {
        return None;
    }
    let mut segments = segments.split(|byte| *byte == b'/').peekable();
    while let Some(segment) = segments.next() {
        let is_empty_within = segment.is_empty() && segments.peek().is_some();
        if is_empty_within || segment == b"." || segment == b".." {
            return None;
        }
    }
    Some(Target { path, query })
}

/// Whether every percent sign begins an encoding, and none of those stands for something that divides or hides.
fn is_unambiguous(path: &[u8]) -> bool {
    let mut rest = path;
    while let Some(at) = rest.iter().position(|byte| *byte == b'%') {
        let mut tail = rest.get(at + 1..).unwrap_or_default();
        let Some(mut byte) = encoded(tail) else { return false };
        tail = tail.get(2..).unwrap_or_default();
        rest = tail;
        // `%252e` becomes `%2e` where it is decoded once, and a dot where it is decoded twice.
        while byte == b'%' {
            match encoded(tail) {
                Some(next) => byte = next,
                None => break,
            }
            tail = tail.get(2..).unwrap_or_default();
        }
        if AMBIGUOUS.contains(&byte) || byte.is_ascii_control() {
            return false;
        }
    }
    true
}

/// The byte that two hexadecimal digits stand for.
pub(crate) fn encoded(digits: &[u8]) -> Option<u8> {
    let [high, low, ..] = digits else { return None };
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    Some(value(*high)? << 4 | value(*low)?)
}

/// A pattern of paths: segments, of which `*` stands for any one and a last `**` for any number, also none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    segments: Vec<Vec<u8>>,
    takes_rest: bool,
}

impl Pattern {
    /// Reads a pattern such as `/v1/charges`, `/v1/charges/*` or `/v1/**`.
    ///
    /// # Errors
    /// The reason, without the text.
    pub fn parse(text: &str) -> Result<Pattern, &'static str> {
        let target = canonical(text.as_bytes()).filter(|target| target.query.is_none());
        let target = target.ok_or("want a canonical path that begins with /, and no query")?;
        let path = target.path.strip_prefix(b"/").unwrap_or_default();
        let mut segments: Vec<Vec<u8>> =
            path.split(|byte| *byte == b'/').map(<[u8]>::to_vec).collect();
        let takes_rest = segments.last().is_some_and(|last| last == b"**");
        if takes_rest {
            segments.pop();
        }
        let is_word = |segment: &Vec<u8>| segment == b"*" || !segment.contains(&b'*');
        if !segments.iter().all(is_word) {
            return Err("want * as a whole segment, and ** as the last one only");
        }
        Ok(Pattern { segments, takes_rest })
    }

    /// Whether a canonical path is one of them.
    pub(crate) fn matches(&self, path: &[u8]) -> bool {
        let mut segments = path.strip_prefix(b"/").unwrap_or(path).split(|byte| *byte == b'/');
        let all = self.segments.iter().all(|wanted| match segments.next() {
            Some(segment) => wanted == b"*" && !segment.is_empty() || wanted == segment,
            None => false,
        });
        all && (self.takes_rest || segments.next().is_none())
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn paths_that_are_read_in_one_way_pass() {
        for good in [
            "/",
            "/v1/charges",
            "/v1/charges/",
            "/a%20b",
            "/caf%C3%A9",
            "/a%25b",
            "/...",
            "/.well-known/x",
        ] {
            assert_eq!(
                canonical(good.as_bytes()).map(|it| it.path),
                Some(good.as_bytes()),
                "{good}"
            );
        }
        let target = canonical(b"/v1?a=%2e%2e&b=//;").unwrap();
        assert_eq!((target.path, target.query), (&b"/v1"[..], Some(&b"a=%2e%2e&b=//;"[..])));
    }

    #[test]
    fn paths_that_could_mean_another_are_refused() {
        for bad in [
            "",
            "*",
            "v1",
            "http://a/v1",
            "/..",
            "/v1/../admin",
            "/v1/.",
            "/./v1",
            "/v1/%2e%2e/admin",
            "/v1/%2E./admin",
            "/v1%2fadmin",
            "/v1%2Fadmin",
            "/v1%5cadmin",
            "/v1\\admin",
            "//v1",
            "/v1//admin",
            "/v1;x=1",
            "/v1/..;/admin",
            "/v1%3b",
            "/v1/%252e%252e/admin",
            "/v1/%25252e/admin",
            "/v1%00",
            "/v1%0d%0a",
            "/v1#x",
            "/v1%",
            "/v1%2",
            "/v1%zz",
            "/v1 x",
            "/v1?a b",
            "/caf\u{e9}",
        ] {
            assert_eq!(canonical(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn patterns_match_whole_segments() {
        let matches =
            |pattern: &str, path: &str| Pattern::parse(pattern).unwrap().matches(path.as_bytes());
        for (pattern, path) in [
            ("/v1/charges", "/v1/charges"),
            ("/v1/*", "/v1/charges"),
            ("/v1/**", "/v1/charges/1/refunds"),
            ("/v1/**", "/v1"),
            ("/**", "/"),
            ("/v1/*/items", "/v1/7/items"),
            ("/", "/"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("/v1/charges", "/v1/charges/"),
            ("/v1/charges", "/v1/Charges"),
            ("/v1/*", "/v1/"),
            ("/v1/*", "/v1/a/b"),
            ("/v1/**", "/v10"),
            ("/v1/*/items", "/v1/items"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
        for bad in ["", "v1", "/v1*", "/**/x", "/v1/../x", "/v1?x=1"] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }
}
