//! Which of a secret's fields is the value.

use serde_json::{Map, Value};

use crate::{
    config::{
        ConfigError,
        value::{list, text},
    },
    secret::Secret,
    store::{
        config::Fields,
        fetched::{Reason, StoreError},
    },
};

/// How many fields may be joined.
const FIELDS_MAX: usize = 4;

/// The fields of a secret that make up the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum FieldChoice {
    /// None is named: the secret must have exactly one.
    Only,
    /// These, joined by a colon, as Basic authentication wants user and password. One of them is the field alone.
    Joined(Vec<String>),
}

impl FieldChoice {
    /// Reads `field` or `fields`.
    pub(super) fn parse(fields: &mut Fields<'_>) -> Result<FieldChoice, ConfigError> {
        let several = fields.name("fields");
        match (fields.optional("field")?, fields.fields.get_mut("fields")) {
            (Some(_), Some(_)) => Err(ConfigError::new(&several, "want this or field, not both")),
            (Some(name), None) => Ok(FieldChoice::Joined(vec![name])),
            (None, None) => Ok(FieldChoice::Only),
            (None, Some(value)) => {
                let names = list(&several, value, text)?;
                if !(1..=FIELDS_MAX).contains(&names.len()) {
                    return Err(ConfigError::new(&several, "want one to four names"));
                }
                Ok(FieldChoice::Joined(names))
            }
        }
    }

    /// Tells one choice from another.
    pub(super) fn key(&self) -> String {
        match self {
            FieldChoice::Only => String::new(),
            // A unit separator is no part of a name that anybody writes.
            FieldChoice::Joined(names) => names.join("\u{1f}"),
        }
    }

    /// The value that a secret's fields give.
    pub(in crate::store) fn of(&self, fields: &Map<String, Value>) -> Result<Secret, StoreError> {
        let missing = StoreError::of(Reason::FieldMissing);
        let text = |value: &'_ Value| match value {
            Value::String(text) => Ok(text.len()),
            _ => Err(StoreError::of(Reason::FieldNotText)),
        };
        let values: Vec<&Value> = match self {
            FieldChoice::Only if fields.len() == 1 => fields.values().collect(),
            FieldChoice::Only => return Err(missing),
            FieldChoice::Joined(names) => names
                .iter()
                .map(|name| fields.get(name).ok_or(missing))
                .collect::<Result<_, _>>()?,
        };
        let mut size = values.len();
        for value in &values {
            size += text(value)?;
        }
        // One piece: a buffer that grew would leave a copy behind.
        let mut joined = Vec::with_capacity(size);
        for (place, value) in values.iter().enumerate() {
            if place > 0 {
                joined.push(b':');
            }
            joined.extend_from_slice(value.as_str().unwrap_or_default().as_bytes());
        }
        Ok(Secret::new(joined))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn of(names: &[&str], fields: Value) -> Result<Vec<u8>, &'static str> {
        let choice = match names {
            [] => FieldChoice::Only,
            names => FieldChoice::Joined(names.iter().map(|name| (*name).to_owned()).collect()),
        };
        let value = choice.of(fields.as_object().unwrap());
        value.map(|value| value.expose().to_vec()).map_err(|error| error.reason())
    }

    #[test]
    fn fields_are_chosen_and_joined() {
        let fields = json!({"user": "u", "password": "p", "n": 1});
        assert_eq!(of(&["password"], fields.clone()), Ok(b"p".to_vec()));
        assert_eq!(of(&["user", "password"], fields.clone()), Ok(b"u:p".to_vec()));
        assert_eq!(of(&["other"], fields.clone()), Err("field_missing"));
        assert_eq!(of(&["user", "other"], fields.clone()), Err("field_missing"));
        assert_eq!(of(&["n"], fields.clone()), Err("field_not_text"));
        assert_eq!(of(&[], fields), Err("field_missing"));
        assert_eq!(of(&[], json!({"a": "v"})), Ok(b"v".to_vec()));
        assert_eq!(of(&[], json!({})), Err("field_missing"));
    }
}
