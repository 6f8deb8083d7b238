//! Requests at a given rate, whatever becomes of those before.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{Client, request_head};

/// One request and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// When it was sent.
    pub sent: Instant,
    /// When the answer was there.
    pub done: Instant,
    /// The answer's status.
    pub status: u16,
}

/// Offers `per_second` requests over this many connections, until it is told to stop. A connection whose answer is late
/// sends its next requests at once, so that the rate is kept as far as the machine lets it.
///
/// # Panics
/// When a connection breaks.
pub fn offer(
    port: u16,
    per_second: u32,
    connections: u32,
    case: &str,
    host: &str,
    stop: &AtomicBool,
) -> Vec<Sample> {
    let (start, next) = (Instant::now(), AtomicUsize::new(0));
    let bytes = request_head("GET", "/v1/x", case, &[("host", host)]);
    let one = || {
        let (mut client, mut samples) = (Client::connect(port), Vec::new());
        while !stop.load(Ordering::SeqCst) {
            let number = u32::try_from(next.fetch_add(1, Ordering::SeqCst)).unwrap_or(u32::MAX);
            let at = start + Duration::from_secs(1) / per_second * number;
            thread::sleep(at.saturating_duration_since(Instant::now()));
            let sent = Instant::now();
            client.send(&bytes);
            let status = client.response().status();
            samples.push(Sample { sent, done: Instant::now(), status });
        }
        samples
    };
    thread::scope(|scope| {
        let all: Vec<_> = (0..connections).map(|_| scope.spawn(one)).collect();
        all.into_iter().flat_map(|thread| thread.join().expect("a connection")).collect()
    })
}
