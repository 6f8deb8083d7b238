//! Injection through a real Envoy from a real OpenBao: cold start, surfaces, echoes, and what cannot be tricked.

use std::{slice, sync::LazyLock};

use hushgate_test_e2e::{
    Client, chunk, request_head,
    secrets::{self, Planted},
    upstream::{chunked, chunked_head, last_chunk, with_length},
    vaulted::{AUTHORITY, Vaulted, plugin},
};
use serde_json::{Value, json};

static SECRET: LazyLock<Planted> = LazyLock::new(|| secrets::vault_value(700));
static RIG: LazyLock<Vaulted> = LazyLock::new(|| Vaulted::start(&surfaces(), &SECRET.secret));

const TEXT: (&str, &str) = ("content-type", "text/plain");

/// One binding for each surface, told apart by path.
fn surfaces() -> Value {
    let all = [
        ("header", json!({"header": {"name": "x-api-key", "prefix": "k "}})),
        ("basic", json!({"basic": {"user": "me"}})),
        ("query", json!({"query": {"name": "key"}})),
        ("cookie", json!({"cookie": {"name": "sid"}})),
        ("segment", json!({"path_segment": {"number": 2, "prefix": "bot"}})),
        ("json", json!({"json_pointer": {"pointer": "/auth/key"}})),
        ("form", json!({"form_field": {"name": "key"}})),
    ];
    let mut json = plugin(json!({}), json!({"paths": ["/v1/bearer/**"]}), json!({}));
    for (name, surface) in all {
        let mut binding = json["bindings"][0].clone();
        (binding["name"], binding["surface"]) = (json!(name), surface);
        (binding["paths"], binding["accept_url_logging"]) =
            (json!([format!("/v1/{name}/**")]), json!(true));
        json["bindings"].as_array_mut().expect("bindings").push(binding);
    }
    json
}

fn post(client: &mut Client, case: &str, path: &str, kind: &str, body: &[u8]) -> u16 {
    client.post(case, path, &[("host", AUTHORITY), ("content-type", kind)], body).status()
}

#[test]
fn a_cold_start_holds_the_request_and_injects() {
    let secret = secrets::vault_value(701);
    let rig = Vaulted::start(&plugin(json!({}), json!({}), json!({})), &secret.secret);
    let (response, seen) = rig.request("cold", "/v1/charges", &[("authorization", "Bearer mine")]);
    assert_eq!((response.status(), &response.body[..]), (200, &b"ok"[..]));
    let bearer = format!("Bearer {}", secret.secret).into_bytes();
    assert_eq!(seen.head.values("authorization"), slice::from_ref(&bearer));
    // A warm one, with a body that comes later.
    rig.upstream.reply("warm", with_length("200 OK", &[TEXT], b"ok"));
    let mut client = rig.client();
    let headers = [("host", AUTHORITY), ("content-length", "5")];
    client.send_apart(&request_head("POST", "/v1/charges", "warm", &headers));
    client.send(b"hello");
    assert_eq!(client.response().status(), 200);
    let seen = rig.upstream.request("warm");
    assert_eq!((seen.head.values("authorization"), &seen.body[..]), (vec![bearer], &b"hello"[..]));
    rig.envoy.wait_for_count("hushgate.inject.inject.injected.example", 2);
    let log = rig.envoy.wait_for_log("hushgate inject decision=inject");
    assert!(log.contains("binding=example-api credential=example version=1"), "{log}");
    rig.sweep(&[secret], &[&response.everything()]);
}

/// A cold start with the body there before the credential is.
#[test]
fn a_cold_start_holds_the_body_too() {
    let secret = secrets::vault_value(702);
    let rig = Vaulted::start(&plugin(json!({}), json!({}), json!({})), &secret.secret);
    rig.upstream.reply("cold-body", with_length("200 OK", &[TEXT], b"ok"));
    let body = vec![b'b'; 100_000];
    let response = rig.client().post("cold-body", "/v1/x", &[("host", AUTHORITY)], &body);
    assert_eq!(response.status(), 200);
    let seen = rig.upstream.request("cold-body");
    assert!(seen.head.value("authorization").contains(&secret.secret));
    assert_eq!(seen.body, body);
    // And chunked, with trailers: a managed one goes.
    rig.upstream.reply("trailers", with_length("200 OK", &[TEXT], b"ok"));
    let mut client = rig.client();
    let headers = [("host", AUTHORITY), ("transfer-encoding", "chunked")];
    let mut bytes = request_head("POST", "/v1/x", "trailers", &headers);
    bytes.extend(chunk(b"hello"));
    bytes.extend(last_chunk(&[("authorization", "Bearer theirs"), ("x-sum", "1")]));
    client.send(&bytes);
    assert_eq!(client.response().status(), 200);
    let seen = rig.upstream.request("trailers");
    let trailers = String::from_utf8_lossy(&seen.trailers).to_lowercase();
    assert!(trailers.contains("x-sum: 1") && !trailers.contains("authorization"), "{trailers}");
    rig.sweep(&[secret], &[]);
}

#[test]
fn every_surface() {
    let key = &SECRET.secret;
    for (name, header, value) in [
        ("bearer", "authorization", format!("Bearer {key}")),
        ("header", "x-api-key", format!("k {key}")),
        ("cookie", "cookie", format!("a=1; sid={key}")),
    ] {
        let (_, seen) = RIG.request(name, &format!("/v1/{name}/x"), &[("cookie", "a=1")]);
        assert_eq!(seen.head.value(header), value);
    }
    let (_, seen) = RIG.request("basic", "/v1/basic/x", &[]);
    let value = seen.head.value("authorization");
    let pair = secrets::base64url(format!("me:{key}").as_bytes());
    assert!(
        value.trim_end_matches('=').replace('+', "-").replace('/', "_").ends_with(&pair),
        "{name}",
        name = "basic"
    );
    let (_, seen) = RIG.request("query", "/v1/query/x?a=1&k%65y=theirs", &[]);
    assert_eq!(seen.head.target(), format!("/v1/query/x?a=1&key={key}"));
    let (_, seen) = RIG.request("segment", "/v1/segment/bot-/send?a=1", &[]);
    assert_eq!(seen.head.target(), format!("/v1/segment/bot{key}/send?a=1"));

    RIG.upstream.reply("json", with_length("200 OK", &[TEXT], b"ok"));
    let body = br#"{"n": 1.0, "auth": {"key": ""}}"#;
    assert_eq!(post(&mut RIG.client(), "json", "/v1/json/x", "application/json", body), 200);
    let seen = RIG.upstream.request("json").body;
    assert_eq!(
        String::from_utf8_lossy(&seen),
        format!(r#"{{"n": 1.0, "auth": {{"key": "{key}"}}}}"#)
    );
    RIG.upstream.reply("form", with_length("200 OK", &[TEXT], b"ok"));
    let kind = "application/x-www-form-urlencoded";
    assert_eq!(post(&mut RIG.client(), "form", "/v1/form/x", kind, b"a=1&key=theirs"), 200);
    assert_eq!(RIG.upstream.request("form").body, format!("a=1&key={key}").into_bytes());
    // The default log would have printed the URLs' keys.
    let log = RIG.envoy.wait_for_log("/v1/segment/botREDACTED/send");
    assert!(log.contains("/v1/query/x?a=1&key=REDACTED"));
    RIG.sweep(slice::from_ref(&SECRET), &[]);
}

#[test]
fn echoes_do_not_come_back() {
    let key = &SECRET.secret;
    let hex: String = key.bytes().map(|byte| format!("{byte:02x}")).collect();
    let forms = [
        key.clone(),
        secrets::base64url(key.as_bytes()),
        secrets::base64url(format!("x{key}").as_bytes()),
        secrets::base64url(format!("me:{key}").as_bytes()),
        hex,
    ];
    let middle = |form: &str| form[8..form.len() - 8].to_owned();
    for (number, form) in forms.iter().enumerate() {
        for kind in ["text/plain", "application/json", "application/octet-stream"] {
            let case = format!("echo-{number}-{kind}");
            let body = format!("{{\"you\":\"sent {form}\"}}");
            let headers =
                [("content-type", kind), ("x-debug", form.as_str()), ("x-csrf-token", form)];
            RIG.upstream.reply(&case, with_length("200 OK", &headers, body.as_bytes()));
            let response = RIG.get(&case, "/v1/bearer/echo", &[]);
            let all = String::from_utf8_lossy(&response.everything()).into_owned();
            assert!(!all.contains(&middle(form)), "form {number} of {kind} comes back");
            assert_eq!(response.body.len(), body.len());
            assert_eq!(response.head.value("cache-control"), "private");
        }
    }
    // Streamed, cut in the middle, and in a trailer.
    let (first, second) = key.split_at(key.len() / 2);
    let (one, two) = (format!("data: {first}"), format!("{second}\n\n"));
    let (head, key_of_trailer) =
        (chunked_head("200 OK", &[("content-type", "text/event-stream")]), key.clone());
    RIG.upstream.on("stream", move |_, wire| {
        wire.send(&head)?;
        wire.send_apart(&chunk(one.as_bytes()))?;
        wire.send_apart(&chunk(two.as_bytes()))?;
        wire.send(&last_chunk(&[("x-trace", &key_of_trailer)]))
    });
    let response = RIG.get("stream", "/v1/bearer/stream", &[("te", "trailers")]);
    assert!(response.text().starts_with("data: ") && response.text().ends_with("\n\n"));
    RIG.sweep(slice::from_ref(&SECRET), &[&response.everything()]);
    RIG.envoy.wait_for_at_least("hushgate.inject.echo.example", 15);
}

#[test]
fn a_spoofed_host_gets_nothing() {
    for (case, host, status) in [
        ("evil", "evil.test", 403),
        ("suffix", "api.example.com.evil.test", 403),
        ("port", "api.example.com:8443", 403),
        ("upper", "API.EXAMPLE.COM", 200),
        ("dot", "api.example.com.", 200),
        ("default", "api.example.com:443", 200),
    ] {
        let (response, seen) = RIG.request(case, "/v1/bearer/x", &[("host", host)]);
        assert_eq!(response.status(), status, "{host}");
        assert_eq!(seen.head.value("authorization").contains(&SECRET.secret), status == 200);
    }
    let stated = [
        ("host", "evil.test"),
        ("x-forwarded-host", AUTHORITY),
        ("forwarded", "host=api.example.com"),
    ];
    assert_eq!(RIG.request("stated", "/v1/bearer/x", &stated).0.status(), 403);
}

#[test]
fn a_path_that_could_mean_another_gets_nothing() {
    for (number, path) in [
        "/v1/bearer/../admin",
        "/v1/bearer/%2e%2e/admin",
        "/v1/bearer/%2E%2E%2fadmin",
        "/v1/bearer//admin",
        "/v1/bearer/..;/admin",
        "/v1/bearer\\admin",
        "/v1/bearer/%5cadmin",
        "/v1/bearer/%252e%252e/admin",
    ]
    .iter()
    .enumerate()
    {
        let case = format!("path-{number}");
        let (response, _) = RIG.request(&case, path, &[]);
        assert_eq!(response.status(), 400, "{path}");
        assert!(RIG.upstream.requests(&case).is_empty(), "{path} reached the upstream");
    }
    let (response, _) = RIG.request("other-path", "/v2/x", &[]);
    assert_eq!(
        (response.status(), response.text()),
        (403, "hushgate: refused: path_not_bound\n".into())
    );
    RIG.upstream.reply("method", with_length("200 OK", &[], b""));
    let response =
        RIG.client().send_body("DELETE", "method", "/v1/bearer/x", &[("host", AUTHORITY)], b"");
    assert_eq!(response.text(), "hushgate: refused: method_not_bound\n");
}

/// Envoy lets `x_api_key` through beside `x-api-key`, and CGI makes one variable of both.
#[test]
fn underscores_and_overrides_do_not_get_through() {
    let headers = [
        ("x_api_key", "theirs"),
        ("X-Api_Key", "theirs"),
        ("x-api-key", "theirs"),
        ("x-http-method-override", "DELETE"),
        ("x-original-url", "/admin"),
        ("connection", "x-api-key"),
    ];
    let (response, seen) = RIG.request("underscores", "/v1/header/x?_method=DELETE", &headers);
    assert_eq!(response.status(), 200);
    let raw = String::from_utf8_lossy(&seen.head.raw).to_lowercase();
    for gone in ["theirs", "x_api_key", "x-http-method-override", "x-original-url", "_method"] {
        assert!(!raw.contains(gone), "{gone} got through");
    }
    assert_eq!(seen.head.values("x-api-key").len(), 1);
}

#[test]
fn chunked_answers_and_bodiless_ones_pass() {
    RIG.upstream
        .reply("chunked", chunked("200 OK", &[TEXT], &[b"some ", b"text"], &[("x-sum", "1")]));
    let response = RIG.get("chunked", "/v1/bearer/x", &[("te", "trailers")]);
    assert_eq!((response.status(), response.text()), (200, "some text".to_owned()));
    RIG.upstream.reply("empty", b"HTTP/1.1 204 No Content\r\n\r\n".to_vec());
    let mut client = RIG.client();
    client.send(&request_head("GET", "/v1/bearer/x", "empty", &[("host", AUTHORITY)]));
    assert_eq!(client.bodiless_response().status(), 204);
}
