//! A trap in the module: the exchange it hits is lost, nothing leaks, and the next ones work.

use std::{
    thread,
    time::{Duration, Instant},
};

use hushgate_test_e2e::{
    Config, PATIENCE, Response, Rig,
    secrets::{self, Planted},
    upstream::with_length,
};

/// The filter itself, which panics when a request asks for it.
const MODULE: &str = "dist/test/hushgate_test_trap.wasm";
const TRAP: &str = "x-test-trap";

#[test]
fn a_trap_at_the_request_recovers() {
    trap_and_recover("request");
}

#[test]
fn a_trap_at_the_response_recovers() {
    trap_and_recover("response");
}

fn trap_and_recover(place: &str) {
    let rig = Rig::start(Config::shipped().module(MODULE));
    let secret = secrets::github_pat(500);
    let body = format!("key: {}\n", secret.text).into_bytes();
    rig.upstream.reply("leak", with_length("200 OK", &[("content-type", "text/plain")], &body));
    assert_redacts(&rig, &secret, &body);
    for round in 0..3 {
        let response = rig.client().get("leak", "/", &[(TRAP, place)]);
        assert!(response.status() >= 500, "round {round}: status {}", response.status());
        assert!(!secret.leaks_in(&response.everything()), "round {round}: leaks in the trap");
        assert!(rig.envoy.alive());
        recovers(&rig, &secret, &body);
    }
}

/// Until the VM is built again Envoy answers 503, and never unscanned.
fn recovers(rig: &Rig, secret: &Planted, body: &[u8]) {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let response = rig.client().get("leak", "/", &[]);
        assert!(!secret.leaks_in(&response.everything()), "leaks while recovering");
        if response.status() == 200 {
            assert_redacts(rig, secret, body);
            return;
        }
        assert_eq!(response.status(), 503);
        thread::sleep(Duration::from_millis(20));
    }
    panic!("the filter did not come back");
}

fn assert_redacts(rig: &Rig, secret: &Planted, body: &[u8]) -> Response {
    let response = rig.client().get("leak", "/", &[]);
    assert_eq!(response.status(), 200);
    secrets::assert_redacted(secret, body, &response.body);
    response
}

/// An exchange on another connection, in the middle of its body when the VM dies, is cut off at
/// worst: what reaches the client of it holds no secret.
#[test]
fn a_trap_elsewhere_does_not_uncover_a_stream_under_way() {
    use std::sync::{Mutex, mpsc};

    use hushgate_test_e2e::{chunk, request_head, upstream};

    let rig = Rig::start(Config::shipped().module(MODULE));
    let secret = secrets::openai_project(501);
    let (open, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let text = secret.text.clone();
    rig.upstream.on("stream", move |_, wire| {
        let (first, rest) = text.split_at(40);
        wire.send(&upstream::chunked_head("200 OK", &[("content-type", "text/plain")]))?;
        // Apart: what arrives together waits together.
        wire.send_apart(&chunk(b"start\n"))?;
        wire.send_apart(&chunk(first.as_bytes()))?;
        let _ = wait.lock().expect("one user").recv_timeout(PATIENCE);
        wire.send(&chunk(rest.as_bytes()))?;
        wire.send(&upstream::last_chunk(&[]))
    });
    rig.upstream.reply("other", with_length("200 OK", &[], b"ok"));
    let mut client = rig.client();
    client.send(&request_head("GET", "/", "stream", &[]));
    let head = client.head();
    let mut seen = Vec::new();
    client.read_until(&mut seen, b"start\n");
    rig.client().get("other", "/", &[(TRAP, "request")]);
    open.send(()).expect("the upstream waits");
    seen.extend_from_slice(&client.rest(head).body);
    assert!(!secret.leaks_in(&seen), "the rest of the stream leaks");
}
