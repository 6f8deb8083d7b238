//! Exchanges as a proxy drives them, with its buffer in between.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[cfg(feature = "codings")]
mod coded;
mod failures;
mod grpc;
mod held;
mod multipart;
mod told;

use super::*;
use crate::{
    policy::Action,
    rule::{self, example},
};

mod policies;

/// What came out of one message.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sent {
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    refused: Option<Refusal>,
    /// How many chunks waited.
    pauses: usize,
}

impl Sent {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        let (_, value) = self.headers.iter().find(|(other, _)| other == name).unwrap();
        std::str::from_utf8(value).unwrap()
    }
}

struct Rig {
    exchange: Exchange,
    records: Vec<Record>,
}

impl Rig {
    fn new(json: &str, role: Role) -> Rig {
        let config = Config::parse(json.as_bytes()).unwrap();
        Rig { exchange: Exchange::new(Rc::new(config), role), records: Vec::new() }
    }

    /// Sends a message through: headers, chunks of a body, trailers.
    fn send(
        &mut self,
        direction: Direction,
        headers: &[(&str, &str)],
        chunks: &[&[u8]],
        trailers: &[(&str, &str)],
    ) -> Sent {
        let mut sent = Sent::default();
        let map = map(headers);
        let end_of_stream = chunks.is_empty() && trailers.is_empty();
        let step = self.exchange.on(Event::Headers { direction, headers: &map, end_of_stream });
        let mut buffer = Vec::new();
        if self.apply(step, &map, &mut buffer, &mut sent) {
            for (number, chunk) in chunks.iter().enumerate() {
                buffer.extend_from_slice(chunk);
                let held = self.exchange.held_len(direction);
                let bytes = buffer[held..].to_vec();
                let last = number + 1 == chunks.len() && trailers.is_empty();
                let event = Event::Body { direction, bytes: &bytes, end_of_stream: last };
                let step = self.exchange.on(event);
                if !self.apply(step, &Headers::default(), &mut buffer, &mut sent) {
                    return sent;
                }
            }
        }
        if !trailers.is_empty() && sent.refused.is_none() {
            let trailers = self::map(trailers);
            let step = self.exchange.on(Event::Trailers { direction, trailers: &trailers });
            self.apply(step, &trailers, &mut buffer, &mut sent);
        }
        assert!(buffer.is_empty() || sent.refused.is_some(), "the buffer went nowhere");
        sent
    }

    fn apply(&mut self, step: Step, map: &Headers, buffer: &mut Vec<u8>, sent: &mut Sent) -> bool {
        self.records.extend(self.exchange.take_records());
        for (name, value) in map.iter() {
            let edited = step.headers.iter().any(|edit| edit.name == name);
            if !edited {
                sent.headers.push((String::from_utf8(name.to_vec()).unwrap(), value.to_vec()));
            }
        }
        for edit in step.headers {
            let name = String::from_utf8(edit.name).unwrap();
            sent.headers.retain(|(other, _)| *other != name);
            sent.headers.extend(edit.values.into_iter().map(|value| (name.clone(), value)));
        }
        if let Some(body) = step.body {
            *buffer = body;
        }
        match step.flow {
            Flow::Continue => sent.body.append(buffer),
            Flow::Pause => sent.pauses += 1,
            Flow::Refuse(refusal) => sent.refused = Some(refusal),
        }
        sent.refused.is_none()
    }

    fn actions(&self) -> Vec<Action> {
        let found = self.records.iter().filter_map(|record| match record {
            Record::Found { action, .. } => Some(*action),
            _ => None,
        });
        found.collect()
    }
}

fn map(pairs: &[(&str, &str)]) -> Headers {
    pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect()
}

fn secret(id: &str, template: &str) -> String {
    let text = example::expand(template, rule::find(id).unwrap(), 11).unwrap().text;
    String::from_utf8(text).unwrap()
}

fn github() -> String {
    secret("github.pat", "ghp_{alnum:30}{check}")
}

fn jwt() -> String {
    secret("jwt.token", "{jwt}")
}

const REDACT: &str = r#"{"requests": "redact", "responses": "redact"}"#;
const GET: &[(&str, &str)] = &[(":method", "GET"), (":path", "/"), (":authority", "app.example")];
const OK: &[(&str, &str)] = &[(":status", "200"), ("content-type", "application/json")];

/// Sends a request without a body and this response.
fn respond(json: &str, headers: &[(&str, &str)], body: &str) -> (Sent, Rig) {
    let mut rig = Rig::new(json, Role::Inbound);
    rig.send(Direction::Request, GET, &[], &[]);
    let sent = rig.send(Direction::Response, headers, &[body.as_bytes()], &[]);
    (sent, rig)
}

/// Sends a request with a body.
fn request(json: &str, role: Role, headers: &[(&str, &str)], body: &str) -> (Sent, Rig) {
    let mut rig = Rig::new(json, role);
    let sent = rig.send(Direction::Request, headers, &[body.as_bytes()], &[]);
    (sent, rig)
}

#[test]
fn the_default_inbound_redacts_responses() {
    let body = format!("{{\"key\":\"{}\"}}", github());
    let (sent, rig) = respond("{}", OK, &body);
    assert_eq!(sent.text(), "{\"key\":\"[REDACTED:github.pat]*******************\"}");
    assert_eq!(sent.headers.len(), OK.len());
    assert_eq!(rig.actions(), [Action::Redact]);
}

#[test]
fn the_default_inbound_reports_requests() {
    let body = format!("key={}", github());
    let (sent, rig) = request("{}", Role::Inbound, GET, &body);
    assert_eq!(sent.text(), body);
    assert_eq!(rig.actions(), [Action::Report]);
}

#[test]
fn the_default_outbound_blocks_what_is_certain() {
    let (sent, _) = request("{}", Role::Outbound, GET, &format!("key {}", github()));
    assert_eq!(sent.refused, Some(Refusal::Blocked(Direction::Request)));
    assert_eq!(sent.body, b"");
    // A JSON Web Token has a structure and no checksum: likely, so reported.
    let (sent, rig) = request("{}", Role::Outbound, GET, &format!("key {}", jwt()));
    assert_eq!((sent.refused, rig.actions()), (None, vec![Action::Report]));
}

#[test]
fn what_follows_a_refusal_is_our_own_reply() {
    let (_, mut rig) = request("{}", Role::Outbound, GET, &format!("key {}", github()));
    let sent = rig.send(Direction::Response, &[(":status", "403")], &[b"hushgate"], &[]);
    assert_eq!((sent.text(), rig.exchange.reads_body(Direction::Response)), ("hushgate", false));
}

#[test]
fn a_body_waits_only_for_its_tail() {
    let body = format!("| {} |", github());
    for at in 0..=body.len() {
        let mut rig = Rig::new(REDACT, Role::Inbound);
        rig.send(Direction::Request, GET, &[], &[]);
        let (first, second) = body.as_bytes().split_at(at);
        let sent = rig.send(Direction::Response, OK, &[first, second], &[]);
        assert_eq!(sent.text(), "| [REDACTED:github.pat]******************* |", "{at}");
        let inside = (3..body.len() - 1).contains(&at);
        assert_eq!(sent.pauses, usize::from(inside), "{at}");
    }
}

#[test]
fn trailers_end_a_body_that_waits() {
    let (head, tail) = (github(), github());
    let mut rig = Rig::new(REDACT, Role::Inbound);
    rig.send(Direction::Request, GET, &[], &[]);
    let trailers = [("x-debug", tail.as_str()), ("grpc-status", "0")];
    let sent = rig.send(Direction::Response, OK, &[head.as_bytes()], &trailers);
    assert_eq!(sent.text(), "[REDACTED:github.pat]*******************");
    assert_eq!(sent.header("x-debug"), sent.text());
    assert_eq!((sent.header("grpc-status"), sent.pauses), ("0", 1));
}

#[test]
fn several_values_stay_several() {
    let secret = github();
    let headers = [(":status", "200"), ("x-a", "one"), ("x-a", &secret), ("x-a", "three")];
    let (sent, _) = respond(REDACT, &headers, "");
    let values: Vec<_> = sent.headers.iter().filter(|(name, _)| name == "x-a").collect();
    assert_eq!(values.len(), 3);
    assert_eq!(values[0].1, b"one");
    assert_eq!(values[1].1, b"[REDACTED:github.pat]*******************");
    assert_eq!(values[2].1, b"three");
}

#[test]
fn a_query_is_redacted_in_bytes_that_a_url_may_hold() {
    let path = format!("/search?q={}&x=1", github());
    let headers = [(":method", "GET"), (":path", &path), (":authority", "app.example")];
    let sent = Rig::new(REDACT, Role::Inbound).send(Direction::Request, &headers, &[], &[]);
    assert_eq!(sent.header(":path"), "/search?q=*REDACTED*github.pat********************&x=1");
}

#[test]
fn credentials_in_their_carriers_pass() {
    let (secret, token) = (github(), jwt());
    let bearer = format!("Bearer {secret}");
    let headers = [GET, &[("authorization", &bearer), ("cookie", &token), ("x-api-key", &secret)]];
    let (sent, rig) = request(REDACT, Role::Outbound, &headers.concat(), "");
    assert_eq!((sent.header("authorization"), rig.records.len()), (bearer.as_str(), 0));
    let (sent, rig) = respond(REDACT, &[(":status", "200"), ("set-cookie", &token)], "");
    assert_eq!((sent.header("set-cookie"), rig.records.len()), (token.as_str(), 0));
}

#[test]
fn a_credential_may_go_home() {
    let home = [(":method", "POST"), (":path", "/"), (":authority", "API.github.com:443")];
    let body = format!("{{\"token\":\"{}\"}}", github());
    let (sent, rig) = request("{}", Role::Outbound, &home, &body);
    assert_eq!((sent.text(), rig.records.len()), (body.as_str(), 0));
    let other = [(":method", "POST"), (":path", "/"), (":authority", "github.com.evil.example")];
    let (sent, _) = request("{}", Role::Outbound, &other, &body);
    assert!(sent.refused.is_some());
}

#[test]
fn fields_that_hold_tokens_by_design_pass() {
    for field in ["id_token", "state", "csrf_token", "SAMLResponse"] {
        let body = format!("{{\"{field}\":\"{}\"}}", jwt());
        let (sent, _) = respond(REDACT, OK, &body);
        assert_eq!(sent.text(), body);
    }
    let body = format!("{{\"debug\":\"{}\"}}", jwt());
    assert_ne!(respond(REDACT, OK, &body).0.text(), body);
}

#[test]
fn the_answer_to_a_token_request_holds_its_tokens() {
    let form = ("content-type", "application/x-www-form-urlencoded");
    let to = |path| [(":method", "POST"), (":path", path), (":authority", "idp.example"), form];
    let answer = format!("{{\"access_token\":\"{}\",\"debug\":\"{}\"}}", github(), github());
    let redacted = format!(
        "{{\"access_token\":\"{}\",\"debug\":\"[REDACTED:github.pat]*******************\"}}",
        github()
    );
    let body: &[u8] = b"grant_type=authorization_code&code=x";
    for (path, body, expected) in [
        ("/oauth/token", &b"x=1"[..], &redacted),
        ("/anything", body, &redacted),
        (
            "/anything",
            b"x=1",
            &redacted.replace(&github(), "[REDACTED:github.pat]*******************"),
        ),
    ] {
        let mut rig = Rig::new(r#"{"responses": "redact"}"#, Role::Inbound);
        rig.send(Direction::Request, &to(path), &[body], &[]);
        let sent = rig.send(Direction::Response, OK, &[answer.as_bytes()], &[]);
        assert_eq!(sent.text(), expected.as_str(), "{path}");
    }
}

#[test]
fn signed_messages_are_never_rewritten() {
    let body = github();
    let signed = [GET, &[("content-digest", "sha-256=:x:")]].concat();
    let (sent, _) = request(REDACT, Role::Inbound, &signed, &body);
    assert_eq!(sent.refused, Some(Refusal::Blocked(Direction::Request)));
    let json = r#"{"requests": "redact", "signed_messages": "report"}"#;
    let (sent, rig) = request(json, Role::Inbound, &signed, &body);
    assert_eq!((sent.text(), rig.actions()), (body.as_str(), vec![Action::Report]));
    let unsigned = [GET, &[("x-amz-content-sha256", "UNSIGNED-PAYLOAD")]].concat();
    assert_ne!(request(REDACT, Role::Inbound, &unsigned, &body).0.text(), body);
}

#[test]
fn a_plain_answer_is_asked_for_only_where_it_is_needed() {
    let asks = [GET, &[("accept-encoding", "gzip, br")]].concat();
    let mut rig = Rig::new("{}", Role::Inbound);
    let sent = rig.send(Direction::Request, &asks, &[], &[]);
    assert_eq!(sent.header("accept-encoding"), "identity");
    let mut rig = Rig::new("{}", Role::Outbound);
    let sent = rig.send(Direction::Request, &asks, &[], &[]);
    assert_eq!(sent.header("accept-encoding"), "gzip, br");
}

#[test]
fn a_coded_body_is_refused_or_passed_by_one_word() {
    let coded = [OK, &[("content-encoding", "compress")]].concat();
    let refusal = Refusal::Unscannable(Direction::Response, Unscanned::Coded);
    assert_eq!(respond("{}", &coded, "x").0.refused, Some(refusal));
    let (sent, rig) = respond(r#"{"coded_bodies": "pass"}"#, &coded, "x");
    assert_eq!(sent.text(), "x");
    let counters: Vec<_> = rig.records.iter().map(Record::counter).collect();
    assert_eq!(counters, ["unscanned.response.coded"]);
    // Where nothing would be stopped, nothing is refused.
    let (sent, _) = respond(r#"{"responses": "report"}"#, &coded, "x");
    assert_eq!(sent.text(), "x");
}

#[test]
fn uploads_in_a_coding_are_refused_only_where_requests_have_a_policy() {
    let coded = [GET, &[("content-encoding", "compress")]].concat();
    assert_eq!(request("{}", Role::Outbound, &coded, "x").0.text(), "x");
    let refused = request(REDACT, Role::Outbound, &coded, "x").0.refused;
    assert_eq!(refused.map(Refusal::status), Some(415));
}

#[test]
fn a_part_of_a_document_is_refused_or_passed_by_one_word() {
    let part = [(":status", "206"), ("content-type", "text/plain")];
    assert_eq!(respond("{}", &part, "x").0.refused.map(Refusal::status), Some(416));
    assert_eq!(respond(r#"{"ranges": "pass"}"#, &part, "x").0.text(), "x");
    let media = [(":status", "206"), ("content-type", "video/mp4")];
    assert_eq!(respond("{}", &media, "x").0.text(), "x");
}

#[test]
fn messages_without_a_body_are_not_refused() {
    for status in ["204", "304"] {
        let headers = [(":status", status), ("content-encoding", "gzip")];
        let (sent, rig) = respond("{}", &headers, "");
        assert_eq!((sent.refused, rig.exchange.reads_body(Direction::Response)), (None, false));
    }
    let mut rig = Rig::new("{}", Role::Inbound);
    rig.send(Direction::Request, &[(":method", "HEAD"), (":path", "/")], &[], &[]);
    let headers = [(":status", "200"), ("content-encoding", "gzip"), ("content-length", "9")];
    let sent = rig.send(Direction::Response, &headers, &[], &[]);
    assert_eq!((sent.refused, sent.header("content-length")), (None, "9"));
}

#[test]
fn upgrades_pass_and_are_counted() {
    let upgrade = [GET, &[("upgrade", "websocket"), ("accept-encoding", "gzip")]].concat();
    let mut rig = Rig::new(REDACT, Role::Inbound);
    let sent = rig.send(Direction::Request, &upgrade, &[b"\x81\x85 frame"], &[]);
    // The upgrade may be declined, with a page.
    assert_eq!(sent.header("accept-encoding"), "identity");
    let answer = [(":status", "101"), ("upgrade", "websocket")];
    let body = github();
    let sent = rig.send(Direction::Response, &answer, &[body.as_bytes()], &[]);
    assert_eq!(sent.text(), body);
    let counters: Vec<_> = rig.records.iter().map(Record::counter).collect();
    assert_eq!(counters, ["unscanned.request.upgrade", "unscanned.response.upgrade"]);
}

#[test]
fn an_interim_answer_is_not_the_response() {
    let mut rig = Rig::new(REDACT, Role::Inbound);
    rig.send(Direction::Request, GET, &[], &[]);
    rig.send(Direction::Response, &[(":status", "103"), ("link", "</a.css>")], &[], &[]);
    let sent = rig.send(Direction::Response, OK, &[github().as_bytes()], &[]);
    assert!(sent.text().starts_with("[REDACTED"));
}

#[test]
fn a_proxy_that_fails_closes_what_is_enforced() {
    let direction = Direction::Response;
    let mut rig = Rig::new(REDACT, Role::Inbound);
    let step = rig.exchange.on(Event::HostError { direction });
    assert_eq!(step.flow, Flow::Refuse(Refusal::HostError(direction)));
    let mut rig = Rig::new(r#"{"responses": "report"}"#, Role::Inbound);
    assert_eq!(rig.exchange.on(Event::HostError { direction }).flow, Flow::Continue);
}

/// A body whose chunks each end in a possible start, so that it would never go on.
fn never_decided(count: usize) -> Vec<Vec<u8>> {
    let chunk = [vec![b'.'; 1024], b" ghp_".to_vec()].concat();
    [vec![chunk; count], vec![b".".to_vec()]].concat()
}

fn respond_in_chunks(
    headers: &[(&str, &str)],
    chunks: &[Vec<u8>],
    trailers: &[(&str, &str)],
) -> (Sent, Rig) {
    let mut rig = Rig::new(r#"{"responses": "redact", "held_bytes_max": 4096}"#, Role::Inbound);
    rig.send(Direction::Request, GET, &[], &[]);
    let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
    let sent = rig.send(Direction::Response, headers, &chunks, trailers);
    (sent, rig)
}

/// With a Content-Length something is sure to come that the tail can go on with: nothing else waits.
#[test]
fn a_body_of_known_length_is_not_held() {
    let chunks = never_decided(20);
    let length = chunks.concat().len().to_string();
    let headers = [OK, &[("content-length", &length)]].concat();
    let (sent, _) = respond_in_chunks(&headers, &chunks, &[]);
    assert_eq!((sent.body == chunks.concat(), sent.pauses), (true, 0));
}

/// Envoy's decompressor adds trailers: the filter sees its buffer once more, with nothing new, and may not hold it again.
#[test]
fn a_body_seems_to_end_when_nothing_new_comes() {
    let github = github();
    for text in [github.as_str(), &github[..20]] {
        let (headers, trailers) = (map(OK), map(&[("x-a", "1")]));
        let direction = Direction::Response;
        let mut rig = Rig::new(REDACT, Role::Inbound);
        rig.send(Direction::Request, GET, &[], &[]);
        rig.exchange.on(Event::Headers { direction, headers: &headers, end_of_stream: false });
        let body = |bytes| Event::Body { direction, bytes, end_of_stream: false };
        assert_eq!(rig.exchange.on(body(text.as_bytes())).flow, Flow::Pause);
        let step = rig.exchange.on(body(b""));
        assert_eq!((step.flow, step.body.is_some()), (Flow::Continue, text == github));
        // Trailers end it; more of a body may be the other half.
        let (mut one, mut other) = (rig, Rig::new(REDACT, Role::Inbound));
        let step = one.exchange.on(Event::Trailers { direction, trailers: &trailers });
        assert_eq!(step.flow, Flow::Continue);
        other.exchange.on(Event::Headers { direction, headers: &headers, end_of_stream: false });
        other.exchange.on(body(text.as_bytes()));
        other.exchange.on(body(b""));
        let refusal = Refusal::Stranded(direction);
        assert_eq!(other.exchange.on(body(b"x")).flow, Flow::Refuse(refusal));
    }
}

/// The last byte of a Content-Length decides, even if the proxy does not say that it was the last.
#[test]
fn a_content_length_ends_a_body() {
    let body = format!("| {}", github());
    let length = body.len().to_string();
    let headers = [OK, &[("content-length", &length)]].concat();
    let (sent, _) = respond_in_chunks(&headers, &[body.into(), Vec::new()], &[]);
    assert_eq!((sent.text(), sent.pauses), ("| [REDACTED:github.pat]*******************", 0));
}

/// Nothing is masked for want of room: what does not fit is carried.
#[test]
fn what_the_proxy_may_hold_is_limited() {
    let whole = 4096 / (1024 + 5);
    for (count, pauses) in [(whole, whole), (whole + 1, whole), (whole + 2, whole + 1)] {
        let chunks = never_decided(count);
        let (sent, rig) = respond_in_chunks(OK, &chunks, &[]);
        assert_eq!((sent.body == chunks.concat(), sent.pauses), (true, pauses), "{count}");
        assert!(!rig.records.iter().any(|record| matches!(record, Record::Resolved { .. })));
    }
}

/// A chunk that is larger than may be held is no reason to mask its end.
#[test]
fn a_large_chunk_stays_as_it_is() {
    let chunk = [vec![b'.'; 100_000], b" ghp_".to_vec()].concat();
    let (sent, _) = respond_in_chunks(OK, &[chunk.clone(), b".".to_vec()], &[]);
    assert_eq!((sent.body, sent.pauses), ([chunk, b".".to_vec()].concat(), 0));
}

#[test]
fn trailers_after_what_was_carried_refuse() {
    let chunk = [vec![b'.'; 100_000], b" ghp_".to_vec()].concat();
    let (sent, _) = respond_in_chunks(OK, &[chunk], &[("x-a", "b")]);
    assert_eq!(sent.refused, Some(Refusal::Stranded(Direction::Response)));
}

/// Where trailers are certain the body is held, and at the limit what waits is masked.
#[test]
fn a_body_before_trailers_is_held_up_to_the_limit() {
    let headers = [(":status", "200"), ("content-type", "application/grpc")];
    let whole = 4096 / (1024 + 5);
    for (count, resolved) in [(whole, false), (whole + 1, true)] {
        let chunks = never_decided(count);
        let (sent, rig) = respond_in_chunks(&headers, &chunks, &[("grpc-status", "0")]);
        let told = rig.records.iter().any(|record| matches!(record, Record::Resolved { .. }));
        assert_eq!((sent.body.len(), told), (chunks.concat().len(), resolved), "{count}");
        assert_eq!(sent.text().contains('*'), resolved, "{count}");
    }
}

#[test]
fn a_step_that_failed_closes_the_exchange_and_is_told() {
    let mut rig = Rig::new(r#"{"requests": "report"}"#, Role::Inbound);
    let refusal = rig.exchange.close(Direction::Request);
    assert_eq!(rig.exchange.take_records(), [Record::Refused { refusal, policy: None }]);
    assert!(!rig.exchange.reads_headers(Direction::Response));
}

/// A report changes nothing, makes nothing wait and refuses nothing, and sees over cuts all the same.
#[test]
fn a_report_lets_everything_go_on() {
    let secret = github();
    let (first, second) = secret.as_bytes().split_at(20);
    let large = [vec![b'.'; 5_000], b" ".to_vec(), first.to_vec()].concat();
    let grpc: &[(&str, &str)] = &[(":status", "200"), ("content-type", "application/grpc")];
    let trailers: &[(&str, &str)] = &[("grpc-status", "0")];
    for (headers, trailers) in [(OK, trailers), (grpc, trailers), (OK, &[])] {
        let json = r#"{"responses": "report", "held_bytes_max": 4096}"#;
        let mut rig = Rig::new(json, Role::Inbound);
        rig.send(Direction::Request, GET, &[], &[]);
        let chunks: [&[u8]; 4] = [&large, second, b" ", first];
        let sent = rig.send(Direction::Response, headers, &chunks, trailers);
        assert_eq!((sent.body == chunks.concat(), sent.pauses, sent.refused), (true, 0, None));
        assert_eq!(rig.actions(), [Action::Report]);
        assert_eq!(rig.records.len(), 1);
    }
}

#[test]
fn nothing_is_looked_for_where_all_is_off() {
    let (sent, rig) = respond(r#"{"requests": "off", "responses": "off"}"#, OK, &github());
    assert_eq!((sent.text(), rig.records.len()), (github().as_str(), 0));
}

#[test]
fn records_show_no_byte_of_a_secret() {
    let secret = github();
    let (_, rig) = respond(REDACT, OK, &format!("x {secret}"));
    assert_eq!(rig.records.len(), 1);
    for record in &rig.records {
        let shown = format!("{record} {record:?} {}", record.counter());
        assert!(!shown.contains(&secret[4..12]), "a record shows a secret");
    }
}
