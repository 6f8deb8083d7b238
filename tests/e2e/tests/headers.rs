//! Headers, query strings and carriers; and clean traffic, which is not touched at all.

use std::sync::LazyLock;

use hushgate_test_e2e::{
    Client, Config, Envoy, Rig, chunk, curl, request_head,
    secrets::{self, assert_redacted},
    stream::Text,
    upstream::{chunked, last_chunk, with_length},
};

static RIG: LazyLock<Rig> = LazyLock::new(|| Rig::start(Config::shipped()));

const TEXT: (&str, &str) = ("content-type", "text/plain");
const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn a_response_header_that_leaks() {
    let mut client = RIG.client();
    let planted = [secrets::github_pat(300), secrets::database_url(300), secrets::jwt(300)];
    for secret in &planted {
        let headers = [("x-before", "1"), ("x-debug", secret.text.as_str()), ("x-after", "2")];
        RIG.upstream.reply("header", with_length("200 OK", &headers, b"body"));
        let response = client.get("header", "/", &[]);
        let value = response.head.values("x-debug").concat();
        assert_redacted(secret, secret.text.as_bytes(), &value);
        assert_eq!(
            (response.head.value("x-before"), response.head.value("x-after")),
            pair("1", "2")
        );
        assert_eq!(response.body, b"body");
    }
    RIG.sweep(&planted, &[]);
}

#[test]
fn of_several_values_only_the_leaking_one_changes_and_the_order_stays() {
    let secret = secrets::gitlab_pat(301);
    let values = ["first", &secret.text, "third", "first"];
    let headers: Vec<(&str, &str)> = values.iter().map(|value| ("x-note", *value)).collect();
    RIG.upstream.reply("several", with_length("200 OK", &headers, b""));
    let response = RIG.client().get("several", "/", &headers);
    let arrived = RIG.upstream.request("several");
    for seen in [response.head.values("x-note"), arrived.head.values("x-note")] {
        assert_eq!(seen.len(), 4, "no value was lost or joined");
        assert_eq!(
            (&seen[0][..], &seen[2][..], &seen[3][..]),
            (&b"first"[..], &b"third"[..], &b"first"[..])
        );
        assert_redacted(&secret, secret.text.as_bytes(), &seen[1]);
    }
    RIG.sweep(&[secret], &[]);
}

#[test]
fn values_that_are_not_utf8_pass_and_do_not_hide_a_secret() {
    let secret = secrets::slack_bot(302);
    let mut reply = b"HTTP/1.1 200 OK\r\nx-latin: caf\xe9 \xff\xfe\r\nx-mixed: \xe9 ".to_vec();
    reply.extend_from_slice(secret.text.as_bytes());
    reply.extend_from_slice(b" \xff\r\ncontent-length: 2\r\n\r\nok");
    RIG.upstream.reply("latin", reply.clone());
    let mut client = RIG.client();
    let mut request =
        b"GET / HTTP/1.1\r\nhost: a.test\r\nx-case: latin\r\nx-latin: \xe9\xff\r\n".to_vec();
    request.extend_from_slice(b"x-mixed: \xfe ");
    request.extend_from_slice(secret.text.as_bytes());
    request.extend_from_slice(b"\r\n\r\n");
    client.send(&request);
    let response = client.response();
    let arrived = RIG.upstream.request("latin");
    assert_eq!(response.head.values("x-latin"), [b"caf\xe9 \xff\xfe"]);
    assert_eq!(arrived.head.values("x-latin"), [b"\xe9\xff"]);
    let before = [b"\xe9 ", secret.text.as_bytes(), b" \xff"].concat();
    assert_redacted(&secret, &before, &response.head.values("x-mixed").concat());
    let before = [b"\xfe ", secret.text.as_bytes()].concat();
    assert_redacted(&secret, &before, &arrived.head.values("x-mixed").concat());
    RIG.sweep(&[secret], &[]);
}

#[test]
fn a_query_string_that_leaks() {
    let secret = secrets::stripe_live(303);
    RIG.upstream.reply("query", with_length("200 OK", &[TEXT], b"ok"));
    let path = format!("/charge?amount=5&key={}&currency=eur", secret.text);
    assert_eq!(RIG.client().get("query", &path, &[]).body, b"ok");
    let target = RIG.upstream.request("query").head.target();
    assert!(!secret.leaks_in(target.as_bytes()), "the query reached the upstream");
    assert_eq!(target.len(), path.len());
    assert!(target.starts_with("/charge?amount=5&key=") && target.ends_with("&currency=eur"));
    let replaced = &target[21..21 + secret.text.len()];
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"*._-".contains(&byte);
    assert!(replaced.bytes().all(plain), "not valid in a query: {replaced}");
    RIG.sweep(&[secret], &[]);
}

#[test]
fn a_path_segment_that_leaks() {
    let secret = secrets::slack_bot(304);
    RIG.upstream.reply("path", with_length("200 OK", &[TEXT], b"ok"));
    let path = format!("/hooks/{}/send", secret.text);
    assert_eq!(RIG.client().get("path", &path, &[]).body, b"ok");
    let target = RIG.upstream.request("path").head.target();
    assert_eq!(target.len(), path.len());
    assert!(target.starts_with("/hooks/") && target.ends_with("/send"));
    RIG.sweep(&[secret], &[target.as_bytes()]);
}

#[test]
fn a_request_body_that_leaks() {
    let mut client = RIG.client();
    let planted = secrets::all(305);
    RIG.upstream.reply("body", with_length("200 OK", &[TEXT], b"ok"));
    for secret in &planted {
        let body = format!("note = hello\n{}\nend\n", secret.text).into_bytes();
        assert_eq!(client.post("body", "/", &[TEXT], &body).body, b"ok");
        let arrived = RIG.upstream.requests("body").pop().expect("a request");
        assert_eq!(arrived.head.value("content-length"), body.len().to_string());
        assert_redacted(secret, &body, &arrived.body);
    }
    RIG.sweep(&planted, &[]);
}

/// A request's own credentials in their proper place are what makes it work.
#[test]
fn carriers_pass() {
    let planted = [secrets::github_pat(306), secrets::jwt(306), secrets::anthropic(306)];
    let bearer = format!("Bearer {}", planted[0].text);
    let cookie = format!("theme=dark; session={}", planted[1].text);
    let headers =
        [("authorization", bearer.as_str()), ("cookie", &cookie), ("x-api-key", &planted[2].text)];
    let set_cookie = format!("session={}; HttpOnly; Secure", planted[1].text);
    let reply = with_length("200 OK", &[("set-cookie", &set_cookie)], b"");
    RIG.upstream.reply("carriers", reply);
    let response = RIG.client().get("carriers", "/", &headers);
    let arrived = RIG.upstream.request("carriers");
    for (name, value) in headers {
        assert_eq!(arrived.head.value(name), value, "{name}");
    }
    assert_eq!(response.head.value("set-cookie"), set_cookie);
    RIG.sweep(&planted, &[]);
}

#[test]
fn json_bodies_stay_json() {
    let secret = secrets::private_key(307);
    let body = serde_json::json!({"id": 7, "pem": secret.text, "next": [1, 2, 3]}).to_string();
    RIG.upstream.reply("json", with_length("200 OK", &[JSON], body.as_bytes()));
    let response = RIG.client().get("json", "/", &[]);
    assert_eq!(response.body.len(), body.len());
    let value: serde_json::Value = serde_json::from_slice(&response.body).expect("still JSON");
    assert_eq!((&value["id"], &value["next"][2]), (&7.into(), &3.into()));
    RIG.sweep(&[secret], &[&response.body]);
}

/// Until coded bodies are unpacked, the upstream is asked for plain ones.
#[test]
fn the_upstream_is_asked_for_identity() {
    RIG.upstream.reply("plain", with_length("200 OK", &[TEXT], b"ok"));
    RIG.client().get("plain", "/", &[("accept-encoding", "gzip, br")]);
    let asked = RIG.upstream.request("plain").head.value("accept-encoding");
    assert_eq!(asked, "identity");
}

#[test]
fn a_coded_body_all_the_same_is_not_passed_on() {
    let coded = b"\x1f\x8b\x08\x00 what is in here, nobody can say";
    let headers = [TEXT, ("content-encoding", "gzip")];
    RIG.upstream.reply("coded", with_length("200 OK", &headers, coded));
    let response = RIG.client().get("coded", "/", &[]);
    assert!(response.status() >= 400, "status {}", response.status());
    assert!(!response.body.windows(4).any(|part| part == b"what"));
    RIG.envoy.wait_for_at_least("hushgate.refused.response.", 1);
}

#[test]
fn findings_are_counted_and_logged_without_a_value() {
    let rig = Rig::start(Config::shipped());
    let secret = secrets::github_pat(308);
    let body = format!("a {0}\nb {0}\n", secret.text);
    rig.upstream.reply("count", with_length("200 OK", &[TEXT], body.as_bytes()));
    rig.client().get("count", "/", &[]);
    rig.envoy.wait_for_count("wasmcustom.hushgate.findings.response.redact.github.", 2);
    rig.envoy.wait_for_count("wasmcustom.hushgate.findings.", 2);
    let log = rig.envoy.wait_for_log("hushgate finding");
    let line = log.lines().find(|line| line.contains("hushgate finding")).unwrap_or_default();
    for word in ["rule=github.", "direction=response", "place=body", "action=redact", "offset=2"] {
        assert!(line.contains(word), "no {word} in: {line}");
    }
    assert!(rig.envoy.admin("/stats/prometheus").contains("hushgate_findings"));
    rig.sweep(&[secret], &[]);
}

#[test]
fn curl_by_http2_sees_a_redacted_answer() {
    if !curl::available() {
        println!("not run: curl is not installed");
        return;
    }
    let secret = secrets::npm(309);
    let body = format!("{{\"token\": \"{}\"}}", secret.text);
    RIG.upstream.reply("curl", with_length("200 OK", &[JSON], body.as_bytes()));
    let arguments = ["--http2-prior-knowledge", "--include"];
    let done = curl::run(RIG.envoy.port(), "/", "curl", &arguments);
    assert_eq!(done.code, 0, "{}", done.errors);
    assert!(done.output.starts_with(b"HTTP/2 200"));
    RIG.sweep(&[secret], &[&done.output]);
}

/// What an exchange looked like from both ends, without what Envoy varies from one to the next.
#[derive(Debug, PartialEq)]
struct Seen {
    request: String,
    response: String,
}

/// Sends the same bytes through an Envoy and reports what both ends saw.
fn exchange(envoy: &Envoy, rig: &Rig, case: &str, request: &[u8], head: bool) -> Seen {
    let mut client = Client::connect(envoy.port());
    client.send(request);
    let response = if head { client.bodiless_response() } else { client.response() };
    let request = rig.upstream.requests(case).pop().expect("a request");
    let show = |head: &[u8], body: &[u8], trailers: &[u8]| {
        let text = [head, body, b"\n--\n", trailers].concat();
        let text: String = text.iter().map(|byte| char::from(*byte)).collect();
        let varies = ["date:", "x-request-id:", "x-envoy-upstream-service-time:"];
        let keep = |line: &&str| !varies.iter().any(|name| line.starts_with(name));
        text.split_inclusive('\n').filter(keep).collect::<String>()
    };
    Seen {
        request: show(&request.head.raw, &request.body, &request.trailers),
        response: show(&response.head.raw, &response.body, &response.trailers),
    }
}

/// Requests and answers of all sorts without a secret in them.
fn clean_cases() -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let html = "<!doctype html><p class=\"x\">R&amp;D caf\u{e9} 100 %</p>\n";
    let binary: Vec<u8> = (0..=255).cycle().take(5000).collect();
    let long = Text::new(3).next(200_000);
    let type_of = |name| ("content-type", name);
    let odd = [
        TEXT,
        ("X-MiXeD", "Case"),
        ("x-empty", ""),
        ("x-dup", "a"),
        ("x-dup", "b"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2; Path=/"),
        ("etag", "W/\"33a64df551425fcc55e4d42a148795d9f25f89d4\""),
        ("x-commit", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("x-uuid", "123e4567-e89b-12d3-a456-426614174000"),
    ];
    let mut cases = Vec::new();
    let mut add = |name: &str, method: &str, headers: &[(&str, &str)], body: &[u8], reply| {
        let case = format!("clean-{name}");
        let length = body.len().to_string();
        let mut all = headers.to_vec();
        if method == "POST" {
            all.push(("content-length", &length));
        }
        let mut request = request_head(method, "/a%20b/c?d=e&f=%C3%A9&g", &case, &all);
        request.extend_from_slice(body);
        cases.push((case, request, reply));
    };
    add("html", "GET", &[], b"", with_length("200 OK", &[type_of("text/html")], html.as_bytes()));
    add("odd", "GET", &odd[..5], b"", with_length("200 Fine", &odd, b"x"));
    add(
        "binary",
        "POST",
        &[type_of("application/x-thing")],
        &binary,
        with_length("200 OK", &[type_of("image/png")], &binary),
    );
    add("untyped", "POST", &[], &binary, with_length("200 OK", &[], &binary));
    add(
        "json",
        "POST",
        &[JSON],
        br#"{"a":"\u00e9\n","b":[1.5,null]}"#,
        chunked(
            "201 Created",
            &[JSON],
            &[b"{\"ok\":", b"true}"],
            &[("x-sum", "1"), ("x-sum", "2")],
        ),
    );
    add("long", "POST", &[TEXT], &long, {
        chunked("200 OK", &[TEXT], &long.chunks(999).collect::<Vec<_>>(), &[])
    });
    add("none", "GET", &[], b"", b"HTTP/1.1 204 No Content\r\nx-a: b\r\n\r\n".to_vec());
    add("same", "GET", &[], b"", b"HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\n\r\n".to_vec());
    add("moved", "GET", &[], b"", with_length("302 Found", &[("location", "/x?y=z")], b""));
    add("wrong", "GET", &[], b"", with_length("500 Internal Server Error", &[TEXT], b"oh no"));
    add("head", "HEAD", &[], b"", b"HTTP/1.1 200 OK\r\ncontent-length: 77\r\n\r\n".to_vec());
    cases
}

/// The same traffic through the same Envoy with and without the filter: not one byte differs at
/// either end, header lines included. The one exception is documented: the filter asks the upstream
/// for plain bodies, when the client had asked for coded ones.
#[test]
fn clean_traffic_is_byte_identical_at_both_ends() {
    let plain = Envoy::start(Config::shipped().without_filter(), RIG.upstream.port());
    for (case, request, reply) in clean_cases() {
        RIG.upstream.reply(&case, reply);
        let head = case == "clean-head";
        let with = exchange(&RIG.envoy, &RIG, &case, &request, head);
        let without = exchange(&plain, &RIG, &case, &request, head);
        assert_eq!(with.request, without.request, "{case}: the request");
        assert_eq!(with.response, without.response, "{case}: the response");
    }
    let case = "clean-trailers";
    RIG.upstream.reply(case, with_length("200 OK", &[], b"ok"));
    let te = ("transfer-encoding", "chunked");
    let head = request_head("POST", "/", case, &[TEXT, te]);
    let request = [head, chunk(b"some "), chunk(b"text"), last_chunk(&[("x-t", "1")])].concat();
    let with = exchange(&RIG.envoy, &RIG, case, &request, false);
    assert_eq!(with, exchange(&plain, &RIG, case, &request, false));
    RIG.sweep(&[], &[]);
}

/// What is already redacted stays as it is.
#[test]
fn redacting_twice_changes_nothing_more() {
    let mut client = RIG.client();
    for secret in secrets::all(310) {
        let body = format!("{}\n", secret.text).into_bytes();
        RIG.upstream.reply("twice", with_length("200 OK", &[TEXT], &body));
        let once = client.get("twice", "/", &[]).body;
        RIG.upstream.reply("twice", with_length("200 OK", &[TEXT], &once));
        assert_eq!(client.get("twice", "/", &[]).body, once, "{}", secret.name);
    }
}

fn pair(a: &str, b: &str) -> (String, String) {
    (a.to_owned(), b.to_owned())
}
