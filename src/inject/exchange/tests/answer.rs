//! The answer: echoes, refused keys, caches, redirects.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::inject::forms;

#[test]
fn echoes_are_redacted_in_headers_bodies_and_trailers() {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let forms = [
        KEY.to_owned(),
        BASE64_STANDARD.encode(format!("x{KEY}")),
        BASE64_STANDARD.encode(format!("user:{KEY}")),
        KEY.bytes().map(|byte| format!("{byte:02x}")).collect(),
    ];
    for kind in [
        "text/plain",
        "application/json",
        "application/octet-stream",
        "image/png",
        "text/event-stream",
    ] {
        for form in &forms {
            let mut rig = Rig::warm(json!({}), json!({}));
            rig.request(&[]);
            let value = format!("you sent {form}!");
            let seen = rig.answer(
                &[("content-type", kind), ("x-debug", &value), ("x-csrf-token", form)],
                false,
            );
            for name in ["x-debug", "x-csrf-token"] {
                let value = seen.all(name).concat();
                assert!(!value.contains(&form[6..form.len() - 6]), "{name} {value}");
            }
            assert_eq!(seen.all("x-debug").concat().len(), value.len());
            let body = format!("{{\"echo\":\"{form}\"}}");
            for cut in 0..body.len() {
                let mut rig = Rig::warm(json!({}), json!({}));
                rig.request(&[]);
                rig.answer(&[("content-type", kind)], false);
                let out = through(&mut rig, &[&body.as_bytes()[..cut], &body.as_bytes()[cut..]]);
                assert_eq!(out.len(), body.len());
                let out = String::from_utf8_lossy(&out).into_owned();
                assert!(!out.contains(&form[6..form.len() - 6]), "{kind} cut at {cut}: {out}");
                assert!(out.starts_with("{\"echo\":\"") && out.ends_with("\"}"), "{out}");
            }
            let trailers = headers(&[("x-trace", &value)]);
            let step =
                rig.on(Event::Trailers { direction: Direction::Response, trailers: &trailers });
            let value = Seen::new(&trailers, step).all("x-trace").concat();
            assert!(!value.contains(&form[6..form.len() - 6]));
            assert!(rig.told().contains("hushgate echo place=header credential=stripe version=1"));
        }
    }
}

/// Drives a body as a proxy does: what is held is shown again, longer.
pub(super) fn through(rig: &mut Rig, chunks: &[&[u8]]) -> Vec<u8> {
    let (mut buffer, mut out) = (Vec::new(), Vec::new());
    for (number, chunk) in chunks.iter().enumerate() {
        let end_of_stream = number + 1 == chunks.len();
        buffer.extend_from_slice(chunk);
        let from = match rig.exchange.need(Direction::Response, buffer.len(), end_of_stream) {
            Need::Read(from) => from,
            Need::Hold => continue,
            Need::Nothing => {
                out.append(&mut buffer);
                continue;
            }
        };
        let bytes = buffer[from..].to_vec();
        let step = rig.body(Direction::Response, &bytes, end_of_stream);
        match step.flow {
            InjectFlow::Continue => {
                out.extend(step.body.unwrap_or_else(|| buffer.clone()));
                buffer.clear();
            }
            InjectFlow::Pause => assert!(!end_of_stream),
            InjectFlow::Refuse(_) | InjectFlow::Reply(..) => return b"refused".to_vec(),
        }
    }
    out
}

/// Old versions are needles for a while, the version before the current one too.
#[test]
fn old_versions_are_redacted_too() {
    let mut rig = Rig::of(&testing::json(json!({}), json!({}), json!({})));
    rig.give("1", "the-first-version-of-it");
    let previous =
        Some(("2".to_owned(), crate::secret::Secret::from("the-version-before-it".to_owned())));
    rig.give_fetched(0, Fetched { previous, ..testing::fetched("3", KEY) });
    for (now, redacted) in [(599_999, 3), (600_000, 2)] {
        rig.now = now;
        rig.keyring.tidy(now);
        rig.request(&[]);
        let values = ["the-first-version-of-it", "the-version-before-it", KEY];
        let pairs: Vec<_> = values.iter().map(|value| ("x-echo", *value)).collect();
        let seen = rig.answer(&pairs, true).all("x-echo");
        let gone = seen.iter().filter(|value| !values.contains(&value.as_str())).count();
        assert_eq!(gone, redacted, "{seen:?}");
    }
}

#[test]
fn an_answer_that_cannot_be_looked_through_is_refused() {
    for (pairs, refusal) in [
        (vec![("content-encoding", "compress")], (502, "coded")),
        (vec![(":status", "206")], (416, "range")),
        (vec![("content-encoding", "identity")], (0, "")),
    ] {
        let mut rig = Rig::warm(json!({}), json!({}));
        rig.request(&[]);
        assert_eq!(rig.answer(&pairs, false).refusal(), refusal, "{pairs:?}");
    }
    let mut rig = Rig::warm(json!({}), json!({"coded_bodies": "pass", "ranges": "pass"}));
    rig.request(&[]);
    assert_eq!(rig.answer(&[("content-encoding", "compress")], false).flow, InjectFlow::Continue);
    // And none is asked for.
    let mut rig = Rig::warm(json!({}), json!({}));
    let seen = rig.request(&[("accept-encoding", "gzip, br")]);
    assert_eq!(seen.all("accept-encoding"), ["identity"]);
}

#[test]
fn answers_are_private_and_lose_their_cookies() {
    let pairs = [("cache-control", "public, max-age=60"), ("set-cookie", "a=1")];
    let mut rig = Rig::warm(json!({}), json!({}));
    rig.request(&[]);
    let seen = rig.answer(&pairs, true);
    assert_eq!(
        (seen.all("cache-control"), seen.all("set-cookie").len()),
        (vec!["private, max-age=60".into()], 0)
    );
    let mut rig = Rig::warm(json!({}), json!({"set_cookie": "keep"}));
    rig.request(&[]);
    let echo = format!("a={KEY}");
    let seen = rig.answer(&[("set-cookie", "b=1"), ("set-cookie", &echo)], true);
    assert_eq!(seen.all("set-cookie")[0], "b=1");
    assert!(!seen.all("set-cookie").concat().contains(KEY));
    // Nothing of that where nothing was injected.
    let mut rig = Rig::warm(json!({"placeholder": "placeholder-1"}), json!({}));
    rig.request(&[]);
    assert!(!rig.exchange.reads_headers(Direction::Response));
}

/// A refused key: the answer waits for the store's news, so that the proxy's retry has the new one.
#[test]
fn a_401_asks_the_store_once_more() {
    let mut rig = Rig::warm(json!({}), json!({}));
    rig.now = 1_000;
    rig.request(&[]);
    assert_eq!(rig.answer(&[(":status", "401")], false).flow, InjectFlow::Pause);
    assert_eq!(rig.exchange.need(Direction::Response, 5, true), Need::Hold);
    assert!(rig.wake().is_none());
    rig.give("2", "the-new-value-of-the-key");
    let step = rig.wake().unwrap();
    assert_eq!(step.flow, InjectFlow::Continue);
    let seen = rig.request(&[("authorization", &bearer())]);
    assert_eq!(seen.all("authorization"), ["Bearer the-new-value-of-the-key"]);
    // The limit of forced refreshes: the next 401 goes on at once.
    rig.now = 1_001;
    assert_eq!(rig.answer(&[(":status", "401")], false).flow, InjectFlow::Continue);
    // Where nothing was injected nothing is asked.
    let mut rig = Rig::warm(json!({"placeholder": "placeholder-1"}), json!({}));
    rig.request(&[]);
    assert_eq!(rig.answer(&[(":status", "401")], false).flow, InjectFlow::Continue);
}

/// Trailers are shown once: those of an answer that is held lose the echo at once, and are held with it.
#[test]
fn the_trailers_of_a_held_401_hold_no_echo() {
    let mut rig = Rig::warm(json!({}), json!({}));
    rig.now = 1_000;
    rig.request(&[]);
    assert_eq!(rig.answer(&[(":status", "401")], false).flow, InjectFlow::Pause);
    let echo = format!("not {KEY}");
    let trailers = headers(&[("x-why", &echo), ("x-a", "1")]);
    let direction = Direction::Response;
    let step = rig.on(Event::Trailers { direction, trailers: &trailers });
    let seen = Seen::new(&trailers, step);
    assert_eq!(seen.flow, InjectFlow::Pause);
    assert!(
        seen.all("x-why").iter().all(|value| value.starts_with("not ") && !value.contains(KEY))
    );
    assert_eq!(seen.all("x-a"), ["1"]);
    rig.now = 6_000;
    assert_eq!(rig.wake().unwrap().flow, InjectFlow::Continue);
}

/// The proxy could follow a redirect by itself, with the header map that the credential stands in.
#[test]
fn a_redirect_is_answered_and_not_passed() {
    let mut rig = Rig::warm(json!({}), json!({}));
    rig.request(&[]);
    let place = format!("https://other.test/?echo={KEY}");
    let pairs = [(":status", "302"), ("location", &place), ("content-length", "5"), ("x-a", "1")];
    let InjectFlow::Reply(status, headers) = rig.answer(&pairs, false).flow else {
        panic!("it is")
    };
    let named =
        |name: &[u8]| headers.iter().find(|(other, _)| other == name).map(|it| it.1.clone());
    assert_eq!((status, named(b"x-a"), named(b"content-length")), (302, Some(b"1".to_vec()), None));
    let place = String::from_utf8(named(b"location").unwrap()).unwrap();
    assert!(place.starts_with("https://other.test/?echo=") && !place.contains(KEY));
    for pairs in [vec![(":status", "304")], vec![(":status", "201"), ("location", "/x")]] {
        rig.request(&[]);
        assert_eq!(rig.answer(&pairs, true).flow, InjectFlow::Continue);
    }
    let mut rig = Rig::warm(json!({"placeholder": "placeholder-1"}), json!({}));
    rig.request(&[]);
    assert_eq!(
        rig.answer(&[(":status", "302"), ("location", "/x")], true).flow,
        InjectFlow::Continue
    );
}

#[test]
fn a_held_401_goes_on_when_its_time_is_over() {
    for (now, is_over) in [(5_999, false), (6_000, true), (6_001, true)] {
        let mut rig = Rig::warm(json!({}), json!({}));
        rig.now = 1_000;
        rig.request(&[]);
        rig.answer(&[(":status", "401")], true);
        rig.now = now;
        assert_eq!(rig.wake().is_some(), is_over, "{now}");
    }
}

/// Short values of headers are not looked at. The shortest that can hold the credential is: alone in a header, in every
/// form, at the least length that a credential may have.
#[test]
fn what_is_just_long_enough_is_looked_at() {
    for key in ["k3y-Wq7Zp0Lx", "vault-value-0123456789"] {
        let mut rig = Rig::of(&testing::json(json!({}), json!({}), json!({})));
        rig.give("1", key);
        let forms = forms::of(key.as_bytes(), crate::inject::config::Forms::Every);
        assert!(forms.iter().any(|form| form.as_slice() == key.as_bytes()));
        for form in forms {
            rig.request(&[]);
            let text = String::from_utf8_lossy(&form).into_owned();
            let seen = rig.answer(&[("x-echo", &text), ("x-short", "1")], true);
            let echo = seen.fields.first("x-echo").unwrap().to_vec();
            assert!(echo != form && echo.len() == form.len(), "{}", form.len());
            assert_eq!(seen.fields.first("x-short"), Some(&b"1"[..]));
        }
    }
    let mut rig = Rig::of(&testing::json(json!({}), json!({}), json!({})));
    rig.give("1", "k3y-Wq7Zp0Lx");
    let guard = rig.keyring.guard(crate::inject::keyring::Destination::Bound(0), 0);
    let is_too_short = |count| guard.is_too_short_for(Direction::Response, &vec![b'x'; count]);
    assert_eq!([11, 12, 13].map(is_too_short), [true, false, false]);
}

/// Whoever escapes a value as they like does not get it through, and it is named all the same.
#[test]
fn echoes_behind_escapes_are_redacted_and_named() {
    const ODD: &str = "k3y+/<v&l=%e\\x-0123";
    let each = |write: &dyn Fn(u32) -> String| -> String {
        ODD.chars().map(|letter| write(u32::from(letter))).collect()
    };
    for form in [
        each(&|code| format!("%{code:02x}")),
        each(&|code| format!("\\u{code:04x}")),
        each(&|code| format!("&#{code};")),
        ODD.replace('\\', "\\\\\\\\"),
        ODD.replace('+', "%2b").replace('<', "%3C"),
    ] {
        let surface = json!({"surface": {"header": {"name": "x-api-key", "prefix": ""}}});
        let mut rig = Rig::of(&testing::json(json!({}), surface, json!({})));
        rig.give("7", ODD);
        rig.request(&[]);
        let seen = rig.answer(&[("x-echo", &form)], false);
        assert!(!seen.all("x-echo").concat().contains(&form[4..form.len() - 4]), "{form}");
        let (body, middle) = (format!("({form})"), form.len() / 2);
        let out = through(&mut rig, &[&body.as_bytes()[..middle], &body.as_bytes()[middle..]]);
        assert!(out.len() == body.len() && out.starts_with(b"(") && out.ends_with(b")"));
        assert!(!String::from_utf8_lossy(&out).contains(&form[4..form.len() - 4]), "{form}");
        let named = |place: &str| format!("echo place={place} credential=stripe version=7");
        assert!(rig.told().contains(&named("header")) && rig.told().contains(&named("body")));
    }
}
