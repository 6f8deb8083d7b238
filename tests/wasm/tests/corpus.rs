//! The corpus in wasm: the built module under a simulated Envoy, with and without held headers.

use std::collections::BTreeMap;
use std::time::Duration;

use hushgate_test_corpus::{
    Cutting, Exchange, Listener, Outcome, Pairs, Part, Proxy, Received, check_theme, themes,
};
use hushgate_test_wasm::{Direction, Headers, Host, Profile, Stream, built};

/// One test a theme, so that a failure says where; the list is checked against the files.
macro_rules! themes {
    ($($theme:ident),* $(,)?) => {
        $(#[test]
        fn $theme() {
            check_theme::<Envoy>(stringify!($theme));
            check_theme::<EnvoyHoldingHeaders>(stringify!($theme));
            check_theme::<Nginx>(stringify!($theme));
        })*

        #[test]
        fn every_theme_is_run() {
            assert_eq!(themes(), [$(stringify!($theme)),*]);
        }
    };
}

themes!(block, carriers, content, defaults, framing, headers, production, redact, streams);

/// Envoy with its defaults.
struct Envoy(Host);

impl Proxy for Envoy {
    fn start(config: &str, listener: Listener) -> Self {
        Envoy(start(Profile::envoy(), config, listener))
    }

    fn exchange(&mut self, exchange: &Exchange) -> Outcome {
        run(&self.0, exchange)
    }

    fn finish(self) -> (Vec<String>, Vec<String>) {
        finish(&self.0)
    }
}

/// Envoy with `allow_on_headers_stop_iteration`.
struct EnvoyHoldingHeaders(Host);

impl Proxy for EnvoyHoldingHeaders {
    fn start(config: &str, listener: Listener) -> Self {
        EnvoyHoldingHeaders(start(Profile::envoy_holding_headers(), config, listener))
    }

    fn exchange(&mut self, exchange: &Exchange) -> Outcome {
        run(&self.0, exchange)
    }

    fn finish(self) -> (Vec<String>, Vec<String>) {
        finish(&self.0)
    }
}

/// NGINX. It says nothing of the listener's direction: the configuration does.
struct Nginx(Host);

impl Proxy for Nginx {
    const IS_NGINX: bool = true;

    fn start(config: &str, listener: Listener) -> Self {
        let mut config: serde_json::Value = serde_json::from_str(config).unwrap();
        config["host"] = "nginx".into();
        if listener == Listener::Outbound && config.get("role").is_none() {
            config["role"] = "outbound".into();
        }
        Nginx(start(Profile::nginx(), &config.to_string(), Listener::Unset))
    }

    fn exchange(&mut self, exchange: &Exchange) -> Outcome {
        let mut outcome = run(&self.0, exchange);
        // A request's body is read whole before anything is asked.
        outcome.upstream.progress.clear();
        // A response that is blanked has its own status; the counter tells why.
        let blanked =
            outcome.counters.keys().find_map(|name| name.strip_prefix("refused.response."));
        let blanked =
            blanked.map(|reason| (if reason == "blocked" { 403 } else { 502 }, reason.to_owned()));
        outcome.refused = outcome.refused.or(blanked);
        outcome
    }

    fn finish(self) -> (Vec<String>, Vec<String>) {
        finish(&self.0)
    }
}

fn start(profile: Profile, config: &str, listener: Listener) -> Host {
    let host = Host::load(built("hushgate_redact"), profile).unwrap().configure(config).unwrap();
    if let Some(property) = listener.property() {
        host.set_property(&["xds", "listener_direction"], property);
    }
    host
}

fn run(host: &Host, exchange: &Exchange) -> Outcome {
    // So much later, every record of this exchange is logged.
    host.advance(Duration::from_secs(1));
    let before = host.deeds();
    let stream = host.stream();
    let mut progress = (Vec::new(), Vec::new());
    send(&stream, Direction::Request, &exchange.request, &mut progress.0);
    if stream.upstream_received().complete {
        send(&stream, Direction::Response, &exchange.response, &mut progress.1);
    }
    let refused = stream.local_reply().map(|reply| {
        let reason = reply.details.strip_prefix("hushgate_").unwrap_or(&reply.details);
        (reply.status as u16, reason.to_owned())
    });
    let (upstream, client) = stream.finish();
    Outcome {
        upstream: received(&upstream, progress.0),
        client: received(&client, progress.1),
        refused,
        counters: risen(&before, &host.deeds()),
    }
}

fn send(
    stream: &Stream,
    direction: Direction,
    message: &Cutting,
    progress: &mut Vec<(usize, usize)>,
) {
    let headers: Headers = message.headers.iter().map(|(name, value)| (name, value)).collect();
    let is_bare = message.parts.is_empty();
    match direction {
        Direction::Request => stream.request_headers(headers, is_bare),
        Direction::Response => stream.response_headers(headers, is_bare),
    }
    let mut sent = 0;
    for part in &message.parts {
        match (part, direction) {
            (Part::Piece(piece, end), Direction::Request) => stream.request_body(piece, *end),
            (Part::Piece(piece, end), Direction::Response) => stream.response_body(piece, *end),
            (Part::Trailers(pairs), Direction::Request) => stream.request_trailers(map(pairs)),
            (Part::Trailers(pairs), Direction::Response) => stream.response_trailers(map(pairs)),
        }
        // In NGINX a response goes on behind a reply.
        if stream.local_reply().is_some() && !stream.goes_on() {
            break;
        }
        if let Part::Piece(piece, _) = part {
            sent += piece.len();
        }
        let come = match direction {
            Direction::Request => stream.upstream_received(),
            Direction::Response => stream.client_received(),
        };
        progress.push((sent, come.chunks.iter().map(Vec::len).sum()));
    }
}

fn map(pairs: &Pairs) -> Headers {
    pairs.iter().map(|(name, value)| (name, value)).collect()
}

fn received(received: &hushgate_test_wasm::Received, progress: Vec<(usize, usize)>) -> Received {
    Received {
        headers: received.headers.as_ref().map(pairs),
        body: received.body(),
        trailers: received.trailers.as_ref().map(pairs).unwrap_or_default(),
        is_complete: received.complete,
        progress,
    }
}

fn pairs(headers: &Headers) -> Pairs {
    let text = |name: &[u8]| String::from_utf8(name.to_vec()).expect("names are text");
    headers.iter().map(|(name, value)| (text(name), value.to_vec())).collect()
}

fn risen(before: &BTreeMap<String, u64>, after: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let rise = |(name, count): (&String, &u64)| {
        let rise = count - before.get(name).copied().unwrap_or(0);
        (rise > 0).then(|| (name.strip_prefix("hushgate.").unwrap_or(name).to_owned(), rise))
    };
    after.iter().filter_map(rise).collect()
}

fn finish(host: &Host) -> (Vec<String>, Vec<String>) {
    let mut faults = host.faults();
    if host.crashes() > 0 {
        faults.push(format!("{} crashes", host.crashes()));
    }
    (host.logs().into_iter().map(|line| line.text).collect(), faults)
}
