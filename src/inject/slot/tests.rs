#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::inject::testing;

const REFRESH: u64 = 300_000;
const STALE: u64 = 3_600_000;

fn slot() -> Slot {
    Slot::new(Rc::new(testing::credential("stripe")))
}

fn fetched(version: &str, value: &str) -> Result<Fetched, StoreError> {
    Ok(Fetched {
        value: Secret::from(value.to_owned()),
        version: version.into(),
        previous: None,
        lives_ms: None,
        hosts: None,
    })
}

fn with_previous(version: &str, value: &str, before: (&str, &str)) -> Result<Fetched, StoreError> {
    let previous = Some((before.0.to_owned(), Secret::from(before.1.to_owned())));
    fetched(version, value).map(|fetched| Fetched { previous, ..fetched })
}

fn take(slot: &mut Slot, fetched: Result<Fetched, StoreError>, now: u64) -> Outcome {
    slot.take(fetched, now, 0, |_| true)
}

fn version(slot: &mut Slot, now: u64) -> String {
    match slot.look(now) {
        Look::Ready(version) => version.version.to_string(),
        Look::Wait => "wait".into(),
        Look::Failed(reason) => reason.name().into(),
    }
}

#[test]
fn nothing_is_fetched_that_nobody_asks_for() {
    let mut slot = slot();
    assert!(!slot.is_due(0));
    assert_eq!(version(&mut slot, 0), "wait");
    assert!(slot.is_due(0));
    assert_eq!(take(&mut slot, fetched("1", "value-1"), 5), Outcome::Changed);
    assert_eq!(version(&mut slot, 5), "1");
    assert!(!slot.is_due(6));
}

/// Limit - 1, limit, limit + 1 of both budgets.
#[test]
fn two_budgets_decide() {
    let mut slot = slot();
    take(&mut slot, fetched("1", "value-1"), 0);
    // The spread of a random 0 is the earliest: nine tenths.
    let early = REFRESH / 10 * 9;
    for (now, due) in [(early - 1, false), (early, true), (early + 1, true)] {
        assert_eq!(version(&mut slot, now), "1");
        assert_eq!(slot.is_due(now), due, "{now}");
    }
    for (now, seen) in [(STALE - 1, "1"), (STALE, "wait"), (STALE + 1, "wait")] {
        assert_eq!(version(&mut slot, now), seen, "{now}");
    }
    slot.fail(Reason::Store("sealed"), Retry::Later, STALE + 1, 0);
    assert_eq!(version(&mut slot, STALE + 2), "too_stale");
    assert_eq!(take(&mut slot, fetched("1", "value-1"), STALE + 900), Outcome::Same);
    assert_eq!(version(&mut slot, STALE + 901), "1");
}

#[test]
fn the_stores_own_word_ends_both() {
    let mut slot = slot();
    let lease = fetched("lease", "value-1").map(|it| Fetched { lives_ms: Some(1_000), ..it });
    take(&mut slot, lease, 0);
    assert_eq!(version(&mut slot, 849), "lease");
    assert!(!slot.is_due(849) && slot.is_due(850));
    assert_eq!(version(&mut slot, 999), "lease");
    assert_eq!(version(&mut slot, 1_000), "wait");
}

#[test]
fn the_refresh_is_spread_by_a_tenth() {
    for (random, at) in [(0, 270_000), (60_000, 330_000), (60_001, 270_000)] {
        let mut slot = slot();
        slot.take(fetched("1", "value-1"), 0, random, |_| true);
        slot.look(0);
        assert!(!slot.is_due(at - 1) && slot.is_due(at), "{random}");
    }
}

#[test]
fn a_permanent_refusal_is_believed_for_a_while() {
    let mut slot = slot();
    slot.look(0);
    let denied = Err(StoreError::new("denied", Retry::Never));
    assert_eq!(take(&mut slot, denied, 0), Outcome::Failed(Reason::Store("denied")));
    let until = 13_500;
    assert_eq!(version(&mut slot, until - 1), "denied");
    assert!(!slot.is_due(until - 1));
    assert_eq!(version(&mut slot, until), "wait");
    assert!(slot.is_due(until));
}

#[test]
fn passing_failures_are_asked_again_ever_later() {
    let mut slot = slot();
    slot.look(0);
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..10 {
        slot.fail(Reason::Store("sealed"), Retry::Later, now, u64::MAX);
        slot.look(now);
        let wait = (0..=BACKOFF_MS_MAX).find(|wait| slot.is_due(now + wait)).unwrap();
        waits.push(wait);
        now += wait;
    }
    assert!(waits.is_sorted() && waits[0] >= BACKOFF_MS_MIN / 2, "{waits:?}");
    assert!(waits[9] <= BACKOFF_MS_MAX && waits[9] >= BACKOFF_MS_MAX / 2, "{waits:?}");
    // A success forgets the row.
    take(&mut slot, fetched("1", "value-1"), now);
    slot.fail(Reason::Store("sealed"), Retry::Later, now, u64::MAX);
    slot.look(now + STALE);
    assert!(slot.is_due(now + STALE));
}

#[test]
fn a_stores_own_time_is_kept() {
    let mut slot = slot();
    slot.look(0);
    slot.fail(Reason::Store("quota"), Retry::AfterMs(2_000), 0, 0);
    slot.look(0);
    assert!(!slot.is_due(1_999) && slot.is_due(2_000));
    slot.fail(Reason::Store("quota"), Retry::AfterMs(u64::MAX), 0, 0);
    slot.look(0);
    assert!(!slot.is_due(BACKOFF_MS_MAX - 1));
    assert!(slot.is_due(BACKOFF_MS_MAX));
}

/// `trim_newline`, and the last good version stays.
#[test]
fn a_value_that_cannot_be_sent_is_not_taken() {
    let is_sendable = |value: &[u8]| !value.contains(&b'\n');
    let mut slot = slot();
    assert_eq!(slot.take(fetched("1", "value-1\r\n"), 0, 0, is_sendable), Outcome::Changed);
    let Look::Ready(first) = slot.look(0) else { panic!("it is there") };
    assert_eq!(first.value.expose(), b"value-1");
    let outcome = slot.take(fetched("2", "va\nlue-2"), 10, 0, is_sendable);
    assert_eq!(outcome, Outcome::Failed(Reason::ValueNotSendable));
    assert_eq!(version(&mut slot, 11), "1");

    let mut policy = testing::credential("exact");
    policy.trim_newline = false;
    let mut exact = Slot::new(Rc::new(policy));
    let outcome = exact.take(fetched("1", "value-1\n"), 0, 0, is_sendable);
    assert_eq!(outcome, Outcome::Failed(Reason::ValueNotSendable));
    assert_eq!(version(&mut exact, 1), "value_not_sendable");
}

#[test]
fn a_refused_version_is_fetched_again_but_not_too_often() {
    let mut slot = slot();
    take(&mut slot, fetched("1", "value-1"), 0);
    assert!(slot.refuse(b"value-1", 1_000));
    assert!(slot.is_due(1_000));
    assert_eq!(take(&mut slot, fetched("2", "value-2"), 1_010), Outcome::Changed);
    // What was sent before the news came is no reason to ask once more.
    assert!(!slot.refuse(b"value-1", 1_020));
    for (now, forced) in [(10_999, false), (11_000, true)] {
        assert_eq!(slot.refuse(b"value-2", now), forced, "{now}");
    }
}

#[test]
fn the_previous_version_is_tried_once() {
    let mut slot = slot();
    take(&mut slot, with_previous("2", "value-2", ("1", "value-1")), 0);
    assert_eq!(version(&mut slot, 1), "2");
    assert!(slot.refuse(b"value-2", 1_000));
    assert_eq!(version(&mut slot, 1_001), "2");
    assert_eq!(
        take(&mut slot, with_previous("2", "value-2", ("1", "value-1")), 1_010),
        Outcome::Same
    );
    assert_eq!(version(&mut slot, 1_011), "1");
    // It is refused too: back, and never again for this version.
    assert!(!slot.refuse(b"value-1", 1_020));
    assert_eq!(version(&mut slot, 1_021), "2");
    assert!(slot.refuse(b"value-2", 20_000));
    take(&mut slot, with_previous("2", "value-2", ("1", "value-1")), 20_010);
    assert_eq!(version(&mut slot, 20_011), "2");
    // A new version has a chance of its own.
    take(&mut slot, with_previous("3", "value-3", ("2", "value-2")), 30_000);
    assert!(slot.refuse(b"value-3", 40_000));
    take(&mut slot, with_previous("3", "value-3", ("2", "value-2")), 40_010);
    assert_eq!(version(&mut slot, 40_011), "2");
    // It ends with the next ordinary fetch.
    take(&mut slot, with_previous("3", "value-3", ("2", "value-2")), 400_000);
    assert_eq!(version(&mut slot, 400_001), "3");
}

/// It is read only when a refresh is forced.
#[test]
fn the_previous_version_may_come_with_the_refresh() {
    let mut slot = slot();
    take(&mut slot, fetched("2", "value-2"), 0);
    assert!(!slot.wants_previous());
    assert!(slot.refuse(b"value-2", 1_000) && slot.wants_previous());
    let before = slot.generation();
    take(&mut slot, with_previous("2", "value-2", ("1", "value-1")), 1_010);
    assert_eq!(version(&mut slot, 1_011), "1");
    assert_ne!(slot.generation(), before, "it is looked for as well");
}

#[test]
fn old_versions_are_looked_for_a_while_longer() {
    let mut slot = slot();
    let names = |slot: &Slot, now: u64| -> String {
        slot.versions(now).map(|version| version.version.to_string()).collect::<Vec<_>>().join(" ")
    };
    take(&mut slot, fetched("1", "value-1"), 0);
    let before = slot.generation();
    take(&mut slot, with_previous("2", "value-2", ("1", "value-1")), 1_000);
    assert_ne!(slot.generation(), before);
    assert_eq!(names(&slot, 1_000), "2 1 1");
    let until = 1_000 + 600_000;
    assert_eq!(names(&slot, until - 1), "2 1 1");
    assert_eq!(names(&slot, until), "2 1");
    slot.tidy(until);
    for number in 3..20 {
        take(&mut slot, fetched(&number.to_string(), "value"), until + number);
    }
    assert_eq!(slot.versions(until).count(), 1 + GRACED_MAX);
}

#[test]
fn what_others_fetched_answers_unless_it_is_older_than_the_refusal() {
    let mut slot = slot();
    assert!(slot.is_answered_by(0, None, 10) && !slot.is_answered_by(0, None, REFRESH));
    take(&mut slot, fetched("1", "value-1"), 100);
    assert!(!slot.is_answered_by(100, None, 110) && slot.is_answered_by(101, None, 110));
    assert!(slot.refuse(b"value-1", 1_000));
    assert!(!slot.is_answered_by(999, None, 1_001) && slot.is_answered_by(1_000, None, 1_001));
    // Somebody else was refused before, and has the next version already.
    assert!(!slot.is_answered_by(999, Some("1"), 1_001));
    assert!(slot.is_answered_by(999, Some("2"), 1_001));
    assert!(!slot.is_answered_by(100, Some("0"), 1_001), "that was before this one came");
}

/// A failure that another worker has met, or this one, is taken once; then the store is asked again.
#[test]
fn a_failure_that_is_shared_is_not_taken_twice() {
    let mut slot = slot();
    slot.look(0);
    assert!(slot.is_answered_by(100, None, 110), "another worker's failure is news");
    let sealed = Err(StoreError::shared("sealed", Retry::Later));
    take(&mut slot, sealed, 100);
    slot.look(60_000);
    assert!(slot.is_due(60_000) && !slot.is_answered_by(100, None, 60_000));
    assert!(slot.is_answered_by(50_000, None, 60_000), "what came of a later fetch is news again");
}
