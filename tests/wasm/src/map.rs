//! Header and trailer maps, and the form in which they cross into the module.

/// Envoy reads at most so many pairs from a module; more of them count as none at all.
pub(crate) const PAIRS_MAX: usize = 1024;
/// Envoy reads at most so many bytes of pairs from a module; more of them count as none at all.
pub(crate) const PAIRS_BYTES_MAX: usize = 1024 * 1024;

/// NGINX hands over so many pairs; those behind are left out without a word.
const PAIRS_MAX_OF_NGINX: usize = crate::nginx::PAIRS_MAX;

/// The headers or trailers of a message: pairs of bytes in their order, names in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(Vec<u8>, Vec<u8>)>);

impl Headers {
    /// Returns an empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one pair and returns the map, to build one with values that are no UTF-8.
    #[must_use]
    pub fn with(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.add(name.as_ref(), value.as_ref());
        self
    }

    /// Returns the first value of a name.
    pub fn value(&self, name: impl AsRef<[u8]>) -> Option<&[u8]> {
        self.values(name).next()
    }

    /// Returns every value of a name, in order.
    pub fn values(&self, name: impl AsRef<[u8]>) -> impl Iterator<Item = &[u8]> {
        let name = name.as_ref().to_ascii_lowercase();
        self.0.iter().filter(move |(n, _)| *n == name).map(|(_, value)| value.as_slice())
    }

    /// Returns the pairs in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(name, value)| (name.as_slice(), value.as_slice()))
    }

    /// Returns the number of pairs.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Says whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn add(&mut self, name: &[u8], value: &[u8]) {
        self.0.push((name.to_ascii_lowercase(), value.to_vec()));
    }

    /// Puts one value in the place of all that the name has, as Envoy does.
    pub(crate) fn replace(&mut self, name: &[u8], value: &[u8]) {
        let name = name.to_ascii_lowercase();
        let mut first = true;
        self.0.retain_mut(|(n, v)| {
            if *n != name {
                return true;
            }
            if first {
                *v = value.to_vec();
            }
            std::mem::take(&mut first)
        });
        if first {
            self.0.push((name, value.to_vec()));
        }
    }

    /// Puts a value in the place of the first that the name has, as NGINX does.
    pub(crate) fn replace_first(&mut self, name: &[u8], value: &[u8]) {
        let name = name.to_ascii_lowercase();
        match self.0.iter_mut().find(|(n, _)| *n == name) {
            Some((_, first)) => *first = value.to_vec(),
            None => self.0.push((name, value.to_vec())),
        }
    }

    /// Serialises the pairs as NGINX does: names as they were sent, and so many of them.
    pub(crate) fn to_wire_of_nginx(&self) -> Vec<u8> {
        let title = |name: &[u8]| {
            let mut title = name.to_vec();
            title.iter_mut().take(1).for_each(|byte| *byte = byte.to_ascii_uppercase());
            title
        };
        let pairs = self.0.iter().take(PAIRS_MAX_OF_NGINX);
        let pairs = pairs.map(|(name, value)| (title(name), value.clone())).collect();
        Self(pairs).to_wire()
    }

    pub(crate) fn remove(&mut self, name: &[u8]) {
        let name = name.to_ascii_lowercase();
        self.0.retain(|(n, _)| *n != name);
    }

    /// Serialises the pairs for the module: a count, the sizes, then each string with a NUL.
    pub(crate) fn to_wire(&self) -> Vec<u8> {
        let mut wire = (self.0.len() as u32).to_le_bytes().to_vec();
        for (name, value) in &self.0 {
            wire.extend((name.len() as u32).to_le_bytes());
            wire.extend((value.len() as u32).to_le_bytes());
        }
        for (name, value) in &self.0 {
            for part in [name, value] {
                wire.extend_from_slice(part);
                wire.push(0);
            }
        }
        wire
    }

    /// Reads pairs from the module. What is malformed or too much is an *empty* map, as in Envoy.
    pub(crate) fn from_wire(wire: &[u8]) -> Self {
        Self::parse(wire).unwrap_or_default()
    }

    fn parse(wire: &[u8]) -> Option<Self> {
        let (count, mut sizes) = number(wire)?;
        if wire.len() > PAIRS_BYTES_MAX || count > PAIRS_MAX {
            return None;
        }
        let mut text = sizes.get(count * 8..)?;
        let mut headers = Self::new();
        for _ in 0..count {
            let (name_len, rest) = number(sizes)?;
            let (value_len, rest) = number(rest)?;
            sizes = rest;
            let (name, rest) = terminated(text, name_len)?;
            let (value, rest) = terminated(rest, value_len)?;
            text = rest;
            headers.add(name, value);
        }
        text.is_empty().then_some(headers)
    }
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*head) as usize, rest))
}

fn terminated(bytes: &[u8], len: usize) -> Option<(&[u8], &[u8])> {
    let (text, rest) = bytes.split_at_checked(len)?;
    rest.strip_prefix(b"\0").map(|rest| (text, rest))
}

impl<K: AsRef<[u8]>, V: AsRef<[u8]>> FromIterator<(K, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        pairs.into_iter().fold(Self::new(), |headers, (name, value)| headers.with(name, value))
    }
}

impl<K: AsRef<[u8]>, V: AsRef<[u8]>, const N: usize> From<[(K, V); N]> for Headers {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<K: AsRef<[u8]>, V: AsRef<[u8]>> From<&[(K, V)]> for Headers {
    fn from(pairs: &[(K, V)]) -> Self {
        pairs.iter().map(|(name, value)| (name, value)).collect()
    }
}

impl From<&Headers> for Headers {
    fn from(headers: &Headers) -> Self {
        headers.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_form_round_trips_any_bytes() {
        let headers = Headers::new().with("X-A", b"\xff\x00").with("x-a", "").with("b", "2");
        assert_eq!(Headers::from_wire(&headers.to_wire()), headers);
        assert_eq!(headers.values("x-A").count(), 2);
    }

    #[test]
    fn malformed_or_too_many_pairs_are_none() {
        let of = |n: usize| (0..n).map(|_| ("a", "b")).collect::<Headers>().to_wire();
        assert_eq!(Headers::from_wire(&of(PAIRS_MAX)).len(), PAIRS_MAX);
        assert!(Headers::from_wire(&of(PAIRS_MAX + 1)).is_empty());
        let wire = of(2);
        assert!(Headers::from_wire(&wire[..wire.len() - 1]).is_empty());
        assert!(Headers::from_wire(b"").is_empty());
        let at_limit = |n: usize| Headers::new().with("a", vec![b'v'; n - 4 - 8 - 3]).to_wire();
        assert_eq!(Headers::from_wire(&at_limit(PAIRS_BYTES_MAX)).len(), 1);
        assert!(Headers::from_wire(&at_limit(PAIRS_BYTES_MAX + 1)).is_empty());
    }

    #[test]
    fn replace_collapses_repeated_names_in_place() {
        let mut headers = Headers::from([("a", "1"), ("b", "2"), ("a", "3")]);
        headers.replace(b"A", b"9");
        assert_eq!(headers, Headers::from([("a", "9"), ("b", "2")]));
        headers.replace(b"c", b"4");
        headers.remove(b"a");
        assert_eq!(headers, Headers::from([("b", "2"), ("c", "4")]));
    }
}
