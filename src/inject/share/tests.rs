#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{
    secret::Secret,
    store::{Fetched, Retry, StoreError},
};

const KEY: &[u8] = b"a key of the tests, and long enough";

fn sealer() -> Sealer {
    Sealer::new(KEY).unwrap()
}

fn entry(fetched_ms: u64) -> Entry {
    Entry {
        fetched_ms,
        forced_ms: Some(3),
        due_ms: Some(9),
        fetched: Ok(Fetched {
            value: Secret::from("planted-value".to_owned()),
            version: "7".into(),
            previous: Some(("6".into(), Secret::from("planted-before".to_owned()))),
            lives_ms: Some(5_000),
            hosts: Some(vec!["api.example.com".into(), "b".into()]),
        }),
    }
}

fn me(holder: u64, now: u64) -> Lease {
    Lease { holder, taken_ms: now }
}

#[test]
fn an_entry_is_what_it_was() {
    let read = Entry::read(&entry(17).write()).unwrap();
    assert_eq!((read.fetched_ms, read.forced_ms, read.due_ms), (17, Some(3), Some(9)));
    let fetched = read.fetched.unwrap();
    assert_eq!((fetched.value.expose(), fetched.version.as_str()), (&b"planted-value"[..], "7"));
    let (version, value) = fetched.previous.unwrap();
    assert_eq!((version.as_str(), value.expose()), ("6", &b"planted-before"[..]));
    assert_eq!(fetched.lives_ms, Some(5_000));
    assert_eq!(fetched.hosts.unwrap(), ["api.example.com", "b"]);
    for retry in [Retry::Never, Retry::Later, Retry::AfterMs(0), Retry::AfterMs(9)] {
        let failed = StoreError::new("sealed", retry);
        let entry = Entry { fetched_ms: 1, forced_ms: None, due_ms: None, fetched: Err(failed) };
        assert_eq!(Entry::read(&entry.write()).unwrap().fetched.unwrap_err().retry(), retry);
    }
}

#[test]
fn bytes_that_do_not_add_up_are_no_entry() {
    let whole = entry(17).write();
    for len in 0..whole.len() {
        assert!(Entry::read(&whole[..len]).is_none(), "{len}");
    }
    for place in 0..whole.len() {
        let mut bytes = whole.to_vec();
        bytes[place] ^= 0xFF;
        drop(Entry::read(&bytes));
    }
}

#[test]
fn what_is_sealed_shows_nothing_and_opens_only_where_it_belongs() {
    let sealer = sealer();
    let sealed = sealer.seal("name", b"planted-value", [7; 24]);
    assert!(!sealed.windows(7).any(|window| window == b"planted"));
    assert_eq!(sealer.open("name", &sealed).unwrap().as_slice(), b"planted-value");
    assert!(sealer.open("other", &sealed).is_none());
    let other = Sealer::new(b"another key of the tests, long enough").unwrap();
    assert!(other.open("name", &sealed).is_none());
    for place in 0..sealed.len() {
        let mut bytes = sealed.clone();
        bytes[place] ^= 1;
        assert!(sealer.open("name", &bytes).is_none(), "{place}");
    }
    for len in 0..sealed.len() {
        assert!(sealer.open("name", &sealed[..len]).is_none());
    }
    for (len, good) in [(31, false), (32, true), (33, true)] {
        assert_eq!(Sealer::new(&vec![7; len]).is_some(), good, "{len}");
    }
    assert_eq!(format!("{sealer:?}"), "Sealer { .. }");
}

#[test]
fn one_worker_fetches_and_the_others_wait_until_its_lease_ends() {
    let sealer = sealer();
    let plan =
        |lease: Option<&[u8]>, me| plan(&sealer, ("c", "a"), (None, lease), me, [1; 24], |_| true);
    let Plan::Claim(lease) = plan(None, me(1, 1_000)) else { panic!("nobody holds it") };
    let end = 1_000 + LEASE_MS;
    assert!(matches!(plan(Some(&lease), me(2, 1_000)), Plan::Wait));
    assert!(matches!(plan(Some(&lease), me(2, end - 1)), Plan::Wait));
    assert!(matches!(plan(Some(&lease), me(2, end)), Plan::Claim(_)));
    assert!(matches!(plan(Some(&lease), me(1, 1_001)), Plan::Claim(_)), "its own");
    assert!(matches!(plan(Some(&lease), me(2, 999)), Plan::Claim(_)), "the clock stepped back");
    let free = sealer.seal(&lease_key("a"), &Lease::free(1_000).write(), [2; 24]);
    assert!(matches!(plan(Some(&free), me(2, 1_000)), Plan::Claim(_)));
    assert!(matches!(plan(Some(b"foreign bytes"), me(2, 1_000)), Plan::Claim(_)));
}

#[test]
fn what_another_one_fetched_is_taken() {
    let sealer = sealer();
    let shared = sealer.seal(&entry_key("a"), &entry(500).write(), [3; 24]);
    let lease = sealer.seal(&lease_key("a"), &me(1, 1_000).write(), [4; 24]);
    let plan = |since: u64| {
        let shared = (Some(shared.as_slice()), Some(lease.as_slice()));
        plan(&sealer, ("a", "a"), shared, me(2, 1_000), [5; 24], |entry| entry.fetched_ms >= since)
    };
    assert!(matches!(plan(500), Plan::Adopt(_)));
    assert!(matches!(plan(501), Plan::Wait));
    // An entry of another credential, put under this one's name, opens for nobody.
    let moved = sealer.seal(&entry_key("b"), &entry(500).write(), [6; 24]);
    let plan =
        super::plan(&sealer, ("a", "a"), (Some(&moved), None), me(2, 1_000), [7; 24], |_| true);
    assert!(matches!(plan, Plan::Claim(_)));
}

#[test]
fn another_reference_is_another_name() {
    let names = [
        label("a", "{}", "{}"),
        label("a", "{}", "{\"path\":\"x\"}"),
        label("a", "{\"kind\":\"x\"}", "{}"),
        label("b", "{}", "{}"),
        label("a", "{}{", "}"),
    ];
    for (place, name) in names.iter().enumerate() {
        assert!(!names[..place].contains(name), "{name}");
    }
    assert_eq!(label("a", "{}", "{}"), names[0]);
}
