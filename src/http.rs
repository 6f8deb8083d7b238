//! The parts of an HTTP message that the engine looks at, as bytes: values need not be UTF-8.

use std::ops::Range;

/// A header map as a proxy hands it over: names in lower case, several values in their order, pseudo-headers among them.
#[derive(Default, Clone)]
pub struct Headers {
    bytes: Vec<u8>,
    pairs: Vec<(Range<usize>, Range<usize>)>,
}

impl Headers {
    /// Takes the bytes that all names and values lie in, and the place of each pair.
    ///
    /// A place outside the bytes reads as empty.
    pub fn new(bytes: Vec<u8>, pairs: Vec<(Range<usize>, Range<usize>)>) -> Headers {
        Headers { bytes, pairs }
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// All pairs, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        (0..self.pairs.len()).filter_map(|place| self.pair(place))
    }

    /// The pair in that place.
    pub(crate) fn pair(&self, place: usize) -> Option<(&[u8], &[u8])> {
        let (name, value) = self.pairs.get(place)?;
        let part = |range: &Range<usize>| self.bytes.get(range.clone()).unwrap_or_default();
        Some((part(name), part(value)))
    }

    /// The first value of that name.
    pub fn first(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    /// Every value of that name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(move |(other, _)| *other == name.as_bytes()).map(|(_, value)| value)
    }
}

impl<'a> FromIterator<(&'a [u8], &'a [u8])> for Headers {
    fn from_iter<T: IntoIterator<Item = (&'a [u8], &'a [u8])>>(pairs: T) -> Headers {
        let mut headers = Headers::default();
        for (name, value) in pairs {
            let start = headers.bytes.len();
            headers.bytes.extend_from_slice(name);
            let middle = headers.bytes.len();
            headers.bytes.extend_from_slice(value);
            headers.pairs.push((start..middle, middle..headers.bytes.len()));
        }
        headers
    }
}

/// A header's new values: all of that name are replaced by these.
#[derive(Clone, PartialEq, Eq)]
pub struct HeaderEdit {
    /// The name, in lower case.
    pub name: Vec<u8>,
    /// The values, in their order; none removes the header.
    pub values: Vec<Vec<u8>>,
}

/// The host of an authority, in lower case: without user info, port and trailing dot.
pub(crate) fn host_of(authority: &[u8]) -> Vec<u8> {
    let host = authority.rsplit(|byte| *byte == b'@').next().unwrap_or_default();
    let end = match host.first() {
        Some(b'[') => host.iter().position(|byte| *byte == b']').map_or(host.len(), |at| at + 1),
        _ => host.iter().position(|byte| *byte == b':').unwrap_or(host.len()),
    };
    let host = host.get(..end).unwrap_or_default();
    host.strip_suffix(b".").unwrap_or(host).to_ascii_lowercase()
}

/// A media type, in lower case, without its parameters.
pub(crate) fn media_type(content_type: &[u8]) -> Vec<u8> {
    let essence = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn hosts_are_normalised() {
        let cases = [
            ("API.GitHub.com:443", "api.github.com"),
            ("api.github.com.", "api.github.com"),
            ("user:pw@example.org:80", "example.org"),
            ("[::1]:8080", "[::1]"),
            ("", ""),
        ];
        for (authority, host) in cases {
            assert_eq!(host_of(authority.as_bytes()), host.as_bytes(), "{authority}");
        }
    }

    #[test]
    fn media_types_lose_their_parameters() {
        assert_eq!(media_type(b"Text/HTML ; charset=utf-8"), b"text/html");
        assert_eq!(media_type(b""), b"");
    }
}
