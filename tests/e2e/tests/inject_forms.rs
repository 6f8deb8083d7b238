//! What becomes of values that are no plain words: in every form that an upstream writes them in, and where they cannot be
//! sent at all. And of answers that are not for everybody.

use std::{
    thread,
    time::{Duration, Instant},
};

use hushgate_test_e2e::{
    PATIENCE, chunk, request_head, secrets,
    upstream::{chunked_head, last_chunk, with_length},
    vaulted::{AUTHORITY, Vaulted, plugin},
};
use serde_json::json;

const TEXT: (&str, &str) = ("content-type", "text/plain");

/// So many bytes of a form in a row are a leak: four characters where each is written as six bytes, `\u0061`.
const PIECE_BYTES: usize = 24;

/// A value as encoders write it, by name.
fn forms(value: &str) -> Vec<(&'static str, String)> {
    let each = |write: &dyn Fn(char) -> String| value.chars().map(write).collect::<String>();
    let is_kept = |letter: char| letter.is_ascii_alphanumeric();
    let code = |letter: char| u32::from(letter);
    let percent = each(&|it| if is_kept(it) { it.into() } else { format!("%{:02X}", code(it)) });
    let json_text = serde_json::to_string(value).expect("a text");
    let json_text = json_text[1..json_text.len() - 1].to_owned();
    vec![
        ("plain", value.to_owned()),
        ("percent", percent.clone()),
        ("percent, lower case", percent.replace("%2B", "%2b").replace("%2F", "%2f")),
        ("form", percent.replace("%20", "+")),
        ("percent, every byte", each(&|it| format!("%{:02x}", code(it)))),
        ("JSON", json_text.clone()),
        ("JSON, slashes", json_text.replace('/', "\\/")),
        (
            "JSON as Go writes it",
            json_text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"),
        ),
        ("JSON, every byte", each(&|it| format!("\\u{:04x}", code(it)))),
        ("JSON in JSON", json_text.replace('\\', "\\\\").replace('"', "\\\"")),
        (
            "HTML",
            each(&|it| match it {
                '<' => "&lt;".to_owned(),
                '>' => "&gt;".to_owned(),
                '&' => "&amp;".to_owned(),
                '"' => "&quot;".to_owned(),
                '\'' => "&#39;".to_owned(),
                other => other.to_string(),
            }),
        ),
        ("HTML, every byte", each(&|it| format!("&#{};", code(it)))),
        ("hexadecimal", each(&|it| format!("{:02X}", code(it)))),
        ("base64", secrets::base64url(value.as_bytes())),
        ("base64 behind one byte", secrets::base64url(format!("x{value}").as_bytes())),
        ("Basic", secrets::base64url(format!("me:{value}").as_bytes())),
        ("base64 in base64", secrets::base64url(secrets::base64url(value.as_bytes()).as_bytes())),
    ]
}

fn assert_gone(name: &str, form: &str, answer: &[u8]) {
    let is_there = |piece: &[u8]| answer.windows(piece.len()).any(|window| window == piece);
    let leak = form.as_bytes().windows(PIECE_BYTES).any(is_there);
    assert!(!leak, "{name}: a piece of it comes back");
}

#[test]
fn no_form_of_an_odd_value_comes_back() {
    let secret = secrets::odd_value(760);
    let binding = json!({"surface": {"header": {"name": "x-api-key", "prefix": ""}}});
    let rig = Vaulted::start(&plugin(json!({}), binding, json!({})), &secret.secret);
    let (_, seen) = rig.request("warm", "/v1/x", &[]);
    assert_eq!(seen.head.value("x-api-key"), secret.secret);
    for (number, (name, form)) in forms(&secret.secret).into_iter().enumerate() {
        let case = format!("form-{number}");
        let body = format!("{{\"you\": \"sent {form}\"}}");
        let answer = with_length("200 OK", &[TEXT, ("x-debug", &form)], body.as_bytes());
        rig.upstream.reply(&case, answer);
        let response = rig.get(&case, "/v1/x", &[]);
        assert_eq!(response.body.len(), body.len(), "{name}");
        assert_gone(name, &form, &response.everything());
        rig.sweep(std::slice::from_ref(&secret), &[&response.everything()]);

        // Cut in the middle of it, by a chunk of its own; and in a trailer.
        let case = format!("stream-{number}");
        let (first, second) = form.split_at(form.len() / 2);
        let (one, two) = (format!("data: {first}"), format!("{second}\n\n"));
        let (head, trailer) =
            (chunked_head("200 OK", &[("content-type", "text/event-stream")]), form.clone());
        rig.upstream.on(&case, move |_, wire| {
            wire.send(&head)?;
            wire.send_apart(&chunk(one.as_bytes()))?;
            wire.send_apart(&chunk(two.as_bytes()))?;
            wire.send(&last_chunk(&[("x-trace", &trailer)]))
        });
        let response = rig.get(&case, "/v1/x", &[("te", "trailers")]);
        assert!(response.text().starts_with("data: ") && response.text().ends_with("\n\n"));
        assert_gone(name, &form, &response.everything());
        rig.sweep(std::slice::from_ref(&secret), &[&response.everything()]);
    }
}

/// Asks until what the upstream gets, or a counter, is as wanted.
fn until(rig: &Vaulted, case: &str, wanted: impl Fn(&str) -> bool) {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let (response, seen) = rig.request(case, "/v1/x", &[]);
        assert_eq!(response.status(), 200, "{case}: no request fails for it");
        if wanted(&seen.head.value("authorization")) {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("{case}: it never came to that; Envoy's log:\n{}", rig.envoy.log());
}

/// A line end in a header's value would make Envoy answer 503 for ever.
#[test]
fn a_value_that_cannot_be_sent_leaves_the_last_good_one() {
    let (first, broken, next) =
        (secrets::vault_value(761), secrets::vault_value(762), secrets::vault_value(763));
    let credential = json!({"refresh_after_ms": 200, "negative_ms": 200});
    let json = plugin(credential, json!({}), json!({}));
    let rig = Vaulted::start(&json, &format!("{}\n", first.secret));
    until(&rig, "trimmed", |sent| sent == format!("Bearer {}", first.secret));
    rig.vault.put("example", &format!("two\n{}", broken.secret));
    let failed = "hushgate.inject.fetch.value_not_sendable.example";
    until(&rig, "broken", |sent| {
        assert_eq!(sent, format!("Bearer {}", first.secret));
        rig.envoy.count(failed) > 0
    });
    rig.vault.put("example", &next.secret);
    until(&rig, "next", |sent| sent == format!("Bearer {}", next.secret));
    rig.sweep(&[first, broken, next], &[]);
}

/// Its frames would be the client's own protocol, which nobody looks through.
#[test]
fn an_upgrade_gets_nothing() {
    let secret = secrets::vault_value(764);
    let json = plugin(json!({}), json!({}), json!({}));
    let rig = Vaulted::with(&json, &secret.secret, |config| {
        let allowed = format!(
            "use_remote_address: true\n{:16}upgrade_configs: [{{ upgrade_type: websocket }}]\n",
            ""
        );
        config.edit("use_remote_address: true\n", &allowed)
    });
    rig.request("warm", "/v1/x", &[]);
    let headers = [
        ("host", AUTHORITY),
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
    ];
    let mut client = rig.client();
    client.send(&request_head("GET", "/v1/x", "socket", &headers));
    let response = client.response();
    let told = (response.status(), response.text());
    assert_eq!(told, (403, "hushgate: refused: upgrade\n".to_owned()));
    assert!(rig.upstream.requests("socket").is_empty());
    rig.sweep(&[secret], &[]);
}

#[test]
fn an_answer_is_for_this_client_alone() {
    let secret = secrets::vault_value(765);
    let rig = Vaulted::start(&plugin(json!({}), json!({}), json!({})), &secret.secret);
    let headers = [
        TEXT,
        ("cache-control", "public, max-age=60"),
        ("surrogate-control", "max-age=60"),
        ("set-cookie", "session=1"),
        ("set-cookie", "other=2"),
    ];
    rig.upstream.reply("private", with_length("200 OK", &headers, b"ok"));
    let response = rig.get("private", "/v1/x", &[]);
    assert_eq!(response.head.value("cache-control"), "private, max-age=60");
    assert!(!response.head.has("set-cookie") && !response.head.has("surrogate-control"));
    rig.sweep(&[secret], &[&response.everything()]);
}
