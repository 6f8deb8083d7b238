//! Bodies in content codings: what is decoded of them does not depend on coding or cuts.

use std::io::{Read, Write};

use hushgate::rule;
use hushgate_test_wasm::{End, Headers, Host, Message, Profile, Stream, built};

use super::{assert_well, expand, expected, host, rules};

/// As `REDACT`, with headers that may be held.
const HOLDING: &str = r#"{"profile": "strict", "log_records_per_second_max": 10000, "hold_headers": true,
    "requests": {"certain": "redact", "likely": "redact", "possible": "redact"},
    "responses": {"certain": "redact", "likely": "redact", "possible": "redact"}}"#;

const CODINGS: [&str; 4] = ["gzip", "deflate", "br", "zstd"];

fn packed(coding: &str, text: &[u8]) -> Vec<u8> {
    match coding {
        "gzip" => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        }
        "deflate" => {
            let mut encoder =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(9));
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        }
        "br" => {
            let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4_096, 9, 22);
            encoder.write_all(text).unwrap();
            encoder.into_inner()
        }
        _ => {
            let mut encoder = zrip::FrameEncoder::new(Vec::new(), 3).unwrap();
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        }
    }
}

fn unpacked(coding: &str, coded: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let read = match coding {
        "gzip" => flate2::read::MultiGzDecoder::new(coded).read_to_end(&mut text),
        "deflate" => flate2::read::ZlibDecoder::new(coded).read_to_end(&mut text),
        "br" => brotli::Decompressor::new(coded, 4_096).read_to_end(&mut text),
        _ => zrip::FrameDecoder::new(coded).read_to_end(&mut text),
    };
    read.unwrap();
    text
}

fn response(coding: &str, coded: &[u8], has_length: bool) -> Message {
    let headers =
        [(":status", "200"), ("content-type", "text/plain"), ("content-encoding", coding)];
    let message = Message::new(headers).body(coded);
    match has_length {
        true => message.header("content-length", coded.len().to_string()),
        false => message,
    }
}

/// The text that the client unpacks; its length must be right where it is said.
fn received(host: &Host, coding: &str, response: &Message) -> Vec<u8> {
    let outcome = host.exchange(&Message::get("/"), response);
    assert!(outcome.client.complete && outcome.overflow.is_none(), "{coding}");
    let body = outcome.client.body();
    let headers = outcome.client.headers.unwrap();
    if let Some(length) = headers.values("content-length").next() {
        assert_eq!(length, body.len().to_string().as_bytes(), "{coding}");
    }
    unpacked(coding, &body)
}

/// Every rule's example in one of the codings, held and streamed, in one piece, byte by byte and with every end.
#[test]
fn every_rule_in_a_coding() {
    let host = host(HOLDING);
    let trailers = Headers::from([("x-end", "1")]);
    let ends = [
        End::LastPiece,
        End::EmptyPiece,
        End::Trailers(trailers.clone()),
        End::AddedTrailers(trailers),
    ];
    for (number, rule) in rule::builtin().iter().enumerate() {
        let text = expand(rule, rules::found(rule)[0], 5);
        let expected = expected(HOLDING, &text).body;
        let coding = CODINGS[number % CODINGS.len()];
        let coded = packed(coding, &text);
        for (has_length, end) in [false, true].iter().zip(ends.iter().cycle().skip(number)) {
            let response = response(coding, &coded, *has_length).ending(end.clone());
            let whole = received(&host, coding, &response);
            assert!(whole == expected, "{}: {coding}, {end:?}", rule.id);
            let single = received(&host, coding, &response.clone().cut(1..coded.len()));
            assert!(single == expected, "{}: {coding}, {end:?}, byte by byte", rule.id);
        }
    }
    assert_well(&host);
}

/// Every cut of an example in each coding.
#[test]
fn every_cut_in_every_coding() {
    let host = host(HOLDING);
    let rule = rule::find("github.pat").unwrap();
    let text = [b"{\"a\": \"", expand(rule, rules::found(rule)[0], 5).as_slice(), b"\"}"].concat();
    let expected = expected(HOLDING, &text).body;
    assert_ne!(text, expected);
    for (coding, has_length) in CODINGS.iter().flat_map(|it| [(it, true), (it, false)]) {
        let coded = packed(coding, &text);
        for at in 1..coded.len() {
            let response = response(coding, &coded, has_length).cut([at]);
            assert!(received(&host, coding, &response) == expected, "{coding}, cut at {at}");
        }
    }
    assert_well(&host);
}

/// Clean and short: the same bytes and headers.
#[test]
fn clean_coded_bodies_are_untouched() {
    let host = host(HOLDING);
    for coding in CODINGS {
        let coded = packed(coding, b"{\"nothing\": \"to see\"}");
        for at in 1..coded.len() {
            let sent = response(coding, &coded, true).header("etag", "\"x\"").cut([at]);
            let outcome = host.exchange(&Message::get("/"), &sent);
            assert!(outcome.client.body() == coded, "{coding}, cut at {at}");
            let headers = outcome.client.headers.unwrap();
            assert_eq!(headers.values("etag").next(), Some(&b"\"x\""[..]));
            let length = headers.values("content-length").next().map(<[u8]>::to_vec);
            assert_eq!(length, Some(coded.len().to_string().into_bytes()));
        }
    }
    assert!(host.deeds().is_empty(), "{:?}", host.deeds());
    assert_well(&host);
}

/// Held with its headers, a broken body becomes a reply; streamed, it is cut.
#[test]
fn a_broken_body_is_refused() {
    let host = host(HOLDING);
    for coding in CODINGS {
        let coded = packed(coding, b"a body that ends too soon, whatever its length says");
        let short = &coded[..coded.len() - 5];
        let held = host.exchange(&Message::get("/"), &response(coding, short, true));
        let status = held.client.headers.unwrap().values(":status").next().map(<[u8]>::to_vec);
        assert_eq!(status, Some(b"502".to_vec()), "{coding}");
        let streamed = host.exchange(&Message::get("/"), &response(coding, short, false).cut([9]));
        let body = streamed.client.body();
        assert!(!streamed.client.complete || body.starts_with(b"hushgate: refused"), "{coding}");
    }
    assert_eq!(host.metric("hushgate.refused.response.corrupt"), 8);
    assert_well(&host);
}

/// A proxy that does not hold headers: no length, and nothing hangs.
#[test]
fn without_held_headers_the_length_goes() {
    let host = Host::load(built("hushgate_redact"), Profile::envoy()).unwrap();
    let host = host.configure(r#"{"responses": "redact"}"#).unwrap();
    for coding in CODINGS {
        let coded = packed(coding, b"nothing to see");
        let response = response(coding, &coded, true).cut([3]);
        assert_eq!(received(&host, coding, &response), b"nothing to see");
        let outcome = host.exchange(&Message::get("/"), &response);
        assert_eq!(outcome.client.headers.unwrap().values("content-length").next(), None);
    }
    assert_well(&host);
}

/// Streams of ten megabytes each, packed well.
#[test]
fn long_streams_come_through() {
    let host = host(HOLDING);
    let lines = (0..150_000_u64).map(|number| {
        let noise = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        format!("{{\"id\": {number}, \"name\": \"a line among many\", \"size\": {noise}}}\n")
    });
    let text = lines.collect::<String>().into_bytes();
    for coding in CODINGS {
        let coded = packed(coding, &text);
        let cuts = (0..coded.len()).step_by(1_024);
        let response = response(coding, &coded, false).cut(cuts);
        assert!(received(&host, coding, &response) == text, "{coding}");
    }
    assert_well(&host);
}

/// What docs/codings.md says one stream takes at most, in MiB, reported and packed anew: its text fills every window.
#[test]
fn the_memory_of_a_stream_is_bounded() {
    const STREAMS: usize = 2;
    let lines = (0..240_000_u64).map(|number| {
        let noise = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!("{{\"id\": {number}, \"name\": \"one of many\", \"hash\": \"{noise:016x}\", \"ok\": true}}\n")
    });
    let text = lines.collect::<String>().into_bytes();
    assert!(text.len() > 16 << 20, "more than the largest window: {} bytes", text.len());
    for (coding, text, at_most) in [
        ("gzip", &text[..1 << 20], [1, 1]),
        ("deflate", &text[..1 << 20], [1, 1]),
        ("br", &text[..], [24, 25]),
        ("zstd", &text[..], [24, 24]),
    ] {
        let coded = match coding {
            "br" => {
                let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4_096, 1, 24);
                encoder.write_all(text).unwrap();
                encoder.into_inner()
            }
            other => packed(other, text),
        };
        let configs =
            [r#"{"responses": "report", "requests": "off"}"#, r#"{"responses": "redact"}"#];
        for (json, at_most) in configs.into_iter().zip(at_most) {
            let host = Host::load(built("hushgate_redact"), Profile::envoy()).unwrap();
            let host = host.configure(json).unwrap();
            let begin = || begun(&host, coding, &coded);
            let first = begin();
            let before = host.memory_bytes();
            let others: Vec<_> = (0..STREAMS).map(|_| begin()).collect();
            let each = (host.memory_bytes() - before) / STREAMS;
            println!("{coding}, {json}: {} KiB a stream", each / 1024);
            assert!(each <= at_most << 20, "{coding}, {json}: {each} bytes");
            drop((first, others));
        }
    }
}

/// A stream whose response has come, but for its last bytes.
fn begun(host: &Host, coding: &str, coded: &[u8]) -> Stream {
    let stream = host.stream();
    stream.request_headers([(":method", "GET"), (":path", "/"), (":authority", "a.example")], true);
    let headers =
        [(":status", "200"), ("content-type", "text/plain"), ("content-encoding", coding)];
    stream.response_headers(headers, false);
    for piece in coded[..coded.len() - 9].chunks(65_536) {
        stream.response_body(piece, false);
    }
    stream
}

/// What may be the start of a secret waits for more, but not where the proxy knows that no more comes.
#[test]
fn an_answer_that_has_ended_is_not_held() {
    let host = host(HOLDING);
    for (has_ended, gone) in [(false, ""), (true, "see ghp_abc")] {
        let stream = host.stream();
        if has_ended {
            stream.set_property(&["response", "backend_latency"], 5_000_u64.to_le_bytes());
        }
        let request = [(":method", "GET"), (":path", "/"), (":authority", "a.example")];
        stream.request_headers(request, true);
        stream.response_headers([(":status", "200"), ("content-type", "text/plain")], false);
        stream.response_body("see ghp_abc", false);
        assert_eq!(stream.client_received().body(), gone.as_bytes());
        stream.response_trailers([("x-end", "1")]);
        let (_, client) = stream.finish();
        assert!(client.complete && client.body() == b"see ghp_abc");
    }
    assert_well(&host);
}
