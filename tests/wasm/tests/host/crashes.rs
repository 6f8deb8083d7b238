//! Crashes of the module.

use std::time::Duration;

use hushgate_test_wasm::{Level, Message};

use crate::{asked, body_of, envoy, get, ok};

#[test]
fn a_crash_is_a_503_and_the_next_stream_gets_a_fresh_instance() {
    let host = envoy("configure: count started\nrequest_body: crash");
    let crash = || host.exchange(&Message::post("/").body("abc"), &ok(""));
    let calm = || host.exchange(&get(), &ok("fine"));
    let bystander = asked(&host);
    let outcome = crash();
    assert_eq!(outcome.client.status(), Some(503));
    assert_eq!(outcome.local_reply.unwrap().details, "wasm_fail_stream");
    assert!(outcome.upstream.cut);
    assert_eq!((host.crashes(), host.metric("started")), (1, 1));
    assert_eq!(host.logs().last().unwrap().level, Level::Critical);

    // At once the first time; streams of the old instance are lost.
    assert_eq!(body_of(&calm().client), "fine");
    assert_eq!((host.crashes(), host.metric("started")), (1, 2));
    bystander.response_headers([(":status", "200")], true);
    assert_eq!(bystander.client_received().status(), Some(503));

    // And then once a second.
    crash();
    assert_eq!(calm().client.status(), Some(503));
    host.advance(Duration::from_millis(999));
    assert_eq!(calm().client.status(), Some(503));
    host.advance(Duration::from_millis(1));
    assert_eq!(body_of(&calm().client), "fine");
    assert_eq!((host.crashes(), host.metric("started")), (2, 3));
}

#[test]
fn a_crash_in_a_response_cuts_it() {
    let host = envoy("response_body: crash");
    let outcome = host.exchange(&get(), &ok("never"));
    assert!(outcome.client.cut && outcome.client.chunks.is_empty());
    let host = envoy("response_headers: crash");
    assert_eq!(host.exchange(&get(), &ok("never")).client.status(), Some(503));
}

#[test]
fn a_crash_while_logging_hurts_no_stream() {
    let host = envoy("log: crash");
    host.exchange(&get(), &ok("fine"));
    assert_eq!(body_of(&host.exchange(&get(), &ok("fine")).client), "fine");
    assert_eq!(host.crashes(), 2);
}
