//! Planted secrets: made when a test runs, from the rules' own examples.

use std::{collections::BTreeMap, ops::Range};

use hushgate::rule::{self, Kind, Rule, example};

/// So many bytes of a secret in a row are a leak.
const LEAK_BYTES: usize = 10;

/// A credential that stands in a case, and must stand nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Planted {
    unguessable: Vec<u8>,
}

impl Planted {
    /// Whether the text holds a telling part of it.
    pub fn leaks_in(&self, text: &[u8]) -> bool {
        let size = LEAK_BYTES.min(self.unguessable.len());
        size > 0
            && self
                .unguessable
                .windows(size)
                .any(|part| text.windows(size).any(|window| window == part))
    }
}

/// A secret of a case file: a rule, and a template of the file's own.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    rule: String,
    template: String,
}

/// The secrets that a file names.
pub(crate) type Names = BTreeMap<String, Named>;

/// What a reference such as `github.pat#1@7|label` expands to, and what it plants.
pub(crate) fn expand(reference: &str, names: &Names) -> Result<(Vec<u8>, Planted), String> {
    let (reference, form) = reference.split_once('|').unwrap_or((reference, "plain"));
    let (reference, seed) = reference.split_once('@').unwrap_or((reference, "1"));
    let (name, number) = reference.split_once('#').unwrap_or((reference, "0"));
    let seed = seed.parse().map_err(|_| format!("seed {seed:?}"))?;
    let number = number.parse().map_err(|_| format!("example number {number:?}"))?;
    let (rule, template) = template(name, number, names)?;
    let example = example::expand(template, rule, seed)?;
    let planted = Planted { unguessable: example.secret()[prefix(template)..].to_vec() };
    let mut text = example.text.clone();
    replace(&mut text, example.secret, rule, form)?;
    Ok((text, planted))
}

fn template<'a>(
    name: &str,
    number: usize,
    names: &'a Names,
) -> Result<(&'static Rule, &'a str), String> {
    let known = |id: &str| rule::find(id).ok_or_else(|| format!("no rule {id:?}"));
    if let Some(named) = names.get(name) {
        return Ok((known(&named.rule)?, &named.template));
    }
    let rule = known(name)?;
    let examples = example::of(rule).ok_or("the rule has no examples")?;
    let template = examples.found.get(number).ok_or_else(|| format!("no example {number}"))?;
    Ok((rule, template))
}

/// How many literal bytes a template's secret starts with: they are no secret.
fn prefix(template: &str) -> usize {
    let secret = template.split_once("<<").map_or(template, |(_, secret)| secret);
    secret.find(['{', '>']).unwrap_or(0)
}

/// Puts the replacement in the secret's place, worked out here and not by the engine.
fn replace(text: &mut [u8], at: Range<usize>, rule: &Rule, form: &str) -> Result<(), String> {
    let secret = &mut text[at];
    let label = match form {
        "plain" => return Ok(()),
        "label" => format!("[REDACTED:{}]", rule.id),
        "url" => format!("*REDACTED*{}*", rule.id),
        "fill" => String::new(),
        _ => {
            let kept = form.strip_prefix("prefix").and_then(|count| count.parse().ok());
            let kept: usize = kept.ok_or_else(|| format!("form {form:?}"))?;
            secret[kept..].fill(b'*');
            return Ok(());
        }
    };
    let label = if label.len() <= secret.len() { label } else { String::new() };
    let keeps_lines = rule.kind == Kind::PrivateKey;
    let mut label = label.bytes();
    for byte in secret {
        if !(keeps_lines && byte.is_ascii_whitespace()) {
            *byte = label.next().unwrap_or(b'*');
        }
    }
    Ok(())
}
