//! The guards of the filter, one a quirk: each test fails when its guard is taken out.

use hushgate_test_wasm::{Error, Headers, Host, Message, Profile, built};

use super::{assert_well, get, holds, nginx, secret, with_secret};

fn sized(body: &[u8]) -> Message {
    Message::status(200).header("content-length", body.len().to_string()).body(body)
}

/// The body's own length says where it ends: what waits for more is decided then.
#[test]
fn the_length_tells_the_end_that_nobody_tells() {
    let host = nginx(r#""responses": "redact""#);
    let body = with_secret("a line, then ", "");
    for at in 1..body.len() {
        let outcome = host.exchange(&get(), &sized(&body).cut([at]));
        assert!(outcome.client.complete && outcome.client.body().len() == body.len(), "{at}");
        assert!(!holds(&outcome.client.body(), &secret()), "{at}");
    }
    assert_well(&host);
}

/// The tail is carried, and no Pause is asked for: NGINX would honour one, and let the rest through.
#[test]
fn nothing_waits_in_the_proxy() {
    let host = nginx(r#""responses": "redact""#);
    let line = with_secret("", "\n");
    let body = line.iter().copied().cycle().take(60_000).collect::<Vec<_>>();
    for step in [7, 41, 4_096, 8_192, 16_385] {
        let cuts: Vec<_> = (step..body.len()).step_by(step).collect();
        for message in [sized(&body), Message::status(200).body(&body)] {
            let outcome = host.exchange(&get(), &message.cut(cuts.clone()));
            assert!(outcome.client.complete, "{step}");
            assert_eq!(outcome.client.body().len(), body.len(), "{step}");
            assert!(!holds(&outcome.client.body(), &secret()), "{step}");
        }
    }
    assert!(outcome_reasons(&host).is_empty(), "what would have to be held is blanked");
    assert_well(&host);
}

/// A reply would trap, and the response would pass: all of it is overwritten, in its own length.
#[test]
fn a_blocked_body_is_blanked_to_its_end() {
    let host = nginx(r#""responses": "block""#);
    let body = with_secret("a line, then ", " and more, and more");
    for at in 1..body.len() {
        for message in [sized(&body), Message::status(200).body(&body)] {
            let outcome = host.exchange(&get(), &message.cut([at, body.len() - 5]));
            let out = outcome.client.body();
            assert!(outcome.client.complete && out.len() == body.len(), "{at}: {}", out.len());
            assert!(out.ends_with(b"*********") && !holds(&out, b"ghp_"), "{at}");
        }
    }
    assert_eq!(outcome_reasons(&host), ["refused.response.blocked"]);
    assert_well(&host);
}

fn outcome_reasons(host: &Host) -> Vec<String> {
    let refused = host.deeds().into_keys().filter_map(|name| {
        let name = name.strip_prefix("hushgate.")?;
        name.starts_with("refused.").then(|| name.to_owned())
    });
    refused.collect()
}

/// The reply takes the place of the first part only: nothing of the others leaves.
#[test]
fn behind_a_reply_nothing_of_the_response_leaves() {
    let host = nginx(r#""responses": "block""#);
    let message = sized(&with_secret("first, ", " last")).header("x-debug", secret());
    for cuts in [vec![], vec![3], vec![3, 20, 40]] {
        let outcome = host.exchange(&get(), &message.clone().cut(cuts.clone()));
        let (out, parts) = (outcome.client.body(), cuts.len() + 1);
        assert_eq!(outcome.client.status(), Some(403));
        assert!(out.starts_with(b"hushgate: blocked"), "{cuts:?}");
        let rest = out.splitn(2, |byte| *byte == b'\n').nth(1).unwrap();
        assert_eq!(rest, vec![b'\n'; parts - 1], "{cuts:?}");
        assert!(outcome.client.complete, "{cuts:?}");
    }
    assert_well(&host);
}

#[test]
fn a_body_that_lies_in_a_file_is_refused() {
    for action in ["redact", "block"] {
        let host = nginx(&format!(r#""requests": "{action}""#));
        host.set_client_body_buffer(16);
        let request = Message::post("/").body(with_secret("a line, then ", ""));
        let outcome = host.exchange(&request, &Message::status(200));
        assert_eq!(outcome.client.status(), Some(500));
        assert!(outcome.upstream.headers.is_none());
        assert_eq!(outcome_reasons(&host), ["refused.request.host_error"]);
        assert_well(&host);
    }
}

/// NGINX sends a removed header on, so that several values cannot become others.
#[test]
fn several_values_of_a_request_header_are_blocked() {
    let host = nginx(r#""requests": "redact""#);
    let one = get().header("x-a", secret());
    let outcome = host.exchange(&one, &Message::status(200));
    let sent = outcome.upstream.headers.unwrap();
    assert_eq!(sent.values("x-a").count(), 1);
    assert!(!holds(sent.value("x-a").unwrap(), &secret()));
    let two = get().header("x-a", "1").header("x-a", secret());
    let outcome = host.exchange(&two, &Message::status(200));
    assert_eq!(outcome.client.status(), Some(403));
    assert!(outcome.upstream.headers.is_none());
    assert_well(&host);
}

/// NGINX sends the URL on as the client wrote it.
#[test]
fn a_secret_in_the_url_is_blocked() {
    let host = nginx(r#""requests": "redact""#);
    let path = String::from_utf8(with_secret("/?t=", "")).unwrap();
    let outcome = host.exchange(&Message::get(&path), &Message::status(200));
    assert_eq!(outcome.client.status(), Some(403));
    assert!(outcome.upstream.headers.is_none());
    assert_well(&host);
}

/// What the headers map calls the authority is the server's name; policies go by the client's host.
#[test]
fn the_host_is_the_clients() {
    let host = nginx(
        r#""policies": [{"name": "here", "match": {"hosts": ["upstream.test"]}, "requests": "block"}]"#,
    );
    let request = get().header("x-a", secret());
    assert_eq!(host.exchange(&request, &Message::status(200)).client.status(), Some(403));
    assert_eq!(host.metric("hushgate.policies.request.here"), 1);
    assert_well(&host);
}

/// Names come as they were sent: a coding in capitals is one all the same.
#[test]
fn names_are_read_in_any_case() {
    let host = nginx(r#""responses": "redact""#);
    let response = sized(b"no text").header("content-encoding", "gzip");
    let outcome = host.exchange(&get(), &response);
    assert_eq!(outcome.client.status(), Some(502));
    assert_eq!(outcome_reasons(&host), ["refused.response.coded"]);
    assert_well(&host);
}

/// Behind the hundredth pair nothing is shown: such a map is none that was read.
#[test]
fn a_map_that_is_cut_off_is_refused() {
    let host = nginx(r#""requests": "redact", "responses": "redact""#);
    let fill = |mut message: Message, count: usize| {
        for number in 0..count {
            message = message.header(&format!("x-{number}"), "1");
        }
        message.header("x-last", secret())
    };
    // Beside x-last: the request line's four, host; the status.
    for (count, status) in [(93, 200), (94, 500)] {
        let outcome = host.exchange(&fill(get(), count), &Message::status(200));
        assert_eq!(outcome.client.status(), Some(status), "{count}");
        assert!(outcome.upstream.headers.is_none() == (status == 500));
    }
    for (count, status) in [(97, 200), (98, 500)] {
        let outcome = host.exchange(&get(), &fill(Message::status(200), count));
        assert_eq!(outcome.client.status(), Some(status), "{count}");
        let headers = outcome.client.headers.unwrap();
        assert!(headers.values("x-last").all(|value| !holds(value, &secret())));
    }
    assert_well(&host);
}

/// A request's coded body is not packed anew: it would have to wait for itself. To look at it is possible.
#[test]
fn coded_requests_are_refused_where_they_would_be_rewritten() {
    let coded = Message::post("/").header("content-encoding", "gzip").body("no gzip");
    let host = nginx(r#""requests": "redact""#);
    let outcome = host.exchange(&coded, &Message::status(200));
    assert_eq!(outcome.client.status(), Some(415));
    let host = nginx(r#""requests": "block""#);
    let outcome = host.exchange(&coded, &Message::status(200));
    assert_eq!(outcome.client.status(), Some(400), "its bytes are none of gzip");
}

/// Where findings are only reported nothing is touched, however it comes.
#[test]
fn what_is_reported_passes_untouched() {
    let host = nginx(r#""requests": "report", "responses": "report""#);
    let body = with_secret("a ", " b");
    for at in 1..body.len() {
        let outcome = host.exchange(&get(), &sized(&body).cut([at]));
        assert!(outcome.client.complete && outcome.client.body() == body);
    }
    assert_well(&host);
}

/// Without a length the one that is not told says nothing; what is not asked for is not called.
#[test]
fn what_nginx_does_not_have_is_not_called() {
    let host = nginx(r#""log_format": "json", "requests": "redact""#);
    host.set_property(&["ngx", "connection"], "42");
    host.exchange(&get().header("x-a", secret()), &Message::status(200));
    assert!(
        host.logs().iter().any(|line| line.text.contains("\"connection\":42")),
        "{:?}",
        host.logs()
    );
    assert_well(&host);
}

#[test]
fn a_source_is_what_nginx_calls_it() {
    let host = nginx(
        r#""trust_source_address": true, "policies": [
            {"name": "near", "match": {"sources": ["10.0.0.0/8"]}, "requests": "block"}]"#,
    );
    host.set_property(&["ngx", "remote_addr"], "10.1.2.3");
    let outcome = host.exchange(&get().header("x-a", secret()), &Message::status(200));
    assert_eq!(outcome.client.status(), Some(403));
    assert_well(&host);
}

#[test]
fn what_nginx_cannot_do_is_no_configuration() {
    let cases = [
        (r#"{"host": "apache"}"#, "field \"host\""),
        (r#"{"host": "nginx", "hold_headers": true}"#, "field \"hold_headers\""),
        (r#"{"host": "nginx", "filter_state": true}"#, "field \"filter_state\""),
        (
            r#"{"host": "nginx", "policies": [
                {"name": "a", "match": {"clusters": ["a"]}, "requests": "block"}]}"#,
            "field \"policies\"",
        ),
    ];
    for (config, reason) in cases {
        let host = Host::load(built("hushgate_redact"), Profile::nginx()).unwrap();
        match host.configure(config) {
            Err(Error::Refused(lines)) => assert!(lines[0].text.contains(reason), "{lines:?}"),
            other => panic!("{config}: {:?}", other.map(drop)),
        }
    }
}

/// Every module is loaded by a host without `proxy_get_log_level`, and starts.
#[test]
fn the_modules_import_nothing_that_is_not_there() {
    for module in ["hushgate_redact", "hushgate_inject", "hushgate_edge"] {
        assert!(Host::load(built(module), Profile::nginx()).is_ok(), "{module}");
    }
}

/// With the defaults: requests are reported, responses redacted, and nothing is asked of the listener.
#[test]
fn the_defaults_are_those_of_a_service() {
    let host = nginx("");
    let outcome = host.exchange(&get().header("x-a", secret()), &sized(&with_secret("", "")));
    assert!(holds(outcome.upstream.header("x-a").unwrap(), &secret()));
    assert!(!holds(&outcome.client.body(), &secret()));
    let headers = outcome.client.headers.unwrap();
    assert_eq!(headers, Headers::from([(":status", "200"), ("content-length", "40")]));
    assert_well(&host);
}
