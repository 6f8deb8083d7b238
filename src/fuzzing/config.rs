//! The laws of reading a configuration.

use serde_json::Value;

use crate::config::Config;

/// What no message and no name of a field has.
const PLANTED: &str = "PLANTED";

/// Two bytes that say where, and a text that may be a configuration. A mark is planted there: no message shows it,
/// unless it is the name of a field.
///
/// A process keeps each distinct custom rule, up to a limit. After so many, those of new names are refused.
pub fn config(data: &[u8]) {
    let Some(([low, high], json)) = data.split_first_chunk() else { return };
    // Neither panics; what it says is of no interest.
    let _ = Config::parse(json);
    let place = usize::from(u16::from_le_bytes([*low, *high])) % (json.len() + 1);
    let (before, after) = json.split_at(place);
    let json = [before, PLANTED.as_bytes(), after].concat();
    let value = serde_json::from_slice::<Value>(&json);
    if let Err(error) = Config::parse(&json)
        && !value.as_ref().is_ok_and(is_a_name)
    {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(PLANTED), "a message shows what was there");
    }
}

/// Whether the mark stands in the name of a field.
fn is_a_name(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| name.contains(PLANTED) || is_a_name(value))
        }
        Value::Array(values) => values.iter().any(is_a_name),
        _ => false,
    }
}
