//! Spans at their edges; bytes there and back.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

fn lease(credential: &str) -> Lease {
    Lease {
        credential: credential.to_owned(),
        id: "database/creds/app/1".to_owned(),
        value: secret("planted"),
        span: Span::new(5, 60, true),
    }
}

fn session() -> Session {
    let mut session = Session { index: vec![0, 255], ..Session::default() };
    session.belong_to(b"digest");
    session.index = vec![0, 255];
    session.log_in(Token {
        value: secret("token"),
        span: Span::new(7, 30, false),
        uses_left: Some(2),
    });
    session.remember_spent_wrap(b"mark");
    session.secret_id = Some(secret("id"));
    session.keep_lease(lease("a"));
    session
}

#[test]
fn renewal_is_due_at_two_thirds_and_replacement_at_its_share() {
    let renewable = Span::new(1_000, 60, true);
    let fixed = Span::new(1_000, 60, false);
    let cases = [
        (40_999, Due::Nothing, Due::Nothing),
        (41_000, Due::Renewal, Due::Nothing),
        (48_999, Due::Renewal, Due::Nothing),
        (49_000, Due::Renewal, Due::Replacement),
        (60_999, Due::Renewal, Due::Replacement),
        (61_000, Due::Replacement, Due::Replacement),
    ];
    for (now_ms, of_renewable, of_fixed) in cases {
        assert_eq!(renewable.due(now_ms, 80), of_renewable, "{now_ms}");
        assert_eq!(fixed.due(now_ms, 80), of_fixed, "{now_ms}");
    }
    assert_eq!(renewable.due_in_ms(2_000, 80), Some(39_000));
    assert_eq!(fixed.due_in_ms(2_000, 85), Some(50_000));
    assert_eq!(fixed.left_ms(2_000), Some(59_000));
    assert_eq!(Span::new(0, 0, true).due(u64::MAX, 80), Due::Nothing);
    assert_eq!(Span::new(0, 0, true).left_ms(5), None);
}

#[test]
fn a_renewal_that_grants_little_is_the_last_one() {
    let first = Span::new(0, 90, true);
    let second = first.renewed(60_000, 30, true);
    assert!(second.is_renewable, "a third is enough");
    let third = second.renewed(80_000, 29, true);
    assert!(!third.is_renewable, "less than a third of the first");
    assert_eq!(third.due(80_000 + 29_000 / 100 * 80, 80), Due::Replacement);
}

#[test]
fn a_session_goes_to_bytes_and_back() {
    let bytes = session().to_bytes();
    assert_eq!(bytes.len(), bytes.capacity(), "it never grew");
    let back = Session::from_bytes(&bytes).unwrap();
    assert_eq!(back.to_bytes(), bytes);
    assert_eq!(back.token.as_ref().unwrap().value.expose(), b"token");
    assert_eq!(back.lease("a").unwrap().value.expose(), b"planted");
    assert_eq!(back.spent_wrap(), Some(&b"mark"[..]));
    for end in 0..bytes.len() {
        assert!(Session::from_bytes(&bytes[..end]).is_none(), "cut at {end}");
    }
    assert!(Session::from_bytes(&[&bytes[..], b"x"].concat()).is_none());
    assert!(Session::from_bytes(&Session::default().to_bytes()).is_some());
}

#[test]
fn another_configuration_begins_anew() {
    let mut session = session();
    session.belong_to(b"digest");
    assert!(session.token.is_some());
    session.belong_to(b"another");
    assert!(session.token.is_none() && session.leases.is_empty());
    assert_eq!(session.spent_wrap(), Some(&b"mark"[..]));
    assert!(session.secret_id_of(b"mark").is_some());
    assert!(session.secret_id_of(b"another").is_none());
    session.remember_spent_wrap(b"another");
    assert!(session.secret_id_of(b"another").is_none());
}

#[test]
fn leases_are_bounded_and_die_with_the_login() {
    let mut session = session();
    for number in 0..LEASES_MAX {
        session.keep_lease(lease(&number.to_string()));
    }
    assert_eq!(session.leases.len(), LEASES_MAX);
    assert!(session.lease("a").is_none(), "the oldest went");
    session.keep_lease(lease("7"));
    assert_eq!(session.leases.len(), LEASES_MAX);
    session.log_out();
    assert!(session.leases.is_empty());
}

#[test]
fn nothing_is_shown() {
    assert_eq!(format!("{:?}", session()), "Session { .. }");
}
