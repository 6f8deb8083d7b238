//! Cutting changes nothing here either: what comes out is what the native engine makes of it in one piece.

use std::rc::Rc;

use hushgate::{
    config::Config,
    exchange::{Event, Exchange},
    http::Headers,
    policy::{Direction, Role},
    rule::{self, example},
};
use hushgate_test_wasm::Message;

use super::{assert_well, get, nginx};

const REDACT: &str = r#""profile": "strict",
    "responses": {"certain": "redact", "likely": "redact", "possible": "redact"}"#;

/// What the engine makes of a response's body in one piece.
fn expected(body: &[u8]) -> Vec<u8> {
    let config = Config::parse(format!("{{{REDACT}}}").as_bytes()).unwrap();
    let mut exchange = Exchange::new(Rc::new(config), Role::Inbound);
    let direction = Direction::Response;
    let headers: Headers = [(&b":status"[..], &b"200"[..])].into_iter().collect();
    exchange.on(Event::Headers { direction, headers: &headers, end_of_stream: false });
    let step = exchange.on(Event::Body { direction, bytes: body, end_of_stream: true });
    step.body.unwrap_or_else(|| body.to_vec())
}

/// One example of every rule, cut at every place, with a length and without, and byte by byte.
#[test]
fn every_rule_cut_everywhere() {
    let host = nginx(REDACT);
    for rule in rule::builtin() {
        let template = example::of(rule).unwrap().found[0];
        let text = example::expand(template, rule, 1).unwrap().text;
        let expected = expected(&text);
        let length = text.len().to_string();
        let check = |message: Message, how: &str| {
            for message in [message.clone(), message.header("content-length", &length)] {
                let client = host.exchange(&get(), &message).client;
                assert!(client.complete && client.body() == expected, "{}: {how}", rule.id);
            }
        };
        let message = Message::status(200).body(&text);
        for at in 0..text.len() {
            check(message.clone().cut([at]), &format!("cut at {at}"));
        }
        check(message.byte_by_byte(), "byte by byte");
    }
    assert_well(&host);
}

/// A secret of any rule that stands at the cut of two parts of 4 and 8 KiB.
#[test]
fn every_rule_at_the_edge_of_a_part() {
    let host = nginx(REDACT);
    for (number, rule) in rule::builtin().iter().enumerate() {
        let template = example::of(rule).unwrap().found[0];
        let secret = example::expand(template, rule, 2).unwrap().text;
        let part = if number % 2 == 0 { 4_096 } else { 8_192 };
        let before = part - 1 - number % secret.len();
        let text = [&b". ".repeat(before / 2)[..], b"\n", &secret, b"\n. . ."].concat();
        let cuts: Vec<_> = (part..text.len()).step_by(part).collect();
        let message = Message::status(200).header("content-length", text.len().to_string());
        let client = host.exchange(&get(), &message.body(&text).cut(cuts)).client;
        assert!(client.complete && client.body() == expected(&text), "{}", rule.id);
    }
    assert_well(&host);
}
