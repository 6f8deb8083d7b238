//! The traps: nothing secret is found in clean documents, and what is planted in them is.

use std::{collections::BTreeSet, rc::Rc};

use hushgate::{
    Finding,
    config::Config,
    exchange::{Event, Exchange},
    finders::Finders,
    mask::Style,
    policy::{Direction, Role},
    record::Record,
    rule::{self, Confidence, Exposure, Profile, example},
    stream::{Sink, Verdict, once_with},
};
use hushgate_test_corpus::traps::{Trap, traps};

/// So many documents of each trap.
const SEEDS: u64 = 20;

/// What the engine alone takes for a secret and an exchange knows to be none, since its field is the carrier of such
/// tokens: a trap, the rule, and why. The list is exact.
const CARRIED: &[(&str, &str, &str)] = &[
    (
        "pages.form_post",
        "jwt.token",
        "an `id_token` in its form (OAuth 2.0 Form Post Response Mode)",
    ),
    ("pages.oidc_fragment", "jwt.token", "the same, in a fragment"),
];

/// What was found in a document that is likely or certain to be a secret, and where something was replaced.
#[derive(Default)]
struct Scan {
    found: Vec<&'static str>,
    is_replaced: Vec<bool>,
}

impl Sink for Scan {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        let rule = finding.rule;
        if rule.exposure != Exposure::Secret || finding.confidence < Confidence::Likely {
            return Verdict::Keep;
        }
        self.found.push(rule.id);
        Verdict::Replace(Style::Label)
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.is_replaced.extend(bytes.iter().map(|_| false));
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.is_replaced.extend(bytes.iter().map(|_| true));
    }
}

/// The one place where a document meets the engine.
fn scan(document: &[u8], profile: Profile) -> Scan {
    let mut scan = Scan::default();
    once_with(document, Finders { profile, ..Finders::default() }, &mut scan);
    assert_eq!(scan.is_replaced.len(), document.len());
    scan
}

fn documents(trap: &'static Trap) -> impl Iterator<Item = (u64, Vec<u8>)> {
    (1..=SEEDS).map(|seed| (seed, trap.document(seed)))
}

#[test]
fn nothing_secret_is_found() {
    let known: BTreeSet<_> = CARRIED.iter().map(|(trap, rule, _)| (*trap, *rule)).collect();
    for (profile, known) in [(Profile::Quiet, BTreeSet::new()), (Profile::Default, known)] {
        let mut found = BTreeSet::new();
        for trap in traps() {
            for (_, document) in documents(trap) {
                let rules = scan(&document, profile).found;
                found.extend(rules.into_iter().map(|rule| (trap.name, rule)));
            }
        }
        let new: Vec<_> = found.difference(&known).collect();
        let gone: Vec<_> = known.difference(&found).collect();
        assert!(new.is_empty() && gone.is_empty(), "found: {new:#?}\nno longer found: {gone:#?}");
    }
}

/// As a response that is to be redacted: nothing changes, and nothing is told of a secret.
#[test]
fn a_response_passes_as_it_came() {
    for profile in ["quiet", "default"] {
        let config = format!(r#"{{"profile": "{profile}", "responses": "redact"}}"#);
        let config = Rc::new(Config::parse(config.as_bytes()).unwrap());
        for trap in traps() {
            for (seed, document) in documents(trap) {
                let (body, told) = respond(&config, trap.media, &document);
                assert!(body.is_none_or(|body| body == document), "{} {seed}: {told:?}", trap.name);
                assert!(told.is_empty(), "{} {seed}: {told:?}", trap.name);
            }
        }
    }
}

/// What becomes of a response's body, if it changes, and the rules of secrets that are told of it.
fn respond(
    config: &Rc<Config>,
    media: &str,
    document: &[u8],
) -> (Option<Vec<u8>>, Vec<&'static str>) {
    let mut exchange = Exchange::new(Rc::clone(config), Role::Inbound);
    let pairs: [(&[u8], &[u8]); 3] =
        [(b":method", b"GET"), (b":path", b"/"), (b":authority", b"a.example")];
    let request = pairs.into_iter().collect();
    let direction = Direction::Request;
    exchange.on(Event::Headers { direction, headers: &request, end_of_stream: true });
    let pairs: [(&[u8], &[u8]); 2] = [(b":status", b"200"), (b"content-type", media.as_bytes())];
    let response = pairs.into_iter().collect();
    let direction = Direction::Response;
    exchange.on(Event::Headers { direction, headers: &response, end_of_stream: false });
    let step = exchange.on(Event::Body { direction, bytes: document, end_of_stream: true });
    let told = exchange.take_records().into_iter().filter_map(|record| match record {
        Record::Found { rule, .. } => Some(rule),
        _ => None,
    });
    let is_secret = |id: &&str| rule::find(id).unwrap().exposure == Exposure::Secret;
    (step.body, told.filter(is_secret).collect())
}

#[test]
fn a_planted_secret_is_found() {
    for trap in traps() {
        for (seed, document) in documents(trap) {
            let places = places(&document);
            for (number, id) in PLANTED.iter().cycle().take(5).enumerate() {
                let mixed = (seed * 7 + number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let at = places[(mixed >> 33) as usize % places.len()];
                let (planted, secret) = plant(&document, at, id, mixed);
                let scan = scan(&planted, Profile::Default);
                let is_found = scan.is_replaced[secret].iter().all(|replaced| *replaced);
                assert!(is_found, "{} {seed}: {id} at {at} is not found", trap.name);
            }
        }
    }
}

/// The rules whose first example is planted.
const PLANTED: [&str; 3] = ["github.pat", "stripe.secret_key", "generic.url_password"];

/// Where no token is: behind a line break, a space or a quote.
fn places(document: &[u8]) -> Vec<usize> {
    let ends = document.iter().enumerate().filter(|(_, byte)| b"\n \"".contains(byte));
    let places: Vec<usize> = ends.map(|(at, _)| at + 1).collect();
    assert!(!places.is_empty(), "there is no place to plant anything");
    places
}

/// The document with a rule's example at the place, and where its secret is. What stands before it follows it, too.
fn plant(document: &[u8], at: usize, id: &str, seed: u64) -> (Vec<u8>, std::ops::Range<usize>) {
    let rule = rule::find(id).unwrap();
    let template = example::of(rule).unwrap().found[0];
    let example = example::expand(template, rule, seed).unwrap();
    let planted = [&document[..at], &example.text, &document[at - 1..]].concat();
    (planted, at + example.secret.start..at + example.secret.end)
}

#[test]
fn documents_are_their_seeds() {
    let mut names = BTreeSet::new();
    for trap in traps() {
        assert!(names.insert(trap.name), "{} is there twice", trap.name);
        assert!(trap.document(1) == trap.document(1), "{}", trap.name);
        assert!(trap.document(1) != trap.document(2), "{}", trap.name);
    }
}

#[test]
fn json_is_json() {
    for trap in traps().filter(|trap| trap.media == "application/json") {
        for (seed, document) in documents(trap) {
            let parsed = serde_json::from_slice::<serde_json::Value>(&document);
            assert!(parsed.is_ok(), "{} {seed}: {parsed:?}", trap.name);
        }
    }
}

/// Scanners of repositories read sources: the generator's must not look like a leak to one.
#[test]
fn the_source_has_no_secret() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/traps");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let rules = scan(&std::fs::read(&path).unwrap(), Profile::Default).found;
        found.extend(rules.into_iter().map(|rule| (path.clone(), rule)));
    }
    assert!(found.is_empty(), "{found:#?}");
}
