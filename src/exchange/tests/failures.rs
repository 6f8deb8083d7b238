//! What becomes of each kind of failure: closed by default, and one word for each in each direction.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{super::*, GET, Rig, Sent, github, map, never_decided};
use crate::config::Config;

const POST: &[(&str, &str)] = &[(":method", "POST"), (":path", "/"), (":authority", "app.example")];
const REPLY: &[(&str, &str)] = &[(":status", "200")];
/// Its messages end in trailers; that these bodies have none is seen at once.
const GRPC: (&str, &str) = ("content-type", "application/grpc");

/// A configuration in which one direction lets this failure become of it what the word says.
fn with(field: &str, word: &str, direction: Direction) -> String {
    format!(
        r#"{{"requests": "block", "responses": "block", "held_bytes_max": 4096,
            "decoded_bytes_max": 65536, "{field}": {{"{}s": "{word}"}}}}"#,
        direction.name()
    )
}

fn send(
    json: &str,
    direction: Direction,
    extra: &[(&str, &str)],
    chunks: &[Vec<u8>],
) -> (Sent, Rig) {
    let mut rig = Rig::new(json, Role::Inbound);
    let start = match direction {
        Direction::Request => POST,
        Direction::Response => {
            rig.send(Direction::Request, GET, &[], &[]);
            REPLY
        }
    };
    let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
    let sent = rig.send(direction, &[start, extra].concat(), &chunks, &[("x-a", "b")]);
    (sent, rig)
}

fn other(direction: Direction) -> Direction {
    match direction {
        Direction::Request => Direction::Response,
        Direction::Response => Direction::Request,
    }
}

/// Whether this failure of a direction is refused, and whether it was counted as passed.
fn fails(rig: &mut Rig, direction: Direction) -> (bool, bool) {
    let step = rig.exchange.on(Event::HostError { direction });
    let refused = step.flow == Flow::Refuse(Refusal::HostError(direction));
    let counter = format!("unscanned.{}.host_error", direction.name());
    let records = rig.exchange.take_records();
    (refused, records.iter().any(|record| record.counter() == counter))
}

#[test]
fn host_errors_are_refused_or_pass() {
    for direction in Direction::ALL {
        for (word, named, refused) in [
            ("pass", direction, false),
            ("refuse", direction, true),
            ("pass", other(direction), true),
        ] {
            let mut rig = Rig::new(&with("host_errors", word, named), Role::Inbound);
            assert_eq!(fails(&mut rig, direction), (refused, !refused), "{word}");
        }
        let mut rig = Rig::new(r#"{"requests": "block", "responses": "block"}"#, Role::Inbound);
        assert_eq!(fails(&mut rig, direction), (true, false));
    }
}

/// A secret that has been found and waits in the proxy's buffer does not pass, whatever the word.
#[test]
fn a_host_error_lets_no_finding_pass() {
    let direction = Direction::Response;
    let json = r#"{"responses": "redact", "host_errors": "pass"}"#;
    for (body, refused) in [(format!("{} ghp_", github()), true), ("clean ghp_".to_owned(), false)]
    {
        let mut rig = Rig::new(json, Role::Inbound);
        rig.send(Direction::Request, GET, &[], &[]);
        let headers = map(REPLY);
        rig.exchange.on(Event::Headers { direction, headers: &headers, end_of_stream: false });
        let bytes = body.as_bytes();
        let step = rig.exchange.on(Event::Body { direction, bytes, end_of_stream: false });
        assert_eq!(step.flow, Flow::Pause);
        assert_eq!(fails(&mut rig, direction).0, refused, "{body:?}");
    }
}

/// What waits at the limit is masked, refused, or passes as if nothing followed.
#[test]
fn tails_that_were_held_for_too_long() {
    let chunks = never_decided(20);
    for direction in Direction::ALL {
        let refusal = Some(Refusal::Unscannable(direction, Unscanned::Held));
        for (word, named, refused, masked) in [
            ("mask", direction, None, true),
            ("refuse", direction, refusal, false),
            ("refuse", other(direction), None, true),
            ("pass", direction, None, false),
        ] {
            let (sent, rig) = send(&with("held_tails", word, named), direction, &[GRPC], &chunks);
            assert_eq!((sent.refused, sent.text().contains('*')), (refused, masked), "{word}");
            let told = rig.records.iter().any(|it| matches!(it, Record::Resolved { .. }));
            assert_eq!(told, masked, "{word}");
            assert_eq!(sent.body == chunks.concat(), word == "pass", "{word}");
        }
    }
}

#[cfg(feature = "codings")]
#[test]
fn bodies_that_are_too_large() {
    use crate::coding::{Coding, Codings, testing};
    let coded = testing::packed(Codings::from([Coding::Gzip]), &vec![b' '; 65_537]);
    let extra = [("content-encoding", "gzip")];
    for direction in Direction::ALL {
        let refusal = Some(Refusal::Unscannable(direction, Unscanned::Oversize));
        let chunks = std::slice::from_ref(&coded);
        for (field, named, refused) in [
            ("oversize_bodies", direction, None),
            ("oversize_bodies", other(direction), refusal),
            ("coded_bodies", direction, refusal),
        ] {
            let (sent, _) = send(&with(field, "pass", named), direction, &extra, chunks);
            assert_eq!(sent.refused, refused, "{field}");
            assert!(sent.refused.is_some() || sent.body == coded);
        }
    }
}

/// A word for requests counts under a role's default, too; without one, uploads in codings pass there.
#[test]
fn a_word_for_requests_goes_before_the_roles_default() {
    let of = |json: &str| {
        let config = Config::parse(json.as_bytes()).unwrap();
        let words = [config.coded_bodies, config.oversize_bodies];
        assert_eq!(words[0], words[1]);
        (config.coded_bodies(Direction::Request), config.oversize_bodies(Direction::Request))
    };
    use crate::config::Unscannable::{Pass, Refuse};
    let both =
        |value: &str| of(&format!(r#"{{"coded_bodies": {value}, "oversize_bodies": {value}}}"#));
    assert_eq!(of("{}"), (Pass, Pass));
    assert_eq!(both(r#""refuse""#), (Pass, Pass));
    assert_eq!(both(r#"{"requests": "refuse"}"#), (Refuse, Refuse));
    assert_eq!(both(r#"{"responses": "pass"}"#), (Pass, Pass));
    assert_eq!(of(r#"{"requests": "redact"}"#), (Refuse, Refuse));
}
