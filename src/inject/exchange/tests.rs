#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use serde_json::{Value, json};

mod answer;
#[cfg(feature = "codings")]
mod coded;
mod whole;

use super::*;
use crate::{
    http::Headers,
    inject::{Keyring, slot::Slot, testing},
    store::{Fetched, Retry, StoreError},
};

const KEY: &str = "vault-value-0123456789";

/// One worker with one exchange at a time.
struct Rig {
    config: Rc<InjectConfig>,
    keyring: Keyring,
    exchange: InjectExchange,
    facts: Facts,
    now: u64,
    records: Vec<InjectRecord>,
}

impl Rig {
    fn of(json: &Value) -> Rig {
        let config = testing::config(json);
        let facts = Facts { cluster: "stripe".into(), ..Facts::default() };
        let exchange = InjectExchange::new(Rc::clone(&config), facts.clone());
        let keyring = testing::keyring(&config);
        Rig { config, keyring, exchange, facts, now: 0, records: Vec::new() }
    }

    /// With the value there already.
    fn warm(binding: Value, top: Value) -> Rig {
        let mut rig = Rig::of(&testing::json(json!({}), binding, top));
        rig.give("1", KEY);
        rig
    }

    fn give(&mut self, version: &str, value: &str) {
        self.give_fetched(0, testing::fetched(version, value));
    }

    fn give_fetched(&mut self, number: usize, fetched: Fetched) {
        self.keyring.take(number, Ok(fetched), self.now, 0);
    }

    fn slot(&mut self) -> &mut Slot {
        self.keyring.slot_mut(0).unwrap()
    }

    fn on(&mut self, event: Event<'_>) -> InjectStep {
        let step = self.exchange.on(event, &mut self.keyring, || self.now);
        self.records.extend(self.exchange.take_records());
        step
    }

    fn wake(&mut self) -> Option<InjectStep> {
        let step = self.exchange.wake(&mut self.keyring, self.now);
        self.records.extend(self.exchange.take_records());
        step
    }

    /// A new exchange with this request, whose headers end it.
    fn request(&mut self, pairs: &[(&str, &str)]) -> Seen {
        self.start(pairs, true)
    }

    fn start(&mut self, pairs: &[(&str, &str)], end_of_stream: bool) -> Seen {
        self.exchange = InjectExchange::new(Rc::clone(&self.config), self.facts.clone());
        self.records.clear();
        let mut all =
            vec![(":method", "GET"), (":path", "/v1/charges"), (":authority", "api.example.com")];
        all.retain(|(name, _)| !pairs.iter().any(|(other, _)| other == name));
        all.extend(pairs);
        let headers = headers(&all);
        let direction = Direction::Request;
        let step = self.on(Event::Headers { direction, headers: &headers, end_of_stream });
        Seen::new(&headers, step)
    }

    fn body(&mut self, direction: Direction, bytes: &[u8], end_of_stream: bool) -> InjectStep {
        self.on(Event::Body { direction, bytes, end_of_stream })
    }

    fn answer(&mut self, pairs: &[(&str, &str)], end_of_stream: bool) -> Seen {
        let mut all = vec![(":status", "200")];
        all.retain(|(name, _)| !pairs.iter().any(|(other, _)| other == name));
        all.extend(pairs);
        let headers = headers(&all);
        let direction = Direction::Response;
        let step = self.on(Event::Headers { direction, headers: &headers, end_of_stream });
        Seen::new(&headers, step)
    }

    fn reasons(&self) -> Vec<&'static str> {
        let reasons = self.records.iter().filter_map(|record| match record {
            InjectRecord::Decided { reason, .. } => Some(reason.name()),
            _ => None,
        });
        reasons.collect()
    }

    fn told(&self) -> String {
        self.records.iter().map(|record| format!("{record}\n")).collect()
    }
}

/// A header map after a step.
struct Seen {
    fields: Fields,
    flow: InjectFlow,
    path: Option<Vec<u8>>,
    set: Option<String>,
}

impl Seen {
    fn new(headers: &Headers, step: InjectStep) -> Seen {
        let mut fields = Fields::of(headers);
        step.headers.iter().for_each(|edit| fields.apply(edit));
        Seen { fields, flow: step.flow, path: step.path, set: step.set }
    }

    fn all(&self, name: &str) -> Vec<String> {
        self.fields.all(name).map(|value| String::from_utf8_lossy(value).into_owned()).collect()
    }

    fn refusal(&self) -> (u32, &'static str) {
        match &self.flow {
            InjectFlow::Refuse(answer) => (answer.status, answer.reason),
            _ => (0, ""),
        }
    }
}

fn headers(pairs: &[(&str, &str)]) -> Headers {
    pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect()
}

fn bearer() -> String {
    format!("Bearer {KEY}")
}

#[test]
fn a_credential_is_set_and_told() {
    let mut rig = Rig::warm(json!({}), json!({}));
    let seen = rig.request(&[("authorization", "Bearer mine"), ("x-other", "1")]);
    assert_eq!(seen.flow, InjectFlow::Continue);
    assert_eq!(seen.all("authorization"), [bearer()]);
    assert_eq!(seen.all("x-other"), ["1"]);
    let told = rig.told();
    assert!(
        told.contains(
            "decision=inject reason=injected binding=charges credential=stripe version=1"
        )
    );
    assert!(told.contains(" fingerprint=") && !told.contains(KEY), "{told}");
}

/// Upstream filters run once a try, on the header map of the try before.
#[test]
fn a_retry_on_the_same_header_map_changes_nothing() {
    for (surface, name) in [
        (json!("bearer"), "authorization"),
        (json!({"query": {"name": "key"}}), ":path"),
        (json!({"cookie": {"name": "sid"}}), "cookie"),
        (json!({"path_segment": {"number": 1}}), ":path"),
    ] {
        let mut rig = Rig::warm(json!({"surface": surface, "accept_url_logging": true}), json!({}));
        let first = rig.request(&[]);
        let value = first.all(name);
        assert_eq!(value.concat().matches(KEY).count(), 1);
        for _ in 0..2 {
            let again = rig.request(&[(name, &value[0])]);
            assert_eq!(again.all(name), value);
            assert_eq!(rig.reasons(), ["injected"]);
        }
    }
}

#[test]
fn a_retry_keeps_a_placeholders_request_asked() {
    let mut rig = Rig::warm(json!({"placeholder": "placeholder-1"}), json!({}));
    let first = rig.request(&[("authorization", "Bearer placeholder-1")]);
    assert_eq!(first.all("authorization"), [bearer()]);
    let again = rig.request(&[("authorization", &bearer())]);
    assert_eq!((again.all("authorization"), rig.reasons()), (vec![bearer()], vec!["injected"]));
}

/// A key that changed between two tries: the workload does not hold the old one, the filter put it there.
#[test]
fn what_an_earlier_try_has_set_is_no_key_of_the_workloads() {
    for binding in [json!({}), json!({"placeholder": "placeholder-1"})] {
        let mut rig = Rig::warm(binding, json!({}));
        let first = rig.request(&[("authorization", "Bearer placeholder-1")]);
        rig.give("2", "the-new-value-of-the-key");
        let value = first.all("authorization").concat();
        let held = [("authorization", value.as_str())];
        rig.request(&held);
        assert_eq!(rig.reasons(), ["replaced_on_sight"]);
        rig.facts.set_before = first.set.map(String::into_bytes);
        let again = rig.request(&held);
        assert_eq!(again.all("authorization"), ["Bearer the-new-value-of-the-key"]);
        assert_eq!(rig.reasons(), ["injected"]);
    }
}

#[test]
fn a_credential_goes_only_where_its_binding_says() {
    let mut rig = Rig::warm(json!({}), json!({}));
    for (pairs, refusal) in [
        (vec![(":authority", "evil.test")], (403, "authority_not_bound")),
        (vec![(":authority", "api.example.com.evil.test")], (403, "authority_not_bound")),
        (vec![(":authority", "user@api.example.com")], (400, "authority_invalid")),
        (vec![(":method", "DELETE")], (403, "method_not_bound")),
        (vec![(":path", "/admin")], (403, "path_not_bound")),
        (vec![(":path", "/v1/../admin")], (400, "path_not_canonical")),
        (vec![(":path", "/v1/%2e%2e/admin")], (400, "path_not_canonical")),
        (vec![(":path", "/v1//x")], (400, "path_not_canonical")),
        (vec![("upgrade", "websocket")], (403, "upgrade")),
        (vec![(":method", "CONNECT")], (403, "upgrade")),
    ] {
        let seen = rig.request(&pairs);
        assert_eq!(seen.refusal(), refusal, "{pairs:?}");
        assert!(!seen.all("authorization").concat().contains(KEY));
        assert_eq!(rig.reasons(), [refusal.1]);
    }
    for authority in ["API.example.com:443", "api.example.com."] {
        assert_eq!(rig.request(&[(":authority", authority)]).all("authorization"), [bearer()]);
    }
    rig.facts.cluster = "other".into();
    let seen = rig.request(&[]);
    assert_eq!(seen.refusal(), (403, "cluster_not_bound"));
}

#[test]
fn what_fits_no_binding_may_pass_without_a_credential_but_never_with_two_meanings() {
    let mut rig = Rig::warm(json!({}), json!({"unbound": "pass"}));
    let seen = rig.request(&[(":method", "DELETE"), ("authorization", "Bearer mine")]);
    assert_eq!((seen.flow.clone(), seen.all("authorization")), (InjectFlow::Continue, vec![]));
    assert_eq!(rig.request(&[(":path", "/v1/..")]).refusal(), (400, "path_not_canonical"));
    assert_eq!(rig.request(&[(":authority", "a@b")]).refusal(), (400, "authority_invalid"));
}

#[test]
fn workloads_are_told_by_what_the_proxy_verified() {
    let workload = json!({"uri_san": "spiffe://prod/agent"});
    let mut rig = Rig::warm(json!({"workload": workload}), json!({}));
    let forged = [("x-forwarded-client-cert", "URI=spiffe://prod/agent")];
    assert_eq!(rig.request(&forged).refusal(), (403, "workload_not_bound"));
    rig.facts.uri_sans = vec!["spiffe://prod/agent".into()];
    assert_eq!(rig.request(&[]).all("authorization"), [bearer()]);
}

/// Strip first: what the client sends of a managed name, of an override or by a trailer does not get through.
#[test]
fn what_is_managed_is_stripped_whatever_becomes_of_the_request() {
    let surface = json!({"header": {"name": "x-api-key"}});
    let mut rig = Rig::warm(json!({"surface": surface}), json!({"unbound": "pass"}));
    let pairs = [
        ("x-api-key", "a"),
        ("x_api_key", "b"),
        ("X-Api_Key", "c"),
        ("x-http-method-override", "DELETE"),
        ("x-original-url", "/admin"),
        ("connection", "x-api-key"),
        (":path", "/v1/x?_method=DELETE"),
    ];
    for method in ["GET", "DELETE"] {
        let seen = rig.request(&[&pairs[..], &[(":method", method)]].concat());
        let expected: &[&str] = if method == "GET" { &[KEY] } else { &[] };
        assert_eq!(seen.all("x-api-key"), expected);
        for name in
            ["x_api_key", "X-Api_Key", "x-http-method-override", "x-original-url", "connection"]
        {
            assert_eq!(seen.all(name), Vec::<String>::new(), "{name}");
        }
        assert_eq!(seen.all(":path"), ["/v1/x"]);
    }
    rig.start(&[(":method", "POST")], false);
    let trailers = headers(&[("x_api_key", "a"), ("x-checksum", "1")]);
    let step = rig.on(Event::Trailers { direction: Direction::Request, trailers: &trailers });
    let seen = Seen::new(&trailers, step);
    assert_eq!((seen.all("x_api_key").len(), seen.all("x-checksum").len()), (0, 1));
}

#[test]
fn a_cold_request_waits_for_the_credential() {
    let mut rig = Rig::of(&testing::json(json!({}), json!({}), json!({})));
    assert_eq!(rig.request(&[]).flow, InjectFlow::Pause);
    assert_eq!(rig.exchange.waits(), Some(Direction::Request));
    assert_eq!(rig.exchange.need(Direction::Request, 10, false), Need::Hold);
    assert!(rig.wake().is_none() && rig.slot().is_due(0));
    rig.give("1", KEY);
    let step = rig.wake().unwrap();
    assert_eq!(step.flow, InjectFlow::Continue);
    assert!(step.headers.iter().any(|edit| edit.values == [bearer().into_bytes()]));
    assert_eq!(rig.exchange.waits(), None);
}

/// Limit - 1, limit, limit + 1 of `wait_ms_max`, and of `waiting_max`.
#[test]
fn nobody_waits_for_ever_and_not_everybody_waits() {
    for (now, is_over) in [(4_999, false), (5_000, true), (5_001, true)] {
        let mut rig = Rig::of(&testing::json(json!({}), json!({}), json!({})));
        rig.request(&[]);
        rig.now = now;
        let step = rig.wake();
        assert_eq!(step.is_some(), is_over, "{now}");
        if let Some(step) = step {
            assert_eq!(
                step.flow,
                InjectFlow::Refuse(Answer { status: 503, reason: "waited_too_long" })
            );
        }
    }
    let mut rig = Rig::of(&testing::json(json!({}), json!({}), json!({"waiting_max": 2})));
    let mut waiting = Vec::new();
    for number in 0..4 {
        let seen = rig.request(&[]);
        assert_eq!(seen.refusal().1 == "too_many_waiting", number >= 2, "{number}");
        let next = InjectExchange::new(Rc::clone(&rig.config), rig.facts.clone());
        waiting.push(std::mem::replace(&mut rig.exchange, next));
    }
    // A client that goes away gives its place back.
    waiting[0].drop_out(&mut rig.keyring);
    assert_eq!(rig.request(&[]).flow, InjectFlow::Pause);
}

#[test]
fn a_dead_vault_is_a_reason_and_each_credential_says_what_then() {
    for (word, refusal) in [("refuse", (503, "sealed")), ("pass", (0, ""))] {
        let mut rig = Rig::of(&testing::json(json!({"on_failure": word}), json!({}), json!({})));
        rig.request(&[("authorization", "Bearer mine")]);
        let sealed = StoreError::new("sealed", Retry::Later);
        rig.keyring.take(0, Err(sealed), 0, 0);
        let step = rig.wake().unwrap();
        let seen = Seen::new(&headers(&[("authorization", "Bearer mine")]), step);
        assert_eq!(seen.refusal(), refusal);
        assert_eq!(rig.reasons(), ["sealed"]);
        if word == "pass" {
            assert_eq!(seen.all("authorization"), Vec::<String>::new());
        }
    }
}

#[test]
fn a_secret_may_narrow_its_hosts() {
    let mut rig = Rig::of(&testing::json(json!({}), json!({}), json!({})));
    let hosts = |hosts: &[&str]| Some(hosts.iter().map(|host| (*host).to_owned()).collect());
    rig.give_fetched(0, Fetched { hosts: hosts(&["other.test"]), ..testing::fetched("1", KEY) });
    assert_eq!(rig.request(&[]).refusal(), (403, "host_not_in_secret"));
    let good = hosts(&["other.test", "API.Example.com:443"]);
    rig.give_fetched(0, Fetched { hosts: good, ..testing::fetched("1", KEY) });
    assert_eq!(rig.request(&[]).all("authorization"), [bearer()]);
}

/// Limit - 1, limit, limit + 1 of `needle_bytes_min`.
#[test]
fn a_value_too_short_to_be_seen_again_needs_a_word() {
    for (len, accepts, good) in
        [(11, false, false), (12, false, true), (13, false, true), (11, true, true)]
    {
        let binding = json!({"accept_no_echo_guard": accepts});
        let mut rig = Rig::of(&testing::json(json!({}), binding, json!({})));
        rig.give("1", &KEY[..len]);
        let refusal = rig.request(&[]).refusal();
        assert_eq!(refusal, if good { (0, "") } else { (503, "no_echo_guard") }, "{len}");
    }
}

#[test]
fn placeholders_ask() {
    let binding = json!({"placeholder": "placeholder-1", "occurrences_max": 2});
    let mut rig = Rig::warm(binding, json!({}));
    let seen = rig.request(&[("authorization", "Bearer placeholder-1")]);
    assert_eq!(seen.all("authorization"), [bearer()]);
    let seen = rig.request(&[("authorization", "Bearer other")]);
    assert_eq!((seen.all("authorization").len(), rig.reasons()), (0, vec!["not_asked"]));
    // Limit - 1, limit, limit + 1.
    for (count, refusal) in [(1, (0, "")), (2, (0, "")), (3, (400, "occurrences"))] {
        let value = "placeholder-1".repeat(count);
        assert_eq!(rig.request(&[("authorization", &value)]).refusal(), refusal, "{count}");
    }
}

#[test]
fn a_placeholder_elsewhere_is_carried_and_counted_or_blocked() {
    for (word, refusal) in [("carry", (0, "")), ("block", (403, "placeholder_elsewhere"))] {
        let binding = json!({"placeholder": "placeholder-1", "placeholder_elsewhere": word});
        let mut rig = Rig::warm(binding, json!({}));
        let asked = ("authorization", "Bearer placeholder-1");
        rig.request(&[asked]);
        assert!(!rig.told().contains("hushgate placeholder"), "{}", rig.told());
        let seen = rig.request(&[asked, ("x-note", "it says placeholder-1")]);
        assert_eq!(seen.refusal(), refusal);
        assert!(rig.told().contains("hushgate placeholder place=header"));
        if word == "carry" {
            assert_eq!(seen.all("x-note"), ["it says placeholder-1"]);
        }
        // In a body it is carried inert: nothing is put in its place.
        rig.start(&[asked, (":method", "POST")], false);
        let step = rig.body(Direction::Request, b"a transcript: placeholder-1.", true);
        assert!(step.body.is_none());
        assert_eq!(matches!(step.flow, InjectFlow::Refuse(_)), word == "block");
        assert!(rig.told().contains("hushgate placeholder place=body"));
    }
}

#[test]
fn old_keys_are_replaced_on_sight() {
    let retired = testing::fingerprinter().of(b"an-older-key-of-ours").to_string();
    let json = testing::json(
        json!({"retired": [retired]}),
        json!({"placeholder": "placeholder-1"}),
        json!({}),
    );
    let mut rig = Rig::of(&json);
    rig.give("1", "the-first-version-of-it");
    rig.now = 10;
    rig.give("2", KEY);
    for old in ["the-first-version-of-it", "an-older-key-of-ours"] {
        let seen = rig.request(&[("authorization", &format!("Bearer {old}"))]);
        assert_eq!(seen.all("authorization"), [bearer()], "{old}");
        assert_eq!(rig.reasons(), ["replaced_on_sight"]);
    }
    rig.request(&[("authorization", "Bearer somebody-elses-key")]);
    assert_eq!(rig.reasons(), ["not_asked"]);
}

/// A second credential, bound to another cluster.
fn two(top: Value) -> Rig {
    let mut json = testing::json(json!({}), json!({}), top);
    let mut other = json["credentials"][0].clone();
    other["name"] = json!("other");
    json["credentials"].as_array_mut().unwrap().push(other);
    let mut binding = json["bindings"][0].clone();
    (binding["name"], binding["credential"]) = (json!("elsewhere"), json!("other"));
    (binding["cluster"], binding["authority"]) = (json!("other"), json!("other.test"));
    json["bindings"].as_array_mut().unwrap().push(binding);
    let mut rig = Rig::of(&json);
    rig.give("1", KEY);
    rig.give_fetched(1, testing::fetched("7", "other-vault-value-42"));
    rig
}

#[test]
fn a_value_on_its_way_to_where_it_is_not_bound_is_blocked_and_named() {
    let base64 = "b3RoZXItdmF1bHQtdmFsdWUtNDI=";
    let mut rig = two(json!({}));
    for pair in [
        ("authorization", "Bearer other-vault-value-42"),
        ("x-note", "other-vault-value-42"),
        ("x-note", base64),
        (":path", "/v1/x?note=other-vault-value-42"),
    ] {
        assert_eq!(rig.request(&[pair]).refusal(), (403, "foreign_value"), "{}", pair.0);
        let named = "credential=other version=7";
        assert!(rig.told().contains("hushgate foreign_value") && rig.told().contains(named));
        assert!(!rig.told().contains("other-vault"));
    }
    rig.start(&[(":method", "POST")], false);
    let first = rig.body(Direction::Request, b"text other-vault-va", false);
    assert!(matches!(first.flow, InjectFlow::Pause), "the beginning of it waits");
    let whole = rig.body(Direction::Request, b"lue-42", true);
    assert!(matches!(whole.flow, InjectFlow::Refuse(Answer { status: 403, .. })));
    assert!(rig.told().contains("credential=other version=7"));
    // The credential's own value is at home here.
    assert_eq!(rig.request(&[("x-note", KEY)]).flow, InjectFlow::Continue);
}

/// What the other job does with findings in requests does not count.
#[test]
fn a_foreign_value_is_blocked_beside_the_other_job_too() {
    for word in ["off", "report", "redact"] {
        let mut rig = two(json!({"redact": {"requests": word}}));
        assert_eq!(rig.request(&[("x-note", "other-vault-value-42")]).refusal().1, "foreign_value");
        rig.start(&[(":method", "POST")], false);
        let step = rig.body(Direction::Request, b"text other-vault-value-42 text", true);
        assert!(matches!(step.flow, InjectFlow::Refuse(Answer { status: 403, .. })), "{word}");
        assert!(rig.told().contains("hushgate foreign_value place=body credential=other"));
    }
}

#[test]
fn honeytokens_alert_and_move_nothing() {
    let top =
        json!({"honeytokens": [{"name": "trap", "value": "honeytoken-1"}], "unbound": "pass"});
    let mut rig = Rig::warm(json!({}), top);
    for pairs in [
        vec![("authorization", "Bearer honeytoken-1")],
        vec![("x-note", "honeytoken-1")],
        vec![("x-note", "honeytoken-1"), (":method", "DELETE")],
    ] {
        let seen = rig.request(&pairs);
        assert_eq!(seen.refusal(), (403, "honeytoken"));
        assert!(rig.told().contains("hushgate honeytoken"));
        assert!(!seen.all("authorization").concat().contains(KEY));
    }
}
