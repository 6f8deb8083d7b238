//! Bodies of messages, as gRPC has them.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{super::*, GET, REDACT, Rig, Sent, github};
use crate::{
    rule::{self, example},
    view::{Kind, testing},
};

const REPLY: &[(&str, &str)] = &[(":status", "200"), ("content-type", "application/grpc")];
const OK: &[(&str, &str)] = &[("grpc-status", "0")];

fn message(flag: u8, text: &[u8]) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap().to_be_bytes();
    [&[flag][..], &length, text].concat()
}

fn respond(json: &str, headers: &[(&str, &str)], chunks: &[&[u8]]) -> (Sent, Rig) {
    let mut rig = Rig::new(json, Role::Inbound);
    rig.send(Direction::Request, GET, &[], &[]);
    let chunks: Vec<&[u8]> = chunks.iter().copied().filter(|it| !it.is_empty()).collect();
    let sent = rig.send(Direction::Response, headers, &chunks, OK);
    (sent, rig)
}

/// A key that its message breaks off in is masked to the message's end, and not over what stands between two messages.
#[test]
fn a_finding_ends_with_its_message() {
    let key = example::expand(
        "-----BEGIN PRIVATE KEY-----\n{pem:8}",
        rule::find("github.pat").unwrap(),
        3,
    );
    let key = key.unwrap().text;
    let (first, second) = (message(0, &key), message(0, b"clean text"));
    let body = [first.clone(), second.clone()].concat();
    for at in 0..=body.len() {
        let (one, two) = body.split_at(at);
        let (sent, _) = respond(REDACT, REPLY, &[one, two]);
        assert_eq!(sent.body.len(), body.len());
        assert!(sent.body.starts_with(&first[..5]) && sent.body.ends_with(&second), "cut at {at}");
        assert!(
            !sent.body.windows(16).any(|window| window == &key[key.len() - 16..]),
            "cut at {at}"
        );
    }
}

/// Half a secret at a message's end is none: nothing of it waits for the next one.
#[test]
fn a_whole_message_does_not_wait() {
    let half = message(0, &github().as_bytes()[..20]);
    let (sent, _) = respond(REDACT, REPLY, &[&half, &half]);
    assert_eq!((sent.body, sent.pauses), ([half.clone(), half].concat(), 0));
}

/// The flag of a message decides, whatever the headers offer.
#[test]
fn compressed_messages_cannot_be_scanned() {
    let coded = [REPLY, &[("grpc-encoding", "gzip")]].concat();
    let secret = github();
    let (plain, packed) = (message(0, secret.as_bytes()), message(1, b"\x1f\x8b\x08 ghp_"));
    let redacted = message(0, b"[REDACTED:github.pat]*******************");
    let body = [plain.clone(), packed.clone(), plain.clone()].concat();
    let holding = r#"{"responses": "redact", "hold_headers": true}"#;
    let passing = r#"{"responses": "redact", "coded_bodies": "pass"}"#;
    let refusal = Refusal::Unscannable(Direction::Response, Unscanned::Coded);
    for at in 0..=body.len() {
        let (one, two) = body.split_at(at);
        // What comes first has been decided; from the compressed one on all passes as it came.
        let (sent, rig) = respond(passing, &coded, &[one, two]);
        let expected = [&redacted[..], &packed, &plain].concat();
        assert!(sent.body == expected && sent.refused.is_none(), "cut at {at}");
        assert!(rig.records.iter().any(|it| it.counter() == "unscanned.response.coded"));
        for headers in [&coded, REPLY] {
            let (sent, _) = respond(holding, headers, &[one, two]);
            assert_eq!(sent.refused, Some(refusal), "cut at {at}");
            assert!(sent.body.len() <= plain.len(), "cut at {at}");
        }
        let (sent, _) = respond(r#"{"responses": "report"}"#, &coded, &[one, two]);
        assert!(sent.body == body && sent.refused.is_none(), "cut at {at}");
    }
    // Without a compressed message nothing is refused, if that can be waited for.
    let (sent, _) = respond(holding, &coded, &[&plain]);
    assert_eq!((sent.body, sent.refused), (redacted, None));
    // The first one compressed: nothing has gone.
    let (sent, _) = respond(holding, &coded, &[&packed[..3], &packed[3..]]);
    assert_eq!((sent.body.len(), sent.refused), (0, Some(refusal)));
    let (sent, _) = respond(REDACT, &coded, &[&plain]);
    assert_eq!((sent.body.len(), sent.refused), (0, Some(refusal)));
}

/// Under the type of gRPC anything may come: it is text then.
#[test]
fn what_has_no_messages_is_scanned_as_a_text() {
    let body = format!("{} and more", github());
    for at in 0..=body.len() {
        let (one, two) = body.as_bytes().split_at(at);
        let (sent, _) = respond(REDACT, REPLY, &[one, two]);
        assert_eq!(sent.text(), "[REDACTED:github.pat]******************* and more", "cut at {at}");
    }
}

/// What a status says is looked through: its message as it is escaped, its details, which are binary, in base64.
#[test]
fn the_trailers_of_a_status_are_looked_through() {
    let (secret, mut details) = (github(), b"\x08\x03\x12\x28".to_vec());
    details.extend_from_slice(secret.as_bytes());
    let message = format!("no%20such%20key%3A%20{secret}");
    let encode = |bytes: &[u8]| {
        String::from_utf8(testing::encode(Kind::Base64 { phase: 0 }, bytes)).unwrap()
    };
    let packed = encode(&details);
    let packed = packed.trim_end_matches('=');
    let clean = encode(b"\x08\x03\xff\x00 clean");
    let trailers = [
        ("grpc-status", "5"),
        ("grpc-message", message.as_str()),
        ("grpc-status-details-bin", packed),
        ("x-other-bin", clean.as_str()),
    ];
    let mut rig = Rig::new(REDACT, Role::Inbound);
    rig.send(Direction::Request, GET, &[], &[]);
    let sent = rig.send(Direction::Response, REPLY, &[], &trailers);
    assert_eq!(
        sent.header("grpc-message"),
        message.replace(&secret, "[REDACTED:github.pat]*******************")
    );
    details.truncate(4);
    details.extend_from_slice(b"[REDACTED:github.pat]*******************");
    assert_eq!(sent.header("grpc-status-details-bin"), encode(&details).trim_end_matches('='));
    assert_eq!(sent.header("x-other-bin"), clean);
    assert_eq!(rig.actions().len(), 2);
}
