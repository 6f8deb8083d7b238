//! Many at once: ten thousand mixed requests, and a thousand event streams. Each has an Envoy of its own: memory is measured.

use std::{
    fs, io,
    sync::{Arc, Condvar, Mutex},
    thread,
};

use hushgate_test_e2e::{
    Client, Config, PATIENCE, Request, Rig, Wire, chunk, request_head,
    secrets::{self, Planted, assert_redacted},
    stream::Text,
    upstream::{chunked, chunked_head, last_chunk, with_length},
};

const TEXT: (&str, &str) = ("content-type", "text/plain");
const JSON: (&str, &str) = ("content-type", "application/json");

const CONNECTIONS: usize = 100;
const EACH: usize = 100;
/// The first rounds, after which memory has to stay as it is.
const WARM: usize = 20;
/// What Envoy may grow by behind them: buffers of a hundred connections are not always full at once.
const GROWTH_MAX: u64 = 32 * 1024 * 1024;

/// What a request is about, and its answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Clean,
    CleanChunked,
    CleanLarge,
    CleanBinary,
    CleanUpload,
    Head,
    NoContent,
    NotFound,
    Leak,
    LeakChunked,
    LeakHeader,
    LeakUpload,
}

const KINDS: [Kind; 12] = [
    Kind::Clean,
    Kind::Leak,
    Kind::CleanChunked,
    Kind::Head,
    Kind::LeakChunked,
    Kind::CleanLarge,
    Kind::CleanUpload,
    Kind::LeakHeader,
    Kind::CleanBinary,
    Kind::NoContent,
    Kind::LeakUpload,
    Kind::NotFound,
];

fn kind(number: usize) -> Kind {
    KINDS[number % KINDS.len()]
}

/// The secret of a request, of another kind and another value each time.
fn planted(number: usize) -> Planted {
    let seed = number as u64;
    match kind(number) {
        Kind::Leak | Kind::LeakChunked => {
            let mut all = secrets::all(seed);
            all.swap_remove(number / KINDS.len() % all.len())
        }
        _ => match number / KINDS.len() % 3 {
            0 => secrets::github_pat(seed),
            1 => secrets::stripe_live(seed),
            _ => secrets::npm(seed),
        },
    }
}

/// The body that the upstream sends, or is sent.
fn body(number: usize) -> Vec<u8> {
    match kind(number) {
        Kind::Leak | Kind::LeakChunked | Kind::LeakUpload => {
            format!("number {number}\n{}\nends here\n", planted(number).text).into_bytes()
        }
        Kind::CleanLarge => Text::new(number as u64).next(64 * 1024),
        Kind::CleanBinary => (0..4_096).map(|at| (at * 7 + number) as u8).collect(),
        Kind::Head | Kind::NoContent => Vec::new(),
        _ => format!("{{\"number\": {number}, \"ok\": true}}\n").into_bytes(),
    }
}

fn answer(request: &Request, wire: &mut Wire) -> io::Result<()> {
    let target = request.head.target();
    let digits = target.trim_start_matches("/n/");
    let digits = digits.split(|it: char| !it.is_ascii_digit()).next().unwrap_or_default();
    let number = digits.parse().map_err(|_| io::ErrorKind::InvalidData)?;
    let body = body(number);
    match kind(number) {
        Kind::Clean | Kind::CleanUpload | Kind::LeakUpload => {
            wire.send(&with_length("200 OK", &[JSON], b"{\"stored\": true}"))
        }
        Kind::CleanChunked | Kind::LeakChunked => {
            let (first, second) = body.split_at(body.len() / 2);
            wire.send(&chunked("200 OK", &[TEXT], &[first, second], &[("x-end", "yes")]))
        }
        Kind::CleanBinary => {
            wire.send(&with_length("200 OK", &[("content-type", "image/png")], &body))
        }
        Kind::Head => {
            wire.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 77\r\n\r\n")
        }
        Kind::NoContent => wire.send(b"HTTP/1.1 204 No Content\r\n\r\n"),
        Kind::NotFound => wire.send(&with_length("404 Not Found", &[JSON], &body)),
        Kind::LeakHeader => {
            let header = ("x-debug", planted(number).text);
            wire.send(&with_length("200 OK", &[TEXT, (header.0, &header.1)], b"see the header"))
        }
        Kind::CleanLarge | Kind::Leak => wire.send(&with_length("200 OK", &[TEXT], &body)),
    }
}

fn exchange(client: &mut Client, number: usize) {
    let kind = kind(number);
    let path = format!("/n/{number}");
    let response = match kind {
        Kind::Head => {
            client.send(&request_head("HEAD", &path, "mixed", &[]));
            client.bodiless_response()
        }
        Kind::CleanUpload => client.post("mixed", &path, &[TEXT], &body(number)),
        Kind::LeakUpload => {
            let path = format!("{path}?token={}", planted(number).text);
            client.post("mixed", &path, &[TEXT], &body(number))
        }
        _ => client.get("mixed", &path, &[]),
    };
    let status = match kind {
        Kind::NoContent => 204,
        Kind::NotFound => 404,
        _ => 200,
    };
    assert_eq!(response.status(), status, "{number}: {kind:?}");
    let expected = match kind {
        Kind::Clean | Kind::CleanUpload | Kind::LeakUpload => b"{\"stored\": true}".to_vec(),
        Kind::LeakHeader => b"see the header".to_vec(),
        _ => body(number),
    };
    match kind {
        Kind::Leak | Kind::LeakChunked => {
            assert_redacted(&planted(number), &expected, &response.body);
        }
        Kind::LeakHeader => {
            let leaks = planted(number).leaks_in(&response.everything());
            assert!(!leaks && response.head.has("x-debug"), "{number}");
            assert_eq!(response.body, expected);
        }
        _ => assert_eq!(response.body, expected, "{number}: {kind:?}"),
    }
}

/// A third of them leak. Every leak is caught, what is clean comes as it was sent, nothing fails, and memory stays.
#[test]
fn ten_thousand_mixed_requests_at_once() {
    let rig = Rig::start(Config::shipped().workers(2));
    rig.upstream.on("mixed", answer);
    let rounds = |from: usize, to: usize| {
        thread::scope(|scope| {
            for connection in 0..CONNECTIONS {
                let rig = &rig;
                scope.spawn(move || {
                    let mut client = rig.client();
                    for round in from..to {
                        exchange(&mut client, round * CONNECTIONS + connection);
                    }
                });
            }
        });
    };
    rounds(0, WARM);
    let before = rig.envoy.resident_bytes();
    rounds(WARM, EACH);
    let growth = rig.envoy.resident_bytes().saturating_sub(before);
    println!("10,000 requests: Envoy grew by {} KiB after the first 2,000", growth / 1024);
    assert!(growth < GROWTH_MAX, "Envoy grew by {growth} bytes");
    // What the upstream was sent.
    let requests = rig.upstream.requests("mixed");
    assert_eq!(requests.len(), CONNECTIONS * EACH);
    let numbers = 0..CONNECTIONS * EACH;
    let uploads = numbers.clone().filter(|number| kind(*number) == Kind::LeakUpload);
    let uploads: Vec<Planted> = uploads.map(planted).collect();
    let clean: usize = numbers.filter(|number| kind(*number) == Kind::CleanUpload).count();
    let arrived: Vec<u8> = requests.iter().flat_map(Request::everything).collect();
    let leak = secrets::first_leak(&uploads, &arrived);
    assert!(leak.is_none(), "a {} reached the upstream", leak.unwrap_or_default());
    let whole = requests.iter().filter(|it| {
        let number = it.head.target().trim_start_matches("/n/").parse();
        number.is_ok_and(|number| kind(number) == Kind::CleanUpload && it.body == body(number))
    });
    assert_eq!(whole.count(), clean, "uploads without a secret arrive as they were sent");
    rig.sweep(&uploads[..20], &[]);
}

/// How many streams there may be: each has two sockets in this process, which has as many files open as it may.
fn streams() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let files = files.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    (files.unwrap_or(1_024_usize).saturating_sub(200) / 2).min(1_000)
}

/// A number that only grows, and those who wait for it.
#[derive(Default)]
struct Round {
    number: Mutex<usize>,
    grown: Condvar,
}

impl Round {
    fn reach(&self, number: usize) {
        *self.number.lock().expect("the number") = number;
        self.grown.notify_all();
    }

    fn wait_for(&self, number: usize) {
        let now = self.number.lock().expect("the number");
        let waited = self.grown.wait_timeout_while(now, PATIENCE, |now| *now < number);
        assert!(!waited.expect("the number").1.timed_out(), "the test goes on");
    }
}

fn event(number: usize) -> Vec<u8> {
    format!("id: {number}\ndata: {{\"n\": {number}, \"text\": \"some text\"}}\n\n").into_bytes()
}

/// What Envoy has grown by a stream, in bytes, with so many open at once. Each client has an event before the next one exists.
fn each_of(rig: &Rig, streams: usize) -> u64 {
    let round = Arc::new(Round::default());
    let waited = Arc::clone(&round);
    rig.upstream.on_head("events", move |_, wire| {
        wire.send(&chunked_head("200 OK", &[("content-type", "text/event-stream")]))?;
        for number in 1..=4 {
            waited.wait_for(number);
            wire.send(&chunk(&event(number)))?;
        }
        wire.send(&last_chunk(&[]))
    });
    // What the first exchange needs is not a stream's.
    rig.upstream.reply("first", with_length("200 OK", &[TEXT], b"first"));
    assert_eq!(rig.client().get("first", "/", &[]).status(), 200);
    let before = rig.envoy.resident_bytes();
    let mut clients: Vec<Client> = (0..streams).map(|_| rig.client()).collect();
    clients.iter_mut().for_each(|it| it.send(&request_head("GET", "/", "events", &[])));
    clients.iter_mut().for_each(|it| assert_eq!(it.head().status(), 200));
    for number in 1..=4 {
        round.reach(number);
        for client in &mut clients {
            let mut seen = Vec::new();
            client.read_until(&mut seen, b"\n\n");
            assert_eq!(seen, event(number));
        }
    }
    let grown = rig.envoy.resident_bytes().saturating_sub(before);
    clients.iter_mut().for_each(|it| assert_eq!(it.piece(), None));
    rig.sweep(&[], &[]);
    grown / streams as u64
}

#[test]
fn a_thousand_event_streams() {
    let streams = streams();
    let plain = each_of(&Rig::start(Config::shipped().without_filter()), streams);
    let each = each_of(&Rig::start(Config::shipped()), streams);
    println!("{streams} event streams: {each} bytes each, and {plain} without the filter");
    assert!(each < plain + EACH_BYTES_MAX, "{each} bytes a stream, and {plain} without the filter");
}

/// What the filter may add to a stream: its state, the proxy's own of a filter, and what its memory grows by at once.
const EACH_BYTES_MAX: u64 = 64 * 1024;
