//! The traps: nothing secret is found in clean documents, and what is planted in them is.

use std::collections::BTreeSet;

use hushgate::{
    Finding,
    mask::Style,
    rule::{self, Confidence, Exposure, example},
    stream::{Sink, Verdict, once},
};
use hushgate_test_corpus::traps::{Trap, traps};

/// So many documents of each trap.
const SEEDS: u64 = 5;

/// What the engine takes for a secret today and is none: a trap, the rule at fault, and why it is a trap.
///
/// The list is exact: a rule that learns better must be struck off here.
const KNOWN: &[(&str, &str, &str)] = &[
    ("examples.aws", "aws.secret_access_key", "the example of AWS's own documentation"),
    ("examples.basic_header", "generic.basic_header", "the example of RFC 7617; `user:pass`"),
    ("examples.connection_string", "generic.jdbc_password", "`password=secret`"),
    ("examples.connection_string", "generic.odbc_password", "`Password=myPassword`"),
    ("examples.counted", "airtable.legacy_api_key", "the alphabet in order"),
    ("examples.counted", "datadog.api_key", "the digits in order"),
    ("examples.counted", "github.pat", "digits and alphabet in order, and no checksum"),
    ("examples.counted", "heroku.legacy_api_key", "the digits in order, as a UUID"),
    ("examples.counted", "slack.bot_token", "digits and alphabet in order"),
    ("examples.counted", "stripe.test_secret_key", "digits and alphabet in order"),
    ("examples.database_words", "generic.url_password", "`user:password`, `root:changeme`"),
    ("examples.elided_key", "generic.private_key", "the footer counts towards the minimum"),
    ("examples.jwt_elided_payload", "jwt.token", "no signature, three dots instead"),
    ("examples.otp_uri", "generic.otpauth", "the example of the format's own page"),
    ("examples.underscored_bearer", "generic.bearer_header", "`your_access_token_here`"),
    ("examples.webhooks", "slack.webhook", "zeros and `X` alone"),
    ("hashes.cache_log", "cursor.api_key", "`cache_key_` and a SHA-256"),
    ("hashes.fingerprinted_assets", "deepseek.api_key", "a Slovak file, `sk-` and an MD5"),
    ("media.mesh", "twitter.bearer_token", "a run of zero bytes in base64"),
    ("pages.form_post", "jwt.token", "an `id_token` in its carrier, which the exchange knows"),
    ("pages.oidc_fragment", "jwt.token", "the same, in a fragment"),
    ("pages.supabase_anon", "jwt.token", "the payload says `role: anon`: public by design"),
    ("pages.timed_link", "discord.bot_token", "a signed, timed number of 18 digits (itsdangerous)"),
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
fn scan(document: &[u8]) -> Scan {
    let mut scan = Scan::default();
    once(document, &mut scan);
    assert_eq!(scan.is_replaced.len(), document.len());
    scan
}

fn documents(trap: &'static Trap) -> impl Iterator<Item = (u64, Vec<u8>)> {
    (1..=SEEDS).map(|seed| (seed, trap.document(seed)))
}

#[test]
fn nothing_secret_is_found() {
    let mut found = BTreeSet::new();
    for trap in traps() {
        for (_, document) in documents(trap) {
            found.extend(scan(&document).found.into_iter().map(|rule| (trap.name, rule)));
        }
    }
    let known: BTreeSet<_> = KNOWN.iter().map(|(trap, rule, _)| (*trap, *rule)).collect();
    let new: Vec<_> = found.difference(&known).collect();
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(new.is_empty() && gone.is_empty(), "found: {new:#?}\nno longer found: {gone:#?}");
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
                let scan = scan(&planted);
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
        let rules = scan(&std::fs::read(&path).unwrap()).found;
        found.extend(rules.into_iter().map(|rule| (path.clone(), rule)));
    }
    assert!(found.is_empty(), "{found:#?}");
}
