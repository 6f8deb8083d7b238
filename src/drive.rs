//! Drives one finder over chunks as a stream does, for tests.

use crate::scan::{Found, Window};

/// What was found, and how much waited.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Driven {
    /// Rule, and where the secret starts and ends in the stream.
    pub(crate) found: Vec<(&'static str, usize, usize)>,
    /// How many bytes waited after each chunk.
    pub(crate) tails: Vec<usize>,
}

impl Driven {
    pub(crate) fn tail_max(&self) -> usize {
        self.tails.iter().copied().max().unwrap_or(0)
    }
}

/// Hands the chunks to a finder, with the few bytes before them that a stream remembers.
pub(crate) fn drive<'a>(
    search: impl Fn(&Window<'_>, usize) -> Found,
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> Driven {
    let mut driven = Driven::default();
    let (mut before, mut tail, mut decided) = (Vec::<u8>::new(), Vec::<u8>::new(), 0);
    let chunks = chunks.into_iter().map(|chunk| (chunk, false)).chain([(&b""[..], true)]);
    for (chunk, end) in chunks {
        tail.extend_from_slice(chunk);
        let window = Window::new(&before, &tail, end, 8_192);
        let mut at = 0;
        let done = loop {
            match search(&window, at) {
                Found::Hit(hit) => {
                    let secret = &hit.secret;
                    assert!(at <= secret.start && secret.end <= hit.end && hit.end <= tail.len());
                    let place = (decided + secret.start, decided + secret.end);
                    driven.found.push((hit.rule.id, place.0, place.1));
                    at = hit.end;
                }
                Found::Live(live) => {
                    assert!(!end && at <= live && live < tail.len(), "{at} {live}");
                    break live;
                }
                Found::View(..) | Found::Nothing => break tail.len(),
            }
        };
        decided += done;
        let passed: Vec<u8> = tail.drain(..done).collect();
        before.extend(passed);
        before.drain(..before.len().saturating_sub(64));
        driven.tails.push(tail.len());
    }
    driven
}

/// All at once.
pub(crate) fn drive_once(search: impl Fn(&Window<'_>, usize) -> Found, bytes: &[u8]) -> Driven {
    drive(search, [bytes])
}

/// Asserts that no cut changes what is found: each single one, single bytes, and pseudo-random ones.
pub(crate) fn assert_cuts_change_nothing(
    search: impl Fn(&Window<'_>, usize) -> Found,
    bytes: &[u8],
    tail_bytes_max: usize,
) -> Driven {
    let whole = drive_once(&search, bytes);
    let check = |driven: Driven, cut: &str| {
        assert_eq!(driven.found, whole.found, "{cut} of {}", bytes.escape_ascii());
        assert!(driven.tail_max() <= tail_bytes_max, "{cut}: {} wait", driven.tail_max());
    };
    for at in 0..=bytes.len() {
        let (first, second) = bytes.split_at(at);
        check(drive(&search, [first, second]), &format!("cut at {at}"));
    }
    check(drive(&search, bytes.chunks(1)), "single bytes");
    for seed in 1..20 {
        let mut random = Random(seed);
        let mut rest = bytes;
        let mut chunks = Vec::new();
        while !rest.is_empty() {
            let (chunk, tail) = rest.split_at(rest.len().min(random.below(30)));
            chunks.push(chunk);
            rest = tail;
        }
        check(drive(&search, chunks), &format!("seed {seed}"));
    }
    whole
}

/// A small generator (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// So many bytes of an alphabet.
    pub(crate) fn text(&mut self, alphabet: &[u8], len: usize) -> Vec<u8> {
        (0..len).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }
}
