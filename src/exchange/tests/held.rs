//! Bodies that wait with their headers, so that a finding that blocks is answered for what it is.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{super::*, GET, OK, Rig, Sent, github};

const BLOCK: &str = r#"{"requests": "block", "responses": "block", "hold_headers": true,
    "block_held_bytes_max": 100}"#;
const POST: &[(&str, &str)] = &[(":method", "POST"), (":path", "/"), (":authority", "app.example")];
const GRPC: (&str, &str) = ("content-type", "application/grpc");

fn send(json: &str, direction: Direction, extra: &[(&str, &str)], chunks: &[&[u8]]) -> (Sent, Rig) {
    let mut rig = Rig::new(json, Role::Inbound);
    let start = match direction {
        Direction::Request => POST,
        Direction::Response => {
            rig.send(Direction::Request, GET, &[], &[]);
            OK.get(..1).unwrap()
        }
    };
    let sent = rig.send(direction, &[start, extra].concat(), chunks, &[]);
    (sent, rig)
}

/// A message of gRPC: a flag, its length, and the bytes.
fn message(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap().to_be_bytes();
    [&[0][..], &length, text.as_bytes()].concat()
}

/// Up to the limit nothing goes on; the chunk that goes over it goes on whole, and what is found behind it can only cut.
#[test]
fn nothing_goes_on_up_to_the_limit() {
    let secret = github();
    for direction in Direction::ALL {
        for (first, gone) in [(99, 0), (100, 0), (101, 101)] {
            for length in [None, Some((first + secret.len()).to_string())] {
                let extra = length.iter().map(|it| ("content-length", it.as_str()));
                let clean = vec![b' '; first];
                let chunks: [&[u8]; 2] = [&clean, secret.as_bytes()];
                let (sent, _) = send(BLOCK, direction, &extra.collect::<Vec<_>>(), &chunks);
                let blocked = Some(Refusal::Blocked(direction));
                assert_eq!((sent.refused, sent.body.len()), (blocked, gone), "{first}");
            }
        }
        // In the chunk that goes over it, too.
        let large = format!("{} {secret}", ".".repeat(5_000));
        let (sent, _) = send(BLOCK, direction, &[], &[b".", large.as_bytes()]);
        assert_eq!((sent.refused, sent.body.len()), (Some(Refusal::Blocked(direction)), 0));
    }
}

/// However it is cut, with trailers or without, a clean body goes on as it came, and once.
#[test]
fn what_is_clean_goes_on_as_it_came() {
    let body = b"a clean body that ends in what a secret begins with, ghp_";
    let whole = |length: bool| {
        let length = length.then(|| ("content-length", body.len().to_string()));
        for trailers in [&[][..], &[("x-a", "b")]] {
            for at in 0..=body.len() {
                let (first, second) = body.split_at(at);
                let chunks: Vec<&[u8]> =
                    [first, second].into_iter().filter(|it| !it.is_empty()).collect();
                let extra: Vec<_> = length.iter().map(|(name, it)| (*name, it.as_str())).collect();
                let mut rig = Rig::new(BLOCK, Role::Inbound);
                rig.send(Direction::Request, GET, &[], &[]);
                let headers = [OK, &extra].concat();
                let sent = rig.send(Direction::Response, &headers, &chunks, trailers);
                assert_eq!((sent.body.as_slice(), sent.refused), (&body[..], None), "{at}");
                assert!(sent.pauses > 0, "the headers waited");
            }
        }
    };
    whole(false);
    whole(true);
}

/// With every cut a secret refuses the message before a byte of it has gone.
#[test]
fn a_secret_within_the_limit_is_refused_whatever_the_cut() {
    let body = format!("before {} behind", github());
    for at in 0..=body.len() {
        let (first, second) = body.as_bytes().split_at(at);
        let chunks: Vec<&[u8]> =
            [first, second, b" end"].into_iter().filter(|it| !it.is_empty()).collect();
        let (sent, _) = send(BLOCK, Direction::Response, &[], &chunks);
        let blocked = Some(Refusal::Blocked(Direction::Response));
        assert_eq!((sent.refused, sent.body.len()), (blocked, 0), "{at}");
    }
}

/// What is never blocked, or lives by going on at once, does not wait.
#[test]
fn headers_wait_only_where_a_finding_may_block() {
    let (request, response) = (Direction::Request, Direction::Response);
    let with = |fields: &str| format!(r#"{{"hold_headers": true, {fields}}}"#);
    let block = with(r#""requests": "block", "responses": "block""#);
    let header = r#""actions": [{"rules": ["aws.*"], "places": ["header"], "action": "block"}]"#;
    let body = r#""actions": [{"rules": ["aws.*"], "places": ["body"], "action": "block"}]"#;
    let none: &[(&str, &str)] = &[];
    for (json, direction, extra, waits) in [
        (block.clone(), request, none, true),
        (block.clone(), response, none, true),
        (block.replace("true", "false"), response, none, false),
        (block.replace('{', r#"{"block_held_bytes_max": 0, "#), response, none, false),
        (block.replace('{', r#"{"dry_run": true, "#), response, none, false),
        (block.clone(), response, &[("content-type", "text/event-stream")], false),
        (block.clone(), response, &[("content-type", "video/mp4")], false),
        (block.clone(), request, &[GRPC], false),
        (block, response, &[GRPC], true),
        (with(r#""requests": "redact", "responses": "redact""#), response, none, false),
        (with(r#""requests": "redact""#), request, &[("content-md5", "x")], true),
        (with(header), response, none, false),
        (with(body), response, none, true),
    ] {
        let (sent, _) = send(&json, direction, extra, &[b"{ ", b"}"]);
        assert_eq!(sent.pauses > 0, waits, "{json} {extra:?}");
        assert_eq!(sent.text(), "{ }");
    }
    let (sent, _) = send(BLOCK, response, &[("content-length", "0")], &[b""]);
    assert_eq!(sent.pauses, 0, "they would wait in vain");
}

/// Of a call that answers with many messages the first alone waits.
#[test]
fn a_response_of_grpc_waits_for_its_first_message() {
    let first = message("a clean one\n");
    let (head, tail) = first.split_at(9);
    let secret = message(&github());
    let (sent, _) = send(BLOCK, Direction::Response, &[GRPC], &[head, tail, &secret]);
    let blocked = Some(Refusal::Blocked(Direction::Response));
    assert_eq!((sent.refused, sent.body == first, sent.pauses), (blocked, true, 2));
    let (head, tail) = secret.split_at(20);
    let (sent, _) = send(BLOCK, Direction::Response, &[GRPC], &[head, tail]);
    assert_eq!((sent.refused, sent.body.len()), (blocked, 0));
}

/// A policy has a limit of its own.
#[test]
fn a_policy_may_hold_more() {
    let json = r#"{"responses": "block", "hold_headers": true, "block_held_bytes_max": 0,
        "policies": [{"name": "a", "match": {"statuses": [200]}, "block_held_bytes_max": 50}]}"#;
    let secret = github();
    let (sent, _) = send(json, Direction::Response, &[], &[b"clean ", secret.as_bytes()]);
    assert_eq!(sent.body.len(), 0);
}

#[cfg(feature = "codings")]
mod in_codings {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::coding::{Coding, Codings, testing};

    /// Coded bytes count as they came, whether they would be packed anew or go on as they are.
    #[test]
    fn coded_bodies_wait_as_well() {
        let codings = Codings::from([Coding::Gzip]);
        let text = format!("{} {}", "clean text ".repeat(3), github());
        let coded = testing::packed(codings, text.as_bytes());
        let clean = testing::packed(codings, b"a clean text");
        let blocking = |limit: usize| format!(r#""block_held_bytes_max": {limit}"#);
        let both = r#""responses": {"certain": "block", "likely": "redact"}"#;
        for actions in [r#""responses": "block""#, both] {
            let json =
                |limit| format!(r#"{{"hold_headers": true, {actions}, {}}}"#, blocking(limit));
            let extra = [("content-encoding", "gzip")];
            for at in 1..coded.len() {
                let (first, second) = coded.split_at(at);
                let (sent, _) = send(&json(1_000), Direction::Response, &extra, &[first, second]);
                let blocked = Some(Refusal::Blocked(Direction::Response));
                assert_eq!((sent.refused, sent.body.len()), (blocked, 0), "{at}");
            }
            let (first, second) = clean.split_at(clean.len() / 2);
            let (sent, _) = send(&json(1_000), Direction::Response, &extra, &[first, second]);
            let out = testing::unpacked(codings, &[&sent.body], Default::default());
            assert_eq!(out.as_deref().ok(), Some(&b"a clean text"[..]));
            assert_eq!(sent.pauses, 2);
        }
    }
}
