//! Header maps: when they can be reached, changed, held and frozen.

use hushgate_test_wasm::Headers;

use crate::{TRAILERS, asked, body_of, envoy, get, holding, lines, ok};

#[test]
fn headers_can_be_changed_in_their_callback() {
    let host = envoy(
        "response_headers: replace 2 x-a 9\nresponse_headers: add 2 X-B 2\n\
         response_headers: remove 2 x-c",
    );
    let response = ok("").header("x-a", "2").header("x-c", "3");
    let client = host.exchange(&get(), &response).client.headers.unwrap();
    assert_eq!(client, Headers::from([(":status", "200"), ("x-a", "9"), ("x-b", "2")]));
}

#[test]
fn headers_are_out_of_reach_once_they_have_gone() {
    let host = envoy(
        "response_body: value 2 x-a\nresponse_body: replace 2 x-a 9\nresponse_body: pairs 2\n\
         response_headers: value 0 :path",
    );
    let outcome = host.exchange(&get(), &ok("body"));
    assert_eq!(outcome.client.header("x-a"), Some(&b"1"[..]));
    // All pairs of a map out of reach are none, with a good status: the trap in Envoy's answer.
    let expected =
        ["value 0 :path -> 2", "value 2 x-a -> 2", "replace 2 x-a 9 -> 2", "pairs 2 -> 0 0"];
    assert_eq!(lines(&host), expected);
    assert_eq!(host.faults().len(), 4);
}

#[test]
fn held_headers_can_still_be_changed_in_the_body_callback() {
    let script =
        "response_headers: pause\nresponse_body: replace 2 x-a 9\nresponse_body: pause_until_end";
    let host = holding(script);
    let stream = asked(&host);
    stream.response_headers([(":status", "200"), ("x-a", "1")], false);
    stream.response_body("ab", false);
    assert_eq!(stream.client_received().headers, None);
    stream.response_body("cd", true);
    assert_eq!(stream.client_received().header("x-a"), Some(&b"9"[..]));
    assert_eq!(stream.client_received().chunks, [b"abcd"]);
    assert_eq!(host.faults(), [""; 0]);
}

#[test]
fn held_headers_go_with_the_first_body_callback_that_continues() {
    let host = holding("response_headers: pause");
    let stream = asked(&host);
    stream.response_headers([(":status", "200")], false);
    assert_eq!(stream.client_received().headers, None);
    stream.response_body("ab", false);
    assert_eq!(stream.client_received().status(), Some(200));
}

#[test]
fn both_header_maps_can_be_read_while_logging() {
    let host = envoy("log: value 0 :path\nlog: value 2 x-a\nlog: value 1 x-trailer\nlog: pairs 2");
    host.exchange(&get(), &ok("body"));
    let expected = [
        "value 0 :path -> 0 /a?b=c",
        "value 2 x-a -> 0 1",
        "value 1 x-trailer -> 1",
        "pairs 2 -> 0 2",
    ];
    assert_eq!(lines(&host), expected);
    assert_eq!(host.faults(), [""; 0]);
}

#[test]
fn too_many_pairs_from_the_module_are_none() {
    for (count, left) in [(1023, 1023), (1024, 1024), (1025, 0)] {
        let host = envoy(&format!("response_headers: flood 2 {count}"));
        let client = host.exchange(&get(), &ok("")).client;
        assert_eq!(client.headers.unwrap().len(), left);
    }
}
#[test]
fn a_pause_on_headers_holds_the_body_callbacks_back_until_it_is_resumed() {
    let host = envoy(
        "request_headers: call vault\nrequest_headers: pause\nrequest_body: trace\n\
         request_trailers: trace\ncall: replace 0 x-key k\ncall: resume 0\ncall: value 0 x-key",
    );
    host.add_cluster("vault");
    let stream = host.stream();
    stream.request_headers([(":method", "POST")], false);
    stream.request_body("ab", false);
    stream.request_body("cd", false);
    stream.request_trailers(TRAILERS);
    assert_eq!(stream.upstream_received().headers, None);
    assert_eq!(lines(&host), ["call vault -> 0"]);
    host.answer(host.calls()[0].token, [(":status", "200")], "secret");
    let upstream = stream.upstream_received();
    assert_eq!(upstream.header("x-key"), Some(&b"k"[..]));
    assert_eq!(upstream.chunks, [b"abcd"]);
    assert_eq!(upstream.trailers, Some(TRAILERS.into()));
    assert!(upstream.complete);
    // Once resumed, the map is out of reach at once.
    let expected = [
        "call vault -> 0",
        "replace 0 x-key k -> 0",
        "resume 0 -> 0",
        "value 0 x-key -> 2",
        "request_body 4 false",
        "request_trailers 1 true",
    ];
    assert_eq!(lines(&host), expected);
}

#[test]
fn a_frozen_body_has_its_end_with_its_one_piece() {
    let script =
        "request_headers: pause\nrequest_headers: call c\nrequest_body: trace\ncall: resume 0";
    let host = envoy(script);
    host.add_cluster("c");
    let stream = host.stream();
    stream.request_headers([(":method", "POST")], false);
    stream.request_body("ab", false);
    stream.request_body("", true);
    host.answer(host.calls()[0].token, Headers::new(), "");
    assert_eq!(lines(&host).last().unwrap(), "request_body 2 true");
    assert!(stream.upstream_received().complete);
}

#[test]
fn calls_need_a_known_cluster() {
    let host = envoy("request_headers: call nowhere");
    host.exchange(&get(), &ok(""));
    assert_eq!(lines(&host), ["call nowhere -> 2"]);
    assert!(host.calls().is_empty());
}

#[test]
fn going_on_without_a_pause_is_a_fault() {
    let host = envoy("response_body: resume 1");
    assert_eq!(body_of(&host.exchange(&get(), &ok("body")).client), "body");
    assert_eq!(host.faults(), ["proxy_continue_stream without a pause"]);
}
