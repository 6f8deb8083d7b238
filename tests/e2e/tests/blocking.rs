//! A finding that blocks is answered for what it is, as long as nothing has gone on; later it cuts.

use std::sync::{LazyLock, mpsc};

use hushgate_test_e2e::{
    Config, Envoy, PATIENCE, Rig, chunk, h2, request_head,
    secrets::{self, Planted},
    sweep,
    upstream::{chunked, chunked_head, gate, last_chunk, with_length},
};

const BLOCK: &str = r#"{"requests":"block","responses":"block","hold_headers":true}"#;
const TEXT: (&str, &str) = ("content-type", "text/plain");
const EVENTS: (&str, &str) = ("content-type", "text/event-stream");
/// What `block_held_bytes_max` is by default.
const HELD_BYTES_MAX: usize = 65_536;

static RIG: LazyLock<Rig> = LazyLock::new(|| Rig::start(Config::plugin(BLOCK)));

fn halves(secret: &Planted) -> (&[u8], &[u8]) {
    secret.text.as_bytes().split_at(secret.text.len() / 2)
}

/// Whatever the framing, the client gets a 403 in the answer's place, and the connection lives on.
#[test]
fn a_response_that_is_blocked_is_a_real_answer() {
    let secret = secrets::github_pat(910);
    let (first, second) = halves(&secret);
    let body = [b"the key is ", secret.text.as_bytes(), b" and more"].concat();
    let pieces: [&[u8]; 4] = [b"the key is ", first, second, b" and more"];
    let apart = pieces.map(<[u8]>::to_vec);
    RIG.upstream.on("apart", move |_, wire| {
        wire.send(&chunked_head("200 OK", &[TEXT]))?;
        for piece in &apart {
            wire.send_apart(&chunk(piece))?;
        }
        wire.send(&last_chunk(&[]))
    });
    for (case, reply) in [
        ("length", with_length("200 OK", &[TEXT], &body)),
        ("chunked", chunked("200 OK", &[TEXT], &pieces, &[])),
        ("trailers", chunked("200 OK", &[TEXT, ("trailer", "x-a")], &pieces, &[("x-a", "b")])),
        ("last", chunked("200 OK", &[TEXT], &[b"ok"], &[("x-a", &secret.text)])),
    ] {
        RIG.upstream.reply(case, reply);
    }
    for case in ["length", "chunked", "trailers", "last", "apart"] {
        let mut client = RIG.client();
        let answer = client.get(case, "/", &[]);
        assert_eq!((answer.status(), answer.truncated), (403, false), "{case}");
        assert!(!secret.leaks_in(&answer.everything()), "{case}");
        RIG.upstream.reply("clean", with_length("200 OK", &[TEXT], b"clean"));
        assert_eq!(client.get("clean", "/", &[]).body, b"clean", "{case}");
    }
    RIG.sweep(&[secret], &[]);
}

/// Of a request that is blocked the upstream sees nothing at all.
#[test]
fn a_request_that_is_blocked_never_reaches_the_upstream() {
    let secret = secrets::stripe_live(910);
    let (first, second) = halves(&secret);
    RIG.upstream.reply("upload", with_length("200 OK", &[TEXT], b"ok"));
    let answer = RIG.client().post("upload", "/", &[TEXT], secret.text.as_bytes());
    assert_eq!(answer.status(), 403);
    let mut client = RIG.client();
    client.send(&request_head("POST", "/", "upload", &[("transfer-encoding", "chunked")]));
    for piece in [b"the key is ", first, second, b" and more"] {
        client.send_apart(&chunk(piece));
    }
    client.send(&last_chunk(&[]));
    assert_eq!(client.response().status(), 403);
    assert!(RIG.upstream.requests("upload").is_empty(), "the upstream saw it");
    RIG.sweep(&[secret], &[]);
}

/// Clean messages of every framing go on as they came, at the limit and on both sides of it.
#[test]
fn what_is_clean_goes_on_as_it_came() {
    for size in [1, HELD_BYTES_MAX - 1, HELD_BYTES_MAX, HELD_BYTES_MAX + 1, 3 * HELD_BYTES_MAX] {
        let body = "clean text, line by line\n".repeat(size / 25 + 1).into_bytes();
        let body = &body[..size];
        let (case, trailers) = (format!("clean-{size}"), [("x-a", "b")]);
        RIG.upstream.reply(&case, chunked("200 OK", &[TEXT], &[body], &trailers));
        let answer = RIG.client().post(&case, "/", &[TEXT], body);
        assert_eq!((answer.status(), answer.body == body), (200, true), "{size}");
        assert_eq!(answer.trailer("x-a"), [b"b"], "{size}");
        assert_eq!(RIG.upstream.request(&case).body, body, "{size}");
        let case = format!("clean-length-{size}");
        RIG.upstream.reply(&case, with_length("200 OK", &[TEXT], body));
        let mut client = RIG.client();
        client.send(&request_head("POST", "/", &case, &[("transfer-encoding", "chunked")]));
        client.send(&[chunk(body), last_chunk(&[])].concat());
        assert_eq!(client.response().body, body, "{size}");
    }
    RIG.sweep(&[], &[]);
}

/// Behind what may be held a finding cuts the message, before a byte of the secret has gone. Each second half exists only once
/// the first one has gone on.
#[test]
fn behind_the_limit_a_finding_cuts() {
    let secret = secrets::slack_bot(910);
    let clean = vec![b' '; 2 * HELD_BYTES_MAX];
    let (open, pass) = gate();
    let chunks = [chunk(&clean), chunk(format!("{} behind", secret.text).as_bytes())];
    RIG.upstream.on("late", move |_, wire| {
        wire.send(&chunked_head("200 OK", &[TEXT]))?;
        wire.send(&chunks[0])?;
        pass();
        wire.send(&chunks[1])
    });
    let mut client = RIG.client();
    client.send(&request_head("GET", "/", "late", &[]));
    let head = client.head();
    open.send(()).expect("the upstream waits");
    let answer = client.rest(head);
    assert_eq!((answer.status(), answer.truncated), (200, true));
    assert!(!secret.leaks_in(&answer.everything()));
    let length = (clean.len() + secret.text.len()).to_string();
    let (seen, all) = mpsc::channel();
    RIG.upstream.on_head("late-upload", move |_, wire| {
        let body = wire.read_body().unwrap_or_default();
        seen.send(body).map_err(std::io::Error::other)
    });
    let mut client = RIG.client();
    let head = request_head("POST", "/", "late-upload", &[("content-length", &length)]);
    client.send(&[head, clean].concat());
    RIG.upstream.request("late-upload");
    client.send(secret.text.as_bytes());
    assert_eq!(client.response().status(), 403);
    let body = all.recv_timeout(PATIENCE).expect("the upstream sees the cut");
    assert!(body.len() < 2 * HELD_BYTES_MAX + secret.text.len() && !secret.leaks_in(&body));
    RIG.sweep(&[secret], &[]);
}

/// An event goes out before the next one exists, though a finding would block.
#[test]
fn an_event_stream_does_not_wait() {
    let (open, pass) = gate();
    RIG.upstream.on("events", move |_, wire| {
        wire.send(&chunked_head("200 OK", &[EVENTS]))?;
        for number in 0..3 {
            wire.send(&chunk(format!("data: {{\"n\": {number}}}\n\n").as_bytes()))?;
            pass();
        }
        wire.send(&last_chunk(&[]))
    });
    let mut client = RIG.client();
    client.send(&request_head("GET", "/", "events", &[]));
    assert_eq!(client.head().status(), 200);
    let mut seen = Vec::new();
    for number in 0..3 {
        client.read_until(&mut seen, format!("data: {{\"n\": {number}}}\n\n").as_bytes());
        open.send(()).expect("the upstream waits");
    }
    assert_eq!(client.piece(), None);
}

/// A message of gRPC: a flag, its length, and the bytes.
fn grpc(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).expect("a short text").to_be_bytes();
    [&[0][..], &length, text.as_bytes()].concat()
}

/// A call whose answer is blocked ends in a status of gRPC, and in nothing else.
#[test]
fn a_blocked_answer_of_grpc_has_a_status_alone() {
    let secret = secrets::github_pat(911);
    let upstream = h2::Upstream::start();
    let envoy = Envoy::start(Config::plugin(BLOCK).http2_upstream(), upstream.port());
    let reply = || h2::Message::response(200).header("content-type", "application/grpc");
    let message = grpc(&format!("the key is {} and more", secret.text));
    let (first, second) = message.split_at(30);
    upstream.reply("whole", reply().piece(&message).trailer("grpc-status", "0"));
    upstream.reply("cut", reply().piece(first).piece(second).trailer("grpc-status", "0"));
    let trailer = reply().piece(grpc("ok")).trailer("grpc-status", "3");
    upstream.reply("clean", trailer.clone().trailer("grpc-message", "not found"));
    for (case, blocked) in [("whole", true), ("cut", true), ("clean", false)] {
        let request = h2::Message::request("POST", "/service/Method", case);
        let request = request.header("content-type", "application/grpc").header("te", "trailers");
        let answer = h2::Client::send(envoy.port(), &request.piece(grpc("clean")));
        let answer = answer.expect("an answer");
        assert!(!secret.leaks_in(&answer.everything()), "{case}");
        match blocked {
            true => {
                assert_eq!(answer.values("grpc-status"), [b"7"], "{case}");
                assert!(answer.body().is_empty() && answer.trailers.is_empty(), "{case}");
            }
            false => assert_eq!((answer.status, answer.body()), (200, grpc("ok")), "{case}"),
        }
    }
    envoy.wait_for_count("hushgate.refused.response.blocked", 2);
    sweep::sweep(&envoy, &[secret], &[]);
}
