//! Bodies and trailers: what is shown, held, edited and flushed.

use hushgate_test_wasm::{End, Headers, Message, Received};

use crate::{TRAILERS, asked, body_of, envoy, get, lines, ok};

#[test]
fn continue_flushes_and_offsets_start_again() {
    let host = envoy("response_body: read 1 0 99");
    let stream = asked(&host);
    stream.response_headers([(":status", "200")], false);
    stream.response_body("ab", false);
    assert_eq!(stream.client_received().chunks, [b"ab"]);
    stream.response_body("cd", true);
    assert_eq!(stream.client_received().chunks, [b"ab", b"cd"]);
    assert_eq!(lines(&host), ["read 1 0 99 -> 0 ab", "read 1 0 99 -> 0 cd"]);
}

#[test]
fn pause_accumulates_and_keeps_edits() {
    let host = envoy(
        "response_body: write 1 0 1 X\nresponse_body: read 1 0 99\nresponse_body: pause_until_end",
    );
    let stream = asked(&host);
    stream.response_headers([(":status", "200")], false);
    stream.response_body("ab", false);
    assert!(stream.client_received().chunks.is_empty());
    stream.response_body("cd", false);
    stream.response_body("", true);
    assert_eq!(stream.client_received().chunks, [b"Xbcd"]);
    let reads: Vec<_> = lines(&host).into_iter().filter(|line| line.starts_with("read")).collect();
    let expected = ["read 1 0 99 -> 0 Xb", "read 1 0 99 -> 0 Xbcd", "read 1 0 99 -> 0 Xbcd"];
    assert_eq!(reads, expected);
}

#[test]
fn a_whole_body_can_be_replaced_and_another_range_cannot() {
    let host = envoy("request_body: write 0 1 1 no\nrequest_body: write 0 0 2147483647 other");
    let upstream = host.exchange(&Message::post("/").body("abcdef"), &ok("")).upstream;
    assert_eq!(body_of(&upstream), "other");
    assert_eq!(lines(&host)[0], "write 0 1 1 no -> 2");
}

#[test]
fn a_range_behind_the_body_is_empty() {
    let host = envoy("request_body: read 0 3 1\nrequest_body: read 0 4 1");
    host.exchange(&Message::post("/").body("abc"), &ok(""));
    assert_eq!(lines(&host), ["read 0 3 1 -> 0", "read 0 4 1 -> 0"]);
}

#[test]
fn the_trailers_callback_reaches_a_held_body() {
    let host = envoy("response_body: pause\nresponse_trailers: write 1 0 99 new");
    let response = ok("abc").cut([1, 2]).ending(End::Trailers(TRAILERS.into()));
    let client = host.exchange(&get(), &response).client;
    assert_eq!(client.chunks, [b"new"]);
    assert_eq!(client.trailers, Some(TRAILERS.into()));
    assert!(client.complete);
}

#[test]
fn the_trailers_callback_does_not_reach_a_body_that_has_gone() {
    let host = envoy("response_trailers: read 1 0 99\nresponse_trailers: write 1 0 99 new");
    let response = ok("abc").ending(End::Trailers(TRAILERS.into()));
    assert_eq!(body_of(&host.exchange(&get(), &response).client), "abc");
    assert_eq!(lines(&host), ["read 1 0 99 -> 0", "write 1 0 99 new -> 2"]);
}

#[test]
fn trailers_can_be_changed() {
    let host =
        envoy("request_trailers: replace 1 x-trailer u\nresponse_trailers: remove 3 x-trailer");
    let end = End::Trailers(TRAILERS.into());
    let request = Message::post("/").body("a").ending(end.clone());
    let outcome = host.exchange(&request, &ok("b").ending(end));
    assert_eq!(outcome.upstream.trailers, Some([("x-trailer", "u")].into()));
    assert_eq!(outcome.client.trailers, Some(Headers::new()));
}

#[test]
fn trailers_can_be_added_in_the_body_callback_that_ends_the_message() {
    let host = envoy("request_body: add 1 x-new t");
    let request = Message::post("/").body("ab").ending(End::EmptyPiece);
    assert_eq!(host.exchange(&request, &ok("")).upstream.trailers, Some([("x-new", "t")].into()));
    assert_eq!(lines(&host), ["add 1 x-new t -> 2", "add 1 x-new t -> 0"]);
}

#[test]
fn resuming_and_pausing_in_one_callback_flushes_what_was_held_before_it() {
    let host = envoy("response_body: resume 1\nresponse_body: pause\nresponse_body: trace");
    let client = host.exchange(&get(), &ok("abcd").cut([2]).ending(End::EmptyPiece)).client;
    assert_eq!((client.chunks, client.complete), (vec![b"abcd".to_vec()], true));
    let sizes: Vec<_> = lines(&host).into_iter().filter(|line| !line.contains("->")).collect();
    assert_eq!(sizes, ["response_body 2 false", "response_body 4 false", "response_body 0 true"]);
}

#[test]
fn a_message_that_is_held_for_good_is_never_received() {
    let host = envoy("request_body: pause");
    let outcome = host.exchange(&Message::post("/").body("abc"), &ok("never"));
    assert_eq!(body_of(&outcome.upstream), "");
    assert!(outcome.upstream.cut && !outcome.upstream.complete);
    assert_eq!(outcome.client, Received::default());
}
