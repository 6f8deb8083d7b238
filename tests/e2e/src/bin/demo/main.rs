//! `make demo`: both jobs. An upstream that leaks, a real Envoy in front, and each leak before and
//! after; then a key from a real vault, injected, changed under load, and never seen by the client.
//!
//! Exits with 0 only if every leak was there without hushgate and none was left with it. Envoy and
//! the vault end with this process, whatever ends that: a watchdog sees to it.

mod keys;
mod leaks;
mod page;

use std::process::ExitCode;

use hushgate_test_e2e::{Config, Rig, secrets::Planted, sweep::assert_no_errors};

use crate::{leaks::Sight, page::Page};

fn main() -> ExitCode {
    let page = Page::new();
    page.heading("hushgate: an upstream that leaks, behind a real Envoy running envoy/redact.yaml");
    page.note("Every secret is a fake, made up for this run, and shown shortened.");
    let rig = Rig::start(Config::shipped());
    let mut tally = Tally::default();

    for (number, leak) in leaks::all(&rig.upstream).iter().enumerate() {
        let direct = (leak.run)(&rig.upstream, rig.upstream.port());
        let through = (leak.run)(&rig.upstream, rig.envoy.port());
        page.leak(number + 1, leak, &direct, &through);
        tally.leak(leak.planted.as_slice(), &direct, &through);
    }

    let direct = leaks::clean(&rig.upstream, rig.upstream.port());
    let through = leaks::clean(&rig.upstream, rig.envoy.port());
    let identical = direct.bytes == through.bytes;
    page.clean(&through, identical);
    tally.failures += usize::from(!identical);

    page.heading("Metrics, from Envoy's /stats/prometheus");
    page.metrics(&rig.envoy.admin("/stats/prometheus"));

    let quiet = tally.places_are_quiet(&rig);
    page.verdict(tally.secrets, tally.failures, quiet, identical);
    let is_injected = keys::show(&page);
    if tally.failures == 0 && quiet && is_injected { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What was planted, and what came of it.
#[derive(Default)]
struct Tally {
    planted: Vec<Planted>,
    secrets: usize,
    failures: usize,
}

impl Tally {
    fn leak(&mut self, planted: &[Planted], direct: &Sight, through: &Sight) {
        for secret in planted {
            self.secrets += 1;
            // A secret that does not even leak without the filter would prove nothing.
            let proves = secret.leaks_in(&direct.bytes);
            let leaks = secret.leaks_in(&through.bytes);
            self.failures += usize::from(!proves || leaks || through.bytes.is_empty());
        }
        self.planted.extend_from_slice(planted);
    }

    /// Whether neither Envoy's log nor its metrics show a secret, and the log no error.
    fn places_are_quiet(&self, rig: &Rig) -> bool {
        let log = rig.envoy.log();
        assert_no_errors(&log);
        let stats = rig.envoy.stats();
        let seen =
            |secret: &Planted| secret.leaks_in(log.as_bytes()) || secret.leaks_in(stats.as_bytes());
        !self.planted.iter().any(seen)
    }
}
