//! Reading what the operator lists: rules, allow lists, known values, and the replacement.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::value::{ConfigError, known, list, object, size, text, word};
use crate::{
    allow::Allow,
    custom::{CustomRules, Definition, LENGTH_BYTES},
    fingerprint::{Fingerprint, Fingerprinter},
    known::{self as known_values, KnownFingerprint, KnownValues},
    mask::Template,
    rule::{self, Confidence, Exposure, Kind, Rule, Severity, selector::Selector},
    secret::Secret,
};

const RULE_FIELDS: &[&str] = &[
    "id",
    "title",
    "pattern",
    "keywords",
    "length_max",
    "kind",
    "severity",
    "exposure",
    "confidence",
    "examples",
    "negative_examples",
];
pub(super) const KINDS: &[(&str, Kind)] = &[
    ("api_key", Kind::ApiKey),
    ("token", Kind::Token),
    ("password", Kind::Password),
    ("private_key", Kind::PrivateKey),
    ("webhook", Kind::Webhook),
    ("session", Kind::Session),
    ("connection_string", Kind::ConnectionString),
    ("signed_url", Kind::SignedUrl),
    ("identifier", Kind::Identifier),
];
pub(super) const SEVERITIES: &[(&str, Severity)] = &[
    ("low", Severity::Low),
    ("medium", Severity::Medium),
    ("high", Severity::High),
    ("critical", Severity::Critical),
];
pub(super) const EXPOSURES: &[(&str, Exposure)] = &[
    ("public", Exposure::Public),
    ("identifier", Exposure::Identifier),
    ("secret", Exposure::Secret),
];
pub(super) const CONFIDENCES: &[(&str, Confidence)] = &[
    ("possible", Confidence::Possible),
    ("likely", Confidence::Likely),
    ("certain", Confidence::Certain),
];

/// Custom rules; none of them are the same as none at all.
pub(super) fn rules(
    field: &str,
    value: &mut Value,
) -> Result<Option<Rc<CustomRules>>, ConfigError> {
    let definitions = list(field, value, definition)?;
    if definitions.is_empty() {
        return Ok(None);
    }
    let rules = CustomRules::new(definitions)
        .map_err(|error| ConfigError::new(&format!("{field}{}", error.field()), error.reason()))?;
    Ok(Some(Rc::new(rules)))
}

fn definition(field: &str, value: &mut Value) -> Result<Definition, ConfigError> {
    let mut definition = Definition::default();
    let fields = object(field, value, RULE_FIELDS)?;
    for required in ["id", "pattern"] {
        if !fields.contains_key(required) {
            return Err(ConfigError::new(&format!("{field}.{required}"), "is missing"));
        }
    }
    for (name, value) in fields.iter_mut() {
        let field = format!("{field}.{name}");
        match name.as_str() {
            "id" => definition.id = text(&field, value)?,
            "title" => definition.title = text(&field, value)?,
            "pattern" => definition.pattern = text(&field, value)?,
            "keywords" => definition.keywords = list(&field, value, text)?,
            "length_max" => {
                let (min, max) = (*LENGTH_BYTES.start(), *LENGTH_BYTES.end());
                definition.length_max = size(&field, value, min, max)?;
            }
            "kind" => definition.kind = word(&field, value, KINDS)?,
            "severity" => definition.severity = word(&field, value, SEVERITIES)?,
            "exposure" => definition.exposure = word(&field, value, EXPOSURES)?,
            "confidence" => definition.confidence = word(&field, value, CONFIDENCES)?,
            "examples" => definition.examples = list(&field, value, text)?,
            _ => definition.negative_examples = list(&field, value, text)?,
        }
    }
    Ok(definition)
}

/// A rule's id, or `vendor.*`.
pub(super) fn selector(field: &str, value: &mut Value) -> Result<Selector, ConfigError> {
    Selector::parse(&text(field, value)?).map_err(|reason| ConfigError::new(field, reason))
}

/// Whether there is a rule that it names: a misspelt id would do nothing, without a sign.
pub(super) fn is_of_rule(selector: &Selector, custom: Option<&CustomRules>) -> bool {
    all(custom).any(|rule| selector.names(rule.id))
}

/// Every rule there is.
pub(super) fn all(custom: Option<&CustomRules>) -> impl Iterator<Item = &'static Rule> {
    let known = [&known_values::VALUE, &known_values::FINGERPRINT];
    rule::builtin().iter().chain(known).chain(custom.into_iter().flat_map(CustomRules::rules))
}

/// The allow lists.
pub(super) fn allow(
    field: &str,
    value: &mut Value,
    fingerprinter: Option<&Fingerprinter>,
) -> Result<Allow, ConfigError> {
    let names = ["rules", "fingerprints", "patterns"];
    let fields = object(field, value, &names)?;
    let rules = take(fields, field, "rules", selector)?;
    let fingerprints = take(fields, field, "fingerprints", |field, value| {
        Fingerprint::parse(&text(field, value)?).map_err(|reason| ConfigError::new(field, reason))
    })?;
    if !fingerprints.is_empty() && fingerprinter.is_none_or(Fingerprinter::is_ephemeral) {
        let field = format!("{field}.fingerprints");
        let reason = "want a fingerprint key that outlives the process, and there is none";
        return Err(ConfigError::new(&field, reason));
    }
    let patterns = take(fields, field, "patterns", text)?;
    Allow::new(rules, fingerprints, patterns)
        .map_err(|error| ConfigError::new(&format!("{field}.{}", error.field()), error.reason()))
}

/// Known values; none of them are the same as none at all.
pub(super) fn known_values(
    field: &str,
    value: &mut Value,
    fingerprinter: Option<Rc<Fingerprinter>>,
) -> Result<Option<Rc<KnownValues>>, ConfigError> {
    let fields = object(field, value, &["values", "fingerprints"])?;
    let values =
        take(fields, field, "values", |field, value| text(field, value).map(Secret::from))?;
    let fingerprints = take(fields, field, "fingerprints", |field, value| {
        let text = text(field, value)?;
        KnownFingerprint::parse(&text).map_err(|reason| ConfigError::new(field, reason))
    })?;
    let known = KnownValues::new(values, fingerprints, fingerprinter)
        .map_err(|error| ConfigError::new(&format!("{field}.{}", error.field()), error.reason()))?;
    Ok((!known.is_empty()).then(|| Rc::new(known)))
}

/// `"label"`, or an object with a template.
pub(super) fn replacement(
    field: &str,
    value: &mut Value,
) -> Result<Option<Rc<Template>>, ConfigError> {
    match value {
        Value::String(word) if word == "label" => Ok(None),
        Value::Object(fields) => {
            known(fields, &format!("{field}."), &["template"])?;
            let field = format!("{field}.template");
            let template = text(&field, fields.get_mut("template").unwrap_or(&mut Value::Null))?;
            let template = Template::parse(&template);
            let template = template.map_err(|reason| ConfigError::new(&field, reason))?;
            Ok(Some(Rc::new(template)))
        }
        _ => Err(ConfigError::new(field, "want \"label\", or an object with template")),
    }
}

/// The list of that name, empty where there is none.
pub(super) fn take<T>(
    fields: &mut Map<String, Value>,
    parent: &str,
    name: &str,
    read: impl Fn(&str, &mut Value) -> Result<T, ConfigError>,
) -> Result<Vec<T>, ConfigError> {
    let field = format!("{parent}.{name}");
    fields.get_mut(name).map_or_else(|| Ok(Vec::new()), |value| list(&field, value, read))
}
