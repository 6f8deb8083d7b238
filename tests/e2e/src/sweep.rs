//! The assertion every test ends with: no planted secret, no error.

use crate::{
    Envoy,
    secrets::{Planted, first_leak},
};

/// Asserts that Envoy printed no error, and that no planted secret is in its log, in its metrics in
/// either form, or in `outputs`.
///
/// # Panics
/// When one is; the message names the secret and the place, not the value.
pub fn sweep(envoy: &Envoy, planted: &[Planted], outputs: &[&[u8]]) {
    assert!(envoy.alive(), "Envoy has died");
    let log = envoy.log();
    assert_no_errors(&log);
    let pages = ["/stats", "/stats/prometheus"].map(|page| (page, envoy.admin(page)));
    let mut places = vec![("Envoy's log", log.as_bytes())];
    places.extend(pages.iter().map(|(page, text)| (*page, text.as_bytes())));
    places.extend(outputs.iter().map(|output| ("an output", *output)));
    for (place, text) in places {
        let leak = first_leak(planted, text);
        assert!(leak.is_none(), "{} is in {place}", leak.unwrap_or_default());
    }
}

/// Asserts that a log has no line of level error or critical.
///
/// # Panics
/// When it has one.
pub fn assert_no_errors(log: &str) {
    let bad = log.lines().find(|line| line.contains("][error]") || line.contains("][critical]"));
    assert!(bad.is_none(), "Envoy's log has an error: {}", bad.unwrap_or_default());
}
