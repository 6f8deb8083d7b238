//! The echo guard where answers are in a content coding: the modules that inject, as shipped, before a real Envoy and OpenBao.

use std::slice;

use hushgate_test_e2e::{
    Config, Envoy, Response, Upstream, chunk,
    coding::{CODINGS, packed, packed_in, unpacked},
    request_head,
    secrets::{self, Planted},
    sweep::sweep,
    upstream::{chunked_head, last_chunk, with_length},
    vault::Vault,
    vaulted::AUTHORITY,
};

/// What stands before the key in every answer.
const BEFORE: &str = "sent ";
const JSON: (&str, &str) = ("content-type", "application/json");

/// A shipped configuration at work.
struct Shipped {
    name: &'static str,
    upstream: Upstream,
    envoy: Envoy,
    vault: Vault,
}

/// The module that only injects, and the one that redacts as well.
fn modules(secret: &Planted) -> [Shipped; 2] {
    let start = |name, config: fn(&Vault) -> Config| {
        let (vault, upstream) = (Vault::start(), Upstream::start());
        vault.put("example", &secret.secret);
        let envoy = Envoy::start(config(&vault), upstream.port());
        Shipped { name, upstream, envoy, vault }
    };
    [
        start("inject", |vault| Config::inject(None, vault)),
        start("edge", |vault| Config::edge(None, vault)),
    ]
}

impl Shipped {
    fn get(&self, case: &str) -> Response {
        self.envoy.client().get(case, "/v1/x", &[("host", AUTHORITY)])
    }

    /// That the answer has the text's length, its beginning and its end, and nothing of the key between them.
    fn assert_guarded(&self, what: &str, text: &str, secret: &Planted, response: &Response) {
        let coding = response.head.value("content-encoding");
        let mut got = response.body.clone();
        for coding in coding.split(", ").collect::<Vec<_>>().into_iter().rev() {
            got = unpacked(coding, &got);
        }
        let place = text.find(BEFORE).expect("an echo") + BEFORE.len();
        let what = format!("{}: {what} in {coding}", self.name);
        assert_eq!(response.status(), 200, "{what}");
        assert_eq!(got.len(), text.len(), "{what}");
        assert!(got.starts_with(&text.as_bytes()[..place]), "{what}");
        let middle = &text[place + 8..place + 24];
        assert!(!String::from_utf8_lossy(&got).contains(middle), "{what}: it comes back");
        if response.head.has("content-length") {
            assert_eq!(response.head.value("content-length"), response.body.len().to_string());
        }
        sweep(&self.envoy, slice::from_ref(secret), &[&response.everything(), &got]);
    }
}

/// What an upstream may make of a key that it shows.
fn echoes(secret: &Planted) -> [String; 4] {
    let key = &secret.secret;
    let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    let basic = secrets::base64url(format!("me:{key}").as_bytes());
    let escaped: String = key.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    [key.clone(), basic, hex, escaped]
        .map(|form| format!("{{\"n\": 1, \"you\": \"{BEFORE}{form}\"}}"))
}

#[test]
fn a_coded_echo_does_not_come_back() {
    let secret = secrets::vault_value(780);
    for module in modules(&secret) {
        for (number, text) in echoes(&secret).iter().enumerate() {
            for coding in CODINGS {
                let case = format!("coded-{number}");
                let coded = packed(coding, text.as_bytes());
                let headers = [JSON, ("content-encoding", coding)];
                module.upstream.reply(&case, with_length("200 OK", &headers, &coded));
                let response = module.get(&case);
                module.assert_guarded(&format!("echo {number}, held"), text, &secret, &response);
                assert!(response.head.has("content-length"), "it was held with its headers");
                assert_eq!(response.head.value("cache-control"), "private");
            }
        }
        // One coding over the other.
        let text = &echoes(&secret)[0];
        let coded = packed("br", &packed("gzip", text.as_bytes()));
        let headers = [JSON, ("content-encoding", "gzip, br")];
        module.upstream.reply("stacked", with_length("200 OK", &headers, &coded));
        module.assert_guarded("stacked", text, &secret, &module.get("stacked"));
        module.envoy.wait_for_at_least("hushgate.inject.echo.example", 13);
    }
}

/// Events that are flushed in the middle of the key, with and without trailers, byte by byte too.
#[test]
fn a_streamed_coded_echo_does_not_come_back() {
    let secret = secrets::vault_value(781);
    let text = format!("data: one\n\ndata: sent {}\n\ndata: two\n\n", secret.secret);
    let (first, second) = text.split_at(text.len() / 2);
    for module in modules(&secret) {
        for coding in CODINGS {
            let parts = packed_in(coding, &[first.as_bytes(), second.as_bytes()]);
            let single: Vec<Vec<u8>> =
                packed(coding, text.as_bytes()).iter().map(|byte| vec![*byte]).collect();
            let trailer = [("x-trace", secret.secret.clone())];
            for (what, pieces, trailers) in [
                ("flushed", &parts, &[][..]),
                ("before trailers", &parts, &trailer[..]),
                ("byte by byte", &single, &[][..]),
            ] {
                let headers = [("content-type", "text/event-stream"), ("content-encoding", coding)];
                let (head, pieces) = (chunked_head("200 OK", &headers), pieces.clone());
                let trailers: Vec<(&str, String)> = trailers.to_vec();
                module.upstream.on("stream", move |_, wire| {
                    wire.send(&head)?;
                    for piece in &pieces {
                        wire.send_apart(&chunk(piece))?;
                    }
                    let trailers: Vec<(&str, &str)> =
                        trailers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                    wire.send(&last_chunk(&trailers))
                });
                let mut client = module.envoy.client();
                let headers = [("host", AUTHORITY), ("te", "trailers")];
                client.send(&request_head("GET", "/v1/x", "stream", &headers));
                module.assert_guarded(what, &text, &secret, &client.response());
            }
        }
    }
}

/// What cannot be unpacked, or not to its end, does not go on.
#[test]
fn what_cannot_be_looked_through_is_refused() {
    let secret = secrets::vault_value(782);
    let text = &echoes(&secret)[0];
    for module in modules(&secret) {
        for coding in CODINGS {
            let coded = packed(coding, text.as_bytes());
            let short = &coded[..coded.len() - 5];
            let headers = [JSON, ("content-encoding", coding)];
            module.upstream.reply("broken", with_length("200 OK", &headers, short));
            let response = module.get("broken");
            assert_eq!(response.status(), 502, "{}: {coding}", module.name);
            sweep(&module.envoy, slice::from_ref(&secret), &[&response.everything()]);
        }
        let headers = [JSON, ("content-encoding", "compress")];
        module.upstream.reply("unknown", with_length("200 OK", &headers, b"\x1f\x9d\x90"));
        let mut client = module.envoy.client();
        let asked = [("host", AUTHORITY), ("accept-encoding", "gzip, br")];
        assert_eq!(client.get("unknown", "/v1/x", &asked).status(), 502, "{}", module.name);
        // And none is asked for.
        let seen = module.upstream.request("unknown");
        assert_eq!(seen.head.value("accept-encoding"), "identity", "{}", module.name);
    }
}

/// A 401 waits for the vault, and its body, all of which has come by then, with it.
#[test]
fn a_coded_answer_that_waited_for_the_vault_goes_on() {
    let (old, new) = (secrets::vault_value(783), secrets::vault_value(784));
    for module in modules(&old) {
        module.upstream.reply("rotated", with_length("200 OK", &[JSON], b"{}"));
        assert_eq!(module.get("rotated").status(), 200);
        let refused = with_length(
            "401 Unauthorized",
            &[JSON, ("content-encoding", "gzip")],
            &packed("gzip", format!("{{\"bad\": \"{}\"}}", old.secret).as_bytes()),
        );
        module.upstream.reply("rotated", refused);
        module.vault.put("example", &new.secret);
        let response = module.get("rotated");
        assert_eq!(response.status(), 401, "{}", module.name);
        let text = unpacked("gzip", &response.body);
        assert!(text.starts_with(b"{\"bad\": \""), "{}", module.name);
        assert_eq!(response.head.value("content-length"), response.body.len().to_string());
        let sent = module.upstream.requests("rotated").len();
        assert!(sent >= 2, "{}: {sent} requests", module.name);
        sweep(&module.envoy, &[old.clone(), new.clone()], &[&response.everything(), &text]);
    }
}
