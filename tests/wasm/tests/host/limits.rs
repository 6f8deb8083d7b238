//! The buffer limit, just below, at and above it.

use hushgate_test_wasm::{Direction, End, Message};

use crate::{body_of, envoy, get, holding, lines, ok};

#[test]
fn a_held_request_over_the_limit_is_refused() {
    for (limit, status) in [(5, 413), (6, 200), (7, 200)] {
        for cut in [vec![], vec![3], (1..6).collect()] {
            let host = envoy("request_body: pause_until_end");
            host.set_buffer_limit(limit);
            // The end comes apart: what is passed on at once does not count as held.
            let request = Message::post("/").body("abcdef").cut(cut).ending(End::EmptyPiece);
            let outcome = host.exchange(&request, &ok(""));
            assert_eq!(outcome.client.status(), Some(status));
            let over = (status == 413).then_some(Direction::Request);
            assert_eq!(outcome.overflow, over);
        }
    }
}

#[test]
fn a_request_over_the_limit_is_shown_once_more_and_a_response_is_not() {
    let host = envoy("request_body: trace\nrequest_body: pause\nresponse_headers: trace");
    host.set_buffer_limit(4);
    host.exchange(&Message::post("/").body("abcdef").cut([3]).ending(End::EmptyPiece), &ok(""));
    assert_eq!(
        lines(&host),
        ["request_body 3 false", "request_body 6 false", "response_headers 3 false"]
    );
    let host = envoy("response_body: trace\nresponse_body: pause");
    host.set_buffer_limit(4);
    host.exchange(&get(), &ok("abcdef").cut([3]));
    assert_eq!(lines(&host), ["response_body 3 false"]);
}

#[test]
fn frozen_bodies_have_no_limit() {
    let host = envoy("request_headers: pause");
    host.set_buffer_limit(4);
    let outcome = host.exchange(&Message::post("/").body("abcdef").cut([3]), &ok(""));
    assert_eq!((outcome.overflow, outcome.local_reply), (None, None));
}

#[test]
fn a_held_response_over_the_limit_is_cut_if_its_headers_have_gone() {
    let host = envoy("response_body: pause");
    host.set_buffer_limit(4);
    let outcome = host.exchange(&get(), &ok("abcdef").cut([3]).ending(End::EmptyPiece));
    assert_eq!(outcome.overflow, Some(Direction::Response));
    assert!(outcome.client.cut && outcome.client.status() == Some(200));
    assert!(outcome.client.chunks.is_empty());
}

#[test]
fn a_held_response_over_the_limit_is_a_500_if_its_headers_are_held() {
    let host = holding("response_headers: pause\nresponse_body: pause");
    host.set_buffer_limit(4);
    let outcome = host.exchange(&get(), &ok("abcdef").cut([3]).ending(End::EmptyPiece));
    assert_eq!(outcome.overflow, Some(Direction::Response));
    assert_eq!(outcome.client.status(), Some(500));
    assert!(outcome.client.complete && !outcome.client.cut);
}

#[test]
fn what_goes_on_at_once_has_no_limit() {
    let host = envoy("");
    host.set_buffer_limit(4);
    let outcome = host.exchange(&get(), &ok("abcdef").cut([3]));
    assert_eq!(body_of(&outcome.client), "abcdef");
    assert_eq!(outcome.overflow, None);
}
