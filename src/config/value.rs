//! Reading single values: each error names the field and what is wanted, never what was there.

use std::fmt;

use serde_json::{Map, Value};

use crate::{
    policy::{Action, Actions},
    record::line::LogFormat,
};

/// Why a configuration is refused: a field and a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    field: String,
    pub(crate) reason: String,
}

impl ConfigError {
    pub(crate) fn new(field: &str, reason: impl Into<String>) -> ConfigError {
        ConfigError { field: field.to_owned(), reason: reason.into() }
    }

    /// The field, as a path: `rules[3].pattern`. Empty where it is all of the configuration.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The reason, without any value.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The same, of a configuration that is a field of another one.
    pub(crate) fn below(mut self, parent: &str) -> ConfigError {
        let dot = if self.field.is_empty() { "" } else { "." };
        self.field = format!("{parent}{dot}{}", self.field);
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "configuration: {}", self.reason),
            field => write!(f, "configuration: field {field:?}: {}", self.reason),
        }
    }
}

impl std::error::Error for ConfigError {}

#[inline(never)]
pub(crate) fn known(
    fields: &Map<String, Value>,
    parent: &str,
    names: &[&str],
) -> Result<(), ConfigError> {
    match fields.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let reason = format!("not known here; known are {}", names.join(", "));
            Err(ConfigError::new(&format!("{parent}{name}"), reason))
        }
    }
}

/// One of some words.
pub(crate) fn word<T: Copy>(
    field: &str,
    value: &Value,
    words: &[(&str, T)],
) -> Result<T, ConfigError> {
    let found = words.iter().find(|(word, _)| value.as_str() == Some(word));
    found
        .map(|(_, meaning)| *meaning)
        .ok_or_else(|| not_one_of(field, &mut words.iter().map(|(word, _)| *word)))
}

/// Once for all kinds of words: kilobytes of the module less.
#[cold]
#[inline(never)]
fn not_one_of(field: &str, words: &mut dyn Iterator<Item = &str>) -> ConfigError {
    let words: Vec<&str> = words.collect();
    ConfigError::new(field, format!("want one of \"{}\"", words.join("\", \"")))
}

/// A word for all findings, or an object with one for each confidence; what it leaves out is reported.
#[inline(never)]
pub(crate) fn actions(field: &str, value: &Value) -> Result<Actions, ConfigError> {
    let words = Action::ALL.map(|action| (action.name(), action));
    let Value::Object(fields) = value else {
        return word(field, value, &words).map(Actions::of).map_err(|error| {
            let reason = format!("{}, or an object with certain, likely, possible", error.reason);
            ConfigError::new(field, reason)
        });
    };
    known(fields, &format!("{field}."), &["certain", "likely", "possible"])?;
    let of = |name: &str| match fields.get(name) {
        None => Ok(Action::Report),
        Some(value) => word(&format!("{field}.{name}"), value, &words),
    };
    Ok(Actions { certain: of("certain")?, likely: of("likely")?, possible: of("possible")? })
}

/// `text` or `json`.
pub(crate) fn log_format(field: &str, value: &Value) -> Result<LogFormat, ConfigError> {
    word(field, value, &[("text", LogFormat::Text), ("json", LogFormat::Json)])
}

/// Yes or no.
#[inline(never)]
pub(crate) fn flag(field: &str, value: &Value) -> Result<bool, ConfigError> {
    value.as_bool().ok_or_else(|| ConfigError::new(field, "want true or false"))
}

#[inline(never)]
pub(crate) fn size(
    field: &str,
    value: &Value,
    min: usize,
    max: usize,
) -> Result<usize, ConfigError> {
    value
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
        .filter(|number| (min..=max).contains(number))
        .ok_or_else(|| ConfigError::new(field, format!("want a whole number from {min} to {max}")))
}

/// A text. It is taken out, so that no copy is left behind.
#[inline(never)]
pub(crate) fn text(field: &str, value: &mut Value) -> Result<String, ConfigError> {
    match value {
        Value::String(text) => Ok(std::mem::take(text)),
        _ => Err(ConfigError::new(field, "want a text")),
    }
}

/// A list, each of whose entries is read with its own name: `field[2]`.
pub(crate) fn list<T>(
    field: &str,
    value: &mut Value,
    read: impl Fn(&str, &mut Value) -> Result<T, ConfigError>,
) -> Result<Vec<T>, ConfigError> {
    let Value::Array(values) = value else {
        return Err(ConfigError::new(field, "want a list"));
    };
    let mut list = Vec::with_capacity(values.len());
    for (place, value) in values.iter_mut().enumerate() {
        list.push(read(&format!("{field}[{place}]"), value)?);
    }
    Ok(list)
}

/// An object that has none but these fields.
#[inline(never)]
pub(crate) fn object<'a>(
    field: &str,
    value: &'a mut Value,
    names: &[&str],
) -> Result<&'a mut Map<String, Value>, ConfigError> {
    let Value::Object(fields) = value else {
        return Err(ConfigError::new(field, format!("want an object with {}", names.join(", "))));
    };
    known(fields, &format!("{field}."), names)?;
    Ok(fields)
}
