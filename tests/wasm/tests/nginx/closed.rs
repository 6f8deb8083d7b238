//! No path lets a planted secret through: not a trap, a call that is refused, an end that is not told, or a body that is too
//! large. The table is every place of a secret, with every action, framing and cut, and everything that may be wrong with it.

use hushgate_test_wasm::{Headers, Message, Outcome};

use super::{assert_well, get, holds, nginx, secret, with_secret};

/// Where the secret stands.
const PLACES: [Place; 7] = [
    Place::RequestHeader,
    Place::RequestHeaders,
    Place::Url,
    Place::RequestBody,
    Place::ResponseHeader,
    Place::ResponseHeaders,
    Place::ResponseBody,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    RequestHeader,
    /// In the second of two values.
    RequestHeaders,
    Url,
    RequestBody,
    ResponseHeader,
    ResponseHeaders,
    ResponseBody,
}

/// What is wrong, or odd.
const TROUBLES: [Trouble; 9] = [
    Trouble::None,
    Trouble::InFile,
    Trouble::ManyHeaders,
    Trouble::Coded,
    Trouble::UnknownCoding,
    Trouble::Range,
    Trouble::WrongLength,
    Trouble::Long,
    Trouble::NoZone,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    None,
    InFile,
    ManyHeaders,
    Coded,
    UnknownCoding,
    Range,
    /// Fewer bytes are said than come.
    WrongLength,
    Long,
    NoZone,
}

fn bodies(trouble: Trouble) -> Vec<u8> {
    match trouble {
        Trouble::Long => with_secret(&". ".repeat(50_000), &" .".repeat(20_000)),
        _ => with_secret("a line of text, then ", " and its end"),
    }
}

/// Adds to a message what is wrong with it.
fn troubled(message: Message, trouble: Trouble) -> Message {
    match trouble {
        Trouble::Coded => message.header("content-encoding", "gzip"),
        Trouble::UnknownCoding => message.header("content-encoding", "zap"),
        Trouble::ManyHeaders => {
            (0..120).fold(message, |message, number| message.header(&format!("x-{number}"), "1"))
        }
        _ => message,
    }
}

fn request(place: Place, trouble: Trouble) -> Message {
    let path = String::from_utf8(with_secret("/?t=", "&u=1")).unwrap();
    match place {
        Place::Url => troubled(Message::get(&path), trouble),
        Place::RequestHeader => troubled(get(), trouble).header("x-a", secret()),
        Place::RequestHeaders => {
            troubled(get(), trouble).header("x-a", "1").header("x-a", secret())
        }
        Place::RequestBody => troubled(Message::post("/"), trouble).body(bodies(trouble)),
        _ => get(),
    }
}

fn response(place: Place, trouble: Trouble, is_sized: bool) -> Message {
    let status = Message::status(if trouble == Trouble::Range { 206 } else { 200 });
    let body = match place {
        Place::ResponseBody => bodies(trouble),
        _ => b"nothing, nothing, nothing".to_vec(),
    };
    let length = if trouble == Trouble::WrongLength { 9 } else { body.len() };
    let mut message = match place {
        Place::ResponseHeader | Place::ResponseHeaders | Place::ResponseBody => {
            troubled(status, trouble)
        }
        _ => status,
    };
    message = match place {
        Place::ResponseHeader => message.header("x-a", secret()),
        Place::ResponseHeaders => message.header("x-a", "1").header("x-a", secret()),
        _ => message,
    };
    if is_sized {
        message = message.header("content-length", length.to_string());
    }
    message.body(body)
}

fn cuts(len: usize) -> Vec<Vec<usize>> {
    let parts = |step: usize| (step..len).step_by(step).collect::<Vec<_>>();
    vec![vec![], parts(1 + len / 2_000), parts(30), parts(4_096), parts(8_192)]
}

fn leaks(outcome: &Outcome) -> bool {
    [&outcome.upstream, &outcome.client].into_iter().any(|side| {
        let in_headers =
            |headers: &Headers| headers.iter().any(|(_, value)| holds(value, &secret()));
        side.headers.as_ref().is_some_and(in_headers) || holds(&side.body(), &secret())
    })
}

#[test]
fn no_path_lets_a_secret_through() {
    for action in ["redact", "mask", "block"] {
        let host = nginx(&format!(r#""requests": "{action}", "responses": "{action}""#));
        let mut sent = 0;
        for (place, trouble) in PLACES.iter().flat_map(|p| TROUBLES.map(|t| (*p, t))) {
            host.set_client_body_buffer(if trouble == Trouble::InFile { 8 } else { 1 << 20 });
            for (is_sized, cut) in
                [false, true].iter().flat_map(|s| cuts(140_000).into_iter().map(move |c| (*s, c)))
            {
                let response = response(place, trouble, is_sized).cut(cut.clone());
                let outcome = host.exchange(&request(place, trouble), &response);
                let parts = cut.len() + 1;
                let what =
                    format!("{action} {place:?} {trouble:?} sized: {is_sized}, {parts} parts");
                assert!(
                    !leaks(&outcome),
                    "{what}: {:?}",
                    String::from_utf8_lossy(&outcome.client.body())
                );
                assert!(
                    outcome.client.complete || trouble == Trouble::WrongLength,
                    "{what}: no end"
                );
                sent += 1;
            }
        }
        assert_eq!(sent, PLACES.len() * TROUBLES.len() * 10);
        // No call trapped, and none was made that NGINX refuses.
        assert_well(&host);
        let logs = host.logs();
        assert!(logs.iter().all(|line| !holds(line.text.as_bytes(), &secret())));
    }
}

/// A response that breaks off keeps what waits.
#[test]
fn a_response_that_breaks_off_shows_no_part_of_a_secret() {
    let host = nginx(r#""responses": "redact""#);
    let body = with_secret("a ", " b");
    for at in 3..body.len() - 2 {
        let stream = host.stream();
        stream.request_headers([(":method", "GET"), (":path", "/"), (":authority", "a")], true);
        let length = body.len().to_string();
        stream.response_headers([(":status", "200"), ("content-length", &length)], false);
        stream.response_body(&body[..at], false);
        let (_, client) = stream.finish();
        assert!(!holds(&client.body(), b"ghp_"), "{at}");
    }
    assert_well(&host);
}
