//! Bodies in content codings, as a proxy drives them.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{super::*, GET, OK, Rig, Sent, github};
use crate::{
    Bounds,
    coding::{Coding, Codings, testing},
    rule::{self, example},
};

const HOLDING: &str = r#"{"requests": "redact", "responses": "redact", "hold_headers": true}"#;
const STREAMING: &str = r#"{"requests": "redact", "responses": "redact"}"#;
const BLOCKING: &str = r#"{"requests": "block", "responses": "block", "hold_headers": true}"#;
const REPORTING: &str = r#"{"requests": "report", "responses": "report", "hold_headers": true}"#;

/// What a header says of these codings.
fn named(codings: Codings) -> &'static str {
    let [gzip, deflate, brotli, zstd] =
        [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd];
    let all = [
        (Codings::from([gzip]), "gzip"),
        (Codings::from([deflate]), "deflate"),
        (Codings::from([brotli]), "br"),
        (Codings::from([zstd]), "zstd"),
        (Codings::from([gzip, brotli]), "gzip, br"),
        (Codings::from([zstd, deflate]), "zstd, deflate"),
    ];
    all.into_iter().find(|(one, _)| *one == codings).unwrap().1
}

/// Sends a response in these codings, cut at these places; with its length if it is to have one.
fn respond(
    json: &str,
    codings: Codings,
    coded: &[u8],
    cuts: &[usize],
    has_length: bool,
) -> (Sent, Rig) {
    let length = coded.len().to_string();
    let mut headers = [OK, &[("content-encoding", named(codings)), ("etag", "\"1\"")]].concat();
    if has_length {
        headers.push(("content-length", &length));
    }
    let mut rig = Rig::new(json, Role::Inbound);
    rig.send(Direction::Request, GET, &[], &[]);
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([coded.len()]);
    let pieces: Vec<&[u8]> = starts.zip(ends).map(|(start, end)| &coded[start..end]).collect();
    let sent = rig.send(Direction::Response, &headers, &pieces, &[]);
    (sent, rig)
}

fn text_of(codings: Codings, sent: &Sent) -> Vec<u8> {
    testing::unpacked(codings, &[&sent.body], Bounds::default()).expect("a whole coded body")
}

/// What the same exchange makes of the plain text.
fn redacted(text: &[u8]) -> Vec<u8> {
    let mut rig = Rig::new(STREAMING, Role::Inbound);
    rig.send(Direction::Request, GET, &[], &[]);
    rig.send(Direction::Response, OK, &[text], &[]).body
}

fn length(sent: &Sent) -> Option<&str> {
    let has_one = sent.headers.iter().any(|(name, _)| name == "content-length");
    has_one.then(|| sent.header("content-length"))
}

/// Places to cut at, a few and all of them.
fn cuttings(len: usize, seed: usize) -> [Vec<usize>; 2] {
    let mut few = [seed * 31 % (len + 1), seed * 17 % (len + 1), seed * 7 % (len + 1)];
    few.sort_unstable();
    [few.into(), (1..len).collect()]
}

fn assert_law(number: usize, text: &[u8]) {
    let expected = redacted(text);
    let stacks = testing::stacks();
    for (place, codings) in stacks.iter().copied().enumerate() {
        let coded = testing::packed(codings, text);
        let [few, all] = cuttings(coded.len(), number + place);
        // Every byte alone for one of them, in turn: it is the longest way.
        let cuts = if number % stacks.len() == place { all } else { few };
        for (json, has_length) in [(HOLDING, true), (STREAMING, false)] {
            let (sent, _) = respond(json, codings, &coded, &cuts, has_length);
            assert_eq!(sent.refused, None, "{codings:?}");
            assert!(text_of(codings, &sent) == expected, "example {number}: {codings:?} {cuts:?}");
            if has_length {
                assert_eq!(length(&sent), Some(sent.body.len().to_string().as_str()));
            }
        }
    }
}

/// Every rule's example, in every coding, cut.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn what_is_found_does_not_depend_on_coding_or_cuts() {
    let mut changed = 0;
    for (number, rule) in rule::builtin().iter().enumerate() {
        let templates = example::of(rule).map_or(&[][..], |examples| examples.found);
        let template = templates[number % templates.len().max(1)..].first();
        let Some(text) = template.and_then(|it| example::expand(it, rule, 7).ok()) else {
            continue;
        };
        let text = [b"{\"value\": \"", text.text.as_slice(), b"\"}\n"].concat();
        changed += usize::from(redacted(&text) != text);
        assert_law(number, &text);
    }
    assert!(changed > 300, "{changed} of the examples were redacted");
}

#[test]
fn one_example_in_every_coding() {
    for number in 0..6 {
        assert_law(number, format!("{{\"token\": \"{}\"}}\n", github()).as_bytes());
    }
}

#[test]
fn a_short_clean_body_goes_on_as_it_came() {
    for codings in testing::stacks() {
        let coded = testing::packed(codings, b"{\"name\": \"nothing to see\"}");
        let (sent, rig) = respond(HOLDING, codings, &coded, &[1, 9], true);
        assert!(sent.body == coded && rig.records.is_empty(), "{codings:?}");
        assert_eq!(
            (length(&sent), sent.header("etag")),
            (Some(coded.len().to_string().as_str()), "\"1\"")
        );
    }
}

#[test]
fn a_short_body_with_a_finding_says_its_new_length() {
    for codings in testing::stacks() {
        let text = format!("{{\"token\": \"{}\"}}", github());
        let coded = testing::packed(codings, text.as_bytes());
        let (sent, rig) = respond(HOLDING, codings, &coded, &[5], true);
        assert_eq!(text_of(codings, &sent), redacted(text.as_bytes()));
        assert_eq!(
            (length(&sent), sent.header("etag")),
            (Some(sent.body.len().to_string().as_str()), "W/\"1\"")
        );
        assert_eq!(rig.actions().len(), 1, "told once");
    }
}

#[test]
fn what_may_be_held_is_held_up_to_the_byte() {
    let codings = Codings::from([Coding::Gzip]);
    let mut noise = 7_u32;
    let text: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 24) as u8 | 0x80
    })
    .take(5_000)
    .collect();
    let coded = testing::packed(codings, &text);
    for (max, is_held) in [(coded.len() - 1, false), (coded.len(), true), (coded.len() + 1, true)] {
        let json =
            format!(r#"{{"responses": "redact", "hold_headers": true, "held_bytes_max": {max}}}"#);
        let (sent, _) = respond(&json, codings, &coded, &[100], true);
        assert_eq!((length(&sent).is_some(), sent.body == coded), (is_held, is_held), "{max}");
        assert!(text_of(codings, &sent) == text);
    }
}

#[test]
fn a_long_body_loses_its_length_and_its_strong_validator() {
    for codings in testing::stacks() {
        let coded = testing::packed(codings, b"{\"name\": \"nothing to see\"}");
        let (sent, _) = respond(STREAMING, codings, &coded, &[3], true);
        assert_eq!((length(&sent), sent.header("etag")), (None, "W/\"1\""));
        assert_eq!(text_of(codings, &sent), b"{\"name\": \"nothing to see\"}");
    }
}

/// The client has each event before the next one exists.
#[test]
fn a_flushed_event_goes_out_at_once() {
    for codings in testing::stacks() {
        let (mut packer, mut client) = (
            crate::coding::Packer::new(codings),
            crate::coding::Unpacker::new(codings, Bounds::default()),
        );
        let mut rig = Rig::new(STREAMING, Role::Inbound);
        rig.send(Direction::Request, GET, &[], &[]);
        let direction = Direction::Response;
        let headers = super::map(&[OK, &[("content-encoding", named(codings))]].concat());
        rig.exchange.on(Event::Headers { direction, headers: &headers, end_of_stream: false });
        for number in 0..20 {
            let event = format!("data: {{\"n\": {number}, \"key\": \"{}\"}}\n\n", github());
            let mut coded = Vec::new();
            packer.write(event.as_bytes(), &mut coded).unwrap();
            packer.flush(&mut coded).unwrap();
            let event = Event::Body { direction, bytes: &coded, end_of_stream: false };
            let step = rig.exchange.on(event);
            assert_eq!(step.flow, Flow::Continue, "{codings:?}");
            let mut seen = Vec::new();
            client.write(&step.body.unwrap(), |text| seen.extend_from_slice(text)).unwrap();
            let seen = String::from_utf8(seen).unwrap();
            let start = format!("data: {{\"n\": {number}, \"key\": \"[REDACTED:");
            assert!(seen.starts_with(&start) && seen.ends_with("\n\n"), "{codings:?}: {seen}");
        }
    }
}

/// Envoy ends no body by itself that trailers follow.
#[test]
fn a_body_before_trailers_has_its_end() {
    for codings in testing::stacks() {
        for (text, pauses) in [("{\"a\": 1}\n".to_owned(), 0), (github(), 1)] {
            let coded = testing::packed(codings, text.as_bytes());
            let mut rig = Rig::new(STREAMING, Role::Inbound);
            rig.send(Direction::Request, GET, &[], &[]);
            let headers = [OK, &[("content-encoding", named(codings))]].concat();
            let sent = rig.send(Direction::Response, &headers, &[&coded], &[("x-sum", "abc")]);
            assert_eq!(text_of(codings, &sent), redacted(text.as_bytes()), "{codings:?}");
            assert_eq!((sent.header("x-sum"), sent.pauses), ("abc", pauses), "{codings:?}");
        }
    }
}

#[test]
fn a_broken_body_is_refused() {
    for codings in testing::stacks() {
        let text = format!("{{\"token\": \"{}\"}}", github());
        let coded = testing::packed(codings, text.as_bytes());
        let cut = &coded[..coded.len() - 3];
        let noise = [b"\x00\xff", coded.as_slice()].concat();
        for (bytes, json, has_length) in [
            (cut, HOLDING, true),
            (cut, STREAMING, false),
            (cut, BLOCKING, false),
            (&noise, HOLDING, true),
            (&noise, STREAMING, false),
        ] {
            let (sent, _) = respond(json, codings, bytes, &[], has_length);
            let blocked = Refusal::Blocked(Direction::Response);
            let corrupt = Refusal::Unscannable(Direction::Response, Unscanned::Corrupt);
            assert!(sent.refused == Some(corrupt) || sent.refused == Some(blocked), "{codings:?}");
            assert!(sent.body.is_empty(), "{codings:?}: nothing has gone");
        }
    }
}

/// One word lets broken bodies pass, but none in which something was found, and none that is half packed anew.
#[test]
fn a_broken_body_passes_by_one_word() {
    let json = r#"{"responses": "redact", "coded_bodies": "pass", "hold_headers": true}"#;
    for codings in testing::stacks() {
        let clean = testing::packed(codings, b"nothing to see");
        let (sent, rig) = respond(json, codings, &clean[..clean.len() - 3], &[4], true);
        assert_eq!((sent.refused, &sent.body[..]), (None, &clean[..clean.len() - 3]));
        let unscanned =
            Record::Unscanned { direction: Direction::Response, reason: Unscanned::Corrupt };
        assert_eq!(rig.records, [unscanned]);
        let text = format!("{{\"token\": \"{}\"}} {}", github(), "and more ".repeat(40));
        let mut found = testing::packed_in(codings, &[text.as_bytes(), b"end"]);
        found.truncate(found.len() - 3);
        for has_length in [true, false] {
            let (sent, _) = respond(json, codings, &found, &[], has_length);
            assert!(sent.refused.is_some() && sent.body.is_empty(), "{codings:?}");
        }
    }
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let zeros = vec![b' '; 8 * 1024 * 1024];
    for codings in testing::stacks() {
        let coded = testing::packed(codings, &zeros);
        for (json, has_length) in [(HOLDING, true), (STREAMING, false), (BLOCKING, true)] {
            let (sent, _) = respond(json, codings, &coded, &[], has_length);
            let refusal = Refusal::Unscannable(Direction::Response, Unscanned::Oversize);
            assert_eq!(sent.refused, Some(refusal), "{codings:?}");
        }
    }
    let json = r#"{"responses": "redact", "decoded_bytes_max": 65536}"#;
    let codings = Codings::from([Coding::Gzip]);
    for (bytes, is_refused) in [(65_535, false), (65_536, false), (65_537, true)] {
        let coded = testing::packed(codings, &zeros[..bytes]);
        let (sent, _) = respond(json, codings, &coded, &[], false);
        assert_eq!(sent.refused.is_some(), is_refused, "{bytes}");
    }
}

/// Nothing changes where findings are only reported: not a byte, not a header, and nothing waits.
#[test]
fn where_findings_are_reported_coded_bytes_go_on_as_they_came() {
    for codings in testing::stacks() {
        let text = format!("{{\"token\": \"{}\"}}", github());
        let coded = testing::packed(codings, text.as_bytes());
        let all: Vec<usize> = (1..coded.len()).collect();
        let (sent, rig) = respond(REPORTING, codings, &coded, &all, true);
        assert!(sent.body == coded && sent.pauses == 0, "{codings:?}");
        assert_eq!(
            (sent.header("etag"), rig.actions()),
            ("\"1\"", vec![crate::policy::Action::Report])
        );
    }
}

/// A block lets nothing through that a client could unpack to a part of the secret.
#[test]
fn a_block_lets_no_part_of_a_secret_through() {
    for codings in testing::stacks() {
        let text = format!("{{\"first\": 1, \"token\": \"{}\"}}", github());
        let coded = testing::packed_in(codings, &[&text.as_bytes()[..30], &text.as_bytes()[30..]]);
        let all: Vec<usize> = (1..coded.len()).collect();
        let (sent, _) = respond(BLOCKING, codings, &coded, &all, false);
        assert_eq!(sent.refused, Some(Refusal::Blocked(Direction::Response)), "{codings:?}");
        let mut unpacker = crate::coding::Unpacker::new(codings, Bounds::default());
        let mut seen = Vec::new();
        unpacker.write(&sent.body, |piece| seen.extend_from_slice(piece)).unwrap();
        let secret = text.find(&github()).unwrap();
        assert!(seen.len() <= secret, "{codings:?}: {} bytes", seen.len());
        let clean = testing::packed(codings, b"{\"first\": 1}");
        let (sent, _) = respond(BLOCKING, codings, &clean, &[4], true);
        assert!(sent.body == clean && length(&sent).is_some(), "{codings:?}");
    }
}

/// Each piece ends in what may become a token: what stands before it goes on all the same, as it came.
#[test]
fn a_block_holds_no_more_than_what_is_undecided() {
    let json = r#"{"responses": "block", "held_bytes_max": 4096}"#;
    for codings in testing::stacks() {
        let mut noise = 1_u32;
        let mut next = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            format!("{noise:08x}")
        };
        let texts: Vec<String> = (0..300)
            .map(|_| format!("{}{} and so on, ghp{}{}", next(), next(), "_", next()))
            .collect();
        let mut packer = crate::coding::Packer::new(codings);
        let mut rig = Rig::new(json, Role::Inbound);
        rig.send(Direction::Request, GET, &[], &[]);
        let headers = super::map(&[OK, &[("content-encoding", named(codings))]].concat());
        let direction = Direction::Response;
        rig.exchange.on(Event::Headers { direction, headers: &headers, end_of_stream: false });
        let (mut coded, mut sent, mut buffer) = (Vec::new(), Vec::new(), Vec::new());
        let mut behind = 0;
        for (number, text) in texts.iter().enumerate() {
            let mut piece = Vec::new();
            packer.write(text.as_bytes(), &mut piece).unwrap();
            packer.flush(&mut piece).unwrap();
            let end_of_stream = number + 1 == texts.len();
            if end_of_stream {
                packer.finish(&mut piece).unwrap();
            }
            coded.extend_from_slice(&piece);
            let step = rig.exchange.on(Event::Body { direction, bytes: &piece, end_of_stream });
            assert!(!matches!(step.flow, Flow::Refuse(_)), "{codings:?}: piece {number}");
            buffer.extend_from_slice(&piece);
            buffer = step.body.unwrap_or(buffer);
            if step.flow == Flow::Continue {
                sent.append(&mut buffer);
            }
            behind = behind.max(coded.len() - sent.len());
        }
        assert!(sent == coded && coded.len() > 8_192, "{codings:?}: {} bytes", coded.len());
        assert!(behind < 400, "{codings:?}: {behind} bytes waited");
        assert!(rig.records.is_empty(), "{codings:?}");
    }
}

/// A digest is of the coded bytes: they stay, or nothing goes.
#[test]
fn a_signed_body_is_never_packed_anew() {
    let codings = Codings::from([Coding::Gzip]);
    for (text, is_refused) in [("nothing to see".to_owned(), false), (github(), true)] {
        let coded = testing::packed(codings, text.as_bytes());
        let signed = [("content-encoding", "gzip"), ("content-digest", "sha-256=:AAAA:")];
        let mut rig = Rig::new(STREAMING, Role::Inbound);
        rig.send(Direction::Request, GET, &[], &[]);
        let sent = rig.send(Direction::Response, &[OK, &signed].concat(), &[&coded], &[]);
        assert_eq!(sent.refused.is_some(), is_refused);
        assert!(is_refused || sent.body == coded);
    }
}

#[test]
fn requests_keep_a_length() {
    let codings = Codings::from([Coding::Zstd]);
    let text = format!("token={}", github());
    let coded = testing::packed(codings, text.as_bytes());
    let length = coded.len().to_string();
    let post = [
        (":method", "POST"),
        (":path", "/"),
        (":authority", "app.example"),
        ("content-encoding", "zstd"),
    ];
    let with_length = [&post[..], &[("content-length", length.as_str())]].concat();
    let send = |json: &str, headers: &[(&str, &str)]| {
        Rig::new(json, Role::Inbound).send(
            Direction::Request,
            headers,
            &[&coded[..9], &coded[9..]],
            &[],
        )
    };
    let held = send(HOLDING, &with_length);
    assert_eq!(held.header("content-length"), held.body.len().to_string());
    assert_eq!(text_of(codings, &held), redacted(text.as_bytes()));
    let refused = Refusal::Unscannable(Direction::Request, Unscanned::Oversize);
    assert_eq!(send(STREAMING, &with_length).refused, Some(refused));
    assert_eq!(text_of(codings, &send(STREAMING, &post)), redacted(text.as_bytes()));
    // A role's own word does not rewrite requests, and looks into them.
    let blocked =
        Rig::new("{}", Role::Outbound).send(Direction::Request, &with_length, &[&coded], &[]);
    assert_eq!(blocked.refused, Some(Refusal::Blocked(Direction::Request)));
}

#[test]
fn bodiless_answers_wait_for_nothing() {
    let coded = [("content-encoding", "gzip"), ("content-length", "900")];
    for (method, status) in [("HEAD", "200"), ("GET", "204"), ("GET", "304")] {
        let mut rig = Rig::new(HOLDING, Role::Inbound);
        let request = [(":method", method), (":path", "/"), (":authority", "app.example")];
        rig.send(Direction::Request, &request, &[], &[]);
        let sent =
            rig.send(Direction::Response, &[&[(":status", status)], &coded[..]].concat(), &[], &[]);
        assert_eq!((sent.pauses, sent.header("content-length")), (0, "900"), "{method} {status}");
    }
    let mut rig = Rig::new(HOLDING, Role::Inbound);
    rig.send(Direction::Request, GET, &[], &[]);
    let part = [&[(":status", "206")], &coded[..]].concat();
    let sent = rig.send(Direction::Response, &part, &[b"x"], &[]);
    assert_eq!(sent.refused, Some(Refusal::Unscannable(Direction::Response, Unscanned::Range)));
    // No byte will come that headers could wait for, and the proxy has not said so.
    let mut rig = Rig::new(HOLDING, Role::Inbound);
    rig.send(Direction::Request, GET, &[], &[]);
    let empty =
        super::map(&[OK, &[("content-encoding", "gzip"), ("content-length", "0")]].concat());
    let direction = Direction::Response;
    let step = rig.exchange.on(Event::Headers { direction, headers: &empty, end_of_stream: false });
    assert!(step.flow == Flow::Continue && step.headers.is_empty());
    // A coding over nothing at all, as some servers say.
    let (sent, _) = respond(HOLDING, Codings::from([Coding::Gzip]), b"", &[], false);
    assert_eq!((sent.refused, sent.body.len()), (None, 0));
}

#[test]
fn codings_are_asked_for_as_the_configuration_says() {
    let asked = |word: &str, value: &str| {
        let json = format!(r#"{{"responses": "redact", "accept_encoding": "{word}"}}"#);
        let headers = [GET, &[("accept-encoding", value)]].concat();
        let sent = Rig::new(&json, Role::Inbound).send(Direction::Request, &headers, &[], &[]);
        sent.header("accept-encoding").to_owned()
    };
    assert_eq!(asked("identity", "gzip, br"), "identity");
    assert_eq!(asked("scannable", "gzip, lzma;q=1, br;q=0.5, *"), "gzip, br;q=0.5");
    assert_eq!(asked("scannable", "GZIP, zstd"), "GZIP, zstd");
    assert_eq!(asked("scannable", "*"), "identity");
    assert_eq!(asked("keep", "lzma, *"), "lzma, *");
}

/// Envoy's decompressor, behind this filter, adds trailers.
#[test]
fn a_coded_body_seems_to_end_when_nothing_new_comes() {
    for codings in testing::stacks() {
        for text in [github(), "{\"a\": 1}\n".to_owned()] {
            let coded = testing::packed(codings, text.as_bytes());
            let mut rig = Rig::new(STREAMING, Role::Inbound);
            rig.send(Direction::Request, GET, &[], &[]);
            let direction = Direction::Response;
            let headers = super::map(&[OK, &[("content-encoding", named(codings))]].concat());
            rig.exchange.on(Event::Headers { direction, headers: &headers, end_of_stream: false });
            let mut sent = Vec::new();
            let mut flow = Flow::Pause;
            for bytes in [&coded[..], b""] {
                let step = rig.exchange.on(Event::Body { direction, bytes, end_of_stream: false });
                sent.extend(step.body.unwrap_or_default());
                flow = step.flow;
            }
            assert_eq!(flow, Flow::Continue, "{codings:?}: {}", text.len());
            let text_sent = testing::unpacked(codings, &[&sent], Bounds::default()).unwrap();
            assert_eq!(text_sent, redacted(text.as_bytes()), "{codings:?}");
        }
    }
}

/// What a proxy reads at once may be more than is held of what comes bit by bit.
#[test]
fn a_large_piece_waits_for_its_end() {
    let json = r#"{"responses": "redact", "held_bytes_max": 4096}"#;
    let codings = Codings::from([Coding::Gzip]);
    let noise: String =
        (0..9_000_u32).map(|it| format!("{:x} ", it.wrapping_mul(0x9E37_79B9))).collect();
    let text = format!("{noise}{}", github());
    let coded = testing::packed(codings, text.as_bytes());
    assert!(coded.len() > 8_192);
    let (sent, _) = respond(json, codings, &coded, &[], false);
    assert_eq!((sent.refused, text_of(codings, &sent)), (None, redacted(text.as_bytes())));
    let trailed = {
        let mut rig = Rig::new(json, Role::Inbound);
        rig.send(Direction::Request, GET, &[], &[]);
        let headers = [OK, &[("content-encoding", "gzip")]].concat();
        rig.send(Direction::Response, &headers, &[&coded], &[("x-sum", "abc")])
    };
    assert_eq!((trailed.refused, text_of(codings, &trailed)), (None, redacted(text.as_bytes())));
}
