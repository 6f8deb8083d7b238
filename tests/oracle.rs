//! Shapes against an oracle: the `regex` crate, which reads the same text in its own way.
//!
//! What the engine's parser, tables and matcher make of a shape must be what the regular expression says. Native
//! only: it reads the rule files.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)] // All of this file is a test.

use std::{fs, path::Path};

use hushgate::{
    Finding,
    finders::Finders,
    mask::Style,
    rule::{self, Profile, example},
    stream::{Limits, Redactor, Sink, Verdict},
};
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

const SEEDS: u64 = 20;

#[derive(Deserialize)]
struct File {
    rule: Vec<Source>,
}

#[derive(Deserialize)]
struct Source {
    id: String,
    shapes: Vec<String>,
}

/// The places of what one rule finds.
struct Places<'a> {
    id: &'a str,
    starts: Vec<usize>,
}

impl Sink for Places<'_> {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        if finding.rule.id == self.id {
            self.starts.push(usize::try_from(finding.offset).unwrap());
        }
        Verdict::Replace(Style::Label)
    }

    fn pass(&mut self, _: &[u8]) {}

    fn replace(&mut self, _: &[u8]) {}
}

fn found(id: &str, text: &[u8]) -> Vec<usize> {
    let mut places = Places { id, starts: Vec::new() };
    let finders = Finders { profile: Profile::Strict, ..Finders::default() };
    let mut redactor = Redactor::with(Limits::default(), finders);
    redactor.write(text, &mut places);
    redactor.finish(&mut places);
    places.starts
}

/// The shape as the regex crate's syntax has it: what is negated there is any byte, here a printable one.
fn oracle(shape: &str) -> Regex {
    let printable = shape.replace("[^", "[\\x21-\\x7E&&^").replace("&&^", "&&[^");
    let closed = close_negated(&printable);
    RegexBuilder::new(&closed).unicode(false).size_limit(1 << 24).build().unwrap()
}

/// `[\x21-\x7E&&[^…]` lacks the bracket that the replacement opened.
fn close_negated(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("&&[^") {
        let (head, tail) = rest.split_at(at + 4);
        out.push_str(head);
        let mut escaped = false;
        let end = tail.find(|c| {
            let is_end = c == ']' && !escaped;
            escaped = c == '\\' && !escaped;
            is_end
        });
        let (inside, after) = tail.split_at(end.unwrap() + 1);
        out.push_str(inside);
        out.push(']');
        rest = after;
    }
    out + rest
}

fn sources() -> Vec<Source> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rule/builtin");
    let paths = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let texts = paths.map(|path| fs::read_to_string(path).unwrap());
    texts.flat_map(|text| toml::from_str::<File>(&text).unwrap().rule).collect()
}

#[test]
fn shapes_match_where_regular_expressions_do() {
    for source in sources() {
        let rule = rule::find(&source.id).unwrap();
        let oracles: Vec<Regex> = source.shapes.iter().map(|shape| oracle(shape)).collect();
        for template in example::of(rule).unwrap().found {
            for seed in 0..SEEDS {
                let text = example::expand(template, rule, seed).unwrap().text;
                let starts: Vec<usize> = oracles
                    .iter()
                    .flat_map(|oracle| oracle.captures_iter(&text))
                    .map(|captures| captures.get(1).or(captures.get(0)).unwrap().start())
                    .collect();
                for start in found(&source.id, &text) {
                    assert!(
                        starts.contains(&start),
                        "{}: {template:?}, seed {seed}: at {start}, the oracle says {starts:?}",
                        source.id
                    );
                }
            }
        }
    }
}
