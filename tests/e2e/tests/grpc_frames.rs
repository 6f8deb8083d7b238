//! Calls of gRPC through a real Envoy: messages that are compressed by themselves, and what a status says.

use hushgate_test_e2e::{
    Config, Envoy, h2,
    secrets::{self, Planted},
    sweep,
};

const GRPC: (&str, &str) = ("content-type", "application/grpc");

fn message(flag: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a short text").to_be_bytes();
    [&[flag][..], &length, bytes].concat()
}

fn start(json: &str) -> (h2::Upstream, Envoy) {
    let upstream = h2::Upstream::start();
    let envoy = Envoy::start(Config::plugin(json).http2_upstream(), upstream.port());
    (upstream, envoy)
}

fn reply(coding: &str) -> h2::Message {
    h2::Message::response(200).header(GRPC.0, GRPC.1).header("grpc-encoding", coding)
}

fn call(envoy: &Envoy, case: &str, body: &[u8]) -> h2::Message {
    let request = h2::Message::request("POST", "/service/Method", case);
    let request = request.header(GRPC.0, GRPC.1).header("te", "trailers");
    let request = request.header("grpc-encoding", "gzip").piece(body);
    h2::Client::send(envoy.port(), &request).expect("an answer")
}

/// Refused with a status of gRPC before the other side sees it, unless a word lets it pass; what is not compressed is scanned.
#[test]
fn compressed_messages_are_refused_or_pass() {
    let secret = secrets::github_pat(920);
    let plain = message(0, format!("the key is {} and more", secret.text).as_bytes());
    let packed = message(1, b"\x1f\x8b\x08\x00 not text");
    let hold = r#""requests":"redact","responses":"redact","hold_headers":true"#;
    for passes in [false, true] {
        let word = if passes { "pass" } else { "refuse" };
        let (upstream, envoy) = start(&format!(r#"{{{hold},"coded_bodies":"{word}"}}"#));
        upstream.reply("packed", reply("gzip").piece(&packed).trailer("grpc-status", "0"));
        upstream.reply("plain", reply("gzip").piece(&plain).trailer("grpc-status", "0"));
        upstream.reply("upload", reply("identity").piece(message(0, b"ok")));
        let answer = call(&envoy, "plain", &plain);
        assert_eq!(answer.body().len(), plain.len());
        assert!(!secret.leaks_in(&answer.body()) && answer.body().starts_with(&plain[..15]));
        for case in ["packed", "upload"] {
            let body = if case == "upload" { &packed } else { &plain };
            let answer = call(&envoy, case, body);
            let refused = answer.values("grpc-status").concat();
            assert_eq!(refused.is_empty(), passes, "{case} {word}: {answer:?}");
            assert_eq!(answer.body().is_empty(), !passes, "{case} {word}");
        }
        let seen = upstream.requests("upload");
        assert_eq!(seen.iter().any(|it| it.body() == packed), passes, "{word}");
        let counter = if passes { "unscanned" } else { "refused" };
        envoy.wait_for_count(&format!("hushgate.{counter}.response.coded"), 1);
        envoy.wait_for_count(&format!("hushgate.{counter}.request.coded"), 1);
        sweep::sweep(&envoy, std::slice::from_ref(&secret), &[]);
    }
}

/// The message of a status is a text, its details are binary, in base64.
#[test]
fn a_status_is_looked_through() {
    let (first, second) = (secrets::github_pat(921), secrets::stripe_live(921));
    let (upstream, envoy) = start(r#"{"responses":"redact"}"#);
    let details = |secret: &Planted| {
        // A `google.rpc.Status`: a code, and a message behind its length.
        let length = u8::try_from(secret.text.len()).expect("a short secret");
        let status = [&[8, 5, 0x12, length][..], secret.text.as_bytes()].concat();
        secrets::base64url(&status).replace('-', "+").replace('_', "/")
    };
    let status = reply("identity").piece(message(0, b"ok")).trailer("grpc-status", "5");
    let status = status.trailer("grpc-message", format!("no%20key%20{}", first.text));
    upstream.reply("status", status.trailer("grpc-status-details-bin", details(&second)));
    let answer = call(&envoy, "status", &message(0, b"clean"));
    let value = |name: &str| {
        let found = answer.trailers.iter().find(|(other, _)| other == name);
        String::from_utf8(found.expect("the trailer").1.clone()).expect("a text")
    };
    let shown = value("grpc-message");
    assert!(shown.starts_with("no%20key%20[REDACTED:github.pat]"), "{shown}");
    let shown = value("grpc-status-details-bin");
    assert_eq!(shown.len(), details(&second).len());
    assert_ne!(shown, details(&second));
    envoy.wait_for_count("hushgate.findings.response.redact.github.pat", 1);
    envoy.wait_for_count("hushgate.findings.response.redact.stripe.secret_key", 1);
    sweep::sweep(&envoy, &[first, second], &[]);
}
