//! What a content coding costs: exchanges with a clean response of JSON, by coding and by way, in the pieces that a proxy reads.
//!
//! `benches/run.sh codings` runs it and prints the tables. Speeds are of the text, packed or not.

use std::{fs, hint::black_box, io::Write, path::PathBuf, rc::Rc, time::Duration};

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use hushgate::{
    config::Config,
    exchange::{Event, Exchange, Flow},
    http::Headers,
    policy::{Direction, Role},
};
use hushgate_bench::corpus::{self, Kind};

const TEXT_BYTES: usize = 1 << 20;
const CODINGS: [&str; 5] = ["identity", "gzip", "deflate", "br", "zstd"];
/// What Envoy reads at once.
const PIECE_BYTES: usize = 16 << 10;

/// The ways, by their names in the table: a configuration, and whether the answer has a length.
const WAYS: [(&str, &str, bool); 3] = [
    ("reported: goes on as it came", r#"{"responses": "report"}"#, true),
    (
        "redacted: held, clean",
        r#"{"responses": "redact", "hold_headers": true, "held_bytes_max": 16777216}"#,
        true,
    ),
    ("redacted: streams, packed anew", r#"{"responses": "redact"}"#, false),
];

fn packed(coding: &str, text: &[u8]) -> Vec<u8> {
    match coding {
        "gzip" => {
            let level = flate2::Compression::new(6);
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
            encoder.write_all(text).expect("room");
            encoder.finish().expect("room")
        }
        "deflate" => {
            let level = flate2::Compression::new(6);
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(text).expect("room");
            encoder.finish().expect("room")
        }
        "br" => {
            let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4_096, 5, 22);
            encoder.write_all(text).expect("room");
            encoder.into_inner()
        }
        "zstd" => {
            let mut encoder = zrip::FrameEncoder::new(Vec::new(), 3).expect("a level");
            encoder.write_all(text).expect("room");
            encoder.finish().expect("room")
        }
        _ => text.to_vec(),
    }
}

/// One exchange; gives how many bytes the body became.
fn respond(config: &Rc<Config>, headers: &Headers, body: &[u8]) -> usize {
    let direction = Direction::Response;
    let mut exchange = Exchange::new(Rc::clone(config), Role::Inbound);
    exchange.on(Event::Headers { direction, headers, end_of_stream: false });
    let mut sent = 0;
    let last = body.len().div_ceil(PIECE_BYTES) - 1;
    for (number, bytes) in body.chunks(PIECE_BYTES).enumerate() {
        let end_of_stream = number == last;
        let step = exchange.on(Event::Body { direction, bytes, end_of_stream });
        assert!(!matches!(step.flow, Flow::Refuse(_)), "a clean body");
        sent += step.body.map_or(bytes.len(), |body| body.len());
    }
    sent
}

/// A response of this body.
fn headers(coding: &str, body: &[u8], has_length: bool) -> Headers {
    let length = body.len().to_string();
    let mut pairs = vec![
        (&b":status"[..], &b"200"[..]),
        (b"content-type", b"application/json"),
        (b"content-encoding", coding.as_bytes()),
    ];
    if has_length {
        pairs.push((b"content-length", length.as_bytes()));
    }
    pairs.into_iter().collect()
}

fn config(json: &str) -> Rc<Config> {
    Rc::new(Config::parse(json.as_bytes()).expect("a configuration"))
}

fn codings(criterion: &mut Criterion) {
    let text = corpus::generate(Kind::Json, TEXT_BYTES);
    for coding in CODINGS {
        let body = packed(coding, &text);
        let mut group = criterion.benchmark_group(coding);
        group
            .sample_size(10)
            .sampling_mode(SamplingMode::Flat)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(Duration::from_secs(1))
            .throughput(Throughput::Bytes(text.len() as u64));
        for (name, json, has_length) in WAYS {
            let (config, headers) = (config(json), headers(coding, &body, has_length));
            group.bench_function(name, |bencher| {
                bencher.iter(|| respond(&config, &headers, black_box(&body)));
            });
        }
    }
}

/// Bytes on the wire, as a Markdown table beside criterion's own files.
fn sizes(_: &mut Criterion) {
    let text = corpus::generate(Kind::Json, TEXT_BYTES);
    let mut table = String::from(
        "| coding | packed by the upstream, of the text | packed anew, of the text |\n|---|---|---|\n",
    );
    for coding in CODINGS {
        let body = packed(coding, &text);
        let (_, json, has_length) = WAYS[2];
        let sent = respond(&config(json), &headers(coding, &body, has_length), &body);
        let share = |bytes: usize| format!("{:.1} %", 100.0 * bytes as f64 / text.len() as f64);
        table += &format!("| {coding} | {} | {} |\n", share(body.len()), share(sent));
    }
    let folder = std::env::var_os("CRITERION_HOME").map_or_else(|| "target".into(), PathBuf::from);
    fs::create_dir_all(&folder).expect("a folder for results");
    fs::write(folder.join("sizes.md"), table).expect("a folder for results");
}

criterion_group!(coding_benches, codings, sizes);
criterion_main!(coding_benches);
