//! Rules of other tools, as rules of a configuration.

mod gitleaks;
mod pattern;

use serde_json::{Map, Value, json};

pub(crate) use self::gitleaks::convert;

/// What came of a conversion.
pub(crate) struct Converted {
    /// The configuration: `rules`, `rules_off`, `allow`.
    pub(crate) config: Value,
    /// How many rules it has.
    pub(crate) rules: usize,
    /// What could not be carried over, or means something else here; a line each.
    pub(crate) notes: Vec<String>,
}

impl Converted {
    fn new(
        rules: Vec<Value>,
        off: Vec<String>,
        allowed: Vec<String>,
        notes: Vec<String>,
    ) -> Converted {
        let mut config = Map::new();
        let count = rules.len();
        config.insert("rules".to_owned(), rules.into());
        if !off.is_empty() {
            config.insert("rules_off".to_owned(), off.into());
        }
        if !allowed.is_empty() {
            config.insert("allow".to_owned(), json!({"patterns": allowed}));
        }
        Converted { config: config.into(), rules: count, notes }
    }
}
