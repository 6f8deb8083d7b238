//! Local replies: what the upstream and the client see of each.

use hushgate_test_wasm::{Message, Received};

use crate::{body_of, envoy, get, holding, lines, ok};

#[test]
fn a_reply_to_request_headers_leaves_the_upstream_with_nothing() {
    let host =
        envoy("request_headers: reply 403 no\nresponse_headers: trace\nresponse_body: trace");
    let outcome = host.exchange(&get(), &ok("never"));
    assert_eq!(outcome.upstream, Received::default());
    assert_eq!(outcome.client.status(), Some(403));
    assert_eq!(outcome.client.header("x-by"), Some(&b"script"[..]));
    assert_eq!(body_of(&outcome.client), "no");
    assert!(outcome.client.complete);
    // The response callbacks run on the reply.
    let expected = ["reply 403 no -> 0", "response_headers 4 false", "response_body 2 true"];
    assert_eq!(lines(&host), expected);
}

#[test]
fn a_reply_to_a_request_body_leaves_the_upstream_with_headers_alone() {
    let host = envoy("request_body: reply 403 no");
    let outcome = host.exchange(&Message::post("/").body("abc"), &ok("never"));
    assert!(outcome.upstream.headers.is_some() && outcome.upstream.cut);
    assert!(outcome.upstream.chunks.is_empty());
    assert_eq!(outcome.client.status(), Some(403));
}

#[test]
fn a_reply_to_a_request_body_with_held_headers_leaves_the_upstream_with_nothing() {
    let host = holding("request_headers: pause\nrequest_body: reply 403 no");
    let outcome = host.exchange(&Message::post("/").body("abc"), &ok("never"));
    assert_eq!(outcome.upstream, Received::default());
    assert_eq!(outcome.client.status(), Some(403));
}

#[test]
fn a_reply_to_response_headers_takes_their_place() {
    let host = envoy("response_headers: reply 403 no\nresponse_body: trace");
    let outcome = host.exchange(&get(), &ok("never"));
    assert_eq!((outcome.client.status(), body_of(&outcome.client)), (Some(403), "no".to_owned()));
    assert_eq!(lines(&host), ["reply 403 no -> 0"]);
}

#[test]
fn a_reply_to_a_response_body_cuts_it_or_takes_its_place() {
    let outcome = envoy("response_body: reply 403 no").exchange(&get(), &ok("never"));
    assert!(outcome.client.cut && outcome.client.status() == Some(200));
    assert!(outcome.client.chunks.is_empty());
    let host = holding("response_headers: pause\nresponse_body: reply 403 no");
    let outcome = host.exchange(&get(), &ok("never"));
    assert!(outcome.client.complete && outcome.client.status() == Some(403));
}

#[test]
fn a_second_reply_is_a_fault() {
    let host = envoy("request_headers: reply 403 no\nresponse_headers: reply 500 again");
    let outcome = host.exchange(&get(), &ok("never"));
    assert_eq!(
        (outcome.client.status(), body_of(&outcome.client)),
        (Some(500), "again".to_owned())
    );
    assert_eq!(host.faults(), ["a second local reply on one stream"]);
    let host = envoy("request_headers: reply 403 one\nrequest_headers: reply 404 two");
    let outcome = host.exchange(&get(), &ok("never"));
    assert_eq!((outcome.client.status(), body_of(&outcome.client)), (Some(403), "one".to_owned()));
    assert_eq!(host.faults(), ["a second local reply on one stream"]);
}

#[test]
fn a_closed_stream_reaches_nobody() {
    let outcome = envoy("request_headers: close 0").exchange(&get(), &ok("never"));
    assert_eq!((outcome.upstream, outcome.client), (Received::default(), Received::default()));
}
