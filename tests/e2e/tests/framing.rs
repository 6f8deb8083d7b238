//! Every framing, every cut: a secret leaves no proxy whole, nor in part.

use std::sync::LazyLock;

use hushgate_test_e2e::{
    Config, Rig, chunk,
    h2::{self, Message},
    request_head,
    secrets::{self, Planted, assert_redacted},
    stream::Text,
    upstream::{chunked, chunked_head, last_chunk, with_length},
};

static RIG: LazyLock<Rig> = LazyLock::new(|| Rig::start(Config::shipped()));

const TEXT: (&str, &str) = ("content-type", "text/plain");

/// A body with the secret in its middle.
fn body_with(planted: &Planted) -> Vec<u8> {
    format!("line one\n{}\nthe last line\n", planted.text).into_bytes()
}

#[test]
fn content_length_stays_and_the_secret_goes() {
    let mut client = RIG.client();
    let planted = secrets::all(100);
    for secret in &planted {
        let body = body_with(secret);
        RIG.upstream.reply("length", with_length("200 OK", &[TEXT], &body));
        let response = client.get("length", "/", &[]);
        assert_eq!(response.head.value("content-length"), body.len().to_string());
        assert_redacted(secret, &body, &response.body);
        RIG.sweep(&[], &[&response.everything()]);
    }
    RIG.sweep(&planted, &[]);
}

#[test]
fn chunked_in_one_chunk() {
    let mut client = RIG.client();
    let planted = secrets::all(101);
    for secret in &planted {
        let body = body_with(secret);
        RIG.upstream.reply("chunked", chunked("200 OK", &[TEXT], &[&body], &[]));
        let response = client.get("chunked", "/", &[]);
        assert_eq!(response.head.value("transfer-encoding"), "chunked");
        assert_redacted(secret, &body, &response.body);
    }
    RIG.sweep(&planted, &[]);
}

#[test]
fn a_secret_that_is_the_whole_body() {
    let mut client = RIG.client();
    for secret in secrets::all(102) {
        let body = secret.text.clone().into_bytes();
        RIG.upstream.reply("bare", with_length("200 OK", &[TEXT], &body));
        assert_redacted(&secret, &body, &client.get("bare", "/", &[]).body);
        RIG.upstream.reply("bare", chunked("200 OK", &[TEXT], &[&body], &[("x-end", "yes")]));
        assert_redacted(&secret, &body, &client.get("bare", "/", &[]).body);
    }
}

/// What an upstream writes before and after the cut at an offset of the body.
type Split = fn(body: &[u8], cut: usize) -> (Vec<u8>, Vec<u8>);

/// The upstream writes the head with the body's first `cut` bytes, waits until Envoy has read them,
/// and writes the rest.
fn cut_everywhere(case: &'static str, send: Split) {
    let mut client = RIG.client();
    let planted = secrets::all(103);
    for secret in &planted {
        let body = body_with(secret);
        let whole = body.clone();
        RIG.upstream.on(case, move |_, wire| {
            let (first, rest) = send(&whole, whole.len());
            wire.send(&[first, rest].concat())
        });
        let uncut = client.get(case, "/", &[]).body;
        assert_redacted(secret, &body, &uncut);
        let start = 9 + secret.offset();
        for cut in start - 1..=start + secret.secret.len() + 1 {
            let whole = body.clone();
            RIG.upstream.on(case, move |_, wire| {
                let (first, rest) = send(&whole, cut);
                wire.send_apart(&first)?;
                wire.send(&rest)
            });
            let response = client.get(case, "/", &[]);
            let name = secret.name;
            assert!(response.body == uncut, "{name}, cut {} into it", cut + 1 - start);
        }
    }
    RIG.sweep(&planted, &[]);
}

#[test]
fn every_cut_under_content_length() {
    cut_everywhere("cut-length", |body, cut| {
        let whole = with_length("200 OK", &[TEXT], body);
        let (first, rest) = whole.split_at(whole.len() - body.len() + cut);
        (first.to_vec(), rest.to_vec())
    });
}

#[test]
fn every_cut_between_chunks() {
    cut_everywhere("cut-chunks", |body, cut| {
        let (first, rest) = body.split_at(cut);
        let first = [chunked_head("200 OK", &[TEXT]), chunk(first)].concat();
        let rest = if rest.is_empty() { Vec::new() } else { chunk(rest) };
        (first, [rest, last_chunk(&[])].concat())
    });
}

#[test]
fn every_cut_of_a_request_body() {
    let mut client = RIG.client();
    let planted = [secrets::github_pat(104), secrets::stripe_live(104), secrets::jwt(104)];
    for (number, secret) in planted.iter().enumerate() {
        let case = format!("request-cut-{number}");
        RIG.upstream.reply(&case, with_length("204 No Content", &[], b""));
        let body = body_with(secret);
        let start = 9 + secret.offset();
        let length = body.len().to_string();
        let head = request_head("POST", "/", &case, &[TEXT, ("content-length", &length)]);
        for cut in start..=start + secret.secret.len() {
            client.send_apart(&[&head, &body[..cut]].concat());
            client.send(&body[cut..]);
            assert_eq!(client.response().status(), 204);
        }
        let arrived = RIG.upstream.requests(&case);
        assert_eq!(arrived.len(), secret.secret.len() + 1);
        for request in arrived {
            assert_eq!(request.head.value("content-length"), length);
            assert_redacted(secret, &body, &request.body);
        }
    }
    RIG.sweep(&planted, &[]);
}

#[test]
fn one_byte_chunks() {
    let mut client = RIG.client();
    let planted = secrets::all(105);
    for secret in &planted {
        let body = body_with(secret);
        let bytes: Vec<&[u8]> = body.chunks(1).collect();
        RIG.upstream.reply("bytes", chunked("200 OK", &[TEXT], &bytes, &[]));
        assert_redacted(secret, &body, &client.get("bytes", "/", &[]).body);
    }
    RIG.sweep(&planted, &[]);
}

#[test]
fn one_byte_writes() {
    let mut client = RIG.client();
    let secret = secrets::github_pat(106);
    let body = body_with(&secret);
    let whole = body.clone();
    RIG.upstream.on("writes", move |_, wire| {
        wire.send_apart(&chunked_head("200 OK", &[TEXT]))?;
        for byte in &whole {
            wire.send_apart(&chunk(&[*byte]))?;
        }
        wire.send(&last_chunk(&[]))
    });
    assert_redacted(&secret, &body, &client.get("writes", "/", &[]).body);
    RIG.sweep(&[secret], &[]);
}

#[test]
fn a_body_that_ends_with_the_secret_before_trailers() {
    let mut client = RIG.client();
    for secret in secrets::all(107) {
        let body = format!("see {}", secret.text).into_bytes();
        let cut = 4 + secret.offset() + secret.secret.len() / 2;
        let pieces = [&body[..cut], &body[cut..]];
        RIG.upstream.reply("trailed", chunked("200 OK", &[TEXT], &pieces, &[("x-sum", "abc")]));
        let response = client.get("trailed", "/", &[]);
        assert_redacted(&secret, &body, &response.body);
        assert_eq!(response.trailer("x-sum"), [b"abc"], "{}", secret.name);
    }
}

#[test]
fn a_body_that_ends_in_half_a_secret_before_trailers_keeps_its_bytes() {
    let mut client = RIG.client();
    let secret = secrets::github_pat(108);
    let body = format!("the prefix is {}", &secret.text[..9]).into_bytes();
    RIG.upstream.reply("half", chunked("200 OK", &[TEXT], &[&body], &[("x-sum", "abc")]));
    let response = client.get("half", "/", &[]);
    assert_eq!(response.body, body);
    assert_eq!(response.trailer("x-sum"), [b"abc"]);
    RIG.sweep(&[], &[]);
}

#[test]
fn secrets_in_trailers() {
    let mut client = RIG.client();
    let secret = secrets::slack_bot(109);
    let trailers = [("x-checked", "yes"), ("x-debug", secret.text.as_str())];
    RIG.upstream.reply("trailer", chunked("200 OK", &[TEXT], &[b"fine"], &trailers));
    let response = client.get("trailer", "/", &[]);
    assert_eq!(response.body, b"fine");
    assert_eq!(response.trailer("x-checked"), [b"yes"]);
    assert_redacted(&secret, secret.text.as_bytes(), &response.trailer("x-debug").concat());
    RIG.sweep(&[secret], &[&response.everything()]);
}

#[test]
fn secrets_in_request_trailers() {
    let mut client = RIG.client();
    let secret = secrets::slack_bot(110);
    RIG.upstream.reply("request-trailer", with_length("204 No Content", &[], b""));
    let te = ("transfer-encoding", "chunked");
    client.send(&request_head("POST", "/", "request-trailer", &[TEXT, te]));
    client.send(&chunk(b"fine"));
    client.send(&last_chunk(&[("x-debug", &secret.text)]));
    assert_eq!(client.response().status(), 204);
    let arrived = RIG.upstream.request("request-trailer");
    assert_eq!(arrived.body, b"fine");
    RIG.sweep(&[secret], &[&arrived.everything()]);
}

#[test]
fn empty_bodies() {
    let mut client = RIG.client();
    for status in ["200 OK", "404 Not Found"] {
        RIG.upstream.reply("empty", with_length(status, &[], b""));
        let response = client.get("empty", "/", &[]);
        assert_eq!((response.body.len(), response.head.value("content-length").as_str()), (0, "0"));
    }
    RIG.upstream.reply("empty", chunked("200 OK", &[TEXT], &[], &[]));
    assert_eq!(client.get("empty", "/", &[]).body, b"");
    RIG.upstream.reply("empty", b"HTTP/1.1 204 No Content\r\nx-a: b\r\n\r\n".to_vec());
    assert_eq!(client.get("empty", "/", &[]).head.value("x-a"), "b");
    RIG.upstream.reply("empty", b"HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\n\r\n".to_vec());
    assert_eq!(client.get("empty", "/", &[]).status(), 304);
    RIG.sweep(&[], &[]);
}

#[test]
fn head_keeps_the_length_of_a_body_that_does_not_come() {
    let mut client = RIG.client();
    RIG.upstream.reply("head", b"HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n".to_vec());
    client.send(&request_head("HEAD", "/", "head", &[]));
    let response = client.bodiless_response();
    assert_eq!(response.head.value("content-length"), "1234");
    // The connection is in step: the next exchange works.
    RIG.upstream.reply("after-head", with_length("200 OK", &[TEXT], b"next"));
    assert_eq!(client.get("after-head", "/", &[]).body, b"next");
}

#[test]
fn one_mebibyte_with_secrets_at_both_ends_and_on_every_read_boundary() {
    const MIB: usize = 1024 * 1024;
    let secret = secrets::github_pat(111);
    let mut body = Text::new(1).next(MIB);
    let length = secret.text.len();
    let mut places = vec![0, MIB - length];
    // Envoy reads in 16 KiB slices: each of these stands across an edge, shifted a little more.
    places.extend((1..60).map(|slice| slice * 16 * 1024 - slice % length));
    for place in &places {
        body[*place..place + length].copy_from_slice(secret.text.as_bytes());
        // A boundary on either side, whatever the noise has there.
        if *place > 0 {
            body[place - 1] = b' ';
        }
        if place + length < MIB {
            body[place + length] = b' ';
        }
    }
    let mut client = RIG.client();
    let replies = [
        with_length("200 OK", &[TEXT], &body),
        chunked("200 OK", &[TEXT], &body.chunks(7001).collect::<Vec<_>>(), &[]),
    ];
    for reply in replies {
        RIG.upstream.reply("mebibyte", reply);
        let response = client.get("mebibyte", "/", &[]);
        assert_eq!(response.body.len(), MIB);
        let mut expected = body.clone();
        for place in &places {
            let redacted = &response.body[*place..place + length];
            let shown = String::from_utf8_lossy(redacted);
            assert!(redacted.starts_with(b"[REDACTED:"), "at {place}: {shown}");
            expected[*place..place + length].copy_from_slice(redacted);
        }
        let changed = (0..MIB).find(|index| response.body[*index] != expected[*index]);
        assert_eq!(changed, None, "a byte outside of the secrets changed");
        RIG.sweep(std::slice::from_ref(&secret), &[&response.body]);
    }
}

#[test]
fn an_upstream_that_breaks_off_inside_a_secret_shows_no_part_of_it() {
    let secret = secrets::vault_service(112);
    let body = format!("token: {}", &secret.text[..60]).into_bytes();
    RIG.upstream.on_head("broken", move |_, wire| {
        wire.send(&[&b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n"[..], &body].concat())
    });
    let response = RIG.client().get("broken", "/", &[]);
    assert!(response.truncated || response.status() >= 500);
    RIG.sweep(&[secret], &[&response.everything()]);
}

#[test]
fn http2_to_an_http1_upstream() {
    let planted = secrets::all(113);
    for secret in &planted {
        let body = body_with(secret);
        RIG.upstream.reply("h2-h1", with_length("200 OK", &[TEXT], &body));
        let request = Message::request("GET", "/", "h2-h1");
        let response = h2::Client::send(RIG.envoy.port(), &request).expect("an answer");
        assert_eq!(response.status, 200);
        assert_redacted(secret, &body, &response.body());
    }
    RIG.sweep(&planted, &[]);
}

#[test]
fn http2_on_both_sides_cut_everywhere_with_trailers() {
    let upstream = h2::Upstream::start();
    let config = Config::shipped().http2_upstream();
    let envoy = hushgate_test_e2e::Envoy::start(config, upstream.port());
    let secret = secrets::github_pat(114);
    let debug = secrets::slack_bot(114);
    let body = body_with(&secret);
    let start = 9 + secret.offset();
    for cut in start..=start + secret.secret.len() {
        let case = format!("cut-{cut}");
        let (first, rest) = body.split_at(cut);
        let reply = Message::response(200).header("content-type", "text/plain");
        let reply = reply.piece(first).piece(rest).trailer("x-debug", &debug.text);
        upstream.reply(&case, reply);
        let request = Message::request("POST", "/", &case).piece(first).piece(rest);
        let request = request.header("content-type", "text/plain").trailer("x-sum", "abc");
        let response = h2::Client::send(envoy.port(), &request).expect("an answer");
        assert_redacted(&secret, &body, &response.body());
        let arrived = upstream.requests(&case).pop().expect("a request");
        assert_redacted(&secret, &body, &arrived.body());
        assert_eq!(arrived.trailers, [("x-sum".to_owned(), b"abc".to_vec())]);
        let outputs = [response.everything(), arrived.everything()];
        let outputs: Vec<&[u8]> = outputs.iter().map(Vec::as_slice).collect();
        for secret in [&secret, &debug] {
            assert!(!outputs.iter().any(|output| secret.leaks_in(output)), "{}", secret.name);
        }
    }
    hushgate_test_e2e::sweep::sweep(&envoy, &[secret, debug], &[]);
}
