//! Which policy a message falls under, and what follows from it.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::policy::Facts;

fn get<'a>(path: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[(":method", "GET"), (":path", path), (":authority", "app.example")], more].concat()
}

fn rig(policies: &str) -> Rig {
    let json = format!(r#"{{"responses": "redact", "policies": {policies}}}"#);
    Rig::new(&json, Role::Inbound)
}

/// Sends a request for a path, and an answer with this head and a token in it.
fn asked(rig: &mut Rig, path: &str, head: &[(&str, &str)]) -> Sent {
    rig.send(Direction::Request, &get(path, &[]), &[], &[]);
    rig.send(Direction::Response, head, &[github().as_bytes()], &[])
}

fn chosen(rig: &Rig) -> Vec<(&'static str, Direction)> {
    let chosen = rig.records.iter().filter_map(|record| match record {
        Record::Chosen { policy, direction } => Some((*policy, *direction)),
        _ => None,
    });
    chosen.collect()
}

const BY_PATH: &str = r#"[
    {"name": "debug", "match": {"paths": ["/debug/**"]}, "responses": "block"},
    {"name": "all-debug", "match": {"paths": ["/debug/**", "/trace"]}, "responses": "off"},
    {"name": "health", "match": {"paths": ["/health"]}, "responses": "report"}]"#;

#[test]
fn the_first_policy_that_fits_wins() {
    for (path, action, policy) in [
        ("/debug/vars?x=1", Some(Action::Block), Some("debug")),
        ("/trace", None, Some("all-debug")),
        ("/health", Some(Action::Report), Some("health")),
        ("/other", Some(Action::Redact), None),
        ("/x/../health", Some(Action::Redact), None),
    ] {
        let mut rig = rig(BY_PATH);
        let sent = asked(&mut rig, path, OK);
        assert_eq!(rig.actions(), action.as_slice(), "{path}");
        assert_eq!(sent.refused.is_some(), action == Some(Action::Block), "{path}");
        assert_eq!(rig.exchange.policy(Direction::Response), policy, "{path}");
        let expected: Vec<_> = policy
            .into_iter()
            .flat_map(|name| [(name, Direction::Request), (name, Direction::Response)])
            .collect();
        assert_eq!(chosen(&rig), expected, "{path}");
    }
}

#[test]
fn records_name_the_policy() {
    let mut rig = rig(BY_PATH);
    asked(&mut rig, "/debug/vars", OK);
    let lines: Vec<String> =
        rig.records.iter().filter(|it| it.is_logged()).map(|it| it.to_string()).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains(" policy=debug")), "{lines:?}");
    let counters: Vec<String> = rig.records.iter().map(Record::counter).collect();
    assert_eq!(counters.first().map(String::as_str), Some("policies.request.debug"));
    assert_eq!(counters.get(1).map(String::as_str), Some("policies.response.debug"));
}

const BY_STATUS: &str = r#"[
    {"name": "errors", "match": {"statuses": ["5xx"]}, "responses": "block"},
    {"name": "pages", "match": {"response_content_types": ["text/html"], "paths": ["/app/**"]}, "responses": "off"},
    {"name": "app", "match": {"paths": ["/app/**"]}, "requests": "block", "responses": "report"}]"#;

/// The request side is decided without the policies that ask for the response; the response side by all.
#[test]
fn a_policy_that_asks_for_the_response_waits_for_it() {
    let html: &[(&str, &str)] = &[(":status", "200"), ("content-type", "text/html")];
    let broken: &[(&str, &str)] = &[(":status", "503"), ("content-type", "text/html")];
    for (path, head, action, policies) in [
        ("/app/1", OK, Some(Action::Report), (Some("app"), Some("app"))),
        ("/app/1", html, None, (Some("app"), Some("pages"))),
        ("/app/1", broken, Some(Action::Block), (Some("app"), Some("errors"))),
        ("/x", broken, Some(Action::Block), (None, Some("errors"))),
        ("/x", html, Some(Action::Redact), (None, None)),
    ] {
        let mut rig = rig(BY_STATUS);
        asked(&mut rig, path, head);
        assert_eq!(rig.actions(), action.as_slice(), "{path} {head:?}");
        let of = |direction| rig.exchange.policy(direction);
        assert_eq!((of(Direction::Request), of(Direction::Response)), policies, "{path} {head:?}");
    }
    let mut rig = rig(BY_STATUS);
    let sent = rig.send(Direction::Request, &get("/app/1", &[]), &[github().as_bytes()], &[]);
    assert_eq!(sent.refused, Some(Refusal::Blocked(Direction::Request)));
}

/// An upload that goes on while the answer has begun keeps the policy that it began with.
#[test]
fn an_early_answer_does_not_change_the_request() {
    let mut rig = rig(BY_STATUS);
    let headers = map(&get("/app/1", &[]));
    let start =
        Event::Headers { direction: Direction::Request, headers: &headers, end_of_stream: false };
    assert_eq!(rig.exchange.on(start).flow, Flow::Continue);
    let headers = map(&[(":status", "200"), ("content-type", "text/html")]);
    rig.exchange.on(Event::Headers {
        direction: Direction::Response,
        headers: &headers,
        end_of_stream: false,
    });
    assert_eq!(rig.exchange.policy(Direction::Response), Some("pages"));
    let secret = github();
    let event = Event::Body {
        direction: Direction::Request,
        bytes: secret.as_bytes(),
        end_of_stream: true,
    };
    assert_eq!(rig.exchange.on(event).flow, Flow::Refuse(Refusal::Blocked(Direction::Request)));
}

/// 1xx answers are no answer: what comes behind them is what is chosen for, and counted once.
#[test]
fn interim_answers_decide_nothing() {
    let mut rig = rig(r#"[
        {"name": "fine", "match": {"statuses": ["2xx"]}, "responses": "off"},
        {"name": "rest", "match": {"paths": ["/**"]}, "responses": "mask"}]"#);
    rig.send(Direction::Request, &get("/", &[]), &[], &[]);
    let token = github();
    let early = [(":status", "103"), ("link", token.as_str())];
    let sent = rig.send(Direction::Response, &early, &[], &[]);
    assert!(sent.header("link").starts_with("ghp_****"), "as the request tells");
    assert_eq!(chosen(&rig), [("rest", Direction::Request)]);
    let sent = rig.send(Direction::Response, OK, &[github().as_bytes()], &[]);
    assert_eq!(sent.text(), github());
    assert_eq!(chosen(&rig), [("rest", Direction::Request), ("fine", Direction::Response)]);
}

/// Where only a policy that waits for the response stops findings, coded answers must not come about.
#[test]
fn plain_answers_are_asked_for_where_one_policy_may_need_them() {
    let policies = r#"[{"name": "errors", "match": {"paths": ["/a"], "statuses": ["5xx"]}, "responses": "redact"}]"#;
    for (path, asked) in [("/a", "identity"), ("/b", "gzip")] {
        let json = format!(r#"{{"responses": "report", "policies": {policies}}}"#);
        let mut rig = Rig::new(&json, Role::Inbound);
        let sent =
            rig.send(Direction::Request, &get(path, &[("accept-encoding", "gzip")]), &[], &[]);
        assert_eq!(sent.header("accept-encoding"), asked, "{path}");
    }
}

/// A response that nothing looks at is looked at where a policy says so.
#[test]
fn headers_are_read_where_a_policy_waits_for_them() {
    let policies = r#"[{"name": "errors", "match": {"paths": ["/a"], "statuses": ["5xx"]}, "responses": "redact"}]"#;
    for (path, reads) in [("/a", true), ("/b", false)] {
        let json = format!(r#"{{"responses": "off", "policies": {policies}}}"#);
        let mut rig = Rig::new(&json, Role::Inbound);
        rig.send(Direction::Request, &get(path, &[]), &[], &[]);
        assert_eq!(rig.exchange.reads_headers(Direction::Response), reads, "{path}");
    }
}

#[test]
fn facts_come_from_the_proxy_alone() {
    let policies = r#"[
        {"name": "cluster", "match": {"clusters": ["internal"]}, "responses": "off"},
        {"name": "agent", "match": {"uri_sans": ["spiffe://prod/agent"]}, "responses": "report"}]"#;
    let spoofed = get("/", &[("x-forwarded-client-cert", "URI=spiffe://prod/agent")]);
    for (facts, action) in [
        (Facts::default(), Some(Action::Redact)),
        (Facts { cluster: "internal".to_owned(), ..Facts::default() }, None),
        (
            Facts { uri_sans: vec!["spiffe://prod/agent".to_owned()], ..Facts::default() },
            Some(Action::Report),
        ),
    ] {
        let mut rig = rig(policies);
        assert!(rig.exchange.asks().cluster && !rig.exchange.asks().route);
        rig.exchange.know(facts.clone());
        rig.send(Direction::Request, &spoofed, &[], &[]);
        rig.send(Direction::Response, OK, &[github().as_bytes()], &[]);
        assert_eq!(rig.actions(), action.as_slice(), "{facts:?}");
    }
}

/// Headers that the proxy did not hand over fit nothing.
#[test]
fn without_a_request_no_policy_fits() {
    let mut rig = Rig::new(
        r#"{"requests": "report", "policies": [{"name": "all", "match": {"statuses": ["2xx"]}, "responses": "off"}]}"#,
        Role::Inbound,
    );
    rig.exchange.on(Event::HostError { direction: Direction::Request });
    let sent = rig.send(Direction::Response, OK, &[github().as_bytes()], &[]);
    assert!(sent.text().starts_with("[REDACTED"), "{}", sent.text());
}

#[test]
fn pages_that_hand_out_tokens_may() {
    let policies =
        r#"[{"name": "login", "match": {"preset": "sign_in", "hosts": ["app.example"]}}]"#;
    let session = format!("{{\"session\": \"{}\"}}", jwt());
    let database = "postgres://app:hunter2-hunter2@db/orders";
    for (path, body, is_kept) in [
        ("/api/login", session.as_str(), true),
        ("/api/other", &session, false),
        ("/api/login", database, false),
    ] {
        let mut rig = rig(policies);
        rig.send(Direction::Request, &get(path, &[]), &[], &[]);
        let sent = rig.send(Direction::Response, OK, &[body.as_bytes()], &[]);
        assert_eq!(sent.text() == body, is_kept, "{path} {}", sent.text());
    }
}

#[test]
fn actions_are_chosen_by_place_and_rule() {
    let json = r#"{"responses": "redact", "actions": [
        {"rules": ["github.*"], "places": ["header"], "action": "block"},
        {"rules": ["github.*"], "directions": ["response"], "action": "mask"}]}"#;
    let (sent, rig) = respond(json, OK, &github());
    assert!(sent.text().starts_with("ghp_****"), "{}", sent.text());
    assert_eq!(rig.actions(), [Action::Mask]);
    let secret = github();
    let (sent, _) = respond(json, &[OK, &[("x-debug", secret.as_str())]].concat(), "");
    assert_eq!(sent.refused, Some(Refusal::Blocked(Direction::Response)));
    let (_, rig) = respond(json, OK, &jwt());
    assert_eq!(rig.actions(), [Action::Redact], "none fits: the word");
}

/// An entry alone makes a direction one in which findings are stopped, coded bodies and all.
#[test]
fn an_entry_alone_enforces() {
    let json = r#"{"responses": "off", "actions": [
        {"rules": ["github.*"], "directions": ["response"], "action": "redact"}]}"#;
    let (sent, rig) = respond(json, OK, &format!("{} {}", github(), jwt()));
    assert!(sent.text().starts_with("[REDACTED") && sent.text().ends_with(&jwt()));
    assert_eq!(rig.actions(), [Action::Redact]);
    let lzma = [OK, &[("content-encoding", "lzma")]].concat();
    let (sent, _) = respond(json, &lzma, "x");
    assert_eq!(sent.refused, Some(Refusal::Unscannable(Direction::Response, Unscanned::Coded)));
}

#[test]
fn upgrades_pass_or_not_as_the_policy_says() {
    let websocket = get("/ws", &[("connection", "upgrade"), ("upgrade", "WebSocket")]);
    let h2 = [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":path", "/ws"),
        (":authority", "app.example"),
    ];
    let connect = [(":method", "CONNECT"), (":authority", "db.internal:5432")];
    let other = get("/x", &[("upgrade", "foo/2")]);
    let h2c = get("/x", &[("upgrade", "h2c")]);
    for (word, refused) in [
        (r#""pass""#, [false; 5]),
        (r#""block""#, [true, true, true, true, false]),
        (r#"{"websocket": "block"}"#, [true, true, false, false, false]),
        (r#"{"connect": "block"}"#, [false, false, true, false, false]),
        (r#"{"other": "block"}"#, [false, false, false, true, false]),
    ] {
        let all = [&websocket[..], &h2, &connect, &other, &h2c];
        for (headers, refused) in all.into_iter().zip(refused) {
            // What is asked for in so many words does not depend on whether findings are stopped.
            let json = format!(r#"{{"requests": "off", "responses": "off", "upgrades": {word}}}"#);
            let mut rig = Rig::new(&json, Role::Inbound);
            let sent = rig.send(Direction::Request, headers, &[b"frame"], &[]);
            let refusal = Refusal::Unscannable(Direction::Request, Unscanned::Upgrade);
            assert_eq!(sent.refused, refused.then_some(refusal), "{word} {headers:?}");
            assert!(sent.refused.is_none_or(|refusal| refusal.status() == 403));
        }
    }
    let policies = r#"[{"name": "chat", "match": {"paths": ["/ws"]}, "upgrades": "pass"}]"#;
    let json = format!(r#"{{"upgrades": "block", "policies": {policies}}}"#);
    let sent =
        Rig::new(&json, Role::Inbound).send(Direction::Request, &websocket, &[b"frame"], &[]);
    assert_eq!(sent.refused, None);
}
