//! SARIF 2.1.0 (OASIS), one document: for code scanning services.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use hushgate::rule::{Rule, Severity};
use serde_json::{Value, json};

use super::Writer;
use crate::{
    hit::{Hit, Report},
    words::word,
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = "https://github.com/hushgate/hushgate";

#[derive(Default)]
pub(super) struct Sarif {
    /// The rules that found something, and their places in the list of rules.
    rules: BTreeMap<&'static str, (usize, &'static Rule)>,
    results: Vec<Value>,
}

impl Writer for Sarif {
    fn report(&mut self, _out: &mut dyn Write, report: &Report) -> io::Result<()> {
        for hit in &report.hits {
            let next = self.rules.len();
            let (place, _) = *self.rules.entry(hit.rule.id).or_insert((next, hit.rule));
            self.results.push(result(report, hit, place));
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut rules: Vec<_> = self.rules.values().collect();
        rules.sort_by_key(|(place, _)| *place);
        let rules: Vec<Value> = rules.into_iter().map(|(_, rule)| descriptor(rule)).collect();
        let document = json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "hushgate",
                    "version": env!("CARGO_PKG_VERSION"),
                    "informationUri": HOME,
                    "rules": rules,
                }},
                "columnKind": "unicodeCodePoints",
                "results": std::mem::take(&mut self.results),
            }],
        });
        serde_json::to_writer_pretty(&mut *out, &document)?;
        out.write_all(b"\n")
    }
}

fn descriptor(rule: &Rule) -> Value {
    let title = if rule.title.is_empty() { rule.id } else { rule.title };
    json!({
        "id": rule.id,
        "shortDescription": {"text": title},
        "defaultConfiguration": {"level": level(rule)},
        "properties": {
            "tags": ["security", "secret", word(rule.kind)],
            "security-severity": severity(rule),
            "precision": match rule.confidence.name() {
                "certain" => "very-high",
                "likely" => "high",
                _ => "medium",
            },
        },
    })
}

fn result(report: &Report, hit: &Hit, rule: usize) -> Value {
    let mut region = json!({
        "startLine": hit.place.line,
        "startColumn": hit.place.column,
        "snippet": {"text": hit.excerpt},
    });
    let mut properties = json!({"confidence": hit.confidence.name()});
    if let (Some(offset), Some(region)) = (hit.offset, region.as_object_mut()) {
        region.insert("byteOffset".to_owned(), offset.into());
        region.extend(hit.len.map(|len| ("byteLength".to_owned(), len.into())));
    }
    if let (Some(commit), Some(properties)) = (&report.commit, properties.as_object_mut()) {
        properties.insert("commit".to_owned(), commit.as_str().into());
    }
    let title = super::title(hit);
    json!({
        "ruleId": hit.rule.id,
        "ruleIndex": rule,
        "level": level(hit.rule),
        "message": {"text": format!("{title} ({})", hit.confidence.name())},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(&report.path)},
            "region": region,
        }}],
        "partialFingerprints": {"hushgateContext/v1": hit.context.to_string()},
        "properties": properties,
    })
}

fn level(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Low => "note",
        Severity::Medium => "warning",
        Severity::High | Severity::Critical => "error",
    }
}

/// As code scanning of GitHub reads it: a number from 0 to 10 as a text.
fn severity(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Low => "3.0",
        Severity::Medium => "5.5",
        Severity::High => "8.0",
        Severity::Critical => "9.5",
    }
}

/// A path as a relative or absolute URI reference (RFC 3986).
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("./a b/c#d"), "a%20b/c%23d");
        assert_eq!(uri("/x:y"), "file:///x%3Ay");
        assert_eq!(uri("\u{e4}"), "%C3%A4");
    }
}
