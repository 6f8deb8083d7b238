//! The simulated host behaves as Envoy 1.40 does: shown with the reading module and its scripts.
//!
//! Most of the scripts were run in a real Envoy 1.40.0 to see what is to be expected: maps and bodies
//! out of reach, held headers, the buffer limit, every kind of local reply, crashes, properties.

mod bodies;
mod crashes;
mod headers;
mod limits;
mod reading;
mod replies;
mod world;

use hushgate_test_wasm::{Host, Level, Message, Profile, Received, Stream, built};

const TRAILERS: [(&str, &str); 1] = [("x-trailer", "t")];

fn run(profile: Profile, script: &str) -> Host {
    let host = Host::load(built("hushgate_test_read"), profile).unwrap();
    host.configure(script).unwrap()
}

fn envoy(script: &str) -> Host {
    run(Profile::envoy(), script)
}

fn holding(script: &str) -> Host {
    run(Profile::envoy_holding_headers(), script)
}

/// The lines that the script logged.
fn lines(host: &Host) -> Vec<String> {
    let info = host.logs().into_iter().filter(|line| line.level == Level::Info);
    info.map(|line| line.text).collect()
}

fn get() -> Message {
    Message::get("/a?b=c")
}

fn ok(body: &str) -> Message {
    Message::status(200).header("x-a", "1").body(body)
}

/// Opens a stream whose request has gone through.
fn asked(host: &Host) -> Stream {
    let stream = host.stream();
    stream.request_headers([(":method", "GET"), (":path", "/"), (":authority", "a")], true);
    stream
}

fn body_of(received: &Received) -> String {
    String::from_utf8(received.body()).unwrap()
}
