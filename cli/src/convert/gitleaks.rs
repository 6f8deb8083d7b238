//! Configurations of gitleaks (TOML; <https://github.com/gitleaks/gitleaks#configuration>).

use hushgate::{
    allow::Allow,
    custom::{CustomRules, Definition, LENGTH_BYTES, RULES_MAX},
    rule::{self, Confidence},
};
use serde_json::{Value, json};
use toml::{Table, Value as Toml};

use super::{Converted, pattern};

/// The longest match of a pattern without a bound, in bytes: the engine's own default.
const OPEN_LENGTH_MAX: usize = 512;

/// Converts a configuration.
///
/// # Errors
/// Where it is no TOML.
pub(crate) fn convert(text: &str) -> Result<Converted, String> {
    let file: Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let mut conversion = Conversion::default();
    for (name, value) in &file {
        match name.as_str() {
            "title" | "description" | "minVersion" => {}
            "extend" => conversion.extend(value),
            "rules" => {
                for rule in tables(value) {
                    conversion.rule(rule);
                }
            }
            "allowlist" | "allowlists" => {
                for list in tables(value) {
                    conversion.allow(list);
                }
            }
            other => conversion.note(other, "not known, and left out"),
        }
    }
    Ok(conversion.finish())
}

#[derive(Default)]
struct Conversion {
    definitions: Vec<Definition>,
    off: Vec<String>,
    patterns: Vec<String>,
    notes: Vec<String>,
}

impl Conversion {
    fn note(&mut self, what: &str, note: &str) {
        self.notes.push(format!("{what}: {note}"));
    }

    fn extend(&mut self, value: &Toml) {
        let Some(extend) = value.as_table() else { return };
        for (name, value) in extend {
            match name.as_str() {
                "useDefault" if value.as_bool() == Some(true) => {
                    self.note("extend.useDefault", "the built-in rules take the place of those");
                }
                "useDefault" => {}
                "disabledRules" => texts(value).for_each(|id| self.disable(id)),
                other => self.note(&format!("extend.{other}"), "convert that file too"),
            }
        }
    }

    fn disable(&mut self, id: &str) {
        let ours = vendor_and_kind(id);
        if rule::find(&ours).is_some() {
            self.off.push(ours);
        } else {
            self.note(&format!("extend.disabledRules {id}"), "no built-in rule is called so");
        }
    }

    fn rule(&mut self, rule: &Table) {
        let id = text(rule, "id").unwrap_or("(a rule without an id)");
        let name = format!("rule {id}");
        let Some(regex) = text(rule, "regex") else {
            let note = match rule.get("path") {
                Some(_) => "left out: it tells files by their names alone",
                // Of a configuration that it extends.
                None => "left out: it changes a rule that is not in this file",
            };
            return self.note(&name, note);
        };
        let group = rule.get("secretGroup").and_then(Toml::as_integer).unwrap_or(0);
        let pattern = match pattern::convert(regex, usize::try_from(group).unwrap_or(0)) {
            Ok(pattern) => pattern,
            Err(reason) => return self.note(&name, &format!("left out: its regex: {reason}")),
        };
        if group == 0 && pattern.groups > 1 {
            self.note(
                &name,
                "of its groups the first one is the secret; where it is empty, all of the match",
            );
        }
        let mut definition = Definition {
            id: self.id(id),
            title: text(rule, "description").unwrap_or_default().to_owned(),
            pattern: pattern.text,
            length_max: self.length_max(&name, pattern.length_max),
            ..Definition::default()
        };
        for (field, value) in rule {
            self.field(&name, field, value, &mut definition);
        }
        match CustomRules::new(vec![definition.clone()]) {
            Ok(_) if self.definitions.len() < RULES_MAX => self.definitions.push(definition),
            Ok(_) => self.note(&name, &format!("left out: there are {RULES_MAX} before it")),
            Err(error) => {
                let field = error.field();
                let field = field.rsplit('.').next().unwrap_or_default();
                self.note(&name, &format!("left out: {field}: {}", error.reason()));
            }
        }
    }

    fn field(&mut self, rule: &str, field: &str, value: &Toml, definition: &mut Definition) {
        match field {
            "id" | "description" | "regex" | "secretGroup" | "tags" => {}
            "entropy" if value.as_float() == Some(0.0) || value.as_integer() == Some(0) => {}
            "entropy" => {
                definition.confidence = Confidence::Possible;
                self.note(rule, "entropy: not measured here; what it finds is possible at most");
            }
            "keywords" => {
                // There a keyword anywhere in a file is enough; here it would have to be in the match.
                let pattern = definition.pattern.to_ascii_lowercase();
                let has = |keyword: &str| pattern.contains(&keyword.to_ascii_lowercase());
                if texts(value).next().is_some() && !texts(value).any(has) {
                    self.note(rule, "keywords: it also applies to files that have none of them");
                }
            }
            "path" => self.note(rule, "path: it applies to every file"),
            "allowlist" | "allowlists" => {
                self.note(
                    rule,
                    "allowlists: of one rule there are none here; see rules_off, allow",
                );
            }
            "required" => self.note(rule, "required: it applies without the other rules"),
            "skipReport" => self.note(rule, "skipReport: it is reported as any other"),
            other => self.note(rule, &format!("{other}: not known, and left out")),
        }
    }

    fn allow(&mut self, list: &Table) {
        let is_narrow = |name: &str| list.get(name).is_some();
        let condition = text(list, "condition").unwrap_or("OR").to_ascii_uppercase();
        let target = text(list, "regexTarget").unwrap_or("secret");
        if is_narrow("targetRules") {
            return self.note("allowlist", "targetRules: lists here are for every rule; left out");
        }
        if matches!(condition.as_str(), "AND" | "&&") {
            return self.note("allowlist", "condition: conditions here are alternatives; left out");
        }
        for (field, value) in list {
            match field.as_str() {
                "description" | "condition" | "regexTarget" => {}
                "regexes" if matches!(target, "secret" | "") => {
                    texts(value).for_each(|pattern| self.allow_pattern(pattern.to_owned()));
                }
                "regexes" => {
                    let note =
                        format!("regexTarget {target}: patterns here are of the secret; left out");
                    self.note("allowlist", &note);
                }
                "stopwords" => texts(value).for_each(|word| {
                    self.allow_pattern(format!("(?i){}", regex_syntax::escape(word)));
                }),
                "paths" => self.note("allowlist", "paths: put them into .hushgateignore"),
                "commits" => self.note("allowlist", "commits: a baseline names findings instead"),
                other => self.note("allowlist", &format!("{other}: not known, and left out")),
            }
        }
    }

    fn allow_pattern(&mut self, pattern: String) {
        match Allow::new(Vec::new(), Vec::new(), vec![pattern.clone()]) {
            Ok(_) => self.patterns.push(pattern),
            Err(error) => {
                self.note("allowlist", &format!("a pattern is left out: {}", error.reason()))
            }
        }
    }

    /// `acme-api-key` is `acme.api_key`, unless there is a rule of that name.
    fn id(&self, id: &str) -> String {
        let ours = vendor_and_kind(id);
        let is_taken = |id: &str| {
            rule::find(id).is_some() || self.definitions.iter().any(|other| other.id == id)
        };
        if !is_taken(&ours) && ours.split_once('.').is_some_and(|(vendor, _)| vendor != "known") {
            return ours;
        }
        let whole = format!("gitleaks.{}", ours.replace('.', "_"));
        let numbered = (2..).map(|number| format!("{whole}_{number}"));
        let mut names = std::iter::once(whole.clone()).chain(numbered);
        names.find(|name| !is_taken(name)).unwrap_or(whole)
    }

    fn length_max(&mut self, rule: &str, length_max: Option<usize>) -> usize {
        let max = *LENGTH_BYTES.end();
        match length_max {
            Some(length) => length.clamp(*LENGTH_BYTES.start(), max),
            None => {
                let note = format!("a match has {OPEN_LENGTH_MAX} bytes at most (length_max)");
                self.note(rule, &note);
                OPEN_LENGTH_MAX
            }
        }
    }

    fn finish(mut self) -> Converted {
        // All together may need more memory than there is for them.
        while let Err(error) = CustomRules::new(self.definitions.clone()) {
            let Some(last) = self.definitions.pop() else { break };
            let note = format!("left out: with those before it: {}", error.reason());
            self.notes.push(format!("rule {}: {note}", last.id));
        }
        let rules = self.definitions.iter().map(written).collect();
        Converted::new(rules, self.off, self.patterns, self.notes)
    }
}

fn written(definition: &Definition) -> Value {
    let mut rule = json!({
        "id": definition.id,
        "pattern": definition.pattern,
        "length_max": definition.length_max,
        "confidence": definition.confidence.name(),
    });
    if let Some(rule) = rule.as_object_mut().filter(|_| !definition.title.is_empty()) {
        rule.insert("title".to_owned(), definition.title.as_str().into());
    }
    rule
}

fn vendor_and_kind(id: &str) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let words: String = id.chars().map(clean).collect();
    let words = words.trim_matches('_');
    match words.split_once('_') {
        Some((vendor, kind)) => format!("{vendor}.{kind}"),
        None if words.is_empty() => "gitleaks.rule".to_owned(),
        None => format!("{words}.secret"),
    }
}

/// A table, or the tables of a list.
fn tables(value: &Toml) -> impl Iterator<Item = &Table> {
    let list = value.as_array().map_or(&[][..], Vec::as_slice);
    value.as_table().into_iter().chain(list.iter().filter_map(Toml::as_table))
}

fn texts(value: &Toml) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Toml::as_str)
}

fn text<'a>(table: &'a Table, name: &str) -> Option<&'a str> {
    table.get(name).and_then(Toml::as_str)
}
