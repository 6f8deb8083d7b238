//! What passes untouched, what comes in which order, and what does not start at all.

use hushgate_test_wasm::{End, Error, Host, Message, Profile, built};

use crate::{TRAILERS, body_of, envoy, get, lines, ok};

#[test]
fn a_reader_changes_nothing_however_the_bodies_are_cut() {
    let host = envoy("");
    for end in [End::LastPiece, End::EmptyPiece, End::Trailers(TRAILERS.into())] {
        for cut in 0..=6 {
            let request = Message::post("/").body("abcdef").cut([cut]).ending(end.clone());
            let response = ok("uvwxyz").cut([cut]).ending(end.clone());
            let outcome = host.exchange(&request, &response);
            assert!(outcome.upstream.complete && outcome.client.complete);
            assert_eq!(body_of(&outcome.upstream), "abcdef");
            assert_eq!(body_of(&outcome.client), "uvwxyz");
            assert_eq!(outcome.client.status(), Some(200));
            let trailed = matches!(end, End::Trailers(_));
            assert_eq!(outcome.client.trailers.is_some(), trailed);
            assert_eq!(outcome.upstream.trailers.is_some(), trailed);
        }
    }
    assert_eq!((host.faults(), host.logs(), host.crashes()), (vec![], vec![], 0));
}

#[test]
fn values_that_are_no_utf8_pass() {
    let host = envoy("request_headers: value 0 x-bin");
    let request = get().header("x-bin", b"\xff\xfe");
    let outcome = host.exchange(&request, &ok(""));
    assert_eq!(outcome.upstream.header("x-bin"), Some(&b"\xff\xfe"[..]));
    assert_eq!(lines(&host), ["value 0 x-bin -> 0 \u{fffd}\u{fffd}"]);
}

#[test]
fn callbacks_come_in_the_order_of_the_events() {
    let host = envoy(
        "request_headers: trace\nrequest_body: trace\nrequest_trailers: trace\n\
         response_headers: trace\nresponse_body: trace\nresponse_trailers: trace\n\
         log: trace\ndone: trace",
    );
    let request = Message::post("/").body("abc").cut([1]);
    host.exchange(&request, &ok("xy").ending(End::Trailers(TRAILERS.into())));
    let expected = [
        "request_headers 4 false",
        "request_body 1 false",
        "request_body 2 true",
        "response_headers 2 false",
        // The end is never announced in a body callback when trailers follow.
        "response_body 2 false",
        "response_trailers 1 true",
        "log 0 true",
        "done 0 true",
    ];
    assert_eq!(lines(&host), expected);
}
#[test]
fn a_refused_configuration_is_an_error_with_the_log() {
    let host = Host::load(built("hushgate_test_read"), Profile::envoy()).unwrap();
    let Err(Error::Refused(logs)) = host.configure("configure: trace\nconfigure: refuse") else {
        panic!("the configuration was accepted");
    };
    assert_eq!(logs[0].text, "configure 34 true");
}

#[test]
fn a_missing_module_names_the_command_that_builds_it() {
    let error = Host::load(built("hushgate_no_such"), Profile::envoy()).err().unwrap();
    assert!(error.to_string().ends_with("hushgate_no_such.wasm is missing: run `make wasm`"));
}
