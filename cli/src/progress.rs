//! What long work says of itself on a terminal: nothing in its first second, and nothing at all elsewhere.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::words::{count, grouped};

/// How long work is short.
const QUIET: Duration = Duration::from_secs(1);
/// How often it says something.
pub(crate) const PERIOD: Duration = Duration::from_millis(200);

/// What has been looked at, by all threads together.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    files: AtomicU64,
    bytes: AtomicU64,
}

impl Totals {
    /// Counts a file, or a version of one.
    pub(crate) fn add(&self, bytes: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How many files.
    pub(crate) fn files(&self) -> u64 {
        self.files.load(Ordering::Relaxed)
    }

    /// How many bytes they had.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// The line on the terminal.
pub(crate) struct Progress {
    started: Instant,
    said: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    /// Starts to wait.
    pub(crate) fn start() -> Progress {
        let is_terminal = io::stderr().is_terminal();
        Progress { started: Instant::now(), said: None, is_terminal }
    }

    /// Says how far the work is, if it is long and it is time to.
    pub(crate) fn tick(&mut self, totals: &Totals) {
        let is_time = match self.said {
            None => self.started.elapsed() >= QUIET,
            Some(said) => said.elapsed() >= PERIOD,
        };
        if self.is_terminal && is_time {
            let mebibytes = totals.bytes() >> 20;
            let line = format!("{}, {} MiB", count(totals.files(), "file"), grouped(mebibytes));
            // What cannot be said is not worth an error.
            let _ = write!(io::stderr(), "\r\u{1b}[K{line}");
            self.said = Some(Instant::now());
        }
    }

    /// Takes the line away, so that something else can be said.
    pub(crate) fn clear(&mut self) {
        if self.said.take().is_some() {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
            self.started = Instant::now();
        }
    }
}
