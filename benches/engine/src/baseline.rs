//! What the engine is compared with: the same rules, the way they are usually searched for.
//!
//! Both baselines take the shapes straight from the rule files. They answer less than the engine
//! does (no boundaries, no checks, no streams), which is in their favour.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::bytes::{RegexSet, RegexSetBuilder};
use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind};

/// The shapes of all built-in rules, as regular expressions over bytes.
///
/// # Panics
/// Without the rule files, which stand in this repository.
#[must_use]
pub fn shapes() -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/rule/builtin");
    let mut files: Vec<_> = fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.expect("a directory entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files.iter().flat_map(|path| shapes_of(path)).map(|shape| format!("(?-u){shape}")).collect()
}

/// Answers which of the rules occur somewhere, and nothing else.
///
/// # Panics
/// On a shape that is no regular expression.
#[must_use]
pub fn regex_set(shapes: &[String]) -> RegexSet {
    RegexSetBuilder::new(shapes)
        .size_limit(256 << 20)
        .dfa_size_limit(64 << 20)
        .build()
        .expect("every shape is a regular expression")
}

/// Finds the anchors of the rules: the longest fixed bytes of each shape that has two and more.
///
/// # Panics
/// On a shape that is no regular expression.
#[must_use]
pub fn anchors(shapes: &[String]) -> AhoCorasick {
    let anchors: BTreeSet<Vec<u8>> = shapes
        .iter()
        .flat_map(|shape| {
            let parsed = regex_syntax::ParserBuilder::new().utf8(false).build().parse(shape);
            anchors_of(&parsed.expect("every shape is a regular expression"))
        })
        .collect();
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .match_kind(MatchKind::LeftmostLongest)
        .build(anchors)
        .expect("the anchors fit into an automaton")
}

fn shapes_of(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a rule file is UTF-8");
    let file: toml::Table = text.parse().expect("a rule file is TOML");
    let rules = file.get("rule").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    rules
        .iter()
        .filter_map(|rule| rule.get("shapes")?.as_array().cloned())
        .flatten()
        .filter_map(|shape| shape.as_str().map(str::to_owned))
        .collect()
}

/// The best set of literals one of which every match of a shape holds; none where the best are
/// short: an automaton with an anchor of one byte does nothing but report places.
fn anchors_of(shape: &Hir) -> Vec<Vec<u8>> {
    let prefixes = Extractor::new().limit_total(64).extract(shape);
    let prefixes = prefixes.literals().unwrap_or_default();
    let prefixes = prefixes.iter().map(|literal| literal.as_bytes().to_vec()).collect();
    let best = better(inner_literals(shape), prefixes);
    if shortest(&best) < ANCHOR_BYTES_MIN { Vec::new() } else { best }
}

fn inner_literals(shape: &Hir) -> Vec<Vec<u8>> {
    match shape.kind() {
        HirKind::Literal(literal) => vec![literal.0.to_vec()],
        HirKind::Capture(capture) => inner_literals(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(inner_literals).fold(Vec::new(), better),
        HirKind::Alternation(branches) => {
            let each: Vec<_> = branches.iter().map(inner_literals).collect();
            let all_have = each.iter().all(|literals| !literals.is_empty());
            if all_have { each.concat() } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// The set whose shortest literal is longer; the first of equals.
fn better(first: Vec<Vec<u8>>, second: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    if shortest(&second) > shortest(&first) { second } else { first }
}

fn shortest(literals: &[Vec<u8>]) -> usize {
    literals.iter().map(Vec::len).min().unwrap_or(0)
}

/// Shapes without so many fixed bytes in a row are left out of the automaton, in its favour.
const ANCHOR_BYTES_MIN: usize = 2;

#[cfg(test)]
mod tests {
    use super::{anchors, regex_set};

    #[test]
    fn both_baselines_find_what_the_shapes_say() {
        let shapes = ["(?-u)abc_[0-9]{4}", "(?-u)(?:x|y)kl:[a-z]{3}", "(?-u)[0-9]{2,3}:AA[a-z]{2}"];
        let shapes = shapes.map(String::from);
        let text = b"-- abc_1234 ykl:abc 123:AAxy";
        assert_eq!(regex_set(&shapes).matches(text).iter().count(), 3);
        assert_eq!(anchors(&shapes).find_iter(text).count(), 3);
    }
}
