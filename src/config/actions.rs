//! Reading `actions`: an ordered list, of which the first entry that fits a finding says what is done with it.

use serde_json::{Map, Value};

use super::{
    ConfigError,
    lists::{self, CONFIDENCES, EXPOSURES, KINDS, SEVERITIES},
    value::{list, object, word},
};
use crate::{
    policy::{Action, Direction, ENTRIES_MAX, Entry, Place, Role},
    rule::{Confidence, Exposure},
};

const FIELDS: &[&str] = &[
    "rules",
    "kinds",
    "severities",
    "exposures",
    "confidences",
    "directions",
    "places",
    "roles",
    "action",
];

/// The entries, in their order.
pub(super) fn entries(field: &str, value: &mut Value) -> Result<Vec<Entry>, ConfigError> {
    let entries = list(field, value, entry)?;
    match entries.len() <= ENTRIES_MAX {
        true => Ok(entries),
        false => Err(ConfigError::new(field, format!("want at most {ENTRIES_MAX} entries"))),
    }
}

fn entry(field: &str, value: &mut Value) -> Result<Entry, ConfigError> {
    let fields = object(field, value, FIELDS)?;
    let words = Action::ALL.map(|action| (action.name(), action));
    let action = match fields.get("action") {
        Some(value) => word(&format!("{field}.action"), value, &words)?,
        None => return Err(ConfigError::new(&format!("{field}.action"), "is missing")),
    };
    if action.is_rewriting() && !fields.contains_key("directions") {
        let reason = format!(
            "is missing: \"{}\" changes messages, and of requests that is silent loss of data; say \
             [\"response\"], [\"request\"] or both",
            action.name()
        );
        return Err(ConfigError::new(&format!("{field}.directions"), reason));
    }
    let directions = Direction::ALL.map(|it| (it.name(), it));
    let places = Place::ALL.map(|it| (it.name(), it));
    let roles = Role::ALL.map(|it| (it.name(), it));
    let entry = Entry {
        rules: some(fields, field, "rules", lists::selector)?,
        kinds: words_of(fields, field, "kinds", KINDS)?,
        severities: words_of(fields, field, "severities", SEVERITIES)?,
        exposures: words_of(fields, field, "exposures", EXPOSURES)?,
        confidences: words_of(fields, field, "confidences", CONFIDENCES)?,
        directions: words_of(fields, field, "directions", &directions)?,
        places: words_of(fields, field, "places", &places)?,
        roles: words_of(fields, field, "roles", &roles)?,
        action,
    };
    Ok(guarded(entry))
}

/// As with a single word, an entry that stops findings is for secrets that are not merely possible, unless it says
/// otherwise.
fn guarded(mut entry: Entry) -> Entry {
    if entry.action.is_enforcing() {
        if entry.exposures.is_empty() {
            entry.exposures = vec![Exposure::Secret];
        }
        if entry.confidences.is_empty() {
            entry.confidences = vec![Confidence::Likely, Confidence::Certain];
        }
    }
    entry
}

fn words_of<T: Copy>(
    fields: &mut Map<String, Value>,
    parent: &str,
    name: &str,
    words: &[(&str, T)],
) -> Result<Vec<T>, ConfigError> {
    some(fields, parent, name, |field, value| word(field, value, words))
}

/// A list that has an entry wherever it is stated: one that has none would fit nothing, or everything.
pub(super) fn some<T>(
    fields: &mut Map<String, Value>,
    parent: &str,
    name: &str,
    read: impl Fn(&str, &mut Value) -> Result<T, ConfigError>,
) -> Result<Vec<T>, ConfigError> {
    let is_stated = fields.contains_key(name);
    let list = lists::take(fields, parent, name, read)?;
    if is_stated && list.is_empty() {
        let reason = "want at least one entry; leave it out for any";
        return Err(ConfigError::new(&format!("{parent}.{name}"), reason));
    }
    Ok(list)
}
