//! A key is rotated under load: 500 requests a second are offered, and no more than what must fail fails.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use hushgate_test_e2e::{
    Config, PATIENCE, Request, Wire,
    pace::{Sample, offer},
    secrets::{self, Planted},
    upstream::with_length,
    vaulted::{AUTHORITY, Vaulted, plugin},
    version,
};
use serde_json::{Value, json};

const PER_SECOND: u32 = 500;
/// How long the load goes on before anything happens to it, and after.
const BEFORE: Duration = Duration::from_millis(1_000);
/// After this time without it a key is out of use.
const QUIET: Duration = Duration::from_millis(2_000);

/// An upstream that knows which keys are good, and when it was sent which.
#[derive(Default)]
struct Door {
    good: Mutex<Vec<String>>,
    /// Each request: when it came, with which key, and whether it was let in.
    seen: Mutex<Vec<(Instant, String, bool)>>,
}

impl Door {
    fn answer(&self, request: &Request, wire: &mut Wire) -> io::Result<()> {
        let sent = request.head.value("authorization");
        let key = sent.strip_prefix("Bearer ").unwrap_or_default().to_owned();
        let good = self.good.lock().expect("the keys");
        let is_good = good.contains(&key);
        self.seen.lock().expect("the log").push((Instant::now(), key, is_good));
        drop(good);
        let status = if is_good { "200 OK" } else { "401 Unauthorized" };
        wire.send(&with_length(status, &[("content-type", "text/plain")], b"answer"))
    }

    fn set(&self, keys: &[&Planted]) {
        *self.good.lock().expect("the keys") = keys.iter().map(|it| it.secret.clone()).collect();
    }

    /// When a key was first sent.
    fn first(&self, key: &Planted) -> Option<Instant> {
        let seen = self.seen.lock().expect("the log");
        seen.iter().find(|(_, it, _)| *it == key.secret).map(|(at, ..)| *at)
    }

    fn wait_for(&self, key: &Planted) {
        let start = Instant::now();
        while self.first(key).is_none() {
            assert!(start.elapsed() < PATIENCE, "the new key is never sent");
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// A rig under load while `change` happens: every request, the upstream's log, and the rig.
fn under_load(
    credential: &Value,
    keys: (&Planted, &Planted),
    retries: bool,
    change: impl FnOnce(&Vaulted, &Door),
) -> (Vec<Sample>, Arc<Door>, Vaulted) {
    let json = plugin(credential.clone(), json!({}), json!({}));
    let rig = Vaulted::with(&json, &keys.0.secret, |config: Config| {
        let config = config.workers(2);
        if retries { config } else { config.edit("num_retries: 1", "num_retries: 0") }
    });
    let door = Arc::new(Door::default());
    door.set(&[keys.0]);
    let handler = Arc::clone(&door);
    rig.upstream.on("rotated", move |request, wire| handler.answer(request, wire));
    // The first fetch is not what this is about.
    assert_eq!(rig.get("rotated", "/v1/x", &[]).status(), 200);
    let (stop, port) = (AtomicBool::new(false), rig.envoy.port());
    let start = Instant::now();
    let samples = thread::scope(|scope| {
        let load = scope.spawn(|| offer(port, PER_SECOND, 12, "rotated", AUTHORITY, &stop));
        thread::sleep(BEFORE);
        change(&rig, &door);
        thread::sleep(BEFORE);
        stop.store(true, Ordering::SeqCst);
        load.join().expect("the load")
    });
    let rate = samples.len() as f64 / start.elapsed().as_secs_f64();
    let failed = samples.iter().filter(|it| it.status != 200).count();
    eprintln!("{} requests, {rate:.0} a second, {failed} failed", samples.len());
    let mut counts: HashMap<u16, usize> = HashMap::new();
    samples.iter().for_each(|it| *counts.entry(it.status).or_default() += 1);
    assert!(counts.keys().all(|status| [200, 401].contains(status)), "{counts:?}");
    // Keyed with the one or the other, and nothing else.
    let seen = door.seen.lock().expect("the log");
    let is_key = |key: &String| *key == keys.0.secret || *key == keys.1.secret;
    assert!(seen.iter().all(|(_, key, _)| is_key(key)), "a wrong key was sent");
    drop(seen);
    rig.sweep(&[keys.0.clone(), keys.1.clone()], &[]);
    (samples, door, rig)
}

/// The old key stays good for `refresh_after_ms`, and until the new one is in use: nothing fails.
#[test]
fn an_overlap_costs_nothing() {
    let (old, new) = (secrets::vault_value(880), secrets::vault_value(881));
    let credential = json!({"refresh_after_ms": 500});
    let (samples, door, rig) = under_load(&credential, (&old, &new), false, |rig, door| {
        door.set(&[&old, &new]);
        rig.vault.put("example", &new.secret);
        door.wait_for(&new);
        until_unused(door, &old);
        door.set(&[&new]);
    });
    assert!(samples.iter().all(|it| it.status == 200), "a request failed");
    let seen = door.seen.lock().expect("the log");
    assert_eq!(seen.last().map(|(_, key, _)| key.as_str()), Some(new.secret.as_str()));
    assert_eq!(rig.envoy.count("hushgate.inject.refuse."), 0);
}

/// Waits until a hundred requests in a row had another key, and the last one that had it is long gone: both workers
/// change over, each at its own time, and a request may be under way.
fn until_unused(door: &Door, key: &Planted) {
    let start = Instant::now();
    loop {
        let seen = door.seen.lock().expect("the log");
        let last = seen.iter().rposition(|it| it.1 == key.secret);
        let last = last.and_then(|at| Some((seen.len() - at, seen.get(at)?.0)));
        drop(seen);
        if last.is_none_or(|(since, at)| since > 100 && at.elapsed() > QUIET) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "the old key is still in use");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Changed in the vault and revoked at the same moment.
fn revoked(rig: &Vaulted, door: &Door, new: &Planted) {
    rig.vault.put("example", &new.secret);
    door.set(&[new]);
    door.wait_for(new);
}

/// What is sent between the first 401 and the finished refresh fails; nothing before, nothing after, and the store is
/// asked once.
#[test]
fn a_hard_revocation_costs_what_is_under_way() {
    let (old, new) = (secrets::vault_value(882), secrets::vault_value(883));
    let (samples, door, rig) = under_load(&json!({}), (&old, &new), false, |rig, door| {
        revoked(rig, door, &new);
    });
    let seen = door.seen.lock().expect("the log");
    let refused: Vec<Instant> = seen.iter().filter(|it| !it.2).map(|it| it.0).collect();
    let first = *refused.first().expect("somebody found out");
    let failed: Vec<&Sample> = samples.iter().filter(|it| it.status == 401).collect();
    assert_eq!(failed.len(), refused.len(), "who fails was refused by the upstream, once");
    // Each worker refreshes for itself, or takes what the other has fetched: the last old key ends it.
    let last_old = seen.iter().filter(|it| it.1 == old.secret).map(|it| it.0).max();
    let end = last_old.expect("the old key was sent");
    let during = samples.iter().filter(|it| it.done >= first && it.sent <= end).count();
    assert!(failed.iter().all(|it| it.done >= first && it.sent <= end));
    assert!(failed.len() <= during, "{} of {during}", failed.len());
    assert!(samples.iter().filter(|it| it.sent > end).all(|it| it.status == 200));
    // Once for all: the first answer held is the one that asks, and the version that it brings is news to all.
    rig.envoy.wait_for_count("hushgate.inject.fetch.changed.example", 2);
    eprintln!("{} failed within {:?}", failed.len(), end - first);
}

/// The shipped configuration tries once more after a 401: nobody notices.
#[test]
fn a_hard_revocation_costs_nothing_with_a_retry() {
    if !version::retries_what_was_held() {
        return;
    }
    let (old, new) = (secrets::vault_value(884), secrets::vault_value(885));
    let (samples, door, _) = under_load(&json!({}), (&old, &new), true, |rig, door| {
        revoked(rig, door, &new);
    });
    let refused = door.seen.lock().expect("the log").iter().filter(|it| !it.2).count();
    assert!(refused >= 1, "the old key was revoked");
    assert!(samples.iter().all(|it| it.status == 200), "a request failed");
}
