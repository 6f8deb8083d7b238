//! Bodies in content codings through a real Envoy: short ones are held, long ones stream, and Envoy's own codecs agree.

use std::sync::{LazyLock, Mutex, mpsc};

use hushgate_test_e2e::{
    Config, Envoy, PATIENCE, Rig, chunk,
    coding::{CODINGS, packed, packed_in, unpacked, unpacked_so_far},
    curl,
    h2::{self, Message},
    request_head,
    secrets::{self, Planted, assert_redacted},
    stream::Text,
    upstream::{chunked, chunked_head, last_chunk, with_length},
};

static RIG: LazyLock<Rig> = LazyLock::new(|| Rig::start(Config::shipped()));

const TEXT: (&str, &str) = ("content-type", "text/plain");

fn body_with(planted: &Planted) -> Vec<u8> {
    format!("line one\n{}\nthe last line\n", planted.text).into_bytes()
}

#[test]
fn a_short_body_with_a_secret_says_its_new_length() {
    let mut client = RIG.client();
    let planted = secrets::all(400);
    for (number, secret) in planted.iter().enumerate() {
        let (body, coding) = (body_with(secret), CODINGS[number % CODINGS.len()]);
        let headers = [TEXT, ("content-encoding", coding), ("etag", "\"1\"")];
        let reply = with_length("200 OK", &headers, &packed(coding, &body));
        RIG.upstream.reply("coded-length", reply);
        let response = client.get("coded-length", "/", &[]);
        assert_eq!(response.head.value("content-length"), response.body.len().to_string());
        assert_eq!(response.head.value("etag"), "W/\"1\"");
        assert_redacted(secret, &body, &unpacked(coding, &response.body));
    }
    RIG.sweep(&planted, &[]);
}

#[test]
fn a_short_clean_body_goes_on_as_it_came() {
    let mut client = RIG.client();
    for coding in CODINGS {
        let body = packed(coding, b"{\"nothing\": \"to see\"}");
        let headers = [TEXT, ("content-encoding", coding), ("etag", "\"1\"")];
        RIG.upstream.reply("coded-clean", with_length("200 OK", &headers, &body));
        let response = client.get("coded-clean", "/", &[]);
        let seen = (response.head.value("content-length"), response.head.value("etag"));
        assert_eq!(seen, (body.len().to_string(), "\"1\"".to_owned()), "{coding}");
        assert!(response.body == body, "{coding}");
    }
}

/// Chunks of the coded body, cut at every byte.
#[test]
fn every_cut_of_a_coded_body() {
    let mut client = RIG.client();
    let secret = secrets::github_pat(401);
    let body = body_with(&secret);
    for coding in CODINGS {
        let coded = packed(coding, &body);
        for cut in 1..coded.len() {
            let headers = [TEXT, ("content-encoding", coding)];
            let (first, rest) = coded.split_at(cut);
            let first = [chunked_head("200 OK", &headers), chunk(first)].concat();
            let rest = [chunk(rest), last_chunk(&[])].concat();
            RIG.upstream.on("coded-cut", move |_, wire| {
                wire.send_apart(&first)?;
                wire.send(&rest)
            });
            let response = client.get("coded-cut", "/", &[]);
            assert_redacted(&secret, &body, &unpacked(coding, &response.body));
        }
    }
    RIG.sweep(&[secret], &[]);
}

#[test]
fn a_coded_body_before_trailers() {
    let mut client = RIG.client();
    for (number, secret) in secrets::all(402).iter().enumerate() {
        let coding = CODINGS[number % CODINGS.len()];
        let body = format!("see {}", secret.text).into_bytes();
        let coded = packed(coding, &body);
        let (first, rest) = coded.split_at(coded.len() / 2);
        let headers = [TEXT, ("content-encoding", coding)];
        let reply = chunked("200 OK", &headers, &[first, rest], &[("x-sum", "abc")]);
        RIG.upstream.reply("coded-trailed", reply);
        let response = client.get("coded-trailed", "/", &[]);
        assert_redacted(secret, &body, &unpacked(coding, &response.body));
        assert_eq!(response.trailer("x-sum"), [b"abc"], "{}", secret.name);
    }
}

/// Longer than may be held: the length goes, the text stays.
#[test]
fn a_long_body_is_packed_anew_as_it_streams() {
    let mut client = RIG.client();
    let secret = secrets::github_pat(403);
    let mut body = Text::new(1).next(2 * 1024 * 1024);
    let length = secret.text.len();
    for place in (0..120).map(|number| number * 17_001) {
        body[place..place + length].copy_from_slice(secret.text.as_bytes());
        body[place + length] = b' ';
        if place > 0 {
            body[place - 1] = b' ';
        }
    }
    for coding in CODINGS {
        let coded = packed(coding, &body);
        assert!(coded.len() > 262_144, "{coding}: {} bytes", coded.len());
        let headers = [TEXT, ("content-encoding", coding), ("etag", "\"1\"")];
        RIG.upstream.reply("coded-long", with_length("200 OK", &headers, &coded));
        let response = client.get("coded-long", "/", &[]);
        assert!(!response.head.has("content-length"), "{coding}");
        assert_eq!(response.head.value("etag"), "W/\"1\"", "{coding}");
        let text = unpacked(coding, &response.body);
        assert_eq!(text.len(), body.len(), "{coding}");
        let is_changed = |at: &usize| text[*at] != body[*at] && at % 17_001 >= length;
        assert_eq!((0..body.len()).find(is_changed), None, "{coding}");
        RIG.sweep(std::slice::from_ref(&secret), &[&text]);
    }
}

/// The upstream sends each event only after the client has unpacked the one before.
#[test]
fn a_flushed_event_goes_out_before_the_next_one_exists() {
    for coding in CODINGS {
        let (open, wait) = mpsc::channel();
        let wait = Mutex::new(wait);
        let events: Vec<String> =
            (0..6).map(|number| format!("data: {{\"n\": {number}}}\n\n")).collect();
        let pieces: Vec<&[u8]> = events.iter().map(|event| event.as_bytes()).collect();
        let sent = packed_in(coding, &pieces);
        RIG.upstream.on("coded-events", move |_, wire| {
            let headers = [("content-type", "text/event-stream"), ("content-encoding", coding)];
            wire.send(&chunked_head("200 OK", &headers))?;
            for piece in &sent {
                wire.send(&chunk(piece))?;
                wait.lock().expect("one user").recv_timeout(PATIENCE).expect("the test goes on");
            }
            wire.send(&last_chunk(&[]))
        });
        let mut client = RIG.client();
        client.send(&request_head("GET", "/", "coded-events", &[]));
        assert_eq!(client.head().status(), 200);
        let mut coded = Vec::new();
        for number in 1..=events.len() {
            let expected = events[..number].concat();
            while unpacked_so_far(coding, &coded) != expected.as_bytes() {
                coded.extend(client.piece().expect("more of the stream"));
            }
            open.send(()).expect("the upstream waits");
        }
    }
}

#[test]
fn a_broken_body_is_answered_where_it_was_held_and_cut_where_it_streamed() {
    let rig = Rig::start(Config::shipped());
    let secret = secrets::github_pat(404);
    for coding in CODINGS {
        let coded = packed(coding, &body_with(&secret));
        let short = &coded[..coded.len() - 6];
        let headers = [TEXT, ("content-encoding", coding)];
        rig.upstream.reply("broken", with_length("200 OK", &headers, short));
        let response = rig.client().get("broken", "/", &[]);
        assert_eq!(response.status(), 502, "{coding}");
        rig.sweep(std::slice::from_ref(&secret), &[&response.everything()]);
        rig.upstream.reply("broken", chunked("200 OK", &headers, &[short], &[]));
        let response = rig.client().get("broken", "/", &[]);
        assert!(response.truncated || response.status() == 502, "{coding}");
        rig.sweep(std::slice::from_ref(&secret), &[&response.everything()]);
    }
    rig.envoy.wait_for_count("hushgate.refused.response.corrupt", 8);
}

#[test]
fn coded_requests_keep_a_length() {
    let mut client = RIG.client();
    let planted = secrets::all(405);
    for (number, secret) in planted.iter().enumerate() {
        let (case, coding) = (format!("upload-{number}"), CODINGS[number % CODINGS.len()]);
        RIG.upstream.reply(&case, with_length("204 No Content", &[], b""));
        let body = body_with(secret);
        let coded = packed(coding, &body);
        let length = coded.len().to_string();
        let headers = [TEXT, ("content-encoding", coding), ("content-length", &length)];
        let head = request_head("POST", "/", &case, &headers);
        client.send_apart(&[&head, &coded[..9]].concat());
        client.send(&coded[9..]);
        assert_eq!(client.response().status(), 204);
        let arrived = RIG.upstream.request(&case);
        assert_eq!(arrived.head.value("content-length"), arrived.body.len().to_string());
        assert_redacted(secret, &body, &unpacked(coding, &arrived.body));
    }
    RIG.sweep(&planted, &[]);
}

#[test]
fn coded_bodies_over_http2() {
    let upstream = h2::Upstream::start();
    let envoy = Envoy::start(Config::shipped().http2_upstream(), upstream.port());
    let secret = secrets::github_pat(406);
    let body = body_with(&secret);
    for (coding, has_length) in CODINGS.iter().flat_map(|it| [(it, false), (it, true)]) {
        let coded = packed(coding, &body);
        let (first, rest) = coded.split_at(coded.len() / 2);
        let mut reply = Message::response(200).header("content-encoding", coding);
        if has_length {
            reply = reply.header("content-length", coded.len().to_string());
        }
        upstream.reply("h2-coded", reply.piece(first).piece(rest).trailer("x-sum", "abc"));
        let request = Message::request("GET", "/", "h2-coded");
        let response = h2::Client::send(envoy.port(), &request).expect("an answer");
        assert_redacted(&secret, &body, &unpacked(coding, &response.body()));
        assert_eq!(response.trailers, [("x-sum".to_owned(), b"abc".to_vec())]);
    }
    hushgate_test_e2e::sweep::sweep(&envoy, &[secret], &[]);
}

#[test]
fn bodiless_answers_with_a_coding() {
    let mut client = RIG.client();
    let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1234\r\n\r\n";
    RIG.upstream.reply("coded-head", head.to_vec());
    client.send(&request_head("HEAD", "/", "coded-head", &[]));
    assert_eq!(client.bodiless_response().head.value("content-length"), "1234");
    for status in ["204 No Content", "304 Not Modified"] {
        let reply = format!("HTTP/1.1 {status}\r\ncontent-encoding: br\r\netag: \"1\"\r\n\r\n");
        RIG.upstream.reply("coded-none", reply.into_bytes());
        assert_eq!(client.get("coded-none", "/", &[]).head.value("etag"), "\"1\"");
    }
    let part = [TEXT, ("content-encoding", "gzip"), ("content-range", "bytes 0-3/9")];
    RIG.upstream.reply("coded-part", with_length("206 Partial Content", &part, b"half"));
    assert_eq!(client.get("coded-part", "/", &[]).status(), 416);
    // The next exchange on a connection works.
    RIG.upstream.reply("after", with_length("200 OK", &[TEXT], b"next"));
    assert_eq!(RIG.client().get("after", "/", &[]).body, b"next");
}

/// One of Envoy's own filters, in front of or behind hushgate's.
fn codec(kind: &str, package: &str) -> String {
    let upper = |word: &str| word[..1].to_uppercase() + &word[1..];
    let filters = "type.googleapis.com/envoy.extensions.filters.http";
    let codecs = "type.googleapis.com/envoy.extensions.compression";
    let mut lines = vec![
        format!("- name: {kind}"),
        "  typed_config:".to_owned(),
        format!("    \"@type\": {filters}.{kind}.v3.{}", upper(kind)),
        format!("    {kind}_library:"),
        format!("      name: {package}"),
        "      typed_config:".to_owned(),
        format!("        \"@type\": {codecs}.{package}.{kind}.v3.{}", upper(package)),
    ];
    if kind == "compressor" {
        lines.push(
            "    response_direction_config: { common_config: { min_content_length: 30 } }"
                .to_owned(),
        );
    }
    lines.join("\n")
}

/// The other way round than is useful: Envoy packs what hushgate unpacks, and unpacks what hushgate has packed. Its codecs
/// are those that most of the world has.
#[test]
fn envoys_codecs_and_ours_understand_each_other() {
    for (package, coding) in [("gzip", "gzip"), ("brotli", "br"), ("zstd", "zstd")] {
        let keep = r#"{"requests":"redact","responses":"redact","accept_encoding":"keep"}"#;
        let config = Config::plugin(keep)
            .between(&codec("decompressor", package), &codec("compressor", package));
        let rig = Rig::start(config);
        let planted = secrets::all(407);
        let noise = Text::new(3).next(300_000);
        for secret in &planted {
            let body = [body_with(secret).as_slice(), b"\n", &noise].concat();
            rig.upstream.reply("both", with_length("200 OK", &[TEXT], &body));
            let response = rig.client().get("both", "/", &[("accept-encoding", coding)]);
            assert_redacted(secret, &body, &response.body);
            assert!(!response.head.has("content-encoding"), "{coding}");
        }
        rig.sweep(&planted, &[]);
        for side in ["response.compressed", "response.decompressed"] {
            let count = rig.envoy.count(&format!(".{side}"));
            assert_eq!(count, planted.len() as u64, "{package}: {side}");
        }
    }
}

/// `envoy/compressed.yaml`: hushgate sees what Envoy has unpacked, and Envoy packs what hushgate lets through.
#[test]
fn between_envoys_codecs() {
    let rig = Rig::start(Config::compressed());
    let planted = secrets::all(408);
    for (number, secret) in planted.iter().enumerate() {
        let coding = ["gzip", "br", "zstd"][number % 3];
        let body = [body_with(secret).as_slice(), &Text::new(3).next(2_000)].concat();
        let headers = [TEXT, ("content-encoding", coding)];
        let reply = with_length("200 OK", &headers, &packed(coding, &body));
        rig.upstream.reply("between", reply);
        let response = rig.client().get("between", "/", &[("accept-encoding", coding)]);
        assert_eq!(response.head.value("content-encoding"), coding);
        assert_redacted(secret, &body, &unpacked(coding, &response.body));
    }
    rig.sweep(&planted, &[]);
    rig.envoy.wait_for_count(".response.decompressed", planted.len() as u64);
}

/// Over HTTP/2 the last frame may have bytes and be the end; the decompressor then shows its last bytes as if more came, and
/// its trailers would never come if they were held.
#[test]
fn between_envoys_codecs_over_http2() {
    let upstream = h2::Upstream::start();
    let envoy = Envoy::start(Config::compressed().http2_upstream(), upstream.port());
    let secret = secrets::github_pat(410);
    let line = format!("{}\n", secret.text);
    for (text, has_trailers) in [
        (line.as_str(), false),
        (line.trim_end(), false),
        (line.trim_end(), true),
        ("nothing to see", false),
    ] {
        for cut in [0, 9] {
            let coded = packed("gzip", text.as_bytes());
            let reply = Message::response(200).header("content-encoding", "gzip");
            let reply = reply.piece(&coded[..cut]).piece(&coded[cut..]);
            let reply = if has_trailers { reply.trailer("x-sum", "abc") } else { reply };
            upstream.reply("between-h2", reply);
            let request = Message::request("GET", "/", "between-h2");
            let response = h2::Client::send(envoy.port(), &request).expect("an answer");
            match text.contains(&secret.secret) {
                true => assert_redacted(&secret, text.as_bytes(), &response.body()),
                false => assert_eq!(response.body(), text.as_bytes()),
            }
        }
    }
    hushgate_test_e2e::sweep::sweep(&envoy, &[secret], &[]);
}

#[test]
fn curl_unpacks_what_was_packed_anew() {
    if !curl::available() {
        println!("not run: curl is not installed");
        return;
    }
    let secret = secrets::gitlab_pat(409);
    let body = [body_with(&secret).as_slice(), &Text::new(5).next(50_000)].concat();
    for has_length in [true, false] {
        let coded = packed("gzip", &body);
        let headers = [TEXT, ("content-encoding", "gzip")];
        let reply = match has_length {
            true => with_length("200 OK", &headers, &coded),
            false => chunked("200 OK", &headers, &[&coded], &[]),
        };
        RIG.upstream.reply("curl-coded", reply);
        let done = curl::run(RIG.envoy.port(), "/", "curl-coded", &["--compressed"]);
        assert_eq!(done.code, 0, "{}", done.errors);
        assert_redacted(&secret, &body, &done.output);
    }
}
