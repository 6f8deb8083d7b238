//! The second job: a workload without a key calls an upstream that checks it. The key comes from a real vault, is
//! changed under load, and is echoed by the upstream.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use hushgate_test_e2e::{
    Client, Config, Envoy, Upstream,
    secrets::{self, Planted},
    sweep::assert_no_errors,
    upstream::with_length,
    vault::Vault,
    vaulted::AUTHORITY,
};

use crate::page::Page;

/// How many requests are sent before the key changes, and after it.
const REQUESTS: usize = 400;
const CLIENTS: usize = 4;

/// Shows it. Says whether all went well.
pub(crate) fn show(page: &Page) -> bool {
    page.heading(
        "hushgate: a key from a real vault, behind a real Envoy running envoy/inject.yaml",
    );
    page.note("The workload sends no key; the upstream checks it, and shows it in every answer.");
    let (old, new) = (secrets::vault_value(900), secrets::vault_value(901));
    let vault = Vault::start();
    vault.put("example", &old.secret);
    let accepted = Arc::new(Mutex::new(old.secret.clone()));
    let upstream = Upstream::start();
    checking(&upstream, &accepted);
    let envoy = Envoy::start(Config::inject(None, &vault), upstream.port());

    let direct = get(upstream.port());
    page.step("without a key, without hushgate", &direct.0.to_string(), direct.0 == 401);
    let first = get(envoy.port());
    page.step("without a key, through hushgate", &first.0.to_string(), first.0 == 200);
    let shown = String::from_utf8_lossy(&first.1).into_owned();
    let is_clean = !old.leaks_in(&first.1);
    page.step("what the upstream echoes", shown.trim_end(), is_clean && shown.contains("REDACTED"));

    let (failed, leaked) = under_load(&envoy, &[old.clone(), new.clone()], || {
        vault.put("example", &new.secret);
        accepted.lock().map(|mut key| key.clone_from(&new.secret)).is_ok()
    });
    let all =
        format!("over {} requests: {failed} failed, {leaked} leaked", 2 * REQUESTS * CLIENTS - 1);
    page.step("the key is changed in the vault, under load", &all, failed + leaked == 0);
    let log = envoy.log();
    assert_no_errors(&log);
    let stats = envoy.stats();
    let dump = envoy.admin("/config_dump");
    let places = [log, stats, dump];
    let leaks = |secret: &Planted| places.iter().any(|text| secret.leaks_in(text.as_bytes()));
    let is_quiet = !leaks(&old) && !leaks(&new);
    page.step(
        "in Envoy's log, metrics and config dump",
        if is_quiet { "no key" } else { "A KEY" },
        is_quiet,
    );
    page.metrics(&envoy.admin("/stats/prometheus"));
    let steps = [direct.0 == 401, first.0 == 200, is_clean, failed + leaked == 0, is_quiet];
    steps.iter().all(|good| *good)
}

/// An upstream that wants the key and shows what it got.
fn checking(upstream: &Upstream, accepted: &Arc<Mutex<String>>) {
    let accepted = Arc::clone(accepted);
    upstream.on("keys", move |request, wire| {
        let sent = request.head.value("authorization");
        let is_good = accepted.lock().is_ok_and(|key| sent == format!("Bearer {key}"));
        let status = if is_good { "200 OK" } else { "401 Unauthorized" };
        let body = format!("{{\"you sent\": \"{sent}\"}}\n");
        let headers =
            [("content-type", "application/json"), ("x-debug-authorization", sent.as_str())];
        wire.send(&with_length(status, &headers, body.as_bytes()))
    });
}

fn get(port: u16) -> (u16, Vec<u8>) {
    let mut client = Client::connect(port);
    let response = client.get("keys", "/v1/charges", &[("host", AUTHORITY)]);
    (response.status(), response.everything())
}

/// Several clients send all the time, and in the middle of it something changes. Says how many requests failed, and how
/// many answers leaked.
fn under_load(envoy: &Envoy, planted: &[Planted], change: impl FnOnce() -> bool) -> (usize, usize) {
    let (failed, leaked, sent) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let is_changed = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = envoy.client();
                let mut after = 0;
                while after < REQUESTS {
                    after += usize::from(is_changed.load(Ordering::SeqCst));
                    let response = client.get("keys", "/v1/charges", &[("host", AUTHORITY)]);
                    let is_leak = planted.iter().any(|it| it.leaks_in(&response.everything()));
                    failed.fetch_add(usize::from(response.status() != 200), Ordering::SeqCst);
                    leaked.fetch_add(usize::from(is_leak), Ordering::SeqCst);
                    sent.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while sent.load(Ordering::SeqCst) < REQUESTS * CLIENTS {
            thread::yield_now();
        }
        is_changed.store(change(), Ordering::SeqCst);
    });
    (failed.into_inner(), leaked.into_inner())
}
