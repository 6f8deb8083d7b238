//! The egress gateway: its filter delivered by ECDS, changed under load, and switched off and on.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use hushgate_test_e2e::{
    Config, Envoy, PATIENCE, Response, Upstream,
    delivery::Delivery,
    secrets::{self, Planted, assert_redacted},
    sweep::{assert_no_errors, sweep},
    upstream::with_length,
};

const TEXT: (&str, &str) = ("content-type", "text/plain");
const HOST: (&str, &str) = ("host", "api.example.com");
const RELOADS: &str = "extension_config_discovery.http_filter.hushgate.redact.config_reload";
const REJECTED: &str = "extension_config_discovery.http_filter.hushgate.redact.update_rejected";

struct Gateway {
    delivery: Delivery,
    upstream: Upstream,
    envoy: Envoy,
    secret: Planted,
    body: Vec<u8>,
}

impl Gateway {
    fn start(seed: u64) -> Self {
        let (delivery, upstream) = (Delivery::new(), Upstream::start());
        let envoy = Envoy::start(Config::egress(&delivery).workers(2), upstream.port());
        let secret = secrets::github_pat(seed);
        let body = format!("key: {}\n", secret.text).into_bytes();
        upstream.reply("leak", with_length("200 OK", &[TEXT], &body));
        Self { delivery, upstream, envoy, secret, body }
    }

    fn get(&self) -> Response {
        self.envoy.client().get("leak", "/a/b?marker=in-the-query", &[HOST])
    }

    /// By a label or a mask: nothing of it is seen, and the length is the same.
    fn is_redacted(&self, response: &Response) -> bool {
        !self.secret.leaks_in(&response.body) && response.body.len() == self.body.len()
    }

    /// Delivers a configuration, and waits until Envoy has taken it.
    fn deliver(&self, plugin: &str) {
        let before = self.envoy.count(RELOADS);
        self.delivery.deliver(plugin);
        self.envoy.wait_for_count(RELOADS, before + 1);
    }

    /// Every worker takes a configuration by itself: until a few connections in a row see it.
    fn until(&self, is_new: impl Fn(&Response) -> bool) {
        let mut seen = 0;
        while seen < 20 {
            seen = if is_new(&self.get()) { seen + 1 } else { 0 };
        }
    }
}

/// What an egress gateway is for: a key does not leave, and nothing leaves to where it was not meant to.
#[test]
fn a_certain_finding_does_not_leave() {
    let gateway = Gateway::start(800);
    let secret = secrets::stripe_live(801);
    let path = format!("/v1/{}?a=b", secret.text);
    let mut client = gateway.envoy.client();
    let response = client.send_body("POST", "leak", &path, &[TEXT, HOST], secret.text.as_bytes());
    assert_eq!(response.status(), 403);
    let elsewhere = gateway.envoy.client().get("leak", "/", &[("host", "evil.example")]);
    assert_eq!((elsewhere.status(), elsewhere.text()), (403, "no such destination\n".to_owned()));
    assert!(gateway.upstream.requests("leak").is_empty(), "nothing left");
    let log = gateway.envoy.wait_for_log(r#""details":"hushgate_blocked""#);
    assert!(log.contains("stripe.secret_key:block"), "{log}");
    assert!(log.contains(r#""path":"/v1/"#) && log.contains("REDACTED"), "{log}");
    sweep(&gateway.envoy, &[secret], &[]);
}

#[test]
fn another_configuration_is_taken_without_a_restart() {
    let gateway = Gateway::start(802);
    assert_eq!(gateway.get().body, gateway.body, "answers are reported on the way in");
    gateway.deliver(r#"{"role":"outbound","responses":"redact"}"#);
    gateway.until(|response| response.body != gateway.body);
    assert_redacted(&gateway.secret, &gateway.body, &gateway.get().body);
    assert!(!gateway.envoy.log().contains("in-the-query"));
    assert_no_errors(&gateway.envoy.log());
}

/// The old one stays at work, and the log says which field was wrong.
#[test]
fn a_wrong_configuration_is_rejected() {
    let gateway = Gateway::start(803);
    gateway.deliver(r#"{"responses":"redact"}"#);
    gateway.until(|response| response.body != gateway.body);
    let secret = secrets::github_pat(804);
    gateway.delivery.deliver(&format!(r#"{{"responses":"off","respnses":"{}"}}"#, secret.text));
    gateway.envoy.wait_for_count(REJECTED, 1);
    assert!(gateway.envoy.log().contains("respnses"));
    for _ in 0..20 {
        assert_redacted(&gateway.secret, &gateway.body, &gateway.get().body);
    }
    gateway.deliver(r#"{"responses":"report"}"#);
    gateway.until(|response| response.body == gateway.body);
    assert!(!secret.leaks_in(gateway.envoy.log().as_bytes()), "the log shows the value");
}

/// Ten configurations, one after the other, while clients ask without a pause: no request fails, and none is unscanned.
#[test]
fn reloads_under_load_fail_no_request() {
    let gateway = Gateway::start(805);
    gateway.deliver(r#"{"responses":"redact"}"#);
    gateway.until(|response| response.body != gateway.body);
    let (stop, failed) = (AtomicBool::new(false), AtomicU64::new(0));
    let done = AtomicU64::new(0);
    thread::scope(|scope| {
        for number in 0..4 {
            let (gateway, stop, done, failed) = (&gateway, &stop, &done, &failed);
            scope.spawn(move || {
                let mut client = gateway.envoy.client();
                while !stop.load(Ordering::Relaxed) {
                    // Half of them on a connection that stays, half on new ones.
                    if number % 2 == 0 {
                        client = gateway.envoy.client();
                    }
                    let response = client.get("leak", "/", &[HOST]);
                    if response.status() != 200 || !gateway.is_redacted(&response) {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for round in 0..10 {
            let word = if round % 2 == 0 { "mask" } else { "redact" };
            let (before, reloads) = (done.load(Ordering::Relaxed), gateway.envoy.count(RELOADS));
            gateway.delivery.deliver(&format!(r#"{{"responses":"{word}"}}"#));
            // It is taken, and some go through with it, before the next comes.
            let start = Instant::now();
            let is_taken = || {
                done.load(Ordering::Relaxed) >= before + 40
                    && gateway.envoy.count(RELOADS) > reloads
            };
            while !is_taken() && start.elapsed() < PATIENCE {
                thread::sleep(Duration::from_millis(1));
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    let (failed, done) = (failed.into_inner(), done.into_inner());
    assert_eq!(failed, 0, "of {done} requests failed, or were not redacted");
    assert!(done >= 400, "the load went on: {done}");
    assert!(gateway.envoy.count(RELOADS) >= 10);
    assert_eq!(gateway.envoy.count(REJECTED), 0);
    for word in ["redact", "mask"] {
        let counter = format!("hushgate.findings.response.{word}.github.pat");
        gateway.envoy.wait_for_at_least(&counter, 1);
    }
    sweep(&gateway.envoy, std::slice::from_ref(&gateway.secret), &[]);
}

/// Off and on again while it runs: by the runtime, and by a configuration that does nothing.
#[test]
fn the_kill_switch_works_live() {
    let gateway = Gateway::start(806);
    gateway.deliver(r#"{"responses":"redact"}"#);
    gateway.until(|response| response.body != gateway.body);
    for _ in 0..2 {
        assert!(gateway.envoy.order("/runtime_modify?hushgate.off=100").contains("OK"));
        gateway.until(|response| response.body == gateway.body);
        let found = gateway.envoy.count("hushgate.findings");
        assert_eq!(gateway.get().body, gateway.body);
        assert_eq!(gateway.envoy.count("hushgate.findings"), found, "it is not asked at all");
        assert!(gateway.envoy.order("/runtime_modify?hushgate.off=0").contains("OK"));
        gateway.until(|response| response.body != gateway.body);
        assert_redacted(&gateway.secret, &gateway.body, &gateway.get().body);
    }
    gateway.deliver(r#"{"requests":"off","responses":"off"}"#);
    gateway.until(|response| response.body == gateway.body);
}

/// The filter beside the router of one cluster: once a try, and what is redacted is redacted once.
#[test]
fn an_upstream_filter_redacts_on_every_try() {
    let upstream = Upstream::start();
    let envoy = Envoy::start(Config::upstream(), upstream.port());
    let (blocked, told) = (secrets::github_pat(807), secrets::slack_bot(807));
    let body = format!("is {}\n", told.text).into_bytes();
    let (tries, answer) = (AtomicU64::new(0), body.clone());
    upstream.on("tried", move |_, wire| {
        let is_first = tries.fetch_add(1, Ordering::SeqCst) == 0;
        let status = if is_first { "503 Service Unavailable" } else { "200 OK" };
        wire.send(&with_length(status, &[TEXT], &answer))
    });
    let response = envoy.client().get("tried", "/a/b?c=d", &[HOST]);
    assert_eq!(response.status(), 200);
    assert_redacted(&told, &body, &response.body);
    assert_eq!(upstream.requests("tried").len(), 2, "it was tried twice");
    let log = envoy.wait_for_log("GET /a/b ");
    assert!(log.contains("findings=slack.bot"), "{log}");
    let path = format!("/{}", blocked.text);
    let response = envoy.client().get("blocked", &path, &[HOST]);
    assert_eq!(response.status(), 403);
    assert!(upstream.requests("blocked").is_empty());
    let log = envoy.wait_for_log("hushgate_blocked");
    assert!(log.contains("findings=github.pat:block"), "{log}");
    sweep(&envoy, &[blocked, told], &[]);
}
