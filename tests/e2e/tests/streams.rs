//! Bodies that take their time, and bodies that are large: no byte waits without a reason, and no
//! body is held.

use std::{
    env,
    sync::{LazyLock, Mutex, mpsc},
    time::Duration,
};

use hushgate_test_e2e::{
    Config, PATIENCE, Rig, chunk, curl, request_head,
    secrets::{self, assert_redacted},
    stream::{Digest, Text},
    upstream::{chunked_head, gate, last_chunk, with_length},
};

static RIG: LazyLock<Rig> = LazyLock::new(|| Rig::start(Config::shipped()));

const EVENTS: (&str, &str) = ("content-type", "text/event-stream");
const TEXT: (&str, &str) = ("content-type", "text/plain");

/// The gap is not measured with a clock: the upstream sends each event only after the client has
/// the one before. If the filter held a finished event, this would never end.
#[test]
fn a_finished_event_goes_out_before_the_next_one_exists() {
    let (open, pass) = gate();
    RIG.upstream.on("events", move |_, wire| {
        wire.send(&chunked_head("200 OK", &[EVENTS]))?;
        for number in 0..20 {
            wire.send(&chunk(format!("id: {number}\ndata: {{\"n\": {number}}}\n\n").as_bytes()))?;
            pass();
        }
        wire.send(&last_chunk(&[]))
    });
    let mut client = RIG.client();
    client.send(&request_head("GET", "/", "events", &[]));
    assert_eq!(client.head().status(), 200);
    let mut seen = Vec::new();
    for number in 0..20 {
        let event = format!("id: {number}\ndata: {{\"n\": {number}}}\n\n");
        client.read_until(&mut seen, event.as_bytes());
        assert!(seen.ends_with(event.as_bytes()));
        open.send(()).expect("the upstream waits");
    }
    assert_eq!(client.piece(), None);
    RIG.sweep(&[], &[]);
}

/// As above, with a token in each event, cut by the upstream's writes: the half waits, the finished
/// event does not.
#[test]
fn a_token_cut_inside_an_event_is_redacted_and_the_event_still_goes_out_at_once() {
    let secret = secrets::openai_project(200);
    let (open, pass) = gate();
    let event = format!("data: {{\"key\": \"{}\"}}\n\n", secret.text);
    let sent = event.clone();
    RIG.upstream.on("cut-events", move |_, wire| {
        wire.send(&chunked_head("200 OK", &[EVENTS]))?;
        for number in 1..=10 {
            let (first, rest) = sent.as_bytes().split_at(16 + 11 * number);
            wire.send_apart(&chunk(first))?;
            wire.send(&chunk(rest))?;
            pass();
        }
        wire.send(&last_chunk(&[]))
    });
    let mut client = RIG.client();
    client.send(&request_head("GET", "/", "cut-events", &[]));
    client.head();
    for _ in 0..10 {
        let mut seen = Vec::new();
        client.read_until(&mut seen, b"\n\n");
        assert_redacted(&secret, event.as_bytes(), &seen);
        open.send(()).expect("the upstream waits");
    }
    assert_eq!(client.piece(), None);
    RIG.sweep(&[secret], &[]);
}

/// Text that only looks like the start of a secret waits for the byte that decides, no longer.
#[test]
fn a_live_prefix_waits_only_until_it_is_decided() {
    let secret = secrets::github_pat(201);
    let (open, pass) = gate();
    let start = secret.text[..4].to_owned();
    RIG.upstream.on("prefix", move |_, wire| {
        wire.send(&chunked_head("200 OK", &[TEXT]))?;
        wire.send_apart(&chunk(format!("tokens start with {start}").as_bytes()))?;
        wire.send(&chunk(b" and then\n"))?;
        pass();
        wire.send(&last_chunk(&[]))
    });
    let mut client = RIG.client();
    client.send(&request_head("GET", "/", "prefix", &[]));
    client.head();
    let mut seen = Vec::new();
    client.read_until(&mut seen, b" and then\n");
    open.send(()).expect("the upstream waits");
    assert_eq!(seen, format!("tokens start with {} and then\n", &secret.text[..4]).into_bytes());
    assert_eq!(client.piece(), None);
}

/// How large a body is, in MiB; another size by this variable, for a run by hand.
const LARGE_MIB: usize = 100;
const LARGE_VARIABLE: &str = "HUSHGATE_TEST_BODY_MIB";
const BLOCK: usize = 64 * 1024;
/// What Envoy may grow by while such a body passes: its buffers, and V8's.
const GROWTH_MAX: u64 = 64 * 1024 * 1024;

fn large_bytes() -> usize {
    let mebibytes = env::var(LARGE_VARIABLE).ok().and_then(|text| text.parse().ok());
    mebibytes.unwrap_or(LARGE_MIB) << 20
}

/// The blocks of a large text with a secret in each sixteenth, and its digest without the secrets.
fn large(seed: u64, secret: &str, mut sink: impl FnMut(&[u8])) -> Digest {
    let mut text = Text::new(seed);
    let mut digest = Digest::default();
    for number in 0..large_bytes() / BLOCK {
        let mut block = text.next(BLOCK);
        if number.is_multiple_of(16) {
            let line = format!("\nkey {secret}\n");
            block[..line.len()].copy_from_slice(line.as_bytes());
            digest.update(&block[..5]);
            digest.update(&block[5 + secret.len()..]);
        } else {
            digest.update(&block);
        }
        sink(&block);
    }
    digest
}

/// Feeds a digest with what arrives, blocks put together again, without the places of the secrets.
struct Check {
    digest: Digest,
    pending: Vec<u8>,
    blocks: usize,
    secret_bytes: usize,
}

impl Check {
    fn new(secret_bytes: usize) -> Self {
        Self { digest: Digest::default(), pending: Vec::new(), blocks: 0, secret_bytes }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        while self.pending.len() >= BLOCK {
            let block: Vec<u8> = self.pending.drain(..BLOCK).collect();
            if self.blocks.is_multiple_of(16) {
                let end = 5 + self.secret_bytes;
                assert!(block[5..end].starts_with(b"[REDACTED:"), "block {}", self.blocks);
                self.digest.update(&block[..5]);
                self.digest.update(&block[end..]);
            } else {
                self.digest.update(&block);
            }
            self.blocks += 1;
        }
    }
}

/// Both directions in one test, and on an Envoy of their own: memory is measured.
#[test]
fn a_large_body_each_way_in_constant_memory() {
    let rig = Rig::start(Config::shipped());
    let secret = secrets::github_pat(202);
    let planted = secret.text.clone();
    let length = large_bytes().to_string();

    let text = planted.clone();
    rig.upstream.on("large", move |_, wire| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length";
        wire.send(format!("{head}: {}\r\n\r\n", large_bytes()).as_bytes())?;
        let mut result = Ok(());
        large(7, &text, |block| {
            if result.is_ok() {
                result = wire.send(block);
            }
        });
        result
    });
    let mut client = rig.client();
    // A first, small exchange: what a VM needs once does not count.
    rig.upstream.reply("small", with_length("200 OK", &[TEXT], planted.as_bytes()));
    client.get("small", "/", &[]);
    let before = rig.envoy.resident_bytes();
    client.send(&request_head("GET", "/", "large", &[]));
    assert_eq!(client.head().value("content-length"), length);
    let mut check = Check::new(planted.len());
    let mut peak = before;
    while let Some(piece) = client.piece() {
        let blocks = check.blocks;
        check.take(&piece);
        if check.blocks / 64 != blocks / 64 {
            peak = peak.max(rig.envoy.resident_bytes());
        }
    }
    assert_eq!(check.digest, large(7, &planted, |_| {}), "the response is not what was sent");

    let (report, arrived) = mpsc::channel();
    let report = Mutex::new(report);
    let bytes = planted.len();
    rig.upstream.on_head("upload", move |_, wire| {
        let mut check = Check::new(bytes);
        while let Some(piece) = wire.next_piece()? {
            check.take(&piece);
        }
        report.lock().expect("one user").send(check.digest).expect("the test waits");
        wire.send(&with_length("200 OK", &[TEXT], b"thanks"))
    });
    client.send(&request_head("PUT", "/", "upload", &[TEXT, ("content-length", &length)]));
    let sent = large(8, &planted, |block| client.send(block));
    peak = peak.max(rig.envoy.resident_bytes());
    assert_eq!(client.response().body, b"thanks");
    assert_eq!(arrived.recv_timeout(PATIENCE).expect("the upload's digest"), sent);
    peak = peak.max(rig.envoy.resident_bytes());

    let growth = peak.saturating_sub(before);
    let mebibytes = large_bytes() >> 20;
    println!("{mebibytes} MiB each way: Envoy grew by {} KiB", growth / 1024);
    assert!(growth < GROWTH_MAX, "Envoy grew by {growth} bytes");
    rig.sweep(&[secret], &[]);
}

#[test]
fn curl_with_expect_100_continue_gets_its_answer() {
    if !curl::available() {
        println!("not run: curl is not installed");
        return;
    }
    let secret = secrets::gitlab_pat(203);
    let body = format!("token={}&note=hello", secret.text);
    RIG.upstream.reply("expect", with_length("200 OK", &[TEXT], b"stored"));
    let arguments = ["--header", "Expect: 100-continue", "--data", &body];
    let done = curl::run(RIG.envoy.port(), "/upload", "expect", &arguments);
    assert_eq!((done.code, done.output.as_slice()), (0, &b"stored"[..]), "{}", done.errors);
    let arrived = RIG.upstream.request("expect");
    assert_redacted(&secret, body.as_bytes(), &arrived.body);
    RIG.sweep(&[secret], &[&arrived.everything()]);
}

/// The client sends nothing before it is told to: a filter that waited for the body would wait for
/// ever.
#[test]
fn expect_100_continue_is_answered_before_the_body() {
    RIG.upstream.reply("continue", with_length("200 OK", &[TEXT], b"stored"));
    let mut client = RIG.client();
    let expect = ("expect", "100-continue");
    client.send(&request_head("POST", "/", "continue", &[TEXT, expect, ("content-length", "5")]));
    let first = client.head();
    assert_eq!(first.status(), 100);
    client.send(b"hello");
    assert_eq!(client.response().body, b"stored");
    assert_eq!(RIG.upstream.request("continue").body, b"hello");
}

#[test]
fn a_client_that_leaves_in_the_middle_hurts_nobody() {
    let (open, pass) = gate();
    RIG.upstream.on("leaver", move |_, wire| {
        wire.send(&chunked_head("200 OK", &[EVENTS]))?;
        wire.send(&chunk(b"data: 1\n\n"))?;
        pass();
        // Envoy has dropped its side by now, or drops it on this.
        let _ = wire.send(&chunk(b"data: 2\n\n"));
        Ok(())
    });
    let mut client = RIG.client();
    client.send(&request_head("GET", "/", "leaver", &[]));
    client.head();
    let mut seen = Vec::new();
    client.read_until(&mut seen, b"data: 1\n\n");
    drop(client);
    open.send(()).expect("the upstream waits");
    RIG.upstream.reply("stayer", with_length("200 OK", &[TEXT], b"fine"));
    assert_eq!(RIG.client().get("stayer", "/", &[]).body, b"fine");
    RIG.sweep(&[], &[]);
}

/// Frames pass both ways as they are: a client's are masked with a key of its own.
#[test]
fn a_websocket_passes() {
    RIG.upstream.on_head("socket", |_, wire| {
        wire.send(
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\
              connection: Upgrade\r\n\r\n",
        )?;
        wire.send(b"\x81\x05hello")?;
        // Kept open until the client has read it.
        std::thread::sleep(Duration::from_millis(50));
        let _ = wire.closed();
        Ok(())
    });
    let mut client = RIG.client();
    let headers = [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGVzdCB3ZWJzb2NrZXQgIQ=="),
    ];
    client.send(&request_head("GET", "/socket", "socket", &headers));
    assert_eq!(client.head().status(), 101);
    client.wire().read_to_close();
    let mut seen = Vec::new();
    client.read_until(&mut seen, b"\x81\x05hello");
    RIG.sweep(&[], &[]);
}
