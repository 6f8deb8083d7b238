//! Clean traffic is untouched, and header values are bytes.

use hushgate::rule::{self, example};
use hushgate_test_wasm::{Headers, Message};

use super::{REDACT, assert_well, host, native, text};

/// What looks like a credential in part, or is as random, and is none.
const CLEAN: &[&str] = &[
    "",
    "{uuid}",
    "etag: W/\"{hex:40}\"; {hex:64}; {hexupper:32}",
    "\"integrity\": \"sha512-{b64:86}==\", \"resolved\": \"https://registry.example/a-1.0.0.tgz\"",
    "checksum = \"{hex:64}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"",
    "{{\"next\":\"{b64:120}==\",\"cursor\":\"{b64url:60}\",\"id\":{digit:18}}}",
    "data:font/woff2;base64,{b64:400}",
    "function {lower:1}({lower:1}){{return {lower:1}.{lower:2}?{lower:1}:0x{hex:8}}}{alnum:200}",
    "2026-01-01T00:00:00Z INFO {lower:8}.{lower:9} [trace={hex:32} span={hex:16}] GET /a/{digit:9}",
    "-----BEGIN CERTIFICATE-----\n{pem:12}-----END CERTIFICATE-----\n",
    "ghp_ glpat- sk_live_ AKIA xoxb- npm_ SG. eyJ ya29. -----BEGIN :// Authorization: Bearer",
    "https://user@host.example/a?b=c#d mailto:a@b.example ssh://git@h/x https://h:8443/@x",
];

/// Law 3, with every cut of two pieces: the same bytes and headers, and nothing is written.
#[test]
fn clean_texts_are_untouched() {
    let host = host(REDACT);
    let headers = [(":status", "200"), ("content-type", "text/plain"), ("etag", "\"x\"")];
    for (template, seed) in CLEAN.iter().flat_map(|t| (0..5).map(move |s| (t, s))) {
        let body = text(template, seed);
        for at in 0..=body.len() {
            let cuts: &[usize] = if at < body.len() { &[at] } else { &[] };
            let said = native::respond(REDACT, &body, cuts);
            assert!(said.body == body, "{template:?}, seed {seed}");
            assert!(said.lines.is_empty() && !said.has_written, "{template:?}: {:?}", said.lines);
            let length = body.len().to_string();
            let response = Message::new(headers).header("content-length", &length).body(&body);
            let outcome = host.exchange(&Message::get("/"), &response.clone().cut([at]));
            assert!(outcome.client.body() == body, "{template:?}, seed {seed}, cut at {at}");
            let sent = Headers::from(headers).with("content-length", &length);
            assert_eq!(outcome.client.headers, Some(sent));
        }
    }
    assert!(host.deeds().is_empty(), "{:?}", host.deeds());
    assert!(host.logs().is_empty());
    assert_well(&host);
}

/// Values of any bytes, several of a name: the one with a secret changes, all others stay.
#[test]
fn header_values_are_bytes() {
    let host = host(REDACT);
    let (rule, template) = (rule::find("gitlab.pat").unwrap(), "glpat-{b64url:20}");
    for seed in 0..300_u64 {
        let secret = example::expand(template, rule, seed).unwrap().text;
        let place = (seed % 7) as usize;
        let message = |secret: &[u8], start: Message| {
            (0..7).fold(start, |message, number| {
                let mut value = noise(seed * 7 + number as u64);
                if number == place {
                    value = [&value, &b" "[..], secret, b" ", &value].concat();
                }
                message.header(["x-a", "x-b", "x-c"][number % 3], value)
            })
        };
        let label = [&b"[REDACTED:gitlab.pat]"[..], &vec![b'*'; secret.len() - 21]].concat();
        let sent = host.exchange(
            &message(&secret, Message::get("/")),
            &message(&secret, Message::status(200)),
        );
        let clean = host
            .exchange(&message(&label, Message::get("/")), &message(&label, Message::status(200)));
        for name in ["x-a", "x-b", "x-c", ":path", ":status"] {
            let values = |received: &hushgate_test_wasm::Received| {
                let headers = received.headers.clone().unwrap();
                headers.values(name).map(<[u8]>::to_vec).collect::<Vec<_>>()
            };
            assert_eq!(values(&sent.upstream), values(&clean.upstream), "{name}, seed {seed}");
            assert_eq!(values(&sent.client), values(&clean.client), "{name}, seed {seed}");
        }
    }
    assert_eq!(host.metric("hushgate.findings.request.redact.gitlab.pat"), 300);
    assert_eq!(host.metric("hushgate.findings.response.redact.gitlab.pat"), 300);
    assert_well(&host);
}

/// Up to 40 bytes of those that a header value may hold, most of them no UTF-8.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let len = (seed % 41) as usize;
    let bytes = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    });
    bytes.filter(|byte| *byte >= 0x80 || *byte == b'\t').take(len).collect()
}
