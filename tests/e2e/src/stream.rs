//! Bodies too large to keep: made on the fly, and compared by a hash.

/// An endless text without secrets, the same for the same seed.
#[derive(Clone, Debug)]
pub struct Text {
    state: u64,
}

impl Text {
    /// A text of its own for each seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed | 1 }
    }

    /// The next `length` bytes: lines of short words and numbers, as logs have.
    pub fn next(&mut self, length: usize) -> Vec<u8> {
        const WORDS: [&str; 12] = [
            "the ",
            "request ",
            "took ",
            "12 ms ",
            "user=",
            "ann ",
            "path=/v1/items ",
            "ok\n",
            "count: ",
            "3.14 ",
            "{\"a\": 1} ",
            "done\n",
        ];
        let mut out = Vec::with_capacity(length + 16);
        while out.len() < length {
            let word = usize::try_from(self.random() >> 33).unwrap_or(0) % WORDS.len();
            out.extend_from_slice(WORDS[word].as_bytes());
        }
        out.truncate(length);
        out
    }

    /// Knuth's linear congruential generator: enough for noise, and repeatable.
    fn random(&mut self) -> u64 {
        let next = self.state.wrapping_mul(6_364_136_223_846_793_005);
        self.state = next.wrapping_add(1_442_695_040_888_963_407);
        self.state
    }
}

/// FNV-1a over everything fed to it: tells two streams apart without keeping them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Digest {
    hash: u64,
    length: u64,
}

impl Default for Digest {
    fn default() -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, length: 0 }
    }
}

impl Digest {
    /// Takes further bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.length += bytes.len() as u64;
    }

    /// How many bytes there were.
    pub fn length(&self) -> u64 {
        self.length
    }
}
