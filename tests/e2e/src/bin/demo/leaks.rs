//! The leaks, each as it happens in the wild, and the clean page.

use std::sync::{Arc, Mutex, mpsc};

use hushgate_test_e2e::{
    Client, PATIENCE, Response, Upstream, chunk, request_head,
    secrets::{self, Planted},
    upstream::{chunked, chunked_head, last_chunk, with_length},
};

/// One way to leak.
pub(crate) struct Leak {
    /// What happens, in a line.
    pub(crate) title: &'static str,
    /// Where it leaks.
    pub(crate) place: &'static str,
    /// The secrets in it.
    pub(crate) planted: Vec<Planted>,
    /// Makes it happen through a port, and says what was seen at the far end.
    pub(crate) run: Box<Run>,
}

/// Sends the exchange to a port: the upstream's own, or Envoy's.
type Run = dyn Fn(&Upstream, u16) -> Sight;

/// What the far end saw.
pub(crate) struct Sight {
    /// All of it, for the verdict.
    pub(crate) bytes: Vec<u8>,
    /// The part to print.
    pub(crate) shown: String,
}

impl Sight {
    fn of(bytes: Vec<u8>, shown: &[u8]) -> Self {
        Self { bytes, shown: String::from_utf8_lossy(shown).trim_end().to_owned() }
    }

    fn body(response: &Response) -> Self {
        Self::of(response.everything(), &response.body)
    }
}

const SEED: u64 = 2026;
const HTML: (&str, &str) = ("content-type", "text/html");
const JSON: (&str, &str) = ("content-type", "application/json");
const TEXT: (&str, &str) = ("content-type", "text/plain");

/// Every leak, with its answer registered at the upstream.
pub(crate) fn all(upstream: &Upstream) -> Vec<Leak> {
    vec![
        error_page(upstream),
        debug_endpoint(upstream),
        private_key(upstream),
        header(upstream),
        trailer(upstream),
        event_stream(upstream),
        request_body(upstream),
        query(upstream),
    ]
}

fn error_page(upstream: &Upstream) -> Leak {
    let secret = secrets::database_url(SEED);
    let page = format!("<h1>500</h1>\ncannot connect to {}\n", secret.text);
    let reply = with_length("500 Internal Server Error", &[HTML], page.as_bytes());
    let title = "An error page shows the database's URL";
    fetched(upstream, "error", title, "response body", vec![secret], reply, Sight::body)
}

fn debug_endpoint(upstream: &Upstream) -> Leak {
    let planted =
        vec![secrets::aws_secret(SEED), secrets::github_pat(SEED), secrets::stripe_live(SEED)];
    let environment = format!(
        "PATH=/usr/bin\n{}GITHUB_TOKEN={}\nSTRIPE_KEY={}\nLANG=C.UTF-8\n",
        planted[0].text, planted[1].text, planted[2].text
    );
    let reply = with_length("200 OK", &[TEXT], environment.as_bytes());
    let title = "A debug endpoint prints the environment";
    fetched(upstream, "debug", title, "response body", planted, reply, Sight::body)
}

fn private_key(upstream: &Upstream) -> Leak {
    let secret = secrets::private_key(SEED);
    let answer = serde_json::json!({"host": "web-1", "tls_key": secret.text}).to_string();
    let reply = chunked("200 OK", &[JSON], &[answer.as_bytes()], &[]);
    let title = "An API answers with a private key";
    fetched(upstream, "key", title, "response body, JSON", vec![secret], reply, Sight::body)
}

fn header(upstream: &Upstream) -> Leak {
    let secret = secrets::gitlab_pat(SEED);
    let reply = with_length("200 OK", &[TEXT, ("x-debug-token", &secret.text)], b"ok\n");
    let title = "A debug header was left in";
    fetched(upstream, "header", title, "response header", vec![secret], reply, |response| {
        let shown = format!("x-debug-token: {}", response.head.value("x-debug-token"));
        Sight::of(response.everything(), shown.as_bytes())
    })
}

fn trailer(upstream: &Upstream) -> Leak {
    let secret = secrets::slack_bot(SEED);
    let trailers = [("x-notify", secret.text.as_str())];
    let reply = chunked("200 OK", &[TEXT], &[b"done\n"], &trailers);
    let title = "A trailer carries a bot's token";
    fetched(upstream, "trailer", title, "response trailer", vec![secret], reply, |response| {
        Sight::of(response.everything(), &response.trailers)
    })
}

/// The upstream sends the third event only when the client has the second, whose token it cut.
fn event_stream(upstream: &Upstream) -> Leak {
    let secret = secrets::openai_project(SEED);
    let (open, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let event = format!("data: {{\"using\": \"{}\"}}\n\n", secret.text);
    upstream.on("events", move |_, wire| {
        let (first, rest) = event.as_bytes().split_at(60);
        wire.send(&chunked_head("200 OK", &[("content-type", "text/event-stream")]))?;
        wire.send(&chunk(b"data: 1\n\n"))?;
        wire.send_apart(&chunk(first))?;
        wire.send(&chunk(rest))?;
        let _ = wait.lock().expect("one user").recv_timeout(PATIENCE);
        wire.send(&chunk(b"data: 3\n\n"))?;
        wire.send(&last_chunk(&[]))
    });
    let open = Arc::new(Mutex::new(open));
    let run = move |_: &Upstream, port: u16| {
        let mut client = Client::connect(port);
        client.send(&request_head("GET", "/events", "events", &[]));
        let head = client.head();
        let mut seen = Vec::new();
        client.read_until(&mut seen, b"\"}\n\n");
        let second = seen.clone();
        let _ = open.lock().expect("one user").send(());
        let rest = client.rest(head);
        let second = second.strip_prefix(b"data: 1\n\n").unwrap_or(&second);
        Sight::of([&seen[..], &rest.everything()].concat(), second)
    };
    Leak {
        title: "An event stream spells a key out, cut in two by its writes",
        place: "response body, events; each arrived before the next was sent",
        planted: vec![secret],
        run: Box::new(run),
    }
}

fn request_body(upstream: &Upstream) -> Leak {
    let secret = secrets::anthropic(SEED);
    let body = serde_json::json!({"level": "debug", "line": format!("key={}", secret.text)});
    let body = body.to_string();
    upstream.reply("collect", with_length("202 Accepted", &[], b""));
    let run = move |upstream: &Upstream, port: u16| {
        Client::connect(port).post("collect", "/collect", &[JSON], body.as_bytes());
        let arrived = upstream.request("collect");
        Sight::of(arrived.everything(), &arrived.body)
    };
    Leak {
        title: "A log line with a key goes to a third party",
        place: "request body",
        planted: vec![secret],
        run: Box::new(run),
    }
}

fn query(upstream: &Upstream) -> Leak {
    let secret = secrets::sendgrid(SEED);
    let path = format!("/track?page=home&key={}&v=2", secret.text);
    upstream.reply("track", with_length("204 No Content", &[], b""));
    let run = move |upstream: &Upstream, port: u16| {
        Client::connect(port).get("track", &path, &[]);
        let arrived = upstream.request("track");
        Sight::of(arrived.everything(), arrived.head.start_line().as_bytes())
    };
    Leak {
        title: "A key stands in a query string",
        place: "request target",
        planted: vec![secret],
        run: Box::new(run),
    }
}

/// A leak that shows in the answer to a GET.
fn fetched(
    upstream: &Upstream,
    case: &'static str,
    title: &'static str,
    place: &'static str,
    planted: Vec<Planted>,
    reply: Vec<u8>,
    sight: fn(&Response) -> Sight,
) -> Leak {
    upstream.reply(case, reply);
    let run = move |_: &Upstream, port: u16| sight(&Client::connect(port).get(case, "/", &[]));
    Leak { title, place, planted, run: Box::new(run) }
}

/// A page with much that only looks like a secret. What is compared is what the upstream wrote:
/// Envoy itself adds a header of its own.
pub(crate) fn clean(upstream: &Upstream, port: u16) -> Sight {
    let headers = [
        HTML,
        ("etag", "\"33a64df551425fcc55e4d42a148795d9f25f89d4\""),
        ("x-request", "123e4567-e89b-12d3-a456-426614174000"),
    ];
    let page = "<!doctype html>\n\
                <p>Commit da39a3ee5e6b4b0d3255bfef95601890afd80709, caf\u{e9} &amp; 100 % clean.\n\
                <script integrity=\"sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\">\
                </script>\n";
    upstream.reply("clean", with_length("200 OK", &headers, page.as_bytes()));
    let response = Client::connect(port).get("clean", "/", &[]);
    let ours = |line: &&[u8]| !line.starts_with(b"x-envoy-") && !line.starts_with(b"date:");
    let mut bytes = response.head.start_line().into_bytes();
    for line in response.head.header_lines().filter(ours) {
        bytes.extend_from_slice(line);
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(&response.body);
    Sight::of(bytes, &response.body)
}
