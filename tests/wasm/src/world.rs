//! What belongs to the proxy and not to an instance: it survives a crash of the module.

use std::collections::{BTreeMap, VecDeque};

use crate::map::Headers;
use crate::status::Status;

/// The level of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Level 0.
    Trace,
    /// Level 1.
    Debug,
    /// Level 2, and what the module prints to its standard output.
    Info,
    /// Level 3.
    Warn,
    /// Level 4, and what the module prints to its standard error, such as a panic's message.
    Error,
    /// Level 5, and the host's own word on a crash.
    Critical,
}

impl Level {
    pub(crate) fn of(number: u32) -> Option<Self> {
        use Level::*;
        [Trace, Debug, Info, Warn, Error, Critical].get(number as usize).copied()
    }
}

/// A line in the proxy's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How grave it is.
    pub level: Level,
    /// What it says.
    pub text: String,
}

/// An HTTP call that the module asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpCall {
    /// The number by which it is answered.
    pub token: u32,
    /// The cluster it goes to.
    pub cluster: String,
    /// Its headers, `:method` and so on among them.
    pub headers: Headers,
    /// Its body.
    pub body: Vec<u8>,
    /// Its trailers.
    pub trailers: Headers,
    /// After so many milliseconds it counts as failed; 0 is never.
    pub timeout_ms: u32,
}

/// The kinds of metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetricKind {
    Counter,
    Gauge,
    Histogram,
}

/// The proxy around the module.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) logs: Vec<LogLine>,
    pub(crate) log_level: Level,
    /// What the module did that a correct one does not do.
    pub(crate) faults: Vec<String>,
    pub(crate) metrics: BTreeMap<String, u64>,
    pub(crate) shared: BTreeMap<Vec<u8>, (Vec<u8>, u32)>,
    pub(crate) queues: Vec<(Vec<u8>, VecDeque<Vec<u8>>)>,
    pub(crate) properties: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) clusters: Vec<String>,
    pub(crate) calls: Vec<HttpCall>,
    pub(crate) next_token: u32,
    pub(crate) tick_period_ms: u32,
    pub(crate) now_nanos: u64,
    pub(crate) environment: Vec<(String, String)>,
    /// The state of the generator behind `random_get`: never 0, and the same in every run.
    pub(crate) random: u64,
}

impl Default for World {
    fn default() -> Self {
        Self {
            logs: Vec::new(),
            log_level: Level::Info,
            faults: Vec::new(),
            metrics: BTreeMap::new(),
            shared: BTreeMap::new(),
            queues: Vec::new(),
            properties: BTreeMap::new(),
            clusters: Vec::new(),
            calls: Vec::new(),
            next_token: 1,
            tick_period_ms: 0,
            // 2026-01-01T00:00:00Z: some moment, and always the same one.
            now_nanos: 1_767_225_600_000_000_000,
            environment: Vec::new(),
            random: 0x9e37_79b9_7f4a_7c15,
        }
    }
}

impl World {
    pub(crate) fn log(&mut self, level: Level, text: &[u8]) {
        let text = String::from_utf8_lossy(text).into_owned();
        self.logs.push(LogLine { level, text });
    }

    pub(crate) fn fault(&mut self, text: impl Into<String>) {
        self.faults.push(text.into());
    }

    /// Stores a shared value; `cas` 0 stores without looking at what is there, unless it is compared always, as in NGINX.
    pub(crate) fn share(&mut self, key: &[u8], value: &[u8], cas: u32, always: bool) -> Status {
        let version = self.shared.get(key).map(|(_, version)| *version);
        if (always || cas != 0) && version.is_some_and(|version| version != cas) {
            return Status::CasMismatch;
        }
        let next = version.unwrap_or(0).wrapping_add(1);
        self.shared.insert(key.to_vec(), (value.to_vec(), next));
        Status::Ok
    }

    /// Returns the next eight pseudo-random bytes (xorshift).
    pub(crate) fn random(&mut self) -> [u8; 8] {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random.to_le_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_version_is_refused() {
        let mut world = World::default();
        assert_eq!(world.share(b"k", b"1", 7, false), Status::Ok);
        assert_eq!(world.share(b"k", b"2", 9, false), Status::CasMismatch);
        assert_eq!(world.share(b"k", b"2", 1, false), Status::Ok);
        assert_eq!(world.share(b"k", b"3", 0, false), Status::Ok);
        assert_eq!(world.share(b"k", b"4", 0, true), Status::CasMismatch);
        assert_eq!(world.shared[&b"k"[..]], (b"3".to_vec(), 3));
    }
}
