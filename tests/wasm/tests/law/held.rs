//! Law 1 for what blocks: wherever the message is cut, it is refused before a byte has gone on.

use hushgate_test_wasm::{End, Message};

use super::{assert_well, host, text};

const BLOCK: &str = r#"{"requests": "block", "responses": "block", "hold_headers": true,
    "log_records_per_second_max": 0}"#;

fn endings() -> [End; 4] {
    let trailers: &[(&str, &str)] = &[("x-a", "b")];
    let (trailers, added) = (End::Trailers(trailers.into()), End::AddedTrailers(trailers.into()));
    [End::LastPiece, End::EmptyPiece, trailers, added]
}

#[test]
fn a_secret_in_a_body_is_a_403_whatever_the_cut() {
    let host = host(BLOCK);
    let body = text("before ghp_{alnum:30}{check} behind", 7);
    for end in endings() {
        for at in 0..=body.len() {
            let cut = |message: Message| message.body(&body).cut([at]).ending(end.clone());
            let outcome = host.exchange(&Message::get("/"), &cut(Message::status(200)));
            assert_eq!(outcome.client.status(), Some(403), "{end:?}, cut at {at}");
            assert!(outcome.client.complete && !outcome.client.cut, "{end:?}, cut at {at}");
            let outcome = host.exchange(&cut(Message::post("/")), &Message::status(200));
            assert_eq!(outcome.client.status(), Some(403), "{end:?}, cut at {at}");
            assert!(outcome.upstream.headers.is_none(), "{end:?}, cut at {at}: something went on");
        }
    }
    assert_well(&host);
}

#[test]
fn what_is_clean_goes_on_whatever_the_cut() {
    let host = host(BLOCK);
    let body = text("nothing but ghp_", 7);
    for end in endings() {
        for at in 0..=body.len() {
            let cut = |message: Message| message.body(&body).cut([at]).ending(end.clone());
            let outcome = host.exchange(&cut(Message::post("/")), &cut(Message::status(200)));
            assert_eq!(outcome.local_reply, None, "{end:?}, cut at {at}");
            assert_eq!(outcome.upstream.body(), body, "{end:?}, cut at {at}");
            assert_eq!(outcome.client.body(), body, "{end:?}, cut at {at}");
            assert!(outcome.client.complete, "{end:?}, cut at {at}");
        }
    }
    assert_well(&host);
}
